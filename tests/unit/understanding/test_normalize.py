"""One spelling for many."""

import pytest

from bot.understanding.normalize import clauses, is_pinyin, normalize, pinyin, syllable
from bot.understanding.script import traditional


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("請問，居住證怎麼辦呀？？", "居住证怎么办"),
        ("ＡＢＣ１２３", "abc123"),
        ("积分 入 学👍!!", "积分入学"),
        ("那个啥我想问一下居住证", "居住证"),
        ("你好居住证怎么办", "居住证怎么办"),
        ("你好", "你好"),
        ("请问", "请问"),
        ("", ""),
        ("？！……", ""),
        ("ياردەم", "ياردەم"),
        ("Қазақша!", "қазақша"),
        ("How do I get  a residence permit?", "how do i get a residence permit"),
        ("I don’t have 3 children", "i dont have 3 children"),
        ("住八栋。Can you speak English", "住八栋can you speak english"),
        ("GD-2026-0012", "gd20260012"),
    ],
)
def test_spelling_blanks_emoji_and_fillers_do_not_matter(text: str, expected: str):
    """NFKC, simplified, lower case; a message of fillers alone stays."""
    assert normalize(text) == expected


def test_letters_that_only_meet_when_marks_are_gone_are_folded_too():
    """An Arabic letter and its mark become one character once nothing stands between."""
    assert normalize("\u0627!\u0654") == "\u0623"


def test_clauses_stand_alone_and_short_ones_join_their_neighbour():
    """Two asks in one message are read one by one."""
    assert clauses("居住证怎么办，还有积分入学要几分？") == ("居住证怎么办", "积分入学要几分")
    assert clauses("好，居住证怎么办") == ("好居住证怎么办",)
    assert clauses("！？") == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [("居住证", "居住政"), ("你", "里"), ("是", "四"), ("安", "昂"), ("会", "惠"), ("人", "冷")],
)
def test_what_sounds_alike_lands_on_the_same_syllables(one: str, other: str):
    """Northern and southern slips of n/l, s/sh, an/ang, r/l."""
    assert pinyin(one) == pinyin(other)


def test_spelled_pinyin_is_read_as_syllables():
    """ju zhu zheng is 居住证."""
    assert pinyin("juzhuzheng") == pinyin("居住证")


def test_words_that_spell_pinyin_are_written_together():
    """Blanks mean nothing there: some put them, some do not."""
    assert normalize("ju zhu zheng 怎么办") == normalize("juzhuzheng怎么办")
    assert (is_pinyin("juzhuzheng"), is_pinyin("permit")) == (True, False)


def test_words_of_another_language_are_read_one_by_one():
    """So that nearby phrases share words, not only letters."""
    assert pinyin("how to apply") == ("how", "to", "apply")
    assert clauses("Hi. My boss did not pay") == ("hi my boss did not pay",)


def test_letters_that_are_no_pinyin_stay_together():
    """An English word is no heap of syllables."""
    assert pinyin("wifi怎么连")[0] == "wifi"
    assert pinyin("x1") == ("x", "1")


def test_a_character_without_a_reading_stands_for_itself():
    """Digits and signs."""
    assert syllable("7") == "7"


def test_traditional_script_is_given_to_those_who_asked_for_it():
    """OpenCC, phrase by phrase."""
    assert traditional("居住证怎么办") == "居住證怎麼辦"
