"""Answers in figures where a message gives enough, else the card and which figure is missing.

Each result is told with its working, what it takes for granted, its law, and who should look at it.
Nothing is reckoned from a doubtful figure.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from bot.sdk import (
    Card,
    Context,
    Reply,
    answer,
    choices_for,
    looked_up,
    mentions,
    sections,
    with_form,
)
from intents.legal import figures
from intents.legal.deadlines import Deadline, Limit, deadline
from intents.legal.double_wage import double_wage
from intents.legal.hearing import Heard, Message
from intents.legal.months import Tenure, add_months, tenure_between
from intents.legal.overtime import overtime
from intents.legal.ruling import Assumption, Basis, CannotSay, Checker, Ruling, Slot, Why
from intents.legal.severance import severance, units_due
from intents.legal.unemployment import benefit

#: Characters of a hint for which a card's answer must leave room.
_ROOM = 430
#: Reckonings that matter before somebody signs that he leaves.
_BEFORE_SIGNING = frozenset({"severance", "double"})
#: Fields a question for a figure may seem to be about: 多少钱, 多久, 哪天.
_FIGURES = frozenset({"", "cost", "when", "duration", "conditions"})
#: Reckonings of a last day; the others are of a sum.
_TIMED = frozenset({"injury", "wages", "confirmation"})
_LATER = ("answer", "conditions", "papers", "steps", "where", "when", "cost", "duration", "notes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One reckoning: a result and how it is told, or a refusal.

    Attributes:
        ask: what was reckoned, a key of ``calc_examples``.
        result: what the calculator gave.
        lines: it as sentences; of a refusal what can be said all the same.
        assumes: everything taken for granted, of the reading and of the rule.
        wanted: for a refusal, whether the message wants it reckoned: it asks how much or until
            when, or gives a figure for it.
    """

    ask: str
    result: Ruling | CannotSay
    lines: tuple[str, ...] = ()
    assumes: tuple[Assumption, ...] = ()
    wanted: bool = False


def dismissal(ctx: Context) -> Reply:
    """Answer what a dismissal, a missing contract or overtime comes to, if it can be said."""
    if ctx.focus not in _FIGURES:
        return answer(ctx)
    message = Message(ctx)
    return _reply(ctx, [_REACH[ask](ctx, message) for ask in _asked(ctx)])


def work_injury(ctx: Context) -> Reply:
    """Answer until when an injury at work may be reported, if its day was said."""
    return _timed(ctx, _injury)


def wages(ctx: Context) -> Reply:
    """Answer until when unpaid wages may be claimed, if the day of leaving was said."""
    return _timed(ctx, _unpaid)


def mediation(ctx: Context) -> Reply:
    """Offer a mediator; say until when a court may confirm an agreement, if its day was said."""
    return with_form(ctx, _timed(ctx, _confirmation))


def _timed(ctx: Context, reckon: Callable[[Context, Message], Counted]) -> Reply:
    done = ctx.words.chinese.many("calc_cues")["done"]
    if ctx.focus not in _FIGURES or mentions(ctx.text, done):
        return answer(ctx)
    message = Message(ctx)
    return _reply(ctx, [reckon(ctx, message)])


def _asked(ctx: Context) -> list[str]:
    """Return what a message asks to be reckoned; nothing where it is not clear that it is due."""
    cues = ctx.words.chinese.many("calc_cues")
    if mentions(ctx.text, cues["unclear"]):
        return []
    asked = [name for name in ("severance", "double", "overtime") if _about(ctx, name)]
    quit_alone = mentions(ctx.text, cues["quit"]) and not mentions(ctx.text, cues["dismissed"])
    if quit_alone and "severance" in asked:
        asked.remove("severance")
    if mentions(ctx.text, cues["benefit"]) and _guangdong(ctx):
        asked.append("benefit")
    firsts = ctx.words.chinese.many("calc_first")
    return sorted(asked, key=lambda name: not mentions(ctx.text, firsts.get(name, "")))


def _about(ctx: Context, name: str) -> bool:
    return mentions(ctx.text, ctx.words.chinese.many("calc_asks")[name])


def _guangdong(ctx: Context) -> bool:
    """Tell whether Guangdong's rules for the benefit hold here: its layer states them."""
    card = ctx.pack.card("services.unemployment")
    layer = ctx.words.chinese.many("calc_layers")["benefit"]
    return card is not None and any(fact.passport.pack == layer for fact in card.facts.values())


def _severance(ctx: Context, message: Message) -> Counted:
    tenure, wage, left = _tenure(ctx, message), message.wage(), message.day("left")
    counted = tenure.value is not None and tenure.value.counted
    # A length may have ended whenever a day was named: the earliest decides about old law.
    ended = (left.value or ctx.today) if counted else message.earliest()
    result = severance(tenure=tenure.value, wage=wage.value, ended=ended)
    if isinstance(result, CannotSay):
        refused = _refusal(ctx, "severance", result, tenure, wage)
        return replace(refused, lines=_units_alone(ctx, tenure.value, result, ended))
    lines = figures.severance_said(ctx.words, result, tenure.value or Tenure(Decimal(0)))
    claim = deadline(Limit.ARBITRATION, start=left.value, today=ctx.today)
    if isinstance(claim, Deadline):
        said = figures.limit_said(ctx.words, claim, "claim")[:1]
        lines = [*said, *lines] if claim.passed else [*lines, *said]
        both = (*result.assumes, *claim.assumes)
        result = replace(result, basis=(*result.basis, *claim.basis), assumes=both)
    return _counted("severance", result, lines, tenure, wage)


