"""One handler for every crisis: the card's short words, and an alert to staff."""

from bot.sdk import Alert, Context, Reply, Urgency, section

#: Fields of a crisis card that are said at once; nothing else, no article numbers (VOICE.md §7).
_SAID = ("answer", "steps", "contact", "notes")
_MAX_CHARS = 340


def help_now(ctx: Context) -> Reply:
    """Say where help is, and tell staff before the reply goes out."""
    card = ctx.pack.card(ctx.intent)
    said: list[str] = []
    if card is not None:
        for name in _SAID:
            text = section(card, name, ctx.words.many("crisis_fields"))
            if text and sum(map(len, said)) + len(text) <= ctx.room(_MAX_CHARS):
                said.append(text)
    if not said:
        said.append(ctx.words.say("crisis"))
    staff = ctx.words.chinese
    return Reply(
        text="\n".join(said),
        topic=ctx.intent,
        alert=Alert(
            urgency=Urgency.CRISIS,
            reason=ctx.intent,
            summary=staff.say("alert", what=staff.many("alerts").get(ctx.intent, "")),
        ),
    )
