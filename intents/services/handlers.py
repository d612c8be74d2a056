"""Where the counters, stalls and health points are, and whether they are open now."""

from collections.abc import Mapping, Sequence

from bot.sdk import (
    Context,
    Entry,
    Reply,
    answer,
    checked_month,
    choices_for,
    hours_said,
    looked_up,
    meant,
    open_at,
    place_said,
    sections,
    unknown_said,
)

_SHOWN = 2
_STALLS = 6
_FOLLOW_UPS = frozenset({"papers", "cost", "conditions", "duration", "contact", "steps", "notes"})
#: Card fields told beside the places; the rest is told on 详细. Where one counter keeps several
#: times, as a clinic does for vaccination, the card's own times are told and no open sign.
_BESIDE: Mapping[str, tuple[str, ...]] = {
    "services.contraceptives": ("cost", "notes"),
    "services.access_card": ("papers", "cost", "notes"),
    "services.vaccination": ("when", "papers", "contact"),
}
_LATER = ("conditions", "papers", "steps", "when", "contact", "cost", "duration", "notes", "detail")


def center(ctx: Context) -> Reply:
    """Answer where the service centre is, from the directory, else from the card."""
    found = ctx.pack.entries("place", "center")
    if not found or ctx.by_card or ctx.focus in _FOLLOW_UPS - {"contact"}:
        return answer(ctx)
    told = [line for entry in found[:_SHOWN] for line in _told(ctx, entry)]
    return _reply(ctx, told, found)


def beside_card(ctx: Context) -> Reply:
    """Answer with the places of the intent's sort and what the card says beside them."""
    sorts = ctx.words.many("sorts")[ctx.intent].split("|")
    found = ctx.pack.entries("place", *sorts)
    if not found or ctx.by_card or ctx.focus in _FOLLOW_UPS:
        return answer(ctx)
    card, fields = ctx.pack.card(ctx.intent), ctx.words.many("fields")
    kept = _BESIDE[ctx.intent]
    own_times = "when" in kept
    lines = sections(card, ("answer",), fields)
    for entry in found[:_SHOWN]:
        lines += _told(ctx, entry, hours=not own_times)
    lines += sections(card, kept, fields)
    later = tuple(name for name in _LATER if name not in kept and (own_times or name != "when"))
    return _reply(ctx, lines, found, rest=sections(card, later, fields, based=True))


def stall(ctx: Context) -> Reply:
    """Answer where and when one may put up a stall, and whether it is time now."""
    found = ctx.pack.entries("stall")
    if not found or ctx.by_card or ctx.focus in _FOLLOW_UPS:
        return answer(ctx)
    card, fields = ctx.pack.card(ctx.intent), ctx.words.many("fields")
    wanted = meant(ctx.text, found, noise=ctx.words.say("noise"))
    if wanted:
        lines = [line for entry in wanted[:_SHOWN] for line in _told(ctx, entry)]
        lines += [ctx.words.say("as_written", text=one.text) for one in wanted[:_SHOWN] if one.text]
        lines += sections(card, ("papers", "cost"), fields)
        return _reply(ctx, lines, wanted, rest=sections(card, ("steps", "notes"), fields))
    lines = sections(card, ("answer",), fields)
    lines += [_line(ctx, entry) for entry in found[:_STALLS]]
    lines += sections(card, ("papers", "cost", "contact"), fields)
    rest = sections(card, ("conditions", "steps", "notes"), fields)
    return _reply(ctx, lines, found, rest=rest)


def _line(ctx: Context, entry: Entry) -> str:
    return ctx.words.say(
        "place_line",
        name=entry.name,
        state=_state(ctx, entry),
        address=_address(ctx, entry),
        hours=_hours(ctx, entry),
    )


def _told(ctx: Context, entry: Entry, *, hours: bool = True) -> list[str]:
    say = ctx.words.say
    address = _address(ctx, entry)
    lines = [say("place_here", name=entry.name, state=_state(ctx, entry) if hours else "")]
    if address:
        lines.append(say("place_address", address=address))
    if entry.hours and hours:
        lines.append(say("place_hours", hours=_hours(ctx, entry)))
    if entry.phone and hours:
        lines.append(say("place_phone", phone=entry.phone))
    known = {"address": address, "hours": entry.hours}
    missing = [ctx.words.many("place_fields")[name] for name, value in known.items() if not value]
    who = ctx.pack.human.get("who", say("somebody"))
    return ["\n".join([*lines, *unknown_said(ctx.words.many("fields"), missing, who)])]


def _hours(ctx: Context, entry: Entry) -> str:
    return hours_said(entry, ctx.words.many("open_days"))


def _address(ctx: Context, entry: Entry) -> str:
    place = place_said(entry.place, ctx.pack.entries("place"))
    return entry.address or place.removeprefix(entry.name).strip()


def _state(ctx: Context, entry: Entry) -> str:
    holiday = ctx.services.calendar.is_holiday(ctx.today)
    now = open_at(entry, ctx.now, holiday=bool(holiday))
    if now is None:
        return ""
    return ctx.words.say("place_open" if now else "place_closed")


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
        passport=ctx.words.say("place_passport", checked=checked_month(entries)),
        language=ctx.resident.language,
    )
