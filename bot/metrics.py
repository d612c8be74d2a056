"""Prometheus figures of a process. Labels are bounded: no resident, no text."""

from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 4.0, 5.0)

MESSAGES = Counter("bot_messages_total", "Messages answered", ["intent", "decision"])
INBOUND = Counter("bot_inbound_total", "Authentic deliveries", ["kind"])
REJECTED = Counter("bot_rejected_total", "Requests refused", ["reason"])
DUPLICATES = Counter("bot_duplicates_total", "Re-deliveries that got the stored reply", ["how"])
LATENCY = Histogram("bot_turn_seconds", "Webhook time from body to reply", buckets=_FAST)
STATE_TIME = Histogram("bot_redis_seconds", "Time in Redis", ["call"], buckets=_FAST)
SQL_TIME = Histogram("bot_sql_seconds", "Time in SQL", ["call"], buckets=_FAST)
STATE_DOWN = Counter("bot_state_down_total", "Turns served without Redis")
LATE = Counter("bot_late_total", "Turns that missed the budget and went to the outbox")
ALERTS = Counter("bot_alerts_total", "Alerts raised to staff", ["urgency"])


@lru_cache(maxsize=64)
def state_time(call: str) -> Histogram:
    """Return the figure of one kind of Redis call; calls are named in the code, so they are few."""
    return STATE_TIME.labels(call)


@lru_cache(maxsize=512)
def messages(intent: str, decision: str) -> Counter:
    """Return the count of messages that ended with an intent and a decision."""
    return MESSAGES.labels(intent, decision)


@lru_cache(maxsize=64)
def inbound(kind: str) -> Counter:
    """Return the count of deliveries of a kind."""
    return INBOUND.labels(kind)


def exposition(shared_dir: str = "") -> bytes:
    """Return the Prometheus text of this process, or of all that share ``shared_dir``."""
    if not shared_dir:
        return generate_latest()
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=shared_dir)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
