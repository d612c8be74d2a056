"""试一句: what the bot makes of a message, and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, render_template, request

from bot.console.guard import entry, note
from bot.console.parts import ConsoleParts
from bot.console.rehearsal import Rehearsal, Rehearsed
from bot.console.scope import checked, own_titles
from bot.understanding.router import Understanding

#: Longest message that can be tried, in characters.
MAX_CHARS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A message, what was understood, and what a resident would read."""

    text: str
    found: Understanding
    reply: Rehearsed


def add_explain(blueprint: Blueprint, parts: ConsoleParts) -> None:
    """Add the page to a blueprint."""
    rehearsal = Rehearsal(parts)
    titles: Mapping[str, str] = {
        name: intent.title for name, intent in parts.registry.intents.items()
    }

    def page(community: str, text: str = "", result: Explained | None = None) -> str:
        return render_template(
            "console/explain.html",
            titles=titles,
            communities=own_titles(parts),
            community=community,
            text=text,
            longest=MAX_CHARS,
            result=result,
        )

    @blueprint.get("/explain")
    def explain() -> str:
        return page(_first_community(parts))

    @blueprint.post("/explain")
    def explained() -> str:
        community = checked(parts, request.form.get("community", ""))
        text = request.form.get("text", "").strip()[:MAX_CHARS]
        if not text:
            return page(community)
        # the text may be a resident's: it is neither logged nor put into an address
        note(parts.db, entry(parts.clock, "message.tried", "router:", community=community))
        result = Explained(
            text=text,
            found=parts.router().understand(text),
            reply=rehearsal.say(text, parts.packs.get(community)),
        )
        return page(community, text, result)


def _first_community(parts: ConsoleParts) -> str:
    """Return the community chosen at first: the account's own where he may see it."""
    titles = own_titles(parts)
    return parts.home if parts.home in titles else next(iter(titles), "")
