"""Addresses, telephones, identity numbers, case numbers and places in a list."""

from datetime import datetime

import pytest

from bot.domain.clock import BEIJING
from bot.sdk import Entities
from bot.understanding.entities import extract

NOW = datetime(2026, 11, 26, 10, 0, tzinfo=BEIJING)
#: The example number of GB 11643.
CARD = "11010519491231002X"


def read(text: str) -> Entities:
    """Return what is in a message."""
    return extract(text, now=NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我住3栋2单元402", "3栋2单元402室"), ("12号楼1101室漏水", "12栋1101室"), ("五巷7号", "5巷7号"),
        ("二期6幢", "2期6栋"), ("门牌88号", "88号"), ("门牌号是十二", "12号"), ("A座1203", "A栋1203室"),
        ("五期8座1203", "5期8栋1203室"), ("三号楼二单元", "3栋2单元"), ("12栋-301", "12栋301室"),
        ("我家在3-2-402", "3栋2单元402室"), ("住六巷12号302房", "6巷12号302室"), ("四楼没灯", "4楼"),
        ("负一楼积水", "-1楼"), ("我住在暖风里中路1号4楼", "暖风里中路1号4楼"), ("302室", "302室"),
        ("三棟二單元四零二", "3栋2单元402室"), ("３栋 ２单元 ４０２", "3栋2单元402室"), ("我在七栋三楼", "7栋3楼"),
        ("八栋12号", "8栋12室"),
    ],
)  # fmt: skip
def test_an_address_is_read_part_by_part(text: str, expected: str):
    """In one spelling, figures Arabic."""
    assert read(text).slots()["address"] == expected


def test_the_parts_of_an_address_stay_apart():
    """What a form fills in."""
    (one,) = read("暖风里3栋2单元402").addresses

    assert (one.building, one.unit, one.room, one.floor, one.text) == (
        "3",
        "2",
        "402",
        "",
        "3栋2单元402",
    )


@pytest.mark.parametrize(
    "text",
    [
        "第二期培训",
        "五座的车",
        "有一栋楼",
        "三层意思",
        "12号线",
        "二十六层高",
        "门牌一个号",
        "2026-12-05",
    ],
)
def test_what_is_no_address_is_not_read(text: str):
    """A course, a car, a date."""
    assert read(text).addresses == ()


@pytest.mark.parametrize(
    ("text", "number", "masked"),
    [
        ("电话13800138000", "13800138000", "138****8000"), ("138 0013 8000", "13800138000", "138****8000"),
        ("138-0013-8000打不通", "13800138000", "138****8000"), ("+86 13800138000", "13800138000", "138****8000"),
        ("１３８００１３８０００", "13800138000", "138****8000"), ("幺三八零零一三八零零零", "13800138000", "138****8000"),
        ("一三八 零零一三 八零零零", "13800138000", "138****8000"), ("020-83456789", "02083456789", "0208****6789"),
        ("(0756)2123456", "07562123456", "0756****3456"), ("020 8345 6789转802", "02083456789", "0208****6789"),
        ("400-820-8820", "4008208820", "4008****8820"), ("座机是83456789", "83456789", "8345****6789"),
    ],
)  # fmt: skip
def test_a_telephone_number_is_read_and_can_be_masked(text: str, number: str, masked: str):
    """Written with gaps, full-width, or read aloud."""
    (one,) = read(text).phones

    assert (one.number, one.masked) == (number, masked)
    assert read(text).slots()["phone"] == masked


@pytest.mark.parametrize("text", ["12345", "打110", "1380013800", "138001380001", "20261125001300"])
def test_what_is_no_telephone_number_is_not_read(text: str):
    """Too short, too long, a hotline."""
    assert read(text).phones == ()


@pytest.mark.parametrize(
    "text",
    [
        f"身份证{CARD}", f"身份证号是 {CARD.lower()}", "我的号440121 19900101 1234", "440121900101123",
        "护照E12345678", "一一零一零五一九四九一二三一零零二x", "居住证号A12345678", "银行卡6222 0212 3456 7890 123", "身份证号码：110105194912310021",
    ],
)  # fmt: skip
def test_an_identity_number_is_found_and_never_kept(text: str):
    """Not as a value, not as text, not in a repr, not in a slot."""
    found = read(text)
    (one,) = found.identities

    assert not any(char.isdigit() for char in one.text)
    assert len(one.text) == one.end - one.start
    hidden = text[one.start : one.end]
    assert hidden not in repr(found)
    assert hidden not in str(found.slots())
    assert hidden not in found.masked(text)
    assert found.phones == found.case_numbers == ()


def test_the_check_digit_of_an_identity_card_is_checked():
    """A slip of one figure shows."""
    assert read(f"身份证{CARD}").identities[0].checked
    assert not read(f"身份证{CARD[:-1]}1").identities[0].checked


def test_a_message_can_be_masked_for_the_record():
    """Everything but the numbers of people stays."""
    text = f"我是老王，电话138 0013 8000，身份证{CARD}，住3栋"

    assert read(text).masked(text) == f"我是老王，电话{'*' * 13}，身份证{'*' * 18}，住3栋"


def test_the_number_of_a_telephone_is_in_no_repr():
    """A log line of a found number shows no digit."""
    assert "8000" not in repr(read("13800138000"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("工单A20261125001到哪了", "A20261125001"), ("查一下bx20261125007", "BX20261125007"),
        ("ＢＸ２０２６１１２５００７", "BX20261125007"), ("工单号 2026112500", "2026112500"),
        ("取件码A3021", "A3021"), ("单号是一二三四五六", "123456"), ("a二零二六一一二五零零一", "A20261125001"),
        ("受理编号：SL-20260001", "SL20260001"),
    ],
)  # fmt: skip
def test_a_number_of_ours_is_read(text: str, expected: str):
    """Written or read aloud."""
    assert read(text).slots()["case_number"] == expected


@pytest.mark.parametrize(
    "text",
    [
        "QQ12345678",
        "粤A123456",
        "wx20261125",
        "CZ3101",
        "li123456@qq.com",
        "微信号li123456",
        "护照E12345678",
        "A座1203",
    ],
)
def test_a_number_of_somebody_else_is_not_ours(text: str):
    """An account, a number plate, a flight."""
    assert read(text).case_numbers == ()


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("第二个", 2), ("选3", 3), ("2", 2), ("头一个", 1), ("我要第三个", 3), ("最后一个", -1), ("选二", 2),
        ("我选第2项", 2), ("回复3", 3), ("第一个吧", 1), ("③", 3), ("２", 2), ("三", 3), ("2️⃣", 2), ("1.", 1),
        ("那就第二个", 2), ("選第三個", 3),
    ],
)  # fmt: skip
def test_a_place_in_a_list_is_read(text: str, index: int):
    """By figure, by word, by emoji."""
    assert [one.index for one in read(text).picked] == [index]


@pytest.mark.parametrize(
    "text",
    [
        "第二个孩子上学",
        "挑三拣四",
        "选七个数",
        "第三天",
        "0",
        "88",
        "2026",
        "我有2个孩子",
        "第一次来",
        "选3栋的房",
    ],
)
def test_what_points_at_no_list_is_not_read(text: str):
    """The second child is not the second choice."""
    assert read(text).picked == ()
