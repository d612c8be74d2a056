"""Runs a worker: actors, and the thread that writes the turn log."""

import json
import signal
import socket
import time
from collections.abc import Callable
from datetime import datetime
from threading import Event, Thread
from types import FrameType
from typing import Any

from bot.broadcast.delivery import Senders, deliver
from bot.domain.clock import Clock
from bot.domain.errors import StoreError
from bot.logs import logger
from bot.records import residents, turns, unanswered
from bot.records.database import Database
from bot.records.turns import TurnDelivery, TurnRecord
from bot.records.unanswered import Unsure
from bot.state.turns import Turns
from bot.worker.learning import Learner
from bot.worker.queue import TaskQueue

THREADS = 4
TURN_BATCH = 500
_GROUP = "sql"
_IDLE_MS = 400
_STOP_MS = 8_000


def declare(
    queue: TaskQueue, *, db: Database, senders: Callable[[], Senders], clock: Clock
) -> None:
    """Declare the tasks of the foundation on a queue.

    Args:
        queue: where to declare.
        db: records.
        senders: the ways out, opened at the first use.
        clock: time.
    """

    def deliver_row(row: int) -> None:
        deliver(db, senders(), row, clock)

    queue.task("deliver", "reply", deliver_row)


def write_turns(db: Database, store: Turns, consumer: str, *, block_ms: int = _IDLE_MS) -> int:
    """Move one batch of turn records from the stream to SQL; return how many there were.

    A record leaves the stream only after it is committed, so a crash repeats it and its unique id
    makes the repetition harmless.

    Raises:
        StoreError: Redis or SQL does not answer; nothing is lost.
    """
    taken = store.take(_GROUP, consumer, count=TURN_BATCH, block_ms=block_ms)
    if not taken:
        return 0
    rows: list[TurnRecord] = []
    seen: dict[str, datetime] = {}
    unsure: list[Unsure] = []
    for _, text in taken:
        raw = json.loads(text)
        at = datetime.fromisoformat(raw["at"])
        rows.append(
            TurnRecord(
                turn_id=raw["id"],
                at=at,
                account=raw["account"],
                community=raw["community"],
                ref=raw["ref"],
                kind=raw["kind"],
                decision=raw["decision"],
                intent=raw["intent"] or None,
                score=raw["score"],
                ms=raw["ms"],
                delivery=TurnDelivery(raw["delivery"]),
            )
        )
        seen[raw["ref"]] = max(at, seen.get(raw["ref"], at))
        if raw.get("unsure"):
            unsure.append(_unsure(raw, at))

    beside = unanswered.counting(db.vault, unsure) if unsure else None
    turns.append_many(db, rows, beside=beside)
    residents.touch_many(db, seen)
    store.taken(_GROUP, [number for number, _ in taken])
    return len(taken)


def _unsure(raw: dict[str, Any], at: datetime) -> Unsure:
    """Read what a turn says about a message that was not understood."""
    found = raw["unsure"]
    return Unsure(
        turn_id=raw["id"],
        at=at,
        community=raw["community"],
        text=found["text"],
        normal=found["normal"],
        decision=raw["decision"],
        likely=tuple((str(intent), float(share)) for intent, share in found["likely"]),
    )


def _turn_log(db: Database, store: Turns, stop: Event) -> None:
    consumer = f"{socket.gethostname()}-{time.monotonic_ns()}"
    while not stop.is_set():
        try:
            write_turns(db, store, consumer)
        except StoreError:
            logger().warning("turnlog.waiting")
            stop.wait(1.0)
        except Exception:  # noqa: BLE001 - a thread boundary: the log must go on
            logger().exception("turnlog.failed")
            stop.wait(1.0)


def run(
    queue: TaskQueue,
    *,
    db: Database,
    store: Turns,
    learner: Learner | None = None,
    stop: Event | None = None,
) -> None:
    """Work until SIGTERM or SIGINT; the delivery in hand is finished first."""
    stop = stop or Event()

    def quit_(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, quit_)
    signal.signal(signal.SIGINT, quit_)
    worker = queue.worker(threads=THREADS)
    threads = [Thread(target=_turn_log, args=(db, store, stop), daemon=True, name="turn-log")]
    if learner is not None:
        threads.append(Thread(target=learner.run, args=(stop,), daemon=True, name="learning"))
    worker.start()
    for thread in threads:
        thread.start()
    logger().info("worker.started")
    while not stop.wait(0.5):
        pass
    worker.stop(timeout=_STOP_MS)
    for thread in threads:
        thread.join(timeout=2.0)
    logger().info("worker.stopped")
