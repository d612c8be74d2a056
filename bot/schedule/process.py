"""The scheduler process: one holder of the lease runs APScheduler; others stand by (DESIGN.md §7).

A job never sends anything: it finds work in SQL and wakes the queue.
"""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.domain.clock import BEIJING
from bot.domain.errors import StoreError
from bot.logs import logger
from bot.state.leases import Lease

LEASE_S = 20.0
RENEW_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A recurring piece of housekeeping.

    Attributes:
        id: explicit id; starting twice keeps one.
        work: what to do; returns counts for the log.
        every_s: period in seconds, or 0 when ``at`` is set.
        at: Beijing time of day ``HH:MM`` of a daily job, or "".
    """

    id: str
    work: Callable[[], Mapping[str, int]]
    every_s: int = 0
    at: str = ""


def build(jobs: tuple[Job, ...]) -> BackgroundScheduler:
    """Return a scheduler with the jobs declared; the zone is passed to it and to every trigger."""
    scheduler = BackgroundScheduler(timezone=BEIJING)
    for job in jobs:
        scheduler.add_job(
            _guarded(job),
            _trigger(job),
            id=job.id,
            replace_existing=True,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    return scheduler


def _trigger(job: Job) -> IntervalTrigger | CronTrigger:
    if job.at:
        hour, _, minute = job.at.partition(":")
        return CronTrigger(hour=int(hour), minute=int(minute), timezone=BEIJING)
    return IntervalTrigger(seconds=job.every_s, timezone=BEIJING)


def _guarded(job: Job) -> Callable[[], None]:
    def run() -> None:
        try:
            done = job.work()
        except StoreError:
            logger().warning("job.waiting", job=job.id)
        except Exception:  # noqa: BLE001 - a job boundary: the next fire must come
            logger().exception("job.failed", job=job.id)
        else:
            if any(done.values()):
                logger().info("job.done", job=job.id, **done)

    return run


def run(lease: Lease, jobs: tuple[Job, ...], *, stop: Event | None = None) -> None:
    """Hold the lease and run the jobs until SIGTERM; stand by while somebody else holds it."""
    stop = stop or Event()

    def quit_(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, quit_)
    signal.signal(signal.SIGINT, quit_)
    running: BackgroundScheduler | None = None
    while not stop.is_set():
        fence = _held(lease)
        if fence and running is None:
            running = build(jobs)
            running.start()
            logger().info("scheduler.leading", fence=fence)
        elif not fence and running is not None:
            running.shutdown(wait=True)
            running = None
            logger().warning("scheduler.standing_by")
        stop.wait(RENEW_S)
    if running is not None:
        running.shutdown(wait=True)
        _dropped(lease)
    logger().info("scheduler.stopped")


def _held(lease: Lease) -> int:
    try:
        return lease.take()
    except StoreError:
        return 0


def _dropped(lease: Lease) -> None:
    try:
        lease.drop()
    except StoreError:
        logger().warning("scheduler.lease_left")
