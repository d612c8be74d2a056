"""Phrases that staff added."""

from datetime import timedelta

import pytest

from bot.records import audit, phrases, unanswered
from bot.records.errors import NotFound, Rejected
from bot.records.unanswered import UnsureState
from tests.contract.records import racing
from tests.contract.records.factories import NOW, hear, make_unsure

TEXT = "充电桩坏了找谁"


def attach(db, *texts, intent="legal.duty", wordings=(), by="lina", now=NOW):
    return phrases.attach(db, texts=texts, intent=intent, wordings=wordings, by=by, now=now)


def test_an_added_phrase_comes_back_with_its_author(db):
    """In the order they were added."""
    numbers = attach(db, TEXT, "电动车没地方充")

    first, second = phrases.active(db)

    assert [first.id, second.id] == numbers
    assert (first.text, first.intent, first.author, first.added_at) == (
        TEXT,
        "legal.duty",
        "lina",
        NOW,
    )
    assert first.active
    assert phrases.changed_at(db) == NOW


def test_attaching_marks_the_wordings_in_the_same_step(db):
    """The ledger and the phrases never tell two stories."""
    hear(db, make_unsure(), make_unsure(turn_id="b", community="anlong"))
    ids = [row.id for row in unanswered.recent(db)]

    attach(db, TEXT, wordings=ids)

    assert unanswered.recent(db) == []
    found = unanswered.recent(db, states=[UnsureState.ATTACHED])
    assert {(row.intent, row.decided_by, row.decided_at) for row in found} == {
        ("legal.duty", "lina", NOW)
    }


def test_every_change_is_in_the_audit_and_no_word_of_a_phrase(db):
    """Who, what and when, by number."""
    hear(db, make_unsure())
    (row,) = unanswered.recent(db)
    (number,) = attach(db, TEXT, wordings=[row.id])
    phrases.take_back(db, number, by="wang", now=NOW)
    hear(db, make_unsure(turn_id="b", normal="乱写", text="乱写"))
    phrases.ignore(db, [one.id for one in unanswered.recent(db)], by="lina", now=NOW)

    told = [(one.actor, one.action, one.subject, one.detail) for one in audit.tail(db)]

    assert told == [
        ("lina", "unanswered.ignored", "unanswered:list", "wordings=2"),
        ("wang", "phrase.taken_back", f"phrase:{number}", "intent=legal.duty"),
        ("lina", "unanswered.attached", "unanswered:list", "intent=legal.duty wordings=1"),
        ("lina", "phrase.added", f"phrase:{number}", "intent=legal.duty"),
    ]


def test_the_same_phrase_again_changes_nothing(db):
    """Twice in one call, and in another; it can be added again once it was taken back."""
    (number,) = attach(db, TEXT, TEXT)
    assert attach(db, TEXT, by="wang") == []
    phrases.take_back(db, number, by="lina", now=NOW)
    assert phrases.active(db) == []

    (again,) = attach(db, TEXT, intent="legal.aid")

    assert again > number
    assert [row.intent for row in phrases.active(db)] == ["legal.aid"]
    assert [row.ended_by for row in phrases.tail(db)] == [None, "lina"]


def test_a_phrase_of_another_intent_is_refused_and_nothing_is_written(db):
    """One sentence means one thing; the text says where it is in force."""
    hear(db, make_unsure())
    (row,) = unanswered.recent(db)
    (number,) = attach(db, TEXT)

    with pytest.raises(Rejected, match=f"added phrase {number} belongs to legal.duty"):
        attach(db, "电动车没地方充", TEXT, intent="legal.aid", wordings=[row.id])

    assert [one.text for one in phrases.active(db)] == [TEXT]
    assert len(unanswered.recent(db)) == 1


@pytest.mark.parametrize("texts", [("",), (TEXT, "")], ids=["empty", "one empty"])
def test_an_empty_phrase_is_refused(db, texts):
    """It would mean every message of nothing."""
    with pytest.raises(Rejected, match="empty"):
        attach(db, *texts)
    assert phrases.active(db) == []


def test_phrases_are_bounded(db, monkeypatch):
    """Those in force, and those of one call."""
    monkeypatch.setattr(phrases, "MAX_ADDED", 2)
    monkeypatch.setattr(phrases, "MAX_ACTIVE", 3)
    with pytest.raises(Rejected, match="at most 2"):
        attach(db, "一件", "两件", "三件")
    attach(db, "一件", "两件")

    with pytest.raises(Rejected, match=r"at most 3 .* phrases.yaml"):
        attach(db, "三件", "四件")
    assert len(phrases.active(db)) == 2


def test_only_a_phrase_in_force_is_taken_back(db):
    """Once."""
    (number,) = attach(db, TEXT)
    later = NOW + timedelta(hours=1)
    assert phrases.take_back(db, number, by="wang", now=later).text == TEXT

    for unknown in (number, number + 1):
        with pytest.raises(NotFound, match="unanswered overlay"):
            phrases.take_back(db, unknown, by="wang", now=NOW)
    assert phrases.changed_at(db) == later


def test_without_any_phrase_nothing_ever_changed(db):
    """A deployment that never used it has nothing to learn."""
    assert phrases.changed_at(db) is None
    assert phrases.active(db) == []


@pytest.mark.timeout(240)
def test_a_phrase_two_members_of_staff_want_for_two_intents_gets_one(db, url, data_keys):
    """At the same moment; the other is told."""
    results = racing.together(racing.attach_same_phrases, 4, url, data_keys, 10)

    assert [result for result in results if isinstance(result, str)] == []
    assert [sum(votes) for votes in zip(*results, strict=True)] == [1] * 10
    assert len(phrases.active(db)) == 10
