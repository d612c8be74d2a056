"""Which small wishes wait for somebody; never whose they are."""

import re

from bot.sdk import (
    Context,
    Entry,
    Reply,
    answer,
    checked_month,
    choices_for,
    looked_up,
    named,
    sections,
)

_NUMBER = re.compile(r"\d{1,3}")
_SHOWN = 7


def wishes(ctx: Context) -> Reply:
    """Answer which wishes are open, or what a named one is; staff take the claim."""
    found = ctx.pack.entries("wish")
    if not found:
        return answer(ctx)
    still_open = [wish for wish in found if wish.sort == "open"]
    if not still_open:
        return _reply(ctx, [ctx.words.say("claimed_none")], list(found), [])
    wanted = _numbered(ctx, still_open) or named(ctx.text, still_open)
    if ctx.focus and not wanted:
        return answer(ctx)
    claim = [ctx.words.say("claim")]
    if wanted:
        lines = [ctx.words.say("wish_told", name=one.name, text=one.text) for one in wanted[:2]]
        return _reply(ctx, lines, wanted, claim)
    lines = [ctx.words.say("lead", count=len(still_open))]
    lines += [ctx.words.say("wish", name=one.name) for one in still_open[:_SHOWN]]
    return _reply(ctx, lines, still_open, claim)


def _numbered(ctx: Context, wishes: list[Entry]) -> list[Entry]:
    heads = {ctx.words.say("number_of", number=number) for number in _NUMBER.findall(ctx.text)}
    return [wish for wish in wishes if any(wish.name.startswith(head) for head in heads)]


def _reply(ctx: Context, lines: list[str], entries: list[Entry], closing: list[str]) -> Reply:
    card = ctx.pack.card(ctx.intent)
    names = ("conditions", "where", "when", "duration", "contact", "notes")
    return looked_up(
        lines,
        rest=sections(card, names, ctx.words.many("fields")),
        closing=[*closing, ctx.words.say("fictional")] if ctx.pack.fictional else closing,
        choices=choices_for(ctx, card, ctx.words.next_for(ctx.intent)),
        detail=ctx.words.label("detail"),
        topic=ctx.intent,
        passport=ctx.words.say("passport", checked=checked_month(entries)),
    )
