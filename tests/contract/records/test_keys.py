"""Rotation of data keys."""

from contextlib import contextmanager

import pytest

from bot.domain.errors import StoreError
from bot.records import accounts, alerts, case_steps, cases, keys, outbox, residents
from bot.records.case_steps import Act
from bot.records.database import Database
from bot.records.errors import BrokenSeal
from bot.records.vault import Vault, new_data_key
from tests.contract.records.factories import (
    NOW,
    OPENID,
    REF,
    follow,
    hear,
    make_account,
    make_unsure,
    open_case,
    promise,
    put_message,
    raise_alert,
)

PSEUDONYM_KEY = b"pseudonym key of the tests"


@pytest.fixture
def filled(db):
    """A database with a value in every sealed column, and one absent."""
    accounts.put(db, make_account(previous_aes_key="p" * 43, staff_robot_key="robot"), NOW)
    follow(db)
    raise_alert(db)
    put_message(db)
    promise(db, key="without text")
    hear(db, make_unsure())
    done = Act(by="lina", at=NOW, key="done", note="换好了")
    case_steps.move(db, open_case(db).id, cases.CaseState.DONE, done)
    return db


def reopen(url, *data_keys):
    return Database(url, vault=Vault(data_keys, PSEUDONYM_KEY))


def test_after_rotation_the_new_key_alone_opens_everything(filled, url, data_keys):
    """The old key may be thrown away, and nothing is lost."""
    new = new_data_key()
    done = keys.rotate(filled, Vault([new, *data_keys], PSEUDONYM_KEY))

    assert done.complete
    assert done.resealed == {
        "accounts.app_secret": 1,
        "accounts.token": 1,
        "accounts.aes_key": 1,
        "accounts.previous_aes_key": 1,
        "accounts.staff_robot_key": 1,
        "alerts.summary": 1,
        "case_events.text": 1,
        "cases.title": 1,
        "cases.body": 1,
        "cases.outcome": 1,
        "outbox.openid": 2,
        "outbox.payload": 1,
        "residents.openid": 1,
        "unanswered.text": 1,
    }
    db = reopen(url, new)
    assert accounts.get(db, "default").token == "the-token"
    assert residents.openid_of(db, REF) == OPENID
    assert residents.refs_of(db, OPENID) == [REF]
    assert alerts.list_open(db, None, limit=1)[0].summary == "想找人聊聊"
    assert outbox.claim(db, outbox.due(db, NOW)[0], NOW).openid == OPENID
    assert cases.mine(db, REF)[0].outcome == "换好了"
    db.close()
    with pytest.raises(BrokenSeal):
        residents.openid_of(filled, REF)


def test_second_rotation_has_nothing_to_do(filled, data_keys):
    """A rotation that was interrupted is simply run again."""
    vault = Vault([new_data_key(), *data_keys], PSEUDONYM_KEY)
    keys.rotate(filled, vault)
    assert set(keys.rotate(filled, vault).resealed.values()) == {0}


def test_interrupted_rotation_goes_on_where_it_stopped(db, data_keys, monkeypatch):
    """What was re-sealed before a crash is not done twice, the rest is."""
    monkeypatch.setattr(keys, "BATCH", 2)
    for n in range(5):
        put_message(db, key=str(n))
    new = new_data_key()

    class Crash(Vault):
        left = 5

        def rotate(self, token):
            self.left -= 1
            if self.left < 0:
                raise StoreError("crash")
            return super().rotate(token)

    with pytest.raises(StoreError, match="crash"):
        keys.rotate(db, Crash([new, *data_keys], PSEUDONYM_KEY))

    done = keys.rotate(db, Vault([new, *data_keys], PSEUDONYM_KEY))

    # two messages of two values each were committed; the page with the crash was rolled back
    assert done.resealed["outbox.openid"] + done.resealed["outbox.payload"] == 6


def test_value_without_a_key_is_counted_and_left(filled, data_keys):
    """A value sealed with a lost key stops nothing, and keeps the old keys from being thrown away."""
    stranger = Vault([new_data_key()], PSEUDONYM_KEY)
    with filled.session() as session:
        session.query(residents.ResidentRow).update({"openid": stranger.seal("lost")})

    done = keys.rotate(filled, Vault([new_data_key(), *data_keys], PSEUDONYM_KEY))

    assert not done.complete
    assert done.unreadable["residents.openid"] == 1
    assert done.resealed["accounts.token"] == 1


def test_value_written_during_the_rotation_is_not_overwritten(filled, url, data_keys):
    """A change that comes between our reading and our writing wins."""

    class Busy(Database):
        changes = ("changed meanwhile",)

        @contextmanager
        def reading(self):
            with super().reading() as session:
                yield session
            for token in self.changes:
                accounts.put(self, make_account(token=token), NOW)
            self.changes = ()

    busy = Busy(url, vault=filled.vault)

    keys.rotate(busy, Vault([new_data_key(), *data_keys], PSEUDONYM_KEY))

    busy.close()
    assert accounts.get(filled, "default").token == "changed meanwhile"
