"""The buttons below the chat: from the words to the platform, every one of them answered."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.bootstrap import HOUSE, House, Speechbook
from bot.channel.wechat.menu import Button, Menu, Submenu
from bot.cli import parser
from bot.commands.menus import put_menu, read_menu
from bot.domain.errors import ConfigError, PackError
from bot.domain.messages import Kind
from bot.pipeline.registry import Registry
from bot.testing import FakeClock, Rig, make_settings

INTENTS = {"a.one", "a.two"}


def house_words(speechbook: Speechbook) -> dict[str, dict[str, str]]:
    """Return the menu as it stands in the words."""
    found = speechbook.words[HOUSE].own["menu"]
    assert isinstance(found, dict)
    return found


def registry_of(speechbook: Speechbook) -> Registry:
    return Registry(speechbook.capabilities, dict(speechbook.words), HOUSE)


def test_words_become_buttons_in_the_order_they_are_written():
    """A name with an intent acts, a name with names opens them."""
    assert read_menu({"甲": {"一": "a.one", "二": "a.two"}, "乙": "a.two"}, INTENTS) == Menu(
        buttons=(
            Submenu(
                name="甲",
                buttons=(Button(name="一", value="a.one"), Button(name="二", value="a.two")),
            ),
            Button(name="乙", value="a.two"),
        )
    )


def test_every_mistake_is_named_with_its_place():
    """A key that is no intent, and what the platform does not take, in one go."""
    with pytest.raises(PackError) as refused:
        read_menu({"这个名字太长了": {"一": "a.tow"}, "乙": {}, "丙": None, "丁": "a.one"}, INTENTS)

    told = "\n".join(refused.value.problems)
    assert "frames.menu.一: expected an intent id, found 'a.tow'" in told
    assert "frames.menu.丙: expected an intent id, found 'None'" in told
    for limit in ("1 to 3 top buttons, found 4", "1 to 16 bytes, found 21", "1 to 5 buttons"):
        assert limit in told
    assert all(
        line.startswith("intents/chat/replies.yaml: frames.menu") or "frames.menu." in line
        for line in refused.value.problems
    )


@pytest.mark.parametrize("words", [None, "chat.human", ["chat.human"]])
def test_words_without_a_menu_say_what_was_expected(words: object):
    """With an example."""
    with pytest.raises(PackError, match=r"frames\.menu: expected names of buttons .*example"):
        read_menu(words, INTENTS)


def test_the_houses_menu_is_whole_on_a_phone(speechbook: Speechbook):
    """Two or three buttons, at most five below each, names short enough to be shown whole."""
    words = house_words(speechbook)
    menu = read_menu(words, registry_of(speechbook).intents)

    assert 2 <= len(menu.buttons) <= 3
    assert all(len(name) <= 4 for name in words)
    assert all(len(label) <= 8 for below in words.values() for label in below)


def test_every_button_of_the_house_is_answered(rig: Rig):
    """A tap is worth a real answer: not a card that is missing, not a lost number."""
    machine = rig.house.registry.machine
    missing = machine.say("no_card", title="").splitlines()[-1]

    for below in house_words(rig.house.speechbook).values():
        for intent in below.values():
            told = rig.say(intent, kind=Kind.MENU)
            assert told not in {"", machine.say("lost_number"), machine.say("stumbled")}
            assert missing not in told, intent


@pytest.mark.parametrize(("words", "account"), [([], "default"), (["jiafu"], "jiafu")])
def test_the_command_takes_an_account_or_the_default_one(words: list[str], account: str):
    """``menu put [ACCOUNT]``."""
    found = parser().parse_args(["menu", "put", *words])

    assert (found.run, found.account) == ("menus:run_put", account)


def test_an_account_nobody_knows_is_named(rig: Rig):
    """One line that says how to see the others."""
    with pytest.raises(ConfigError, match=r"no active account 'nowhere'.*account list"):
        put_menu(rig.house, "nowhere")


def test_a_wrong_menu_never_reaches_the_platform(tmp_path: Path, speechbook: Speechbook):
    """Found before a token is asked for."""
    house = House(make_settings(tmp_path, BOT_WECHAT_API_BASE="http://127.0.0.1:9"), FakeClock())
    words = speechbook.words[HOUSE]
    wrong = replace(words, own={**words.own, "menu": {"甲": "no.such"}})
    house.speechbook = replace(speechbook, words={**speechbook.words, HOUSE: wrong})

    with pytest.raises(PackError, match=r"no\.such"):
        put_menu(house, "default")
