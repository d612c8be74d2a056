"""The house's menu at the platform emulator: taken, shown, and answered when tapped."""

from collections.abc import Iterator

import pytest

from bot.bootstrap import HOUSE
from bot.commands.menus import put_menu
from bot.testing import Stage, stage


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A house and an emulator."""
    with stage(tmp_path_factory.mktemp("menu")) as built:
        yield built


def test_the_platform_takes_the_menu_of_the_words_also_twice(street: Stage):
    """Name by name, key by key; the second time nothing doubles."""
    words = street.house.speechbook.words[HOUSE].own["menu"]
    assert isinstance(words, dict)

    for _ in range(2):
        put_menu(street.house, "default")

    shown = street.emulator.world.account("default").menu
    assert {
        top["name"]: {button["name"]: button["key"] for button in top["sub_button"]}
        for top in shown
    } == words


def test_a_tap_is_answered_like_the_question(street: Stage):
    """Through the wire and the webhook."""
    put_menu(street.house, "default")
    phone = street.phone("王婶")

    heard = phone.act("menu", path=[0, 0])

    assert (heard.outcome, heard.problems) == ("replied", ())
    assert "住满半年" in heard.text
