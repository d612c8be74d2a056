"""What is on, and when and where one event is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.sdk import (
    Choice,
    Context,
    Entry,
    Occurrence,
    Reply,
    ahead,
    answer,
    checked_month,
    choices_for,
    dates_said,
    day_said,
    facts_said,
    looked_up,
    meant,
    mentions,
    named,
    place_said,
    span_said,
)
from intents.events.windows import AHEAD_DAYS, Window, asked

#: Questions about an unnamed event that the card answers better than a list.
FOLLOW_UPS = frozenset({"papers", "cost", "conditions", "duration", "where", "contact", "steps"})
#: Where a question about one event goes on, also when it came as a question about the list.
_DETAIL = "events.detail"
_SHOWN = 5
_MATCHES = 4
_DATES_SEEN = 6
#: Longest window is a month; an event counts once, on its first day in it.
_MOST_DAYS = 31
_FEW = 4
#: Where the days asked have nothing, the nearest within a month is told.
_LATER_DAYS = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dated:
    """An event on a day."""

    entry: Entry
    at: Occurrence


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What takes place in some days, by day, and what a public holiday stops."""

    on: Sequence[_Dated]
    stopped: Sequence[_Dated]


def listing(ctx: Context) -> Reply:
    """Answer what is on: today first, the days asked, at most five, the rest on 详细."""
    events = ctx.pack.entries("event")
    wanted = named(ctx.text, events)
    if wanted:
        return told(replace(ctx, intent=_DETAIL), wanted)
    if ctx.focus in FOLLOW_UPS or not events:
        return answer(ctx)
    audience = _audience(ctx)
    fitting = [entry for entry in events if _fits(ctx, entry, audience)]
    if not any(entry.rrule for entry in events):
        return _used_to(ctx, fitting) if audience and fitting else answer(ctx)
    words = ctx.words
    window = asked(ctx.text, ctx.today, words.many("windows"), words.many("weekdays"))
    found = _between(ctx, fitting, window)
    if found.on:
        lead = _lead(ctx, window, len(found.on))
        return _list(ctx, lead, found, () if window.key else fitting)
    later = _between(ctx, fitting, _soon(ctx, _LATER_DAYS))
    who = words.many("audience_names").get(audience, "")
    if later.on:
        lead = words.say("none_window", when=_window_said(ctx, window), who=who)
    else:
        person = ctx.pack.human.get("who", words.say("somebody"))
        lead = words.say("none_at_all", who=who, who_knows=person)
    return _list(ctx, lead, later, fitting)


def detail(ctx: Context) -> Reply:
    """Answer when and where a named event is, what to bring and what it costs."""
    events = ctx.pack.entries("event")
    if not events:
        return answer(ctx)
    wanted = meant(ctx.text, events, noise=ctx.words.say("noise"))
    if wanted:
        return told(ctx, wanted)
    if ctx.focus in FOLLOW_UPS or not any(entry.rrule for entry in events):
        return answer(ctx)
    found = _between(ctx, events, _soon(ctx, AHEAD_DAYS))
    return _list(ctx, ctx.words.say("not_found"), found, ()) if found.on else answer(ctx)


def _soon(ctx: Context, days: int) -> Window:
    return Window(start=ctx.today, end=ctx.today + timedelta(days=days - 1))


def told(ctx: Context, found: Sequence[Entry], closing: Sequence[str] = ()) -> Reply:
    """Tell one event in full, or a few in short with their names as choices."""
    if len(found) == 1:
        return reply(ctx, facts(ctx, found[0]), found, closing=closing)
    shown = found[:_MATCHES]
    lines = [ctx.words.say("which", count=len(found))]
    lines += [f"· {when(ctx, entry)}" for entry in shown]
    choices = tuple(Choice(label=entry.name, target=ctx.intent) for entry in shown[:3])
    person = choices_for(ctx, None, ("chat.human",))
    return reply(ctx, lines, found, closing=closing, choices=(*choices, *person))


def facts(ctx: Context, entry: Entry) -> list[str]:
    """Return what is known of an event, the field asked for first."""
    place = place_said(entry.place, ctx.pack.entries("place")) or entry.address
    known = facts_said(entry, dates=_dates(ctx, entry), place=place, words=ctx.words.many("entry"))
    unknown = [] if entry.rrule or entry.hours else _unknown(ctx, entry)
    first = known.pop(ctx.focus, "") if ctx.focus != "when" else ""
    return [line for line in (first, *known.values(), *unknown) if line]


def when(ctx: Context, entry: Entry) -> str:
    """Return an event's name and its next days; where no day is known, that it is not."""
    dates = _dates(ctx, entry) or entry.hours
    if not dates:
        dates = entry.text + "".join(_unknown(ctx, entry))
    return ctx.words.many("entry")["name"].format(name=entry.name, dates=dates)


def _dates(ctx: Context, entry: Entry) -> str:
    if not entry.rrule:
        return ""
    coming = ctx.services.calendar.upcoming(entry.rrule, ctx.today, _DATES_SEEN)
    return dates_said(coming, entry, ctx.now, ctx.words.many("dates"), shown=2)


def _unknown(ctx: Context, entry: Entry) -> list[str]:
    """Say that the day is not known, unless the entry's own text does."""
    if mentions(entry.text, ctx.words.say("says_unknown")):
        return []
    who = ctx.pack.human.get("who", ctx.words.say("somebody"))
    return [ctx.words.say("day_unknown", who=who)]


