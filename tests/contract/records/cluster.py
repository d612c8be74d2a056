"""A throw-away PostgreSQL server on a free loopback port."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from uuid import uuid4

import psycopg

PACKAGE = "postgresql"
START_TIMEOUT_S = 30


class MissingPackage(Exception):
    """No server binaries here; the text names the Debian package."""


class Cluster:
    """A server of its own, without durability, gone with its folder when stopped."""

    def __init__(self):
        self._bin = _binaries()
        self._run_as = _unprivileged()
        self.folder = Path(tempfile.mkdtemp(prefix="nuanlin-postgres-"))
        if self._run_as:
            shutil.chown(self.folder, "postgres", "postgres")
        self.port = _free_port()
        self.log = self.folder / "server.log"

    def start(self) -> None:
        """Create and start the server; the log is part of what is raised when it fails."""
        data = str(self.folder / "data")
        self._command(
            "initdb", "-D", data, "-A", "trust", "-U", "nuanlin", "-E", "UTF8", "--locale=C", "-N"
        )
        settings = (
            f"-c listen_addresses=127.0.0.1 -p {self.port} -c unix_socket_directories='' "
            "-c fsync=off -c full_page_writes=off -c max_connections=200"
        )
        self._command(
            "pg_ctl",
            "-D",
            data,
            "-l",
            str(self.log),
            "-w",
            "-t",
            str(START_TIMEOUT_S),
            "-o",
            settings,
            "start",
        )

    def stop(self) -> None:
        """Stop the server and delete its folder."""
        self._command("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name: str) -> str:
        """Return the SQLAlchemy URL of a database of this server."""
        return f"postgresql+psycopg://nuanlin@127.0.0.1:{self.port}/{name}"

    def create(self, template: str = "template1") -> str:
        """Create a database from a template; return its URL."""
        name = f"test_{uuid4().hex}"
        with psycopg.connect(self._dsn(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected."""
        name = url.rpartition("/")[2]
        with psycopg.connect(self._dsn(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _dsn(self) -> str:
        return f"postgresql://nuanlin@127.0.0.1:{self.port}/postgres"

    def _command(self, program: str, *arguments: str) -> None:
        # output goes to a file: a pipe would be kept open by the server
        with (self.folder / "commands.log").open("ab") as output:
            done = subprocess.run(
                [*self._run_as, str(self._bin / program), *arguments],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(self.folder)},
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=2 * START_TIMEOUT_S,
                check=False,
            )
        if done.returncode:
            files = (self.folder / "commands.log", self.log)
            logs = [file.read_text() for file in files if file.exists()]
            raise RuntimeError(f"{program} failed:\n" + "\n".join(logs))


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).parent
    raise MissingPackage(f"needs the Debian package {PACKAGE}")


def _unprivileged() -> list[str]:
    """Return how to leave root, which the server refuses to run as."""
    if os.geteuid() != 0:
        return []
    try:
        pwd.getpwnam("postgres")
    except KeyError as error:
        raise MissingPackage(f"needs the Debian package {PACKAGE} (no user postgres)") from error
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
