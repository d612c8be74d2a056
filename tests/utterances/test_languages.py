"""Sentences in English and in written Cantonese that no phrase file has."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap import Speechbook
from bot.understanding.normalize import normalize
from bot.understanding.router import Decision, Router

FOLDER = Path(__file__).parent
#: Set -> least share answered of what can be, least share right of what was answered.
SETS = {
    "cantonese": (0.9, 0.95),
    "english": (0.85, 0.95),
    "english_held_out": (0.55, 0.9),
    "english_unseen": (0.55, 0.9),
}
CRISES = ("safety.", "legal.violence")


def rows(name: str) -> list[dict[str, Any]]:
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("name", SETS)
def test_no_sentence_of_a_set_stands_in_the_phrases(name: str, speechbook: Speechbook):
    """What was learned measures nothing."""
    book = speechbook.phrasebook
    known = {normalize(text) for found in book.sets.values() for text in found.texts()}
    known |= {normalize(text) for lines in book.outside.values() for text in lines}
    known |= {normalize(text) for found in book.sets.values() for text in found.look_alikes}

    assert len(rows(name)) >= 50
    assert [row["text"] for row in rows(name) if normalize(row["text"]) in known] == []


@pytest.mark.parametrize("name", SETS)
def test_most_asks_are_answered_and_answers_are_right(name: str, router: Router):
    """A wrong answer is the worst outcome, a question back is a smaller one."""
    least_answered, least_right = SETS[name]
    asks = [row for row in rows(name) if row["intent"]]
    found = [(row, router.understand(row["text"])) for row in asks]
    answered = [(row, one) for row, one in found if one.decision is Decision.ANSWER]
    right = [one for row, one in answered if {row["intent"], *row.get("also", ())} & {*one.intents}]

    assert len(answered) / len(asks) >= least_answered
    assert len(right) / len(answered) >= least_right


@pytest.mark.parametrize("name", SETS)
def test_no_crisis_is_missed(name: str, router: Router):
    """Whatever language help is asked for in."""
    crises = [row["text"] for row in rows(name) if str(row["intent"]).startswith(CRISES)]

    assert crises
    assert [text for text in crises if not router.understand(text).safety] == []


@pytest.mark.parametrize("name", SETS)
def test_what_only_sounds_like_a_crisis_raises_no_alarm(name: str, router: Router):
    """And so does nothing that belongs to no intent."""
    outside = [row["text"] for row in rows(name) if not row["intent"]]

    assert [text for text in outside if router.understand(text).safety] == []
