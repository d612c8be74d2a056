"""Which jobs fit what somebody says: trade, pay, place, wishes (pure)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.sdk import Entry, mentions

_NUMBER = re.compile(r"\d+")
_MONTHLY = re.compile(r"(?<!\d)\d{4,5}(?!\d)")
_ROAD = re.compile(r"^\D{2,}")
#: Smaller numbers in a job's pay are hours or days, not a month's wage.
_LEAST_WAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a message asks of a job.

    Attributes:
        trade: word for the trade, or "".
        pay: least monthly wage in yuan; 0 when none is named.
        places: words for a place that jobs of the list have.
        wishes: conditions that the job's own text must have, and how they are said.
    """

    trade: str = ""
    pay: int = 0
    places: tuple[str, ...] = ()
    wishes: Mapping[str, str] = field(default_factory=dict)

    @property
    def anything(self) -> bool:
        """Tell whether the message asks for anything in particular."""
        return bool(self.trade or self.pay or self.places or self.wishes)


def wanted(
    text: str,
    jobs: Sequence[Entry],
    places: Mapping[str, Entry],
    *,
    trades: str,
    wishes: Mapping[str, str],
    amounts: Mapping[str, str],
) -> Wanted:
    """Read what a message (normal form) asks for.

    Args:
        text: the message.
        jobs: the list.
        places: the community's places by id.
        trades: further trades, split by ``|``.
        wishes: a condition -> how it is said, in messages and in jobs, split by ``|``.
        amounts: yuan -> how the amount is spoken, split by ``|``.
    """
    known = {word for job in jobs for word in _trades(job)} | set(trades.split("|"))
    named = sorted((word for word in known if word in text), key=lambda word: (-len(word), word))
    spots = {spot for job in jobs for spot in _spots(job, places)}
    return Wanted(
        trade=named[0] if named else "",
        pay=_least_pay(text, amounts),
        places=tuple(sorted(spot for spot in spots if spot in text)),
        wishes={name: words for name, words in wishes.items() if mentions(text, words)},
    )


def fits(job: Entry, ask: Wanted, places: Mapping[str, Entry]) -> bool:
    """Tell whether a job is what was asked for."""
    if ask.trade and ask.trade not in "".join((job.name, *_trades(job))):
        return False
    if ask.pay and _most_pay(job) < ask.pay:
        return False
    if ask.places and not set(ask.places) & set(_spots(job, places)):
        return False
    said = "".join((job.name, *job.aka, job.text, job.extra.get("shift", ""), _pay(job)))
    return all(mentions(said, words) for words in ask.wishes.values())


def _trades(job: Entry) -> tuple[str, ...]:
    return tuple(filter(None, (job.sort, job.extra.get("trade", ""), *job.aka)))


def _spots(job: Entry, places: Mapping[str, Entry]) -> tuple[str, ...]:
    """Return the words for where a job is: its road, or its place's names."""
    if job.place in places:
        return (places[job.place].name, *places[job.place].aka)
    road = _ROAD.match(job.place)
    return (road.group(),) if road else ()


def _pay(job: Entry) -> str:
    return job.extra.get("pay", "")


def _most_pay(job: Entry) -> int:
    wages = [int(number) for number in _NUMBER.findall(_pay(job))]
    return max((wage for wage in wages if wage >= _LEAST_WAGE), default=0)


def _least_pay(text: str, amounts: Mapping[str, str]) -> int:
    written = _MONTHLY.search(text)
    if written:
        return int(written.group())
    return next((int(yuan) for yuan, words in amounts.items() if mentions(text, words)), 0)
