"""A worker has what staff added learned when they are done adding."""

import subprocess
import sys
import time
from datetime import datetime, timedelta
from threading import Event, Thread

import pytest

from bot.domain.errors import StoreUnavailable
from bot.testing import START, FakeClock
from bot.worker import learning
from bot.worker.learning import AGAIN, LONGEST_S, QUIET, Learner


class Bench:
    """A learner whose command is a line of Python, and how often it was started."""

    def __init__(self, line: str = "pass", changed: datetime | None = START):
        self.clock = FakeClock(moment=START + QUIET)
        self.changed = changed
        self.line = line
        self.children: list[subprocess.Popen[bytes]] = []
        self.learner = Learner(changed_at=lambda: self.changed, start=self.start, clock=self.clock)

    def start(self) -> "subprocess.Popen[bytes]":
        self.children.append(subprocess.Popen([sys.executable, "-c", self.line]))
        return self.children[-1]

    def look(self) -> bool:
        return self.learner.look(Event())


def test_what_staff_added_is_learned_once_when_they_are_done():
    """Not after each phrase, and not again without a new one."""
    bench = Bench()
    bench.clock.advance(-timedelta(seconds=1))
    assert not bench.look()

    bench.clock.advance(timedelta(seconds=1))
    assert bench.look()
    assert not bench.look()

    bench.changed = bench.clock.now()
    assert not bench.look()
    bench.clock.advance(QUIET)
    assert bench.look()
    assert len(bench.children) == 2


def test_where_nothing_was_ever_added_nothing_is_started():
    """Most deployments, most of the time."""
    bench = Bench(changed=None)

    assert not bench.look()
    assert bench.children == []


def test_a_run_that_fails_is_tried_again_an_hour_later():
    """Not every half a minute: a folder that cannot be written stays so for a while."""
    bench = Bench("raise SystemExit(1)")
    assert not bench.look()
    assert not bench.look()
    assert len(bench.children) == 1

    bench.line = "pass"
    bench.clock.advance(AGAIN)

    assert bench.look()


def test_learning_is_the_least_urgent_thing_of_the_machine():
    """Whoever answers residents goes first."""
    bench = Bench("import os, time; time.sleep(0.5); raise SystemExit(os.nice(0))")

    bench.look()

    assert bench.children[0].returncode == learning.NICENESS


def test_a_worker_that_stops_ends_the_run_and_does_not_call_it_a_failure():
    """Within the ten seconds a process has for that."""
    bench = Bench("import time; time.sleep(60)")
    stop = Event()
    thread = Thread(target=bench.learner.look, args=(stop,))
    thread.start()
    until = time.monotonic() + 5
    while not bench.children and time.monotonic() < until:
        time.sleep(0.01)
    stop.set()
    thread.join(timeout=8)

    assert not thread.is_alive()
    assert bench.children[0].returncode is not None
    bench.line = "pass"
    assert bench.look()


def test_a_run_without_end_is_ended():
    """It would hold the lock against every other worker."""
    bench = Bench("import time; time.sleep(60)")
    start = bench.learner._start

    def slow():
        child = start()
        bench.clock.advance(timedelta(seconds=LONGEST_S))
        return child

    bench.learner._start = slow

    assert not bench.look()
    assert bench.children[0].returncode not in {0, None}


def test_the_thread_goes_on_when_the_records_are_away(monkeypatch: pytest.MonkeyPatch):
    """Nothing is learned meanwhile, nothing breaks."""
    monkeypatch.setattr(learning, "LOOK_S", 0.01)
    bench, asked, stop = Bench(), Event(), Event()
    answers = iter([StoreUnavailable("away"), RuntimeError("a fault of ours")])

    def changed_at() -> datetime | None:
        error = next(answers, None)
        if error is not None:
            raise error
        asked.set()
        return None

    bench.learner._changed_at = changed_at
    thread = Thread(target=bench.learner.run, args=(stop,))
    thread.start()
    assert asked.wait(timeout=5)
    stop.set()
    thread.join(timeout=5)

    assert not thread.is_alive()
