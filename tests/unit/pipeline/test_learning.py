"""The router in force keeps up with what staff add, and stays when anything fails."""

import threading
import time
from datetime import timedelta

import pytest

from bot.domain.errors import StoreUnavailable
from bot.pipeline.learning import AGAIN_S, CATCH_UP_S, Watch
from bot.records import phrases
from bot.state import keys
from bot.testing import Rig
from bot.understanding.overlay import Addition
from bot.understanding.router import Decision
from bot.understanding.source import RouterSource

#: Belongs to no intent; see the router's own tests.
TEXT = "红烧肉怎么做才不腻"


def attach(rig: Rig, *texts: str, intent: str = "legal.duty", tell: bool = True) -> list[int]:
    found = phrases.attach(
        rig.house.db, texts=texts, intent=intent, wordings=(), by="lina", now=rig.clock.now()
    )
    if tell:
        rig.house.phrases_version.tell()
    return found


def answered(rig: Rig) -> tuple[str, ...]:
    return rig.house.router.understand(TEXT).intents


@pytest.fixture
def away(monkeypatch):
    """Give a switch that takes the records away."""

    def switch(rig: Rig):
        def refuse():
            raise StoreUnavailable("away")

        monkeypatch.setattr(rig.house.learning, "_phrases", refuse)

    return switch


def test_an_added_phrase_is_in_force_at_the_next_look(rig: Rig):
    """And one taken back is not any more; without news nothing is built."""
    rig.house.watching.look()  # the router of a rig is given from outside
    before = rig.house.router
    assert not rig.house.watching.look()
    assert rig.house.router is before

    (number,) = attach(rig, TEXT)
    assert rig.house.watching.look()
    assert answered(rig) == ("legal.duty",)
    assert "律师" in rig.say(TEXT)
    assert not rig.house.watching.look()

    phrases.take_back(rig.house.db, number, by="lina", now=rig.clock.now())
    rig.house.phrases_version.tell()
    assert rig.house.watching.look()
    assert answered(rig) != ("legal.duty",)


def test_a_change_nobody_told_is_found_within_a_minute(rig: Rig):
    """Redis was away when staff added it, or is empty now."""
    rig.house.watching.look()
    attach(rig, TEXT, tell=False)
    assert not rig.house.watching.look()

    rig.clock.advance(timedelta(seconds=CATCH_UP_S))

    assert rig.house.watching.look()
    assert answered(rig) == ("legal.duty",)


def test_an_empty_redis_is_no_news(rig: Rig):
    """A counter that starts anew makes one look at SQL and no new router."""
    attach(rig, TEXT)
    rig.house.watching.look()
    rig.house.state.client.delete(keys.PHRASES)

    assert not rig.house.watching.look()
    attach(rig, "蓝色灯塔几点亮")
    assert rig.house.watching.look()


def test_without_redis_the_phrases_are_loaded_and_followed_all_the_same(lone: Rig, own_redis):
    """SQL is the truth; the counter only saves waiting."""
    attach(lone, TEXT)
    own_redis.stop()

    lone.house.router = lone.house.learning.first()

    assert answered(lone) == ("legal.duty",)
    attach(lone, "蓝色灯塔几点亮", tell=False)
    assert not lone.house.watching.look()
    lone.clock.advance(timedelta(seconds=CATCH_UP_S))
    assert lone.house.watching.look()


def test_without_records_a_process_starts_on_the_packs_alone_and_says_so_once(
    rig: Rig, away, monkeypatch, logged
):
    """It catches up as soon as they answer."""
    attach(rig, TEXT)
    with monkeypatch.context() as patched:
        patched.setattr(rig.house.learning, "_phrases", away_phrases)
        rig.house.router = rig.house.learning.first()
        assert answered(rig) != ("legal.duty",)
        for _ in range(3):
            assert not rig.house.watching.look()
            rig.clock.advance(timedelta(seconds=AGAIN_S))
    assert [line["event"] for line in logged()].count("phrases.away") == 1

    assert rig.house.watching.look()
    assert answered(rig) == ("legal.duty",)


def away_phrases():
    """Stand in for records that are away."""
    raise StoreUnavailable("away")


def test_records_that_go_away_leave_what_is_in_force(rig: Rig, away):
    """What was added stays known."""
    attach(rig, TEXT)
    rig.house.watching.look()

    away(rig)
    rig.house.phrases_version.tell()

    assert not rig.house.watching.look()
    assert answered(rig) == ("legal.duty",)


def test_a_learned_model_is_taken_as_soon_as_it_is_there(rig: Rig, monkeypatch):
    """Told or not; only once."""
    learned: set[tuple[Addition, ...]] = set()
    made: list[object] = []
    source = rig.house.router_source
    monkeypatch.setattr(source, "is_learned", lambda added: tuple(added) in learned)
    monkeypatch.setattr(
        source,
        "renew",
        lambda router, added: made.append(added) or RouterSource.renew(source, router, added),
    )
    attach(rig, TEXT)
    rig.house.watching.look()
    assert len(made) == 1

    learned.add((Addition(TEXT, "legal.duty"),))
    rig.clock.advance(timedelta(seconds=CATCH_UP_S))

    assert rig.house.watching.look()
    assert not rig.house.watching.look()
    assert len(made) == 2


def test_a_router_that_cannot_be_built_leaves_the_old_one_in_force(rig: Rig, monkeypatch, logged):
    """The thread says so and goes on."""
    tried = threading.Event()

    def broken(router, added):
        tried.set()
        raise RuntimeError

    monkeypatch.setattr(rig.house.router_source, "renew", broken)
    before = rig.house.router
    attach(rig, TEXT)
    watch = Watch(
        rig.house.learning, current=lambda: rig.house.router, swap=rig.house._swap, every_s=0.01
    )
    watch.start()
    assert tried.wait(timeout=5)
    watch.close()

    assert rig.house.router is before
    assert "phrases.failed" in [line["event"] for line in logged()]
    assert rig.say("居住证怎么办")


def test_residents_are_answered_while_routers_change(rig: Rig):
    """Many times over; every message is understood by one of them."""
    attach(rig, TEXT)
    watch = Watch(
        rig.house.learning, current=lambda: rig.house.router, swap=rig.house._swap, every_s=0.01
    )
    watch.start()
    until = time.monotonic() + 3
    count = 0
    try:
        while time.monotonic() < until:
            found = rig.house.router.understand(f"居住证怎么办{'呀' * (count % 3)}")
            assert found.decision is Decision.ANSWER
            count += 1
            if count % 200 == 0:
                attach(rig, f"{TEXT}{count}")
    finally:
        watch.close()

    assert answered(rig) == ("legal.duty",)
    assert count > 100


def test_closing_the_house_ends_the_thread(rig: Rig):
    """Nothing is left running behind a test or a worker that stops."""
    rig.house.watching.start()
    rig.house.close()

    assert "phrases" not in [thread.name for thread in threading.enumerate()]
