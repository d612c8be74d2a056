"""What a turn leaves behind: the reply, the new session, and a line for the turn log."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.flows import Form
from bot.domain.replies import Reply
from bot.domain.sessions import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the conversation came to, before it is stored and rendered.

    Attributes:
        reply: what is said; ``None`` says nothing.
        decision: answer, clarify, fallback, choice, command, event, flood or error.
        intent: id that answered, "" when none did.
        score: probability of the decision, 1.0 where nothing was guessed.
        missed: the message was not understood.
        asked: the message, when the bot asked back what it means.
        guesses: intents a new ask that was not understood might mean, with their probabilities;
            ``None`` for everything else.
        forms: the forms being filled in afterwards; ``None`` leaves them as they are.
    """

    reply: Reply | None
    decision: str
    intent: str = ""
    score: float = 1.0
    missed: bool = False
    asked: str = ""
    guesses: tuple[tuple[str, float], ...] | None = None
    forms: tuple[Form, ...] | None = None


def next_session(session: Session, answer: Answer, now: datetime) -> Session:
    """Return the session after an answer."""
    reply = answer.reply
    touched = int(now.timestamp())
    if reply is None:
        return replace(session, touched_s=touched)
    return replace(
        session,
        community=reply.profile.community or session.community,
        language=session.language if reply.profile.language is None else reply.profile.language,
        topic=reply.topic or session.topic,
        choices=reply.choices,
        rest=reply.rest,
        touched_s=touched,
        misses=session.misses + 1 if answer.missed else 0,
        asked=answer.asked,
        forms=session.forms if answer.forms is None else answer.forms,
    )
