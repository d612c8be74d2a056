"""Accounts and communities."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from bot.records import accounts, communities
from bot.records.accounts import AccountMode
from tests.contract.records.factories import NOW, make_account


def test_account_comes_back_as_it_was_put(db):
    """Every field survives, secrets opened."""
    record = make_account(
        previous_aes_key="p" * 43, staff_robot_key="robot-key", mode=AccountMode.COMPATIBLE
    )
    accounts.put(db, record, NOW)
    assert accounts.get(db, "default") == replace(record, created_at=NOW)
    assert accounts.get(db, "other") is None


def test_account_put_again_is_changed(db):
    """A new token replaces the old one; the beginning stays."""
    accounts.put(db, make_account(staff_robot_key="robot-key"), NOW)
    accounts.put(db, make_account(token="new", active=False), NOW + timedelta(days=1))
    record = accounts.get(db, "default")
    assert (record.token, record.active, record.staff_robot_key) == ("new", False, None)
    assert record.created_at == NOW


def test_secrets_are_sealed_and_never_shown(db):
    """Neither the table nor a repr of the record tells a secret."""
    accounts.put(db, make_account(), NOW)
    with db.reading() as session:
        stored = repr(session.execute(text("SELECT * FROM accounts")).all())
    for secret in ("the-app-secret", "the-token", "k" * 43):
        assert secret not in stored
        assert secret not in repr(accounts.get(db, "default"))


def test_accounts_are_listed_by_slug_and_bounded(db):
    """The list is ordered and never longer than asked for."""
    for slug in ("c", "a", "b"):
        accounts.put(db, make_account(slug=slug), NOW)
    assert [record.slug for record in accounts.list_all(db, limit=2)] == ["a", "b"]


def test_communities_follow_the_packs(db):
    """A pack that is gone makes its community inactive; one that is back active again."""
    communities.sync(db, {"demo": "示范", "anlong": "安龙"}, NOW)
    communities.sync(db, {"demo": "示范社区"}, NOW)
    assert communities.active_titles(db) == {"demo": "示范社区"}

    communities.sync(db, {"demo": "示范社区", "anlong": "安龙"}, NOW)
    assert communities.active_titles(db) == {"anlong": "安龙", "demo": "示范社区"}
    assert communities.active_titles(db, limit=1) == {"anlong": "安龙"}

    communities.sync(db, {}, NOW)
    assert communities.active_titles(db) == {}
