"""Customer messages: sent once, or listed as not sent."""

from datetime import timedelta

import pytest

from bot.records import outbox
from bot.records.errors import IllegalTransition, NotFound
from bot.records.outbox import TRANSITIONS, OutboxState
from tests.contract.records.factories import NOW, OPENID, promise, put_message

LATER = NOW + timedelta(seconds=31)


def bring_to(db, state: OutboxState) -> int:
    """Put a message into a state along lawful steps; return its id."""
    if state is OutboxState.PROMISED:
        promise(db)
        with db.reading() as session:
            return session.query(outbox.OutboxRow.id).scalar()
    row_id = put_message(db)
    if state is OutboxState.QUEUED:
        return row_id
    if state is OutboxState.FAILED:
        outbox.settle(db, row_id, state, "45015", NOW)
        return row_id
    outbox.claim(db, row_id, NOW)
    if state is OutboxState.CLAIMED:
        return row_id
    outbox.start(db, row_id, NOW)
    if state is not OutboxState.SENDING:
        outbox.settle(db, row_id, state, None, NOW)
    return row_id


def test_queued_message_is_claimed_with_its_text_and_sent(db):
    """What was put comes out opened, and ends as sent."""
    row_id = put_message(db)

    message = outbox.claim(db, row_id, NOW, 30)
    outbox.start(db, row_id, NOW)
    outbox.settle(db, row_id, OutboxState.SENT, None, NOW)

    assert message is not None
    assert (message.openid, message.payload, message.attempts) == (
        OPENID,
        '{"text": "您的积分是 88 分"}',
        1,
    )
    assert outbox.status(db, "message-1").state is OutboxState.SENT
    assert outbox.due(db, NOW + timedelta(days=1), limit=10) == []


def test_same_key_is_queued_once(db):
    """A repeated delivery does not queue a second message."""
    assert put_message(db) is not None
    assert put_message(db) is None
    assert promise(db) is False
    assert len(outbox.due(db, NOW, limit=10)) == 1


def test_promise_waits_for_its_text(db):
    """A promise is not due before it is filled, and then is."""
    assert promise(db) is True
    assert outbox.due(db, NOW, limit=10) == []

    row_id = outbox.fill(db, "message-1", '{"text": "好的"}', NOW)

    assert outbox.due(db, NOW, limit=10) == [row_id]
    assert outbox.claim(db, row_id, NOW).payload == '{"text": "好的"}'


def test_promise_is_filled_once(db):
    """Two workers that answer the same message queue one reply."""
    promise(db)
    outbox.fill(db, "message-1", "{}", NOW)
    with pytest.raises(IllegalTransition):
        outbox.fill(db, "message-1", "{}", NOW)
    with pytest.raises(NotFound):
        outbox.fill(db, "never promised", "{}", NOW)


def test_promised_message_cannot_be_claimed(db):
    """Nothing is sent before there is something to say."""
    row_id = bring_to(db, OutboxState.PROMISED)
    assert outbox.claim(db, row_id, NOW) is None


def test_claim_holds_for_its_lease_and_then_lapses(db):
    """A second worker waits until the first one's lease is over."""
    row_id = put_message(db)
    outbox.claim(db, row_id, NOW, 30)

    assert outbox.claim(db, row_id, NOW + timedelta(seconds=29), 30) is None
    assert outbox.due(db, NOW + timedelta(seconds=29), limit=10) == []
    assert outbox.due(db, NOW + timedelta(seconds=30), limit=10) == [row_id]
    assert outbox.claim(db, row_id, NOW + timedelta(seconds=30), 30).attempts == 2


def test_of_two_claims_of_which_one_lapsed_only_one_may_start(db):
    """A slow worker and its successor never both call the platform."""
    row_id = put_message(db)
    outbox.claim(db, row_id, NOW, 30)
    outbox.claim(db, row_id, LATER, 30)

    outbox.start(db, row_id, LATER)

    with pytest.raises(IllegalTransition):
        outbox.start(db, row_id, LATER)


def test_message_is_not_claimed_past_its_time(db):
    """A message whose window closed is failed as too late, not sent."""
    row_id = put_message(db, not_after=NOW + timedelta(seconds=10))

    assert outbox.claim(db, row_id, LATER) is None
    assert outbox.due(db, LATER, limit=10) == []
    assert outbox.expire(db, LATER) == 1
    assert outbox.status(db, "message-1").reason == "too_late"
    assert [row.id for row in outbox.unsent(db, limit=10)] == [row_id]


def test_expire_leaves_alone_what_is_in_time_or_in_hand(db):
    """Only waiting messages past their time are failed."""
    in_time = put_message(db, key="in time")
    in_hand = put_message(db, key="in hand", not_after=NOW + timedelta(seconds=10))
    outbox.claim(db, in_hand, NOW, 60)

    assert outbox.expire(db, LATER) == 0
    assert outbox.due(db, LATER, limit=10) == [in_time]


def test_lapsed_names_empty_promises_and_stuck_sendings(db):
    """The sweeper sees whatever a dead worker left, however long ago."""
    promise(db, key="promised")
    stuck = put_message(db, key="stuck")
    outbox.claim(db, stuck, NOW)
    outbox.start(db, stuck, NOW, 30)
    put_message(db, key="waiting")

    assert outbox.lapsed(db, NOW + timedelta(seconds=29), limit=10) == []
    found = outbox.lapsed(db, NOW + timedelta(days=20), limit=10)
    assert {(row.key, row.state) for row in found} == {
        ("promised", OutboxState.PROMISED),
        ("stuck", OutboxState.SENDING),
    }


def test_message_the_platform_refused_for_now_is_queued_again(db):
    """After a passing refusal the message waits with the reason."""
    row_id = bring_to(db, OutboxState.SENDING)
    outbox.settle(db, row_id, OutboxState.QUEUED, "-1", NOW)
    assert outbox.due(db, NOW, limit=10) == [row_id]
    assert outbox.status(db, "message-1").reason == "-1"


@pytest.mark.parametrize("state", list(OutboxState))
@pytest.mark.parametrize("outcome", list(OutboxState))
def test_message_settles_only_along_the_table(db, state, outcome):
    """Every pair of state and outcome either moves as the table says or raises and changes nothing."""
    row_id = bring_to(db, state)
    outcomes = {OutboxState.QUEUED, OutboxState.SENT, OutboxState.FAILED, OutboxState.UNKNOWN}
    without_text = state is OutboxState.PROMISED and outcome is OutboxState.QUEUED
    allowed = outcome in TRANSITIONS[state] & outcomes and not without_text

    if allowed:
        outbox.settle(db, row_id, outcome, "why", NOW)
    else:
        with pytest.raises(IllegalTransition):
            outbox.settle(db, row_id, outcome, "why", NOW)

    assert outbox.status(db, "message-1").state is (outcome if allowed else state)


def test_settling_a_message_of_nobody_is_told(db):
    """A worker learns that the resident was erased while it sent."""
    with pytest.raises(NotFound):
        outbox.settle(db, 404, OutboxState.SENT, None, NOW)


def test_due_is_oldest_first_and_bounded(db):
    """No list is longer than asked for, and nobody waits behind newer ones."""
    ids = [put_message(db, key=f"message-{n}", now=NOW - timedelta(seconds=n)) for n in range(5)]
    assert outbox.due(db, NOW, limit=3) == list(reversed(ids))[:3]
