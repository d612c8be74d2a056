"""What the bot remembers between two messages of one resident (会话)."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.errors import BotError
from bot.domain.flows import Form, Seal, dump_form, living, load_form
from bot.domain.replies import Choice

#: A topic stays open for follow-up questions this long.
TOPIC_LIFE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """State of one conversation.

    Attributes:
        community: slug of the resident's community, "" when the account's own holds.
        language: language tag the resident chose, "" when he chose none.
        heard: language tag he last wrote in, "" when it was not clear; holds where he chose none.
        topic: intent id that follow-up questions refer to.
        choices: what a bare number picks.
        rest: what "详细" gives next.
        touched_s: seconds since 1970 of the last turn.
        known: whether the resident has a record in SQL; ``None`` before anybody looked.
        misses: turns in a row that were not understood.
        asked: the message the bot asked back about, so that a picked number still knows its words;
            kept for one turn and at most half an hour.
        forms: the form being filled in, and one that waits for it.
    """

    community: str = ""
    language: str = ""
    heard: str = ""
    topic: str = ""
    choices: tuple[Choice, ...] = ()
    rest: tuple[str, ...] = ()
    touched_s: int = 0
    known: bool | None = None
    misses: int = 0
    asked: str = ""
    forms: tuple[Form, ...] = ()

    @property
    def tongue(self) -> str:
        """Return the language tag of replies."""
        return self.language or self.heard or "zh-Hans"

    def fresh(self, now: datetime) -> "Session":
        """Return the session as it may be used now: an old topic is closed, settings stay."""
        if now.timestamp() - self.touched_s <= TOPIC_LIFE.total_seconds():
            return self
        return replace(
            self,
            topic="",
            choices=(),
            rest=(),
            misses=0,
            asked="",
            forms=living(self.forms, now),
        )


def _as_it_is(text: str) -> str:
    return text


def dump(session: Session, seal: Seal = _as_it_is) -> str:
    """Return the session as compact JSON.

    Args:
        session: what to keep.
        seal: encrypts what was said in forms, which is personal.
    """
    forms = json.dumps([dump_form(form) for form in session.forms], ensure_ascii=False)
    return json.dumps(
        {
            "c": session.community,
            "l": session.language,
            "h": session.heard,
            "t": session.topic,
            "o": [[choice.label, choice.target] for choice in session.choices],
            "r": list(session.rest),
            "s": session.touched_s,
            "k": session.known,
            "m": session.misses,
            "q": session.asked,
            "f": seal(forms) if session.forms else "",
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def load(text: str | bytes | None, unseal: Seal = _as_it_is) -> Session:
    """Read a session back; anything unreadable is a new session.

    Args:
        text: as :func:`dump` wrote it.
        unseal: decrypts; a ``ValueError`` of it means nobody can.
    """
    try:
        raw = json.loads(text or "{}")
        return Session(
            community=str(raw.get("c", "")),
            language=str(raw.get("l", "")),
            heard=str(raw.get("h", "")),
            topic=str(raw.get("t", "")),
            choices=tuple(
                Choice(label=str(label), target=str(target)) for label, target in raw.get("o", ())
            ),
            rest=tuple(str(piece) for piece in raw.get("r", ())),
            touched_s=int(raw.get("s", 0)),
            known=raw["k"] if isinstance(raw.get("k"), bool) else None,
            misses=int(raw.get("m", 0)),
            asked=str(raw.get("q", "")),
            forms=_forms(raw.get("f"), unseal),
        )
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return Session()


def _forms(kept: object, unseal: Seal) -> tuple[Form, ...]:
    """Read the forms back; those nobody can read are lost, the rest of the session is not."""
    if not kept:
        return ()
    try:
        return tuple(load_form(form) for form in json.loads(unseal(str(kept))))
    except (ValueError, TypeError, RecursionError, BotError):
        return ()
