"""What the ledgers refuse; no text of these repeats what a row holds."""

from bot.domain.errors import StoreError


class NotFound(StoreError):
    """There is no such row, or no longer."""


class Rejected(StoreError):
    """What was asked breaks a rule of the ledger; the text says which."""


class IllegalTransition(StoreError):
    """The row is in a state from which this step is not allowed."""


class BrokenSeal(StoreError):
    """None of the data keys opens a sealed value."""
