"""Logistic regression in which everything speaks for the label."""

import pytest

from bot.understanding.calibrate import fit, fit_speaking_for

#: One figure that tells, and one that says nearly the same a little too loudly.
CLEAR = [0.0, 1.0, 2.0, 5.0, 4.0, 8.0, 9.0, 10.0]
ECHO = [0.0, 1.0, 2.0, 9.0, 1.0, 8.0, 9.0, 10.0]
LABELS = [0, 0, 0, 0, 1, 1, 1, 1]


def rows(*columns: list[float]) -> list[tuple[float, ...]]:
    return list(zip(*columns, strict=True))


def test_where_all_speak_for_it_the_fit_is_the_plain_one():
    """Nothing is dropped without need."""
    assert fit_speaking_for(rows(CLEAR), LABELS) == fit(rows(CLEAR), LABELS)


def test_an_echo_that_would_count_against_the_label_is_left_out():
    """Its weight is nought, and the rest is fitted as if it were not there."""
    both = fit(rows(CLEAR, ECHO), LABELS)
    assert both.weights[1] < 0 < both.weights[0]

    clear, echo, constant = fit_speaking_for(rows(CLEAR, ECHO), LABELS).weights
    assert (clear, constant) == fit(rows(CLEAR), LABELS).weights
    assert echo == 0.0


def test_columns_keep_their_places_when_one_is_dropped():
    """A weight belongs to its figure, wherever that stands."""
    against = [-value for value in CLEAR]

    first, second, third, _ = fit_speaking_for(rows(against, ECHO, CLEAR), LABELS).weights
    assert first == 0.0
    assert min(second, third) >= 0.0 < max(second, third)


@pytest.mark.parametrize("table", [rows([-value for value in CLEAR]), [()] * 8])
def test_when_nothing_speaks_for_it_the_share_of_the_label_is_left(table):
    """Every figure dropped, or none given."""
    model = fit_speaking_for(table, [*LABELS[:-1], 0])

    assert [weight for weight in model.weights[:-1] if weight] == []
    assert model(table[0]) == pytest.approx(3 / 8, abs=0.01)


def test_the_row_may_keep_all_its_figures():
    """What was dropped weighs nothing, however large it is."""
    model = fit_speaking_for(rows(CLEAR, [-value for value in CLEAR]), LABELS)

    assert model((0.7, 1e6)) == model((0.7, -1e6))
