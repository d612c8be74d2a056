"""Clock, budgets, tokens, robots, media, menus, switches, settings: the platform's rules."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.sandbox import AccountSettings, ResidentSettings, SandboxClock, SandboxSettings
from bot.sandbox.budgets import Budget
from bot.sandbox.chaos import Chaos, Switch
from bot.sandbox.media import MediaRefusedError, MediaStore
from bot.sandbox.menus import MenuRefusedError, find_button, read_menu
from bot.sandbox.oauth import OAuthCodes, OAuthRefusedError
from bot.sandbox.robots import RobotLimits
from bot.sandbox.tokens import TokenRefusedError, Tokens

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
JPEG = b"\xff\xd8\xff" + bytes(32)


@pytest.fixture
def clock() -> SandboxClock:
    """A clock that stands at noon in Beijing."""
    return SandboxClock(NOON, frozen=True)


def refused(action: Callable[[], Any]) -> int:
    """The error code an action is refused with."""
    with pytest.raises(
        (TokenRefusedError, MediaRefusedError, MenuRefusedError, OAuthRefusedError)
    ) as caught:
        action()
    return int(caught.value.code)


# -- clock ------------------------------------------------------------------------------------


def test_a_frozen_clock_moves_only_when_told(clock: SandboxClock) -> None:
    """Advancing moves it exactly."""
    clock.advance(timedelta(hours=12))
    assert clock.now().isoformat() == "2026-11-25T00:00:00+08:00"
    assert clock.day() == "2026-11-25"


def test_a_naive_time_is_beijing_time(clock: SandboxClock) -> None:
    """Staff type local times."""
    clock.set(datetime(2026, 12, 1, 9, 30))  # noqa: DTZ001 - a naive time is the point
    assert clock.now().isoformat() == "2026-12-01T09:30:00+08:00"


def test_a_resumed_clock_runs_on_from_where_it_stood(clock: SandboxClock) -> None:
    """No jump on resuming."""
    clock.resume()
    assert not clock.frozen
    assert 0 <= clock.time() - NOON.timestamp() < 5


def test_waiting_ends_when_the_time_is_moved(clock: SandboxClock) -> None:
    """A delayed push leaves as soon as the clock passes its moment."""
    results: list[bool] = []
    due = clock.time() + 3600
    waiter = threading.Thread(
        target=lambda: results.append(clock.wait_until(due, threading.Event()))
    )
    waiter.start()
    clock.advance(timedelta(hours=2))
    waiter.join(2)
    assert results == [True]


def test_waiting_ends_when_the_emulator_stops(clock: SandboxClock) -> None:
    """A stop does not wait for the virtual time."""
    stop = threading.Event()
    stop.set()
    assert not clock.wait_until(clock.time() + 3600, stop)


# -- budgets ----------------------------------------------------------------------------------


def test_a_message_allows_five_sends_in_48_hours() -> None:
    """The sixth is 45047, and after the window 45015."""
    budget = Budget()
    budget.on_message(0)
    assert [budget.spend(10) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    assert budget.spend(48 * 3600) == 45015


def test_an_action_allows_three_sends_in_a_minute() -> None:
    """A menu tap does not open the long window."""
    budget = Budget()
    budget.on_action(0)
    assert [budget.spend(1) for _ in range(4)] == [0, 0, 0, 45047]
    assert budget.spend(60) == 45015


def test_a_new_message_resets_the_count_and_does_not_add() -> None:
    """Five again, not nine."""
    budget = Budget()
    budget.on_message(0)
    budget.spend(1)
    budget.on_message(2)
    assert budget.left(3) == 5


def test_the_short_window_is_used_first() -> None:
    """After an action inside a conversation the five stay for later."""
    budget = Budget()
    budget.on_message(0)
    budget.on_action(0)
    for _ in range(3):
        budget.spend(1)
    assert budget.left(61) == 5
    assert budget.closes_at(61) == 48 * 3600


def test_unfollowing_closes_every_window() -> None:
    """Nothing may be sent afterwards."""
    budget = Budget()
    budget.on_message(0)
    budget.close()
    assert budget.refusal(1) == 45015
    assert budget.closes_at(1) is None


# -- tokens -----------------------------------------------------------------------------------


@pytest.fixture
def tokens(clock: SandboxClock) -> Tokens:
    """Tokens with the platform's usual numbers, three a day."""
    return Tokens(clock, lifetime_s=7200, overlap_s=300, daily_limit=3)


