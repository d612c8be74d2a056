"""Text is cut where a reader would pause, and nothing is lost."""

import pytest

from bot.domain.text import fit, fit_bytes, pieces


def test_a_text_that_fits_stays_as_it_is():
    """Nothing is trimmed without need."""
    assert fit("在这里住满半年。", 8) == "在这里住满半年。"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("先登记。满半年再办。", 6, "先登记。"),
        ("带身份证，带照片，带合同", 9, "带身份证，带照片，"),
        ("没有停顿的一长串字", 4, "没有停顿"),
        ("第一行\n第二行", 5, "第一行"),
        ("先登记。满半年再办。", 0, ""),
        ("先登记。满半年再办。", -3, ""),
    ],
)
def test_the_cut_falls_after_a_sentence_else_a_clause_else_anywhere(
    text: str, limit: int, expected: str
):
    """A resident never reads half a sentence where a whole one fits."""
    assert fit(text, limit) == expected


def test_bytes_are_counted_in_utf8_and_the_rest_is_given_back():
    """2048 bytes are about 680 Chinese characters (WECHAT.md §3)."""
    head, rest = fit_bytes("一二。三四。五六。", 18)

    assert head == "一二。三四。"
    assert rest == "五六。"


def test_no_character_is_torn_apart_by_a_byte_limit():
    """A limit inside a character leaves that character to the rest."""
    assert fit_bytes("😀😀", 7) == ("😀", "😀")


def test_short_paragraphs_share_a_piece():
    """As few messages as hold them."""
    assert pieces(["甲。", "乙。", "丙。"], 5) == ("甲。\n乙。", "丙。")


def test_a_long_paragraph_is_spread_over_pieces():
    """Each piece keeps to the limit."""
    assert pieces(["一二三。四五六。"], 4) == ("一二三。", "四五六。")


def test_blank_paragraphs_leave_nothing():
    """No empty message is ever sent."""
    assert pieces(["", "  ", "\n"], 10) == ()
