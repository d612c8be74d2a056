"""Names a community knows: in full, by another name, misheard, nearly right, and not at all."""

from datetime import datetime

import pytest

from bot.domain.clock import BEIJING
from bot.sdk import Match, Named
from bot.understanding.entities import NameBook, extract

NOW = datetime(2026, 11, 26, 10, 0, tzinfo=BEIJING)
BOOK = NameBook(
    {
        "place": {
            "暖风里社区党群服务中心": ("服务中心", "党群中心", "居委会"),
            "暖风里社区图书馆": ("图书馆",),
            "居民活动室": ("活动室", "棋牌室"),
            "人民调解室": ("调解室",),
            "法律咨询站": (),
            "四点半教室": ("四点半课堂", "作业辅导班"),
        },
        "event": {"便民日": ("便民服务日",), "春运爱心车队": ("爱心车队",)},
        "duty": {"律师值班（周一）": ("周一律师",), "律师值班（周六）": ("周六律师",)},
        "club": {"爱心车队": ()},
        "course": {"法治课（工钱和合同）": ("法治课",), "法治课（租房和防骗）": ("法治课",)},
        "community": {
            "暖风里社区（演示）": ("暖风里",),
            "南沙湾社区": ("南沙湾",),
            "凤馨苑社区": ("凤馨苑",),
        },
    }
)


def names(text: str, book: NameBook = BOOK) -> list[Named]:
    """Return the names in a message."""
    return list(extract(text, now=NOW, names=book).names)


@pytest.mark.parametrize(
    ("text", "kind", "name", "match"),
    [
        ("人民调解室在哪", "place", "人民调解室", Match.NAME), ("图书馆几点开", "place", "暖风里社区图书馆", Match.ALIAS),
        ("居委会电话多少", "place", "暖风里社区党群服务中心", Match.ALIAS), ("便民日是哪天", "event", "便民日", Match.NAME),
        ("我住凤馨苑", "community", "凤馨苑社区", Match.ALIAS), ("圖書館幾點開", "place", "暖风里社区图书馆", Match.ALIAS),
        ("图 书 馆 在 哪", "place", "暖风里社区图书馆", Match.ALIAS), ("四点半课堂还收人吗", "place", "四点半教室", Match.ALIAS),
    ],
)  # fmt: skip
def test_a_name_said_as_it_is_is_sure(text: str, kind: str, name: str, match: Match):
    """In full or by another name, whatever the script."""
    (one,) = names(text)

    assert (one.kind, one.name, one.match, one.likeness) == (kind, name, match, 1.0)
    assert one.sure


@pytest.mark.parametrize(
    ("text", "name", "match"),
    [
        ("图书管几点开", "暖风里社区图书馆", Match.SOUND), ("居伟会在哪里", "暖风里社区党群服务中心", Match.SOUND),
        ("吊解室在不在", "人民调解室", Match.SOUND), ("四点办课堂怎么报", "四点半教室", Match.SOUND),
        ("法律自询站开吗", "法律咨询站", Match.SOUND), ("申请人民调解", "人民调解室", Match.CLOSE),
        ("便民服务的日子", "便民日", Match.CLOSE), ("法律咨询点在哪", "法律咨询站", Match.CLOSE),
    ],
)  # fmt: skip
def test_a_name_nearly_said_is_found_and_not_sure(text: str, name: str, match: Match):
    """A homophone of speech recognition, a missing character, a 的 too many."""
    (one,) = names(text)

    assert (one.name, one.match) == (name, match)
    assert not one.sure
    assert 0.8 <= one.likeness < 1


@pytest.mark.parametrize(
    "text",
    [
        "活动是哪天", "律师是几号", "自己起排，是算谁的", "北沙湾在哪", "周三律师在吗", "购物中心怎么走", "有没有平整的地方",
        "居民楼漏水", "我想约律师", "便利店", "社区", "法律", "和平苑社区",
    ],
)  # fmt: skip
def test_nothing_silly_is_taken_for_a_name(text: str):
    """Another word of the same sound, another weekday, another direction."""
    assert names(text) == []


def test_a_name_of_two_kinds_is_found_as_both():
    """A club and an event may share it."""
    assert {(one.kind, one.name) for one in names("爱心车队怎么报")} == {
        ("event", "春运爱心车队"),
        ("club", "爱心车队"),
    }


def test_another_name_of_two_is_sure_of_neither():
    """Both are kept, so that somebody can ask."""
    (one,) = names("法治课几点上")

    assert {one.name, *one.others} == {"法治课（工钱和合同）", "法治课（租房和防骗）"}
    assert not one.sure


def test_the_longest_name_at_a_place_wins():
    """党群服务中心 is not the 服务中心 inside it."""
    (one,) = names("暖风里社区党群服务中心在哪")

    assert (one.name, one.match) == ("暖风里社区党群服务中心", Match.NAME)


def test_a_figure_inside_a_name_is_part_of_it():
    """There is no half past four in the class of that name, but a Monday in the lawyer's."""
    assert extract("四点半课堂收费吗", now=NOW, names=BOOK).whens == ()
    assert [one.text for one in extract("下周一律师在吗", now=NOW, names=BOOK).whens] == ["下周一"]


def test_names_of_one_character_are_not_looked_for():
    """They would be found in every sentence."""
    assert names("店在哪", NameBook({"place": {"店": ("铺",)}})) == []


def test_a_latin_name_is_a_word_of_its_own():
    """AA is not in AAA."""
    book = NameBook({"event": {"AA": ()}})

    assert [one.name for one in names("AA聚会", book)] == ["AA"]
    assert names("AAA聚会", book) == []


def test_an_empty_book_names_nothing():
    """The default of ``extract``."""
    assert names("图书馆在哪", NameBook()) == []
