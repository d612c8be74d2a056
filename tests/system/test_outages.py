"""Redis away and back, the turn log through a crash, two schedulers."""

import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest
import redis

from bot.bootstrap import House
from bot.config import load
from bot.state import keys
from bot.testing import redis_server
from tests.system.deployment import Deployment, new_openid
from tests.system.machine import Running, alive, end, plain_environ, running, until
from tests.system.test_crashes import writes_held
from tests.system.wire import DEADLINE_S

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

#: DESIGN.md §7: a standby scheduler takes over within this.
TAKEOVER_S = 30.0


def _all_remember(deployment: Deployment) -> bool:
    """Tell whether every web worker has found Redis again: each of many follow-ups is understood."""
    line = deployment.line
    for _ in range(8):
        openid = new_openid()
        line.deliver(line.message(openid, "居住证咋办"))
        if "照片" not in line.deliver(line.message(openid, "要带什么")).text:
            return False
    return True


def test_sessions_survive_a_redis_restart_and_answers_go_on_without_it(
    on_servers: Deployment,
) -> None:
    """While Redis is away whole questions are answered; afterwards the conversation goes on."""
    line, openid, server = on_servers.line, new_openid(), on_servers.redis_server
    assert server is not None
    offered = line.deliver(line.message(openid, "居住证咋办"))
    assert "2 " in offered.text

    server.stop()
    try:
        asked = line.deliver(line.message(openid, "老板拖欠工资不发"))
        number = line.deliver(line.message(openid, "要带什么"))
        crisis = line.deliver(line.message(openid, "我不想活了"))
        assert on_servers.status("/readyz") == 503
    finally:
        server.start()

    assert "12333" in asked.text
    assert "记不住" in number.text
    assert "110" in crisis.text
    assert max(reply.took_s for reply in (asked, number, crisis)) < DEADLINE_S
    assert len(on_servers.alerts_of(openid)) == 1
    until(on_servers.ready, seconds=20, what="the service is ready again")
    until(
        lambda: "照片" in line.deliver(line.message(openid, "要带什么")).text,
        seconds=10,
        what="the topic from before the restart is still open",
    )
    until(lambda: _all_remember(on_servers), seconds=20, what="all web workers remember again")


def test_the_embedded_redis_is_started_again_when_it_dies(embedded: Deployment) -> None:
    """Who owns a Redis looks after it; residents are answered all the while."""
    line, openid = embedded.line, new_openid()
    line.deliver(line.message(openid, "居住证咋办"))
    killed = embedded.redis_pid()

    os.kill(killed, signal.SIGTERM)
    until(lambda: not alive(killed), seconds=10, what="Redis is gone")
    asked = line.deliver(line.message(openid, "老板拖欠工资不发"))

    assert "12333" in asked.text
    assert asked.took_s < DEADLINE_S
    until(embedded.ready, seconds=20, what="the service is ready again")
    until(lambda: _all_remember(embedded), seconds=20, what="all web workers remember again")
    session: Any = embedded.house.state.client.get(keys.session(embedded.ref(openid)))
    assert session


def test_every_turn_is_in_the_log_exactly_once(embedded: Deployment) -> None:
    """Even those a dead worker had taken from the stream and not yet written."""
    line, house = embedded.line, embedded.house
    people = [new_openid() for _ in range(20)]
    client = house.state.client
    until(lambda: client.xlen(keys.TURNS) == 0, seconds=60, what="earlier turns are written")

    with writes_held(embedded):
        for openid in people:
            line.deliver(line.message(openid, "居住证咋办"))
        until(lambda: _pending(house), seconds=30, what="the worker has taken some")
        end(embedded.children("worker"))
    until(
        lambda: client.xlen(keys.TURNS) == 0,
        seconds=120,
        what="what the dead worker had taken is taken over",
    )

    logged = [embedded.turns_of(openid) for openid in people]
    assert logged == [1] * len(people)


def _pending(house: House) -> int:
    """Return how many turns the worker has taken; none while it has not looked for the first time."""
    try:
        found: Any = house.state.client.xpending(keys.TURNS, "sql")
    except redis.ResponseError as error:
        if "NOGROUP" not in str(error):
            raise
        return 0
    return int(found["pending"])


def _leads(scheduler: Running) -> int:
    """Return the fencing number with which a scheduler leads, 0 while it stands by."""
    fences = [
        json.loads(line)["fence"]
        for line in scheduler.printed.splitlines()
        if re.match(r"\{.*scheduler\.leading", line)
    ]
    return int(fences[-1]) if fences else 0


def test_of_two_schedulers_one_leads_and_the_other_takes_over(tmp_path: Path) -> None:
    """After ``kill -9`` the standby leads within thirty seconds, with a higher fencing number."""
    environ = plain_environ(BOT_DATA_DIR=str(tmp_path), BOT_SANDBOX="1", **_secrets())
    house = House(load(environ))
    house.migrate()
    house.close()
    with (
        redis_server(tmp_path),
        running(["scheduler"], environ, tmp_path / "a.out") as one,
        running(["scheduler"], environ, tmp_path / "b.out") as two,
    ):
        until(lambda: _leads(one) or _leads(two), seconds=60, what="one scheduler leads")
        leader, standby = (one, two) if _leads(one) else (two, one)
        first = _leads(leader)
        assert not _leads(standby)

        leader.process.kill()
        leader.process.wait(timeout=5)

        second = until(lambda: _leads(standby), seconds=TAKEOVER_S, what="the standby takes over")
        assert second > first
        standby.stop(seconds=10)
        assert standby.process.returncode == 0


def _secrets() -> dict[str, str]:
    from bot.records.vault import new_data_key

    return {
        "BOT_SECRET_KEY": "system-test-secret-key-system-test",
        "BOT_DATA_KEYS": new_data_key(),
        "BOT_WECHAT_TOKEN": "systemtest",
        "BOT_WECHAT_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    }
