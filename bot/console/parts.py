"""What the console is made of; bootstrap fills it in."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.dialog.moves import Vocabulary
from bot.domain.clock import Clock
from bot.packs.loader import PackStore
from bot.pipeline.registry import Registry
from bot.pipeline.speech import Speech
from bot.records.database import Database
from bot.sdk import Services
from bot.state.connection import State
from bot.understanding.router import Router


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleParts:
    """Finished parts of the house.

    Attributes:
        db: records.
        state: Redis, for the throttle of the login.
        clock: time.
        packs: content.
        registry: capabilities, for titles and for trying a message out.
        router: gives the understanding snapshot in force.
        vocabulary: how residents steer.
        services: what handlers may use; trying out never writes through them.
        speech: turns replies into text.
        home: slug of the community of the account in the settings.
    """

    db: Database
    state: State
    clock: Clock
    packs: PackStore
    registry: Registry
    router: Callable[[], Router]
    vocabulary: Vocabulary
    services: Services
    speech: Speech
    home: str
