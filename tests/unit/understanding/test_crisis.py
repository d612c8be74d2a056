"""The crisis detector: all evidence together, and which crisis it is."""

from dataclasses import replace

import numpy as np
import pytest

from bot.understanding.crisis import DOUBT_FROM, FIRE_FROM, CrisisDetector, best_margin
from bot.understanding.heads import Head
from bot.understanding.model import Alarm
from bot.understanding.reading import CLOSELY, Glance
from bot.understanding.rules import Hits, RuleBook
from tests.factories import make_reading, make_rule

#: Columns of the sorter, and of the alarm's head.
LABELS = ("", "fall", "fire", "permit")
SAFETY = {"fall", "fire"}
RULES = RuleBook(
    [
        make_rule("fire", "着火", safety=True, score=0.9),
        make_rule("fall", "摔", safety=True, score=0.5),
    ]
)
NO_FEATURES = (np.zeros(0, np.int32), np.zeros(0, np.float32))


def make_alarm(*, margins=(0.5, -0.5, -0.6), **fields) -> Alarm:
    """Return an alarm whose head always has these margins, for "", fall and fire."""
    head = Head(
        grams=np.zeros((1, 3), np.int8),
        scale=np.ones(3, np.float32),
        bias=np.array(margins, np.float32),
    )
    plain = Alarm(
        labels=("", "fall", "fire"),
        head=head,
        quick=(1.0, 1.0, 1.0, 0.0),
        close=(1.0, 1.0, 1.0, 0.0),
        fire_from=0.3,
    )
    return replace(plain, **fields)


def glance(text: str) -> Glance:
    return Glance(text, NO_FEATURES, RULES.hits(text))


def leaning(crises: float, **fields):
    """Return a reading that gives crises this share together."""
    return make_reading([0.0, crises / 2, crises / 2, 1.0 - crises], **fields)


def detector(alarm: Alarm | None) -> CrisisDetector:
    return CrisisDetector(alarm, LABELS, SAFETY)


def test_without_a_learned_part_the_rules_alone_speak():
    """The strongest, at its own weight; no rule, no crisis."""
    alone = detector(None)

    odds, which = alone.judge(glance("着火了我摔了"), leaning(0.99))
    assert which == "fire"
    assert odds == pytest.approx(0.92)
    assert alone.judge(glance("居住证"), leaning(0.99)) == (0.0, "")
    assert alone.fire_from == FIRE_FROM


def test_a_quick_reading_has_weights_of_its_own():
    """Only one that looked at the vector is weighed as one."""
    found = detector(make_alarm(quick=(0.0, 0.0, 0.0, -2.0), close=(0.0, 0.0, 0.0, 2.0)))

    by_stage = {
        stage: found.judge(glance("居住证"), leaning(0.5, stage=stage))[0]
        for stage in ("exact", "n-grams", "nearest", CLOSELY)
    }
    assert by_stage.pop(CLOSELY) == pytest.approx(1 / (1 + np.exp(-2.0)))
    assert list(by_stage.values()) == pytest.approx([1 / (1 + np.exp(2.0))] * 3)


def test_the_learned_threshold_counts():
    """Not the one for want of a trial."""
    assert detector(make_alarm()).fire_from == 0.3


def test_the_more_the_sorter_leans_to_crises_the_likelier_is_one():
    """All crises together, from never to always, and finite at both ends."""
    found = detector(make_alarm(quick=(0.0, 0.0, 1.0, 0.0)))

    odds = [found.judge(glance(""), leaning(share))[0] for share in (0.0, 0.1, 0.5, 0.9, 1.0)]
    assert odds == sorted(set(odds))
    assert odds[2] == pytest.approx(0.5)
    assert 0 < odds[0] < odds[-1] < 1


def test_a_share_counts_whichever_crisis_has_it():
    """Two half-sure crises are one sure alarm."""
    found, alarm = detector(make_alarm()), make_alarm()
    halves = found.evidence(alarm, glance(""), make_reading([0.1, 0.4, 0.4, 0.1]))
    whole = found.evidence(alarm, glance(""), make_reading([0.1, 0.8, 0.0, 0.1]))

    assert halves == pytest.approx(whole)


def test_the_features_are_margin_strongest_rule_and_lean():
    """The margin of everything else is no crisis's."""
    found, alarm = detector(make_alarm()), make_alarm()

    margin, rule, lean = found.evidence(alarm, glance("着火了我摔了"), leaning(0.5))
    assert (margin, rule, lean) == pytest.approx((-0.5, 0.92, 0.0))
    assert found.evidence(alarm, glance("居住证"), leaning(0.5))[1] == 0.0
    assert best_margin(np.array([9.0, -1.0, -2.0], np.float32), alarm.labels) == -1.0


def test_a_rule_raises_the_odds():
    """By what it is worth."""
    found = detector(make_alarm())

    said, silent = (found.judge(glance(text), leaning(0.1))[0] for text in ("着火了", "居住证"))
    assert said > silent


@pytest.mark.parametrize(
    ("text", "margins", "which"),
    [
        ("居住证", (0.5, -0.5, -0.6), "fall"),
        ("着火了", (0.5, -0.5, -0.6), "fire"),
        ("着火了", (0.5, 0.5, -0.6), "fall"),
        ("着火了我摔了", (0.5, -0.5, -0.6), "fire"),
        ("居住证", (9.0, -0.5, -0.4), "fire"),
    ],
    ids=["head", "rule", "sure head", "stronger rule", "never none"],
)
def test_head_and_rules_name_the_crisis_together(text: str, margins, which: str):
    """A rule's word counts half a margin."""
    assert detector(make_alarm(margins=margins)).judge(glance(text), leaning(0.5))[1] == which


def test_a_rule_of_a_crisis_the_head_never_learned_can_still_name_it():
    """From as low as a crisis without any sign."""
    alarm = make_alarm(margins=(0.5, -0.9), labels=("", "fall"))

    assert detector(alarm).judge(glance("着火了"), leaning(0.5))[1] == "fire"
    sure = make_alarm(margins=(0.5, 0.9), labels=("", "fall"))
    assert detector(sure).judge(glance("着火了"), leaning(0.5))[1] == "fall"


def test_some_odds_or_any_crisis_rule_ask_for_a_closer_look():
    """A missed crisis is worse than a slow answer."""
    found = detector(make_alarm())
    silent = Glance("居住证", NO_FEATURES, Hits())

    assert found.doubtful(silent, (DOUBT_FROM, "fall"))
    assert not found.doubtful(silent, (DOUBT_FROM - 0.01, "fall"))
    assert found.doubtful(glance("着火了"), (0.0, ""))


def test_without_crises_among_the_labels_the_lean_is_the_lowest():
    """A sorter that knows none leans to none."""
    none = CrisisDetector(make_alarm(), ("", "permit"), SAFETY)

    lean = none.evidence(make_alarm(), glance(""), make_reading([0.5, 0.5]))[2]
    assert lean == pytest.approx(np.log(1e-4), abs=1e-3)
