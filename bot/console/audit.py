"""操作记录: who did what, for administrators, within their communities."""

from flask import Blueprint, render_template, request

from bot.console.guard import entry, note
from bot.console.parts import ConsoleParts
from bot.console.scope import Scope, scope
from bot.records import audit as records
from bot.records.audit import AuditEntry

#: How many lines can be asked for.
LENGTHS = (50, 200, 500)
#: Communities whose logs are merged for an administrator of some of them.
MAX_MERGED = 50


def add_audit(blueprint: Blueprint, parts: ConsoleParts) -> None:
    """Add the page to a blueprint."""

    @blueprint.get("/audit")
    def audit() -> str:
        view = scope(parts)
        asked = request.args.get("show", "")
        length = next((size for size in LENGTHS if str(size) == asked), LENGTHS[0])
        rows = tail(parts, view, length)
        note(
            parts.db,
            entry(
                parts.clock,
                "audit.read",
                "audit:list",
                community=view.chosen or None,
                detail=f"{len(rows)} rows",
            ),
        )
        return render_template(
            "console/audit.html", scope=view, rows=rows, length=length, lengths=LENGTHS
        )


def tail(parts: ConsoleParts, view: Scope, length: int) -> list[AuditEntry]:
    """Return the newest lines of a scope, newest first.

    Lines that concern no community (logins) are shown to administrators of all communities only.
    """
    if view.communities is None:
        return records.tail(parts.db, limit=length)
    rows = [
        row
        for slug in sorted(view.communities)[:MAX_MERGED]
        for row in records.tail(parts.db, limit=length, community=slug)
    ]
    return sorted(rows, key=lambda row: -row.id)[:length]