def test_a_new_token_leaves_the_old_one_five_minutes(tokens: Tokens, clock: SandboxClock) -> None:
    """Then the old one is 40001 and the new one still good."""
    old, _ = tokens.classic("default")
    new, lifetime = tokens.classic("default")
    assert lifetime == 7200
    assert old != new
    clock.advance(timedelta(seconds=299))
    assert tokens.check(old) == "default"
    clock.advance(timedelta(seconds=1))
    assert refused(lambda: tokens.check(old)) == 40001
    assert tokens.check(new) == "default"


def test_a_stable_token_stays_the_same_until_renewal(tokens: Tokens, clock: SandboxClock) -> None:
    """In the last five minutes a second one appears and both are valid."""
    first, _ = tokens.stable("default", force=False)
    clock.advance(timedelta(seconds=6000))
    again, left = tokens.stable("default", force=False)
    assert (again, left) == (first, 1200)
    clock.advance(timedelta(seconds=1000))
    renewed, left = tokens.stable("default", force=False)
    assert renewed != first
    assert left == 7200
    assert tokens.check(first) == tokens.check(renewed) == "default"
    clock.advance(timedelta(seconds=200))
    assert refused(lambda: tokens.check(first)) == 42001


def test_the_two_families_do_not_disturb_each_other(tokens: Tokens, clock: SandboxClock) -> None:
    """A classic token does not end a stable one."""
    stable, _ = tokens.stable("default", force=False)
    tokens.classic("default")
    tokens.classic("default")
    clock.advance(timedelta(seconds=600))
    assert tokens.check(stable) == "default"


def test_forcing_kills_the_old_token_and_is_limited(tokens: Tokens, clock: SandboxClock) -> None:
    """Twenty a day, thirty seconds apart."""
    first, _ = tokens.stable("default", force=False)
    tokens.stable("default", force=True)
    assert refused(lambda: tokens.check(first)) == 40001
    assert refused(lambda: tokens.stable("default", force=True)) == 45011
    for _ in range(19):
        clock.advance(timedelta(seconds=30))
        tokens.stable("default", force=True)
    clock.advance(timedelta(seconds=30))
    assert refused(lambda: tokens.stable("default", force=True)) == 45009


def test_the_daily_quota_resets_at_midnight_in_beijing(tokens: Tokens, clock: SandboxClock) -> None:
    """Three here, then 45009 until the day turns."""
    for _ in range(3):
        tokens.classic("default")
    assert refused(lambda: tokens.classic("default")) == 45009
    clock.advance(timedelta(hours=12))
    assert tokens.classic("default")


def test_token_errors_are_told_apart(tokens: Tokens, clock: SandboxClock) -> None:
    """Missing, malformed, unknown, expired and revoked have their own codes."""
    good, _ = tokens.classic("default")
    assert refused(lambda: tokens.check("")) == 41001
    assert refused(lambda: tokens.check("nonsense")) == 40014
    assert refused(lambda: tokens.check("44_" + "a" * 136)) == 40001
    clock.advance(timedelta(seconds=7200))
    assert refused(lambda: tokens.check(good)) == 42001
    fresh, _ = tokens.stable("default", force=False)
    tokens.revoke("default")
    assert refused(lambda: tokens.check(fresh)) == 40001


# -- robots -----------------------------------------------------------------------------------


def test_the_twenty_first_post_blocks_a_robot_for_a_minute(clock: SandboxClock) -> None:
    """Other robots are not touched."""
    limits = RobotLimits(clock)
    assert all(limits.spend("a") for _ in range(20))
    assert not limits.spend("a")
    assert limits.spend("b")
    clock.advance(timedelta(seconds=59))
    assert not limits.spend("a")
    clock.advance(timedelta(seconds=2))
    assert limits.spend("a")


