"""工单: what residents left for staff, who has it, how far it has come, and the steps of it."""

import re
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.console import wording
from bot.console.guard import entry, note, note_reads, signed_in
from bot.console.paging import PER_PAGE, offset, paged
from bot.console.parts import ConsoleParts
from bot.console.rights import CASE_GROUPS, CONFIDENTIAL, may_read
from bot.console.scope import scope
from bot.domain.cases import OVER, CaseState, read_number
from bot.records import case_history, case_lists, case_steps, cases
from bot.records.case_history import MAX_EVENTS, MAX_NOTE_CHARS, EventRecord
from bot.records.case_lists import Sieve
from bot.records.case_steps import REOPEN_WITHIN, Act
from bot.records.cases import PROCESSES, CaseRecord
from bot.records.errors import IllegalTransition, NotFound

#: Filter names and what each is called.
FILTERS: Mapping[str, str] = {
    "": "没办结的",
    "mine": "我的",
    "late": "超期的",
    "over": "办结的",
}
#: Longest word to a resident, in characters: 查进度 shows as much of it.
MAX_WORD_CHARS = 160
#: States that wait for staff or for the resident; what is done has been answered.
_WAITING = frozenset(CaseState) - OVER - {CaseState.DONE}
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")


def add_cases(blueprint: Blueprint, parts: ConsoleParts) -> None:
    """Add list, page and steps to a blueprint."""
    _add_reading(blueprint, parts)
    _add_steps(blueprint, parts)


def _add_reading(blueprint: Blueprint, parts: ConsoleParts) -> None:
    """Add what reads; each read stands in the audit."""

    @blueprint.get("/cases")
    def case_list() -> str:
        view = scope(parts)
        chosen = request.args.get("show", "")
        if chosen not in FILTERS:
            abort(404)
        quoted = request.args.get("number", "").strip()
        sieve = _sieve(parts, chosen)
        found = (
            _quoted(parts, view.communities, quoted)
            if quoted
            else case_lists.page(
                parts.db, view.communities, sieve, limit=PER_PAGE + 1, offset=offset()
            )
        )
        page = paged(found, "case_list", community=view.chosen, show=chosen)
        note_reads(parts, "case.listed", "case", [(row.community, row.id) for row in page.rows])
        return render_template(
            "console/cases.html",
            scope=view,
            now=parts.clock.now(),
            filters=FILTERS,
            chosen=chosen,
            page=page,
            quoted=quoted,
        )

    @blueprint.get("/cases/<int:number>")
    def case(number: int) -> str:
        found = _readable(parts, number)
        subject = f"case:{found.id}"
        note(parts.db, entry(parts.clock, "case.read", subject, community=found.community))
        happened = case_history.history(parts.db, [found.id])[found.id]
        return render_template(
            "console/case.html",
            case=found,
            now=parts.clock.now(),
            events=happened,
            cut=len(happened) == MAX_EVENTS,
            over=found.state in OVER,
            moves=_moves(parts, found),
            step=secrets.token_urlsafe(16),
            longest=MAX_WORD_CHARS,
            longest_note=MAX_NOTE_CHARS,
        )


def _add_steps(blueprint: Blueprint, parts: ConsoleParts) -> None:
    """Add what changes a case; each step writes its own line of the audit."""

    @blueprint.post("/cases/<int:number>/take")
    def case_take(number: int) -> Response:
        found = _readable(parts, number)
        holder = request.form.get("holder") or None
        act = _act(parts, found, "take")
        told = "这件由您来办。"
        return _step(parts, found, told, lambda: case_steps.take(parts.db, number, holder, act))

    @blueprint.post("/cases/<int:number>/move")
    def case_move(number: int) -> Response:
        return _moved(parts, _readable(parts, number))

    @blueprint.post("/cases/<int:number>/note")
    def case_note(number: int) -> Response:
        found = _readable(parts, number)
        text = _text("note")
        if not text:
            return _refused(found, "备注是空的。")
        if len(text) > MAX_NOTE_CHARS:
            return _refused(found, f"备注太长了，最多 {MAX_NOTE_CHARS} 个字。")
        act = _act(parts, found, "note", text, internal=True)
        told = "备注记下了，居民看不到。"
        return _step(parts, found, told, lambda: case_steps.add_note(parts.db, number, act))


def _quoted(
    parts: ConsoleParts, communities: Collection[str] | None, text: str
) -> list[CaseRecord]:
    """Return the cases with a number that a resident quotes; communities number by themselves."""
    number = read_number(text)
    if number is None:
        return []
    found = case_lists.numbered(parts.db, communities, number, confidential=True)
    return [row for row in found if may_read(signed_in(), row)]


