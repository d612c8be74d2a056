"""Dialogues through the real webhook, in secure mode, against the emulator.

One file of dialogues a group; a dialogue is a title and turns, each with what is expected of it:

- ``say``, ``voice`` (text, or ``{text, recognised}``), ``location`` (latitude, longitude), ``image``,
  ``video``, ``link``, ``follow`` (scene), ``scan`` (scene), ``menu`` (key), ``unfollow``, ``event``
  (``{name, fields}``): what the resident does;
- ``expect``: ``intent`` and ``decision`` as the turn log has them, ``contains``/``lacks`` pieces of
  the bubble, ``choices`` offered by number, ``quiet`` for no bubble at all, ``alert`` raised by this
  turn (reason) with its ``urgency``, ``staff`` pieces of what the staff's group reads, ``topics``
  subscribed, ``community`` of the resident's record, ``erased``.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.records import alerts, residents, subscriptions
from bot.state import keys
from bot.testing import PICTURE, Heard, Phone, Stage, stage

FOLDER = Path(__file__).parent
TURN_KEYS = {
    "say", "voice", "location", "image", "video", "link", "follow", "scan", "menu", "unfollow",
    "event",
}  # fmt: skip
EXPECT_KEYS = {
    "intent", "decision", "contains", "lacks", "choices", "quiet", "alert", "urgency", "staff",
    "topics", "community", "erased",
}  # fmt: skip
LEAST_DIALOGUES = 45


@dataclass(frozen=True)
class Dialogue:
    """One conversation of a new resident."""

    id: str
    title: str
    followed: bool
    turns: list[dict[str, Any]]


def read_dialogues() -> list[Dialogue]:
    """Read every file beside this one; a misspelt key is an error."""
    found = []
    for file in sorted(FOLDER.glob("*.yaml")):
        raws = yaml.safe_load(file.read_text(encoding="utf-8"))
        for number, raw in enumerate(raws, 1):
            assert set(raw) <= {"title", "followed", "turns"}, (file.name, raw)
            for turn in raw["turns"]:
                assert len(set(turn) & TURN_KEYS) == 1, (file.name, turn)
                assert set(turn) <= TURN_KEYS | {"expect"}, (file.name, turn)
                assert set(turn.get("expect", {})) <= EXPECT_KEYS, (file.name, turn)
            name = f"{file.stem}-{number}"  # titles are Chinese; pytest would escape them
            found.append(Dialogue(name, raw["title"], raw.get("followed", True), raw["turns"]))
    return found


DIALOGUES = read_dialogues()


@pytest.fixture(scope="module")
def streets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bool, Stage]]:
    """Two houses, each with an emulator: a group's robot posts only so often in a minute."""
    with (
        stage(tmp_path_factory.mktemp("street")) as one,
        stage(tmp_path_factory.mktemp("forms")) as two,
    ):
        yield {False: one, True: two}


@pytest.fixture
def street(streets: dict[bool, Stage], dialogue: Dialogue) -> Stage:
    """Give the house of a dialogue; every dialogue has a resident of its own."""
    return streets[dialogue.id.startswith("forms")]


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue.id)
def test_a_dialogue_runs_as_written(street: Stage, dialogue: Dialogue) -> None:
    """Every turn is answered with what its line promises, and without a defect on the wire."""
    phone = street.phone(followed=dialogue.followed)

    for number, turn in enumerate(dialogue.turns, 1):
        before = _last_turn(street)
        alerted = _alerts(street, phone)
        heard = _do(phone, turn)
        rows = street.turns(before)
        found = Turn(street, phone, heard, rows[-1][1] if rows else {}, alerted)
        where = f"{dialogue.title}, {number}: {turn}\nheard: {heard.text}\nlog: {found.logged}"
        found.check(turn.get("expect", {}), where)


