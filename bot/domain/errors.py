"""The product's error family, by what a caller can do about it.

No text of an error is ever shown to a resident (DESIGN.md §3); a person at a terminal reads it.
"""


class BotError(Exception):
    """Root of every error this product raises on purpose."""


class ConfigError(BotError):
    """The process must not start; the text names the setting and how to mend it."""


class PackError(BotError):
    """A content file is wrong; the content author can mend it.

    Args:
        problems: one line a problem, each naming file, key path, expectation and example.
    """

    def __init__(self, problems: list[str]):
        super().__init__("\n".join(problems))
        self.problems = problems


class MessageError(BotError):
    """Something is wrong with an incoming request."""


class BadSignature(MessageError):
    """The request is not from the platform: answer 403."""


class Unparsable(MessageError):
    """Authentic, but not a message we can read: answer ``success`` and count it."""


class ChannelError(BotError):
    """The platform did not take what we sent."""

    def __init__(self, message: str, *, code: int | None = None):
        super().__init__(message)
        self.code = code


class RetryLater(ChannelError):
    """A passing trouble; the same call may be repeated after ``after_s`` seconds."""

    def __init__(self, message: str, *, after_s: float, code: int | None = None):
        super().__init__(message, code=code)
        self.after_s = after_s


class QuotaExhausted(ChannelError):
    """The platform's budget is used up; another route or another day."""


class Undeliverable(ChannelError):
    """This person cannot be reached on this route; repeating does not help."""


class AmbiguousSend(ChannelError):
    """No answer came: the message may or may not have arrived (WECHAT.md §14.3)."""


class StoreError(BotError):
    """The state store or the database did not serve us."""


class StoreUnavailable(StoreError):
    """The store cannot be reached now."""
