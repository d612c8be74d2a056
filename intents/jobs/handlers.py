"""Which jobs are on the board, and when the next fair is."""

from collections.abc import Sequence

from bot.sdk import (
    Context,
    Entry,
    Reply,
    answer,
    checked_month,
    choices_for,
    dates_said,
    facts_said,
    looked_up,
    place_said,
    sections,
)
from intents.jobs.matching import Wanted, fits, wanted

_FOLLOW_UPS = frozenset(
    {"papers", "cost", "conditions", "duration", "contact", "steps", "notes", "where", "when"}
)
_SHOWN = 5
_FEW = 2
_DATES_SEEN = 4


def search(ctx: Context) -> Reply:
    """Answer which jobs there are: by trade, pay, place and wishes; five at first."""
    jobs = ctx.pack.entries("job")
    if not jobs:
        return answer(ctx)
    places = {entry.id: entry for entry in ctx.pack.entries("place")}
    ask = wanted(
        ctx.text,
        jobs,
        places,
        trades=ctx.words.say("trades"),
        wishes=ctx.words.many("wishes"),
        amounts=ctx.words.many("amounts"),
    )
    if ctx.focus in _FOLLOW_UPS and not ask.anything:
        return answer(ctx)
    found = [job for job in jobs if fits(job, ask, places)]
    contact = sections(ctx.pack.card(ctx.intent), ("contact",), ctx.words.many("fields"))
    if not found:
        others = "\n".join(_line(ctx, job) for job in jobs)
        rest = [ctx.words.say("none_nearest"), others]
        lines = [ctx.words.say("none", what=_said(ctx, ask)), *contact]
        return _reply(ctx, lines, jobs, rest=rest)
    lead = ctx.words.say("lead_fitting" if ask.anything else "lead", count=len(found))
    lines = [_line(ctx, job) for job in found]
    if len(found) <= _FEW:
        lines = [line + "\n  " + job.text for line, job in zip(lines, found, strict=True)]
    rest = ["\n".join(lines[_SHOWN:]), *_rest(ctx, ("cost", "notes"))]
    return _reply(ctx, [lead, *lines[:_SHOWN], *contact], found, rest=rest)


def fair(ctx: Context) -> Reply:
    """Answer when the next job fair is."""
    fairs = [entry for entry in ctx.pack.entries("event", "job_fair") if entry.rrule or entry.hours]
    if not fairs or ctx.focus in _FOLLOW_UPS - {"when", "where"}:
        return answer(ctx)
    lines: list[str] = []
    for entry in fairs[:_FEW]:
        place = place_said(entry.place, ctx.pack.entries("place")) or entry.address
        known = facts_said(
            entry, dates=_dates(ctx, entry), place=place, words=ctx.words.many("entry")
        )
        lines += known.values()
    return _reply(ctx, lines, fairs, rest=_rest(ctx, ("notes", "contact")))


def _dates(ctx: Context, entry: Entry) -> str:
    if not entry.rrule:
        return ""
    coming = ctx.services.calendar.upcoming(entry.rrule, ctx.today, _DATES_SEEN)
    return dates_said(coming, entry, ctx.now, ctx.words.many("dates"), shown=2)


def _line(ctx: Context, job: Entry) -> str:
    pay, shift = job.extra.get("pay", ""), job.extra.get("shift", "")
    place = place_said(job.place, ctx.pack.entries("place"), brief=True) or job.address
    return ctx.words.say("line", name=job.name, pay=pay, shift=shift, place=place)


def _said(ctx: Context, ask: Wanted) -> str:
    say = ctx.words.say
    parts = [
        say("said_place") if ask.places else "",
        say("said_pay", pay=ask.pay) if ask.pay else "",
        *ask.wishes,
        ask.trade,
    ]
    return "、".join(filter(None, parts))


def _card(ctx: Context, names: Sequence[str]) -> list[str]:
    return sections(ctx.pack.card(ctx.intent), names, ctx.words.many("fields"))


def _rest(ctx: Context, names: Sequence[str]) -> list[str]:
    fields = ctx.words.many("fields")
    return sections(ctx.pack.card(ctx.intent), names, fields, based=True)


def _reply(
    ctx: Context, lines: Sequence[str], entries: Sequence[Entry], *, rest: Sequence[str] = ()
) -> Reply:
    card = ctx.pack.card(ctx.intent)
    return looked_up(
        lines,
        rest=rest,
        closing=[ctx.words.say("fictional")] if ctx.pack.fictional else [],
        choices=choices_for(ctx, card, ctx.words.next_for(ctx.intent)),
        detail=ctx.words.label("detail"),
        topic=ctx.intent,
        passport=ctx.words.say("passport", checked=checked_month(entries)),
    )
