"""Cases (工单): what a resident left for staff, its number, its states and its deadline.

One shape for every kind of request; standard library only.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain.clock import BEIJING, beijing
from bot.domain.messages import Inbound
from bot.domain.replies import Urgency

#: Letters every case number begins with (暖邻).
LETTERS = "NL"
#: Most cases one community may number on one day: a number has at most twelve figures.
MAX_SERIAL = 999_999
#: Longest deadline in working days.
MAX_DAYS = 366
#: When offices close in Beijing: the end of a deadline's last day (Civil Code, art. 203).
CLOSING = time(18)
#: Most days looked at beyond the wanted ones: no year has as many days off in a row.
_SPARE_DAYS = 400
#: Damm's quasigroup of order ten: finds every wrong figure and every two that changed places
#: (H. M. Damm, Total anti-symmetrische Quasigruppen, Marburg 2004).
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
_NUMBER = re.compile(rf"(?:{LETTERS})?(?P<figures>[0-9]{{9,12}})")
_GAPS = re.compile(r"[\s\-_.·]+")

#: Slot id, the label it was asked under, and what the resident said.
Line = tuple[str, str, str]


class CaseState(StrEnum):
    """How far a case has come; ``returned`` waits for the resident."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    WORKING = "working"
    RETURNED = "returned"
    DONE = "done"
    CLOSED = "closed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


