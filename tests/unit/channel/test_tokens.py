"""One token for all, and a hard bound on what any storm of refusals can cost."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channel.wechat.errors import ChannelSetupError
from bot.channel.wechat.tokens import (
    FORCED_PER_DAY,
    PAUSE_S,
    REPAIR_GAP_S,
    LocalTokenStore,
    TokenProvider,
)
from bot.domain.errors import ChannelError, QuotaExhausted, RetryLater, StoreUnavailable
from tests.unit.channel.conftest import MovedClock
from tests.unit.channel.platform_stub import PlatformStub, Said, running_stub, said

STABLE = "/cgi-bin/stable_token"


def provider(stub: PlatformStub, clock: MovedClock, store=None) -> TokenProvider:
    return TokenProvider(app_id="wx1", secret="s", api_base=stub.base, clock=clock, store=store)


def call(tokens: TokenProvider, stub: PlatformStub) -> bool:
    """Do what the client does: once, and once more with another token."""
    try:
        token = tokens.current()
        if stub.good(token):
            return True
        return stub.good(tokens.replace(token))
    except ChannelError:
        return False


def storm(tokens: list[TokenProvider], stub: PlatformStub, threads: int) -> list[bool]:
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda n: call(tokens[n % len(tokens)], stub), range(threads * 3)))


def test_the_secret_travels_in_the_body_only(stub: PlatformStub, clock: MovedClock):
    """``stable_token`` takes JSON; an address would end in somebody's log (WECHAT.md §4.1)."""
    assert provider(stub, clock).current() == "T1"
    (got,) = stub.to(STABLE)
    assert got.params == {}
    assert got.body == {
        "grant_type": "client_credential", "appid": "wx1", "secret": "s", "force_refresh": False,
    }  # fmt: skip


def test_thirty_threads_ask_once(stub: PlatformStub, clock: MovedClock):
    """A cold start under load is one request, not a race."""
    assert all(storm([provider(stub, clock)], stub, 30))
    assert stub.fetches == [False]


def test_a_lifetime_costs_one_request(stub: PlatformStub, clock: MovedClock):
    """The token is given up two minutes before its end, when the platform has the next one."""
    tokens = provider(stub, clock)
    tokens.current()
    clock.move(7079)
    assert tokens.current() == "T1"
    stub.number = 2
    clock.move(2)
    assert tokens.current() == "T2"
    assert stub.fetches == [False, False]


def test_a_token_near_its_end_is_used_for_what_is_left(stub: PlatformStub, clock: MovedClock):
    """``expires_in`` may be as low as 300 s; a shorter one still serves for half its time."""
    stub.lifetime_s = 100
    tokens = provider(stub, clock)
    tokens.current()
    clock.move(49)
    tokens.current()
    assert stub.fetches == [False]
    clock.move(2)
    tokens.current()
    assert stub.fetches == [False, False]


def test_a_token_the_platform_changed_needs_no_force(stub: PlatformStub, clock: MovedClock):
    """Another one is handed out on asking: taking it kills nobody else's token."""
    tokens = provider(stub, clock)
    assert tokens.current() == "T1"
    stub.number = 2
    assert tokens.replace("T1") == "T2"
    assert stub.fetches == [False, False]


def test_a_token_another_process_renewed_is_taken_from_the_store(
    stub: PlatformStub, clock: MovedClock
):
    """The first look is at what the fleet has; the platform is not asked."""
    store = LocalTokenStore(clock)
    tokens = provider(stub, clock, store)
    assert tokens.current() == "T1"
    store.write("wx1", "T9", usable_s=100)
    assert tokens.replace("T1") == "T9"
    assert tokens.current() == "T9"
    assert stub.fetches == [False]


def test_a_second_repair_waits_for_a_minute(stub: PlatformStub, clock: MovedClock):
    """Forced renewals lie at least 30 s apart (WECHAT.md §4.1), and callers learn when to return."""
    tokens = provider(stub, clock)
    fresh = tokens.replace(tokens.current())
    with pytest.raises(RetryLater) as refused:
        tokens.replace(fresh)
    assert refused.value.after_s == pytest.approx(REPAIR_GAP_S)
    clock.move(REPAIR_GAP_S + 1)
    assert tokens.replace(fresh) == "T3"
    assert stub.fetches == [False, False, True, False, True]


