"""The task queue, and the only module that knows Dramatiq.

The rows in SQL are the truth; a message only says "work is here" and carries an id. Dramatiq's
defaults do
not recover from kill -9 in useful time, hence heartbeat and maintenance as measured in DESIGN.md
§7.
"""

from collections.abc import Callable

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AgeLimit, Callbacks, Retries, ShutdownNotifications, TimeLimit

from bot.logs import logger

#: Queues in order of urgency: an answer never waits behind a broadcast.
QUEUES = ("reply", "bulk", "misc")
HEARTBEAT_MS = 15_000
#: Of one million; how often a call tidies up after dead workers.
MAINTENANCE_CHANCE = 100_000
MAX_RETRIES = 5
TASK_LIMIT_MS = 30_000
TASK_AGE_MS = 24 * 3600 * 1000


class TaskQueue:
    """Named tasks on Redis.

    Args:
        client: Redis client of this process.
    """

    def __init__(self, client: redis.Redis):
        self.broker = RedisBroker(  # type: ignore[no-untyped-call] # dramatiq leaves it untyped
            client=client,
            namespace="bot:tasks",
            heartbeat_timeout=HEARTBEAT_MS,
            maintenance_chance=MAINTENANCE_CHANCE,
            middleware=[
                AgeLimit(max_age=TASK_AGE_MS),
                TimeLimit(time_limit=TASK_LIMIT_MS),
                ShutdownNotifications(),
                Callbacks(),
                Retries(max_retries=MAX_RETRIES, min_backoff=1_000, max_backoff=60_000),
            ],
        )
        for name in QUEUES:
            self.broker.declare_queue(name)

    def task(self, name: str, queue: str, work: Callable[[int], None]) -> None:
        """Declare a task: ``work`` takes the id of a row."""
        dramatiq.actor(actor_name=name, queue_name=queue, broker=self.broker)(work)

    def send(self, name: str, queue: str, row: int) -> bool:
        """Say that work is there; tell whether the queue took it (a sweep finds it otherwise)."""
        message: dramatiq.Message[None] = dramatiq.Message(
            queue_name=queue, actor_name=name, args=(row,), kwargs={}, options={}
        )
        try:
            self.broker.enqueue(message)
        except (redis.RedisError, dramatiq.errors.DramatiqError):
            logger().warning("queue.unreachable", task=name)
            return False
        return True

    def worker(self, *, threads: int) -> dramatiq.Worker:
        """Return a worker over all queues; start and stop it yourself."""
        return dramatiq.Worker(self.broker, worker_threads=threads, worker_timeout=500)
