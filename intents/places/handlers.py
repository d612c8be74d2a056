"""Finds places: by what they offer, by name, or nearest to where somebody stands."""

from collections.abc import Sequence

from bot.sdk import (
    Choice,
    Context,
    Entry,
    Reply,
    answer,
    checked_month,
    choices_for,
    meant,
    mentions,
    named,
    nearest,
    open_at,
)

_SHOWN = 3
_VENUES = ("library", "study_room", "venue", "activity_room", "court", "senior_university")
_WALK_M_PER_MIN = 70
_KM = 1000
_FAR_M = 20_000


def station(ctx: Context) -> Reply:
    """Answer where one can rest; a location message gets the nearest first."""
    found = ctx.pack.entries("place", "station")
    if not found:
        return answer(ctx)
    return _places(ctx, found)


def facility(ctx: Context) -> Reply:
    """Answer where one can charge, heat a meal, drink, wash, shelter."""
    wanted = _wanted(ctx)
    found = [
        entry
        for entry in ctx.pack.entries("place")
        if wanted and any(name in entry.facilities for name in wanted)
    ]
    if not found:
        return answer(ctx) if not wanted else _none_with(ctx, wanted)
    found.sort(key=lambda entry: -sum(name in entry.facilities for name in wanted))
    labels = ctx.words.many("facilities")
    lead = ctx.words.say("facility_lead", what="、".join(labels[name] for name in wanted))
    return _places(ctx, found, lead=lead)


def _wanted(ctx: Context) -> list[str]:
    spoken = ctx.words.many("facility_words")
    return [name for name, words in spoken.items() if mentions(ctx.text, words)]


def _none_with(ctx: Context, wanted: Sequence[str]) -> Reply:
    labels = ctx.words.many("facilities")
    what = "、".join(labels[name] for name in wanted)
    told = answer(ctx)
    note = ctx.words.say("facility_none", what=what)
    return Reply(
        text=f"{note}\n{told.text}",
        choices=told.choices,
        rest=told.rest,
        topic=ctx.intent,
        passport=told.passport,
    )


def venue(ctx: Context) -> Reply:
    """Answer where libraries, rooms and courts are and whether they are open."""
    wanted = meant(ctx.text, ctx.pack.entries("place"), noise=ctx.words.say("noise"))
    found = wanted or ctx.pack.entries("place", *_VENUES)
    return _places(ctx, found) if found else answer(ctx)


def member_home(ctx: Context) -> Reply:
    """Answer where the members' home and the children's park are."""
    found = ctx.pack.entries("place", "member_home")
    return _places(ctx, found) if found else answer(ctx)


def _places(ctx: Context, found: Sequence[Entry], *, lead: str = "") -> Reply:
    here = ctx.inbound.latitude, ctx.inbound.longitude
    if here[0] is not None and here[1] is not None:
        near = nearest(found, here[0], here[1], limit=_SHOWN)
        if near and near[0][0] > _FAR_M:
            lines = [ctx.words.say("far_away", title=ctx.pack.title)]
        else:
            lines = []
        lines += [_told(ctx, entry, away=away) for away, entry in near]
        if near:
            return _reply(ctx, lines, [entry for _, entry in near], more=False)
    shown = named(ctx.text, found) or sorted(found, key=lambda entry: not _open(ctx, entry))
    lines = [lead] if lead else []
    lines += [_told(ctx, entry) for entry in shown[:_SHOWN]]
    rest = [_told(ctx, entry) for entry in shown[_SHOWN:12]]
    return _reply(ctx, lines, shown[:_SHOWN], more=bool(rest), rest=rest)


def _reply(
    ctx: Context,
    lines: list[str],
    entries: Sequence[Entry],
    *,
    more: bool,
    rest: Sequence[str] = (),
) -> Reply:
    choices = choices_for(ctx, None, ctx.words.next_for(ctx.intent))
    if more:
        choices = (
            *choices[:3],
            Choice(label=ctx.words.say("more_places"), target="command:detail"),
        )
    elif ctx.inbound.latitude is None and any(entry.latitude is not None for entry in entries):
        lines.append(ctx.words.say("send_location"))
    if ctx.pack.fictional:
        lines.append(ctx.words.say("fictional"))
    return Reply(
        text="\n".join(lines),
        choices=choices,
        rest=("\n".join(rest),) if rest else (),
        topic=ctx.intent,
        passport=ctx.words.say("place_passport", checked=checked_month(entries)),
    )


def _open(ctx: Context, entry: Entry) -> bool:
    holiday = ctx.services.calendar.is_holiday(ctx.today)
    return bool(open_at(entry, ctx.now, holiday=bool(holiday)))


def _told(ctx: Context, entry: Entry, *, away: float | None = None) -> str:
    state = ""
    if entry.open:
        state = ctx.words.say("place_open" if _open(ctx, entry) else "place_closed")
    head = f"· {entry.name}{state}"
    if away is not None:
        head += "，" + _distance(ctx, away)
    facts = [entry.address, entry.hours]
    if not entry.hours and mentions(entry.text, ctx.words.say("says_unknown")):
        facts.append(entry.text)
    elif not entry.hours:
        who = ctx.pack.human.get("who", ctx.words.say("somebody"))
        facts.append(ctx.words.say("hours_unknown", who=who))
    labels = ctx.words.many("facilities")
    offers = "、".join(labels[name] for name in entry.facilities if name in labels)
    if offers:
        facts.append(ctx.words.say("offers", what=offers))
    return "\n  ".join([head, *filter(None, facts)])


def _distance(ctx: Context, away: float) -> str:
    if away < _KM:
        minutes = max(1, round(away / _WALK_M_PER_MIN))
        return ctx.words.say("metres", metres=round(away / 10) * 10, minutes=minutes)
    return ctx.words.say("kilometres", kilometres=f"{away / _KM:.1f}")
