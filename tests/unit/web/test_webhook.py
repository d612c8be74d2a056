"""``/wechat/<account>``: signed, in the account's mode, never 5xx (CONTRACT.md)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.bootstrap import as_account
from bot.domain.errors import StoreUnavailable
from bot.domain.replies import Article, Reply
from bot.records import accounts
from bot.records.accounts import AccountMode, AccountRecord
from bot.testing import START, Rig, make_settings
from bot.web.accounts import KEEP_S, MAX_ACCOUNTS, Accounts
from tests.factories import OPENID, Platform, make_event, make_xml


@pytest.fixture(params=["door", "flask"])
def client(request, rig: Rig):
    """Give a client that comes in by the door, then one that Flask alone serves."""
    app = rig.house.web_app()
    if request.param == "flask":
        app.wsgi_app = app.wsgi_app.inside
    return app.test_client()


RECORD = AccountRecord(
    slug="town",
    gh_id="gh_town",
    app_id="wxtown0000000001",
    app_secret="s",
    token="towntoken",
    aes_key="GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba",
    mode=AccountMode.SECURE,
    community="fengxin",
)


def test_the_url_is_verified_byte_for_byte(client, platform: Platform):
    """The platform compares what comes back."""
    answer = client.get(platform.path(platform.query(echostr="5927<&>8374+ ")))

    assert (answer.status_code, answer.data) == (200, b"5927<&>8374+ ")
    assert answer.mimetype == "text/plain"


def test_a_bad_signature_is_forbidden(client, platform: Platform):
    """Nobody else speaks here."""
    assert (
        client.get(platform.path({**platform.query(echostr="1"), "nonce": "x"})).status_code == 403
    )
    query, body = platform.sealed(make_xml())
    assert (
        client.post(platform.path({**query, "msg_signature": "0" * 40}), data=body).status_code
        == 403
    )


def test_a_message_is_answered_under_seal(client, platform: Platform):
    """To its sender, from the account, in five seconds."""
    fields = platform.read(platform.send(client, make_xml(Content="居住证怎么办")))

    assert (fields["ToUserName"], fields["FromUserName"]) == (OPENID, "gh_0123456789ab")
    assert (fields["MsgType"], fields["CreateTime"]) == ("text", str(int(START.timestamp())))
    assert "居住证" in fields["Content"]


def test_a_redelivery_gets_the_same_words_under_a_new_seal(client, platform: Platform):
    """New timestamp and nonce, the stored reply."""
    first = platform.send(client, make_xml(Content="居住证怎么办"))
    again = platform.send(client, make_xml(Content="居住证怎么办"))

    assert platform.read(first) == platform.read(again)
    assert first.data != again.data


def test_a_stale_request_is_forbidden(client, platform: Platform, rig: Rig):
    """A captured message cannot be sent again an hour later."""
    query, body = platform.sealed(make_xml())
    rig.clock.advance(timedelta(hours=1))

    assert client.post(platform.path(query), data=body).status_code == 403


def test_a_body_over_a_megabyte_is_too_large(client, platform: Platform):
    """Nobody reads it."""
    query, _ = platform.sealed(make_xml())

    answer = client.post(platform.path(query), data=b"x" * 1_048_577)
    assert (answer.status_code, answer.data) == (413, b"body too large")


@pytest.mark.parametrize(
    "xml",
    [
        "nothing",
        "<xml></xml>",
        "<!DOCTYPE x []><xml/>",
        make_event("something_new"),
        make_event("VIEW"),
    ],
)
def test_what_we_do_not_understand_is_quietly_accepted(client, platform: Platform, xml: str):
    """``success`` in clear, even in secure mode."""
    answer = platform.send(client, xml)

    assert (answer.status_code, answer.data) == (200, b"success")


def test_a_departure_is_accepted_without_a_word(client, platform: Platform):
    """There is nobody left to read it."""
    assert platform.send(client, make_event("unsubscribe")).data == b"success"


def test_an_unknown_account_is_forbidden(client, platform: Platform):
    """Its existence is nobody's business."""
    query, body = platform.sealed(make_xml())
    path = platform.path(query).replace("/default", "/nobody")

    assert client.post(path, data=body).status_code == 403
    assert client.get(path).status_code == 403


