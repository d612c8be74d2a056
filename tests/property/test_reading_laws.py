"""Laws of reading: n-grams and sounds of any text, second asks, thresholds of any trial."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.understanding.asks import AskFinder, log_odds
from bot.understanding.calibrate import fit_speaking_for
from bot.understanding.features import LONGEST, grams
from bot.understanding.lessons import OUTSIDE
from bot.understanding.normalize import clauses, normalize, pinyin, sounds
from bot.understanding.trust import least_cost, thresholds
from tests.factories import make_reading

LABELS = (OUTSIDE, "greet", "a", "b", "c")
NORMALS = st.text(max_size=60).map(normalize) | st.text(
    alphabet="居住证女绿一7azvuhngxy\u0627\u064b嗯", max_size=20
)
WEIGHTS = st.floats(-20, 20)


@st.composite
def readings(draw: st.DrawFn, *, scored: bool = True):
    """Draw a reading of five labels; one word for word has no scores."""
    raw = np.array(draw(st.lists(st.floats(0, 1), min_size=5, max_size=5))) + 1e-6
    found = make_reading(raw / raw.sum())
    if scored or draw(st.booleans()):
        return found
    return make_reading(raw / raw.sum(), scores=None)


@st.composite
def trials(draw: st.DrawFn):
    """Draw probabilities of some messages and their true columns."""
    count = draw(st.integers(1, 12))
    rows = st.lists(st.floats(0, 1, width=32), min_size=5, max_size=5)
    raw = np.array(draw(st.lists(rows, min_size=count, max_size=count)), np.float32) + 1e-4
    truth = draw(st.lists(st.integers(0, 4), min_size=count, max_size=count))
    return raw / raw.sum(axis=1, keepdims=True), np.array(truth)


@given(st.text(max_size=60) | NORMALS)
@example("")
@example("\ud800")
@example("😀𠀀")
def test_any_text_has_its_n_grams(text: str):
    """Slices of it, as many as there are places for."""
    found = grams(text)

    assert len(found) == sum(max(0, len(text) - size + 1) for size in range(1, LONGEST + 1))
    assert all(gram in text for gram in found)


@given(NORMALS)
@example("wifi居住证x1")
@example("ng")
def test_each_syllable_character_and_run_sounds_as_one_character(normal: str):
    """And never as one that a message may contain."""
    heard = sounds(normal)

    assert len(heard) == len(pinyin(normal))
    assert not set(heard) & set(normal)


@given(st.text(max_size=40))
@example("\ud800")
@example("\ue000\U000f0000")
def test_any_text_has_some_sound(text: str):
    """Even one that is in no normal form."""
    assert bool(sounds(text)) == bool(text)


@given(st.text(alphabet="居住证女绿一7嗯\u0627\u064b", max_size=20))
def test_letters_beside_a_text_change_nothing_of_how_it_sounds(text: str):
    """With letters syllables are read one by one, without in one pass: both say the same."""
    assert sounds(f"{text}wifi") == sounds(text) + sounds("wifi")


@given(st.lists(st.text(alphabet="居住证办理要工资没发", min_size=1, max_size=4), max_size=8))
def test_blanks_lose_nothing(words: list[str]):
    """Commas or words: together the clauses say what the message says."""
    assert "".join(clauses(" ".join(words))) == "".join(words)


@given(
    readings(scored=False),
    st.lists(readings(), max_size=6),
    st.tuples(*[WEIGHTS] * 6),
    st.floats(0, 1),
)
def test_the_lead_is_never_its_own_second(whole, parts, odds, second_from: float):
    """A second is another ask, of a clause, and no small talk."""
    finder = AskFinder(
        LABELS, {OUTSIDE, "greet"}, answer_from=0.8, odds=odds, second_from=second_from
    )
    asks = finder.find(whole, parts)

    assert asks.second != LABELS[asks.lead.order[0]] or asks.second == ""
    assert asks.second in {"", "a", "b", "c"}
    assert asks.second in {"", *(LABELS[part.order[0]] for part in parts)}
    assert any(asks.lead is one for one in (whole, *parts))


@given(readings(), st.lists(readings(), max_size=6))
def test_what_a_second_ask_is_judged_by_is_finite(whole, parts):
    """One row of five figures an ask."""
    finder = AskFinder(LABELS, {OUTSIDE}, answer_from=0.8, odds=(0.0,) * 6, second_from=0.5)
    tops = finder.tops(parts)

    for row in finder.candidates(whole, finder.lead(whole, tops), tops).values():
        assert len(row) == 5
        assert all(map(math.isfinite, row))


@given(st.floats(0, 1), st.floats(0, 1))
def test_log_odds_are_finite_and_rise(one: float, other: float):
    """From never to always."""
    assert math.isfinite(log_odds(one))
    if one < other:
        assert log_odds(one) <= log_odds(other)


@given(trials(), st.sampled_from([0, -1]))
def test_thresholds_stay_within_their_ranges(trial, outside: int):
    """Whatever a trial says, nothing is answered that could never pay."""
    answer, give_up = thresholds(*trial, outside)

    assert 0.75 <= answer <= 0.95
    assert 0.5 <= give_up <= 0.95


@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), max_size=20),
    st.floats(0.1, 10),
    st.floats(0.1, 10),
)
def test_no_level_costs_less_than_the_one_chosen(cases, miss: float, false: float):
    """Among all that are tried."""
    odds, right = [odd for odd, _ in cases], [one for _, one in cases]
    level = least_cost(odds, right, miss=miss, false=false)

    def cost(at: float) -> float:
        missed = sum(one and odd < at for odd, one in cases)
        return miss * missed + false * sum(not one and odd >= at for odd, one in cases)

    assert 0.1 <= level <= 0.9
    off_grid = all(abs(odd * 100 - round(odd * 100)) > 1e-6 for odd in odds)
    if off_grid:  # there a level and its rounded form part the cases alike
        lowest = min(cost(step / 100) for step in range(10, 91))
        assert cost(level) == pytest.approx(lowest)


@given(
    st.lists(
        st.tuples(st.tuples(*[st.floats(-5, 5)] * 3), st.integers(0, 1)), min_size=3, max_size=20
    )
)
def test_nothing_ever_counts_against_what_it_speaks_for(cases):
    """One weight a figure, and the constant."""
    weights = fit_speaking_for([row for row, _ in cases], [one for _, one in cases]).weights

    assert len(weights) == 4
    assert min(weights[:-1]) >= 0
    assert all(map(math.isfinite, weights))
