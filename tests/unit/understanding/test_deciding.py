"""What is done with asks and crises together, on a small phrasebook whose numbers are set here."""

from dataclasses import replace

import pytest

from bot.understanding.model import Model
from bot.understanding.router import Decision, Router
from tests.factories import BagEncoder
from tests.unit.understanding import town

#: Weights that look at a clause alone: as sure as it is, so likely it is a second ask.
CLAUSE_ALONE = (1.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def make_router(*, model: Model | None = None, alarm: dict | None = None, **sorter) -> Router:
    """Return a router over the small phrasebook with some of its numbers set."""
    model = model or town.town_model()
    fields = {"second_odds": CLAUSE_ALONE, "second_from": 0.5, "answer_from": 0.8, **sorter}
    model = replace(model, sorter=replace(model.sorter, **fields))
    if alarm:
        model = replace(model, alarm=replace(model.alarm, **alarm))
    encoder = BagEncoder() if model.encoder else None
    return Router(model, town.make_town(), safety=town.SAFETY, light=town.LIGHT, encoder=encoder)


@pytest.mark.parametrize(
    "text",
    ["我真的不想活下去了 工资没拿到", "工资没拿到，我不想活了"],
    ids=["crisis first", "crisis last"],
)
def test_an_ask_beside_a_crisis_is_answered_behind_its_help(text: str):
    """The crisis leads wherever it was said."""
    found = make_router().understand(text)

    assert found.safety
    assert found.decision is Decision.ANSWER
    assert found.intents == ("danger", "wages")
    assert found.candidates[0].intent == "danger"


def test_a_crisis_alone_is_answered_alone():
    """No ask is made up beside it."""
    found = make_router().understand("我真的不想活下去了")

    assert found.intents == ("danger",)
    assert found.score >= 0.5


def test_beside_a_crisis_no_more_than_one_ask_is_answered():
    """A person in danger reads little."""
    found = make_router().understand("我不想活了，工资没拿到，律师哪天来")

    assert found.intents[0] == "danger"
    assert len(found.intents) == 2


def test_small_talk_beside_a_crisis_is_passed_over():
    """Good evening is no ask."""
    assert make_router().understand("晚上好，我真的不想活下去了").intents == ("danger",)


def test_what_belongs_nowhere_is_no_ask_beside_a_crisis():
    """A message nobody serves, led by what is surely none of ours."""
    found = make_router().understand("红烧肉怎么做，我真的不想活下去了")

    assert found.intents == ("danger",)


def test_only_the_detector_raises_an_alarm():
    """However sure the sorter is of a crisis: it falls to a question or to a person."""
    found = make_router(alarm={"fire_from": 1.1}).understand("我真的不想活下去了")

    assert not found.safety
    assert "danger" not in found.intents
    assert found.decision is not Decision.ANSWER


def test_a_second_ask_that_is_a_crisis_is_no_answer_without_the_detector():
    """The first is answered alone."""
    found = make_router(alarm={"fire_from": 1.1}).understand("居住证怎么办，我真的不想活下去了")

    assert not found.safety
    assert "danger" not in found.intents


def test_what_is_surely_none_of_ours_gets_no_answer_though_a_clause_would():
    """An advertisement names services too."""
    router = make_router(outside_from=0.5)
    found = router.understand("推荐一部电影，居住证怎么办")

    assert found.why["outside"] >= 0.5
    assert (found.decision, found.intents) == (Decision.FALLBACK, ())


def test_what_may_be_none_of_ours_is_asked_back_below_its_threshold():
    """The message is the same, the threshold another."""
    found = make_router(outside_from=1.1).understand("推荐一部电影，居住证怎么办")

    assert (found.decision, found.intents) == (Decision.CLARIFY, ())
    assert all(candidate.intent for candidate in found.candidates)


def test_a_second_ask_needs_its_odds():
    """The same message, a threshold that nothing reaches."""
    text = "居住证怎么办，律师哪天来"

    assert make_router().understand(text).intents == ("permit", "lawyer")
    assert make_router(second_from=1.1).understand(text).intents == ("permit",)


def test_a_message_that_would_not_be_answered_has_no_second_ask_either():
    """A question back is about the first."""
    found = make_router(answer_from=1.1).understand("居住证怎么办，律师哪天来")

    assert found.decision is not Decision.ANSWER
    assert found.intents == ()


def test_a_known_harmless_phrase_raises_no_alarm_whatever_the_detector_says():
    """Word for word it is somebody's ask."""
    always = {"quick": (0.0, 0.0, 0.0, 9.0), "close": (0.0, 0.0, 0.0, 9.0)}
    router = make_router(alarm=always)

    assert router.crisis("律师哪天来") == ()
    assert router.crisis("律师哪天来一下") == ("danger",)


def test_doubt_asks_for_the_vector_and_its_own_weights():
    """A quick suspicion may be taken back by a close look."""
    model = town.town_model(with_encoder=True)
    suspicious = {"quick": (0.0, 0.0, 0.0, 9.0), "close": (0.0, 0.0, 0.0, -9.0)}
    router = make_router(model=model, alarm=suspicious)

    found = router.understand("律师哪天来一下")
    assert not found.safety
    assert found.why["stage"] == "encoder"


def test_a_doubtful_message_is_lifted_by_a_clause_that_says_it():
    """Where no mark parts it, only the whole decides."""
    doubtful = {"quick": (4.0, 0.0, 0.0, -0.5), "fire_from": 0.5}
    router = make_router(alarm=doubtful)

    assert router.crisis("今天几号，股票涨了吗，我不想活了") == ("danger",)
    assert router.crisis("今天几号股票涨了吗我不想活了") == ()


def test_a_message_beyond_doubt_is_not_lifted_by_a_clause():
    """It may be the title of a film."""
    unlikely = {"quick": (4.0, 0.0, 0.0, -3.0), "fire_from": 0.5}

    assert make_router(alarm=unlikely).crisis("今天几号，股票涨了吗，我不想活了") == ()
    assert make_router(alarm=unlikely).crisis("我不想活了") == ("danger",)


@pytest.mark.parametrize("text", ["", "？！", " 👍 "])
def test_nothing_to_read_is_explained_as_nothing(text: str):
    """No number is made up."""
    found = make_router().understand(text)

    assert (found.decision, found.score, found.why) == (Decision.FALLBACK, 0.0, {"normal": ""})
