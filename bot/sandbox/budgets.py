"""How many customer-service messages (客服消息) an account may still send to one resident."""

from __future__ import annotations

from dataclasses import dataclass

MESSAGE_LIMIT, MESSAGE_WINDOW_S = 5, 48 * 3600.0
ACTION_LIMIT, ACTION_WINDOW_S = 3, 60.0

WINDOW_CLOSED = 45015
COUNT_USED_UP = 45047


@dataclass(slots=True)
class Window:
    """One open allowance."""

    limit: int
    expires_at: float
    used: int = 0


class Budget:
    """The two allowances of one resident: after a message, and after a tap, scan or follow."""

    def __init__(self) -> None:
        self._message: Window | None = None
        self._action: Window | None = None

    def on_message(self, now: float) -> None:
        """A resident's message opens a fresh window of 5 in 48 hours."""
        self._message = Window(MESSAGE_LIMIT, now + MESSAGE_WINDOW_S)

    def on_action(self, now: float) -> None:
        """A menu click, scan or follow opens a fresh window of 3 in one minute."""
        self._action = Window(ACTION_LIMIT, now + ACTION_WINDOW_S)

    def close(self) -> None:
        """Unfollowing ends every window."""
        self._message = self._action = None

    def refusal(self, now: float) -> int:
        """0 when one message may be sent now, else the platform's error code."""
        windows = self._open(now)
        if not windows:
            return WINDOW_CLOSED
        return 0 if any(window.used < window.limit for window in windows) else COUNT_USED_UP

    def spend(self, now: float) -> int:
        """Use one message, the shorter window first; returns what `refusal` returns."""
        code = self.refusal(now)
        if code == 0:
            free = [window for window in self._open(now) if window.used < window.limit]
            min(free, key=lambda window: window.expires_at).used += 1
        return code

    def left(self, now: float) -> int:
        """Messages that could be sent now."""
        return sum(window.limit - window.used for window in self._open(now))

    def closes_at(self, now: float) -> float | None:
        """When the last open window closes."""
        return max((window.expires_at for window in self._open(now)), default=None)

    def _open(self, now: float) -> list[Window]:
        return [w for w in (self._action, self._message) if w is not None and now < w.expires_at]
