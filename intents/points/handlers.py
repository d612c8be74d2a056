"""Which schools are known here; marks of past years only where they were published."""

from bot.sdk import (
    Context,
    Reply,
    answer,
    checked_month,
    choices_for,
    looked_up,
    named,
    sections,
)


def schools(ctx: Context) -> Reply:
    """Answer about schools and past marks: a named school, else the list beside the card."""
    found = ctx.pack.entries("place", "school")
    if not found or ctx.focus:
        return answer(ctx)
    card = ctx.pack.card(ctx.intent)
    fields = ctx.words.many("fields")
    wanted = named(ctx.text, found)
    if wanted:
        lines = [ctx.words.say("school", name=one.name, text=one.text) for one in wanted[:2]]
        lines += sections(card, ("contact",), fields)
    else:
        lines = sections(card, ("answer",), fields)
        lines += [ctx.words.say("school_line", name=one.name, address=one.address) for one in found]
        lines += sections(card, ("steps", "where", "contact"), fields)
    return looked_up(
        lines,
        rest=sections(card, ("conditions", "when", "notes", "detail"), fields, based=True),
        closing=[ctx.words.say("fictional")] if ctx.pack.fictional else [],
        choices=choices_for(ctx, card, ctx.words.next_for(ctx.intent)),
        detail=ctx.words.label("detail"),
        topic=ctx.intent,
        passport=ctx.words.say("passport", checked=checked_month(wanted or found)),
        language=ctx.resident.language,
    )
