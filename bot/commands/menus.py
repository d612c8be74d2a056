"""``menu``: the button bar below an official account's chat, from the house's own words."""

import argparse
from collections.abc import Collection, Mapping

from bot.bootstrap import CAPABILITIES, HOUSE, House, build
from bot.channel.wechat.menu import Button, Menu, Submenu, menu_body
from bot.config import load
from bot.domain.errors import ConfigError, PackError

#: Where the buttons are written, as a content author finds them.
_WHERE = f"{CAPABILITIES}/{HOUSE}/replies.yaml: frames.menu"
_EXAMPLE = "example: 办事: {居住证: services.residence_permit}"


def run_put(arguments: argparse.Namespace) -> int:
    """Replace an account's menu with the one in the words; phones show it within five minutes."""
    house = build(load(), process="cli")
    try:
        put_menu(house, arguments.account)
    finally:
        house.close()
    print(f"menu of {arguments.account} is set; phones show it within some five minutes")
    return 0


def put_menu(house: House, account: str) -> None:
    """Replace an account's menu.

    Args:
        house: the deployment.
        account: slug of the account.

    Raises:
        ConfigError: there is no such active account.
        PackError: the menu in the words is wrong; the platform is not asked.
        ChannelError: the platform did not take it.
    """
    menu = read_menu(house.speechbook.words[HOUSE].own.get("menu"), house.registry.intents)
    route = house.open_route(account)
    if route is None:
        raise ConfigError(
            f"no active account {account!r}: `account list` shows those there are, "
            "`account put` adds one"
        )
    try:
        route.client.create_menu(menu)
    finally:
        route.client.close()


def read_menu(words: object, intents: Collection[str]) -> Menu:
    """Turn the words' ``menu`` into one the platform takes (WECHAT.md §8.3).

    Args:
        words: name of a top button -> the intent it asks, or name -> intent id of those below it.
        intents: ids a button may ask.

    Raises:
        PackError: one line a mistake: a shape, a limit of the platform, a key that is no intent.
    """
    if not isinstance(words, Mapping):
        raise PackError([f"{_WHERE}: expected names of buttons with intent ids; {_EXAMPLE}"])
    found: list[str] = []
    menu = Menu(buttons=tuple(_top(str(name), below) for name, below in words.items()))
    try:
        menu_body(menu)
    except PackError as error:
        found += [f"{_WHERE}: {problem}" for problem in error.problems]
    for button in _acting(menu):
        if button.value not in intents:
            found.append(
                f"{_WHERE}.{button.name}: expected an intent id, found {button.value!r}; {_EXAMPLE}"
            )
    if found:
        raise PackError(found)
    return menu


def _top(name: str, below: object) -> Button | Submenu:
    if isinstance(below, Mapping):
        inner = (Button(name=str(label), value=str(intent)) for label, intent in below.items())
        return Submenu(name=name, buttons=tuple(inner))
    return Button(name=name, value=str(below))


def _acting(menu: Menu) -> list[Button]:
    """Return the buttons that ask something, in the order they are shown."""
    out: list[Button] = []
    for button in menu.buttons:
        out += button.buttons if isinstance(button, Submenu) else (button,)
    return out
