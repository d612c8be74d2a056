"""A console on a real SQLite and a real Redis, and people who use it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.records import staff
from bot.records.staff import StaffRole
from bot.testing import START, Rig, rig

PASSWORD = "correct horse battery"
_CSRF = re.compile(r'name="csrf" value="([^"]*)"')


@dataclass
class Browser:
    """A browser that sends back the form token it was given, as a person's would.

    Attributes:
        client: its cookies.
        token: the token of the last page that carried one.
    """

    client: FlaskClient
    token: str = ""
    seen: str = field(default="", repr=False)

    def get(self, path: str, **options: object) -> TestResponse:
        """Open a page of the console."""
        return self._read(self.client.get(f"/console{path}", **options))

    def post(self, path: str, **form: object) -> TestResponse:
        """Send a form with the token."""
        return self._read(self.client.post(f"/console{path}", data={"csrf": self.token, **form}))

    def login(self, name: str, password: str = PASSWORD, **form: object) -> TestResponse:
        """Open the login page and send it."""
        self.get("/login")
        response = self.post("/login", name=name, password=password, **form)
        if response.status_code == 303:
            self.get("/password")
        return response

    def _read(self, response: TestResponse) -> TestResponse:
        self.seen = unescape(response.get_data(as_text=True))
        response.close()
        found = _CSRF.search(self.seen)
        self.token = found.group(1) if found else self.token
        return response


@dataclass
class Console:
    """The console and the house behind it."""

    rig: Rig
    app: Flask

    def browser(self) -> Browser:
        """Return a browser without any cookie."""
        return Browser(self.app.test_client())

    def person(
        self,
        name: str = "lin",
        role: StaffRole = StaffRole.ADMIN,
        communities: tuple[str, ...] | None = None,
    ) -> Browser:
        """Return the browser of a member of staff who has just logged in."""
        self.hire(name, role, communities)
        browser = self.browser()
        assert browser.login(name).status_code == 303
        return browser

    def hire(
        self,
        name: str = "lin",
        role: StaffRole = StaffRole.ADMIN,
        communities: tuple[str, ...] | None = None,
    ) -> None:
        """Add a member of staff."""
        staff.add(
            self.rig.house.db,
            name=name,
            password=PASSWORD,
            role=role,
            communities=communities,
            now=self.rig.clock.now(),
        )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, Flask]]:
    """One house for a module: reading all content takes longer than a test."""
    with rig(tmp_path_factory.mktemp("house")) as house:
        yield house, house.house.web_app()


@pytest.fixture
def console(built: tuple[Rig, Flask]) -> Console:
    """The console with empty records, an empty Redis and the clock at its start."""
    house, app = built
    house.clock.moment = START
    house.house.state.client.flushdb()
    empty(house)
    return Console(house, app)


def empty(house: Rig) -> None:
    """Delete what a test before left in the records."""
    from sqlalchemy import delete

    from bot.records.tables import TABLES

    with house.house.db.session() as session:
        for table in TABLES:
            if table.__tablename__ != "communities":
                session.execute(delete(table))
