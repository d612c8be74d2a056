"""Residents: one record each, their own settings, and nothing left after erasure."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.replies import Urgency
from bot.records import alerts, audit, case_steps, consents, outbox, residents, subscriptions, turns
from bot.records.case_steps import Act
from bot.records.schema import Base
from bot.records.turns import ErasureRow
from tests.contract.records.factories import (
    NOW,
    OPENID,
    OTHER_REF,
    REF,
    follow,
    make_turn,
    open_case,
    promise,
    put_message,
    raise_alert,
)

DAY = timedelta(days=1)


def everything_about(db, ref, tag):
    """Fill every table that knows residents."""
    follow(db, ref=ref, openid=OPENID + tag)
    subscriptions.add(db, ref=ref, community="demo", topics=["jobs", "events"], now=NOW)
    consents.give(db, ref=ref, kind="privacy", text_version="1", now=NOW)
    put_message(db, key="put" + tag, ref=ref)
    promise(db, key="promise" + tag, ref=ref)
    raise_alert(db, key="alert" + tag, ref=ref, urgency=Urgency.CRISIS)
    left = open_case(db, key="case" + tag, ref=ref)
    case_steps.add_note(db, left.id, Act(by="resident", at=NOW, key="note" + tag, note="还有"))
    turns.append_many(db, [make_turn(turn_id="turn" + tag, ref=ref)])


def test_follow_is_recorded_once(db):
    """A redelivered follow event changes nothing."""
    assert follow(db, scene="poster-3") is True
    assert follow(db, now=NOW + DAY, scene="other") is False

    record = residents.get(db, REF)

    assert (record.followed, record.followed_at, record.scene) == (True, NOW, "poster-3")


def test_resident_who_comes_back_follows_anew(db):
    """Leaving and returning is a new beginning, not an error."""
    follow(db)
    assert residents.unfollow(db, REF, NOW + DAY) is True
    assert residents.unfollow(db, REF, NOW + DAY) is False
    assert residents.get(db, REF).unfollowed_at == NOW + DAY

    assert follow(db, now=NOW + 2 * DAY) is True

    record = residents.get(db, REF)
    assert (record.followed, record.followed_at, record.unfollowed_at) == (
        True,
        NOW + 2 * DAY,
        None,
    )


def test_profile_keeps_what_is_not_changed(db):
    """Choosing a language does not lose the community."""
    who = {"ref": REF, "account": "default", "openid": OPENID}
    residents.set_profile(db, **who, community="anlong", now=NOW)
    residents.set_profile(db, **who, language="ug", now=NOW + DAY)
    residents.set_profile(db, **who, now=NOW + DAY)

    record = residents.get(db, REF)

    assert (record.community, record.language, record.created_at) == ("anlong", "ug", NOW)
    assert record.followed is True


def test_choices_are_read_for_residents_and_strangers_alike(db):
    """What a conversation begins with: both choices, one of them, none, nobody."""
    assert residents.choices(db, REF) is None
    follow(db, now=NOW)
    assert residents.choices(db, REF) == (None, None)
    who = {"ref": REF, "account": "default", "openid": OPENID}
    residents.set_profile(db, **who, community="anlong", now=NOW)
    assert residents.choices(db, REF) == ("anlong", None)
    residents.set_profile(db, **who, language="ug", now=NOW)
    assert residents.choices(db, REF) == ("anlong", "ug")


def test_openid_is_sealed_but_found(db):
    """The platform's id is nowhere in the clear, and a clerk can still look it up."""
    follow(db)
    follow(db, ref=OTHER_REF, openid="somebody else")
    with db.reading() as session:
        row = session.execute(
            select(residents.ResidentRow).where(residents.ResidentRow.ref == REF)
        ).scalar_one()
        assert OPENID not in row.openid + row.openid_find
    assert residents.openid_of(db, REF) == OPENID
    assert residents.refs_of(db, OPENID, limit=10) == [REF]
    assert residents.openid_of(db, "c" * 32) is None


def test_last_message_moves_forward_only(db):
    """Batches that arrive out of order never move a resident's window back."""
    follow(db)
    residents.touch_many(db, {REF: NOW + DAY, "unknown": NOW})
    residents.touch_many(db, {REF: NOW})
    assert residents.get(db, REF).last_inbound_at == NOW + DAY
    assert residents.get(db, "unknown") is None
    residents.touch_many(db, {})


