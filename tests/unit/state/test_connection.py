"""Redis is reached with short timeouts, and left alone for a moment when it is away."""

import time

import pytest

from bot.domain.errors import ConfigError, StoreUnavailable
from bot.state import connection, embedded
from bot.state.connection import State
from bot.state.embedded import EmbeddedRedis, server_binary
from bot.state.leases import Lease
from bot.state.rates import MinuteBudget
from bot.testing import redis_server


def test_a_redis_that_is_not_there_is_unavailable(tmp_path):
    """Whatever the driver calls it."""
    away = State(f"unix://{tmp_path}/none.sock")

    with pytest.raises(StoreUnavailable, match="does not answer"):
        away.ping()
    away.close()


def test_after_a_failure_nobody_asks_again_for_a_second(tmp_path, monkeypatch):
    """Turns do not queue up behind timeouts; then one tries and it works again."""
    monkeypatch.setattr(connection, "BREAK_S", 0.3)
    state = State(f"unix://{tmp_path}/redis.sock")
    with pytest.raises(StoreUnavailable, match="does not answer"):
        state.ping()
    with pytest.raises(StoreUnavailable, match="a moment ago"):
        state.ping()
    with redis_server(tmp_path):
        time.sleep(0.31)
        state.ping()
    state.close()


def test_one_holder_plays_a_role_and_each_has_a_higher_number(state: State):
    """A fencing number tells an old holder from the new one."""
    one, two = Lease(state, "scheduler", life_s=5), Lease(state, "scheduler", life_s=5)

    assert one.take() == 1
    assert one.take() == 1
    assert two.take() == 0
    one.drop()
    assert two.take() == 2
    one.drop()
    assert two.take() == 2


def test_a_lease_lapses_when_its_holder_falls_silent(state: State):
    """A standby takes over."""
    assert Lease(state, "scheduler", life_s=0.03).take() == 1
    time.sleep(0.06)
    assert Lease(state, "scheduler", life_s=1).take() == 2


def test_a_minutes_budget_is_never_exceeded(state: State):
    """Who comes too early hears how long to wait."""
    budget = MinuteBudget(state, "robot")

    assert [budget.take("group", per_minute=2) for _ in range(2)] == [0.0, 0.0]
    assert 55 < budget.take("group", per_minute=2) <= 60
    assert budget.take("another", per_minute=2) == 0.0


def test_without_redis_a_budget_says_wait(tmp_path):
    """What goes out must never exceed the platform's quota."""
    away = State(f"unix://{tmp_path}/none.sock")

    assert MinuteBudget(away, "robot").take("group", per_minute=20) == 10.0
    away.close()


def test_an_embedded_redis_starts_answers_and_keeps_its_data(tmp_path):
    """Stopped and started again, it still knows."""
    socket = tmp_path / "redis.sock"
    for expected in (None, b"kept"):
        server = EmbeddedRedis(tmp_path, socket)
        server.start()
        assert server.pid
        state = State(f"unix://{socket}")
        assert state.client.get("x") == expected
        state.client.set("x", "kept")
        state.close()
        server.stop()
        assert server.pid is None


def test_a_second_process_joins_the_redis_that_runs(tmp_path):
    """It does not start another one, and does not stop it either."""
    with redis_server(tmp_path) as socket:
        joined = EmbeddedRedis(tmp_path, socket)
        joined.start()
        assert joined.pid is None
        joined.stop()
        state = State(f"unix://{socket}")
        state.ping()
        state.close()


def test_a_redis_that_cannot_start_says_where_its_log_is(tmp_path, monkeypatch):
    """One line, and how to look further."""
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    broken.chmod(0o700)
    monkeypatch.setattr(embedded, "server_binary", lambda: broken)
    server = EmbeddedRedis(tmp_path, tmp_path / "redis.sock")

    with pytest.raises(ConfigError, match=r"its log is .*redis\.log"):
        server.start()
    server.stop()


def test_without_any_server_the_ways_out_are_named(monkeypatch):
    """Install one, or point to one."""
    monkeypatch.setattr(embedded.shutil, "which", lambda _name: None)
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda _name: None)

    with pytest.raises(ConfigError, match="set BOT_REDIS_URL"):
        server_binary()


def test_an_old_server_on_the_path_is_passed_over(tmp_path, monkeypatch):
    """Six lacks commands we need."""
    old = tmp_path / "redis-server"
    old.write_text("#!/bin/sh\necho 'Redis server v=6.0.16'\n", encoding="utf-8")
    old.chmod(0o700)
    monkeypatch.setattr(embedded.shutil, "which", lambda _name: str(old))

    assert server_binary() != old
