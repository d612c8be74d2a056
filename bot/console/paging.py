"""Pages of a list: a number in the address, one row more than shown to know whether it goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request, url_for

#: Rows on one page.
PER_PAGE = 20
#: Last page that can be asked for; who looks for more should filter.
MAX_PAGE = 500
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page.

    Attributes:
        rows: what it shows.
        number: from 1.
        before: address of the page before, "" on the first.
        after: address of the next page, "" on the last.
    """

    rows: Sequence[T]
    number: int
    before: str
    after: str


def page_number() -> int:
    """Return the page asked for, 1 to ``MAX_PAGE``."""
    asked = request.args.get("page", "1")
    return min(max(int(asked), 1), MAX_PAGE) if asked.isascii() and asked.isdecimal() else 1


def offset() -> int:
    """Return how many rows stand before the page asked for."""
    return (page_number() - 1) * PER_PAGE


def paged(found: Sequence[T], endpoint: str, **values: str) -> Page[T]:
    """Return a page of rows already passed over to its beginning.

    Args:
        found: up to one row more than ``PER_PAGE``.
        endpoint: page of the console that shows the list.
        values: filters and path parts that stay the same.
    """
    number = page_number()
    kept: dict[str, Any] = {name: value or None for name, value in values.items()}

    def at(wanted: int) -> str:
        return url_for(f"console.{endpoint}", page=wanted if wanted > 1 else None, **kept)

    more = len(found) > PER_PAGE and number < MAX_PAGE
    return Page(
        rows=found[:PER_PAGE],
        number=number,
        before=at(number - 1) if number > 1 else "",
        after=at(number + 1) if more else "",
    )
