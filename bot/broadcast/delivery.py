"""Sends one outbox row, and sweeps up what a crash left lying.

``sending`` is written before the platform is called; neither a customer message nor a robot's post
may
be repeated blindly (WECHAT.md §14.3), so a row whose outcome nobody knows ends as ``unknown`` for
staff.
"""

import json
from collections.abc import Callable
from typing import Protocol

from bot.domain.clock import Clock
from bot.domain.errors import (
    AmbiguousSend,
    BotError,
    ChannelError,
    QuotaExhausted,
    RetryLater,
    StoreError,
    Undeliverable,
)
from bot.logs import logger
from bot.records import outbox
from bot.records.database import Database
from bot.records.outbox import OutboxMessage, OutboxState

#: A row is tried this often before it counts as failed.
MAX_ATTEMPTS = 6
_BATCH = 200


class Senders(Protocol):
    """The ways out, by kind of message."""

    def text(self, account: str, openid: str, text: str) -> None:
        """Send a customer message."""
        ...

    def robot(self, account: str, text: str) -> None:
        """Post to the staff's group robot."""
        ...


def deliver(db: Database, senders: Senders, row_id: int, clock: Clock) -> OutboxState | None:
    """Send one row.

    Returns:
        how it ended; ``None`` when there was nothing to do (sent, claimed by another, or too late).

    Raises:
        StoreError: the records do not answer; the row stays as it is.
    """
    row = outbox.claim(db, row_id, clock.now())
    if row is None:
        return None
    outbox.start(db, row_id, clock.now())
    state, reason = _attempt(senders, row)
    outbox.settle(db, row_id, state, reason, clock.now())
    logger().info("outbox.settled", row=row_id, state=state.value, reason=reason)
    return state


def _attempt(senders: Senders, row: OutboxMessage) -> tuple[OutboxState, str | None]:
    payload = json.loads(row.payload)
    try:
        if payload["kind"] == "robot":
            senders.robot(row.account, payload["text"])
        else:
            senders.text(row.account, row.openid, payload["text"])
    except AmbiguousSend:
        return OutboxState.UNKNOWN, "no answer from the platform"
    except RetryLater as error:
        if row.attempts < MAX_ATTEMPTS:
            return OutboxState.QUEUED, f"code {error.code}"
        return OutboxState.FAILED, f"code {error.code}, tried {row.attempts} times"
    except (QuotaExhausted, Undeliverable, ChannelError) as error:
        return OutboxState.FAILED, f"code {error.code}: {type(error).__name__}"
    except BotError as error:
        return OutboxState.FAILED, type(error).__name__
    return OutboxState.SENT, None


def sweep(db: Database, clock: Clock, *, owed: str, wake: Callable[[int], None]) -> dict[str, int]:
    """Find what lies about, by "older than" and never by a window.

    A promised answer that never came becomes an apology; a row in ``sending`` whose lease lapsed is
    ``unknown``; whatever is due is woken.

    Args:
        db: records.
        clock: time.
        owed: the sentence for a promised answer that never came.
        wake: tells the queue that a row is there.

    Returns:
        counts by what was done.
    """
    counts = {"apologised": 0, "unknown": 0, "woken": 0}
    now = clock.now()
    for status in outbox.lapsed(db, now, limit=_BATCH):
        try:
            if status.state is OutboxState.PROMISED:
                payload = json.dumps({"kind": "text", "text": owed}, ensure_ascii=False)
                outbox.fill(db, status.key, payload, now)
                counts["apologised"] += 1
            else:
                reason = "the sender stopped while sending"
                outbox.settle(db, status.id, OutboxState.UNKNOWN, reason, now)
                counts["unknown"] += 1
        except StoreError:
            continue
    outbox.expire(db, now)
    for row_id in outbox.due(db, now, limit=_BATCH):
        wake(row_id)
        counts["woken"] += 1
    return counts
