"""What the residents' council talks about, and how it decided."""

from collections.abc import Sequence

from bot.sdk import (
    Context,
    Entry,
    Reply,
    answer,
    checked_month,
    choices_for,
    dates_said,
    looked_up,
    meant,
    mentions,
    sections,
    span_said,
)

_FOLLOW_UPS = frozenset({"papers", "cost", "conditions", "duration", "where", "contact", "steps"})
_DATES_SEEN = 3


def topics(ctx: Context) -> Reply:
    """Answer what is open and what was decided; a named topic alone."""
    found = ctx.pack.entries("topic")
    if not found:
        return answer(ctx)
    wanted = meant(ctx.text, found, noise=ctx.words.say("noise"))
    if wanted:
        lines = [ctx.words.say("one", name=one.name, text=one.text) for one in wanted[:2]]
        return _reply(ctx, lines, wanted)
    if ctx.focus in _FOLLOW_UPS:
        return answer(ctx)
    open_, closed = _of(ctx, found, "open"), _of(ctx, found, "closed")
    results_first = mentions(ctx.text, ctx.words.say("result_words"))
    parts = [closed, open_] if results_first else [open_, closed]
    lines = [line for part in parts for line in part]
    if not open_:
        lines = [ctx.words.say("nothing_open"), *lines]
    return _reply(ctx, [*lines, *_meeting(ctx)], found)


def _of(ctx: Context, found: Sequence[Entry], sort: str) -> list[str]:
    lines = [
        ctx.words.say("topic", name=one.name, text=one.text) for one in found if one.sort == sort
    ]
    return [ctx.words.say(f"{sort}_lead"), *lines] if lines else []


def _meeting(ctx: Context) -> list[str]:
    """Return when the council meets next."""
    lines = []
    for entry in ctx.pack.entries("event", "council")[:1]:
        coming = (
            ctx.services.calendar.upcoming(entry.rrule, ctx.today, _DATES_SEEN)
            if entry.rrule
            else ()
        )
        dates = dates_said(coming, entry, ctx.now, ctx.words.many("dates"), shown=1)
        if dates:
            time = span_said(entry.time)
            lines.append(ctx.words.say("meeting", name=entry.name, dates=dates, time=time))
    return lines


def _reply(ctx: Context, lines: Sequence[str], entries: Sequence[Entry]) -> Reply:
    card = ctx.pack.card(ctx.intent)
    return looked_up(
        lines,
        rest=sections(card, ("where", "notes"), ctx.words.many("fields")),
        closing=[ctx.words.say("fictional")] if ctx.pack.fictional else [],
        choices=choices_for(ctx, card, ctx.words.next_for(ctx.intent)),
        detail=ctx.words.label("detail"),
        topic=ctx.intent,
        passport=ctx.words.say("passport", checked=checked_month(entries)),
    )
