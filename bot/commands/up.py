"""``up``: everything on one machine. Loads little itself, so that its children start at once."""

import argparse
import os
import secrets
from pathlib import Path

from bot import logs
from bot.commands.ports import check_port
from bot.commands.supervise import Supervisor
from bot.config import Settings, generate, load, package_root
from bot.domain.clock import Clock, SystemClock
from bot.domain.residents import pseudonym_key
from bot.packs.loader import PackStore
from bot.records import communities, migrate, staff
from bot.records.database import Database
from bot.records.staff import StaffRole
from bot.records.vault import Vault
from bot.state.embedded import EmbeddedRedis


def run_up(_arguments: argparse.Namespace) -> int:
    """Start everything on the embedded parts, print where it is, stop all of it on Ctrl-C."""
    environ = dict(os.environ)
    port = environ.get("PORT") or environ.get("BOT_PORT") or "8000"
    data_dir = Path(environ.get("BOT_DATA_DIR") or package_root() / "var").resolve()
    environ |= {"BOT_PORT": port, "BOT_SANDBOX": "1", "BOT_DATA_DIR": str(data_dir)}
    if not environ.get("BOT_SECRET_KEY"):
        generate(data_dir)
    settings = load(environ)
    logs.configure(level="WARNING", style="text", process="up")
    for taken in (settings.port, settings.port + 1):
        check_port("127.0.0.1", taken)
    redis = EmbeddedRedis(data_dir, settings.redis_socket)
    if settings.embedded_redis:
        redis.start()
    try:
        login = prepare(settings)
        figures = data_dir / "metrics"
        _empty(figures)
        environ["PROMETHEUS_MULTIPROC_DIR"] = str(figures)
        supervisor = Supervisor(
            environ, log_dir=data_dir / "log", tend=redis.tend, errands=errands(settings)
        )
        return supervisor.run(settings, banner(settings, login))
    finally:
        redis.stop()


def _empty(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        file.unlink()


def errands(settings: Settings) -> tuple[tuple[str, ...], ...]:
    """Return the commands to run once when everything is ready.

    The emulator starts without a menu, so it is given one. An account at the real platform, set
    with ``BOT_WECHAT_API_BASE``, is left alone: its menu changes when an operator says so.
    """
    sandbox = f"http://127.0.0.1:{settings.port + 1}"
    return (("menu", "put"),) if settings.api_base.rstrip("/") == sandbox else ()


def prepare(settings: Settings) -> str:
    """Migrate, list the communities, and create the first member of staff where there is none.

    Returns:
        his login, or "" when there is somebody already.
    """
    clock = SystemClock()
    migrate.upgrade(settings.database_url)
    db = Database(
        settings.database_url,
        vault=Vault(settings.data_keys, pseudonym_key(settings.secret_key)),
        pool_size=1,
    )
    try:
        found = PackStore(settings.packs_dir).communities()
        titles = {layer.model.slug: layer.model.title for layer in found}
        communities.sync(db, titles, clock.now())
        return first_staff(db, clock)
    finally:
        db.close()


def first_staff(db: Database, clock: Clock) -> str:
    """Create the first member of staff where there is none; return his login, or ""."""
    if staff.list_all(db, limit=1):
        return ""
    password = secrets.token_urlsafe(9)
    staff.add(
        db,
        name="admin",
        password=password,
        role=StaffRole.ADMIN,
        communities=None,
        now=clock.now(),
    )
    return f"admin / {password}"


def banner(settings: Settings, login: str) -> list[str]:
    """Return the lines that tell a person where everything is."""
    lines = [
        f"phone page   http://127.0.0.1:{settings.port + 1}/",
        f"webhook      http://127.0.0.1:{settings.port}/wechat/default",
        f"console      http://127.0.0.1:{settings.port}/console/",
        f"account      default: token {settings.token}  app id {settings.app_id}",
        f"             EncodingAESKey {settings.aes_key}  mode {settings.mode}",
    ]
    if login:
        lines.append(f"first login  {login}  (shown once; change it with: staff passwd admin)")
    return lines
