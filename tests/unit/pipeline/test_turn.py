"""One delivery through once, lock, session, budget and store (DESIGN.md §3)."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import BoundedSemaphore

import pytest

from bot.broadcast.delivery import deliver
from bot.domain.errors import StoreUnavailable
from bot.domain.messages import Kind
from bot.domain.replies import Reply
from bot.domain.sessions import Session, dump
from bot.pipeline import limits
from bot.pipeline.turn import Request
from bot.records import alerts, outbox, residents, subscriptions
from bot.records.outbox import OutboxState
from bot.sdk import Context
from bot.state import keys
from bot.state.turns import Standing
from bot.testing import FakeClock, Rig, make_inbound

CRISIS = "我不想活了"


def swap(rig: Rig, intent: str, handler, *, effects: bool = False) -> None:
    """Let another handler answer an intent."""
    intents = rig.house.registry.intents
    intents[intent] = replace(intents[intent], handler=handler, effects=effects)


def sentence(rig: Rig, name: str) -> str:
    """Return one of the machine's own sentences."""
    return rig.house.registry.machine.say(name)


def request(rig: Rig, inbound, *, render=None, arrived: float | None = None) -> Request:
    """Return a delivery as the webhook would make it."""
    return Request(
        inbound=inbound,
        ref=rig.ref,
        community="demo",
        render=render or rig.house.speech.text,
        arrived=rig.clock.monotonic() if arrived is None else arrived,
    )


def open_alerts(rig: Rig):
    return alerts.list_open(rig.house.db, None)


def unreachable(*_arguments, **_named):
    """Stand in for records that are away."""
    raise StoreUnavailable("away")


class Ways:
    """Records what goes out."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str]] = []
        self.posts: list[str] = []

    def text(self, account: str, openid: str, text: str) -> None:
        self.texts.append((openid, text))

    def robot(self, account: str, text: str) -> None:
        self.posts.append(text)


# --- once ---


def test_a_redelivery_gets_the_stored_reply_and_has_no_second_effect(rig: Rig):
    """k deliveries make one alert and one answer."""
    inbound = make_inbound("转人工")

    first = rig.deliver(inbound)
    assert [rig.deliver(inbound) for _ in range(3)] == [first] * 3
    assert len(open_alerts(rig)) == 1
    assert rig.house.state.client.xlen(keys.TURNS) == 1


def test_a_delivery_of_a_message_in_hand_waits_for_its_reply(rig: Rig):
    """The handler runs once; both connections get the same words."""
    calls: list[str] = []
    begun = threading.Event()

    def slow(ctx: Context) -> Reply:
        calls.append(ctx.intent)
        begun.set()
        time.sleep(0.15)
        return Reply(text="慢慢来")

    swap(rig, "chat.greet", slow)
    inbound = make_inbound("你好")
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(rig.deliver, inbound)
        begun.wait(timeout=5)
        second = pool.submit(rig.deliver, inbound)
        replies = [first.result(timeout=5), second.result(timeout=5)]

    assert replies == ["慢慢来", "慢慢来"]
    assert calls == ["chat.greet"]


def test_the_next_message_of_a_resident_waits_for_the_one_before(rig: Rig):
    """In order, so that a number picks from the reply he has read."""
    begun = threading.Event()

    def slow(ctx: Context) -> Reply:
        begun.set()
        time.sleep(0.1)
        return Reply(text="先", topic="legal.wages")

    swap(rig, "chat.greet", slow)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(rig.say, "你好")
        begun.wait(timeout=5)
        second = pool.submit(rig.say, "要带什么")
        assert first.result(timeout=5) == "先"
        assert second.result(timeout=5) != ""
    assert b"legal.wages" in rig.house.state.client.get(keys.session(rig.ref))


def test_a_wait_without_end_becomes_a_promise(rig: Rig):
    """Before the platform drops the connection; the answer is owed in the outbox."""

    class Hurrying(FakeClock):
        def monotonic(self) -> float:
            self.ticks += 1.0
            return self.ticks

    rig.clock = rig.house.clock = Hurrying()
    inbound = make_inbound("居住证怎么办")
    rig.house.turns.begin(inbound.key, rig.ref)

    assert rig.deliver(inbound) == ""
    assert outbox.status(rig.house.db, inbound.key).state is OutboxState.PROMISED


def test_a_worker_that_was_overtaken_still_answers_its_own_connection(rig: Rig):
    """Only the last attempt's reply is shown, and that one may be ours."""

    def overtaken(ctx: Context) -> Reply:
        client = rig.house.state.client
        client.delete(keys.once(ctx.inbound.key), keys.lock(rig.ref))
        assert rig.house.turns.begin(ctx.inbound.key, rig.ref).standing is Standing.FRESH
        return Reply(text="晚了")

    swap(rig, "chat.greet", overtaken)
    assert rig.say("你好") == "晚了"


