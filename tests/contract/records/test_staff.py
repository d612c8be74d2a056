"""Staff: one name each, wrong passwords lock, roles and scopes hold."""

from datetime import timedelta

import pytest

from bot.records import staff
from bot.records.errors import NotFound, Rejected
from bot.records.staff import LOCKOUT, MAX_FAILED, StaffRole
from tests.contract.records.factories import NOW

PASSWORD = "暖邻-correct-horse"


@pytest.fixture
def lina(db):
    return staff.add(
        db, name="lina", password=PASSWORD, role=StaffRole.EDITOR, communities=["demo"], now=NOW
    )


def test_member_of_staff_logs_in(db, lina):
    """The right password lets in and is noted."""
    found = staff.authenticate(db, "lina", PASSWORD, NOW)
    assert (found.name, found.role, found.communities) == ("lina", StaffRole.EDITOR, ("demo",))
    assert staff.get(db, "lina").last_login_at == NOW
    assert lina.last_login_at is None


def test_wrong_password_and_unknown_name_are_refused_alike(db, lina):
    """Neither says which it was."""
    assert staff.authenticate(db, "lina", "wrong password", NOW) is None
    assert staff.authenticate(db, "nobody", PASSWORD, NOW) is None
    assert staff.get(db, "lina").failed == 1


def test_right_password_ends_the_count(db, lina):
    """Only wrong passwords in a row lock."""
    for _ in range(MAX_FAILED - 1):
        staff.record_login(db, "lina", ok=False, now=NOW)
    assert staff.authenticate(db, "lina", PASSWORD, NOW) is not None
    assert staff.get(db, "lina").failed == 0


def test_five_wrong_passwords_lock_for_fifteen_minutes(db, lina):
    """A locked account takes no password, not even the right one, until the time is over."""
    for _ in range(MAX_FAILED):
        assert staff.record_login(db, "lina", ok=False, now=NOW) is False
    assert staff.get(db, "lina").locked_until == NOW + timedelta(minutes=15)

    just_before = NOW + LOCKOUT - timedelta(seconds=1)
    assert staff.authenticate(db, "lina", PASSWORD, just_before) is None
    assert staff.record_login(db, "lina", ok=False, now=just_before) is False

    assert staff.authenticate(db, "lina", PASSWORD, NOW + LOCKOUT) is not None
    assert staff.get(db, "lina").locked_until is None


def test_new_password_replaces_the_old_and_unlocks(db, lina):
    """A forgotten password is mended by an admin."""
    for _ in range(MAX_FAILED):
        staff.record_login(db, "lina", ok=False, now=NOW)
    staff.set_password(db, "lina", "another password")
    assert staff.authenticate(db, "lina", PASSWORD, NOW) is None
    assert staff.authenticate(db, "lina", "another password", NOW) is not None
    with pytest.raises(NotFound):
        staff.set_password(db, "nobody", "another password")


def test_who_left_cannot_log_in(db, lina):
    """An inactive member of staff is refused, and can be let in again."""
    staff.set_active(db, "lina", active=False)
    assert staff.authenticate(db, "lina", PASSWORD, NOW) is None
    staff.set_active(db, "lina", active=True)
    assert staff.authenticate(db, "lina", PASSWORD, NOW) is not None
    with pytest.raises(NotFound):
        staff.set_active(db, "nobody", active=True)


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("lina", PASSWORD),
        ("", PASSWORD),
        (" wang", PASSWORD),
        ("w" * 65, PASSWORD),
        ("wang", "short"),
        ("wang", "长" * 400),
    ],
    ids=["taken", "empty", "blank", "long name", "short password", "long password"],
)
def test_unusable_name_or_password_is_rejected(db, lina, name, password):
    """What cannot work is refused with the reason, which never repeats the password."""
    with pytest.raises(Rejected) as caught:
        staff.add(
            db, name=name, password=password, role=StaffRole.VIEWER, communities=None, now=NOW
        )
    assert password not in str(caught.value)
    assert len(staff.list_all(db)) == 1


def test_scope_of_none_is_everywhere_and_of_nothing_nowhere(db, lina):
    """`None` and an empty list are different scopes, also after a round trip."""
    staff.add(db, name="root", password=PASSWORD, role=StaffRole.ADMIN, communities=None, now=NOW)
    staff.add(db, name="new", password=PASSWORD, role=StaffRole.VIEWER, communities=[], now=NOW)
    scopes = {person.name: person.communities for person in staff.list_all(db)}
    assert scopes == {"lina": ("demo",), "new": (), "root": None}
    assert [person.name for person in staff.list_all(db, limit=1)] == ["lina"]
    assert staff.get(db, "root").may_see("anlong")
    assert not staff.get(db, "lina").may_see("anlong")


def test_stored_hash_is_not_the_password(db, lina):
    """A stolen table gives no password."""
    with db.reading() as session:
        stored = session.query(staff.StaffRow.password_hash).scalar()
    assert stored.startswith("scrypt$16384$8$1$")
    assert PASSWORD not in stored
