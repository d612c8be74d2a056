"""待处理: conversations a person must look at, crisis first, and who takes them on."""

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.console import wording
from bot.console.guard import entry, note_reads, signed_in
from bot.console.paging import PER_PAGE, offset, paged
from bot.console.parts import ConsoleParts
from bot.console.scope import scope
from bot.records import alerts
from bot.records.alerts import TRANSITIONS, AlertState
from bot.records.errors import IllegalTransition, NotFound

#: Filter names and the state each shows; "" shows all that are not closed.
FILTERS: Mapping[str, tuple[str, AlertState | None]] = {
    "": ("没办结的", None),
    "open": ("没人跟进", AlertState.OPEN),
    "seen": ("跟进中", AlertState.SEEN),
    "closed": ("已办结", AlertState.CLOSED),
}
_DONE = {AlertState.SEEN: "好，这条由您跟进。", AlertState.CLOSED: "好，这条办结了。"}


def add_alerts(blueprint: Blueprint, parts: ConsoleParts) -> None:
    """Add the page and its two buttons to a blueprint."""

    @blueprint.get("/alerts")
    def alert_list() -> str:
        view = scope(parts)
        chosen = request.args.get("state", "")
        if chosen not in FILTERS:
            abort(404)
        found = alerts.page(
            parts.db,
            view.communities,
            state=FILTERS[chosen][1],
            limit=PER_PAGE + 1,
            offset=offset(),
        )
        page = paged(found, "alert_list", community=view.chosen, state=chosen)
        note_reads(parts, "alert.read", "alert", [(row.community, row.id) for row in page.rows])
        return render_template(
            "console/alerts.html",
            scope=view,
            now=parts.clock.now(),
            filters=FILTERS,
            chosen=chosen,
            page=page,
            steps=TRANSITIONS,
        )

    @blueprint.post("/alerts/<int:number>/seen")
    def alert_seen(number: int) -> Response:
        return _step(parts, number, AlertState.SEEN)

    @blueprint.post("/alerts/<int:number>/closed")
    def alert_closed(number: int) -> Response:
        return _step(parts, number, AlertState.CLOSED)


def _step(parts: ConsoleParts, number: int, state: AlertState) -> Response:
    """Move an alert on; one that somebody else moved first is said, not an error."""
    # SQLite and PostgreSQL count to 2**63; what lies beyond is no alert
    found = alerts.get(parts.db, number) if number < 2**63 else None
    if found is None or not signed_in().may_see(found.community):
        abort(404)
    line = entry(
        parts.clock,
        f"alert.{state.value}",
        f"alert:{number}",
        community=found.community,
        detail=f"from {found.state.value}",
    )
    try:
        alerts.advance(parts.db, number, state, line)
        flash(f"{number} 号：{_DONE[state]}")
    except NotFound:
        abort(404)
    except IllegalTransition:
        flash(f"{number} 号没有变：{_somebody_else(parts, number)}")
    return redirect(_back(parts), code=303)


def _somebody_else(parts: ConsoleParts, number: int) -> str:
    now_there = alerts.get(parts.db, number)
    if now_there is None:
        return "已经不在了。"
    who = now_there.closed_by or now_there.seen_by or ""
    return f"{who} 已经先处理了（{wording.ALERT_STATES[now_there.state]}）。"


def _back(parts: ConsoleParts) -> str:
    """Return the list the button stood in, its filters taken from the form."""
    state = request.form.get("state", "")
    community = request.form.get("community", "")
    known = community in parts.services.communities.names() and signed_in().may_see(community)
    return url_for(
        "console.alert_list",
        state=state if state in FILTERS and state else None,
        community=community if known else None,
    )
