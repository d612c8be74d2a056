"""The nightly end of what is no longer needed."""

from datetime import timedelta

import pytest

from bot.records import (
    alerts,
    audit,
    case_steps,
    consents,
    outbox,
    phrases,
    residents,
    retention,
    subscriptions,
    turns,
)
from bot.records.alerts import AlertState
from bot.records.audit import AuditEntry
from bot.records.case_history import CaseEventRow
from bot.records.case_numbers import CaseCounterRow
from bot.records.case_steps import Act
from bot.records.outbox import OutboxState
from tests.contract.records.factories import (
    NOW,
    OTHER_REF,
    REF,
    follow,
    hear,
    make_turn,
    make_unsure,
    open_case,
    promise,
    put_message,
    raise_alert,
)

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def closed_alert(db):
    raise_alert(db)
    (alert,) = alerts.list_open(db, None, limit=1)
    alerts.set_state(db, alert.id, AlertState.CLOSED, "lina", NOW)


def withdrawn_case(db):
    case_steps.withdraw(db, open_case(db).id, Act(by="resident", at=NOW, key="withdrawn"))


def withdrawn_consent(db):
    consents.give(db, ref=REF, kind="privacy", text_version="1", now=NOW)
    consents.withdraw(db, ref=REF, kind="privacy", now=NOW)


def ended_subscription(db):
    subscriptions.add(db, ref=REF, community="demo", topics=["jobs"], now=NOW)
    subscriptions.clear(db, REF, NOW)


def settled_message(state):
    def settle(db):
        row_id = put_message(db)
        outbox.claim(db, row_id, NOW)
        outbox.start(db, row_id, NOW)
        outbox.settle(db, row_id, state, None, NOW)

    return settle


def unfollowed(db):
    follow(db, now=NOW - DAY)
    residents.unfollow(db, REF, NOW)


def phrase(db):
    return phrases.attach(
        db, texts=["充电桩坏了找谁"], intent="a.b", wordings=(), by="lina", now=NOW
    )[0]


def taken_back_phrase(db):
    phrases.take_back(db, phrase(db), by="lina", now=NOW)


LIVES = [
    pytest.param("unanswered", 30 * DAY, lambda db: hear(db, make_unsure()), id="unanswered"),
    pytest.param("phrases", 180 * DAY, taken_back_phrase, id="phrases"),
    pytest.param("turns", 184 * DAY, lambda db: turns.append_many(db, [make_turn()]), id="turns"),
    pytest.param("alerts", 180 * DAY, closed_alert, id="alerts"),
    pytest.param("cases", 365 * DAY, withdrawn_case, id="cases"),
    pytest.param("case_counters", 7 * DAY, open_case, id="case_counters"),
    pytest.param("consents", 3 * 365 * DAY, withdrawn_consent, id="consents"),
    pytest.param("subscriptions", 180 * DAY, ended_subscription, id="subscriptions"),
    pytest.param("outbox", 7 * DAY, settled_message(OutboxState.SENT), id="sent"),
    pytest.param("outbox", 30 * DAY, settled_message(OutboxState.FAILED), id="failed"),
    pytest.param("outbox", 30 * DAY, settled_message(OutboxState.UNKNOWN), id="unknown"),
    pytest.param(
        "audit",
        3 * 366 * DAY,
        lambda db: audit.note(db, AuditEntry(at=NOW, actor="a", action="b.c", subject="d")),
        id="audit",
    ),
    pytest.param("erasures", 7 * DAY, lambda db: residents.erase(db, REF, NOW), id="erasures"),
    pytest.param("residents", DAY, unfollowed, id="residents"),
]


@pytest.mark.parametrize(("table", "life", "make"), LIVES)
def test_row_is_kept_for_its_time_and_no_longer(db, table, life, make):
    """Each table's stated retention is what happens, to the second."""
    make(db)
    assert retention.purge(db, NOW + life)[table] == 0
    assert retention.purge(db, NOW + life + SECOND)[table] == 1
    assert retention.purge(db, NOW + life + SECOND)[table] == 0


def test_what_is_still_in_use_is_never_purged(db):
    """A follower, his subscription and consent, an open alert and an unsent message have no end."""
    follow(db)
    subscriptions.add(db, ref=REF, community="demo", topics=["jobs"], now=NOW)
    consents.give(db, ref=REF, kind="privacy", text_version="1", now=NOW)
    raise_alert(db)
    with db.session() as unit:  # of the case, not of the counter, which ends
        open_case(db, unit=unit)
        unit.query(CaseCounterRow).delete()
    put_message(db, key="queued")
    promise(db, key="promised")

    purged = retention.purge(db, NOW + 10_000 * DAY)

    assert set(purged.values()) == {0}


def test_a_phrase_in_force_is_never_purged(db):
    """It is content, and names nobody."""
    phrase(db)
    assert retention.purge(db, NOW + 10_000 * DAY)["phrases"] == 0
    assert len(phrases.active(db)) == 1


def test_what_happened_to_a_case_goes_with_it(db):
    """Events have no end of their own, and none without their case."""
    withdrawn_case(db)
    retention.purge(db, NOW + 366 * DAY)
    with db.reading() as session:
        assert session.query(CaseEventRow).count() == 0


def test_purge_of_a_resident_takes_all_that_hung_on_him(db):
    """Who left is forgotten everywhere, who stayed is untouched, and the audit says so."""
    follow(db)
    follow(db, ref=OTHER_REF)
    subscriptions.add(db, ref=REF, community="demo", topics=["jobs"], now=NOW)
    residents.unfollow(db, REF, NOW)

    assert retention.purge(db, NOW + 2 * DAY)["residents"] == 1

    assert residents.summary(db, REF) == {}
    assert residents.get(db, OTHER_REF) is not None
    assert audit.tail(db, limit=1)[0].actor == "system"


def test_silent_resident_who_does_not_follow_is_forgotten_after_two_years(db):
    """Records without a purpose end by themselves."""
    follow(db)
    residents.unfollow(db, REF, NOW)
    residents.touch_many(db, {REF: NOW})
    with db.session() as session:
        session.query(residents.ResidentRow).update({"unfollowed_at": None})
    assert residents.expired_refs(db, NOW + 730 * DAY) == []
    assert residents.expired_refs(db, NOW + 730 * DAY + SECOND) == [REF]


def test_purge_goes_through_more_than_one_batch(db, monkeypatch):
    """A large backlog is deleted completely, a small transaction at a time."""
    monkeypatch.setattr(retention, "BATCH", 3)
    turns.append_many(db, [make_turn(turn_id=str(n)) for n in range(7)])
    assert retention.purge(db, NOW + 365 * DAY)["turns"] == 7
