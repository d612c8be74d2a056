"""The per-minute limit of WeCom group robots (群机器人)."""

from __future__ import annotations

import threading
from collections import deque

from bot.sandbox.clock import SandboxClock

PER_MINUTE = 20
BLOCK_S = 60.0


class RobotLimits:
    """Twenty posts in any minute; the one too many blocks the robot for a minute."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._sent: dict[str, deque[float]] = {}
        self._blocked_until: dict[str, float] = {}

    def spend(self, key: str) -> bool:
        """Use one post of a robot; False when it is over its limit."""
        with self._lock:
            now = self._clock.time()
            if now < self._blocked_until.get(key, 0.0):
                return False
            sent = self._sent.setdefault(key, deque())
            while sent and sent[0] <= now - 60.0:
                sent.popleft()
            if len(sent) >= PER_MINUTE:
                self._blocked_until[key] = now + BLOCK_S
                return False
            sent.append(now)
            return True
