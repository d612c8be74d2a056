"""``train`` on this deployment's own phrases: the packs', and those that staff added."""

from bot.bootstrap import House, build, load_speechbook, router_source
from bot.config import Settings, load, models_dir
from bot.domain.errors import BotError, ConfigError, StoreError
from bot.logs import logger
from bot.understanding.overlay import Addition
from bot.understanding.router import Router


def train_here() -> tuple[Router, str]:
    """Learn, write the artefact, and tell running processes.

    Without records to ask (an image that is being built, a checkout) only the packs are learned.

    Returns:
        the router and, for people, where its artefact is and what it was learned from.

    Raises:
        ConfigError: the artefact could not be written.
    """
    settings = _settings()
    house = build(settings, process="train") if settings else None
    try:
        source = house.router_source if house else router_source(load_speechbook(), models_dir())
        added = _added(house)
        known = source.is_learned(added)
        router = source.learn(added)
        if house is None or not added:
            return router, f"{models_dir()}, the packs alone"
        if not known:
            _tell(house)
        return router, f"{house.settings.learned_dir}, {len(added)} phrases added by staff"
    except OSError as error:
        where = error.filename or models_dir()
        raise ConfigError(
            f"{where}: {error.strerror}; BOT_MODELS_DIR and BOT_DATA_DIR must be writable to learn"
        ) from error
    finally:
        if house:
            house.close()


def _settings() -> Settings | None:
    """Return this deployment's settings, or nothing where there is no deployment."""
    try:
        found = load()
    except ConfigError:
        return None
    url = found.database_url
    if found.embedded_database and url == f"sqlite:///{found.data_dir / 'nuanlin.db'}":
        return found if (found.data_dir / "nuanlin.db").exists() else None
    return found


def _added(house: House | None) -> list[Addition]:
    if house is None:
        return []
    try:
        return house.additions()
    except StoreError:
        logger().warning("phrases.away")
        return []


def _tell(house: House) -> None:
    try:
        house.phrases_version.tell()
    except BotError:
        logger().warning("phrases.not_told")  # they look for it within a minute
