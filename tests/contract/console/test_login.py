"""Who gets in, how long he stays, and what stops those who guess."""

from datetime import timedelta

import pytest

from bot.console.login import TRIES_PER_MINUTE
from bot.records import audit, staff
from bot.records.staff import MAX_FAILED
from tests.contract.console.conftest import PASSWORD, Console


def actions(console: Console) -> list[str]:
    return [line.action for line in audit.tail(console.rig.house.db)]


def test_a_page_without_login_leads_to_the_login_and_back(console: Console) -> None:
    """Nobody sees a page without a login; after it he is where he wanted to go."""
    console.hire()
    browser = console.browser()

    turned_away = browser.get("/packs/demo?show=local")
    assert turned_away.status_code == 303
    assert turned_away.location.startswith("/console/login?next=/console/packs/demo")

    came_back = browser.login("lin", next="/console/packs/demo?show=local")
    assert came_back.location == "/console/packs/demo?show=local"
    assert "staff.logged_in" in actions(console)


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/wechat/default", "/console/\r\nX: y"]
)
def test_the_login_never_leads_elsewhere(console: Console, elsewhere: str) -> None:
    """The page after the login is one of ours, whatever the address asked for."""
    console.hire()

    assert console.browser().login("lin", next=elsewhere).location == "/console/"


def test_a_wrong_password_says_no_more_than_an_unknown_name(console: Console) -> None:
    """Names cannot be probed, and what was typed as a name is not kept."""
    console.hire()
    browser = console.browser()

    wrong = browser.login("lin", "not the password")
    told = browser.seen
    unknown = browser.login("my-password-by-mistake", "x")

    assert wrong.status_code == unknown.status_code == 403
    assert (
        told.split("<main")[1].split("csrf")[0] == browser.seen.split("<main")[1].split("csrf")[0]
    )
    assert "my-password-by-mistake" not in repr(audit.tail(console.rig.house.db))


def test_five_wrong_passwords_lock_the_account(console: Console) -> None:
    """Guessing stops; the right password does not help before the time is over."""
    console.hire()
    browser = console.browser()

    for _ in range(MAX_FAILED):
        assert browser.login("lin", "guess").status_code == 403
    assert browser.login("lin").status_code == 403
    assert audit.tail(console.rig.house.db)[0].detail == "locked"

    console.rig.clock.advance(timedelta(minutes=16))
    assert browser.login("lin").status_code == 303


def test_one_address_may_not_try_many_names(console: Console) -> None:
    """The throttle counts addresses, so that many names do not get round the lockout."""
    console.hire()
    browser = console.browser()

    codes = [browser.login(f"name{n}", "x").status_code for n in range(TRIES_PER_MINUTE + 1)]

    assert codes == [403] * TRIES_PER_MINUTE + [429]
    assert browser.login("lin").status_code == 429


def test_addresses_behind_a_proxy_on_this_machine_are_told_apart(console: Console) -> None:
    """One guesser behind a local proxy does not lock everybody out."""
    console.hire()
    browser = console.browser()
    browser.client.environ_base["HTTP_X_FORWARDED_FOR"] = "203.0.113.9"
    for n in range(TRIES_PER_MINUTE + 1):
        browser.login(f"name{n}", "x")

    browser.client.environ_base["HTTP_X_FORWARDED_FOR"] = "203.0.113.9, 198.51.100.7"

    assert browser.login("lin").status_code == 303


def test_a_login_is_a_new_session(console: Console) -> None:
    """A token somebody planted before the login is worth nothing after it (fixation)."""
    console.hire()
    browser = console.browser()
    browser.get("/login")
    planted = browser.token

    browser.login("lin")

    assert browser.token != planted
    browser.token = planted
    assert browser.post("/logout").status_code == 403


def test_half_an_hour_without_a_request_ends_the_login(console: Console) -> None:
    """Who walked away is logged out; who works stays."""
    browser = console.person()

    console.rig.clock.advance(timedelta(minutes=29))
    assert browser.get("/").status_code == 200
    console.rig.clock.advance(timedelta(minutes=29))
    assert browser.get("/").status_code == 200
    console.rig.clock.advance(timedelta(minutes=30))
    assert "over=1" in browser.get("/").location


def test_a_working_day_ends_the_login_however_busy(console: Console) -> None:
    """A stolen cookie cannot be kept alive for ever."""
    browser = console.person()

    for _ in range(36):
        console.rig.clock.advance(timedelta(minutes=20))
        last = browser.get("/").status_code

    assert last == 303


def test_logging_out_ends_the_login(console: Console) -> None:
    """After the button the pages are closed again."""
    browser = console.person()

    assert browser.post("/logout").status_code == 303
    assert browser.get("/").status_code == 303
    assert "staff.logged_out" in actions(console)


def test_who_left_is_out_at_his_next_click(console: Console) -> None:
    """Roles and leave take effect at once: each request looks the person up."""
    browser = console.person()

    staff.set_active(console.rig.house.db, "lin", active=False)

    assert browser.get("/").status_code == 303


def test_one_changes_ones_own_password(console: Console) -> None:
    """The old one no longer works, the new one does, and the audit says that it happened."""
    browser = console.person()

    response = browser.post(
        "/password", current=PASSWORD, fresh="four new words here", again="four new words here"
    )

    assert response.status_code == 303
    assert "staff.password_changed" in actions(console)
    assert browser.get("/").status_code == 200
    assert console.browser().login("lin").status_code == 403
    assert console.browser().login("lin", "four new words here").status_code == 303


@pytest.mark.parametrize(
    ("current", "fresh", "again"),
    [
        ("wrong", "four new words here", "four new words here"),
        (PASSWORD, "four new words here", "another"),
        (PASSWORD, "short", "short"),
        (PASSWORD, PASSWORD, PASSWORD),
        (PASSWORD, "x" * 1_025, "x" * 1_025),
    ],
    ids=["wrong", "differs", "short", "same", "long"],
)
def test_a_bad_change_of_password_changes_nothing(
    console: Console, current: str, fresh: str, again: str
) -> None:
    """The form says what is wrong; the old password still works."""
    browser = console.person()

    response = browser.post("/password", current=current, fresh=fresh, again=again)

    assert response.status_code == 422
    assert 'role="alert"' in browser.seen
    assert console.browser().login("lin").status_code == 303


def test_staff_get_in_while_redis_is_away(console: Console, monkeypatch) -> None:
    """In a crisis the alerts must be reached; the lockout in the records still holds."""
    console.hire()
    state = console.rig.house.state
    monkeypatch.setattr(state, "_broken_until", float("inf"))

    assert console.browser().login("lin").status_code == 303
