"""What a capability gives back: words, choices, and what staff must hear of."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.text import fit, fit_bytes

#: Longest reply in characters before the rest is left for "详细" (VOICE.md §8).
MAX_REPLY_CHARS = 600
#: The same in a language that needs more letters.
MAX_FOREIGN_CHARS = 900
#: Longest text the platform takes as a reply, in UTF-8 bytes (WECHAT.md §3).
MAX_REPLY_BYTES = 2048


class Urgency(StrEnum):
    """How soon a person must look."""

    CRISIS = "crisis"
    REQUEST = "request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something the resident can pick by its number.

    Attributes:
        label: residents' words, at most about 12 characters.
        target: an intent id, ``field:<name>`` of the open topic, or ``command:<name>``.
    """

    label: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A request that a person of the community looks at this conversation (求助提醒).

    Attributes:
        urgency: crisis or ordinary request.
        reason: intent id that raised it.
        summary: what staff read first; no personal data beyond what they need.
    """

    urgency: Urgency
    reason: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A picture card with a link."""

    title: str
    description: str
    url: str
    picture_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChange:
    """What a reply changes about the resident's own settings; ``None`` leaves it."""

    community: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer.

    Attributes:
        text: what is said, without the numbered choices.
        choices: what can be picked next, at most five; of a form's own question at most nine.
        rest: what "详细" gives, already cut into pieces of readable length.
        topic: intent id that stays open for follow-up questions; "" keeps the old one.
        passport: one small line with basis and date, or "".
        alert: set when a person must be told before the reply goes out.
        profile: what changes about the resident's settings.
        article: a card instead of text.
        opens: name of the form that begins with this answer, or "".
    """

    text: str = ""
    choices: tuple[Choice, ...] = ()
    rest: tuple[str, ...] = ()
    topic: str = ""
    passport: str = ""
    alert: Alert | None = None
    profile: ProfileChange = field(default_factory=ProfileChange)
    article: Article | None = None
    opens: str = ""


def spoken(reply: Reply, *, choose: str, limit: int = MAX_REPLY_CHARS, last: str = "") -> str:
    """Return the reply as the resident reads it.

    Args:
        reply: what the capability gave.
        choose: the words before the numbered choices, for example ``回复：``.
        limit: most characters; it is never longer than the platform takes either.
        last: a line that ends every reply, or "".
    """
    tail = ""
    if reply.choices:
        numbered = (f"{n} {choice.label}" for n, choice in enumerate(reply.choices, 1))
        separator = " " if sum(len(choice.label) for choice in reply.choices) <= 24 else "\n"
        lead = choose if separator == " " else choose.rstrip() + "\n"
        if reply.text.rstrip().endswith(("：", ":")):  # the text already asks to choose
            lead = ""
            separator = "\n"
        tail += "\n" + lead + separator.join(numbered)
    if reply.passport:
        tail += f"\n〔{reply.passport}〕"
    if last:
        tail += f"\n〔{last}〕"
    body = fit(reply.text.strip(), limit - len(tail))
    body = fit_bytes(body, max(0, MAX_REPLY_BYTES - len(tail.encode())))[0]
    return (body + tail).strip()
