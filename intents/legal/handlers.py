"""When a lawyer sits here, and the first words after violence at home."""

from bot.sdk import (
    Alert,
    Context,
    Entry,
    Reply,
    Urgency,
    answer,
    checked_month,
    choices_for,
    dates_said,
    place_said,
    section,
    sections,
    span_said,
    unknown_said,
)

#: Days of a roster looked at, so that some may fall on holidays.
_DATES_SEEN = 6
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
    if ctx.by_card:
        lines += sections(card, ("where", "notes"), ctx.words.many("fields"))
    lines.extend(_beside(ctx))
    return Reply(
        text="\n".join(lines),
        choices=choices_for(ctx, card, ctx.words.next_for(ctx.intent)),
        topic=ctx.intent,
        passport=ctx.words.say("place_passport", checked=checked_month(rosters)),
    )


def _roster(ctx: Context, roster: Entry) -> list[str]:
    lines = [_next_dates(ctx, roster)]
    if ctx.by_card:
        return lines
    where = place_said(roster.place, ctx.pack.entries("place"))
    if where:
        lines.append(ctx.words.say("place_address", address=where))
    known = {"address": where, "hours": roster.time}
    missing = [ctx.words.many("place_fields")[name] for name, value in known.items() if not value]
    who = ctx.pack.human.get("who", ctx.words.say("somebody"))
    lines += unknown_said(ctx.words.many("fields"), missing, who)
    if roster.text:
        lines.append(ctx.words.say("as_written", text=roster.text))
    return lines


def _next_dates(ctx: Context, roster: Entry) -> str:
    known = {
        "hours": roster.hours or roster.name,
        "name": roster.name,
        "time": span_said(roster.time),
    }
    name = ctx.words.say("roster_next" if roster.rrule and roster.time else "roster", **known)
    if not roster.rrule:
        return name
    coming = ctx.services.calendar.upcoming(roster.rrule, ctx.today, _DATES_SEEN)
    dates = dates_said(coming, roster, ctx.now, ctx.words.many("dates"))
    return ctx.words.many("dates")["stop"].join(filter(None, (name, dates)))


def _beside(ctx: Context) -> list[str]:
    return sections(ctx.pack.card("legal.duty"), ("contact",), ctx.words.many("fields"))


def violence(ctx: Context) -> Reply:
    """Say the number first, stay calm, ask for no details, and tell staff."""
    card = ctx.pack.card(ctx.intent)
    said: list[str] = []
    if card is not None:
        for name in _VIOLENCE_FIELDS:
            text = section(card, name, ctx.words.many("crisis_fields"))
            if text and sum(map(len, said)) + len(text) <= ctx.room(_VIOLENCE_CHARS):
                said.append(text)
    rest = card.lines("detail") if card else ()
    return Reply(
        text="\n".join(said) or ctx.words.say("violence"),
        choices=choices_for(ctx, card, ctx.words.next_for(ctx.intent)),
        rest=rest,
        topic=ctx.intent,
        alert=Alert(
            urgency=Urgency.CRISIS,
            reason=ctx.intent,
            summary=ctx.words.chinese.say("violence_alert"),
        ),
    )
