"""What one message does in Redis: claim, lock, count, session, stored reply, log."""

import json

import pytest

from bot.domain.errors import StoreUnavailable
from bot.state import keys
from bot.state.connection import State
from bot.state.turns import CLAIM_MS, REPLY_MS, SESSION_S, Standing, Turns, record

KEY, REF = "0123456789abcdef", "resident"


@pytest.fixture
def turns(state: State) -> Turns:
    return Turns(state)


def finish(turns: Turns, owner: str, *, key: str = KEY, reply: str = "答", session: str = "{}"):
    return turns.finish(key, REF, owner, reply=reply, session=session, turn='{"id":"1"}')


def test_a_new_message_is_ours_and_counted(turns: Turns, state: State):
    """The claim and the lock lapse before the platform's next try."""
    found = turns.begin(KEY, REF)

    assert (found.standing, found.session, found.count) == (Standing.FRESH, b"", 1)
    assert found.owner
    assert 0 < state.client.pttl(keys.once(KEY)) <= CLAIM_MS < 5_000
    assert 0 < state.client.pttl(keys.lock(REF)) <= CLAIM_MS


def test_another_delivery_of_a_message_in_hand_is_told_so(turns: Turns):
    """It waits instead of answering twice."""
    turns.begin(KEY, REF)

    assert turns.begin(KEY, REF).standing is Standing.WORKING


def test_another_message_of_the_same_resident_is_told_to_wait(turns: Turns):
    """One at a time and in order; other residents are not held up."""
    turns.begin(KEY, REF)

    assert turns.begin("another", REF).standing is Standing.BUSY
    assert turns.begin("another", "somebody else").standing is Standing.FRESH


def test_a_redelivery_gets_the_stored_reply(turns: Turns, state: State):
    """For five minutes."""
    assert finish(turns, turns.begin(KEY, REF).owner) == "答"

    found = turns.begin(KEY, REF)
    assert (found.standing, found.reply) == (Standing.ANSWERED, "答")
    assert REPLY_MS - 5_000 < state.client.pttl(keys.once(KEY)) <= REPLY_MS


def test_an_empty_reply_is_stored_too(turns: Turns):
    """Silence is an answer."""
    finish(turns, turns.begin(KEY, REF).owner, reply="")

    found = turns.begin(KEY, REF)
    assert (found.standing, found.reply) == (Standing.ANSWERED, "")


def test_the_session_waits_for_the_next_message(turns: Turns, state: State):
    """Seven days, in any script."""
    finish(turns, turns.begin(KEY, REF).owner, session='{"t":"居住证"}')

    assert json.loads(turns.begin("next", REF).session)["t"] == "居住证"
    assert SESSION_S - 5 < state.client.ttl(keys.session(REF)) <= SESSION_S


def test_finishing_frees_the_resident_and_logs_the_turn(turns: Turns, state: State):
    """The next message need not wait."""
    finish(turns, turns.begin(KEY, REF).owner)

    assert state.client.exists(keys.lock(REF)) == 0
    assert state.client.xlen(keys.TURNS) == 1


def test_the_first_reply_stands_when_two_workers_finish(turns: Turns, state: State):
    """One visible answer, one line in the log."""
    slow = turns.begin(KEY, REF).owner
    state.client.delete(keys.once(KEY), keys.lock(REF))
    quick = turns.begin(KEY, REF).owner

    assert finish(turns, quick, reply="先") == "先"
    assert finish(turns, slow, reply="后") == "先"
    assert state.client.xlen(keys.TURNS) == 1


def test_a_worker_that_lost_its_claim_stores_nothing(turns: Turns, state: State):
    """Its claim lapsed and another one is at work."""
    slow = turns.begin(KEY, REF).owner
    state.client.delete(keys.once(KEY), keys.lock(REF))
    turns.begin(KEY, REF)

    assert finish(turns, slow) is None
    assert turns.begin(KEY, REF).standing is Standing.WORKING


def test_a_claim_given_back_starts_afresh(turns: Turns):
    """The platform's next try is a new chance."""
    turns.release(KEY, REF, turns.begin(KEY, REF).owner)

    assert turns.begin(KEY, REF).standing is Standing.FRESH


def test_nobody_gives_back_what_is_not_his(turns: Turns):
    """A late release frees nothing."""
    turns.begin(KEY, REF)
    turns.release(KEY, REF, "somebody else")

    assert turns.begin(KEY, REF).standing is Standing.WORKING


def test_messages_are_counted_by_the_minute(turns: Turns, state: State):
    """The window begins with the first one."""
    for number in range(1, 4):
        found = turns.begin(f"m{number}", REF)
        finish(turns, found.owner, key=f"m{number}")
        assert found.count == number
    assert 0 < state.client.pttl(keys.flood(REF)) <= 60_000


def test_forgetting_leaves_nothing_of_a_resident(turns: Turns, state: State):
    """Session and counter go; a mark keeps the turn in hand from saving a session again."""
    owner = turns.begin(KEY, REF).owner
    turns.save(REF, '{"t":"legal.wages"}')
    turns.forget(REF)

    assert state.client.get(keys.session(REF)) == b"X"
    assert state.client.exists(keys.flood(REF)) == 0
    finish(turns, owner)
    assert state.client.keys(f"*{REF}*") == []


def test_the_turn_log_is_taken_in_order_and_dropped_when_written(turns: Turns, state: State):
    """A record leaves the stream only after it is in SQL."""
    for number in range(3):
        found = turns.begin(f"m{number}", REF)
        turns.finish(
            f"m{number}", REF, found.owner, reply="", session="", turn=f'{{"id":"{number}"}}'
        )

    taken = turns.take("sql", "one", count=2, block_ms=1)
    assert [text for _, text in taken] == ['{"id":"0"}', '{"id":"1"}']
    turns.taken("sql", [number for number, _ in taken])
    turns.taken("sql", [])

    assert [text for _, text in turns.take("sql", "two", count=9, block_ms=1)] == ['{"id":"2"}']
    assert state.client.xlen(keys.TURNS) == 1
    assert turns.take("sql", "two", count=9, block_ms=1) == []


def test_what_a_dead_worker_took_is_taken_over(turns: Turns, state: State):
    """After a minute without a sign of it."""
    found = turns.begin(KEY, REF)
    finish(turns, found.owner)
    ((number, text),) = turns.take("sql", "dead", count=9, block_ms=1)
    state.client.xclaim(keys.TURNS, "sql", "dead", 0, [number], idle=61_000)

    assert turns.take("sql", "alive", count=9, block_ms=1) == [(number, text)]


def test_a_record_is_compact_json():
    """Two hundred thousand of them must fit."""
    assert record({"a": "居住证", "b": 1}) == '{"a":"居住证","b":1}'


def test_scripts_load_themselves_after_a_restart(turns: Turns, state: State):
    """Redis forgets scripts; nobody notices."""
    state.client.script_flush()

    assert turns.begin(KEY, REF).standing is Standing.FRESH


def test_a_full_redis_counts_as_away(turns: Turns, state: State):
    """It answers, but keeps nothing: the turn goes on without memory."""
    state.client.config_set("maxmemory-policy", "noeviction")
    state.client.config_set("maxmemory", "1")
    try:
        with pytest.raises(StoreUnavailable):
            turns.begin(KEY, REF)
    finally:
        state.client.config_set("maxmemory", "0")
    assert turns.begin(KEY, REF).standing is Standing.FRESH
