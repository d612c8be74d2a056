"""Where the counters are and whether they are open now."""

from bot.sdk import Context, Entry, Reply, answer, choices_for, open_at

_SHOWN = 2


def center(ctx: Context) -> Reply:
    """Answer where the service centre is, from the directory, else from the card."""
    found = ctx.pack.entries("place", "center")
    if not found:
        return answer(ctx)
    told = [_told(ctx, entry) for entry in found[:_SHOWN]]
    card = ctx.pack.card(ctx.intent)
    passport = found[0].passport
    return Reply(
        text="\n".join(told),
        choices=choices_for(ctx, card, ctx.words.next_for(ctx.intent)),
        topic=ctx.intent,
        passport=ctx.words.say("place_passport", checked=f"{passport.as_of:%Y-%m}"),
    )


def _told(ctx: Context, entry: Entry) -> str:
    lines = [entry.name + _state(ctx, entry)]
    if entry.address:
        lines.append(ctx.words.say("place_address", address=entry.address))
    if entry.hours:
        lines.append(ctx.words.say("place_hours", hours=entry.hours))
    if entry.phone:
        lines.append(ctx.words.say("place_phone", phone=entry.phone))
    missing = [
        name for name, value in (("address", entry.address), ("hours", entry.hours)) if not value
    ]
    if missing:
        what = "、".join(ctx.words.many("place_fields")[name] for name in missing)
        who = ctx.pack.human.get("who", ctx.words.say("somebody"))
        lines.append(ctx.words.many("fields")["unknown"].format(what=what, who=who))
    return "\n".join(lines)


def _state(ctx: Context, entry: Entry) -> str:
    holiday = ctx.services.calendar.is_holiday(ctx.today)
    now = open_at(entry, ctx.now, holiday=bool(holiday))
    if now is None:
        return ""
    return ctx.words.say("place_open" if now else "place_closed")
