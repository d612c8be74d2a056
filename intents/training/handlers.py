"""Which courses there are and when they are next."""

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
    meant,
    mentions,
    place_said,
    sections,
)

_FOLLOW_UPS = frozenset({"papers", "cost", "conditions", "duration", "where", "contact", "steps"})
_DATES_SEEN = 4
_SHOWN = 5


def courses(ctx: Context) -> Reply:
    """Answer about the language and skills courses: a named one in full, else all with dates."""
    found = _courses(ctx)
    wanted = _wanted(ctx, found)
    if wanted:
        return _one(ctx, wanted[0], found) if len(wanted) == 1 else _some(ctx, wanted)
    if ctx.focus in _FOLLOW_UPS or not found:
        return answer(ctx)
    missing = [word for word in ctx.words.say("subjects").split("|") if word in ctx.text]
    card = ctx.pack.card(ctx.intent)
    if missing:
        lead = [ctx.words.say("none", what=missing[0])]
    else:
        lead = sections(card, ("answer",), ctx.words.many("fields"))
    lines = [_line(ctx, entry) for entry in found]
    rest = ["\n".join(lines[_SHOWN:]), *_rest(ctx, ("conditions", "papers", "steps", "notes"))]
    lines = [*lead, *lines[:_SHOWN], *_card(ctx, ("where", "contact"))]
    return _reply(ctx, lines, found, rest=rest, closing=[ctx.words.say("signup")])


def law(ctx: Context) -> Reply:
    """Answer when the law class is; one's own hours are with staff."""
    found = _courses(ctx)
    if ctx.focus in _FOLLOW_UPS or not found:
        return answer(ctx)
    own = mentions(ctx.text, ctx.words.say("own_hours_words"))
    lead = [ctx.words.say("own_hours")] if own else []
    lines = [_told(ctx, entry)["when"] for entry in found[:2]]
    kept = ("duration",) if own else ("where", "duration")
    rest = _card(ctx, ("conditions", "steps", "cost", "contact", "notes"))
    return _reply(ctx, [*lead, *lines, *_card(ctx, kept)], found, rest=rest)


def _courses(ctx: Context) -> list[Entry]:
    """Return the courses an intent is about; none where no times are known."""
    sorts = ctx.words.many("sorts")[ctx.intent].split("|")
    found = ctx.pack.entries("course", *sorts)
    return [entry for entry in found if entry.rrule or entry.hours]


def _wanted(ctx: Context, found: Sequence[Entry]) -> list[Entry]:
    return meant(ctx.text, found, noise=ctx.words.say("noise"))


def _told(ctx: Context, entry: Entry) -> dict[str, str]:
    place = place_said(entry.place, ctx.pack.entries("place")) or entry.address
    return facts_said(entry, dates=_dates(ctx, entry), place=place, words=ctx.words.many("entry"))


def _dates(ctx: Context, entry: Entry, *, shown: int = 2) -> str:
    """Return the next days; none for a course that waits until enough people have come."""
    if not entry.rrule or mentions(entry.hours, ctx.words.say("waits")):
        return ""
    coming = ctx.services.calendar.upcoming(entry.rrule, ctx.today, _DATES_SEEN)
    return dates_said(coming, entry, ctx.now, ctx.words.many("dates"), shown=shown)


def _line(ctx: Context, entry: Entry) -> str:
    dates = _dates(ctx, entry, shown=1)
    name = "line" if dates else "line_waiting"
    return ctx.words.say(name, name=entry.name, hours=entry.hours, dates=dates)


def _one(ctx: Context, entry: Entry, courses: Sequence[Entry]) -> Reply:
    known = _told(ctx, entry)
    first = known.pop(ctx.focus, "") if ctx.focus != "when" else ""
    free = mentions(entry.hours + entry.text, ctx.words.say("no_signup_words"))
    last = ctx.words.say("no_signup" if free else "signup")
    others = [_line(ctx, other) for other in courses if other is not entry]
    rest = [ctx.words.say("others"), "\n".join(others)] if others else []
    return _reply(ctx, [first, *known.values()], [entry], rest=rest, closing=[last])


def _some(ctx: Context, wanted: Sequence[Entry]) -> Reply:
    lines = [ctx.words.say("which", count=len(wanted))]
    lines += [_line(ctx, entry) for entry in wanted[:_SHOWN]]
    return _reply(ctx, lines, wanted, closing=[ctx.words.say("signup")])


def _card(ctx: Context, names: Sequence[str]) -> list[str]:
    return sections(ctx.pack.card(ctx.intent), names, ctx.words.many("fields"))


def _rest(ctx: Context, names: Sequence[str]) -> list[str]:
    fields = ctx.words.many("fields")
    return sections(ctx.pack.card(ctx.intent), names, fields, based=True)


def _reply(
    ctx: Context,
    lines: Sequence[str],
    entries: Sequence[Entry],
    *,
    rest: Sequence[str] = (),
    closing: Sequence[str] = (),
) -> Reply:
    ends = [*closing, ctx.words.say("fictional")] if ctx.pack.fictional else closing
    card = ctx.pack.card(ctx.intent)
    return looked_up(
        lines,
        rest=rest,
        closing=ends,
        choices=choices_for(ctx, card, ctx.words.next_for(ctx.intent)),
        detail=ctx.words.label("detail"),
        topic=ctx.intent,
        passport=ctx.words.say("passport", checked=checked_month(entries)),
    )
