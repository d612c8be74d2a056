"""One spelling for many."""

import pytest

from bot.understanding.normalize import (
    clauses,
    is_pinyin,
    normalize,
    pinyin,
    sounds,
    syllable,
)
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("社区的同志，窗口几点开门，急，等您回信", "窗口几点开门"),
        ("師傅 喺唔喺度 想借把遮，唔該晒", "想借把遮"),
        ("hello, where can I park? thanks", "where can i park"),
        ("主任好，谢谢", "主任好谢谢"),
        ("在吗？急！！", "在吗急"),
        ("hi 啊", "hi"),
        ("不好意思到你们那要带什么", "不好意思到你们那要带什么"),
        ("麻烦，单车被锁了，急急急急", "单车被锁了"),
    ],
)
def test_courtesies_around_a_wish_are_left_out_and_alone_they_stay(text: str, expected: str):
    """师傅, 在吗, 急: said before and after what is wanted."""
    assert normalize(text) == expected
    assert normalize(expected) == expected


def test_courtesies_are_no_clauses():
    """So that they are no second ask."""
    assert clauses("老师，垃圾站在哪，还有窗口几点开，麻烦了") == ("垃圾站在哪", "窗口几点开")


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
    assert clauses("Wi-Fi. My boss did not pay") == ("wi fi", "my boss did not pay")


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("居住证怎么办 积分入学要几分", ("居住证怎么办", "积分入学要几分")),
        ("工资3个月没发 老板跑了", ("工资3个月没发", "老板跑了")),
        ("房租涨到1200 押金不退", ("房租涨到1200", "押金不退")),
        ("居住证怎么办\u3000积分入学要几分", ("居住证怎么办", "积分入学要几分")),
    ],
    ids=["blank", "figure inside", "figure before", "wide blank"],
)
def test_a_blank_stands_for_a_comma(text: str, expected: tuple[str, ...]):
    """Many residents type no other mark."""
    assert clauses(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我 要 办 证", ("我要办证",)),
        ("我 想 问 怎么 办 证", ("我想问怎么办证",)),
        ("工 资 没 发", ("工资没发",)),
        ("wifi 密码 多少", ("wifi密码多少",)),
        ("工资 8000 没发", ("工资8000没发",)),
    ],
    ids=["characters", "words", "one by one", "Latin", "figure"],
)
def test_blanks_between_words_make_no_clauses(text: str, expected: tuple[str, ...]):
    """Who learns the language puts one after every word; short pieces join their neighbour."""
    assert clauses(text) == expected


def test_clauses_say_together_what_the_message_says():
    """Nothing but joining words and fillers is lost."""
    for text in ("我 是 外地人，工资 没发 怎么办", "居住证 在哪 办理"):
        assert "".join(clauses(text)) == normalize(text)


@pytest.mark.parametrize("joint", ["还有", "顺便", "另外", "再问下", "还想问"])
def test_words_that_add_an_ask_part_clauses(joint: str):
    """Without any mark between."""
    assert clauses(f"居住证怎么办{joint}律师哪天来") == ("居住证怎么办", "律师哪天来")


def test_a_message_that_ends_in_and_adds_no_ask():
    """Something must come after it."""
    assert clauses("请问居住证还有") == ("居住证还有",)


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("居住证", 3), ("wifi", 1), ("居住证7x", 5), ("juzhuzheng", 3), ("办wifi卡", 3)],
)
def test_each_syllable_character_and_run_sounds_as_one_character(text: str, count: int):
    """So that slices are n-grams of syllables."""
    assert len(sounds(text)) == count == len(pinyin(text))


def test_what_sounds_alike_is_the_same_character_written_or_spelled():
    """Homophones and Pinyin meet; a run of letters meets only itself."""
    assert sounds("居注政") == sounds("居住证") == sounds("juzhuzheng")
    assert sounds("wifi") == sounds("wifi") != sounds("wechat")
