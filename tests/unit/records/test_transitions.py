"""State machines are closed and end."""

import pytest

from bot.records import alerts, outbox
from bot.records.states import sources


@pytest.mark.parametrize(
    ("table", "states"),
    [(outbox.TRANSITIONS, outbox.OutboxState), (alerts.TRANSITIONS, alerts.AlertState)],
    ids=["outbox", "alerts"],
)
def test_every_state_is_in_the_table(table, states):
    """No state is forgotten, and every target is a state."""
    assert set(table) == set(states)
    assert set().union(*table.values()) <= set(states)


@pytest.mark.parametrize("end", [outbox.OutboxState.SENT, outbox.OutboxState.FAILED])
def test_sent_and_failed_are_final_and_reached_from_sending(end):
    """A settled message never moves again."""
    assert outbox.TRANSITIONS[end] == frozenset()
    assert outbox.OutboxState.SENDING in sources(outbox.TRANSITIONS, end)


def test_sending_is_reached_from_claimed_alone():
    """Nobody calls the platform without a claim."""
    assert sources(outbox.TRANSITIONS, outbox.OutboxState.SENDING) == {outbox.OutboxState.CLAIMED}
