"""Plain makers of test data; whatever is not named is harmless."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import urlencode
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from bot.bootstrap import HOUSE, Speechbook, load_speechbook
from bot.channel.wechat.crypto import Envelope, signature
from bot.channel.wechat.render import cdata
from bot.config import Settings, package_root
from bot.domain.cards import Card, Fact, Passport
from bot.domain.clock import BEIJING, Clock
from bot.domain.directory import Entry
from bot.domain.replies import Reply
from bot.domain.residents import Resident
from bot.packs.loader import PackStore
from bot.pipeline.casework import ForgetfulCases
from bot.pipeline.names import PackNames
from bot.pipeline.registry import Registry
from bot.pipeline.services import ForgetfulPrivacy, ForgetfulSubscriptions, ServedCommunities
from bot.pipeline.speech import Speech
from bot.schedule.workdays import ChinaCalendar
from bot.sdk import Context, Services
from bot.testing import FakeClock, make_inbound
from bot.understanding.entities import extract
from bot.understanding.normalize import normalize
from bot.understanding.phrasebook import Expected, Phrasebook, PhraseSet, Rule, TrialMessage
from bot.understanding.reading import Reading, ranked

OPENID = "oTestOpenId00000000000000001"


def make_passport(**fields: object) -> Passport:
    """Return a passport of the nation's layer, checked in November 2026."""
    plain = Passport(pack="national", owner="编辑", source="某法", as_of=date(2026, 11, 1))
    return replace(plain, **fields)


def make_card(intent: str = "services.test", *, passport: Passport | None = None, **fields) -> Card:
    """Return a card; a field is a line or several."""
    own = {name: fields.pop(name) for name in ("unknown", "ended") if name in fields}
    facts = {
        name: Fact(
            lines=(lines,) if isinstance(lines, str) else tuple(lines),
            passport=passport or make_passport(),
        )
        for name, lines in fields.items()
    }
    return Card(intent=intent, facts=facts, **own)


def make_entry(**fields: object) -> Entry:
    """Return a place without any particulars."""
    plain = Entry(id="place-1", kind="place", name="驿站", passport=make_passport())
    return replace(plain, **fields)


def make_rule(intent: str, *groups: str, none: str = "", **fields: object) -> Rule:
    """Return a keyword rule; alternatives of a group stand between bars."""
    return Rule(
        intent=intent,
        all=tuple(tuple(group.split("|")) for group in groups),
        none=tuple(filter(None, none.split("|"))),
        **fields,
    )


def make_book(
    sets: dict[str, list[str]], *, outside=(), rules=(), look_alikes=None, trial=()
) -> Phrasebook:
    """Return a phrasebook from intent ids and their phrases."""
    return Phrasebook(
        sets={
            intent: PhraseSet(
                intent=intent,
                ask=intent,
                phrases={"plain": tuple(phrases)},
                rules=tuple(rule for rule in rules if rule.intent == intent),
                look_alikes=tuple((look_alikes or {}).get(intent, ())),
            )
            for intent, phrases in sets.items()
        },
        outside={"far": tuple(outside)},
        trial=tuple(trial),
    )


def make_trial(text: str, *intents: str, expected: str = "ask") -> TrialMessage:
    """Return a message of the second author with the ids that are right for it."""
    return TrialMessage(text=text, expected=Expected(expected), intents=intents)


def make_reading(shares: Sequence[float], **fields: object) -> Reading:
    """Return a reading with these probabilities, its labels ranked; raw scores the same."""
    found = np.array(shares, np.float32)
    return replace(ranked(found, (), "nearest", scores=found), **fields)


