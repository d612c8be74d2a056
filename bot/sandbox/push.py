"""Delivery of pushes: one resident in order, residents in parallel, deadline and re-delivery."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from queue import Empty, SimpleQueue

from bot.sandbox import pushes
from bot.sandbox.chaos import HOSTILE, Chaos, Setting, Switch
from bot.sandbox.clock import SandboxClock
from bot.sandbox.model import Account, Attempt, Delivery, Json, Outcome, Side, UrlState
from bot.sandbox.pushes import Push
from bot.sandbox.replycheck import Expectation, ReplyChecker, Verdict
from bot.sandbox.settings import SandboxSettings
from bot.sandbox.signing import Keys, SignedRequest, imitate, sign_push, signed_query
from bot.sandbox.transport import Answer, TransportError, request
from bot.sandbox.world import World

log = logging.getLogger(__name__)

BURST_THREADS = 16
IDLE_S = 0.5
_SHOWN_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    push: Push
    delivery: Delivery


class Pusher:
    """Sends pushes in background threads and writes down what came of them."""

    def __init__(
        self,
        settings: SandboxSettings,
        *,
        clock: SandboxClock,
        world: World,
        chaos: Chaos,
        checker: ReplyChecker,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._world = world
        self._chaos = chaos
        self._checker = checker
        self._lock = threading.Lock()
        self._ready: SimpleQueue[str] = SimpleQueue()
        self._workers = 0
        self._lanes: dict[str, deque[_Job]] = {}
        self._held: dict[str, _Job] = {}
        self._burst_done = 0

    # -- entry points ------------------------------------------------------------------------

    def submit(self, openid: str, push: Push, *, account: str | None = None) -> Delivery:
        """Queue a push behind the resident's earlier ones and return its record at once.

        Args:
            openid: who it is about.
            push: what happened.
            account: whom to tell; the resident's account unless given.
        """
        account_slug = account or self._world.resident(openid).account
        receiver = self._world.account(account_slug)
        msg_id = self._world.next_msg_id()
        xml = push.xml(
            gh_id=receiver.gh_id, openid=openid, create_time=int(self._clock.time()), msg_id=msg_id
        )
        delivery = self._world.open_delivery(
            account=receiver.slug,
            openid=openid,
            kind=push.kind,
            msg_id=msg_id if push.is_message else "",
            xml=xml,
        )
        self._route(_Job(push=push, delivery=delivery))
        return delivery

    def release_held(self) -> None:
        """Let messages go that were kept back to change their order."""
        with self._lock:
            held, self._held = list(self._held.values()), {}
        for job in held:
            self._enqueue(job)

    def verify_url(self, slug: str) -> bool:
        """Ask the account's server address for its echo, as saving it in the console does."""
        account = self._world.account(slug)
        keys = self._keys(account)
        query = signed_query(keys, self._timestamp())
        query["echostr"] = self._world.next_msg_id()
        reason = ""
        try:
            answer = request(keys.callback_url, query, deadline_s=self._settings.deadline_s)
        except TransportError as error:
            reason = error.reason
        else:
            if answer.status != 200:
                reason = f"HTTP {answer.status}"
            elif answer.body != query["echostr"].encode():
                reason = "应答与 echostr 不完全相同"
        with self._world.lock:
            account.url_state = UrlState.FAILED if reason else UrlState.VERIFIED
            account.url_reason = reason
            self._world.touch()
        return not reason

    def burst(self, slug: str, openid: str, number: int) -> None:
        """Flood the account with `TEMPLATESENDJOBFINISH` events, as after a large template run."""
        account = self._world.account(slug)
        numbers = count(1)
        self._burst_done = 0

        def work() -> None:
            while not self._world.closing.is_set() and next(numbers) <= number:
                push = pushes.job_finished(
                    "TEMPLATESENDJOBFINISH", int(self._world.next_msg_id()), "success"
                )
                xml = push.xml(
                    gh_id=account.gh_id,
                    openid=openid,
                    create_time=int(self._clock.time()),
                    msg_id="0",
                )
                try:
                    self._post(self._keys(account), self._signed(account, openid, xml))
                except TransportError:
                    continue
                finally:
                    with self._lock:
                        self._burst_done += 1

        for _ in range(min(BURST_THREADS, number)):
            threading.Thread(target=work, daemon=True, name="sandbox-burst").start()

    @property
    def burst_done(self) -> int:
        """Requests of the latest burst that have ended."""
        with self._lock:
            return self._burst_done

    # -- order -------------------------------------------------------------------------------

    def _route(self, job: _Job) -> None:
        openid = job.delivery.openid
        delay = self._chaos.take(Switch.DELAY)
        if delay is not None:
            self._start(self._later, job, delay)
            return
        with self._lock:
            held = self._held.pop(openid, None)
            if held is None and self._chaos.take(Switch.REORDER) is not None:
                self._held[openid] = job
                return
        self._enqueue(job)
        if held is not None:
            self._enqueue(held)

    def _later(self, job: _Job, delay: Setting) -> None:
        due = job.delivery.at + delay.value
        if self._clock.wait_until(due, self._world.closing):
            self._enqueue(job)

    def _enqueue(self, job: _Job) -> None:
        with self._lock:
            lane = self._lanes.get(job.delivery.openid)
            if lane is not None:
                lane.append(job)
                return
            self._lanes[job.delivery.openid] = deque([job])
            more = self._workers < self._settings.parallel
            self._workers += more
        self._ready.put(job.delivery.openid)
        if more:
            self._start(self._work)

    def _work(self) -> None:
        while not self._world.closing.is_set():
            try:
                openid = self._ready.get(timeout=IDLE_S)
            except Empty:
                continue
            with self._lock:
                job = self._lanes[openid].popleft()
            self._deliver(job)
            with self._lock:
                again = bool(self._lanes[openid])
                if not again:
                    del self._lanes[openid]
            if again:
                self._ready.put(openid)

    @staticmethod
    def _start(target: Callable[..., None], *args: object) -> None:
        threading.Thread(target=target, args=args, daemon=True, name="sandbox-push").start()

    # -- one push ----------------------------------------------------------------------------

    def _deliver(self, job: _Job) -> None:
        account = self._world.account(job.delivery.account)
        self._send_hostile(account, job)
        verdict = Verdict(outcome=Outcome.FAULT)
        for number in range(1, self._settings.deliveries + 1):
            if number > 1 and self._world.closing.wait(self._settings.retry_gap_s):
                return
            verdict = self._attempt(account, job, number)
            if verdict.outcome in (Outcome.QUIET, Outcome.REPLIED):
                break
        self._show(job, verdict)
        again = self._chaos.take(Switch.DUPLICATE)
        if again is not None and verdict.outcome in (Outcome.QUIET, Outcome.REPLIED):
            for _ in range(int(again.value)):
                self._attempt(account, job, len(job.delivery.attempts) + 1)

    def _attempt(self, account: Account, job: _Job, number: int) -> Verdict:
        delivery = job.delivery
        keys = self._keys(account)
        slow = self._chaos.take(Switch.SLOW_BODY)
        signed = self._signed(account, delivery.openid, delivery.xml)
        started = time.monotonic()
        try:
            answer = self._post(keys, signed, drip_s=slow.value if slow else 0.0)
        except TransportError as error:
            outcome = Outcome.TIMEOUT if error.timeout else Outcome.UNREACHABLE
            verdict = Verdict(outcome=outcome, problems=(error.reason,))
            attempt = Attempt(
                number=number,
                outcome=outcome,
                took_ms=round((time.monotonic() - started) * 1000),
                reason=error.reason,
            )
        else:
            verdict = self._judge(answer, keys, job)
            attempt = _attempt_of(number, answer, verdict)
        self._world.record_attempt(delivery, attempt)
        log.info(
            "push.attempted kind=%s number=%d outcome=%s ms=%d",
            delivery.kind,
            number,
            attempt.outcome.value,
            attempt.took_ms,
        )
        return verdict

    def _judge(self, answer: Answer, keys: Keys, job: _Job) -> Verdict:
        if answer.status != 200:
            shown = answer.body[:200].decode(errors="replace")
            return Verdict(outcome=Outcome.FAULT, problems=(f"HTTP {answer.status}",), clear=shown)
        expected = Expectation(
            token=keys.token,
            app_id=keys.app_id,
            aes_keys=keys.aes_keys,
            mode=keys.mode,
            gh_id=keys.gh_id,
            openid=job.delivery.openid,
            is_message=job.push.is_message,
        )
        return self._checker.check(answer.body, expected)

    def _show(self, job: _Job, verdict: Verdict) -> None:
        delivery = job.delivery
        world = self._world
        with world.lock:
            resident = world.residents.get(delivery.openid)
            reply: Json | None = None
            if verdict.outcome is Outcome.REPLIED:
                reply = {"kind": verdict.kind, **(verdict.content or {})}
                if resident is not None and resident.followed:
                    resident.typing_until = 0.0
                    resident.last_exchange_at = self._clock.time()
                    world.add_entry(
                        delivery.openid,
                        Side.ACCOUNT,
                        verdict.kind,
                        verdict.content or {},
                        via="passive",
                        delivery=delivery.number,
                    )
            elif verdict.outcome is not Outcome.QUIET and job.push.visible:
                world.add_entry(
                    delivery.openid,
                    Side.SYSTEM,
                    "fault",
                    {"reason": "；".join(verdict.problems)},
                    delivery=delivery.number,
                )
            world.settle(delivery, verdict.outcome, reply)

    def _send_hostile(self, account: Account, job: _Job) -> None:
        for switch in HOSTILE:
            if self._chaos.take(switch) is None:
                continue
            keys = self._keys(account)
            signed = imitate(
                switch,
                keys,
                openid=self._query_openid(job.delivery.openid),
                xml=job.delivery.xml,
                timestamp=self._timestamp(),
            )
            status: int | None = None
            answered, took, reason = "", 0.0, switch.value
            try:
                answer = self._post(keys, signed)
                status, took = answer.status, answer.took_s
                answered = answer.body[:_SHOWN_BYTES].decode(errors="replace")
            except TransportError as error:
                reason, took = f"{switch.value}：{error.reason}", error.took_s
            self._world.record_attempt(
                job.delivery,
                Attempt(
                    number=0,
                    outcome=Outcome.HOSTILE,
                    took_ms=round(took * 1000),
                    status=status,
                    reason=reason,
                    answer=answered,
                ),
            )

    # -- wire --------------------------------------------------------------------------------

    def _post(self, keys: Keys, signed: SignedRequest, *, drip_s: float = 0.0) -> Answer:
        return request(
            keys.callback_url,
            signed.query,
            body=signed.body,
            deadline_s=self._settings.deadline_s,
            drip_s=drip_s,
        )

    def _signed(self, account: Account, openid: str, xml: str) -> SignedRequest:
        return sign_push(
            self._keys(account),
            openid=self._query_openid(openid),
            xml=xml,
            timestamp=self._timestamp(),
            old_key=self._chaos.take(Switch.OLD_KEY) is not None,
        )

    def _query_openid(self, openid: str) -> str | None:
        return openid if self._settings.send_openid else None

    def _timestamp(self) -> int:
        return int(self._clock.wall() if self._settings.wall_timestamps else self._clock.time())

    def _keys(self, account: Account) -> Keys:
        with self._world.lock:
            return Keys(
                token=account.token,
                aes_key=account.aes_key,
                previous_aes_key=account.previous_aes_key,
                app_id=account.app_id,
                gh_id=account.gh_id,
                mode=account.mode,
                callback_url=account.callback_url,
            )


def _attempt_of(number: int, answer: Answer, verdict: Verdict) -> Attempt:
    return Attempt(
        number=number,
        outcome=verdict.outcome,
        took_ms=round(answer.took_s * 1000),
        status=answer.status,
        reason="；".join(verdict.problems),
        problems=verdict.problems,
        answer=verdict.clear[:_SHOWN_BYTES],
    )
