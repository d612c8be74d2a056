"""What handlers may use, on top of records and packs: satisfies the Protocols of ``bot.sdk``."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.domain.clock import Clock, beijing
from bot.domain.messages import Inbound
from bot.domain.residents import resident_ref
from bot.packs.loader import PackStore
from bot.records import residents, subscriptions
from bot.records.database import Database
from bot.state.turns import Turns
from bot.understanding.normalize import normalize


class ServedCommunities:
    """The communities with a pack; a name is found in plain text, the longest first."""

    def __init__(self, packs: PackStore):
        found = packs.communities()
        self._titles = {layer.model.slug: layer.model.title for layer in found}
        self._called = {layer.model.title: tuple(layer.model.aka) for layer in found}
        spoken = [
            (normalize(name), layer.model.slug)
            for layer in found
            for name in (layer.model.title, *layer.model.aka)
        ]
        self._spoken = sorted(spoken, key=lambda pair: (-len(pair[0]), pair[0]))

    def find(self, text: str) -> str | None:
        """Return the slug of the community named in ``text``, or nothing."""
        normal = normalize(text)
        return next((slug for name, slug in self._spoken if name and name in normal), None)

    def names(self) -> Mapping[str, str]:
        """Return the communities residents can choose: slug to name."""
        return self._titles

    def called(self) -> Mapping[str, Sequence[str]]:
        """Return what else residents call each community: name to other names."""
        return self._called

    def title(self, slug: str) -> str:
        """Return a community's name; an unknown slug reads as itself."""
        return self._titles.get(slug, slug)


class ResidentSubscriptions:
    """Subscriptions in SQL."""

    def __init__(self, db: Database, secret: bytes, clock: Clock):
        self._db = db
        self._secret = secret
        self._clock = clock

    def _ref(self, inbound: Inbound) -> str:
        return resident_ref(self._secret, inbound.account, inbound.sender)

    def topics(self, inbound: Inbound) -> Sequence[str]:
        """Return the topics the resident has asked for."""
        return subscriptions.topics(self._db, self._ref(inbound))

    def add(self, inbound: Inbound, community: str, topics: Iterable[str]) -> None:
        """Subscribe; durable before it returns."""
        ref = self._ref(inbound)
        now = self._clock.now()
        residents.set_profile(
            self._db, ref=ref, account=inbound.account, openid=inbound.sender, now=now
        )
        subscriptions.add(self._db, ref=ref, community=community, topics=list(topics), now=now)

    def clear(self, inbound: Inbound) -> int:
        """End all subscriptions; return how many there were."""
        return subscriptions.clear(self._db, self._ref(inbound), self._clock.now())


class ResidentPrivacy:
    """What is stored about somebody, across SQL and Redis."""

    def __init__(self, db: Database, turns: Turns, secret: bytes, clock: Clock):
        self._db = db
        self._turns = turns
        self._secret = secret
        self._clock = clock

    def summary(self, inbound: Inbound) -> Mapping[str, str]:
        """Return what is stored, by field name."""
        ref = resident_ref(self._secret, inbound.account, inbound.sender)
        found = residents.summary(self._db, ref)
        return {key: _plain(value) for key, value in found.items() if value}

    def erase(self, inbound: Inbound) -> None:
        """Delete everything about the resident."""
        ref = resident_ref(self._secret, inbound.account, inbound.sender)
        residents.erase(self._db, ref, self._clock.now())
        self._turns.forget(ref)


class ForgetfulSubscriptions:
    """Subscriptions for trying things out: nothing is stored."""

    def topics(self, _inbound: Inbound) -> Sequence[str]:
        """Return nothing."""
        return ()

    def add(self, _inbound: Inbound, _community: str, _topics: Iterable[str]) -> None:
        """Store nothing."""

    def clear(self, _inbound: Inbound) -> int:
        """End nothing."""
        return 0


class ForgetfulPrivacy:
    """Stored data for trying things out: there is none."""

    def summary(self, _inbound: Inbound) -> Mapping[str, str]:
        """Return nothing."""
        return {}

    def erase(self, _inbound: Inbound) -> None:
        """Erase nothing."""


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return f"{beijing(value):%Y-%m-%d}"
    if isinstance(value, list | tuple):
        return "、".join(map(str, value))
    return str(value)