#: States in which nothing more is done about a case.
OVER = frozenset({CaseState.CLOSED, CaseState.WITHDRAWN, CaseState.MERGED})
#: States in which a resident can say how it went.
RATED = frozenset({CaseState.DONE, CaseState.CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """What a resident leaves for staff.

    Attributes:
        key: the same for every try to leave the same thing: a form's run, or the message's key.
        kind: intent id.
        title: what it is, in the flow's own words; the staff's group reads it, so nothing of what
            the resident said.
        lines: what was asked and answered, in order.
        community: slug of the community whose staff look; "" for the resident's own.
        language: language tag the resident reads; "" for the one he chose.
        process: which states it passes through: ``standard``, or ``letter`` for what is only read
            and answered.
        dup: where it is, so that the same lamp is one case; "" when nothing can be the same.
        confidential: read only by those who may read confidential cases.
        anonymous: nobody can find out who left it, the resident's own list included.
        days: working days until somebody has to answer; 0 for none.
        urgency: crisis or ordinary request.
    """

    key: str
    kind: str
    title: str
    lines: tuple[Line, ...] = ()
    community: str = ""
    language: str = ""
    process: str = "standard"
    dup: str = ""
    confidential: bool = False
    anonymous: bool = False
    days: int = 0
    urgency: Urgency = Urgency.REQUEST


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStep:
    """One thing that happened to a case, as its resident may read it.

    Attributes:
        at: when, aware.
        state: the state it reached, ``None`` when it stayed where it was.
        text: what was said with it, "" for nothing.
        own: the resident himself did it.
    """

    at: datetime
    state: CaseState | None = None
    text: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case as its resident may read it.

    Attributes:
        number: what he quotes.
        kind: intent id.
        title: what it is.
        state: how far it has come; of one that was merged, how far the other one has.
        created: when it was left, aware.
        due: until when somebody has to answer, aware; ``None`` for no deadline.
        due_sure: the working days of that year are published.
        events: what happened, oldest first; nothing that staff keep among themselves.
        lines: what he left.
        rating: what he gave, 1 to 5; ``None`` for nothing yet.
    """

    number: str
    kind: str
    title: str
    state: CaseState
    created: datetime
    due: datetime | None = None
    due_sure: bool = True
    events: tuple[CaseStep, ...] = ()
    lines: tuple[Line, ...] = ()
    rating: int | None = None

    @property
    def open(self) -> bool:
        """Tell whether something is still to be done about it."""
        return self.state not in OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The end of a span of working days.

    Attributes:
        at: the moment, aware, in Beijing time.
        sure: the working days of all years it spans are published.
    """

    at: datetime
    sure: bool


class Cases(Protocol):
    """What residents leave for staff (工单). Every call is durable before it returns.

    A call that is repeated for one message changes nothing. What a case does not allow (a second
    rating, taking back what is done) leaves it as it is: the view that comes back shows it.
    """

    def open(self, inbound: Inbound, new: NewCase) -> CaseView:
        """Leave a case for staff, who are told of it in the same step; once per ``new.key``."""
        ...

    def mine(self, inbound: Inbound) -> Sequence[CaseView]:
        """Return the resident's own cases: those not over first, then the newest; at most 20."""
        ...

    def find(self, inbound: Inbound, number: str) -> CaseView | None:
        """Return the resident's own case with a number; nothing for anybody else's."""
        ...

    def add(self, inbound: Inbound, number: str, text: str) -> CaseView | None:
        """Add what the resident says besides, unless the case is over; staff are told."""
        ...

    def withdraw(self, inbound: Inbound, number: str) -> CaseView | None:
        """Take a case back while it is not done."""
        ...

    def rate(self, inbound: Inbound, number: str, stars: int) -> CaseView | None:
        """Write how the resident found what was done, 1 to 5; once, when it is done."""
        ...

    def reopen(self, inbound: Inbound, number: str, text: str = "") -> CaseView | None:
        """Take up again what was done or closed within 30 days; staff are told."""
        ...


def check_figure(figures: str) -> str:
    """Return the figure that makes ``figures`` checkable (Damm).

    >>> check_figure("572")
    '4'
    """
    row = 0
    for figure in figures:
        row = int(_DAMM[row][int(figure)])
    return str(row)


def case_number(day: date, serial: int) -> str:
    """Return a number to read aloud: letters, last figure of the year, month, day, serial, check.

    >>> case_number(date(2026, 11, 25), 1)
    'NL611250019'

    Args:
        day: Beijing date on which the case was left.
        serial: from 1 on, by community and day.

    Raises:
        ValueError: there is no such serial.
    """
    if not 1 <= serial <= MAX_SERIAL:
        raise ValueError(f"a serial lies between 1 and {MAX_SERIAL}, not at {serial}")
    figures = f"{day.year % 10}{day:%m%d}{serial:03d}"
    return f"{LETTERS}{figures}{check_figure(figures)}"


def read_number(text: str) -> str | None:
    """Return a case number as it is stored, however it was written; nothing when it cannot be one.

    Letters may be missing, small or wide, figures apart. A number with a wrong figure, or two that
    changed places, is none.
    """
    plain = _GAPS.sub("", unicodedata.normalize("NFKC", text)).upper()
    found = _NUMBER.fullmatch(plain)
    if found is None or not found["figures"].isascii() or check_figure(found["figures"]) != "0":
        return None
    return LETTERS + found["figures"]


def due(days: int, created: datetime, is_workday: Callable[[date], bool | None]) -> Deadline | None:
    """Return when ``days`` working days are over; nothing when there are none to count.

    The day of the request does not count, and the last one ends when offices close (Civil Code,
    arts. 201 and 203). Where a year's plan is not published its Mondays to Fridays count, and the
    deadline says that it is not sure.

    Args:
        days: working days, 0 to ``MAX_DAYS``.
        created: when it was left, aware.
        is_workday: tells whether people work on a day; ``None`` when that is not known.

    Raises:
        ValueError: so many days cannot be counted.
    """
    if not 0 <= days <= MAX_DAYS:
        raise ValueError(f"a deadline has 0 to {MAX_DAYS} working days, not {days}")
    if days == 0:
        return None
    day, left, sure = beijing(created).date(), days, True
    for _ in range(days * 7 + _SPARE_DAYS):
        day += timedelta(days=1)
        known = is_workday(day)
        sure = sure and known is not None
        left -= day.isoweekday() <= 5 if known is None else known
        if left == 0:
            return Deadline(at=datetime.combine(day, CLOSING, BEIJING), sure=sure)
    raise ValueError("there are no working days in this calendar")
