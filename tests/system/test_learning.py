"""What was not understood is taught by a command, and running processes answer it within seconds."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest

from bot.config import package_root
from bot.records import audit, turns, unanswered
from bot.records.unanswered import UnsureState, Wording
from tests.system.deployment import Deployment, new_openid
from tests.system.machine import until
from tests.system.wire import DEADLINE_S, Reply

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

#: Belongs to no intent; see the router's own tests.
ASKED = "红烧肉怎么做才不腻"
INTENT = "legal.wages"
#: What only the answer about wages says.
MARK = "12333"
#: Told by Redis, looked at every two seconds, built in less than one; a busy machine needs more.
SECONDS = 20.0
#: So many new connections in a row are served by both web workers, for all practical purposes.
IN_A_ROW = 12


def command(deployment: Deployment, *words: str) -> dict[str, object]:
    """Run ``unanswered`` beside the running deployment; return its JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "unanswered", *words, "--json"],
        cwd=package_root(),
        env=deployment.environ,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def ask(deployment: Deployment, text: str = ASKED) -> Reply:
    """Ask as somebody nobody has met, on a new connection."""
    line = deployment.line
    return line.deliver(line.message(new_openid(), text))


def everybody(deployment: Deployment, *, knows: bool) -> bool:
    """Tell whether many askers in a row are answered, or are not."""
    return all((MARK in ask(deployment).text) is knows for _ in range(IN_A_ROW))


def wording(deployment: Deployment) -> Wording | None:
    """Return the ledger's row of the message."""
    rows = unanswered.recent(deployment.house.db, states=tuple(UnsureState))
    return next((row for row in rows if row.text == ASKED), None)


@contextmanager
def stream(deployment: Deployment) -> Iterator[list[Reply]]:
    """Ask known questions all the while, two at a time; give the replies, or raise what failed."""
    replies: list[Reply] = []
    stop = Event()

    def go_on() -> None:
        while not stop.is_set():
            replies.append(ask(deployment, "居住证咋办"))
            time.sleep(0.02)

    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(go_on) for _ in range(2)]
        try:
            yield replies
        finally:
            stop.set()
        for job in jobs:
            job.result()


def test_what_is_attached_is_answered_by_all_processes_and_no_request_is_dropped(
    deployment: Deployment,
) -> None:
    """Asked, kept without names, attached, answered; taken back, and not answered again."""
    asked = [ask(deployment, f"我叫张三，{ASKED}"), *(ask(deployment) for _ in range(3))]
    assert not any(MARK in reply.text for reply in asked)
    row = until(lambda: wording(deployment), seconds=20, what="the worker has written it")
    listed = command(deployment, "list", "--limit", "1000")
    clusters = listed["clusters"]
    assert isinstance(clusters, list)
    texts = [one["text"] for found in clusters for one in found["wordings"]]
    assert ASKED in texts
    assert not any("张三" in text for text in texts)

    with stream(deployment) as replies:
        until(lambda: len(replies) > 20, seconds=20, what="requests flow")
        done = command(
            deployment,
            *("attach", str(row.id), INTENT, "--only", str(row.id), "--by", "admin", "--yes"),
        )
        attached = time.monotonic()
        until(
            lambda: everybody(deployment, knows=True),
            seconds=SECONDS,
            what="both web workers answer it",
        )
        took = time.monotonic() - attached

    assert took < SECONDS
    assert done["written"]
    assert done["told"]
    assert all(reply.status == 200 and "居住" in reply.text for reply in replies)
    assert max(reply.took_s for reply in replies) < DEADLINE_S
    settled = wording(deployment)
    assert settled is not None
    assert (settled.state, settled.intent, settled.decided_by) == (
        UnsureState.ATTACHED,
        INTENT,
        "admin",
    )
    assert [entry.action for entry in audit.tail(deployment.house.db, limit=2)] == [
        "unanswered.attached",
        "phrase.added",
    ]
    answered = until(
        lambda: [
            turn
            for turn in turns.tail(deployment.house.db, limit=100)
            if turn.intent == INTENT and turn.decision == "answer"
        ],
        seconds=20,
        what="the turn log tells of the answers",
    )
    assert answered

    added = done["added"]
    assert isinstance(added, list)
    command(deployment, "overlay", "--drop", str(added[0]), "--by", "admin")
    until(
        lambda: everybody(deployment, knows=False),
        seconds=SECONDS,
        what="both web workers have forgotten it",
    )
    assert command(deployment, "overlay")["phrases"] == []
    opened = wording(deployment)
    assert opened is not None
    assert opened.state is UnsureState.OPEN
