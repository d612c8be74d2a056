"""What the branch studies this week, and when it meets next."""

from collections.abc import Sequence
from datetime import date, timedelta

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
    place_said,
    sections,
)

_FOLLOW_UPS = frozenset({"papers", "cost", "conditions", "duration", "contact", "steps", "notes"})
_DATES_SEEN = 4


def study(ctx: Context) -> Reply:
    """Answer what is studied: a named lesson, else this week's and the month's list."""
    lessons = ctx.pack.entries("study")
    if not lessons:
        return answer(ctx)
    wanted = meant(ctx.text, lessons, noise=ctx.words.say("noise"))
    if wanted:
        lines = [ctx.words.say("lesson_told", name=one.name, text=one.text) for one in wanted[:2]]
        return _reply(ctx, lines, wanted, rest=_card(ctx, ("where", "when", "notes")))
    if ctx.focus:
        return answer(ctx)
    week = ctx.words.many("weeks")[str(_week_of_month(ctx.today))]
    now = [one for one in lessons if one.name.startswith(week)]
    lines = [ctx.words.say("this_week", name=_title(one)) for one in now[:1]]
    lines += [one.text for one in now[:1]] or _card(ctx, ("answer",))
    lines.append(ctx.words.say("month_lead"))
    lines += [ctx.words.say("lesson", name=one.name) for one in lessons]
    lines += _card(ctx, ("where",))
    return _reply(ctx, lines, lessons, rest=_card(ctx, ("when", "contact", "notes")))


def _week_of_month(today: date) -> int:
    """Return which Monday of its month this week began with, 1 to 5."""
    monday = today - timedelta(days=today.weekday())
    return (monday.day - 1) // 7 + 1


def _title(lesson: Entry) -> str:
    return lesson.name.partition("：")[2] or lesson.name


def meeting(ctx: Context) -> Reply:
    """Answer when the branch's day (主题党日) is next."""
    found = [entry for entry in ctx.pack.entries("event", "party") if entry.rrule or entry.hours]
    if not found or ctx.focus in _FOLLOW_UPS:
        return answer(ctx)
    entry = found[0]
    dates = ""
    if entry.rrule:
        coming = ctx.services.calendar.upcoming(entry.rrule, ctx.today, _DATES_SEEN)
        dates = dates_said(coming, entry, ctx.now, ctx.words.many("dates"), shown=2)
    place = place_said(entry.place, ctx.pack.entries("place")) or entry.address
    known = facts_said(entry, dates=dates, place=place, words=ctx.words.many("entry"))
    known.pop("cost", None)
    card = ctx.pack.card(ctx.intent)
    fields = ctx.words.many("fields")
    rest = sections(card, ("conditions", "when", "notes"), fields, based=True)
    return _reply(ctx, list(known.values()), found, rest=rest)


def _card(ctx: Context, names: Sequence[str]) -> list[str]:
    return sections(ctx.pack.card(ctx.intent), names, ctx.words.many("fields"))


def _reply(
    ctx: Context, lines: Sequence[str], entries: Sequence[Entry], *, rest: Sequence[str]
) -> Reply:
    return looked_up(
        lines,
        rest=rest,
        closing=[ctx.words.say("fictional")] if ctx.pack.fictional else [],
        choices=choices_for(ctx, ctx.pack.card(ctx.intent), ctx.words.next_for(ctx.intent)),
        detail=ctx.words.label("detail"),
        topic=ctx.intent,
        passport=ctx.words.say("passport", checked=checked_month(entries)),
    )
