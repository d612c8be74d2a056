"""The whole of a message: spans, precedence, slots, and nothing where there is nothing."""

import itertools
from datetime import datetime

import pytest

from bot.domain.clock import BEIJING
from bot.sdk import Entities, Identity
from bot.understanding.entities import NameBook, extract

NOW = datetime(2026, 11, 26, 10, 0, tzinfo=BEIJING)


def read(text: str, **fields: object) -> Entities:
    """Return what is in a message."""
    return extract(text, now=NOW, **fields)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "我妈62了，住3栋2单元402，想约下周三下午两点的律师，电话13800138000",
            {"date": "2026-12-02", "time": "14:00", "age": "62", "address": "3栋2单元402室", "phone": "138****8000"},
        ),
        (
            "包工头欠我们五个人三个月工资，一共一万八，说年底给",
            {"date": "2026-12-01/2026-12-31~", "duration": "P3M", "count": "5 人", "money": "18000"},
        ),
        (
            "孩子六岁半，居住证办了一年零两个月，明年九月上学",
            {"date": "2027-09-01/2027-09-30", "age": "6y6m", "duration": "P1Y2M"},
        ),
        (
            "工单A20261125001，3号楼电梯坏了两天",
            {"duration": "P2D", "address": "3栋", "case_number": "A20261125001"},
        ),
        ("我哋一家四口除夕朝早七點去南站", {"date": "2027-02-05", "time": "07:00", "count": "4 口"}),
        ("俩娃腊月二十八下午三点半的火车", {"date": "2027-02-04", "time": "15:30", "count": "2 娃"}),
    ],
)  # fmt: skip
def test_a_story_is_read_in_one_pass(text: str, expected: dict[str, str]):
    """Each figure once, by who has the better claim."""
    assert read(text).slots() == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "你好", "居住证怎么办", "我想问一下社保", "楼下太吵了", "谢谢你啊", "帮我转人工", "垃圾没人收", "孩子上学要什么材料",
        "有没有招聘会", "心情不好想找人聊聊", "一直没人管", "万一丢了怎么办", "????", "👍👍", "ok", "هەققىم نەدە",
    ],
)  # fmt: skip
def test_a_message_without_figures_yields_nothing(text: str):
    """And is falsy, and has no slots."""
    found = read(text)

    assert not found
    assert found.slots() == {}
    assert list(found) == []


def test_every_piece_stands_where_it_says():
    """Also where blanks and wide characters were folded away."""
    text = "ＯＫ，３ 棟 ２ 單元，明 天 下 午 三 點，欠 我 三 千 五，１３８ ００１３ ８０００"
    found = list(read(text))

    assert [one.text for one in found] == [
        "３ 棟 ２ 單元",
        "明 天 下 午 三 點",
        "三 千 五",
        "１３８ ００１３ ８０００",
    ]
    assert all(text[one.start : one.end] == one.text for one in found)


def test_pieces_of_different_kinds_do_not_overlap():
    """An hour is no count, a price no age."""
    found = list(read("今年58，12月5号下午3点，3栋402，欠3500块，等了20天，5个人，13800138000"))

    assert len(found) == 7
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))


def test_the_first_of_each_kind_is_the_slot():
    """The others are in the tuples."""
    found = read("明天或者后天，两个人或者三个人")

    assert found.slots() == {"date": "2026-11-27", "count": "2 人"}
    assert (len(found.whens), len(found.counts)) == (2, 2)


def test_a_name_has_a_slot_of_its_kind():
    """With rivals between bars."""
    book = NameBook(
        {"place": {"图书馆": ()}, "course": {"甲课程": ("法治课",), "乙课程": ("法治课",)}}
    )

    assert read("图书馆的法治课", names=book).slots() == {
        "place": "图书馆",
        "course": "甲课程|乙课程",
    }


def test_only_so_much_of_a_message_is_read():
    """A novel costs no more than a page."""
    assert not read("啊" * 1000 + "明天")


def test_an_identity_number_is_the_only_piece_that_is_not_as_written():
    """Stars of the same length."""
    for one in read("身份证11010519491231002X，明天来"):
        assert isinstance(one, Identity) == ("*" in one.text)