def _tenure(ctx: Context, message: Message) -> Heard[Tenure]:
    """Return the time of work, said as a length or by its first and last day."""
    said, start, left = message.tenure(), message.day("started"), message.day("left")
    doubtful: Heard[Tenure] = Heard(why=Why.DOUBTFUL)
    if start.value is None:
        return said if start.why is Why.MISSING else doubtful
    last = ctx.today if left.value is None else left.value
    unclear = left.value is None and left.why is Why.DOUBTFUL
    if unclear or last < start.value or (said.value is None and said.why is Why.DOUBTFUL):
        return doubtful
    found = tenure_between(start.value, last)
    if said.value is not None and abs(said.value.months - found.months) > 1:
        return doubtful  # the days and the length said contradict each other
    today = (Assumption.TO_TODAY,) if left.value is None else ()
    assumes = tuple(dict.fromkeys((*start.assumes, *left.assumes, *today)))
    return Heard(value=found, assumes=assumes)


def _double(ctx: Context, message: Message) -> Counted:
    start, wage, tenure = message.day("started"), message.wage(), message.tenure()
    left, signed = message.day("left"), message.day("signed")
    first = start.value
    begun: Heard[date] | Heard[Tenure] = start
    if first is None and start.why is Why.MISSING:
        first, begun = _begun(tenure, left.value or ctx.today), tenure
    result = double_wage(
        start=first, wage=wage.value, today=ctx.today, left=left.value, signed=signed.value
    )
    # A last day or a signature that was said, but not when, changes the sum.
    open_ends = (
        (Slot.LEFT, left.value is None and left.why is Why.DOUBTFUL),
        (Slot.SIGNED, signed.value is None and _about(ctx, "signed")),
    )
    missing = tuple(slot for slot, lacking in open_ends if lacking)
    if missing and isinstance(result, Ruling):
        result = CannotSay(needs=missing, why=Why.DOUBTFUL, basis=result.basis)
    if isinstance(result, CannotSay):
        return _refusal(ctx, "double", result, begun, wage)
    lines = figures.double_said(ctx.words, result, wage.value or Decimal(0))
    exact = (Assumption.TENURE_EXACT,) if begun is tenure else ()
    told = _counted("double", result, lines, begun, wage, left, signed)
    return replace(told, assumes=(*told.assumes, *exact))


def _begun(tenure: Heard[Tenure], last: date) -> date | None:
    """Return the first day of a time of work in whole months that ended with a day."""
    found = tenure.value
    if found is None or not found.possible or found.days or found.months % 1:
        return None
    return add_months(last + timedelta(days=1), -int(found.months))


def _overtime(ctx: Context, message: Message) -> Counted:
    wage, hours = message.wage(), message.hours()
    sorted_hours = hours.value.kinds if hours.value else {}
    result = overtime(wage=wage.value, hours=sorted_hours)
    if isinstance(result, CannotSay):
        needs = result.needs if hours.value else (*result.needs, Slot.HOURS)
        return _refusal(ctx, "overtime", replace(result, needs=needs), wage, hours)
    lines = figures.overtime_said(ctx.words, result, wage.value or Decimal(0), hours.value)
    if hours.value is None:
        lines.append(_hint(ctx, "overtime", (Slot.HOURS,)))
    return _counted("overtime", result, lines, wage, hours)


def _benefit(ctx: Context, message: Message) -> Counted:
    insured = message.insured()
    result = benefit(insured=insured.value)
    if isinstance(result, CannotSay):
        return _refusal(ctx, "benefit", result, insured)
    return _counted("benefit", result, figures.benefit_said(ctx.words, result), insured)


_REACH: dict[str, Callable[[Context, Message], Counted]] = {
    "severance": _severance,
    "double": _double,
    "overtime": _overtime,
    "benefit": _benefit,
}


def _injury(ctx: Context, message: Message) -> Counted:
    day = message.day("injured")
    own = deadline(Limit.INJURY_SELF, start=day.value, today=ctx.today)
    employer = deadline(Limit.INJURY_EMPLOYER, start=day.value, today=ctx.today)
    if isinstance(own, CannotSay) or isinstance(employer, CannotSay):
        return _refusal(ctx, "injury", own, day)
    return _counted("injury", own, figures.injury_said(ctx.words, own, employer), day)


def _unpaid(ctx: Context, message: Message) -> Counted:
    return _one_limit(ctx, "wages", Limit.ARBITRATION_WAGES, message.day("left"))


def _confirmation(ctx: Context, message: Message) -> Counted:
    return _one_limit(ctx, "confirmation", Limit.CONFIRMATION, message.day("agreed"))


