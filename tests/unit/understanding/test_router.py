"""One message in, one calibrated decision out, over the phrases of this repository."""

import pytest

from bot.bootstrap import Speechbook
from bot.understanding.router import Decision, Router


def test_the_index_reads_all_phrases(router: Router):
    """All styles of all intents, and what lies outside."""
    assert router.size > 6_000


@pytest.mark.parametrize(
    "text", ["居住证怎么办", "请问，居住證怎麼辦呀？？", "居住證怎麼辦", "嗯那个啥居住证怎么办呢"]
)
def test_a_known_question_is_answered_whatever_its_spelling(router: Router, text: str):
    """Marks, fillers and script change nothing."""
    found = router.understand(text)

    assert found.decision is Decision.ANSWER
    assert found.intent == "services.residence_permit"
    assert found.score > 0.9
    assert not found.safety


@pytest.mark.parametrize("text", ["", "   ", "？？！", "👍👍"])
def test_nothing_to_read_is_a_fallback(router: Router, text: str):
    """No guess is made from nothing."""
    found = router.understand(text)

    assert (found.decision, found.intents, found.candidates) == (Decision.FALLBACK, (), ())
    assert found.intent is None


@pytest.mark.parametrize(
    "text",
    ["我不想活了", "居住证怎么办，我不想活了", "你好 我不想活了", "活着没意思，想从楼上跳下去"],
)
def test_a_crisis_comes_first_whatever_else_is_asked(router: Router, text: str):
    """A missed crisis is worse than a wrong answer."""
    found = router.understand(text)

    assert found.safety
    assert found.decision is Decision.ANSWER
    assert found.intents[:1] == router.crisis(text) == ("safety.self_harm",)
    assert found.candidates[0].intent == "safety.self_harm"


@pytest.mark.parametrize("text", ["今天热死了", "累死我了", "笑死我了", "办证流程烦死了"])
def test_a_look_alike_fires_nothing(router: Router, text: str):
    """Tired is not in danger."""
    assert router.crisis(text) == ()
    assert not router.understand(text).safety


def test_every_rule_of_a_crisis_stands_in_a_crisis(speechbook: Speechbook):
    """No other intent may claim the first place."""
    safe = {
        intent.id
        for found in speechbook.capabilities
        for intent in found.intents
        if intent.kind.value == "safety"
    }
    claimed = {
        name
        for name, found in speechbook.phrasebook.sets.items()
        if any(rule.safety for rule in found.rules)
    }

    assert claimed
    assert claimed <= safe


def test_small_talk_does_not_swallow_an_ask(router: Router):
    """Hello and a question is a question."""
    assert router.understand("早上好，居住证怎么办").intent == "services.residence_permit"


def test_two_sure_asks_are_both_answered(router: Router):
    """In one message, two errands; never more than two."""
    found = router.understand("居住证怎么办，还有老板拖欠工资怎么办，律师哪天来")

    assert len(found.intents) == 2
    assert set(found.intents) <= {"services.residence_permit", "legal.wages", "legal.duty"}


@pytest.mark.parametrize("text", ["明天会下雨吗", "红烧肉怎么做才不腻", "给我讲个笑话"])
def test_what_belongs_to_no_intent_is_never_answered(router: Router, text: str):
    """An honest fallback, or a question back."""
    found = router.understand(text)

    assert found.decision is not Decision.ANSWER
    assert found.intents == ()


def test_candidates_fall_and_are_at_most_five(router: Router):
    """Likeliest first."""
    for text in ("工资居住证你好", "我不想活了", "孩子"):
        scores = [candidate.score for candidate in router.understand(text).candidates]
        assert scores[1:] == sorted(scores[1:], reverse=True)
        assert len(scores) <= 5
        assert all(0 <= score <= 1 for score in scores)


def test_every_decision_explains_itself(router: Router):
    """What spoke for it, for people."""
    why = router.understand("请问居住证到底咋办").why

    assert why["normal"] == "居住证到底咋办"
    assert why["nearest"]
    assert 0.75 <= why["thresholds"]["answer"] <= 0.95


def test_the_same_message_is_read_once(router: Router):
    """Crisis check, budget and answer share one reading."""
    assert router.understand("居住证怎么办") is router.understand("居住证怎么办")
