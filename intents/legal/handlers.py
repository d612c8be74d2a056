"""When a lawyer sits here, and the first words after violence at home."""

from datetime import date

from bot.sdk import Alert, Context, Entry, Occurrence, Reply, Urgency, answer, choices_for, section

_WEEKDAYS = "一二三四五六日"
_DATES_SHOWN = 3
_VIOLENCE_FIELDS = ("answer", "steps", "contact", "notes")
_VIOLENCE_CHARS = 320


def duty(ctx: Context) -> Reply:
    """Answer when a lawyer sits, with the next dates; holidays are named, not guessed."""
    rosters = ctx.pack.entries("duty", "lawyer")
    if not rosters or ctx.focus in {"papers", "cost", "conditions"}:
        return answer(ctx)
    lines: list[str] = []
    for roster in rosters:
        lines.extend(_roster(ctx, roster))
    card = ctx.pack.card(ctx.intent)
    lines.extend(_beside(ctx))
    passport = rosters[0].passport
    return Reply(
        text="\n".join(lines),
        choices=choices_for(ctx, card, ctx.words.next_for(ctx.intent)),
        topic=ctx.intent,
        passport=ctx.words.say("place_passport", checked=f"{passport.as_of:%Y-%m}"),
    )


def _roster(ctx: Context, roster: Entry) -> list[str]:
    lines = [_next_dates(ctx, roster)]
    where = _place(ctx, roster)
    who = ctx.pack.human.get("who", ctx.words.say("somebody"))
    if where:
        lines.append(ctx.words.say("place_address", address=where))
    missing = [
        ctx.words.many("place_fields")[name]
        for name, value in (("address", where), ("hours", roster.time))
        if not value
    ]
    if missing:
        unknown = ctx.words.many("fields")["unknown"]
        lines.append(unknown.format(what="、".join(missing), who=who))
    if roster.text:
        lines.append(roster.text)
    return lines


def _next_dates(ctx: Context, roster: Entry) -> str:
    name = roster.hours or roster.name
    if not roster.rrule:
        return name
    coming = ctx.services.calendar.upcoming(roster.rrule, ctx.today, _DATES_SHOWN + 2)
    sitting = [day for day in coming if not (day.holiday and roster.holiday == "skip")]
    if not sitting:
        return name
    first = _said(ctx, sitting[0], roster)
    lead = ctx.words.say("duty_today" if sitting[0].day == ctx.today else "duty_next", day=first)
    after = "、".join(_said(ctx, day, roster) for day in sitting[1:_DATES_SHOWN])
    later = ctx.words.say("duty_later", days=after) if after else ""
    return f"{name}。{lead}{later}"


def _said(ctx: Context, found: Occurrence, roster: Entry) -> str:
    text = _day(found.day)
    if found.holiday and roster.holiday != "keep":
        return text + ctx.words.say("duty_holiday")
    return text if found.certain else text + ctx.words.say("duty_uncertain")


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"


def _place(ctx: Context, roster: Entry) -> str:
    for entry in ctx.pack.entries("place"):
        if entry.id == roster.place:
            return f"{entry.name} {entry.address}".strip()
    return roster.place


def _beside(ctx: Context) -> list[str]:
    card = ctx.pack.card("legal.duty")
    told = section(card, "contact", ctx.words.many("fields")) if card else ""
    return [told] if told else []


def violence(ctx: Context) -> Reply:
    """Say the number first, stay calm, ask for no details, and tell staff."""
    card = ctx.pack.card(ctx.intent)
    said: list[str] = []
    if card is not None:
        for name in _VIOLENCE_FIELDS:
            text = section(card, name, ctx.words.many("crisis_fields"))
            if text and sum(map(len, said)) + len(text) <= _VIOLENCE_CHARS:
                said.append(text)
    rest = card.lines("detail") if card else ()
    return Reply(
        text="\n".join(said) or ctx.words.say("violence"),
        choices=choices_for(ctx, card, ctx.words.next_for(ctx.intent)),
        rest=rest,
        topic=ctx.intent,
        alert=Alert(
            urgency=Urgency.CRISIS, reason=ctx.intent, summary=ctx.words.say("violence_alert")
        ),
    )