def _sieve(parts: ConsoleParts, chosen: str) -> Sieve:
    """Return what a filter lets through to the member of staff behind the request."""
    me = signed_in()
    return Sieve(
        states={"late": _WAITING, "over": OVER}.get(chosen, frozenset()),
        group=CASE_GROUPS.get(me.role),
        assignee=me.name if chosen == "mine" else None,
        confidential=me.role in CONFIDENTIAL,
        late_at=parts.clock.now() if chosen == "late" else None,
    )


def _readable(parts: ConsoleParts, number: int) -> CaseRecord:
    """Return a case he may read; one he may not is for him not there.

    Raises:
        NotFound: there is none.
    """
    # SQLite and PostgreSQL count to 2**63; what lies beyond is no case
    found = cases.get(parts.db, number) if number < 2**63 else None
    if found is None or not may_read(signed_in(), found):
        abort(404)
    return found


def _moves(parts: ConsoleParts, found: CaseRecord) -> Sequence[CaseState]:
    """Return the states staff may bring a case to, in the order of a case's life."""
    ended = found.closed_at
    if ended is not None and ended < parts.clock.now() - REOPEN_WITHIN:
        return ()
    targets = PROCESSES[found.process][found.state]
    return [state for state in CaseState if state in targets and state in wording.CASE_MOVES]


def _moved(parts: ConsoleParts, found: CaseRecord) -> Response:
    """Bring a case on, with the word for its resident."""
    chosen, text = request.form.get("to", ""), _text("word")
    if not chosen:
        return _refused(found, "请先选一个进度。")
    states = {state.value: state for state in wording.CASE_MOVES}
    if chosen not in states:
        abort(400)
    state = states[chosen]
    if state is CaseState.RETURNED and not text:
        return _refused(found, "请写一句，居民要补充什么。")
    if len(text) > MAX_WORD_CHARS:
        return _refused(found, f"给居民的话太长了，最多 {MAX_WORD_CHARS} 个字。")
    act = _act(parts, found, f"move:{state}", text)
    told = f"进度：{wording.CASE_STATES[state]}。"
    if state is CaseState.REOPENED:
        return _step(parts, found, told, lambda: case_steps.reopen(parts.db, found.id, act))
    return _step(parts, found, told, lambda: case_steps.move(parts.db, found.id, state, act))


def _act(
    parts: ConsoleParts, found: CaseRecord, what: str, text: str = "", *, internal: bool = False
) -> Act:
    """Return a step whose key is its form's: one that is sent twice is one step.

    The words belong to the key. Who goes back in his browser and writes something else means
    another step, though the form is the old one.
    """
    token = request.form.get("step", "")
    if not _TOKEN.fullmatch(token):
        abort(400)
    me = signed_in().name
    # a keyed hash: what was written cannot be guessed from it
    key = parts.db.vault.find(f"case step\x1e{found.id}\x1e{me}\x1e{token}\x1e{what}\x1e{text}")
    now = parts.clock.now()
    return Act(by=me, at=now, key=f"form:{key}", note=text, internal=internal)


def _step(
    parts: ConsoleParts, found: CaseRecord, told: str, step: Callable[[], CaseRecord]
) -> Response:
    """Do a step; one that somebody else made impossible meanwhile is said, not an error."""
    try:
        step()
    except NotFound:
        abort(404)
    except IllegalTransition:
        return _refused(found, _somebody_else(parts, found.id))
    flash(f"{wording.called(found)}：好，{told}")
    return _back(found)


def _somebody_else(parts: ConsoleParts, number: int) -> str:
    """Return who changed a case last, and how it stands now."""
    found = cases.get(parts.db, number)
    if found is None:
        return "已经不在了。"
    happened = case_history.history(parts.db, [number])[number]
    by = next((wording.person(one.by) for one in reversed(happened) if _changed(one)), "别人")
    has = f"，{found.assignee} 在办" if found.assignee else ""
    return f"{by} 已经先处理了（{wording.CASE_STATES[found.state]}{has}）。"


def _changed(one: EventRecord) -> bool:
    return one.action in {"moved", "assigned", "merged"} or one.state is not None


def _refused(found: CaseRecord, why: str) -> Response:
    flash(f"{wording.called(found)} 没有变：{why}")
    return _back(found)


def _back(found: CaseRecord) -> Response:
    return redirect(url_for("console.case", number=found.id), code=303)


def _text(field: str) -> str:
    """Return what was written; browsers send two characters for the end of a line."""
    return request.form.get(field, "").replace("\r\n", "\n").strip()