@dataclass(frozen=True)
class Turn:
    """What one turn left behind."""

    street: Stage
    phone: Phone
    heard: Heard
    logged: dict[str, Any]
    alerted: list[tuple[str, str]]

    def check(self, expect: dict[str, Any], where: str) -> None:
        """Compare with the expectations."""
        assert not self.heard.problems, where
        assert len(self.heard.attempts) == 1, where
        self._check_words(expect, where)
        self._check_records(expect, where)
        for name in ("intent", "decision"):
            if name in expect:
                assert self.logged.get(name) == (expect[name] or ""), where
        if "choices" in expect:
            session = self.street.session(self.street.ref(self.phone))
            assert len(session.choices) == expect["choices"], where
            assert all(choice.label in self.heard.text for choice in session.choices), where

    def _check_words(self, expect: dict[str, Any], where: str) -> None:
        assert self.heard.outcome == ("quiet" if expect.get("quiet") else "replied"), where
        for piece in expect.get("contains", ()):
            assert piece in self.heard.text, f"{piece!r} is missing; {where}"
        for piece in expect.get("lacks", ()):
            assert piece not in self.heard.text, f"{piece!r} is said; {where}"
        if "staff" in expect:
            self.street.work()
            said = self.phone.bubbles("group:staff")[-1]
            for piece in expect["staff"]:
                assert piece in said, f"{piece!r} is missing; staff read {said!r}; {where}"

    def _check_records(self, expect: dict[str, Any], where: str) -> None:
        db, ref = self.street.house.db, self.street.ref(self.phone)
        raised = _alerts(self.street, self.phone)
        new = raised[len(self.alerted) :]
        if "erased" not in expect:
            wanted = [expect["alert"]] if "alert" in expect else []
            assert [reason for reason, _ in new] == wanted, where
        if "urgency" in expect:
            assert new[0][1] == expect["urgency"], where
        if "topics" in expect:
            assert sorted(subscriptions.topics(db, ref)) == sorted(expect["topics"]), where
        if "community" in expect:
            record = residents.get(db, ref)
            assert (record.community if record else None) == expect["community"], where
        if expect.get("erased"):
            assert residents.get(db, ref) is None, where
            assert not raised, where
            session = self.street.session(ref)
            assert (session.community, session.topic, session.language) == ("", "", ""), where


def _last_turn(street: Stage) -> str:
    rows: Any = street.house.state.client.xrevrange(keys.TURNS, count=1)
    return rows[0][0].decode() if rows else "-"


def _alerts(street: Stage, phone: Phone) -> list[tuple[str, str]]:
    """Return reason and urgency of a resident's alerts, oldest first."""
    rows = alerts.list_open(street.house.db, None, limit=1000)
    mine = sorted((row.id, row) for row in rows if row.ref == street.ref(phone))
    return [(row.reason, row.urgency.value) for _, row in mine]


def _do(phone: Phone, turn: dict[str, Any]) -> Heard:
    (name,) = set(turn) & TURN_KEYS
    value = turn[name]
    match name:
        case "voice":
            spoken = value if isinstance(value, dict) else {"text": value}
            return phone.act("voice", **spoken)
        case "location":
            return phone.act("location", latitude=value[0], longitude=value[1], label="演示位置")
        case "image":
            return phone.act(
                "image", base64=base64.b64encode(PICTURE).decode(), file_name="photo.png"
            )
        case "link":
            return phone.act("link", title=value, description="", url="https://example.com/")
        case "follow" | "scan":
            return phone.act(name, scene=value or "")
        case "menu":
            return phone.act("event", event="CLICK", fields={"EventKey": value})
        case "event":
            return phone.act("event", event=value["name"], fields=value.get("fields", {}))
        case "say":
            return phone.say(str(value))
        case _:
            return phone.act(name)


def test_there_are_enough_dialogues_and_their_titles_differ() -> None:
    """Nobody shrinks the collection unnoticed."""
    assert len(DIALOGUES) >= LEAST_DIALOGUES
    assert len({dialogue.title for dialogue in DIALOGUES}) == len(DIALOGUES)


def test_every_working_intent_has_a_dialogue(streets: dict[bool, Stage]) -> None:
    """An intent of the working groups that no dialogue reaches would break unseen."""
    groups = {"chat", "services", "points", "legal", "party", "community", "places", "safety"}
    groups |= {"account"}
    known = {
        name for name in streets[False].house.registry.intents if name.partition(".")[0] in groups
    }
    reached = {
        turn["expect"]["intent"]
        for dialogue in DIALOGUES
        for turn in dialogue.turns
        if turn.get("expect", {}).get("intent")
    }

    assert not known - reached
