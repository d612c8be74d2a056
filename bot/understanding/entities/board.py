"""The message on which pieces are ticked off, so that a figure is never read twice."""

from bot.understanding.entities.fold import Sheet

#: Stands where a piece was; matches nothing that is said.
_TAKEN = "\x00"


class Board:
    """A folded message and what is left of it.

    Attributes:
        text: folded text, with what was claimed blanked out.
        whole: folded text as it was.
    """

    def __init__(self, page: Sheet):
        self._page = page
        self.whole = page.text
        self.text = page.text
        self.chars = frozenset(page.text)

    def has(self, signs: frozenset[str]) -> bool:
        """Tell whether the message has any of some characters."""
        return not self.chars.isdisjoint(signs)

    def claim(self, start: int, end: int) -> tuple[int, int, str]:
        """Tick a piece off; return its span in the original, and the original piece."""
        self.text = f"{self.text[:start]}{_TAKEN * (end - start)}{self.text[end:]}"
        return self.where(start, end)

    def where(self, start: int, end: int) -> tuple[int, int, str]:
        """Return the span of a piece in the original, and the original piece."""
        first, last = self._page.span(start, end)
        return first, last, self._page.original[first:last]
