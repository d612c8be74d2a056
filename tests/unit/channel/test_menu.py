"""A menu is checked before the platform sees it."""

import pytest

from bot.channel.wechat.menu import Button, ButtonKind, Menu, Submenu, menu_body
from bot.domain.errors import PackError


def test_a_menu_becomes_the_platforms_json():
    """WECHAT.md §8.3: a parent has no type, view has a url, the rest a key."""
    menu = Menu(
        buttons=(
            Button(name="办事", value="services"),
            Submenu(
                name="更多",
                buttons=(
                    Button(name="官网", value="https://example.org", kind=ButtonKind.VIEW),
                    Button(name="我在哪", value="here", kind=ButtonKind.LOCATION),
                ),
            ),
        )
    )
    assert menu_body(menu) == {
        "button": [
            {"name": "办事", "type": "click", "key": "services"},
            {
                "name": "更多",
                "sub_button": [
                    {"name": "官网", "type": "view", "url": "https://example.org"},
                    {"name": "我在哪", "type": "location_select", "key": "here"},
                ],
            },
        ]
    }


def test_all_broken_rules_are_named_at_once():
    """The content author mends them in one go."""
    menu = Menu(
        buttons=(
            Button(name="这个名字太长了", value="x" * 129),
            Submenu(name="", buttons=()),
            Button(name="坏链接", value="javascript:x", kind=ButtonKind.VIEW),
            Button(name="第四个", value="four"),
        )
    )
    with pytest.raises(PackError) as refused:
        menu_body(menu)
    told = "\n".join(refused.value.problems)
    for words in (
        "1 to 3 top buttons, found 4",
        "1 to 16 bytes, found 21",
        "1 to 128 bytes, found 129",
        "1 to 16 bytes, found 0",
        "1 to 5 buttons, found 0",
        "starts with https://",
    ):
        assert words in told
    assert len(refused.value.problems) == 6
