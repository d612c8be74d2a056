"""Waiting for work that may hang."""

from threading import Event

from bot.pipeline.bounded import Bounded


def test_work_done_in_time_gives_its_result():
    """Nobody waits longer than the work takes."""
    bounded = Bounded("test", threads=1, queue=1)

    assert bounded.run(lambda: 7, seconds=5, default=0) == 7

    bounded.close()


def test_work_that_hangs_gives_the_default_and_goes_on():
    """What has begun is finished, only later."""
    bounded, release, done = Bounded("test", threads=1, queue=1), Event(), Event()

    def work() -> str:
        release.wait(5)
        done.set()
        return "late"

    assert bounded.run(work, seconds=0.01, default="default") == "default"
    release.set()
    bounded.close()
    assert done.is_set()


def test_work_that_could_not_begin_is_dropped_or_kept_as_told():
    """A promise nobody waits for is pointless; an erasure must happen all the same."""
    for keep in (False, True):
        bounded = Bounded("test", threads=1, queue=1, keep=keep)
        release, done = Event(), Event()
        bounded.run(lambda release=release: release.wait(5), seconds=0.01, default=None)

        bounded.run(lambda done=done: done.set(), seconds=0.01, default=None)
        release.set()
        bounded.close()

        assert done.is_set() is keep


def test_work_without_room_gives_the_default_at_once():
    """The queue has a bound."""
    bounded, release = Bounded("test", threads=1, queue=0), Event()
    bounded.run(lambda: release.wait(5), seconds=0.01, default=None)

    assert bounded.run(lambda: 7, seconds=5, default=0) == 0

    release.set()
    bounded.close()
