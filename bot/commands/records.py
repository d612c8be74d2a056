"""``db``, ``staff``, ``account``, ``keys``, ``privacy``: the records, for operators."""

import argparse
import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bot.bootstrap import House, build
from bot.config import Settings, data_keys_are_ours, load
from bot.domain.errors import ConfigError
from bot.domain.residents import resident_ref
from bot.records import accounts, keys, migrate, residents, staff
from bot.records.accounts import AccountMode, AccountRecord
from bot.records.audit import AuditEntry, note
from bot.records.staff import StaffRole
from bot.records.vault import Vault, new_data_key


@contextmanager
def _house() -> Iterator[House]:
    house = build(load(), process="cli")
    try:
        yield house
    finally:
        house.close()


def run_upgrade(_arguments: argparse.Namespace) -> int:
    """Migrate; safe to run twice and from two hosts."""
    with _house() as house:
        house.migrate()
        print(f"database is at {migrate.current(house.settings.database_url)}")
    return 0


def _password(prompt: str) -> str:
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def run_staff_add(arguments: argparse.Namespace) -> int:
    """Add a member of staff; the password is read from the terminal or stdin."""
    with _house() as house:
        for slug in arguments.community or ():
            house.packs.layer(slug)
        staff.add(
            house.db,
            name=arguments.name,
            password=_password("password: "),
            role=StaffRole(arguments.role),
            communities=arguments.community,
            now=house.clock.now(),
        )
        print(f"added {arguments.name} ({arguments.role})")
    return 0


def run_staff_passwd(arguments: argparse.Namespace) -> int:
    """Set a password."""
    with _house() as house:
        staff.set_password(house.db, arguments.name, _password("new password: "))
        print(f"password of {arguments.name} is set")
    return 0


def run_account_put(arguments: argparse.Namespace) -> int:
    """Add or change an official account."""
    hint = 'expected JSON on stdin: {"gh_id", "app_id", "app_secret", "token", "aes_key"}'
    try:
        raw = json.loads(sys.stdin.read())
        record = AccountRecord(
            slug=arguments.slug,
            gh_id=str(raw["gh_id"]),
            app_id=str(raw["app_id"]),
            app_secret=str(raw["app_secret"]),
            token=str(raw["token"]),
            aes_key=str(raw.get("aes_key", "")),
            previous_aes_key=raw.get("previous_aes_key"),
            mode=AccountMode(arguments.mode),
            community=arguments.community,
            staff_robot_key=raw.get("staff_robot_key"),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(hint) from error
    with _house() as house:
        house.packs.layer(arguments.community)
        accounts.put(house.db, record, house.clock.now())
        print(f"account {arguments.slug} answers at /wechat/{arguments.slug}")
    return 0


def run_account_list(_arguments: argparse.Namespace) -> int:
    """List accounts."""
    with _house() as house:
        for found in accounts.list_all(house.db):
            state = "active" if found.active else "inactive"
            print(f"{found.slug}\t{found.community}\t{found.mode}\t{state}")
    return 0


def run_rotate(_arguments: argparse.Namespace) -> int:
    """Seal everything with the newest key; where keys live in our own file, make a new one first.

    Keys in the environment are the operator's: there the first of them is taken as the new one.
    """
    settings = load()
    if data_keys_are_ours(settings.data_dir):
        _replace_keys(settings, (new_data_key(), *settings.data_keys))
        settings = load()
    elif len(settings.data_keys) < 2:
        raise ConfigError(
            "keys come from the environment here: put a new Fernet key first in BOT_DATA_KEYS, "
            "before the present one, restart all processes, then run this again"
        )
    house = build(settings, process="cli")
    try:
        done = keys.rotate(house.db, Vault(settings.data_keys, house.pseudonym_key))
    finally:
        house.close()
    print(f"sealed anew: {sum(done.resealed.values())} values")
    if not done.complete:
        left = {name: count for name, count in done.unreadable.items() if count}
        raise ConfigError(f"open with none of the keys: {left}; keep the old keys")
    print("restart the processes; keys behind the first may then be removed")
    return 0


def _replace_keys(settings: Settings, keys_now: tuple[str, ...]) -> None:
    file = settings.data_dir / "secrets.env"
    lines = file.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("BOT_DATA_KEYS=")]
    text = "\n".join([*kept, "BOT_DATA_KEYS=" + ",".join(keys_now)]) + "\n"
    partial = file.with_suffix(".new")
    partial.touch(mode=0o600)
    partial.write_text(text, encoding="utf-8")
    partial.replace(file)


def run_export(arguments: argparse.Namespace) -> int:
    """Print what is stored about a resident."""
    with _house() as house:
        ref = resident_ref(house.pseudonym_key, arguments.account, arguments.openid)
        found = residents.summary(house.db, ref)
        _note(house, "resident.exported", ref)
        print(json.dumps(found, ensure_ascii=False, indent=1, default=str))
    return 0


def run_erase(arguments: argparse.Namespace) -> int:
    """Erase a resident."""
    with _house() as house:
        ref = resident_ref(house.pseudonym_key, arguments.account, arguments.openid)
        residents.erase(house.db, ref, house.clock.now(), actor="operator")
        house.turns.forget(ref)
        print("erased")
    return 0


def _note(house: House, action: str, ref: str) -> None:
    note(
        house.db,
        AuditEntry(
            at=house.clock.now(), actor="operator", action=action, subject=f"resident:{ref[:8]}"
        ),
    )
