"""Cases as residents see them, on top of the records: satisfies ``bot.sdk.Cases``."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from bot import metrics
from bot.domain.cases import (
    CaseState,
    CaseStep,
    CaseView,
    Line,
    NewCase,
    case_number,
    due,
    read_number,
)
from bot.domain.clock import BEIJING, Clock, beijing
from bot.domain.messages import Inbound
from bot.domain.residents import resident_ref
from bot.pipeline.staffline import Notice, StaffLine
from bot.records import case_history, case_lists, case_steps, cases, residents
from bot.records.case_history import RESIDENT, EventRecord
from bot.records.case_steps import Act
from bot.records.cases import CaseRecord, Confidentiality
from bot.records.database import Database, Unit
from bot.records.errors import IllegalTransition, NotFound, Rejected
from bot.sdk import Words

#: Cases about the same place left within this time may be one.
SAME_WITHIN = timedelta(days=1)
#: Reason of the alert for a confidential case: who reads alerts may not know what it is about.
CONFIDENTIAL = "case.confidential"
#: Longest list of a resident's own cases.
MOST = 20


class ResidentCases:
    """Cases in SQL, announced to staff in the transaction that writes them.

    Args:
        db: records.
        secret: the deployment's pseudonym key.
        clock: time.
        words: language tag -> the machine's sentences.
        wake: tells the worker that an outbox row is there.
        titles: community slug -> its name, for what staff read.
        home: account slug -> the community that answers there.
        is_workday: tells whether people work on a day; ``None`` when that is not known.
    """

    def __init__(
        self,
        *,
        db: Database,
        secret: bytes,
        clock: Clock,
        words: Callable[[str], Words],
        wake: Callable[[int], None],
        titles: Callable[[str], str],
        home: Callable[[str], str],
        is_workday: Callable[[date], bool | None],
    ):
        self._db = db
        self._secret = secret
        self._clock = clock
        self._words = words
        self._wake = wake
        self._staff = StaffLine(db=db, words=words, titles=titles)
        self._home = home
        self._is_workday = is_workday

    def open(self, inbound: Inbound, new: NewCase) -> CaseView:
        """Leave a case, alert staff and put the announcement on its way: all or nothing.

        Raises:
            StoreError: it could not be written, and nobody was told.
        """
        ref, now = self._ref(inbound), self._clock.now()
        community, language = self._settings(ref, inbound, new)
        if not new.anonymous:  # who is erased or written to must be on record
            who = {"account": inbound.account, "openid": inbound.sender}
            residents.set_profile(self._db, ref=ref, **who, now=now)
        until = due(new.days, now, self._is_workday)
        with self._db.session() as unit:
            found = cases.open_case(
                self._db,
                key=f"{ref}\x1e{new.key}",
                community=community,
                account=inbound.account,
                ref=None if new.anonymous else ref,
                kind=new.kind,
                title=new.title,
                lines=new.lines,
                process=new.process,
                confidentiality=_class(new),
                urgency=new.urgency,
                dup=case_lists.dup_key(
                    self._db.vault, community=community, kind=new.kind, place=new.dup
                ),
                due_at=until.at if until else None,
                due_sure=until.sure if until else True,
                now=now,
                unit=unit,
            )
            summary = self._summary(found, language, unit)
            row = self._tell(found, key="opened", summary=summary, unit=unit)
        self._told(found, row)
        return self._views([found])[0]

    def mine(self, inbound: Inbound) -> Sequence[CaseView]:
        """Return the resident's own cases: those not over first, then the newest."""
        return self._views(cases.mine(self._db, self._ref(inbound), limit=MOST))

    def find(self, inbound: Inbound, number: str) -> CaseView | None:
        """Return the resident's own case with a number; nothing for anybody else's."""
        found = self._own(inbound, number)
        return self._views([found])[0] if found else None

    def add(self, inbound: Inbound, number: str, text: str) -> CaseView | None:
        """Add what the resident says besides, unless the case is over; staff are told."""
        return self._step(inbound, number, case_steps.add_note, text, told="case_added")

    def withdraw(self, inbound: Inbound, number: str) -> CaseView | None:
        """Take a case back while it is not done."""
        return self._step(inbound, number, case_steps.withdraw)

    def rate(self, inbound: Inbound, number: str, stars: int) -> CaseView | None:
        """Write how the resident found what was done; once, when it is done."""

        def grade(db: Database, case_id: int, act: Act, *, unit: Unit | None) -> CaseRecord:
            return case_steps.rate(db, case_id, stars, act, unit=unit)

        return self._step(inbound, number, grade)

    def reopen(self, inbound: Inbound, number: str, text: str = "") -> CaseView | None:
        """Take up again what was done or closed; staff are told."""
        return self._step(inbound, number, case_steps.reopen, text, told="case_reopened")

    def _ref(self, inbound: Inbound) -> str:
        return resident_ref(self._secret, inbound.account, inbound.sender)

    def _own(self, inbound: Inbound, number: str) -> CaseRecord | None:
        plain = read_number(number)
        return cases.find(self._db, plain, self._ref(inbound)) if plain else None

    def _settings(self, ref: str, inbound: Inbound, new: NewCase) -> tuple[str, str]:
        """Return the community that looks and the language the resident reads."""
        if new.community and new.language:
            return new.community, new.language
        chosen = residents.choices(self._db, ref) or (None, None)
        community = new.community or chosen[0] or self._home(inbound.account)
        return community, new.language or chosen[1] or "zh-Hans"

    def _step(
        self,
        inbound: Inbound,
        number: str,
        step: Callable[..., CaseRecord],
        text: str = "",
        *,
        told: str = "",
    ) -> CaseView | None:
        """Do one step of the resident's, and tell staff of it; what is refused changes nothing."""
        found = self._own(inbound, number)
        if found is None:
            return None
        act = Act(by=RESIDENT, at=self._clock.now(), key=inbound.key, note=text)
        row = None
        try:
            with self._db.session() as unit:
                after = step(self._db, found.id, act, unit=unit)
                if told:
                    title = self._staff_title(after)
                    values = {"number": after.number, "title": title}
                    summary = self._words("zh-Hans").say(told, **values)
                    row = self._tell(after, key=inbound.key, summary=summary, unit=unit)
        except (IllegalTransition, NotFound, Rejected):
            return self.find(inbound, number)
        if told:
            self._told(after, row)
        return self._views([after])[0]

    def _staff_title(self, found: CaseRecord) -> str:
        """Return what every member of staff may read about what a case is."""
        if found.confidentiality is Confidentiality.ORDINARY:
            return found.title
        return self._words("zh-Hans").say("case_confidential")

    def _summary(self, found: CaseRecord, language: str, unit: Unit) -> str:
        """Return what staff read first: what it is, its number, until when, what is the same."""
        staff = self._words("zh-Hans")
        text = staff.say("case_left", number=found.number, title=self._staff_title(found))
        if found.due_at is not None:
            text += staff.say("case_until", day=f"{beijing(found.due_at):%m-%d}")
        same = self._similar(found, unit)
        if same:
            text += staff.say("case_similar", number=same[0].number)
        return self._staff.with_language(text, language)

    def _similar(self, found: CaseRecord, unit: Unit) -> list[CaseRecord]:
        if found.dup is None or found.confidentiality is not Confidentiality.ORDINARY:
            return []
        same = case_lists.similar_open(
            self._db,
            community=found.community,
            kind=found.kind,
            dup=found.dup,
            since=found.created_at - SAME_WITHIN,
            unit=unit,
        )
        return [one for one in same if one.id != found.id]

    def _tell(self, found: CaseRecord, *, key: str, summary: str, unit: Unit) -> int | None:
        """Alert staff and queue the line for their group; return its row, if this is new.

        Raises:
            StoreError: it could not be written.
        """
        ordinary = found.confidentiality is Confidentiality.ORDINARY
        notice = Notice(
            key=f"case:{found.id}:{key}",
            account=found.account,
            ref=found.ref,
            community=found.community,
            urgency=found.urgency,
            reason=found.kind if ordinary else CONFIDENTIAL,
            summary=summary,
        )
        return self._staff.tell(notice, "staff_case", self._clock.now(), unit)

    def _told(self, found: CaseRecord, row: int | None) -> None:
        """Wake the worker, once what it has to send is there for everybody."""
        if row is None:
            return
        metrics.ALERTS.labels(found.urgency.value).inc()
        self._wake(row)

    def _views(self, found: Sequence[CaseRecord]) -> list[CaseView]:
        happened = case_history.history(self._db, [one.id for one in found])
        mains = {one.merged_into for one in found if one.merged_into is not None}
        states = cases.states(self._db, mains)
        return [
            _view(one, happened[one.id], states.get(one.merged_into or 0, one.state))
            for one in found
        ]