def test_forced_renewals_end_with_the_days_allowance(stub: PlatformStub, clock: MovedClock):
    """Twenty a day by Beijing's calendar; the next day has its own."""
    tokens = provider(stub, clock)
    token = tokens.current()
    for _ in range(FORCED_PER_DAY):
        clock.move(REPAIR_GAP_S + 1)
        token = tokens.replace(token)
    clock.move(REPAIR_GAP_S + 1)
    with pytest.raises(QuotaExhausted):
        tokens.replace(token)
    assert stub.fetches.count(True) == FORCED_PER_DAY
    clock.move(5 * 3600)
    stub.lifetime_s = 7200
    assert tokens.replace(token) != token


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (said({"errcode": 40125, "errmsg": "x"}), ChannelSetupError),
        (said({"errcode": 40164, "errmsg": "invalid ip 10.1.2.3"}), ChannelSetupError),
        (said({"errcode": -1, "errmsg": "x"}), RetryLater),
        (said({"expires_in": 7200}), RetryLater),
        (said({"access_token": "", "expires_in": 7200}), RetryLater),
        (said({"access_token": "T", "expires_in": "soon"}), RetryLater),
        (Said(raw=b"<html>", status=502), RetryLater),
        (Said(cut=True), RetryLater),
    ],
)
def test_a_failed_request_is_not_repeated_by_everybody(
    stub: PlatformStub, clock: MovedClock, answer: Said, expected: type[ChannelError]
):
    """A wrong secret under load is one request in five seconds, with the reason kept."""
    tokens = provider(stub, clock)
    stub.say(STABLE, answer)
    with pytest.raises(ChannelError) as first:
        tokens.current()
    assert type(first.value) is expected
    assert not any(storm([tokens], stub, 8))
    assert len(stub.fetches) == 1
    clock.move(PAUSE_S + 1)
    assert tokens.current() == "T1"


class BrokenStore:
    """A store that does not answer."""

    def read(self, app_id):
        raise StoreUnavailable("down")

    def write(self, app_id, value, *, usable_s):
        raise StoreUnavailable("down")

    @contextmanager
    def hold(self, app_id, *, wait_s, lease_s):
        raise StoreUnavailable("down")
        yield

    def take_repair(self, app_id, *, gap_s):
        raise StoreUnavailable("down")

    def take_forced(self, app_id, day: date, *, limit):
        raise StoreUnavailable("down")


def test_without_a_store_each_process_serves_itself_and_says_so(
    stub: PlatformStub, clock: MovedClock
):
    """Answers keep flowing while Redis is away; the log says it once a minute."""
    with structlog.testing.capture_logs() as events:
        tokens = provider(stub, clock, BrokenStore())
        stub.good = lambda token: token != "T1"
        assert all(storm([tokens], stub, 8))
    assert stub.fetches == [False, False, True]
    assert [event["event"] for event in events].count("token.store_missing") == 1


def test_several_processes_without_a_store_do_not_kill_each_others_token(
    stub: PlatformStub, clock: MovedClock
):
    """The stable token is the same for all: one forces, the others are handed the new one."""
    fleet = [provider(stub, clock) for _ in range(4)]
    assert {tokens.current() for tokens in fleet} == {"T1"}
    stub.good = lambda token: token == f"T{stub.number}" and token != "T1"
    for tokens in fleet:
        assert call(tokens, stub)
    assert stub.fetches.count(True) == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    threads=st.integers(1, 12),
    processes=st.integers(1, 4),
    events=st.lists(
        st.sampled_from(["kill", "kill all", "mend", "minute", "lifetime"]), max_size=6
    ),
)
def test_any_storm_costs_a_bounded_number_of_requests(
    threads: int, processes: int, events: list[str]
):
    """WECHAT.md §14.4.4: one a lifetime, and at most two a minute whatever is refused."""
    clock = MovedClock()
    with running_stub() as stub:
        store = LocalTokenStore(clock)
        fleet = [provider(stub, clock, store) for _ in range(processes)]
        dead: set[str] = set()
        hopeless = False
        stub.good = lambda token: not hopeless and token not in dead
        minutes = lifetimes = 0
        for event in ["", *events]:
            if event == "kill":
                dead.add(f"T{stub.number}")
            elif event in {"kill all", "mend"}:
                hopeless = event == "kill all"
            elif event == "minute":
                minutes += 1
                clock.move(REPAIR_GAP_S + 1)
            elif event == "lifetime":
                lifetimes += 1
                clock.move(7200)
            passed = storm(fleet, stub, threads)
            if event in {"", "minute", "lifetime"} and not hopeless:
                assert any(passed)
        assert len(stub.fetches) <= 1 + lifetimes + 2 * (1 + minutes + lifetimes)
        for tokens in fleet:
            tokens.close()