# -- media ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "data", "name", "code"),
    [
        ("film", PNG, "a.png", 40004),
        ("image", b"", "a.png", 44001),
        ("image", b"not a picture", "a.png", 40005),
        ("thumb", PNG, "a.png", 40005),
        ("thumb", JPEG + bytes(65 * 1024), "a.jpg", 40012),
        ("voice", b"x", "a.wav", 40005),
        ("video", b"x" * (10 * 1024 * 1024 + 1), "a.mp4", 40011),
    ],
)
def test_bad_files_are_refused(
    clock: SandboxClock, kind: str, data: bytes, name: str, code: int
) -> None:
    """Kind, content and size each have a code."""
    store = MediaStore(clock, room_bytes=1 << 26)
    assert refused(lambda: store.add(kind, data, file_name=name)) == code


def test_media_lives_three_days(clock: SandboxClock) -> None:
    """By the virtual clock."""
    store = MediaStore(clock, room_bytes=1 << 20)
    media = store.add("image", PNG)
    clock.advance(timedelta(days=3, seconds=-1))
    assert store.exists(media.media_id, "image")
    assert not store.exists(media.media_id, "voice")
    clock.advance(timedelta(seconds=1))
    assert store.get(media.media_id) is None


def test_the_oldest_media_make_room(clock: SandboxClock) -> None:
    """The store is bounded."""
    store = MediaStore(clock, room_bytes=100)
    first, *_, last = [store.add("image", PNG) for _ in range(5)]
    assert store.get(first.media_id) is None
    assert store.get(last.media_id) is not None


# -- menus ------------------------------------------------------------------------------------

CLICK = {"type": "click", "name": "办事", "key": "K"}


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        (None, 40016),
        ([], 40016),
        ([CLICK] * 4, 40016),
        (["x"], 40017),
        ([{**CLICK, "type": "jump"}], 40017),
        ([{**CLICK, "name": "名字太长了啊"}], 40018),
        ([{**CLICK, "key": "k" * 129}], 40019),
        ([{"type": "view", "name": "看", "url": ""}], 40020),
        ([{"type": "view", "name": "看", "url": "ftp://x"}], 40055),
        ([{"name": "多", "sub_button": [{**CLICK, "sub_button": [CLICK]}]}], 40022),
        ([{"name": "多", "sub_button": [CLICK] * 6}], 40023),
        ([{"name": "多", "sub_button": ["x"]}], 40024),
        ([{"name": "多", "sub_button": [{**CLICK, "name": ""}]}], 40025),
        ([{"name": "多", "sub_button": [{**CLICK, "key": ""}]}], 40026),
        ([{"name": "多", "sub_button": [{"type": "view", "name": "看"}]}], 40027),
    ],
)
def test_bad_menus_have_their_code(buttons: Any, code: int) -> None:
    """Structure and lengths are checked one by one."""
    assert refused(lambda: read_menu({"button": buttons})) == code


def test_a_menu_button_is_found_by_its_path() -> None:
    """Top and sub buttons; nothing outside."""
    menu = read_menu({"button": [CLICK, {"name": "多", "sub_button": [{**CLICK, "key": "S"}]}]})
    assert (find_button(menu, [1, 0]) or {})["key"] == "S"
    assert find_button(menu, [0]) == CLICK
    assert find_button(menu, [2]) is None
    assert find_button(menu, [0, 0]) is None


# -- web authorization ------------------------------------------------------------------------


def test_an_oauth_code_works_once_and_not_for_long(clock: SandboxClock) -> None:
    """Used, old, foreign and unknown codes are told apart."""
    codes = OAuthCodes(clock)
    code = codes.issue(account="default", openid="o1", scope="snsapi_base", snapshot=False)
    assert refused(lambda: codes.redeem("other", code)) == 40029
    grant = codes.redeem("default", code)
    assert grant.openid == "o1"
    assert refused(lambda: codes.redeem("default", code)) == 40163
    assert refused(lambda: codes.redeem("default", "x")) == 40029
    late = codes.issue(account="default", openid="o1", scope="snsapi_base", snapshot=False)
    clock.advance(timedelta(minutes=5))
    assert refused(lambda: codes.redeem("default", late)) == 42003


