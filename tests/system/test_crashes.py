"""``kill -9`` at the worst moment: one effect, one and the same reply, nothing sent twice."""

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPException
from typing import Any

import psycopg
import pytest

from bot.broadcast.delivery import sweep
from bot.domain.clock import SystemClock
from bot.domain.messages import message_key
from bot.records import outbox
from bot.records.outbox import OutboxState
from bot.sandbox.wire_xml import parse
from bot.state import keys
from bot.testing import FakeClock
from tests.system.deployment import Deployment, new_openid
from tests.system.machine import alive, end, holder, serving, until
from tests.system.wire import DEADLINE_S, Line, Message, Reply

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

WORKER_BACK_S = 30.0
QUEUE = "bot:tasks:reply"


@contextmanager
def writes_held(deployment: Deployment) -> Iterator[None]:
    """Hold the lock that whoever raises an alert must wait for."""
    if deployment.postgres:
        dsn = deployment.settings.database_url.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(dsn) as connection:
            connection.execute("LOCK TABLE alerts IN EXCLUSIVE MODE")
            yield
            connection.rollback()
        return
    file = deployment.settings.database_url.removeprefix("sqlite:///")
    connection = sqlite3.connect(file, timeout=20, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


@contextmanager
def paused(pid: int) -> Iterator[None]:
    """Stop a process for a while without ending it."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def key_of(message: Message) -> str:
    """Return the identity under which the service claims a message."""
    return message_key("default", {one.tag: one.text for one in parse(message.xml).children})


class Flight:
    """A delivery on its way in a thread; its connection may die under it."""

    def __init__(self, line: Line, message: Message):
        self.line = line
        self.replies: list[Reply] = []
        self._thread = threading.Thread(target=self._fly, args=(message,))
        self._thread.start()

    def _fly(self, message: Message) -> None:
        try:
            self.replies.append(self.line.deliver(message, timeout_s=20))
        except (OSError, HTTPException):
            return

    def worker(self, deployment: Deployment) -> int:
        """Return which web worker holds the connection."""
        port = deployment.settings.port

        def look() -> int | None:
            inode = serving(port).get(self.line.local_port)
            return holder(deployment.web_workers(), inode) if inode else None

        return until(look, seconds=10, what="a web worker holds the connection") or 0

    def landed(self) -> list[Reply]:
        self._thread.join(timeout=30)
        assert not self._thread.is_alive()
        return self.replies


def _claimed(deployment: Deployment, message: Message) -> bool:
    found: Any = deployment.house.state.client.get(keys.once(key_of(message)))
    return bool(found) and found.startswith(b"C")


def _redelivered(deployment: Deployment, line: Line, message: Message) -> list[Reply]:
    """Deliver twice more once the dead worker's claim has lapsed, as the platform does after 5 s."""
    client = deployment.house.state.client
    until(
        lambda: not client.exists(keys.once(key_of(message))),
        seconds=DEADLINE_S,
        what="the dead worker's claim lapses before the platform's next try",
    )
    return [line.deliver(message), line.deliver(message)]


def _whole_again(deployment: Deployment) -> None:
    until(lambda: len(deployment.web_workers()) == 2, seconds=WORKER_BACK_S, what="two workers")
    until(deployment.ready, seconds=WORKER_BACK_S, what="the service is ready again")
    # a worker that dies within seconds of its predecessor ends the whole web process (granian)
    time_since = time.monotonic()
    until(lambda: time.monotonic() - time_since > 6, seconds=8, what="the respawn is old enough")


def test_a_web_worker_killed_before_the_effect_leaves_one_effect(deployment: Deployment) -> None:
    """The message waits in SQL when its worker dies; the re-delivery does the work, once."""
    line, openid = deployment.line, new_openid()
    message = line.message(openid, "转人工")

    with writes_held(deployment):
        flight = Flight(line, message)
        worker = flight.worker(deployment)
        until(lambda: _claimed(deployment, message), seconds=3, what="the message is claimed")
        end([worker])
        until(lambda: not alive(worker), seconds=5, what="the worker is dead")
    assert flight.landed() == []
    assert deployment.alerts_of(openid) == []

    first, second = _redelivered(deployment, deployment.line, message)

    assert first.text
    assert first.fields == second.fields
    assert len(deployment.alerts_of(openid)) == 1
    _whole_again(deployment)


def test_a_web_worker_killed_after_the_effect_leaves_one_effect(deployment: Deployment) -> None:
    """The alert is committed but no reply is stored; the re-delivery finds it and answers."""
    line, openid = deployment.line, new_openid()
    message = line.message(openid, "转人工")

    with writes_held(deployment):
        flight = Flight(line, message)
        worker = flight.worker(deployment)
        until(lambda: _claimed(deployment, message), seconds=3, what="the message is claimed")
        redis_pid = deployment.redis_pid()
        os.kill(redis_pid, signal.SIGSTOP)
    try:
        until(lambda: deployment.alerts_of(openid), seconds=5, what="the alert is committed")
        end([worker])
        until(lambda: not alive(worker), seconds=5, what="the worker is dead")
    finally:
        os.kill(redis_pid, signal.SIGCONT)
    flight.landed()

    first, second = _redelivered(deployment, deployment.line, message)

    assert first.text
    assert first.fields == second.fields
    assert len(deployment.alerts_of(openid)) == 1
    _whole_again(deployment)


def test_records_that_hang_cost_nobody_the_five_seconds(deployment: Deployment) -> None:
    """While SQL does not answer, questions are answered and effects end in an honest sentence."""
    line, openid, other = deployment.line, new_openid(), new_openid()

    with writes_held(deployment):
        flight = Flight(line.fresh(), line.message(openid, "转人工"))
        asked = line.deliver(line.message(other, "居住证咋办"))
        replies = flight.landed()

    assert "住满半年" in asked.text
    assert asked.took_s < DEADLINE_S
    assert replies
    assert replies[0].status == 200
    assert replies[0].took_s < DEADLINE_S


@pytest.mark.postgres
def test_a_newcomer_is_answered_while_even_reading_hangs(on_servers: Deployment) -> None:
    """Who the resident is cannot be looked up; the question is answered all the same."""
    line, dsn = on_servers.line, on_servers.settings.database_url
    with psycopg.connect(dsn.replace("postgresql+psycopg", "postgresql")) as connection:
        connection.execute("LOCK TABLE residents IN ACCESS EXCLUSIVE MODE")

        reply = line.deliver(line.message(new_openid(), "居住证咋办"))

        connection.rollback()
    assert "住满半年" in reply.text
    assert reply.took_s < DEADLINE_S / 2


def test_an_unfollow_while_records_hang_is_answered_in_time_and_done_later(
    deployment: Deployment,
) -> None:
    """Erasure goes on after the answer; nothing of the resident is left."""
    phone = deployment.phone()
    phone.say("有活动通知我")
    phone.say("转人工")

    with writes_held(deployment):
        heard = phone.act("unfollow")

    assert heard.outcome == "quiet"
    assert len(heard.attempts) == 1
    until(lambda: not deployment.alerts_of(phone.openid), seconds=30, what="the resident is erased")


def test_a_worker_killed_while_it_sends_never_sends_twice(deployment: Deployment) -> None:
    """Nobody knows whether the post arrived, so it is listed as unknown and not repeated."""
    phone, house = deployment.phone(), deployment.house
    before = len(phone.bubbles("group:staff"))
    phone.arm(api_hang={"times": 1, "value": 25, "path": "/cgi-bin/webhook"})
    phone.say("转人工")
    key = until(
        lambda: _sending(deployment), seconds=20, what="the worker is in the middle of the post"
    )
    # The row says "sending" before the post leaves; a hang left over would hold the next one.
    until(lambda: not phone.armed("api_hang"), seconds=20, what="the post is with the platform")
    killed = until(
        lambda: deployment.children("worker"), seconds=WORKER_BACK_S, what="a worker runs"
    )[0]

    end([killed])
    until(
        lambda: deployment.children("worker") not in ([], [killed]),
        seconds=WORKER_BACK_S,
        what="the worker is started again",
    )
    until(
        lambda: house.state.client.hlen(f"{QUEUE}.msgs") == 0,
        seconds=90,
        what="the dead worker's task is taken over and done with",
    )
    later = FakeClock(SystemClock().now() + timedelta(seconds=outbox.LEASE_S + 30))
    sweep(house.db, later, owed="", wake=house.wake)

    found = outbox.status(house.db, key)
    assert found is not None
    assert found.state in {OutboxState.UNKNOWN, OutboxState.SENT}
    assert found.attempts == 1
    phone.say("转人工")
    until(
        lambda: len(phone.bubbles("group:staff")) > before,
        seconds=30,
        what="the new worker posts the next alert",
    )
    assert len(phone.bubbles("group:staff")) - before <= 2


def _sending(deployment: Deployment) -> str:
    """Return the key of the outbox row that is being sent."""
    later = SystemClock().now() + timedelta(days=1)
    for row in outbox.lapsed(deployment.house.db, later, limit=1000):
        if row.state is OutboxState.SENDING:
            return row.key
    return ""