# --- limits ---


def test_a_flood_gets_one_polite_line_and_then_silence_but_a_crisis_is_answered(rig: Rig):
    """A missed crisis is worse than a long log."""
    answered = [rig.say("你好") for _ in range(limits.FLOOD_PER_MINUTE)]
    assert all(answered)

    assert rig.say("你好") == sentence(rig, "flood")
    assert rig.say("你好") == ""
    assert "110" in rig.say(CRISIS)
    assert [alert.reason for alert in open_alerts(rig)] == ["safety.self_harm"]
    assert rig.say("你好") == ""


def test_a_flood_of_one_resident_silences_nobody_else_and_ends(rig: Rig):
    """Counted per person and minute."""
    for _ in range(limits.FLOOD_PER_MINUTE + 2):
        rig.say("你好")

    assert rig.say("你好", sender="oSomebodyElse00000000000001")
    rig.house.state.client.delete(keys.flood(rig.ref))
    assert rig.say("你好")


# --- Redis away ---


def test_without_redis_answers_that_need_no_memory_go_out_and_the_others_say_so(
    lone: Rig, own_redis
):
    """Stopped in the middle of a conversation, and back again."""
    assert "居住证" in lone.say("居住证怎么办")
    own_redis.stop()

    assert "居住" in lone.say("居住证怎么办")
    no_memory = sentence(lone, "no_memory")
    assert [lone.say(text) for text in ("1", "详细", "要带什么")] == [no_memory] * 3
    assert lone.say("转人工") != ""

    own_redis.start()
    time.sleep(0.1)
    lone.say("居住证怎么办")
    assert lone.say("1") not in {no_memory, sentence(lone, "lost_number")}


def test_without_redis_a_crisis_is_answered_and_staff_are_told(lone: Rig, own_redis):
    """The alert is in SQL; the queue is only a bell."""
    lone.say("你好")
    own_redis.stop()

    assert "110" in lone.say(CRISIS)
    assert [alert.reason for alert in open_alerts(lone)] == ["safety.self_harm"]


def test_a_repeat_without_redis_still_makes_one_alert(lone: Rig, own_redis):
    """Business effects carry the message key."""
    own_redis.stop()
    inbound = make_inbound("转人工")

    lone.deliver(inbound)
    lone.deliver(inbound)
    assert len(open_alerts(lone)) == 1


def test_redis_lost_during_an_answer_loses_the_memory_and_not_the_answer(lone: Rig, own_redis):
    """The reply is in hand already."""

    def stopping(ctx: Context) -> Reply:
        own_redis.stop()
        return Reply(text="还在")

    swap(lone, "chat.greet", stopping)
    assert lone.say("你好") == "还在"


# --- erasure ---


def test_an_unfollow_erases_the_resident_in_sql_and_redis(rig: Rig):
    """On unsubscribe the platform's rule is to delete all (WECHAT.md §2.4)."""
    rig.say("我要订阅通知")
    rig.say("转人工")
    db = rig.house.db
    assert residents.get(db, rig.ref)
    assert subscriptions.topics(db, rig.ref)

    assert rig.say(kind=Kind.UNFOLLOW) == ""

    assert residents.get(db, rig.ref) is None
    assert list(subscriptions.topics(db, rig.ref)) == []
    assert residents.summary(db, rig.ref) == {}
    assert [(alert.ref, alert.summary) for alert in open_alerts(rig)] == [(None, None)]
    assert outbox.due(db, rig.clock.now()) == []
    client = rig.house.state.client
    assert client.get(keys.session(rig.ref)) in {None, b"X"}
    assert not client.exists(keys.flood(rig.ref))


def test_a_withdrawn_authorisation_erases_too(rig: Rig):
    """The platform demands it (WECHAT.md §2.4)."""
    rig.say("我要订阅通知")

    assert rig.say(kind=Kind.ERASURE) == ""
    assert residents.get(rig.house.db, rig.ref) is None