def test_an_oauth_token_is_renewed_by_its_refresh_token(clock: SandboxClock) -> None:
    """Two hours for the one, thirty days for the other."""
    codes = OAuthCodes(clock)
    code = codes.issue(account="default", openid="o1", scope="snsapi_base", snapshot=False)
    grant = codes.redeem("default", code)
    assert refused(lambda: codes.check(grant.access_token, "o2")) == 40003
    clock.advance(timedelta(hours=2))
    assert refused(lambda: codes.check(grant.access_token, "o1")) == 42001
    renewed = codes.refresh("default", grant.refresh_token)
    assert codes.check(renewed.access_token, "o1") is not None
    assert refused(lambda: codes.refresh("other", grant.refresh_token)) == 40030
    clock.advance(timedelta(days=30))
    assert refused(lambda: codes.refresh("default", grant.refresh_token)) == 42002
    assert refused(lambda: codes.check("nothing", "o1")) == 40001


# -- switches and settings --------------------------------------------------------------------


def test_a_switch_acts_as_often_as_armed() -> None:
    """Counted, endless, limited to a path, and off."""
    chaos = Chaos()
    chaos.set(Switch.API_BUSY, times=2, path="/cgi-bin/menu")
    assert chaos.take(Switch.API_BUSY, "/cgi-bin/token") is None
    assert chaos.take(Switch.API_BUSY, "/cgi-bin/menu/get") is not None
    assert chaos.take(Switch.API_BUSY, "/cgi-bin/menu/get") is not None
    assert chaos.take(Switch.API_BUSY, "/cgi-bin/menu/get") is None
    chaos.set(Switch.DELAY, times=-1, value=5)
    assert [chaos.take(Switch.DELAY) is not None for _ in range(9)] == [True] * 9
    chaos.clear()
    assert chaos.take(Switch.DELAY) is None
    with pytest.raises(ValueError, match="times"):
        chaos.set(Switch.DELAY, times=-2)


def test_every_switch_has_a_label() -> None:
    """The page lists them all."""
    assert all(entry["label"] for entry in Chaos().as_json())


@pytest.mark.parametrize(
    "change",
    [
        {"deliveries": 0},
        {"deliveries": 5},
        {"accounts": ()},
        {"accounts": (AccountSettings(), AccountSettings())},
        {"accounts": (replace(AccountSettings(), token=""),)},
        {"accounts": (replace(AccountSettings(), aes_key="short"),)},
        {"accounts": (replace(AccountSettings(), previous_aes_key="!" * 43),)},
        {"accounts": (replace(AccountSettings(), callback_url="file:///etc/passwd"),)},
        {"residents": (ResidentSettings(openid="o", name="n", account="nowhere"),)},
    ],
)
def test_impossible_settings_are_refused(change: dict[str, Any]) -> None:
    """The emulator does not start with them."""
    with pytest.raises(ValueError, match=r"."):
        SandboxSettings(**change)


def test_secrets_stay_out_of_representations() -> None:
    """A logged settings object tells no secret."""
    shown = repr(SandboxSettings())
    account = AccountSettings()
    for secret in (account.app_secret, account.token, account.aes_key):
        assert secret not in shown


def test_the_base_url_follows_the_port() -> None:
    """Or the public address when there is one."""
    assert SandboxSettings(port=9000).base_url == "http://127.0.0.1:9000"
    assert SandboxSettings(public_url="https://sbx.test/").base_url == "https://sbx.test"


def test_a_real_clock_runs() -> None:
    """Without a start it is the machine's time."""
    clock = SandboxClock()
    before = clock.time()
    time.sleep(0.01)
    assert clock.time() > before
    assert abs(clock.time() - clock.wall()) < 1
