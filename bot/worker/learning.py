"""Has what staff added learned, once they have been quiet for a while, in a process of its own.

Learning takes most of a minute of one core, too long for a process that answers or delivers. Every
worker looks after its own machine: where the artefact is there already, learning ends at once, and
two that want the same wait for each other (a lock beside the artefacts).
"""

import os
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

from bot.domain.clock import Clock
from bot.domain.errors import StoreError
from bot.logs import logger

#: Seconds between two looks.
LOOK_S = 30.0
#: So long nothing was added or taken back before it is learned: staff rarely add only one.
QUIET = timedelta(minutes=10)
#: So long until a run that failed is tried again.
AGAIN = timedelta(hours=1)
#: A run that takes longer is ended.
LONGEST_S = 1_800.0
#: Least urgent of all: whoever answers or delivers goes first.
NICENESS = 19


class Learner:
    """Looks and has it learned; used by one thread.

    Args:
        changed_at: reads when staff last added a phrase or took one back, ``None`` for never.
        start: starts the process that learns (``python -m bot train``).
        clock: time.
    """

    def __init__(
        self,
        *,
        changed_at: Callable[[], datetime | None],
        start: Callable[[], "subprocess.Popen[bytes]"],
        clock: Clock,
    ):
        self._changed_at = changed_at
        self._start = start
        self._clock = clock
        self._done: datetime | None = None
        self._not_before: datetime | None = None

    def run(self, stop: Event) -> None:
        """Look until ``stop``."""
        while not stop.wait(LOOK_S):
            try:
                self.look(stop)
            except StoreError:
                continue  # the turn log's thread says so already
            except Exception:  # noqa: BLE001 - a thread boundary: the next look must come
                logger().exception("learning.failed")

    def look(self, stop: Event) -> bool:
        """Learn when something is due; tell whether a run succeeded.

        Raises:
            StoreError: the records do not answer.
        """
        changed, now = self._changed_at(), self._clock.now()
        if changed is None or changed == self._done or now - changed < QUIET:
            return False
        if self._not_before is not None and now < self._not_before:
            return False
        code = self._learn(stop)
        if code == 0:
            self._done, self._not_before = changed, None
            return True
        if not stop.is_set():
            logger().warning("learning.failed", code=code)
            self._not_before = now + AGAIN
        return False

    def _learn(self, stop: Event) -> int:
        """Run to the end; it is ended early when this process stops."""
        logger().info("learning.started")
        until = self._clock.monotonic() + LONGEST_S
        child = self._start()
        os.setpriority(os.PRIO_PROCESS, child.pid, NICENESS)
        try:
            while child.poll() is None and self._clock.monotonic() < until:
                if stop.wait(0.2):
                    break
        finally:
            if child.poll() is None:
                child.terminate()
            code = child.wait(timeout=10)
        return code
