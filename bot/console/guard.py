"""The door of the console: forms are ours, people are known, rooms are open to their role."""

from collections import defaultdict
from collections.abc import Iterable
from typing import cast

from flask import abort, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from bot.console import sessions
from bot.console.parts import ConsoleParts
from bot.console.rights import PUBLIC, may
from bot.domain.clock import Clock
from bot.records import audit, staff
from bot.records.audit import AuditEntry
from bot.records.database import Database
from bot.records.staff import StaffRecord

#: OWASP Secure Headers; no script and no style outside our own files, no frame around us.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HSTS = "max-age=31536000"
_STATIC_LIFE = "private, max-age=86400"


def admit(parts: ConsoleParts) -> Response | None:
    """Let a request in, or send it to the login; runs before every page.

    Raises:
        Forbidden: the form is not ours, or the room is closed to the role.
    """
    endpoint = (request.endpoint or "").rpartition(".")[2]
    if request.method not in {"GET", "HEAD", "OPTIONS"} and not sessions.form_is_ours():
        abort(403, "form")
    if endpoint in PUBLIC:
        return None
    name = sessions.who(parts.clock.now())
    found = staff.get(parts.db, name) if name else None
    if found is None or not found.active:
        return _to_login()
    g.staff = found
    if not may(found, endpoint):
        abort(403, "role")
    return None


def _to_login() -> Response:
    """Send the person to the login, and afterwards back to the page he asked for."""
    over = "name" in session
    sessions.end()
    here = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect(
        url_for("console.login", next=here or None, over="1" if over else None), code=303
    )


def signed_in() -> StaffRecord:
    """Return the member of staff behind the request; only behind :func:`admit`."""
    return cast(StaffRecord, g.staff)


def visitor() -> StaffRecord | None:
    """Return the member of staff behind the request, or nothing (login and refusal pages)."""
    return cast(StaffRecord | None, g.get("staff"))


def seal(response: Response) -> Response:
    """Put the security headers on a response; pages are never kept by a cache."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    if not sessions.loopback_host():
        response.headers["Strict-Transport-Security"] = _HSTS
    static = request.endpoint == "console.static"
    response.headers["Cache-Control"] = _STATIC_LIFE if static else "no-store"
    return response


def entry(
    clock: Clock, action: str, subject: str, *, community: str | None = None, detail: str = ""
) -> AuditEntry:
    """Return an audit line about what the member of staff behind the request does."""
    return AuditEntry(
        at=clock.now(),
        actor=signed_in().name,
        action=action,
        subject=subject,
        community=community,
        detail=detail,
    )


def note(db: Database, line: AuditEntry) -> None:
    """Write an audit line for an act that writes nothing else."""
    audit.note(db, line)


def note_reads(
    parts: ConsoleParts, action: str, kind: str, rows: Iterable[tuple[str, int]]
) -> None:
    """Write which rows of a list were read, one line for each community.

    Args:
        parts: for clock and database.
        action: ``noun.verb`` of the audit.
        kind: what the rows are, as the audit's subjects name it.
        rows: community and number of each.
    """
    read: dict[str, list[str]] = defaultdict(list)
    for community, number in rows:
        read[community].append(str(number))
    for community, numbers in read.items():
        subject = f"{kind}:{','.join(numbers)}"
        note(parts.db, entry(parts.clock, action, subject, community=community))
