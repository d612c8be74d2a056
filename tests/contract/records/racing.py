"""Processes that do the same thing at the same moment."""

import multiprocessing
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot.records import outbox, phrases
from bot.records.database import Database
from bot.records.errors import IllegalTransition, Rejected
from bot.records.migrate import upgrade
from bot.records.vault import Vault
from tests.contract.records.factories import (
    NOW,
    hear,
    make_unsure,
    open_case,
    put_message,
    raise_alert,
)

PSEUDONYM_KEY = b"pseudonym key of the tests"
WAIT_S = 100


def together(act: Callable[..., Any], count: int, *arguments: Any) -> list[Any]:
    """Run ``act`` in ``count`` fresh processes that start it at once; return what each gave back.

    An error in a process is given back as its text, so that it shows in the comparison.
    """
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(count), context.Queue()
    processes = [
        context.Process(target=_run, args=(act, barrier, results, arguments)) for _ in range(count)
    ]
    for process in processes:
        process.start()
    try:
        return [results.get(timeout=WAIT_S) for _ in processes]
    finally:
        for process in processes:
            process.join(timeout=WAIT_S)
            process.close()
        results.close()
        results.join_thread()


def _run(act: Callable[..., Any], barrier: Any, results: Any, arguments: tuple[Any, ...]) -> None:
    try:
        results.put(act(barrier, *arguments))
    except Exception as error:  # noqa: BLE001 - the border of a process: the test reads it
        results.put(repr(error))


def raise_same_alert(barrier: Any, url: str, data_keys: list[str], rounds: int) -> list[bool]:
    """Raise ``rounds`` alerts that every process raises; return which were new here."""
    db = Database(url, vault=Vault(data_keys, PSEUDONYM_KEY))
    db.ping()
    barrier.wait(WAIT_S)
    return [raise_alert(db, key=f"message-{n}") for n in range(rounds)]


def send_same_messages(barrier: Any, url: str, data_keys: list[str], rounds: int) -> list[bool]:
    """Queue and claim ``rounds`` messages that every process wants; return which were started here."""
    db = Database(url, vault=Vault(data_keys, PSEUDONYM_KEY))
    db.ping()
    barrier.wait(WAIT_S)
    started = []
    for n in range(rounds):
        put_message(db, key=f"message-{n}")
        row_id = outbox.status(db, f"message-{n}").id
        if outbox.claim(db, row_id, NOW, 30) is None:
            started.append(False)
            continue
        outbox.start(db, row_id, NOW)
        started.append(True)
    return started


def take_over_same_claims(
    barrier: Any, url: str, data_keys: list[str], ids: list[int]
) -> list[bool]:
    """Claim messages whose lease has lapsed, all over again; return which were started here."""
    db = Database(url, vault=Vault(data_keys, PSEUDONYM_KEY))
    db.ping()
    barrier.wait(WAIT_S)
    started = []
    for at, row_id in enumerate(ids):
        # a lease of no time: every claim is lapsed at once, so only `start` can decide
        outbox.claim(db, row_id, NOW + timedelta(seconds=at), 0)
        try:
            outbox.start(db, row_id, NOW)
            started.append(True)
        except IllegalTransition:
            started.append(False)
    return started


def upgrade_same_database(barrier: Any, url: str) -> str:
    """Migrate one database."""
    barrier.wait(WAIT_S)
    return upgrade(url)


def upgrade_new_files(barrier: Any, urls: list[str]) -> list[str]:
    """Migrate many new files, each at the same moment as the others do."""
    reached = []
    for url in urls:
        barrier.wait(WAIT_S)
        reached.append(upgrade(url))
    return reached


def hear_same_wordings(barrier: Any, url: str, data_keys: list[str], rounds: int) -> int:
    """Log ``rounds`` messages of two wordings every process hears; return how many turns are new."""
    db = Database(url, vault=Vault(data_keys, PSEUDONYM_KEY))
    db.ping()
    barrier.wait(WAIT_S)
    process = multiprocessing.current_process().name
    heard = 0
    for n in range(rounds):
        number = n % 2
        message = make_unsure(
            turn_id=f"{process}-{n}", normal=f"问题{number}", text=f"问题{number}"
        )
        heard += hear(db, message)
    return heard


def attach_same_phrases(barrier: Any, url: str, data_keys: list[str], rounds: int) -> list[bool]:
    """Attach the same phrases to an intent of this process's own; return which were added here."""
    db = Database(url, vault=Vault(data_keys, PSEUDONYM_KEY))
    db.ping()
    intent = f"group.{multiprocessing.current_process().name}"
    added = []
    for n in range(rounds):
        barrier.wait(WAIT_S)
        try:
            phrases.attach(db, texts=[f"句子{n}"], intent=intent, wordings=(), by="lina", now=NOW)
            added.append(True)
        except Rejected:
            added.append(False)
    return added


def open_cases(barrier: Any, url: str, data_keys: list[str], rounds: int) -> list[tuple[str, str]]:
    """Open ``rounds`` cases that every process opens, and as many of this process's own."""
    db = Database(url, vault=Vault(data_keys, PSEUDONYM_KEY))
    db.ping()
    barrier.wait(WAIT_S)
    process = multiprocessing.current_process().name
    return [
        (open_case(db, key=f"same-{n}").number, open_case(db, key=f"{process}-{n}").number)
        for n in range(rounds)
    ]
