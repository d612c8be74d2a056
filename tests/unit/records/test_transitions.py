"""State machines are closed and end."""

import pytest

from bot.domain.cases import CaseState
from bot.records import alerts, cases, outbox
from bot.records.states import sources


@pytest.mark.parametrize(
    ("table", "states"),
    [
        (outbox.TRANSITIONS, outbox.OutboxState),
        (alerts.TRANSITIONS, alerts.AlertState),
        *((process, CaseState) for process in cases.PROCESSES.values()),
    ],
    ids=["outbox", "alerts", *cases.PROCESSES],
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


@pytest.mark.parametrize("process", list(cases.PROCESSES))
def test_a_case_never_gets_stuck(process):
    """From every state that can be reached an end can be reached."""
    table = cases.PROCESSES[process]
    reached, ways = set(), {CaseState.RECEIVED}
    while ways - reached:
        reached |= ways
        ways = set().union(*(table[state] for state in reached))
    ended = {CaseState.CLOSED, CaseState.WITHDRAWN, CaseState.MERGED}
    while more := {state for state in reached - ended if table[state] & ended}:
        ended |= more
    assert reached <= ended
