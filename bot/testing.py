"""Doubles and rigs for tests, shipped with the product: a clock to set, a house to talk to.

Records and Redis are the real ones, in a folder of the test's own (DESIGN.md §1.5).
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.fernet import Fernet

from bot.bootstrap import House
from bot.config import Settings, load
from bot.domain.messages import Inbound, Kind
from bot.domain.residents import resident_ref
from bot.pipeline.turn import Request
from bot.state.embedded import EmbeddedRedis

#: A Tuesday evening; every test starts here unless it says otherwise.
START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

__all__ = ["START", "FakeClock", "Rig", "make_inbound", "make_settings", "redis_server", "rig"]


@dataclass
class FakeClock:
    """A clock that moves when told; monotonic seconds move with it.

    Attributes:
        moment: what it shows.
    """

    moment: datetime = START
    ticks: float = 1000.0

    def now(self) -> datetime:
        """Return the moment shown."""
        return self.moment

    def monotonic(self) -> float:
        """Return seconds since some start."""
        return self.ticks

    def advance(self, step: timedelta) -> None:
        """Move on by ``step``."""
        self.moment += step
        self.ticks += step.total_seconds()


_serial = itertools.count(1)


def make_inbound(text: str = "", **fields: object) -> Inbound:
    """Return a text message from a resident; any field may be overridden."""
    number = next(_serial)
    plain = Inbound(
        account="default",
        sender="oTestResident00000000000001",
        recipient="gh_test",
        kind=Kind.TEXT,
        key=f"{number:032x}",
        created=int(START.timestamp()),
        text=text,
    )
    return replace(plain, **fields)  # type: ignore[arg-type] # tests name real fields


def make_settings(folder: Path, **environ: str) -> Settings:
    """Return settings of a throw-away deployment under ``folder``."""
    return load(
        {
            "BOT_DATA_DIR": str(folder),
            "BOT_SECRET_KEY": "test-secret-key-test-secret-key",
            "BOT_DATA_KEYS": Fernet.generate_key().decode(),
            "BOT_WECHAT_TOKEN": "testtoken",
            "BOT_WECHAT_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
            "BOT_WECHAT_APP_SECRET": "0" * 32,
            "BOT_LOG_LEVEL": "ERROR",
            "BOT_SANDBOX": "1",
            **environ,
        }
    )


@contextmanager
def redis_server(folder: Path) -> Iterator[Path]:
    """Run a Redis of the test's own; give its socket."""
    socket = folder / "redis.sock"
    server = EmbeddedRedis(folder, socket)
    server.start()
    try:
        yield socket
    finally:
        server.stop()


@dataclass
class Rig:
    """A whole house without a network: talk to it as a resident.

    Attributes:
        house: the parts.
        clock: its time.
        community: who answers.
        sender: openid of the resident who talks.
    """

    house: House
    clock: FakeClock
    community: str = "demo"
    sender: str = "oTestResident00000000000001"
    said: list[tuple[str, str]] = field(default_factory=list)

    @property
    def ref(self) -> str:
        """Return the resident's reference."""
        return resident_ref(self.house.pseudonym_key, "default", self.sender)

    def say(self, text: str = "", **fields: object) -> str:
        """Send one message through the whole pipeline; return what the resident reads."""
        inbound = make_inbound(text, **{"sender": self.sender, **fields})
        return self.deliver(inbound)

    def deliver(self, inbound: Inbound) -> str:
        """Deliver a message, for example for the second time."""
        request = Request(
            inbound=inbound,
            ref=resident_ref(self.house.pseudonym_key, inbound.account, inbound.sender),
            community=self.community,
            render=self.house.speech.text,
            arrived=self.clock.monotonic(),
        )
        reply = self.house.runner.run(request)
        self.said.append((inbound.text, reply))
        return reply


@contextmanager
def rig(folder: Path, *, community: str = "demo", **environ: str) -> Iterator[Rig]:
    """Build a migrated house on its own SQLite and Redis, and tear it down."""
    with redis_server(folder):
        clock = FakeClock()
        house = House(make_settings(folder, **environ), clock)
        house.migrate()
        try:
            yield Rig(house=house, clock=clock, community=community)
        finally:
            house.close()
