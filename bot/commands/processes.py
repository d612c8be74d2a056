"""``up`` and the single processes."""

import argparse
import os
import secrets
import socket
import subprocess
import sys
from pathlib import Path
from threading import Event
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings

from bot import logs
from bot.bootstrap import House, build
from bot.commands.supervise import Supervisor
from bot.config import SANDBOX_GH_ID, Settings, generate, load, package_root
from bot.domain.errors import ConfigError
from bot.records import staff
from bot.records.staff import StaffRole
from bot.sandbox import AccountSettings, Mode, RobotSettings, SandboxSettings, serve
from bot.schedule.process import LEASE_S
from bot.schedule.process import run as run_schedule
from bot.state.embedded import EmbeddedRedis
from bot.worker.process import run as run_worker

#: Threads in each web worker: many wait in Redis or SQL at once, few compute.
WEB_THREADS = 8
#: Connections a web worker may hold waiting.
WEB_BACKLOG = 1024


def declare(commands: Any) -> None:
    """Add the commands to the parser."""
    up = commands.add_parser("up", help="all processes, with the embedded parts and the sandbox")
    up.set_defaults(run=run_up)
    for name, run, text in (
        ("web", web, "the web process"),
        ("worker", worker, "the task worker"),
        ("scheduler", scheduler, "the scheduler"),
        ("sandbox", sandbox, "the platform emulator with its phone page"),
    ):
        one = commands.add_parser(name, help=text)
        one.set_defaults(run=run)


def web(_arguments: argparse.Namespace) -> int:
    """Serve the webhook until SIGTERM."""
    settings = load()
    logs.configure(level=settings.log_level, style=settings.log_format, process="web")
    address = "127.0.0.1" if settings.sandbox else "0.0.0.0"  # noqa: S104 - production listens
    check_port(address, settings.port)
    Granian(
        "bot.wsgi:make_app",
        address=address,
        port=settings.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=settings.web_workers,
        blocking_threads=WEB_THREADS,
        backlog=WEB_BACKLOG,
        http1_settings=HTTP1Settings(keep_alive=True, pipeline_flush=False),
        websockets=False,
        log_access=False,
        log_enabled=settings.log_level == "DEBUG",
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=6,
        working_dir=package_root(),
    ).serve()
    return 0


def check_port(address: str, port: int) -> None:
    """Check that a port is free.

    Raises:
        ConfigError: somebody else listens there.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise ConfigError(
                f"port {port} is taken: stop what listens there, or choose another with BOT_PORT"
                " (PORT for make run)"
            ) from error


def worker(_arguments: argparse.Namespace) -> int:
    """Work on the queue until SIGTERM, with as many processes as set."""
    settings = load()
    alone = {**os.environ, "BOT_WORKER_PROCESSES": "1"}
    beside = [
        subprocess.Popen([sys.executable, "-m", "bot", "worker"], env=alone, cwd=package_root())
        for _ in range(settings.worker_processes - 1)
    ]
    house = build(settings, process="worker")
    try:
        run_worker(house.queue, db=house.db, store=house.turns)
    finally:
        for child in beside:
            child.terminate()
        for child in beside:
            child.wait(timeout=10)
        house.close()
    return 0


def scheduler(_arguments: argparse.Namespace) -> int:
    """Run the scheduler, or stand by, until SIGTERM."""
    house = build(load(), process="scheduler")
    run_schedule(house.lease("scheduler", LEASE_S), house.jobs())
    house.close()
    return 0


def sandbox(_arguments: argparse.Namespace) -> int:
    """Run the platform emulator until SIGTERM."""
    settings = load()
    logs.configure(level=settings.log_level, style=settings.log_format, process="sandbox")
    serve(sandbox_settings(settings), Event())
    return 0


def sandbox_settings(settings: Settings) -> SandboxSettings:
    """Return the emulator's settings for this deployment's own account."""
    account = AccountSettings(
        slug="default",
        title="暖邻",
        gh_id=SANDBOX_GH_ID,
        app_id=settings.app_id,
        app_secret=settings.app_secret,
        token=settings.token,
        aes_key=settings.aes_key,
        mode=Mode(settings.mode),
        callback_url=f"http://127.0.0.1:{settings.port}/wechat/default",
    )
    robots = (
        RobotSettings(
            key=settings.staff_robot_key, name="暖邻提醒", group="staff", group_title="社区值班群"
        ),
        *(robot for robot in SandboxSettings().robots if robot.group != "staff"),
    )
    return SandboxSettings(port=settings.port + 1, accounts=(account,), robots=robots)


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
    redis = EmbeddedRedis(data_dir, settings.redis_socket)
    if settings.embedded_redis:
        redis.start()
    try:
        house = House(settings)
        house.migrate()
        login = first_staff(house)
        house.close()
        figures = data_dir / "metrics"
        _empty(figures)
        environ["PROMETHEUS_MULTIPROC_DIR"] = str(figures)
        supervisor = Supervisor(environ, log_dir=data_dir / "log", tend=redis.tend)
        return supervisor.run(settings, banner(settings, login))
    finally:
        redis.stop()


def _empty(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        file.unlink()


def first_staff(house: House) -> str:
    """Create the first member of staff where there is none; return his login, or ""."""
    if staff.list_all(house.db, limit=1):
        return ""
    password = secrets.token_urlsafe(9)
    staff.add(
        house.db,
        name="admin",
        password=password,
        role=StaffRole.ADMIN,
        communities=None,
        now=house.clock.now(),
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


def require_database(house: House) -> None:
    """Check that the records are migrated.

    Raises:
        ConfigError: they are not.
    """
    from bot.records import migrate

    if migrate.current(house.settings.database_url) != migrate.head():
        raise ConfigError("the database is not migrated: run `python -m bot db upgrade`")