def test_who_asks_in_chat_is_erased_and_remembered_no_more(rig: Rig):
    """The turn that asks saves no session either."""
    rig.say("我要订阅通知")
    rig.say("删除我的数据", kind=Kind.MENU)
    rig.deliver(make_inbound("account.erase", kind=Kind.MENU))

    assert residents.get(rig.house.db, rig.ref) is None


def test_an_erasure_that_cannot_be_done_is_owed_and_done_later(rig: Rig, monkeypatch, logged):
    """Tried three times at once, then by the nightly sweep."""
    rig.say("我要订阅通知")
    with monkeypatch.context() as away:
        away.setattr("bot.pipeline.ledger.time.sleep", lambda _pause: None)
        away.setattr(residents, "erase", unreachable)
        assert rig.say(kind=Kind.UNFOLLOW) == ""

    assert [line["event"] for line in logged()] == ["resident.erasure_owed"]
    assert residents.get(rig.house.db, rig.ref)
    assert rig.house.ledger.erase_owed() == {"erased": 1}
    assert residents.get(rig.house.db, rig.ref) is None
    assert rig.house.ledger.erase_owed() == {"erased": 0}


def test_an_erasure_nobody_could_note_down_is_shouted_about(
    lone: Rig, own_redis, monkeypatch, logged
):
    """Both stores are away: somebody must finish it by hand."""
    monkeypatch.setattr("bot.pipeline.ledger.time.sleep", lambda _pause: None)
    monkeypatch.setattr(residents, "erase", unreachable)
    own_redis.stop()

    assert lone.say(kind=Kind.UNFOLLOW) == ""
    assert [line["level"] for line in logged()] == ["critical"]


# --- alerts ---


@pytest.mark.parametrize("text", [CRISIS, "转人工"], ids=["crisis", "request"])
def test_the_alert_is_written_before_the_reply_is_rendered(rig: Rig, text: str):
    """A promise to call somebody survives a crash right after it."""
    seen: list[int] = []

    def render(reply: Reply, language: str) -> str:
        seen.append(len(open_alerts(rig)))
        return reply.text

    assert rig.house.runner.run(request(rig, make_inbound(text), render=render))
    assert seen == [1]


def test_staff_are_told_in_their_group(rig: Rig):
    """Community and reason; no words of the resident."""
    rig.say(CRISIS)
    ways = Ways()
    for row in outbox.due(rig.house.db, rig.clock.now()):
        deliver(rig.house.db, ways, row, rig.clock)

    (post,) = ways.posts
    assert post.startswith("【紧急】暖风里")
    assert CRISIS not in post


@pytest.mark.parametrize(("text", "name"), [(CRISIS, "crisis_alone"), ("转人工", "no_records")])
def test_when_nobody_can_be_told_the_words_change(rig: Rig, logged, text: str, name: str):
    """No promise that a person comes when nobody was told."""
    with rig.house.db.session() as session:
        session.connection().exec_driver_sql("ALTER TABLE alerts RENAME TO gone")

    said = rig.say(text)

    assert sentence(rig, name) in said
    assert "已经给社区的人留了话" not in said
    assert "alert.lost" in {line["event"] for line in logged()}


# --- the budget ---


def slow_by(seconds: float):
    def handler(ctx: Context) -> Reply:
        time.sleep(seconds)
        return Reply(text="算好了")

    return handler


def test_a_late_answer_is_promised_and_delivered_through_the_outbox(rig: Rig):
    """``success`` now, the words as a customer message."""
    swap(rig, "chat.greet", slow_by(0.3), effects=True)
    inbound = make_inbound("你好")
    late = request(rig, inbound, arrived=rig.clock.monotonic() - limits.BUDGET_S + 0.02)

    assert rig.house.runner.run(late) == ""
    assert outbox.status(rig.house.db, inbound.key).state is OutboxState.PROMISED
    assert rig.deliver(inbound) == ""

    rig.house.runner.close()
    (row,) = outbox.due(rig.house.db, rig.clock.now())
    ways = Ways()
    assert deliver(rig.house.db, ways, row, rig.clock) is OutboxState.SENT
    assert ways.texts == [(rig.sender, "算好了")]
    assert deliver(rig.house.db, ways, row, rig.clock) is None


