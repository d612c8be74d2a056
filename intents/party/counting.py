"""A member's dues in figures where the message gives enough, else the rule and what is missing."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.sdk import (
    Card,
    Context,
    Money,
    Per,
    Reply,
    Rough,
    answer,
    choices_for,
    looked_up,
    mentions,
    sections,
)
from intents.party.dues import CannotSay, Dues, Member, Need, dues

_STOP = re.compile("[，。！？；,.!?;\\n]")
#: Fields a question for a figure may seem to be about: 多少钱, 哪一档.
_FIGURES = frozenset({"", "cost", "conditions"})
_LATER = ("answer", "conditions", "when", "notes", "detail")


def reckon(ctx: Context) -> Reply:
    """Answer what a member owes a month, if the message says how he lives and what he earns."""
    card = ctx.pack.card(ctx.intent)
    if ctx.focus not in _FIGURES or card is None:
        return answer(ctx)
    cues = ctx.words.chinese.many("dues_cues")
    if not mentions(ctx.text, cues["about"]):  # a wage said for another question is not for dues
        return answer(ctx)
    found = dues(_member(ctx, cues["before_tax"]), _income(ctx))
    if isinstance(found, CannotSay):
        return _with_hint(ctx, found)
    return _told(ctx, card, found)


def _member(ctx: Context, before_tax: str) -> Member | None:
    """Return how the member earns a living, if one way and no other was said."""
    forms = ctx.words.chinese.many("dues_members")
    said = [member for member in Member if mentions(ctx.text, forms[member.value])]
    if said == [Member.WAGE] and mentions(ctx.text, before_tax):
        return None
    if len(said) != 1 or mentions(ctx.text, ctx.words.chinese.many("dues_cues")["other"]):
        return None
    return said[0]


def _income(ctx: Context) -> Decimal | None:
    """Return the month's income, if exactly one sum is surely that."""
    sums = [one for one in ctx.entities.money if _is_income(ctx, one)]
    if len(sums) != 1 or len(ctx.entities.money) != 1:
        return None
    amount = sums[0].amount
    exact = amount.rough is Rough.EXACT and amount.upto is None
    return amount.value if exact else None


def _is_income(ctx: Context, one: Money) -> bool:
    text = ctx.inbound.text
    at = one.start if text[one.start : one.end] == one.text else text.find(one.text)
    if at < 0:  # from the normal form of an older message, where 2.5 may be 25
        return False
    clause = "".join(_STOP.split(text[:at])[-1].split())
    cues = ctx.words.chinese.many("dues_cues")
    if one.per not in {Per.ONCE, Per.MONTH} or mentions(clause[-6:], cues["no_income"]):
        return False
    return one.per is Per.MONTH or mentions(clause[-6:], cues["income"])


def _told(ctx: Context, card: Card, found: Dues) -> Reply:
    lines = [_sum_said(ctx, found), *_working(ctx, found)]
    if found.assumes:
        said = ctx.words.many("dues_assumes")
        lines.append(ctx.words.say("dues_lead", what="；".join(said[one] for one in found.assumes)))
    lines += sections(card, ("contact", "when"), ctx.words.many("fields"))
    checked = min(fact.passport.as_of for fact in card.facts.values())
    return looked_up(
        lines,
        rest=sections(card, _LATER, ctx.words.many("fields"), based=True),
        closing=[ctx.words.say("dues_check")],
        choices=choices_for(ctx, card, ctx.words.next_for(ctx.intent)),
        detail=ctx.words.label("detail"),
        topic=ctx.intent,
        passport=ctx.words.say(
            "dues_passport", source=ctx.words.say(found.source), checked=f"{checked:%Y-%m}"
        ),
    )


def _sum_said(ctx: Context, found: Dues) -> str:
    if found.least == found.most:
        return ctx.words.say("dues_sum", sum=_plain(found.most))
    return ctx.words.say("dues_span", least=_plain(found.least), most=_plain(found.most))


def _working(ctx: Context, found: Dues) -> Sequence[str]:
    income = _income(ctx)
    kind = ctx.words.many("dues_kinds")[found.member.value]
    if found.percent is None or income is None:
        return [ctx.words.say("dues_fixed", kind=kind)]
    said = ctx.words.say(
        "dues_how",
        kind=kind,
        income=_plain(income),
        percent=_plain(found.percent),
        sum=_plain(found.most),
    )
    return [said]


def _with_hint(ctx: Context, found: CannotSay) -> Reply:
    """Answer from the card and say what is missing, where a sum was said or asked for."""
    reply, cues = answer(ctx), ctx.words.chinese.many("dues_cues")
    asked = _income(ctx) is not None or mentions(ctx.text, cues["amount"])
    if not asked or mentions(ctx.text, cues["other"]):
        return reply
    needs = ctx.words.many("dues_needs")
    what = "、".join(needs[need.value] for need in (found.needs or tuple(Need)))
    return replace(reply, text=f"{reply.text}\n{ctx.words.say('dues_hint', what=what)}")


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
