"""Ready-made answers: from a card, by a form, as a case."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.domain.cards import FIELDS, Card, tell
from bot.domain.cases import NewCase
from bot.domain.replies import Choice, Reply
from bot.domain.telling import (
    day_said,
)
from bot.domain.text import asking
from bot.sdk.capability import Context, Filled

#: Target of a choice that opens the form named after it.
START_FORM = "form:start/"


def choices_for(ctx: Context, card: Card | None, targets: Sequence[str]) -> tuple[Choice, ...]:
    """Turn the configured next steps into choices, leaving out fields nobody knows.

    Args:
        ctx: the turn.
        card: what is known; ``None`` offers intents only.
        targets: field names, intent ids or ``detail``.
    """
    out: list[Choice] = []
    for target in targets:
        if target in FIELDS:
            if card is None or target == ctx.focus or not card.lines(target):
                continue
            out.append(Choice(label=ctx.words.label(target), target=f"field:{target}"))
        elif target != ctx.intent:
            out.append(Choice(label=ctx.words.label(target), target=target))
    return tuple(out[:4])


#: Plain answers read out before: the same card reads the same all day.
_told: dict[tuple[str, str, str, str, date], tuple[Card, Reply]] = {}
_TOLD_MOST = 20_000


def answer(ctx: Context) -> Reply:
    """Answer from the community's card: the handler of every plain question.

    An intent without any card says so and offers a person.
    """
    card = ctx.pack.card(ctx.intent)
    targets = ctx.words.next_for(ctx.intent)
    if card is None:
        return Reply(
            text=ctx.words.say("no_card", title=ctx.words.label(ctx.intent)),
            choices=choices_for(ctx, None, targets),
            topic=ctx.intent,
        )
    key = (ctx.pack.slug, card.language, ctx.intent, ctx.focus, ctx.today)
    kept = _told.get(key) if card.ended is None else None
    if kept is not None and kept[0] is card:
        return kept[1]
    told = tell(
        card,
        labels=ctx.words.many("fields"),
        today=ctx.today,
        focus=ctx.focus,
        who=ctx.pack.human.get("who", ctx.words.say("somebody")),
        spoken=ctx.text,
    )
    choices = choices_for(ctx, card, targets)
    if told.rest:
        choices = (*choices[:3], Choice(label=ctx.words.label("detail"), target="command:detail"))
    reply = Reply(
        text=told.text, choices=choices, rest=told.rest, topic=ctx.intent, passport=told.passport
    )
    if card.ended is None:
        if len(_told) >= _TOLD_MOST:
            _told.clear()
        _told[key] = (card, reply)
    return reply


def fill_in(ctx: Context) -> Reply:
    """Open the intent's form; one who asks about it reads the card and is offered the form."""
    if not ctx.focus and not asking(ctx.inbound.text):
        return Reply(opens=ctx.intent, topic=ctx.intent)
    return offer_form(ctx)


def offer_form(ctx: Context) -> Reply:
    """Answer from the card, and offer the intent's form as the first choice."""
    return with_form(ctx, answer(ctx))


def with_form(ctx: Context, told: Reply) -> Reply:
    """Return an answer that offers the intent's form as the first choice."""
    start = Choice(label=ctx.words.say("form_start"), target=f"{START_FORM}{ctx.intent}")
    return replace(told, choices=(start, *told.choices[:4]))


def hand_in(
    ctx: Context,
    filled: Filled,
    *,
    days: int,
    process: str = "standard",
    place: str = "",
    confidential: bool = False,
    anonymous: bool = False,
) -> Reply:
    """Leave a filled form as a case and say its number.

    Args:
        ctx: the turn.
        filled: what was handed in; however often, one case comes of it.
        days: working days until somebody has to answer, 0 for none.
        process: which states the case passes through.
        place: where it is, so that the same lamp is one case.
        confidential: read only by those who may read confidential cases.
        anonymous: nobody can find out who left it.

    Raises:
        StoreUnavailable: the records do not answer; nothing was left.
    """
    title = ctx.words.many(ctx.intent.replace(".", "_"))["title"]
    case = ctx.services.cases.open(
        ctx.inbound,
        NewCase(
            key=filled.key,
            kind=ctx.intent,
            title=title,
            lines=filled.lines,
            community=ctx.pack.slug,
            language=ctx.resident.language,
            process=process,
            dup=place,
            confidential=confidential,
            anonymous=anonymous,
            days=days,
        ),
    )
    name = "form_done_unnamed" if anonymous else "form_done"
    until = day_said(case.due) if case.due else ""
    said = ctx.words.say(name, number=case.number)
    promised = ctx.words.say("form_promised", day=until) if until else ctx.words.say("form_read")
    return Reply(text=f"{said}\n{promised}", topic=ctx.intent)