class ForgetfulCases:
    """Cases for trying things out: nothing is stored, nobody is told."""

    def __init__(self, clock: Clock):
        self._clock = clock

    def open(self, _inbound: Inbound, new: NewCase) -> CaseView:
        """Return what a case would look like."""
        now = self._clock.now()
        return CaseView(
            number=case_number(beijing(now).date(), 1),
            kind=new.kind,
            title=new.title,
            state=CaseState.RECEIVED,
            created=now,
            lines=new.lines,
        )

    def mine(self, _inbound: Inbound) -> Sequence[CaseView]:
        """Return nothing."""
        return ()

    def find(self, _inbound: Inbound, _number: str) -> CaseView | None:
        """Find nothing."""
        return None

    def add(self, _inbound: Inbound, _number: str, _text: str) -> CaseView | None:
        """Add nothing."""
        return None

    def withdraw(self, _inbound: Inbound, _number: str) -> CaseView | None:
        """Withdraw nothing."""
        return None

    def rate(self, _inbound: Inbound, _number: str, _stars: int) -> CaseView | None:
        """Rate nothing."""
        return None

    def reopen(self, _inbound: Inbound, _number: str, _text: str = "") -> CaseView | None:
        """Reopen nothing."""
        return None


def _class(new: NewCase) -> Confidentiality:
    return Confidentiality.CONFIDENTIAL if new.confidential else Confidentiality.ORDINARY


def _view(found: CaseRecord, happened: Sequence[EventRecord], state: CaseState) -> CaseView:
    lines: tuple[Line, ...] = found.lines
    return CaseView(
        number=found.number,
        kind=found.kind,
        title=found.title,
        state=state,
        created=found.created_at,
        due=found.due_at.astimezone(BEIJING) if found.due_at else None,
        due_sure=found.due_sure,
        events=tuple(
            CaseStep(at=one.at, state=one.state, text=one.text, own=one.by == RESIDENT)
            for one in happened
            if not one.internal
        ),
        lines=lines,
        rating=found.rating,
    )
