"""没送到: messages that failed or may not have arrived, with the reason."""

from flask import Blueprint, render_template

from bot.console.guard import entry, note
from bot.console.paging import PER_PAGE, offset, paged
from bot.console.parts import ConsoleParts
from bot.console.scope import scope
from bot.records import outbox


def add_undelivered(blueprint: Blueprint, parts: ConsoleParts) -> None:
    """Add the page to a blueprint."""

    @blueprint.get("/undelivered")
    def undelivered() -> str:
        view = scope(parts)
        found = outbox.undelivered(
            parts.db, view.communities, home=parts.home, limit=PER_PAGE + 1, offset=offset()
        )
        page = paged(found, "undelivered", community=view.chosen)
        if page.rows:
            line = entry(
                parts.clock,
                "outbox.read",
                "outbox:list",
                community=view.chosen or None,
                detail=f"{len(page.rows)} rows",
            )
            note(parts.db, line)
        return render_template(
            "console/undelivered.html", scope=view, page=page, now=parts.clock.now()
        )