class BagEncoder:
    """A sentence encoder that only counts characters; keeps what it was asked, call by call."""

    name = "bag"

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row of length one for each text."""
        self.calls.append(list(texts))
        rows = np.full((len(texts), 32), 1e-3, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for char in text:
                row[ord(char) % 32] += 1.0
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def make_xml(**fields: object) -> str:
    """Return a text message as the platform writes it; a field of ``None`` is left out."""
    wire = {
        "ToUserName": "gh_0123456789ab",
        "FromUserName": OPENID,
        "CreateTime": 1790000000,
        "MsgType": "text",
        "Content": "你好",
        "MsgId": 24500000000000001,
        **fields,
    }
    inner = "".join(
        f"<{name}>{value if isinstance(value, int) else cdata(str(value))}</{name}>"
        for name, value in wire.items()
        if value is not None
    )
    return f"<xml>{inner}</xml>"


def make_event(event: str, **fields: object) -> str:
    """Return an event as the platform writes it."""
    return make_xml(MsgType="event", Event=event, Content=None, MsgId=None, **fields)


@dataclass(frozen=True)
class Platform:
    """The platform's side of one account: signs, seals, opens."""

    envelope: Envelope
    token: str
    clock: Clock
    slug: str = "default"
    nonce: str = "n0nce"

    @classmethod
    def of(cls, settings: Settings, clock: Clock) -> "Platform":
        """Return the platform's side of the account in the settings."""
        keys = (settings.aes_key,) if settings.aes_key else ()
        envelope = Envelope(settings.token, settings.app_id, keys)
        return cls(envelope=envelope, token=settings.token, clock=clock)

    @property
    def timestamp(self) -> str:
        """Return the present moment in seconds."""
        return str(int(self.clock.now().timestamp()))

    def query(self, encrypted: str | None = None, **fields: str) -> dict[str, str]:
        """Return the signed parameters of a request."""
        stamp = self.timestamp
        found = {
            "signature": signature(self.token, stamp, self.nonce),
            "timestamp": stamp,
            "nonce": self.nonce,
        }
        if encrypted is not None:
            found["encrypt_type"] = "aes"
            found["msg_signature"] = signature(self.token, stamp, self.nonce, encrypted)
        return {**found, **fields}

    def sealed(self, xml: str | bytes) -> tuple[dict[str, str], bytes]:
        """Return query and body of a message in secure mode."""
        encrypted = self.envelope.encrypt(xml.encode() if isinstance(xml, str) else xml)
        body = f"<xml><ToUserName><![CDATA[gh]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        return self.query(encrypted), body.encode()

    def path(self, query: dict[str, str]) -> str:
        """Return the webhook's path with its parameters."""
        return f"/wechat/{self.slug}?{urlencode(query)}"

    def send(self, client, xml: str | bytes):
        """Deliver a message in secure mode; return the HTTP response."""
        query, body = self.sealed(xml)
        return client.post(self.path(query), data=body)

    def read(self, response) -> dict[str, str]:
        """Open a sealed reply, its signature checked; return its fields, {} for ``success``."""
        if response.data in {b"", b"success"}:
            return {}
        outer = {leaf.tag: leaf.text or "" for leaf in ElementTree.fromstring(response.data)}
        self.envelope.check_body(
            outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"], outer["Encrypt"]
        )
        xml = self.envelope.open(outer["Encrypt"]).xml
        return {leaf.tag: leaf.text or "" for leaf in ElementTree.fromstring(xml)}


#: A Wednesday morning in Beijing, no holiday near.
MORNING = "2026-11-25T09:00"


@lru_cache(maxsize=1)
def content() -> tuple[Speechbook, Registry, PackStore, Services]:
    """Return the repository's capabilities, their registry, the packs, and services that forget."""
    book = load_speechbook()
    packs = PackStore(package_root() / "data")
    services = Services(
        calendar=ChinaCalendar(),
        communities=ServedCommunities(packs),
        subscriptions=ForgetfulSubscriptions(),
        privacy=ForgetfulPrivacy(),
        cases=ForgetfulCases(FakeClock()),
    )
    tongues = {tongue.tag: tongue for tongue in book.tongues}
    return book, Registry(book.capabilities, dict(book.words), HOUSE, tongues), packs, services


def make_context(
    intent: str,
    text: str = "",
    *,
    community: str = "demo",
    at: str = MORNING,
    **fields: object,
) -> Context:
    """Return a turn of a resident who asks ``text`` at a Beijing moment, with real content."""
    _, registry, packs, services = content()
    clock = FakeClock(moment=datetime.fromisoformat(at).replace(tzinfo=BEIJING))
    pack = packs.get(community)
    names = PackNames(services.communities.called())
    plain = Context(
        inbound=make_inbound(text),
        intent=intent,
        text=normalize(text),
        resident=Resident(ref="", community=community),
        pack=pack,
        words=registry.words_of(intent),
        services=services,
        now=clock.now(),
        menu=registry.menu,
        read_entities=lambda: extract(text, now=clock.now(), names=names.book(pack)),
    )
    return replace(plain, **fields)


def reply_to(intent: str, text: str = "", **fields: object) -> Reply:
    """Return what an intent's handler answers."""
    ctx = make_context(intent, text, **fields)
    return content()[1].intents[intent].handler(ctx)


def as_read(reply: Reply, language: str = "zh-Hans") -> str:
    """Return a reply as a resident reads it."""
    return Speech(content()[1]).text(reply, language)
