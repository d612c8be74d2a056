"""Which communities a page shows: those of the member of staff, or the one he chose of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import abort, request

from bot.console.guard import signed_in
from bot.console.parts import ConsoleParts


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What may be seen.

    Attributes:
        titles: communities he may choose, slug to name.
        chosen: the one he chose, "" for all of his.
        communities: slugs for queries; ``None`` for all there are.
    """

    titles: Mapping[str, str]
    chosen: str
    communities: tuple[str, ...] | None


def own_titles(parts: ConsoleParts) -> dict[str, str]:
    """Return the communities the member of staff behind the request may see, slug to name."""
    me = signed_in()
    names = parts.services.communities.names()
    return {slug: title for slug, title in names.items() if me.may_see(slug)}


def scope(parts: ConsoleParts) -> Scope:
    """Read the scope of a page from ``?community=``.

    Raises:
        NotFound: there is no such community.
        Forbidden: it is not one of his.
    """
    titles = own_titles(parts)
    chosen = request.args.get("community", "")
    if not chosen:
        return Scope(titles=titles, chosen="", communities=signed_in().communities)
    checked(parts, chosen)
    return Scope(titles=titles, chosen=chosen, communities=(chosen,))


def checked(parts: ConsoleParts, slug: str) -> str:
    """Return ``slug`` when it is a community he may see.

    Raises:
        NotFound: there is no such community.
        Forbidden: it is not one of his.
    """
    if slug not in parts.services.communities.names():
        abort(404)
    if not signed_in().may_see(slug):
        abort(403, "community")
    return slug
