"""``worker`` and ``scheduler``: the processes behind the web."""

import argparse
import os
import subprocess
import sys

from bot.bootstrap import build
from bot.config import ONE_THREAD_EACH, load, package_root
from bot.records import phrases
from bot.schedule.process import LEASE_S
from bot.schedule.process import run as run_schedule
from bot.worker.learning import Learner
from bot.worker.process import run as run_worker


def worker(_arguments: argparse.Namespace) -> int:
    """Work on the queue until SIGTERM, with as many processes as set."""
    settings = load()
    alone = {**os.environ, "BOT_WORKER_PROCESSES": "1"}
    beside = [
        subprocess.Popen([sys.executable, "-m", "bot", "worker"], env=alone, cwd=package_root())
        for _ in range(settings.worker_processes - 1)
    ]
    house = build(settings, process="worker")
    try:
        learner = Learner(
            changed_at=lambda: phrases.changed_at(house.db), start=_train, clock=house.clock
        )
        run_worker(house.queue, db=house.db, store=house.turns, learner=learner)
    finally:
        for child in beside:
            child.terminate()
        for child in beside:
            child.wait(timeout=10)
        house.close()
    return 0


def _train() -> "subprocess.Popen[bytes]":
    """Start learning what staff added, on one core."""
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "train"],
        env={**os.environ, **dict.fromkeys(ONE_THREAD_EACH, "1")},
        cwd=package_root(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def scheduler(_arguments: argparse.Namespace) -> int:
    """Run the scheduler, or stand by, until SIGTERM."""
    house = build(load(), process="scheduler")
    run_schedule(house.lease("scheduler", LEASE_S), house.jobs())
    house.close()
    return 0
