"""Which language a message is written in."""

import pytest

from bot.understanding.script import traditional, written_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How do I get a residence permit?", "en"),
        ("residence permit", "en"),
        ("can you help me", "en"),
        ("wages", "en"),
        ("How do I get 居住证?", "en"),
        ("thank you", "en"),
        ("居住证怎么办理", "zh-Hans"),
        ("我是外籍教师，住八栋。Can you speak English", "zh-Hans"),
        ("帮我看下iphone 15 pro max", "zh-Hans"),
        ("請問居住證怎麼辦", "zh-Hant"),
        ("係唔係喺度攞居住證㗎", "zh-Hant"),
        ("ياخشىمۇسىز", "ug"),
        ("قازاقشا", "kk"),
        ("Сәлеметсіз бе", "kk"),
    ],
)
def test_a_clear_message_names_its_language(text: str, expected: str):
    """English, Uyghur, Kazakh, and the two scripts of Chinese."""
    assert written_in(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "1", "ok", "hello", "wifi", "行", "ju zhu zheng", "lv shi", "yuyue lvshi", "gong zi mei fa",
        "xiexie ni", "mei you wifi", "hello thanks", "Здравствуйте", "Tôi không hiểu", "السلام عليكم", "……",
    ],
)  # fmt: skip
def test_what_could_be_anything_names_none(text: str):
    """Pinyin is not English, one word that Chinese speakers use too says nothing."""
    assert written_in(text) == ""


@pytest.mark.parametrize("text", ["居住證", "請問", "你好", "乾著"])
def test_few_characters_do_not_tell_the_script(text: str):
    """Several that only traditional script has must stand there."""
    assert written_in(text) == "zh"


def test_traditional_script_reads_as_its_readers_write():
    """核對, not the rare 覈對; 為, not 爲."""
    assert traditional("核对为什么") == "核對為什麼"
