"""One ask or two: which clause leads, and what a second ask needs."""

import math

import numpy as np
import pytest

from bot.understanding.asks import AskFinder, log_odds
from bot.understanding.lessons import OUTSIDE
from tests.factories import make_reading

LABELS = (OUTSIDE, "greet", "lawyer", "permit", "wages")
#: Weights that look at the clause alone: as sure as it is, so likely it is an ask.
CLAUSE_ALONE = (1.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def make_finder(*, odds=CLAUSE_ALONE, second_from: float = 0.5) -> AskFinder:
    return AskFinder(
        LABELS, {OUTSIDE, "greet"}, answer_from=0.8, odds=odds, second_from=second_from
    )


def sure_of(label: str, share: float = 0.96):
    """Return a reading that gives one label this share, the others the same each."""
    rest = (1.0 - share) / (len(LABELS) - 1)
    return make_reading([share if one == label else rest for one in LABELS])


def found(whole, *parts, **fields):
    asks = make_finder(**fields).find(whole, parts)
    return LABELS[asks.lead.order[0]], asks.second


def test_one_ask_without_clauses_is_the_whole_messages():
    """Nothing is made up."""
    whole = sure_of("permit")

    asks = make_finder().find(whole, [])
    assert asks.lead is whole
    assert asks.second == ""


def test_a_sure_whole_leads_whatever_its_clauses_say():
    """A clause is torn out of what it stands in."""
    assert found(sure_of("permit", 0.85), sure_of("wages"), sure_of("greet"))[0] == "permit"


def test_an_unsure_whole_yields_to_a_sure_clause():
    """The surest of them."""
    whole = sure_of("permit", 0.4)

    assert found(whole, sure_of("wages", 0.92))[0] == "wages"
    assert found(whole, sure_of("wages", 0.89))[0] == "permit"


def test_of_several_sure_clauses_the_first_leads_where_the_whole_would_not_be_answered():
    """What a resident asks first is answered first, though a later clause is surer."""
    parts = sure_of("wages", 0.92), sure_of("lawyer", 0.97)

    assert found(sure_of("permit", 0.79), *parts)[0] == "wages"
    assert found(sure_of("permit", 0.81), *parts)[0] == "permit"


def test_small_talk_yields_to_an_ask_however_sure_it_is():
    """Good morning, and a question."""
    assert found(sure_of("greet", 0.99), sure_of("greet"), sure_of("permit")) == ("permit", "")


def test_an_advertisement_does_not_yield_to_the_services_it_names():
    """It belongs to no intent, surely; only an unsure one does."""
    assert found(sure_of(OUTSIDE, 0.9), sure_of("lawyer"))[0] == OUTSIDE
    assert found(sure_of(OUTSIDE, 0.45), sure_of("lawyer"))[0] == "lawyer"


def test_small_talk_and_what_belongs_nowhere_are_never_a_second_ask():
    """However sure the clause is."""
    assert found(sure_of("permit"), sure_of("greet", 0.99), sure_of(OUTSIDE, 0.99))[1] == ""


def test_the_surest_clause_stands_for_its_ask():
    """Said twice is one ask; asks keep their order."""
    weak, strong = sure_of("wages", 0.6), sure_of("wages", 0.9)
    tops = make_finder().tops([weak, sure_of("permit"), strong, sure_of("greet")])

    assert list(tops) == ["wages", "permit"]
    assert tops["wages"] is strong


def test_a_second_ask_is_the_likeliest_that_reaches_its_threshold():
    """At the threshold counts, below does not."""
    whole, parts = sure_of("permit"), [sure_of("wages", 0.7), sure_of("lawyer", 0.9)]
    finder = make_finder()
    odds = finder._odds(finder.candidates(whole, whole, finder.tops(parts))["lawyer"])

    assert found(whole, *parts) == ("permit", "lawyer")
    assert found(whole, *parts, second_from=odds) == ("permit", "lawyer")
    assert found(whole, *parts, second_from=odds + 1e-6) == ("permit", "")


def test_a_second_ask_is_judged_by_clause_and_whole_together():
    """Its clause, how far the whole stands behind it, and the first ask's own clause."""
    whole = make_reading([0.1, 0.0, 0.25, 0.6, 0.05], scores=np.array([-2, -3, -0.5, 1, -1.5]))
    parts = [sure_of("permit", 0.9), sure_of("lawyer", 0.8), sure_of("wages", 0.7)]
    finder = make_finder()

    rows = finder.candidates(whole, whole, finder.tops(parts))

    assert set(rows) == {"lawyer", "wages"}
    own = log_odds(float(parts[0].share(0)))
    assert rows["lawyer"] == pytest.approx((log_odds(0.8), 1.5, -0.5, 1.0, own), abs=1e-3)
    assert rows["wages"] == pytest.approx((log_odds(0.7), 2.5, -1.5, 0.0, own), abs=1e-3)


def test_a_first_ask_without_a_clause_of_its_own_counts_against_a_second():
    """Then the other clause may be half of the one ask."""
    whole, finder = sure_of("permit"), make_finder()
    ((*_, own),) = finder.candidates(whole, whole, finder.tops([sure_of("wages")])).values()

    assert own == log_odds(0.0)


def test_a_phrase_word_for_word_has_no_second_ask():
    """It has no scores to weigh a clause against."""
    whole = make_reading([0.0025, 0.0025, 0.0025, 0.99, 0.0025], scores=None)

    assert found(whole, sure_of("wages", 0.99), sure_of("permit")) == ("permit", "")


def test_log_odds_of_never_and_always_are_finite():
    """Even in half precision."""
    assert log_odds(0.5) == 0.0
    assert log_odds(0.0) == pytest.approx(-log_odds(1.0))
    assert math.isfinite(log_odds(1.0 + 1e-7))
