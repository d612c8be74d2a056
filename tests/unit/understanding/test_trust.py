"""What trial messages teach: thresholds, odds, and what they cannot teach."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from bot.understanding.learn import fit_model
from bot.understanding.lessons import OUTSIDE
from bot.understanding.model import Model
from bot.understanding.phrasebook import Expected, TrialMessage
from bot.understanding.training import SECOND_FROM, SECOND_ODDS
from bot.understanding.trust import least_cost, thresholds, trusted
from tests.factories import BagEncoder, make_trial
from tests.unit.understanding import town

#: Columns of the shares below: belongs to no intent, and four intents.
NOWHERE = 0


def shares_of(*rows: tuple[int, float]) -> np.ndarray:
    """Return one row for each (likeliest column, its share)."""
    out = np.zeros((len(rows), 5), np.float32)
    for at, (column, share) in enumerate(rows):
        out[at] = (1.0 - share) / 4
        out[at, column] = share
    return out


def levels(shares: np.ndarray, truth: list[int], outside: int = NOWHERE) -> tuple[float, float]:
    return thresholds(shares, np.array(truth), outside)


def town_trial(*, trial=tuple(town.TRIAL), encoder=None):
    """Return what the small phrasebook learns with these trial messages."""
    book = town.make_town(trial=trial)
    return fit_model(book, safety=town.SAFETY, light=town.LIGHT, encoder=encoder)


@cache
def tried(*trial: TrialMessage) -> Model:
    """Return the model of the phrases alone with what these messages teach."""
    book = town.make_town(trial=trial)
    return trusted(town.town_model(), book, safety=town.SAFETY, light=town.LIGHT, encoder=None)


# --- thresholds ---


def test_a_wrong_answer_that_can_be_avoided_is_avoided():
    """The threshold lies above it; the right ones above stay answered."""
    shares = shares_of((1, 0.97), (2, 0.97), (3, 0.84))

    answer, _ = levels(shares, [1, 2, 4])
    assert 0.84 < answer <= 0.97


def test_right_answers_bring_the_threshold_down():
    """A question back would only cost."""
    answer, _ = levels(shares_of((1, 0.78), (2, 0.79), (3, 0.9)), [1, 2, 3])

    assert answer <= 0.78


def test_where_all_thresholds_cost_the_same_the_careful_one_is_taken():
    """Answer from the highest, give up from the lowest."""
    assert levels(shares_of((1, 0.99), (2, 0.98)), [1, 2]) == (0.95, 0.5)


def test_what_belongs_nowhere_is_given_up_from_where_no_ask_is_lost():
    """A vain fallback costs two questions."""
    shares = shares_of((NOWHERE, 0.9), (NOWHERE, 0.85), (NOWHERE, 0.6))

    _, give_up = levels(shares, [NOWHERE, NOWHERE, 2])
    assert 0.6 < give_up <= 0.85


def test_without_a_label_for_what_belongs_nowhere_nothing_is_given_up():
    """The threshold is there all the same."""
    assert levels(shares_of((1, 0.99), (2, 0.5)), [1, 2], outside=-1) == (0.95, 0.5)


def test_no_answer_is_given_below_what_could_ever_pay():
    """However sure the trial makes it look."""
    answer, give_up = levels(shares_of(*[(1, 0.5)] * 20), [1] * 20)

    assert 0.75 <= answer <= 0.95
    assert 0.5 <= give_up <= 0.95


# --- least_cost ---


@pytest.mark.parametrize(
    ("miss", "false", "acts_on"),
    [(3.0, 1.0, [0.8, 0.6, 0.5]), (1.0, 3.0, [0.8])],
    ids=["a miss is worse", "a false one is worse"],
)
def test_what_costs_more_is_avoided(miss: float, false: float, acts_on: list[float]):
    """One case of each kind stands in the other's place."""
    odds = [0.8, 0.6, 0.5, 0.3]

    level = least_cost(odds, [1, 0, 1, 0], miss=miss, false=false)
    assert [value for value in odds if value >= level] == acts_on


def test_of_levels_that_cost_the_same_the_lowest_is_taken():
    """Where nothing tells them apart, rather act."""
    assert least_cost([0.95, 0.05], [1, 0], miss=1.0, false=1.0) == 0.1


# --- trusted ---


