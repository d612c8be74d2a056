"""Which of a message's figures is the wage, the time of work, the hours, the day it happened.

The figures come from ``ctx.entities``; the words beside them, within the same clause, say what they
are. A figure that is rough, or may be something else, is not used: it is doubtful, and the resident
is asked for it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from bot.sdk import Context, Doubt, Duration, Found, Money, Per, Rough, When, mentions
from intents.legal.months import Tenure, add_months
from intents.legal.overtime import DAY_HOURS, Worked
from intents.legal.ruling import Assumption, Why

T_co = TypeVar("T_co", covariant=True)

_STOP = re.compile("[，。！？；,.!?;\\n]")
_YEAR = 12
#: Doubts about a day that vanish once it is known to be past.
_PAST_HELPS = frozenset({Doubt.PASSED, Doubt.WEEK, Doubt.HALF_DAY, Doubt.NIGHT})
#: Signs that a day's year or month was said, so that it is not moved by a year.
_PLACED = re.compile("[年前后昨今明下上这本]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard(Generic[T_co]):
    """A figure found in a message, or why there is none.

    Attributes:
        value: the figure, or nothing.
        why: ``MISSING`` or ``DOUBTFUL`` where there is none.
        assumes: what was taken for granted in reading it.
    """

    value: T_co | None = None
    why: Why = Why.MISSING
    assumes: tuple[Assumption, ...] = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of overtime in a message.

    Attributes:
        kinds: by kind of day.
        unsorted: hours of which nobody said the kind.
    """

    kinds: Mapping[Worked, Decimal]
    unsorted: Decimal | None = None