def reply(
    ctx: Context,
    lines: Sequence[str],
    entries: Sequence[Entry],
    *,
    rest: Sequence[str] = (),
    closing: Sequence[str] = (),
    choices: Sequence[Choice] | None = None,
) -> Reply:
    """Return a reply about events, with the passport of what it tells."""
    ends = [*closing, ctx.words.say("fictional")] if ctx.pack.fictional else closing
    if choices is None:
        card = ctx.pack.card(ctx.intent)
        choices = choices_for(ctx, card, ctx.words.next_for(ctx.intent))
    return looked_up(
        lines,
        rest=rest,
        closing=ends,
        choices=choices,
        detail=ctx.words.label("detail"),
        topic=ctx.intent,
        passport=ctx.words.say("place_passport", checked=checked_month(entries)),
    )


def _audience(ctx: Context) -> str:
    spoken = ctx.words.many("audience")
    return next((name for name, words in spoken.items() if mentions(ctx.text, words)), "")


def _fits(ctx: Context, entry: Entry, audience: str) -> bool:
    sorts = ctx.words.many("audience_sorts").get(audience, "").split("|")
    return not audience or audience in entry.tags or entry.sort in filter(None, sorts)


def _between(ctx: Context, events: Iterable[Entry], window: Window) -> _Found:
    """Return the events that take place in a window, each on its first day in it."""
    on: list[_Dated] = []
    stopped: list[_Dated] = []
    for entry in events:
        coming = _days(ctx, entry, window)
        on += [_Dated(entry=entry, at=one) for one in ahead(coming, entry, ctx.now)[:1]]
        if entry.holiday == "skip":
            stopped += [_Dated(entry=entry, at=one) for one in coming if one.holiday]
    return _Found(on=sorted(on, key=_by_time), stopped=sorted(stopped, key=_by_time))


def _by_time(one: _Dated) -> tuple[date, str]:
    return one.at.day, one.entry.time


def _days(ctx: Context, entry: Entry, window: Window) -> list[Occurrence]:
    if not entry.rrule:
        return []
    upcoming = ctx.services.calendar.upcoming
    coming = upcoming(entry.rrule, window.start, _FEW)
    if coming and coming[-1].day < window.end:
        coming = upcoming(entry.rrule, window.start, _MOST_DAYS)
    return [one for one in coming if one.day <= window.end]


def _list(ctx: Context, lead: str, found: _Found, fitting: Sequence[Entry]) -> Reply:
    places = {entry.id: entry for entry in ctx.pack.entries("place")}
    lines = [_line(ctx, one, places) for one in found.on]
    notes = _stopped(ctx, found.stopped)
    shown = found.on[:_SHOWN]
    if any(not one.at.certain and one.entry.holiday != "keep" for one in shown):
        notes.append(ctx.words.say("uncertain"))
    rest = ["\n".join(lines[_SHOWN:]), *_undated(ctx, fitting)]
    told_of = [one.entry for one in found.on] or list(ctx.pack.entries("event"))
    return reply(ctx, [lead, *lines[:_SHOWN], *notes], told_of, rest=rest)


def _line(ctx: Context, one: _Dated, places: Mapping[str, Entry]) -> str:
    known = [places[one.entry.place]] if one.entry.place in places else []
    place = place_said(one.entry.place, known, brief=True)
    said = ctx.words.say(
        "line" if place else "line_placeless",
        day=day_said(one.at.day, ctx.today),
        time=span_said(one.entry.time),
        name=one.entry.name,
        place=place,
    )
    asks = one.at.holiday and one.entry.holiday == "ask"
    return said + ctx.words.say("line_holiday") if asks else said


def _stopped(ctx: Context, stopped: Sequence[_Dated]) -> list[str]:
    """Name what a public holiday stops."""
    what = "、".join(
        f"{one.entry.name}（{one.at.day.month}.{one.at.day.day}）" for one in stopped[:_MATCHES]
    )
    return [ctx.words.say("stopped", what=what)] if what else []


def _undated(ctx: Context, events: Iterable[Entry]) -> list[str]:
    lines = [
        ctx.words.say(
            "undated" if entry.hours else "undated_unknown", name=entry.name, hours=entry.hours
        )
        for entry in events
        if not entry.rrule
    ]
    return [ctx.words.say("undated_lead"), "\n".join(lines)] if lines else []


def _used_to(ctx: Context, events: Sequence[Entry]) -> Reply:
    """Name what the community used to have, where nobody knows the days."""
    who = ctx.pack.human.get("who", ctx.words.say("somebody"))
    names = "、".join(entry.name for entry in events)
    lines = [ctx.words.say("used_to", names=names, who=who)]
    return reply(ctx, lines, events)


def _lead(ctx: Context, window: Window, count: int) -> str:
    if not window.key:
        return ctx.words.say("lead" if count > 1 else "lead_one", count=count)
    return ctx.words.say("lead_window", when=_window_said(ctx, window), count=count)


def _window_said(ctx: Context, window: Window) -> str:
    if window.key == "weekday":
        return day_said(window.start, ctx.today)
    return ctx.words.many("window_names").get(window.key, "")
