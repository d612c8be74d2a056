"""The emulator's parts, put together once for each app."""

from __future__ import annotations

import threading

from flask import current_app

from bot.sandbox.actions import Actions
from bot.sandbox.chaos import Chaos
from bot.sandbox.clock import SandboxClock
from bot.sandbox.jobs import SendLog
from bot.sandbox.media import MediaStore
from bot.sandbox.model import UrlState
from bot.sandbox.oauth import OAuthCodes
from bot.sandbox.push import Pusher
from bot.sandbox.replycheck import ReplyChecker
from bot.sandbox.robots import RobotLimits
from bot.sandbox.settings import SandboxSettings
from bot.sandbox.tokens import Tokens
from bot.sandbox.world import World

EXTENSION = "nuanlin-sandbox"


class Platform:
    """One running emulator; `close` ends its threads."""

    def __init__(self, settings: SandboxSettings, clock: SandboxClock) -> None:
        self.settings = settings
        self.clock = clock
        self.world = World(settings, clock)
        self.chaos = Chaos()
        self.media = MediaStore(clock, room_bytes=settings.media_bytes)
        self.tokens = Tokens(
            clock,
            lifetime_s=settings.token_lifetime_s,
            overlap_s=settings.token_overlap_s,
            daily_limit=settings.token_daily_limit,
        )
        self.oauth = OAuthCodes(clock)
        self.sends = SendLog(clock)
        self.robots = RobotLimits(clock)
        self.pusher = Pusher(
            settings,
            clock=clock,
            world=self.world,
            chaos=self.chaos,
            checker=ReplyChecker(
                media=self.media.exists,
                strict=settings.strict,
                text_limit_bytes=settings.text_limit_bytes,
            ),
        )
        self.actions = Actions(
            base_url=settings.base_url,
            clock=clock,
            world=self.world,
            media=self.media,
            pusher=self.pusher,
        )
        self._verifying = threading.Event()

    def start_verifying(self) -> None:
        """Verify every account's address in the background until each has answered once."""
        if not self._verifying.is_set():
            self._verifying.set()
            threading.Thread(target=self._verify, daemon=True, name="sandbox-verify").start()

    def close(self) -> None:
        """Stop waiting threads; requests on the wire end with their deadline."""
        self.world.close()

    def _verify(self) -> None:
        while not self.world.closing.is_set():
            waiting = [
                account.slug
                for account in list(self.world.accounts.values())
                if account.url_state is not UrlState.VERIFIED
            ]
            for slug in waiting:
                self.pusher.verify_url(slug)
            if self.world.closing.wait(self.settings.verify_retry_s):
                return


def platform() -> Platform:
    """The emulator behind the current request."""
    found: Platform = current_app.extensions[EXTENSION]
    return found