def test_a_late_answer_nobody_could_promise_asks_to_try_again(rig: Rig, monkeypatch):
    """Never ``success`` without a promise."""
    swap(rig, "chat.greet", slow_by(0.2), effects=True)
    monkeypatch.setattr(rig.house.ledger, "promise", lambda *_arguments: False)
    late = request(rig, make_inbound("你好"), arrived=rig.clock.monotonic() - 10)

    assert rig.house.runner.run(late) == sentence(rig, "busy")


def test_a_full_house_says_so_at_once_and_frees_the_resident(rig: Rig):
    """Waiting would cost everybody his five seconds."""
    room = BoundedSemaphore(1)
    room.acquire()
    rig.house.runner._room = room
    inbound = make_inbound("转人工")

    assert rig.deliver(inbound) == sentence(rig, "busy")
    room.release()
    assert rig.deliver(inbound) != sentence(rig, "busy")


# --- trouble ---


@pytest.mark.parametrize("effects", [False, True], ids=["inline", "in a thread"])
def test_a_handler_that_raises_becomes_a_sentence(rig: Rig, logged, effects: bool):
    """The resident never reads an exception; a person hears of it."""

    def broken(ctx: Context) -> Reply:
        raise RuntimeError(f"broken by {ctx.text}")

    swap(rig, "chat.greet", broken, effects=effects)

    assert rig.say("你好") == sentence(rig, "stumbled")
    (line,) = [line for line in logged() if line["event"] == "turn.failed"]
    assert "RuntimeError" in str(line["exception"])


def test_records_that_are_away_are_named_honestly(rig: Rig):
    """Nothing was written, and that is what is said."""

    def away(ctx: Context) -> Reply:
        raise StoreUnavailable("away")

    swap(rig, "chat.greet", away)
    assert rig.say("你好") == sentence(rig, "no_records")


def test_a_profile_that_cannot_be_read_does_not_stop_an_answer(rig: Rig, monkeypatch):
    """And is asked for again only after a pause."""
    asked: list[str] = []

    def away(_db, ref):
        asked.append(ref)
        raise StoreUnavailable("away")

    monkeypatch.setattr(residents, "choices", away)

    assert rig.say("居住证怎么办")
    assert rig.say("居住证怎么办")
    assert len(asked) == 1


def test_a_community_that_is_gone_falls_back_to_the_accounts_own(rig: Rig):
    """A pack may be withdrawn while its residents stay."""
    touched = int(rig.clock.now().timestamp())
    rig.house.turns.save(
        rig.ref, dump(Session(community="withdrawn", known=True, touched_s=touched))
    )

    assert "暖风里" in rig.say("你好")


def test_no_log_line_holds_a_word_or_the_openid_of_a_resident(
    rig: Rig, lone: Rig, own_redis, logged
):
    """Through answers, crises, errors, erasure, late answers and stores that are away."""

    def broken(ctx: Context) -> Reply:
        raise ValueError(ctx.inbound.text + ctx.inbound.sender)

    words = ["你好阿姨我叫王小明", "我不想活了王小明", "转人工", "1", "详细"]
    swap(rig, "services.center", broken)
    for text in [*words, "社区服务中心在哪里"]:
        rig.say(text)
    rig.say(kind=Kind.UNFOLLOW)
    own_redis.stop()
    swap(lone, "chat.greet", broken)
    for text in [*words, "你好"]:
        lone.say(text)
    with lone.house.db.session() as session:
        session.connection().exec_driver_sql("DROP TABLE alerts")
    lone.say(CRISIS)

    lines = logged()
    text = "\n".join(map(str, lines))
    assert {"turn.failed", "turn.stateless", "alert.lost", "resident.erased"} <= {
        line["event"] for line in lines
    }
    assert rig.sender not in text
    assert not any(word in text for word in ("王小明", "不想活", "转人工", "服务中心在哪里"))


def test_the_turn_log_knows_how_it_went_and_not_what_was_said(rig: Rig):
    """Decision, intent, time: never a word."""
    rig.say("我想问居住证怎么办")

    ((_, text),) = rig.house.turns.take("sql", "test", count=10, block_ms=1)
    assert '"decision":"answer"' in text
    assert '"intent":"services.residence_permit"' in text
    assert "居住证" not in text
    assert rig.sender not in text
