"""Forms that are ours, rooms by role, headers, and what a refusal shows."""

import re

import pytest

from bot.console.rights import PUBLIC, RIGHTS
from bot.domain.errors import StoreUnavailable
from bot.records.staff import StaffRole
from tests.contract.console.conftest import Console

PAGES = [
    "/", "/alerts", "/cases", "/undelivered", "/packs", "/packs/demo", "/explain", "/audit",
    "/password",
]  # fmt: skip
FORMS = [
    "/logout", "/password", "/alerts/1/seen", "/alerts/1/closed", "/cases/1/take", "/cases/1/move",
    "/cases/1/note", "/explain", "/login",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("token", ["", "forged", "伪造"], ids=["none", "forged", "chinese"])
def test_a_form_without_our_token_is_refused(console: Console, form: str, token: str) -> None:
    """No other site can press a button in a clerk's name."""
    browser = console.person()
    browser.token = token

    assert browser.post(form).status_code == 403
    assert browser.get("/").status_code == 200


def test_every_route_stands_in_the_table_of_rights(console: Console) -> None:
    """A page somebody adds and forgets to list is closed, and this test says so."""
    names = {
        rule.endpoint.partition(".")[2]
        for rule in console.app.url_map.iter_rules()
        if rule.endpoint.startswith("console.")
    }

    assert names == PUBLIC | RIGHTS.keys()
    assert console.app.blueprints["console"].auth == "staff"


@pytest.mark.parametrize("role", list(StaffRole))
def test_each_role_enters_its_rooms_and_no_other(console: Console, role: StaffRole) -> None:
    """The navigation shows exactly the rooms that open."""
    browser = console.person(role=role)
    rooms = {
        "/": "today",
        "/alerts": "alert_list",
        "/cases": "case_list",
        "/undelivered": "undelivered",
        "/packs": "pack_list",
        "/explain": "explain",
        "/audit": "audit",
    }

    browser.get("/")
    shown = set(
        re.findall(r'<a href="(/console/[a-z]*)"', browser.seen.split("<nav")[1].split("</nav")[0])
    )

    for path, endpoint in rooms.items():
        allowed = role in RIGHTS[endpoint]
        assert browser.get(path).status_code == (200 if allowed else 403)
        assert (f"/console{path}" in shown) is allowed


@pytest.mark.parametrize("path", [*PAGES, "/login", "/nothing", "/static/console.css"])
def test_every_answer_carries_the_security_headers(console: Console, path: str) -> None:
    """No foreign script, no frame around us, nothing kept by a cache."""
    response = console.person().get(path)

    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    if "static" not in path:
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_holds_nothing_the_policy_forbids(console: Console, path: str) -> None:
    """No inline script, style or handler, so that the strict policy breaks nothing."""
    browser = console.person()
    browser.get(path)

    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", browser.seen)


@pytest.mark.parametrize("path", [*PAGES, "/login"])
def test_every_field_has_a_label_and_every_page_a_title(console: Console, path: str) -> None:
    """A screen reader names each field; the page says where one is."""
    browser = console.browser() if path == "/login" else console.person()
    browser.get(path)

    fields = re.findall(r"<(?:input|select|textarea)(?![^>]*hidden)[^>]*id=\"(\w+)\"", browser.seen)
    assert all(f'<label for="{name}"' in browser.seen for name in fields)
    assert browser.seen.count("<h1>") == 1
    assert '<html lang="zh-Hans">' in browser.seen


@pytest.mark.parametrize(
    ("host", "secure"),
    [("127.0.0.1:8000", False), ("localhost", False), ("[::1]:8000", False), ("hou.example", True)],
)
def test_the_cookie_is_kept_from_scripts_other_sites_and_plain_http(
    console: Console, host: str, secure: bool
) -> None:
    """HttpOnly and SameSite always, Secure everywhere but on the machine itself."""
    cookie = console.browser().get("/login", headers={"Host": host}).headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/console" in cookie
    assert ("Secure" in cookie) is secure


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        ("/nothing", 404, "没有这一页"),
        ("/packs/atlantis", 404, "没有这一页"),
        ("/packs/demo/no.such", 404, "没有这一页"),
        ("/alerts?state=burning", 404, "没有这一页"),
        ("/alerts?community=atlantis", 404, "没有这一页"),
        ("/cases?show=burning", 404, "没有这一页"),
        ("/cases/1", 404, "没有这一页"),
        (f"/cases/{10**30}", 404, "没有这一页"),
        ("/cases/1/take", 404, "没有这一页"),
        ("/logout", 404, "没有这一页"),
    ],
)
def test_a_wrong_address_is_answered_in_chinese(
    console: Console, path: str, code: int, words: str
) -> None:
    """A clerk reads what happened and a way back, never a framework's page."""
    browser = console.person()

    assert browser.get(path).status_code == code
    assert words in browser.seen
    assert "回到“今天”" in browser.seen


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (StoreUnavailable("s3cret"), 503, "系统这会儿没响应"),
        (RuntimeError("s3cret"), 500, "没办成"),
    ],
    ids=["store", "bug"],
)
def test_a_failure_shows_no_traceback(
    console: Console, monkeypatch, error: Exception, code: int, words: str
) -> None:
    """Whatever breaks inside, the browser gets a plain Chinese page."""
    browser = console.person()

    def broken(*_args: object, **_values: object) -> None:
        raise error

    monkeypatch.setattr("bot.console.today.alerts.waiting", broken)
    response = browser.get("/")

    assert response.status_code == code
    assert words in browser.seen
    assert "Traceback" not in browser.seen
    assert "s3cret" not in browser.seen


def test_other_addresses_of_the_service_do_not_see_the_console(console: Console) -> None:
    """The webhook and the health pages neither read nor set the console's cookie."""
    client = console.app.test_client()

    for path in ("/healthz", "/wechat/default"):
        assert "Set-Cookie" not in client.get(path).headers
