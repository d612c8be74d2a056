"""What is remembered between two messages, and for how long."""

from datetime import timedelta

import pytest

from bot.domain.replies import Choice
from bot.domain.sessions import TOPIC_LIFE, Session, dump, load
from bot.testing import START

FULL = Session(
    community="demo",
    language="zh-Hant",
    topic="legal.wages",
    choices=(Choice(label="在哪办", target="field:where"),),
    rest=("还有一段",),
    touched_s=int(START.timestamp()),
    known=True,
    misses=2,
)


def test_a_session_comes_back_as_it_was_stored():
    """Redis holds text."""
    assert load(dump(FULL)) == FULL
    assert load(dump(FULL).encode()) == FULL


def test_a_topic_closes_after_half_an_hour_and_settings_stay():
    """A number sent the next day picks nothing by accident."""
    still = FULL.fresh(START + TOPIC_LIFE)
    later = FULL.fresh(START + TOPIC_LIFE + timedelta(seconds=1))

    assert still == FULL
    assert (later.topic, later.choices, later.rest, later.misses) == ("", (), (), 0)
    assert (later.community, later.language, later.known) == ("demo", "zh-Hant", True)


@pytest.mark.parametrize(
    "stored",
    [
        None, "", b"\xff", "[]", "null", "7", '"x"', "{", '{"s": "x"}', '{"s": Infinity}',
        '{"s": NaN}', '{"o": [1]}', '{"o": [["a"]]}', '{"o": 5}', '{"r": 5}', "[" * 100_000,
    ],
)  # fmt: skip
def test_whatever_is_unreadable_is_a_new_session(stored: str | bytes | None):
    """A damaged key never stops a conversation."""
    assert load(stored) == Session()


def test_odd_values_become_plain_ones():
    """Nothing but text, numbers and yes or no leaves the store."""
    found = load('{"o": [[1, null]], "k": "yes", "t": 4}')

    assert found.choices == (Choice(label="1", target="None"),)
    assert found.known is None
    assert found.topic == "4"
