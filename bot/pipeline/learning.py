"""Keeps the router of a process up with what staff added, without stopping anything.

SQL holds the phrases and is the truth; a counter in Redis says that something changed. A thread
looks every few seconds, builds the next router off to the side and hands it over whole; no message
waits for it. Whatever goes wrong, the old one stays in force.
"""

from collections.abc import Callable, Iterable
from threading import Event, Thread

from bot.domain.clock import Clock
from bot.domain.errors import StoreError
from bot.logs import logger
from bot.understanding.overlay import Addition
from bot.understanding.router import Router
from bot.understanding.source import RouterSource

#: Seconds between two looks at the counter.
LOOK_S = 2.0
#: Seconds after which SQL is read anyway: a change told while Redis was away is not missed.
CATCH_UP_S = 60.0
#: Seconds before SQL is asked again after it did not answer.
AGAIN_S = 10.0


class Learning:
    """What staff added, as far as this process knows it; used by one thread at a time.

    Args:
        source: makes routers.
        phrases: reads what staff added from the records.
        told: reads the counter of changes.
        clock: time.
    """

    def __init__(
        self,
        *,
        source: RouterSource,
        phrases: Callable[[], Iterable[Addition]],
        told: Callable[[], int],
        clock: Clock,
    ):
        self._source = source
        self._phrases = phrases
        self._told = told
        self._clock = clock
        self._known: tuple[Addition, ...] | None = None
        self._learned = False
        self._version: int | None = None
        self._read_at = 0.0
        self._away = False

    def first(self) -> Router:
        """Return the router to start with; on the packs alone where the records do not answer."""
        version = self._counter()
        added = self._added()
        router = self._source.start(added or ())
        if added is not None:
            self._remember(version, added)
            logger().info("phrases.loaded", phrases=len(added), learned=self._learned)
        return router

    def next(self, router: Router) -> Router | None:
        """Return the router that follows the one in force, or nothing when nothing changed."""
        version = self._counter()  # before SQL is read: what is told later is seen next time
        if not self._due(version):
            return None
        added = self._added()
        self._read_at = self._clock.monotonic()
        if added is None:
            return None
        if added == self._known and self._learned == self._source.is_learned(added):
            self._version = version
            return None
        found = self._source.renew(router, added)
        self._remember(version, added)
        logger().info("phrases.loaded", phrases=len(added), learned=self._learned)
        return found

    def _due(self, version: int | None) -> bool:
        since = self._clock.monotonic() - self._read_at
        if self._away:
            return since >= AGAIN_S
        return since >= CATCH_UP_S or version not in {None, self._version}

    def _remember(self, version: int | None, added: tuple[Addition, ...]) -> None:
        self._known = added
        self._learned = self._source.is_learned(added)
        self._version = version
        self._read_at = self._clock.monotonic()

    def _added(self) -> tuple[Addition, ...] | None:
        """Return what staff added, ``None`` when the records do not answer."""
        try:
            found = tuple(sorted(self._phrases()))
        except StoreError:
            if not self._away:
                logger().warning("phrases.away")
            self._away = True
            return None
        self._away = False
        return found

    def _counter(self) -> int | None:
        try:
            return self._told()
        except StoreError:
            return None


class Watch:
    """The thread that looks; one per web process.

    Args:
        learning: what is known.
        current: gives the router in force.
        swap: puts the next one in force.
        every_s: seconds between two looks.
    """

    def __init__(
        self,
        learning: Learning,
        *,
        current: Callable[[], Router],
        swap: Callable[[Router], None],
        every_s: float = LOOK_S,
    ):
        self._learning = learning
        self._current = current
        self._swap = swap
        self._every_s = every_s
        self._stop = Event()
        self._thread = Thread(target=self._run, daemon=True, name="phrases")

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Stop looking; a router in the making is given up."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)

    def look(self) -> bool:
        """Look once; tell whether another router is in force now."""
        found = self._learning.next(self._current())
        if found is None or self._stop.is_set():
            return False
        self._swap(found)
        return True

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            try:
                self.look()
            except Exception:  # noqa: BLE001 - a thread boundary: the router in force must stay
                logger().exception("phrases.failed")
                self._stop.wait(CATCH_UP_S)
