"""The fleet's token over a real Redis: threads, processes, dead holders, a Redis that goes away."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from bot.channel.wechat.tokens import TokenProvider
from bot.domain.clock import SystemClock
from bot.domain.errors import StoreUnavailable
from bot.state.connection import State
from bot.state.embedded import EmbeddedRedis
from bot.state.tokens import RedisTokenStore, token_key
from tests.unit.channel.platform_stub import PlatformStub, running_stub

ROOT = Path(__file__).resolve().parents[2]
PROCESSES, THREADS, CALLS = 5, 6, 4

#: What one process of the fleet does: calls from several threads, each as the client makes them.
WORKER = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from bot.channel.wechat.client import WeChatClient
from bot.channel.wechat.tokens import TokenProvider
from bot.domain.clock import SystemClock
from bot.domain.errors import ChannelError
from bot.state.connection import State
from bot.state.tokens import RedisTokenStore

base, redis_url, threads, calls = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
store = RedisTokenStore(State(redis_url))
tokens = TokenProvider(app_id="wx1", secret="s", api_base=base, clock=SystemClock(), store=store)
client = WeChatClient(api_base=base, tokens=tokens)

def send(_):
    try:
        client.send_text("oTestOpenId0000000000000001", "hello")
    except ChannelError as error:
        return type(error).__name__
    return "ok"

with ThreadPoolExecutor(threads) as pool:
    print(json.dumps(list(pool.map(send, range(threads * calls)))))
"""


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    """Give a Redis of our own."""
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "r.sock"
        server = EmbeddedRedis(Path(folder), socket)
        server.start()
        yield f"unix://{socket}"
        server.stop()


@pytest.fixture
def store(redis_url: str) -> Iterator[RedisTokenStore]:
    """Give an empty store."""
    state = State(redis_url)
    state.client.flushall()
    yield RedisTokenStore(state)
    state.close()


@pytest.fixture
def stub() -> Iterator[PlatformStub]:
    """Give a scripted platform."""
    with running_stub() as running:
        yield running


def fleet(stub: PlatformStub, redis_url: str) -> list[str]:
    command = [sys.executable, "-c", WORKER, stub.base, redis_url, str(THREADS), str(CALLS)]
    running = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(PROCESSES)
    ]
    printed = [process.communicate(timeout=50) for process in running]
    assert {process.returncode for process in running} == {0}, printed[0][1].decode()
    outcomes = [outcome for out, _ in printed for outcome in json.loads(out.splitlines()[-1])]
    assert len(outcomes) == PROCESSES * THREADS * CALLS
    return outcomes


def test_a_whole_fleet_asks_once(stub: PlatformStub, store: RedisTokenStore, redis_url: str):
    """Five processes with six threads each start cold: one request for a token in all."""
    assert set(fleet(stub, redis_url)) == {"ok"}
    assert stub.fetches == [False]


def test_a_dead_token_costs_the_fleet_one_repair(
    stub: PlatformStub, store: RedisTokenStore, redis_url: str
):
    """Thirty threads find the token refused at once: one look, one forced renewal, all pass."""
    store.write("wx1", "T1", usable_s=7000)
    stub.good = lambda token: token != "T1"
    assert set(fleet(stub, redis_url)) == {"ok"}
    assert stub.fetches == [False, True]


def test_a_platform_that_refuses_everything_costs_the_fleet_no_more(
    stub: PlatformStub, store: RedisTokenStore, redis_url: str
):
    """WECHAT.md §14.4.4: a storm of refusals stays within a constant, and ends in "later"."""
    stub.good = lambda token: False
    assert set(fleet(stub, redis_url)) == {"RetryLater"}
    assert stub.fetches == [False, False, True]
    sends = len(stub.to("/cgi-bin/message/custom/send"))
    assert sends <= 2 * PROCESSES * THREADS * CALLS


def test_a_token_is_shared_and_ends(store: RedisTokenStore):
    """The time left is counted by Redis, so hosts with different clocks agree."""
    assert store.read("wx1") is None
    store.write("wx1", "T1", usable_s=0.15)
    value, left = store.read("wx1")
    assert value == "T1"
    assert 0 < left <= 0.15
    time.sleep(0.2)
    assert store.read("wx1") is None
    assert store.read("wx2") is None


