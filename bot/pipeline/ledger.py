"""What must be durable before we answer: alerts, settings, promises, erasure."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot import metrics
from bot.domain.clock import Clock
from bot.domain.errors import StoreError, StoreUnavailable
from bot.domain.messages import Inbound
from bot.domain.replies import Reply, Urgency
from bot.domain.residents import Resident
from bot.logs import logger
from bot.pipeline.outcome import Answer
from bot.pipeline.staffline import Notice, StaffLine
from bot.records import outbox, residents
from bot.records.database import Database
from bot.sdk import Words
from bot.state.turns import Turns

#: A late answer that could not be sent within this time is not sent any more.
LATE_LIFE = timedelta(hours=24)
#: A profile is looked up at most this often while the database is away, in seconds.
_BREAK_S = 2.0
_OWED_BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A resident's own settings; ``known`` tells whether there is a record at all."""

    community: str = ""
    language: str = ""
    known: bool = False


class Ledger:
    """The pipeline's durable side.

    Args:
        db: records.
        turns: the state store, for erasure.
        clock: time.
        words: language tag -> the machine's sentences.
        say: reply and language -> plain text for a customer message.
        wake: tells the worker that an outbox row is there.
        titles: community slug -> its name, for what staff read.
    """

    def __init__(
        self,
        *,
        db: Database,
        turns: Turns,
        clock: Clock,
        words: Callable[[str], Words],
        say: Callable[[Reply, str], str],
        wake: Callable[[int], None],
        titles: Callable[[str], str],
    ):
        self._db = db
        self._turns = turns
        self._clock = clock
        self._words = words
        self._say = say
        self._wake = wake
        self._staff = StaffLine(db=db, words=words, titles=titles)
        self._away_until = 0.0

    @property
    def local(self) -> bool:
        """Tell whether the records lie in a file of this machine, whose readers never wait."""
        return self._db.local

    def profile(self, ref: str) -> Profile | None:
        """Return a resident's settings; ``None`` when the records do not answer."""
        if time.monotonic() < self._away_until:
            return None
        try:
            found = residents.choices(self._db, ref)
        except StoreError:
            self._away_until = time.monotonic() + _BREAK_S
            logger().warning("records.away")
            return None
        if found is None:
            return Profile()
        community, language = found
        return Profile(community=community or "", language=language or "", known=True)

    def settle(self, inbound: Inbound, ref: str, resident: Resident, answer: Answer) -> Answer:
        """Make durable what the answer promises.

        Raises:
            StoreUnavailable: a changed setting could not be written.
        """
        reply = answer.reply
        if reply is None:
            return answer
        if reply.profile.community is not None or reply.profile.language is not None:
            residents.set_profile(
                self._db,
                ref=ref,
                account=inbound.account,
                openid=inbound.sender,
                community=reply.profile.community,
                language=reply.profile.language,
                now=self._clock.now(),
            )
        if reply.alert is None:
            return answer
        return replace(answer, reply=self._alerted(inbound, ref, resident, reply))

    def _alerted(self, inbound: Inbound, ref: str, resident: Resident, reply: Reply) -> Reply:
        if reply.alert is None:
            return reply
        alert = reply.alert
        notice = Notice(
            key=f"{inbound.key}:{alert.reason}",
            account=inbound.account,
            ref=ref,
            community=resident.community,
            urgency=alert.urgency,
            reason=alert.reason,
            summary=self._staff.with_language(alert.summary, resident.language),
        )
        metrics.ALERTS.labels(alert.urgency.value).inc()
        try:
            with self._db.session() as unit:  # staff are told of what is on record, or of nothing
                row = self._staff.tell(notice, "staff_request", self._clock.now(), unit)
        except StoreError:
            logger().critical("alert.lost", reason=alert.reason, community=resident.community)
            crisis = alert.urgency is Urgency.CRISIS
            name = "crisis_alone" if crisis else "no_records"
            said = self._words(resident.language).say(name)
            return replace(reply, text=f"{reply.text}\n{said}" if crisis else said, alert=None)
        if row is not None:
            self._wake(row)
        return reply

    def promise(self, inbound: Inbound, ref: str) -> bool:
        """Write down that an answer is owed; tell whether it could be written."""
        now = self._clock.now()
        try:
            outbox.promise(
                self._db,
                key=inbound.key,
                account=inbound.account,
                ref=ref,
                openid=inbound.sender,
                now=now,
                not_after=now + LATE_LIFE,
            )
        except StoreError:
            return False
        return True

    def deliver(self, inbound: Inbound, answer: Answer, language: str) -> None:
        """Put a promised answer on its way.

        Raises:
            StoreError: the records do not answer; the sweeper speaks for us later.
        """
        reply = answer.reply or Reply(text=self._words(language).say("stumbled"))
        text = self._say(reply, language)
        payload = json.dumps({"kind": "text", "text": text}, ensure_ascii=False)
        row = outbox.fill(self._db, inbound.key, payload, self._clock.now())
        self._wake(row)

    def erase(self, inbound: Inbound, ref: str) -> None:
        """Erase a resident everywhere; a missing store is tried again three times."""
        for pause_s in (0.0, 0.2, 0.8):
            time.sleep(pause_s)
            try:
                residents.erase(self._db, ref, self._clock.now())
                self._turns.forget(ref)
            except (StoreUnavailable, StoreError):
                continue
            logger().info("resident.erased", ref=ref, account=inbound.account)
            return
        try:
            self._turns.owe_erasure(ref)
        except StoreUnavailable:
            logger().critical("resident.erase_failed", ref=ref, account=inbound.account)
            return
        logger().warning("resident.erasure_owed", ref=ref, account=inbound.account)

    def erase_owed(self) -> dict[str, int]:
        """Do the erasures that could not be done when they were asked for; return their number.

        Raises:
            StoreError: a store does not answer; what is left stays owed.
        """
        done = 0
        for ref in self._turns.owed_erasures(_OWED_BATCH):
            residents.erase(self._db, ref, self._clock.now())
            self._turns.forget(ref)
            self._turns.erased(ref)
            done += 1
        return {"erased": done}

    def follow(self, inbound: Inbound, ref: str) -> None:
        """Record a new follower; the greeting goes out even when the records are away."""
        try:
            residents.follow(
                self._db,
                ref=ref,
                account=inbound.account,
                openid=inbound.sender,
                now=self._clock.now(),
                scene=inbound.text[:64],
            )
        except StoreError:
            logger().warning("resident.follow_not_recorded", ref=ref, account=inbound.account)