def test_an_account_of_the_records_has_its_own_keys_and_community(client, rig: Rig):
    """One deployment serves many."""
    accounts.put(rig.house.db, RECORD, rig.clock.now())
    account = as_account(RECORD)
    town = Platform(account.envelope, RECORD.token, rig.clock, slug="town")

    fields = town.read(town.send(client, make_xml(Content="你好", ToUserName="gh_town")))
    assert "凤馨苑" in fields["Content"]


def test_an_account_with_broken_keys_is_refused_and_never_a_crash(
    client, rig: Rig, platform: Platform
):
    """A slip in one account's settings is not the platform's to see."""
    accounts.put(rig.house.db, replace(RECORD, aes_key="short"), rig.clock.now())
    query, body = platform.sealed(make_xml())

    answer = client.post(platform.path(query).replace("/default", "/town"), data=body)
    assert answer.status_code == 403


def test_an_account_that_is_switched_off_is_refused(client, rig: Rig, platform: Platform):
    """As if it were not there."""
    accounts.put(rig.house.db, replace(RECORD, active=False), rig.clock.now())
    query, body = platform.sealed(make_xml())

    assert (
        client.post(platform.path(query).replace("/default", "/town"), data=body).status_code == 403
    )


def test_in_plaintext_mode_messages_and_replies_are_plain(rig: Rig, tmp_path):
    """For a first try without keys."""
    rig.house.settings = make_settings(
        tmp_path, BOT_WECHAT_MODE="plaintext", BOT_REDIS_URL=rig.house.settings.redis_url
    )
    platform = Platform.of(rig.house.settings, rig.clock)
    client = rig.house.web_app().test_client()

    answer = client.post(platform.path(platform.query()), data=make_xml(Content="你好").encode())
    assert answer.data.startswith(b"<xml><ToUserName>")
    assert answer.mimetype == "application/xml"


def test_an_error_nobody_expected_is_success_and_not_five_hundred(
    client, platform: Platform, rig: Rig, monkeypatch
):
    """The platform would show a fault note to the resident."""

    def broken(_request):
        raise RuntimeError("broken")

    monkeypatch.setattr(rig.house.runner, "run", broken)

    answer = platform.send(client, make_xml())
    assert (answer.status_code, answer.data) == (200, b"success")


def test_an_article_goes_out_as_news(client, platform: Platform, rig: Rig, monkeypatch):
    """A card instead of words."""
    article = Article(title="活动", description="周六", url="https://example.com")
    monkeypatch.setattr(
        rig.house.runner, "run", lambda request: request.render(Reply(article=article), "zh-Hans")
    )

    assert platform.read(platform.send(client, make_xml()))["MsgType"] == "news"


@pytest.mark.parametrize(
    "send",
    [
        lambda client: client.post("/wechat/default"),
        lambda client: client.get("/wechat/default"),
        lambda client: client.put("/wechat/default"),
        lambda client: client.post("/wechat/"),
        lambda client: client.post("/wechat/default?timestamp=%ff&signature=%ed%a0%80&nonce=%00"),
        lambda client: client.get("/wechat/%ff%fe?echostr=1"),
        lambda client: client.post("/wechat/default", data={"a": "b"}),
        lambda client: client.post("/wechat/default", headers={"Content-Length": "nine"}),
        lambda client: client.post("/wechat/default", headers={"Content-Length": "9" * 5_000}),
        lambda client: client.post("/wechat/default", headers={"Content-Length": "9" * 30}),
        lambda client: client.post("/wechat/default", headers={"Transfer-Encoding": "chunked"}),
        lambda client: client.post("/wechat/暖邻", data=b"<xml/>"),
        lambda client: client.post("/wechat/%00", data=b"<xml/>"),
        lambda client: client.post("/wechat/default/more", data=b"<xml/>"),
        lambda client: client.delete("/wechat/default"),
    ],
    ids=[
        "empty",
        "bare",
        "verb",
        "slug",
        "bytes",
        "path",
        "form",
        "length",
        "digits",
        "over-long",
        "chunked",
        "characters",
        "nought",
        "deeper",
        "another-verb",
    ],
)
def test_odd_requests_are_the_callers_fault(client, send):
    """4xx, never 5xx."""
    assert 400 <= send(client).status_code < 500


