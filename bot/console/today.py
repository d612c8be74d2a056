"""今天: what a clerk reads first — who waits, how the day goes, what did not arrive."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template

from bot.console import wording
from bot.console.guard import signed_in
from bot.console.parts import ConsoleParts
from bot.console.rights import CASE_GROUPS
from bot.console.scope import Scope, scope
from bot.domain.clock import beijing
from bot.domain.replies import Urgency
from bot.records import alerts, case_lists, outbox, turns
from bot.records.alerts import AlertState, Waiting
from bot.sdk import IntentKind, Role

#: Decisions that count as an answer.
ANSWERED = ("answer", "choice", "command")
#: Decisions of messages that asked for something; greetings, floods and pictures did not.
ASKED = (*ANSWERED, "clarify", "fallback", "late", "error")
#: Undelivered messages counted up to this; beyond it the exact number helps nobody.
MOST_COUNTED = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """How today goes.

    Attributes:
        messages: all that came in.
        asked: those that asked for something.
        answered: those of ``asked`` that got an answer at once.
        handed: those that went on to a person, a crisis included.
    """

    messages: int
    asked: int
    answered: int
    handed: int

    @property
    def share(self) -> str:
        """Return the answered share as text, rounded down so that 100% means all."""
        return f"{self.answered * 100 // self.asked}%" if self.asked else "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Alerts of one urgency: nobody's and somebody's, and how long the oldest waits."""

    urgency: Urgency
    title: str
    fresh: int
    taken: int
    oldest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Cases that are not over, and how many of them nobody answered in time."""

    standing: int
    overdue: int


def add_today(blueprint: Blueprint, parts: ConsoleParts) -> None:
    """Add the page to a blueprint."""
    handed = {parts.registry.roles[Role.PERSON], *parts.registry.of_kind(IntentKind.SAFETY)}

    @blueprint.get("/")
    def today() -> str:
        now = parts.clock.now()
        view = scope(parts)
        missed = outbox.undelivered(
            parts.db, view.communities, home=parts.home, limit=MOST_COUNTED + 1
        )
        return render_template(
            "console/today.html",
            scope=view,
            now=now,
            queues=queues(alerts.waiting(parts.db, view.communities), now),
            desk=_desk(parts, view, now),
            day=_day(parts, view, now, handed),
            missed=f"{MOST_COUNTED}+" if len(missed) > MOST_COUNTED else len(missed),
        )


def queues(found: list[Waiting], now: datetime) -> list[Queue]:
    """Return one queue for each urgency, crisis first, also when it is empty."""
    by_place: Mapping[tuple[Urgency, AlertState], Waiting] = {
        (item.urgency, item.state): item for item in found
    }
    out: list[Queue] = []
    for urgency in (Urgency.CRISIS, Urgency.REQUEST):
        fresh = by_place.get((urgency, AlertState.OPEN))
        taken = by_place.get((urgency, AlertState.SEEN))
        out.append(
            Queue(
                urgency=urgency,
                title=wording.URGENCIES[urgency],
                fresh=fresh.count if fresh else 0,
                taken=taken.count if taken else 0,
                oldest=wording.age(now - fresh.oldest) if fresh else "",
            )
        )
    return out


def _desk(parts: ConsoleParts, view: Scope, now: datetime) -> Desk:
    """Count cases without opening any; of a role that reads one group, those of the group."""
    group = CASE_GROUPS.get(signed_in().role)
    found = [
        one
        for one in case_lists.waiting(parts.db, view.communities, now)
        if group is None or one.kind.startswith(f"{group}.")
    ]
    return Desk(standing=sum(one.count for one in found), overdue=sum(one.overdue for one in found))


def _day(parts: ConsoleParts, view: Scope, now: datetime, handed: set[str]) -> Day:
    midnight = beijing(now).replace(hour=0, minute=0, second=0, microsecond=0)
    tally = turns.tally(
        parts.db,
        since=midnight,
        communities=view.communities,
        intents=handed,
    )
    return Day(
        messages=sum(tally.decisions.values()),
        asked=sum(tally.decisions.get(name, 0) for name in ASKED),
        answered=sum(tally.decisions.get(name, 0) for name in ANSWERED),
        handed=tally.marked,
    )
