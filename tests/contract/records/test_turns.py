"""The turn log and the audit log."""

from datetime import timedelta

import pytest

from bot.records import audit, turns
from bot.records.audit import AuditEntry
from bot.records.turns import TurnDelivery, TurnRow
from tests.contract.records.factories import NOW, make_turn


def test_turn_is_logged_once(db):
    """A batch that is delivered again adds only what is new, also when it repeats itself."""
    batch = [make_turn(turn_id="a"), make_turn(turn_id="b"), make_turn(turn_id="a")]
    assert turns.append_many(db, batch) == 2
    assert turns.append_many(db, [*batch, make_turn(turn_id="c")]) == 1
    assert turns.append_many(db, []) == 0
    assert len(turns.tail(db, limit=10)) == 3


def test_turn_comes_back_as_it_was_logged(db):
    """Every field survives, absent ones too."""
    full = make_turn()
    bare = make_turn(
        turn_id="bare",
        at=NOW - timedelta(seconds=1),
        ref=None,
        intent=None,
        score=None,
        delivery=TurnDelivery.LATE,
    )
    turns.append_many(db, [full, bare])
    assert turns.tail(db, limit=10) == [full, bare]


def test_log_has_no_place_for_text():
    """Nobody can log what a resident wrote, because no column takes it."""
    assert set(TurnRow.__table__.columns.keys()) == {
        "id", "turn_id", "at", "account", "community", "ref", "kind", "decision", "intent", "score", "ms", "delivery",
    }  # fmt: skip


def test_full_batch_is_one_statement_and_a_larger_one_refused(db):
    """A thousand turns go in at once in both databases; more are a mistake."""
    batch = [make_turn(turn_id=str(n)) for n in range(1_001)]
    assert turns.append_many(db, batch[:1_000]) == 1_000
    with pytest.raises(ValueError, match="at most"):
        turns.append_many(db, batch)


def test_tail_is_newest_first_of_one_community_and_bounded(db):
    """Staff read their own community's newest turns."""
    turns.append_many(
        db,
        [
            make_turn(
                turn_id=str(n),
                at=NOW + timedelta(seconds=n),
                community="demo" if n % 2 else "anlong",
            )
            for n in range(6)
        ],
    )
    assert [turn.turn_id for turn in turns.tail(db, limit=2, community="demo")] == ["5", "3"]


def test_audit_entry_comes_back_newest_first(db):
    """What was done is read in order, by community where asked, never more than asked."""
    for n, community in enumerate(["demo", None, "anlong"]):
        entry = AuditEntry(
            at=NOW, actor="lina", action="alert.read", subject=f"alert:{n}", community=community
        )
        assert audit.note(db, entry) == n + 1
    assert [entry.subject for entry in audit.tail(db, limit=2)] == ["alert:2", "alert:1"]
    (entry,) = audit.tail(db, limit=10, community="demo")
    assert entry == AuditEntry(
        id=1, at=NOW, actor="lina", action="alert.read", subject="alert:0", community="demo"
    )


def test_audit_entry_falls_with_its_act(db):
    """What was rolled back was not done, and is not in the log."""

    def fail_after_writing():
        with db.session() as session:
            audit.write(session, AuditEntry(at=NOW, actor="lina", action="a.b", subject="c"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_writing()
    assert audit.tail(db, limit=10) == []