def test_the_lock_excludes_waits_and_lapses(store: RedisTokenStore):
    """A holder that died is waited out, and cannot free the lock of its successor."""
    with store.hold("wx1", wait_s=0, lease_s=0.2) as first:
        assert first
        with store.hold("wx1", wait_s=0.05, lease_s=5) as second:
            assert not second
        with store.hold("wx2", wait_s=0, lease_s=5) as other:
            assert other
        with store.hold("wx1", wait_s=2, lease_s=5) as successor:
            assert successor
            left_behind = store.hold("wx1", wait_s=0, lease_s=5)
            with left_behind as third:
                assert not third


def test_a_late_release_leaves_the_successors_lock(store: RedisTokenStore, redis_url: str):
    """The lease ran out in the middle: giving it back must not open the door to a third."""
    with store.hold("wx1", wait_s=0, lease_s=0.1):
        time.sleep(0.15)
        client = State(redis_url).client
        client.set(token_key("wx1", "lock"), "successor", px=5000)
    assert client.get(token_key("wx1", "lock")) == b"successor"
    client.close()


def test_only_one_of_many_may_repair(store: RedisTokenStore):
    """The slot is taken in one step; the others learn how long to wait."""
    with ThreadPoolExecutor(12) as pool:
        waits = list(pool.map(lambda _: store.take_repair("wx1", gap_s=30), range(12)))
    assert waits.count(0) == 1
    assert all(29 < wait <= 30 for wait in waits if wait)


def test_forced_renewals_are_counted_by_day(store: RedisTokenStore):
    """Never more than the limit, also when many ask at once."""
    today, tomorrow = date(2026, 11, 24), date(2026, 11, 25)
    with ThreadPoolExecutor(12) as pool:
        taken = list(pool.map(lambda _: store.take_forced("wx1", today, limit=5), range(12)))
    assert taken.count(True) == 5
    assert store.take_forced("wx1", tomorrow, limit=5)


def test_every_key_ends_by_itself(store: RedisTokenStore, redis_url: str):
    """Nothing of an account that is given up stays in Redis."""
    store.write("wx1", "T1", usable_s=100)
    store.take_repair("wx1", gap_s=60)
    store.take_forced("wx1", date(2026, 11, 24), limit=20)
    client = State(redis_url).client
    with store.hold("wx1", wait_s=0, lease_s=20):
        found = list(client.scan_iter("*"))
        assert len(found) == 4
        assert all(key.startswith(b"bot:token:wx1:") and client.pttl(key) > 0 for key in found)
    client.close()


def test_a_full_redis_is_no_obstacle(stub: PlatformStub, store: RedisTokenStore, redis_url: str):
    """Redis answers, but takes no writes: the process keeps the token for itself."""
    client = State(redis_url).client
    before = client.config_get("maxmemory*")
    client.config_set("maxmemory-policy", "noeviction")
    client.config_set("maxmemory", "1")
    try:
        with pytest.raises(StoreUnavailable):
            store.write("wx1", "T9", usable_s=10)
        tokens = TokenProvider(
            app_id="wx1", secret="s", api_base=stub.base, clock=SystemClock(), store=store
        )
        assert [tokens.current() for _ in range(3)] == ["T1"] * 3
        tokens.close()
    finally:
        client.config_set("maxmemory", before["maxmemory"])
        client.config_set("maxmemory-policy", before["maxmemory-policy"])
        client.close()
    assert stub.fetches == [False]


def test_answers_go_on_while_redis_is_away(stub: PlatformStub):
    """Redis dies between two calls, and the next renewal is made without it."""
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "r.sock"
        server = EmbeddedRedis(Path(folder), socket)
        server.start()
        state = State(f"unix://{socket}")
        tokens = TokenProvider(
            app_id="wx1",
            secret="s",
            api_base=stub.base,
            clock=SystemClock(),
            store=RedisTokenStore(state),
        )
        assert tokens.current() == "T1"
        server.stop()
        assert tokens.current() == "T1"
        assert tokens.replace("T1") == "T2"
        state.close()
        tokens.close()
    assert stub.fetches == [False, False, True]
