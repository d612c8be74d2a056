"""Runs one delivery through once, lock, session, budget and store (DESIGN.md §3)."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, replace
from threading import BoundedSemaphore

from bot import metrics
from bot.domain.clock import Clock
from bot.domain.errors import BotError, StoreUnavailable
from bot.domain.flows import FORM_LIFE
from bot.domain.messages import ANSWERED, Inbound, Kind
from bot.domain.replies import Reply
from bot.domain.residents import Resident
from bot.domain.sessions import Session, dump, load
from bot.logs import logger
from bot.pipeline import limits
from bot.pipeline.bounded import Bounded
from bot.pipeline.converse import Conversation
from bot.pipeline.hearing import hear, turned
from bot.pipeline.ledger import Ledger
from bot.pipeline.outcome import Answer, next_session
from bot.pipeline.turning import Turn
from bot.pipeline.unsure import unsure
from bot.records.vault import Vault
from bot.sdk import PackView
from bot.state.turns import ASKED_S, SESSION_S, Beginning, Standing, Turns, record

Render = Callable[[Reply, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One authentic delivery.

    Attributes:
        inbound: the message.
        ref: resident reference.
        community: slug of the account's community, used until the resident chose one.
        render: turns a reply and a language into what is stored and sent, for example wire XML.
        arrived: monotonic seconds when its body arrived.
        trace: id that ties log lines together.
    """

    inbound: Inbound
    ref: str
    community: str
    render: Render
    arrived: float
    trace: str = ""


