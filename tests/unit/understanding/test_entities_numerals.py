"""Numbers as they are written, said and read aloud."""

from decimal import Decimal

import pytest

from bot.understanding.entities.numerals import between, integer, number, span, spelled


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("零", 0), ("〇", 0), ("七", 7), ("两", 2), ("十", 10), ("十五", 15), ("二十", 20),
        ("廿三", 23), ("卅", 30), ("一百", 100), ("一百零二", 102), ("一百一十五", 115),
        ("一百十五", 115), ("一百二", 120), ("两百五", 250), ("三百六十五", 365), ("一千零一", 1001),
        ("三千五", 3500), ("三千零五", 3005), ("三千零五十", 3050), ("三千五百二", 3520),
        ("一万", 10_000), ("一万二", 12_000), ("一万二千", 12_000), ("一万零三十", 10_030),
        ("十五万", 150_000), ("三十二万八", 328_000), ("五千万", 50_000_000), ("一亿三", 130_000_000),
        ("一亿零五万", 100_050_000), ("十亿", 1_000_000_000), ("二零二六", 2026), ("一九九八", 1998),
        ("3500", 3500), ("3,500", 3500), ("1,234,567", 1_234_567), ("3千5", 3500), ("1万2", 12_000),
        ("1万2500", 12_500), ("5百", 500),
    ],
)  # fmt: skip
def test_a_number_is_read_however_it_is_said(said: str, value: int):
    """Figures, characters, mixtures, and the short way (三千五)."""
    assert integer(said) == value


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("2.5万", "25000"),
        ("三点五万", "35000"),
        ("两点五万", "25000"),
        ("1.5", "1.5"),
        ("半", "0.5"),
    ],
)
def test_a_fraction_is_read(said: str, value: str):
    """With a point, written or said, and 半."""
    assert number(said) == Decimal(value)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "百",
        "万",
        "十百",
        "三百五千",
        "两百零",
        "一百百",
        "三四千五百六七",
        "abc",
        "一" * 40,
        "点五",
    ],
)
def test_what_is_no_number_is_not_read(said: str):
    """Rather nothing than a wrong sum."""
    assert number(said) is None


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [
        ("三四千", 3000, 4000), ("七八百", 700, 800), ("两三", 2, 3), ("三五", 3, 5), ("十七八", 17, 18),
        ("五六十", 50, 60), ("二三十万", 200_000, 300_000), ("一两", 1, 2),
    ],
)  # fmt: skip
def test_two_neighbours_are_a_rough_number(said: str, low: int, high: int):
    """三四千 is no 34,000."""
    assert span(said) == (Decimal(low), Decimal(high))


@pytest.mark.parametrize("said", ["三千", "二零二六", "五八", "3500"])
def test_one_number_has_no_upper_end(said: str):
    """Neighbours only where they stand for a rough one."""
    assert span(said) == (number(said), None)


def test_the_first_of_two_borrows_the_scale_of_the_second():
    """三到五千 begins at three thousand."""
    assert between("三", "五千") == (Decimal(3000), Decimal(5000))
    assert between("三千", "五千") == (Decimal(3000), Decimal(5000))
    assert between("3", "5") == (Decimal(3), Decimal(5))
    assert between("五千", "三千") is None


def test_digits_read_aloud_become_figures():
    """幺 is one; what is no digit stays."""
    assert spelled("幺三八零〇a") == "13800a"
