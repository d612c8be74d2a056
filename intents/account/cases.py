"""How the resident's own cases stand, and what there is of his in all."""

from collections.abc import Sequence
from datetime import datetime

from bot.sdk import (
    CaseState,
    CaseView,
    Choice,
    Context,
    Reply,
    answer,
    beijing,
    choices_for,
    fit,
    read_number,
)

#: Cases listed in one reply, and cases to pick from.
_LISTED, _OFFERED = 5, 4
#: Longest title and longest words of staff in a reply, in characters.
_TITLE, _SAID = 24, 160
#: What somebody means for a number of ours, though a figure may be wrong.
_FIGURES = 9


def status(ctx: Context) -> Reply:
    """Tell how the case with the number stands, else the one or those not over."""
    if ctx.focus:
        return answer(ctx)
    asked = _asked(ctx)
    if asked:
        return _numbered(ctx, asked)
    found = ctx.services.cases.mine(ctx.inbound)
    standing = [case for case in found if case.open]
    if not found:
        return _reply(ctx, ctx.words.say("cases_none"))
    if not standing:
        return _reply(ctx, f"{ctx.words.say('cases_over')}\n{_told(ctx, found[0])}")
    if len(standing) == 1:
        return _reply(ctx, _told(ctx, standing[0]))
    return _offered(ctx, standing)


def mine(ctx: Context) -> Reply:
    """Tell what is the resident's here: cases not over, how many are over, subscriptions."""
    if ctx.focus:
        return answer(ctx)
    found = ctx.services.cases.mine(ctx.inbound)
    topics = ctx.services.subscriptions.topics(ctx.inbound)
    standing = [case for case in found if case.open]
    parts: list[str] = []
    if standing:
        parts += [
            ctx.words.say("mine_cases"),
            *(f"· {_line(ctx, case)}" for case in standing[:_LISTED]),
        ]
    if len(found) > len(standing):
        parts.append(ctx.words.say("mine_over", count=len(found) - len(standing)))
    if topics:
        names = ctx.words.many("topics")
        told = "、".join(names.get(topic, topic) for topic in topics)
        parts.append(ctx.words.say("mine_topics", topics=told))
    return _reply(ctx, "\n".join(parts) or ctx.words.say("mine_none"))


def _offered(ctx: Context, standing: Sequence[CaseView]) -> Reply:
    """Return several cases to pick from: what is picked comes back with its number in it."""
    shown = standing[:_OFFERED]
    picks = tuple(Choice(label=_line(ctx, case), target=ctx.intent) for case in shown)
    name = "cases_open" if len(shown) == len(standing) else "cases_many"
    return Reply(
        text=ctx.words.say(name, count=len(standing), shown=len(shown)),
        choices=(*picks, *choices_for(ctx, None, ctx.words.next_for(ctx.intent))[-1:]),
        topic=ctx.intent,
    )


def _asked(ctx: Context) -> str:
    """Return the number somebody quotes, as far as it may be one of ours."""
    quoted = [one.number for one in ctx.entities.case_numbers]
    whole = ctx.text.replace(" ", "")
    if not quoted and whole.isascii() and whole.isdigit() and len(whole) >= _FIGURES:
        quoted = [whole]
    sound = [number for number in quoted if read_number(number)]
    return (sound or quoted or [""])[0]


def _numbered(ctx: Context, asked: str) -> Reply:
    number = read_number(asked)
    if number is None:
        return _reply(ctx, ctx.words.say("case_misread", number=asked))
    case = ctx.services.cases.find(ctx.inbound, number)
    if case is None:
        return _reply(ctx, ctx.words.say("case_unknown", number=number))
    return _reply(ctx, _told(ctx, case))


def _told(ctx: Context, case: CaseView) -> str:
    """Return one case: how it stands, until when it is answered, what staff said last."""
    states = ctx.words.many("case_states")
    parts = [
        ctx.words.say(
            "case_one",
            title=fit(case.title, _TITLE),
            state=states[case.state],
            number=case.number,
            opened=_day(ctx, case.created),
        ).strip()
    ]
    waits = case.open and case.state is not CaseState.DONE
    if waits and case.due is not None:
        late = case.due < ctx.now
        name = "case_late" if late else "case_due" if case.due_sure else "case_due_unsure"
        parts.append(ctx.words.say(name, day=_day(ctx, case.due)))
    said = [step for step in case.events if step.text and not step.own]
    if said:
        text = fit(said[-1].text, _SAID)
        parts.append(ctx.words.say("case_said", day=_day(ctx, said[-1].at), text=text))
    if case.state is CaseState.RETURNED:
        parts.append(ctx.words.say("case_returned"))
    return "\n".join(parts)


def _line(ctx: Context, case: CaseView) -> str:
    state = ctx.words.many("case_states")[case.state]
    title = fit(case.title, _TITLE)
    return ctx.words.say("cases_line", title=title, state=state, number=case.number)


def _day(ctx: Context, moment: datetime) -> str:
    day = beijing(moment)
    return ctx.words.say("day", month=day.month, day=day.day)


def _reply(ctx: Context, text: str) -> Reply:
    card = ctx.pack.card(ctx.intent)
    return Reply(
        text=text,
        choices=choices_for(ctx, card, ctx.words.next_for(ctx.intent)),
        topic=ctx.intent,
    )