def test_summary_says_what_is_stored_and_nothing_about_strangers(db):
    """A resident can read all that is kept; who is unknown reads nothing (PIPL 45)."""
    everything_about(db, REF, "-a")
    assert residents.summary(db, REF) == {
        "account": "default",
        "since": "2026-11-24T04:00:00+00:00",
        "followed_at": "2026-11-24T04:00:00+00:00",
        "subscriptions": "events,jobs",
        "consents": "privacy",
        "cases": "1",
        "alerts": "1",
        "messages": "2",
        "turns": "1",
    }
    assert residents.summary(db, OTHER_REF) == {}


def test_erased_resident_is_in_no_table(db):
    """After erasure neither ref nor openid nor message key is found anywhere, and others keep all."""
    everything_about(db, REF, "-a")
    everything_about(db, OTHER_REF, "-b")
    kept = residents.summary(db, OTHER_REF)

    residents.erase(db, REF, NOW)

    assert residents.summary(db, REF) == {}
    assert residents.summary(db, OTHER_REF) == kept
    with db.reading() as session:
        for name, table in Base.metadata.tables.items():
            rows = [str(row) for row in session.execute(select(table))]
            if name != ErasureRow.__tablename__:
                assert not [row for row in rows if REF in row], name
            assert not [row for row in rows if db.vault.find(OPENID + "-a") in row], name
            assert not [row for row in rows if "alert-a" in row or "note-a" in row], name


def test_every_table_with_a_ref_is_filled_in_the_erasure_test(db):
    """A new table that knows residents must join the erasure test."""
    everything_about(db, REF, "-a")
    residents.erase(db, OTHER_REF, NOW)
    with db.reading() as session:
        for name, table in Base.metadata.tables.items():
            if "ref" in table.columns:
                assert session.execute(select(table)).first() is not None, name


def test_erased_alert_keeps_urgency_reason_and_times(db):
    """Staff still see that somebody was in need, no longer who."""
    raise_alert(db, urgency=Urgency.CRISIS, reason="safety.crisis")
    residents.erase(db, REF, NOW + DAY)
    (alert,) = alerts.list_open(db, None, limit=10)
    assert (alert.urgency, alert.reason, alert.created_at) == (Urgency.CRISIS, "safety.crisis", NOW)
    assert (alert.ref, alert.summary, alert.account) == (None, None, "")


def test_erasure_leaves_a_receipt_without_personal_data(db):
    """The audit says that it was done, how much went, and by whom; never whom."""
    everything_about(db, REF, "-a")
    receipt = residents.erase(db, REF, NOW, actor="lina")
    (entry,) = audit.tail(db, limit=10)
    assert (entry.id, entry.actor, entry.action) == (receipt, "lina", "resident.erase")
    assert "subscriptions=2" in entry.detail
    assert "outbox=2" in entry.detail
    assert REF not in repr(entry)


def test_erasing_twice_or_a_stranger_is_harmless(db):
    """A repeated request is answered like the first."""
    follow(db)
    first = residents.erase(db, REF, NOW)
    assert residents.erase(db, REF, NOW) > first
    assert residents.erase(db, OTHER_REF, NOW) > first


def test_turns_on_their_way_arrive_without_the_erased_resident(db):
    """The log is written later than it happened, and must not bring back who asked to be forgotten."""
    residents.erase(db, REF, NOW)

    turns.append_many(
        db,
        [
            make_turn(turn_id="before", at=NOW - DAY),
            make_turn(turn_id="the request itself", at=NOW + timedelta(seconds=1)),
            make_turn(turn_id="came back", at=NOW + DAY),
        ],
    )

    assert {turn.turn_id: turn.ref for turn in turns.tail(db, limit=10)} == {
        "before": None,
        "the request itself": None,
        "came back": REF,
    }


def test_turns_logged_during_an_erasure_wait_for_it(db):
    """An erasure that is under way is not overtaken by the log."""
    with ThreadPoolExecutor(1) as pool:
        with db.session() as session:
            session.add(ErasureRow(ref=REF, at=NOW))
            session.flush()
            logging = pool.submit(turns.append_many, db, [make_turn()])
            with pytest.raises(TimeoutError):
                logging.result(timeout=0.3)
        assert logging.result(timeout=5) == 1
    assert turns.tail(db, limit=1)[0].ref is None


def test_erased_outbox_message_is_never_sent(db):
    """A worker that holds the id of an erased message finds nothing."""
    row_id = put_message(db)
    residents.erase(db, REF, NOW)
    assert outbox.claim(db, row_id, NOW) is None
    assert outbox.due(db, NOW, limit=10) == []
