"""Work nobody may wait for too long: SQL that hangs must not cost a resident the reply."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from threading import BoundedSemaphore
from typing import TypeVar

T = TypeVar("T")


class Bounded:
    """Runs work on threads of its own and stops waiting when its time is up.

    Args:
        name: what the threads are called.
        threads: how much work runs at once.
        queue: how much may wait for a thread.
        keep: do late what could not be begun in time, instead of dropping it.
    """

    def __init__(self, name: str, *, threads: int, queue: int, keep: bool = False):
        self._keep = keep
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._room = BoundedSemaphore(threads + queue)

    def run(self, work: Callable[[], T], *, seconds: float, default: T) -> T:
        """Return what ``work`` returns, or ``default`` when it is not done in time.

        Work that has begun goes on; work that is still waiting for a thread then is kept or
        dropped, as this object was told. When there is no room it does not begin at all.

        Args:
            work: what to do.
            seconds: longest wait.
            default: what to return instead.
        """
        if not self._room.acquire(blocking=False):
            return default
        future: Future[T] = self._pool.submit(work)
        future.add_done_callback(lambda _done: self._room.release())
        try:
            return future.result(timeout=max(0.0, seconds))
        except FutureTimeout:
            if not self._keep:
                future.cancel()
            return default

    def close(self) -> None:
        """Finish what has begun, and what must be kept, and stop."""
        self._pool.shutdown(wait=True, cancel_futures=not self._keep)
