"""Subscriptions and consents: given once, ended in one step."""

import pytest

from bot.records import consents, subscriptions
from bot.records.consents import ConsentRecord
from bot.records.subscriptions import MAX_TOPICS
from tests.contract.records.factories import NOW, OTHER_REF, REF


def subscribe(db, *topics, ref=REF, community="demo"):
    return subscriptions.add(db, ref=ref, community=community, topics=topics, now=NOW)


def test_subscribing_again_changes_nothing(db):
    """A repeated delivery adds no second subscription."""
    assert subscribe(db, "jobs", "events", "jobs") == 2
    assert subscribe(db, "jobs", "legal") == 1
    assert subscribe(db) == 0
    assert subscriptions.topics(db, REF) == ["events", "jobs", "legal"]


def test_unsubscribing_ends_everything_in_one_step(db):
    """After 退订 nothing is left, and nobody else is touched."""
    subscribe(db, "jobs", "events")
    subscribe(db, "jobs", community="anlong")
    subscribe(db, "jobs", ref=OTHER_REF)

    assert subscriptions.clear(db, REF, NOW) == 3
    assert subscriptions.clear(db, REF, NOW) == 0

    assert subscriptions.topics(db, REF) == []
    assert subscriptions.topics(db, OTHER_REF) == ["jobs"]


def test_who_left_can_subscribe_again(db):
    """Ended subscriptions do not stand in the way of a new one."""
    subscribe(db, "jobs")
    subscriptions.clear(db, REF, NOW)
    assert subscribe(db, "jobs") == 1
    assert subscriptions.topics(db, REF) == ["jobs"]


def test_topics_are_told_once_and_bounded(db):
    """The same topic in two communities is one line, and the list ends."""
    subscribe(db, "jobs", "events")
    subscribe(db, "jobs", community="anlong")
    assert subscriptions.topics(db, REF) == ["events", "jobs"]
    assert subscriptions.topics(db, REF, limit=1) == ["events"]
    with pytest.raises(ValueError, match="at most"):
        subscribe(db, *(f"topic-{n}" for n in range(MAX_TOPICS + 1)))


def give(db, kind="privacy", version="1"):
    return consents.give(db, ref=REF, kind=kind, text_version=version, now=NOW)


def test_consent_is_recorded_once_per_version(db):
    """What was agreed to is known by its version."""
    assert give(db) is True
    assert give(db) is False
    assert give(db, version="2") is True
    assert consents.standing(db, REF)[0] == ConsentRecord(
        kind="privacy", text_version="1", given_at=NOW
    )


def test_withdrawn_consent_no_longer_stands_and_can_be_given_again(db):
    """Withdrawing is one step, ends every version, and leaves other consents alone (PIPL 15)."""
    give(db)
    give(db, version="2")
    give(db, kind="location")

    assert consents.withdraw(db, ref=REF, kind="privacy", now=NOW) == 2
    assert consents.withdraw(db, ref=REF, kind="privacy", now=NOW) == 0
    assert [consent.kind for consent in consents.standing(db, REF)] == ["location"]
    assert give(db) is True