def test_a_parameter_that_comes_twice_counts_once(client, platform: Platform):
    """The first holds, whichever way the request came in."""
    query, body = platform.sealed(make_xml(Content="居住证怎么办"))
    path = platform.path(query)

    assert client.post(f"{path}&nonce=other", data=body).status_code == 200
    assert client.post(path.replace("?", "?nonce=other&"), data=body).status_code == 403


def test_operators_ask_whether_it_lives_and_is_ready(client):
    """Two questions, two routes."""
    assert client.get("/healthz").data == b"ok"
    assert (client.get("/readyz").status_code, client.get("/readyz").data) == (200, b"ready")


def test_what_is_not_ready_is_named(client, rig: Rig, monkeypatch):
    """503 while a part is away."""

    def away():
        raise StoreUnavailable("no")

    monkeypatch.setattr(rig.house.db, "ping", away)

    answer = client.get("/readyz")
    assert (answer.status_code, answer.data) == (503, b"not ready: database")
    assert client.get("/healthz").status_code == 200


def test_figures_are_for_this_machine_only(client):
    """Not exposed publicly by default."""
    assert b"bot_inbound_total" in client.get("/metrics").data
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403
    outside = {"REMOTE_ADDR": "203.0.113.7"}
    assert client.get("/metrics", environ_base=outside).status_code == 403
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "what"}).status_code == 403


def test_figures_can_be_opened(rig: Rig, tmp_path):
    """Where a scraper sits elsewhere."""
    rig.house.settings = replace(rig.house.settings, metrics_open=True)
    client = rig.house.web_app().test_client()

    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.7"}).status_code == 200


def test_a_page_that_is_not_there_says_so_plainly(client):
    """No traceback, no framework's page."""
    assert (client.get("/nothing").status_code, client.get("/nothing").data) == (404, b"not found")


# --- the cache of accounts ---


def test_the_accounts_of_the_settings_need_no_records():
    """The webhook answers while the database is away."""
    own = as_account(RECORD)
    cache = Accounts({"default": own}, lambda slug: pytest.fail("asked the records"))

    assert cache.get("default") is own


def test_an_account_is_looked_up_once_in_a_while(monkeypatch):
    """Often enough for a key rotation, seldom enough for a flood."""
    asked: list[str] = []
    moment = [0.0]
    monkeypatch.setattr("bot.web.accounts.time.monotonic", lambda: moment[0])
    cache = Accounts({}, asked.append)

    cache.get("x")
    cache.get("x")
    assert asked == ["x"]
    moment[0] += KEEP_S + 1
    cache.get("x")
    assert asked == ["x", "x"]


def test_a_known_account_outlives_the_records(monkeypatch):
    """While they are away the last known keys hold."""
    moment = [0.0]
    monkeypatch.setattr("bot.web.accounts.time.monotonic", lambda: moment[0])
    found = [as_account(RECORD)]

    def find(_slug):
        if not found:
            raise StoreUnavailable("away")
        return found[0]

    cache = Accounts({}, find)
    first = cache.get("town")
    found.clear()
    moment[0] += KEEP_S + 1

    assert cache.get("town") is first
    assert cache.get("other") is None


def test_only_so_many_accounts_are_kept():
    """Made-up slugs do not fill the memory."""
    cache = Accounts({}, lambda slug: None)

    for number in range(MAX_ACCOUNTS + 50):
        cache.get(f"s{number}")
    assert len(cache._kept) == MAX_ACCOUNTS