class TurnRunner:
    """Turns deliveries into replies; one per process, shared by threads.

    Args:
        turns: the once-lock-session store.
        ledger: what must be durable before we answer.
        conversation: answers.
        packs: community slug -> what it knows.
        clock: time.
        vault: seals what was said in forms while they are open.
    """

    def __init__(
        self,
        *,
        turns: Turns,
        ledger: Ledger,
        conversation: Conversation,
        packs: Callable[[str], PackView],
        clock: Clock,
        vault: Vault,
    ):
        self._turns = turns
        self._vault = vault
        self._ledger = ledger
        self._conversation = conversation
        self._packs = packs
        self._clock = clock
        self._pool = ThreadPoolExecutor(limits.EFFECT_THREADS, thread_name_prefix="effects")
        self._room = BoundedSemaphore(limits.EFFECT_THREADS + limits.EFFECT_QUEUE)
        threads, queue = limits.EFFECT_THREADS, limits.EFFECT_QUEUE
        self._lookups = Bounded("lookups", threads=threads, queue=queue)
        self._promises = Bounded("promises", threads=threads, queue=queue)
        self._erasures = Bounded("erasures", threads=threads, queue=limits.ERASURE_QUEUE, keep=True)

    def close(self) -> None:
        """Finish the effects in hand and stop."""
        self._pool.shutdown(wait=True, cancel_futures=False)
        for part in (self._lookups, self._promises, self._erasures):
            part.close()

    def run(self, request: Request) -> str:
        """Return what to send back; "" means nothing (the quiet answer)."""
        kind = request.inbound.kind
        metrics.inbound(kind.value).inc()
        if kind in {Kind.UNFOLLOW, Kind.ERASURE}:
            self._erase(request)
            return ""
        if kind not in ANSWERED:
            return ""
        beginning = self._begin(request)
        if beginning is None:
            return self._without_state(request)
        if beginning.standing is Standing.ANSWERED:
            metrics.DUPLICATES.labels("stored").inc()
            return beginning.reply
        if beginning.standing is not Standing.FRESH:
            metrics.DUPLICATES.labels("gave_up").inc()
            return self._give_up(request)
        return self._fresh(request, beginning)

    def _begin(self, request: Request) -> Beginning | None:
        """Claim the message, waiting for a delivery or an earlier message in hand.

        Returns:
            ``None`` when Redis does not answer.
        """
        until = request.arrived + limits.WAIT_S
        while True:
            try:
                beginning = self._turns.begin(request.inbound.key, request.ref)
            except StoreUnavailable:
                metrics.STATE_DOWN.inc()
                return None
            if beginning.standing in {Standing.FRESH, Standing.ANSWERED}:
                return beginning
            if self._clock.monotonic() >= until:
                return beginning
            time.sleep(limits.POLL_S)

    def _without_state(self, request: Request) -> str:
        """Answer without a session: nothing is remembered, a repeat may be answered twice."""
        logger().warning("turn.stateless", trace=request.trace)
        turn = self._turn(request, Session(), remembers=False)
        answer = self._guarded(request, turn)
        if answer.reply is None:
            return ""
        return request.render(answer.reply, turn.language)

    def _give_up(self, request: Request) -> str:
        """Promise the answer that is still in hand elsewhere, and keep the platform quiet."""
        turn = self._turn(request, Session(), remembers=False)
        if self._promise(request):
            return ""
        return request.render(self._set("busy", turn), turn.language)

    def _promise(self, request: Request) -> bool:
        """Write down that an answer is owed; false as well when the records take too long.

        A promise that is written after all becomes the sweeper's apology, which asks the resident
        for what "busy" asked him: to send it again.
        """
        return self._promises.run(
            lambda: self._ledger.promise(request.inbound, request.ref),
            seconds=self._left(request),
            default=False,
        )

    def _erase(self, request: Request) -> None:
        """Erase a resident; records that hang are waited for no longer than the platform waits."""
        self._erasures.run(
            lambda: self._ledger.erase(request.inbound, request.ref),
            seconds=self._left(request),
            default=None,
        )

    def _left(self, request: Request) -> float:
        return max(0.1, request.arrived + limits.ANSWER_S - self._clock.monotonic())

    def _set(self, name: str, turn: Turn) -> Reply:
        return self._conversation.sentence(name, turn.language)

    def _fresh(self, request: Request, beginning: Beginning) -> str:
        session = load(beginning.session, self._vault.open).fresh(self._clock.now())
        session = self._with_profile(request, session)
        turn = self._turn(request, session)
        if beginning.count > limits.FLOOD_PER_MINUTE and not self._conversation.crisis(
            request.inbound
        ):
            first = beginning.count == limits.FLOOD_PER_MINUTE + 1
            reply = self._set("flood", turn) if first else None
            return self._close(request, beginning, turn, Answer(reply=reply, decision="flood"))
        if not self._conversation.effects(turn):
            answer = self._guarded(request, turn)
            return self._close(request, beginning, turn, answer)
        return self._under_budget(request, beginning, turn)

    def _with_profile(self, request: Request, session: Session) -> Session:
        """Fill community and language from the records once per session."""
        if session.known is not None:
            return session
        if self._ledger.local:
            profile = self._ledger.profile(request.ref)
        else:
            profile = self._lookups.run(
                lambda: self._ledger.profile(request.ref), seconds=limits.PROFILE_S, default=None
            )
        if profile is None:
            return session
        return replace(
            session,
            community=session.community or profile.community,
            language=session.language or profile.language,
            known=profile.known,
        )

    def _turn(self, request: Request, session: Session, *, remembers: bool = True) -> Turn:
        community = session.community or request.community
        try:
            pack = self._packs(community)
        except BotError:
            logger().warning("turn.community_missing", community=community, trace=request.trace)
            pack = self._packs(request.community)
        heard = hear(session, request.inbound)
        return Turn(
            inbound=request.inbound,
            session=heard,
            resident=Resident(ref=request.ref, community=pack.slug, language=heard.tongue),
            pack=pack,
            now=self._clock.now(),
            remembers=remembers,
            turned=turned(session, heard),
        )

    def _guarded(self, request: Request, turn: Turn) -> Answer:
        """Answer; whatever goes wrong, the resident reads a sentence and a person hears of it."""
        try:
            if request.inbound.kind is Kind.FOLLOW:
                self._ledger.follow(request.inbound, request.ref)
            answer = self._conversation.answer(turn)
            return self._ledger.settle(request.inbound, request.ref, turn.resident, answer)
        except StoreUnavailable:
            logger().warning("turn.store_unavailable", trace=request.trace)
            return Answer(reply=self._set("no_records", turn), decision="error")
        except Exception:  # noqa: BLE001 - the boundary: no exception may reach a resident
            logger().exception("turn.failed", trace=request.trace)
            return Answer(reply=self._set("stumbled", turn), decision="error")

    def _under_budget(self, request: Request, beginning: Beginning, turn: Turn) -> str:
        """Run an answer that touches records; past the budget it goes through the outbox."""
        if not self._room.acquire(blocking=False):
            self._turns.release(request.inbound.key, request.ref, beginning.owner)
            return request.render(self._set("busy", turn), turn.language)
        future: Future[Answer] = self._pool.submit(self._guarded, request, turn)
        future.add_done_callback(lambda _done: self._room.release())
        left = request.arrived + limits.BUDGET_S - self._clock.monotonic()
        try:
            answer = future.result(timeout=max(0.05, left))
        except FutureTimeout:
            return self._late(request, beginning, turn, future)
        return self._close(request, beginning, turn, answer)

    def _late(
        self, request: Request, beginning: Beginning, turn: Turn, future: "Future[Answer]"
    ) -> str:
        metrics.LATE.inc()
        if not self._promise(request):
            return request.render(self._set("busy", turn), turn.language)
        promised = Answer(reply=None, decision="late")
        self._close(request, beginning, turn, promised, delivery="late")
        future.add_done_callback(lambda done: self._deliver_late(request, turn, done.result()))
        return ""

    def _deliver_late(self, request: Request, turn: Turn, answer: Answer) -> None:
        session = next_session(turn.session, answer, self._clock.now())
        try:
            self._ledger.deliver(request.inbound, answer, turn.language)
            self._turns.save(request.ref, dump(session, self._vault.seal), life_s=_life_s(session))
        except BotError:
            logger().exception("turn.late_failed", trace=request.trace)

    def _close(
        self,
        request: Request,
        beginning: Beginning,
        turn: Turn,
        answer: Answer,
        *,
        delivery: str = "passive",
    ) -> str:
        """Store the reply and the session, log the turn, and return what to send."""
        session = next_session(turn.session, answer, self._clock.now())
        xml = request.render(answer.reply, session.tongue) if answer.reply else ""
        took = self._clock.monotonic() - request.arrived
        line = record(
            {
                "id": request.inbound.key,
                "at": turn.now.isoformat(timespec="milliseconds"),
                "account": request.inbound.account,
                "community": turn.resident.community,
                "ref": request.ref,
                "kind": request.inbound.kind.value,
                "decision": answer.decision,
                "intent": answer.intent,
                "score": round(answer.score, 3),
                "ms": round(took * 1000, 1),
                "delivery": delivery if answer.reply or delivery == "late" else "dropped",
                **unsure(request.inbound, answer),
            }
        )
        metrics.messages(answer.intent, answer.decision).inc()
        metrics.LATENCY.observe(took)
        try:
            given = self._turns.finish(
                request.inbound.key,
                request.ref,
                beginning.owner,
                reply=xml,
                session=dump(session, self._vault.seal),
                turn=line,
                life_s=_life_s(session),
            )
        except StoreUnavailable:
            metrics.STATE_DOWN.inc()
            return xml
        return xml if given is None else given


def _life_s(session: Session) -> int:
    """Return how long a session is kept: what a resident said in passing no longer than its use."""
    if session.forms:
        return int(FORM_LIFE.total_seconds())
    return ASKED_S if session.asked else SESSION_S