def test_the_same_trial_teaches_the_same_numbers():
    """A handful of messages, and nothing left to chance."""
    one, other = (town_trial(encoder=BagEncoder()) for _ in range(2))

    for model in (one, other):
        assert 0.75 <= model.sorter.answer_from <= 0.95
        assert 0.5 <= model.sorter.outside_from <= 0.95
        assert 0.1 <= model.alarm.fire_from <= 0.9
    plain = [
        (
            model.sorter.weigh_alone, model.sorter.weigh_cheap, model.sorter.weigh_full,
            model.sorter.answer_from, model.sorter.outside_from, model.sorter.second_odds,
            model.sorter.second_from, model.alarm.quick, model.alarm.close, model.alarm.fire_from,
        )
        for model in (one, other)
    ]  # fmt: skip
    assert plain[0] == plain[1]


def test_no_evidence_counts_against_what_it_speaks_for():
    """Nor does a rule, nor a sign of a crisis."""
    model = town.tried_model()

    for weighing in (model.sorter.weigh_alone, model.sorter.weigh_cheap, model.sorter.weigh_full):
        assert min(*weighing.weights, weighing.rules) >= 0
        assert weighing.place == model.sorter.labels.index(OUTSIDE)
    assert min(*model.alarm.quick[:-1], *model.alarm.close[:-1]) >= 0


def test_heads_and_phrases_are_not_learned_from_the_trial():
    """Its wording stays unknown."""
    plain, model = town.town_model(with_encoder=True), town.tried_model()

    assert model.index.texts == plain.index.texts
    assert np.array_equal(model.sorter.cheap.grams, plain.sorter.cheap.grams)
    assert np.array_equal(model.sorter.full.dense, plain.sorter.full.dense)
    assert np.array_equal(model.alarm.head.grams, plain.alarm.head.grams)


def test_without_an_encoder_there_is_nothing_to_weigh_it_by():
    """The rest is learned all the same."""
    found = town_trial().sorter

    assert (found.full, found.weigh_full) == (None, None)
    assert found.weigh_cheap.weights


@pytest.mark.parametrize(
    "added",
    [
        make_trial("律师哪天来", "wages"),
        make_trial("工资没拿到，居住证怎么办理", "lawyer", "wages", expected="two_asks"),
        make_trial("狗丢了怎么找", "pets"),
        make_trial("？！", "wages"),
    ],
    ids=["a phrase word for word", "two asks", "an intent nobody learned", "nothing to read"],
)
def test_what_teaches_nothing_moves_no_weighing(added):
    """However wrong its label is."""
    before, after = tried(*town.TRIAL).sorter, tried(*town.TRIAL, added).sorter

    assert after.weigh_alone == before.weigh_alone
    assert after.weigh_cheap == before.weigh_cheap
    assert (after.answer_from, after.outside_from) == (before.answer_from, before.outside_from)


def test_a_crisis_said_beside_another_ask_teaches_no_odds():
    """Either answer would do: it is neither a crisis to learn nor a look-alike."""

    def learned(*intents: str) -> Model:
        return tried(*town.TRIAL, make_trial("工资没发我不想活了", *intents))

    both, ask_alone = learned("wages", "danger"), learned("wages")

    assert both.sorter == ask_alone.sorter
    assert both.alarm.quick[0] > ask_alone.alarm.quick[0]


# --- second asks ---


def test_a_second_ask_is_learned_from_stories_and_from_two_asks():
    """Weights for its five features and one more."""
    found = town.tried_model().sorter

    assert found.second_odds != SECOND_ODDS
    assert len(found.second_odds) == len(SECOND_ODDS)
    assert 0.1 <= found.second_from <= 0.9


@pytest.mark.parametrize(
    "left_out",
    [
        [message for message in town.TRIAL if message is not town.STORY],
        [message for message in town.TRIAL if message.expected is not Expected.TWO_ASKS],
    ],
    ids=["no story", "no two asks"],
)
def test_too_few_messages_leave_a_second_asks_odds_as_they_were(left_out):
    """Of one kind alone nothing can be told apart."""
    found = tried(*left_out).sorter

    assert (found.second_odds, found.second_from) == (SECOND_ODDS, SECOND_FROM)


def test_an_ask_that_either_answer_would_do_for_teaches_no_second():
    """Its second half is the one ask, and does no harm."""
    either = replace(town.STORY, intents=("wages", "lawyer"))
    trial = [either if message is town.STORY else message for message in town.TRIAL]

    assert tried(*trial).sorter.second_odds == SECOND_ODDS


def test_a_model_without_crises_learns_no_odds():
    """Nothing is asked for that is not there."""
    model = replace(town.town_model(), alarm=None)
    book = town.make_town(trial=town.TRIAL)

    assert trusted(model, book, safety=(), light=town.LIGHT, encoder=None).alarm is None
