"""Trying a message out: the same understanding and the same handlers, and nothing is kept."""

from dataclasses import dataclass, replace

from bot.console.parts import ConsoleParts
from bot.domain.errors import BotError
from bot.domain.messages import Inbound, Kind
from bot.domain.residents import Resident
from bot.domain.sessions import Session
from bot.logs import logger
from bot.pipeline.casework import ForgetfulCases
from bot.pipeline.converse import Conversation
from bot.pipeline.hearing import hear, turned
from bot.pipeline.services import ForgetfulPrivacy, ForgetfulSubscriptions
from bot.pipeline.turning import Turn
from bot.sdk import PackView

_NOBODY = "rehearsal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What a resident would read.

    Attributes:
        text: the reply; "" when nothing is said or it failed.
        decision: how the turn would end.
        intent: id that answered, "" when none did.
        alarm: urgency and summary of the alert staff would get, or nothing.
    """

    text: str
    decision: str
    intent: str = ""
    alarm: tuple[str, str] | None = None


class Rehearsal:
    """A conversation whose effects are forgotten: no alert, no record, no session."""

    def __init__(self, parts: ConsoleParts):
        self._parts = parts
        services = replace(
            parts.services,
            subscriptions=ForgetfulSubscriptions(),
            privacy=ForgetfulPrivacy(),
            cases=ForgetfulCases(parts.clock),
        )
        self._conversation = Conversation(
            registry=parts.registry,
            router=parts.router,
            words=parts.vocabulary,
            services=services,
        )

    def say(self, text: str, pack: PackView) -> Rehearsed:
        """Return what follows when a resident of the community writes ``text``."""
        return self._play(Kind.TEXT, text, pack)

    def choose(self, intent: str, pack: PackView) -> Rehearsed:
        """Return what follows when a resident of the community picks ``intent`` in a menu."""
        return self._play(Kind.MENU, intent, pack)

    def _play(self, kind: Kind, text: str, pack: PackView) -> Rehearsed:
        now = self._parts.clock.now()
        inbound = Inbound(
            account=_NOBODY,
            sender=_NOBODY,
            recipient=_NOBODY,
            kind=kind,
            key=_NOBODY,
            created=int(now.timestamp()),
            text=text,
        )
        session = hear(Session(), inbound)
        turn = Turn(
            inbound=inbound,
            session=session,
            resident=Resident(ref=_NOBODY, community=pack.slug, language=session.tongue),
            pack=pack,
            now=now,
            turned=turned(Session(), session),
        )
        try:
            answer = self._conversation.answer(turn)
        except BotError as error:
            logger().warning("rehearsal.failed", error=type(error).__name__)
            return Rehearsed(text="", decision="error")
        reply = answer.reply
        if reply is None:
            return Rehearsed(text="", decision=answer.decision, intent=answer.intent)
        alert = reply.alert
        return Rehearsed(
            text=self._parts.speech.text(reply, reply.profile.language or session.tongue),
            decision=answer.decision,
            intent=answer.intent,
            alarm=(alert.urgency.value, alert.summary) if alert else None,
        )