class Message:
    """A resident's message and the figures in it.

    Args:
        ctx: the turn; ``calc_cues`` of its words names the words that say what a figure is.
    """

    def __init__(self, ctx: Context):
        self._text = ctx.inbound.text
        self._today = ctx.today
        # After a choice the figures come from the normal form of an older message, where 2.5 may
        # be 25; only what stands in this message, as written, is reckoned with.
        found = ctx.entities
        self._money = [one for one in found.money if one.text in self._text]
        self._durations = [one for one in found.durations if one.text in self._text]
        self._whens = [one for one in found.whens if one.text in self._text]
        self._cues = ctx.words.chinese.many("calc_cues")

    def wage(self) -> Heard[Decimal]:
        """Return the month's wage, if exactly one sum is surely one."""
        sums = [one for one in self._money if self._is_wage(one)]
        if len(sums) != 1:
            return Heard(why=Why.DOUBTFUL if self._money else Why.MISSING)
        one = sums[0]
        exact = one.amount.rough is Rough.EXACT and one.amount.upto is None
        changed = mentions("".join(self._beside(one)), self._cues["changed"])
        if changed or not exact or one.per not in {Per.ONCE, Per.MONTH}:
            return Heard(why=Why.DOUBTFUL)
        period = () if one.per is Per.MONTH else (Assumption.WAGE_PER_MONTH,)
        return Heard(value=one.amount.value, assumes=period)

    def _is_wage(self, one: Money) -> bool:
        before, after = self._beside(one)
        if mentions(before[-8:], self._cues["no_wage"]):
            return False
        if mentions(before[-6:] + after[:4], self._cues["wage"]):
            return True
        # 一个月六千 alone in its clause is a wage; 房贷一个月六千 is something else.
        for word in self._cues["wage_alone"].split("|"):
            before = before.replace(word, "")
        return one.per is Per.MONTH and not before

    def tenure(self) -> Heard[Tenure]:
        """Return how long somebody has worked, if exactly one length is surely that."""
        lengths = [one for one in self._durations if self._is_tenure(one)]
        if len(lengths) != 1:
            return Heard(why=Why.DOUBTFUL if lengths else Why.MISSING)
        one = lengths[0]
        denied = mentions(self._beside(one)[0][-4:], self._cues["denied"])
        if denied or not _exact(one):
            return Heard(why=Why.DOUBTFUL)
        return Heard(value=Tenure(one.length.months, one.length.days))

    def _is_tenure(self, one: Duration) -> bool:
        before, _ = self._beside(one)
        return not one.length.minutes and mentions(before[-5:], self._cues["tenure"])

    def insured(self) -> Heard[int]:
        """Return full months of unemployment insurance, if exactly one length is surely that."""
        lengths = [
            one
            for one in self._durations
            if not one.length.minutes and mentions(self._beside(one)[0], self._cues["insured"])
        ]
        if len(lengths) != 1 or not _exact(lengths[0]):
            return Heard(why=Why.DOUBTFUL if lengths else Why.MISSING)
        return Heard(value=int(lengths[0].length.months), assumes=(Assumption.TENURE_EXACT,))

    def hours(self) -> Heard[Hours]:
        """Return hours of overtime by kind of day; hours a day or a week are doubtful."""
        kinds: dict[Worked, Decimal] = {}
        unsorted: list[Decimal] = []
        days = False
        for one in self._durations:
            clause = "".join(self._beside(one))
            if one.length.months or not mentions(clause, self._cues["overtime"]):
                continue
            if not _exact(one) or mentions(clause, self._cues["each"]):
                return Heard(why=Why.DOUBTFUL)
            days = days or bool(one.length.days)
            hours = one.length.minutes / 60 + one.length.days * DAY_HOURS
            kind = self._kind(clause)
            if kind in kinds:
                return Heard(why=Why.DOUBTFUL)
            if kind is None:
                unsorted.append(hours)
            else:
                kinds[kind] = hours
        if len(unsorted) > 1 or (unsorted and kinds):
            return Heard(why=Why.DOUBTFUL)
        if not (kinds or unsorted):
            return Heard()
        standard = (Assumption.STANDARD_DAY,) if days else ()
        return Heard(value=Hours(kinds, unsorted[0] if unsorted else None), assumes=standard)

    def _kind(self, clause: str) -> Worked | None:
        """Return the kind of day a clause names; none for a feast, of which few days are public."""
        named = [kind for kind in Worked if mentions(clause, self._cues[kind.value])]
        return named[0] if len(named) == 1 else None

    def day(self, cue: str) -> Heard[date]:
        """Return the past day beside which a cue stands in the same clause.

        Args:
            cue: name of a group of words: ``injured``, ``left``, ``started``, ``signed``,
                ``agreed``.
        """
        days = [
            one
            for one in self._whens
            if one.reading.dated and mentions("".join(self._beside(one)), self._cues[cue])
        ]
        if len(days) != 1:
            return Heard(why=Why.DOUBTFUL if days else Why.MISSING)
        if cue == "left" and mentions(self._beside(days[0])[0], self._cues["somebody_else"]):
            return Heard(why=Why.DOUBTFUL)
        return _past(days[0], self._today)

    def earliest(self) -> date:
        """Return the earliest past day a message names in any way, or today."""
        firsts = [
            one.first for when in self._whens for one in (when.reading, *when.others) if one.first
        ]
        return min([self._today, *firsts])

    def _beside(self, one: Found) -> tuple[str, str]:
        """Return the clause before and behind a figure."""
        at = one.start
        if self._text[one.start : one.end] != one.text:  # the message was told in two parts
            at = self._text.index(one.text)
        before, after = self._text[:at], self._text[at + len(one.text) :]
        stops = [stop.end() for stop in _STOP.finditer(before)]
        stop = _STOP.search(after)
        # Learners write blanks between words: 每 天 is 每天.
        return (
            "".join(before[stops[-1] if stops else 0 :].split()),
            "".join(after[: stop.start() if stop else None].split()),
        )


def _exact(one: Duration) -> bool:
    return one.rough is Rough.EXACT and one.upto is None and not one.workdays


def _past(when: When, today: date) -> Heard[date]:
    """Return the day of something that has happened, named by a word for a day."""
    if when.doubts - _PAST_HELPS:
        return Heard(why=Why.DOUBTFUL)
    days = {one.day for one in (when.reading, *when.others)}
    past = sorted(day for day in days if day is not None and day <= today)
    if len(past) == 1:
        return Heard(value=past[0], assumes=(Assumption.PAST,) if when.doubts else ())
    day = when.reading.day
    if past or day is None or _PLACED.search(when.text):
        return Heard(why=Why.DOUBTFUL)
    # Said without its year, a day is read as the next one; what has happened was the last one.
    moved = add_months(day, -_YEAR)
    if moved > today:
        return Heard(why=Why.DOUBTFUL)
    return Heard(value=moved, assumes=(Assumption.PAST,))