def _one_limit(ctx: Context, ask: str, limit: Limit, day: Heard[date]) -> Counted:
    result: Deadline | CannotSay = deadline(limit, start=day.value, today=ctx.today)
    if isinstance(result, CannotSay):
        return _refusal(ctx, ask, result, day)
    return _counted(ask, result, figures.limit_said(ctx.words, result, ask), day)


def _counted(ask: str, result: Ruling, lines: Sequence[str], *heard: Heard[object]) -> Counted:
    read = [one for part in heard for one in part.assumes]
    return Counted(
        ask=ask,
        result=result,
        lines=tuple(lines),
        assumes=tuple(dict.fromkeys((*read, *result.assumes))),
    )


def _refusal(ctx: Context, ask: str, result: Ruling | CannotSay, *heard: Heard[object]) -> Counted:
    timed = ask in _TIMED
    given = any(part.why is Why.DOUBTFUL if timed else part.value is not None for part in heard)
    asked = _about(ctx, "time" if timed else "amount")
    return Counted(ask=ask, result=result, wanted=given or asked)


def _units_alone(
    ctx: Context, tenure: Tenure | None, result: CannotSay, ended: date
) -> tuple[str, ...]:
    """Return how many months of wage N is, where only the wage is missing."""
    if tenure is None or result.needs != (Slot.MONTHLY_WAGE,):
        return ()
    units = units_due(tenure, ended)
    return () if isinstance(units, CannotSay) else (figures.units_said(ctx.words, units, tenure),)


def _reply(ctx: Context, parts: Sequence[Counted]) -> Reply:
    card = ctx.pack.card(ctx.intent)
    reckoned = [part for part in parts if isinstance(part.result, Ruling)]
    if card is None or not reckoned:
        return _with_hint(ctx, parts)
    first, *others = reckoned
    fields = ctx.words.many("fields")
    lines = [*first.lines, _assumed(ctx, first)]
    if others:
        lines.append(ctx.words.say("calc_beside"))
    lines += sections(card, ("contact",), fields)
    check = "calc_check_sign" if first.ask in _BEFORE_SIGNING else "calc_check"
    checker = ctx.words.say(check, who=_checker(ctx, first.result))
    later = [line for part in others for line in (*part.lines, _assumed(ctx, part))]
    later += [figures.basis_said(ctx.words, part.result.basis) for part in reckoned]
    later += [*sections(card, _LATER, fields, based=True), *card.lines("detail")]
    return looked_up(
        lines,
        rest=later,
        closing=[checker],
        choices=choices_for(ctx, card, ctx.words.next_for(ctx.intent)),
        detail=ctx.words.label("detail"),
        topic=ctx.intent,
        passport=_passport(ctx, card, first.result.basis[:1]),
        language=card.language,
    )


def _assumed(ctx: Context, part: Counted) -> str:
    said = ctx.words.many("calc_assumes")
    found = [f"· {said[one.value]}" for one in part.assumes]
    return "\n".join([ctx.words.say("calc_lead"), *found])


def _checker(ctx: Context, result: Ruling | CannotSay) -> str:
    """Return who here can look at a result: the lawyer on duty where one comes, else a person."""
    who = ctx.pack.human.get("who", ctx.words.say("somebody"))
    lawyer = result.check_with is Checker.LAWYER and ctx.pack.entries("duty", "lawyer")
    return ctx.words.say("calc_lawyer", who=who) if lawyer else who


def _passport(ctx: Context, card: Card, bases: Sequence[Basis]) -> str:
    checked = min(fact.passport.as_of for fact in card.facts.values())
    return ctx.words.say(
        "calc_passport",
        basis=figures.basis_said(ctx.words, bases),
        checked=f"{checked:%Y-%m}",
    )


def _with_hint(ctx: Context, parts: Sequence[Counted]) -> Reply:
    """Answer from the card, and say which figure would let it be reckoned, where there is room."""
    reply = answer(ctx)
    refused = next((part for part in parts if part.wanted), None)
    if refused is None or not isinstance(refused.result, CannotSay):
        return reply
    hint = "\n".join([*refused.lines, _why(ctx, refused.ask, refused.result)])
    if not hint or len(reply.text) + len(hint) > ctx.room(_ROOM):
        return reply
    return replace(reply, text=f"{reply.text}\n{hint}")


def _why(ctx: Context, ask: str, result: CannotSay) -> str:
    if result.why is Why.BEFORE_THE_LAW:
        return ctx.words.say("calc_before_law", who=_checker(ctx, result))
    if result.why is Why.NOT_YET:
        return ctx.words.many("calc_not_yet")[ask]
    return _hint(ctx, ask, result.needs) if result.needs else ""


def _hint(ctx: Context, ask: str, needs: Sequence[Slot]) -> str:
    slots = ctx.words.many("calc_slots")
    comma = ctx.words.many("fields")["comma"]
    example = ctx.words.many("calc_examples")[ask]
    what = comma.join(slots[need.value] for need in needs)
    return ctx.words.say("calc_hint", what=what, example=example)
