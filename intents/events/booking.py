"""Places at events: what is known of the event, and truthfully who takes names today."""

from bot.sdk import Context, Entry, Reply, answer, meant, mentions, named
from intents.events.handlers import facts, reply, told, when

#: Questions that the card answers field by field.
_FOLLOW_UPS = frozenset({"papers", "cost", "conditions", "duration", "where", "when", "contact"})


def signup(ctx: Context) -> Reply:
    """Tell when and where the named event is, and how a place is got."""
    found = _wanted(ctx)
    if not found:
        return answer(ctx)
    if len(found) > 1:
        return told(ctx, found, [ctx.words.say("signup")])
    entry = found[0]
    spoken = "".join((entry.extra.get("bring", ""), entry.text, entry.hours))
    free = mentions(spoken, ctx.words.say("no_signup_words"))
    last = ctx.words.say("no_signup" if free else "signup")
    return reply(ctx, facts(ctx, entry), found, closing=[last])


def cancel(ctx: Context) -> Reply:
    """Say who takes a name off the list, and of which event."""
    return _by_staff(ctx, "cancel")


def checkin(ctx: Context) -> Reply:
    """Say who notes attendance, and at which event."""
    return _by_staff(ctx, "checkin")


def _by_staff(ctx: Context, sentence: str) -> Reply:
    found = _wanted(ctx)
    if not found:
        return answer(ctx)
    lines = [ctx.words.say(sentence), *(when(ctx, entry) for entry in found[:2])]
    return reply(ctx, lines, found)


def programme(ctx: Context) -> Reply:
    """Answer about matchmaking, after-school care and holiday care.

    The card says most; the directory adds the next day of the event it knows.
    """
    if ctx.focus in _FOLLOW_UPS:
        return answer(ctx)
    words = ctx.words.many("programmes")[ctx.intent]
    dated = [entry for entry in ctx.pack.entries("event") if entry.rrule or entry.hours]
    fitting = [entry for entry in dated if mentions("".join((entry.name, *entry.aka)), words)]
    found = named(ctx.text, fitting) or fitting
    card = answer(ctx)
    if not found:
        return card
    days = [when(ctx, entry) for entry in found[:2] if entry.rrule]
    if not days:
        return card
    first, _, more = card.text.partition("\n")
    said = mentions(card.text, ctx.words.say("hands_over"))
    return reply(
        ctx,
        [first, *days, more],
        found,
        rest=card.rest,
        closing=[] if said else [ctx.words.say("signup")],
    )


def _wanted(ctx: Context) -> list[Entry]:
    if ctx.focus in _FOLLOW_UPS:
        return []
    return meant(ctx.text, ctx.pack.entries("event"), noise=ctx.words.say("noise"))
