"""Features, nearest phrases, heads and weighing: the cheap evidence."""

import numpy as np
import pytest

from bot.understanding.calibrate import Logistic, fit
from bot.understanding.features import fit_space, grams
from bot.understanding.heads import Head, Weighing, centred
from bot.understanding.lexical import LexicalIndex, Near
from bot.understanding.normalize import sounds

PHRASES = {
    "居住证怎么办": "permit",
    "办居住证要什么材料": "permit",
    "老板拖欠工资": "wages",
    "工资不发怎么办": "wages",
    "律师哪天来": "lawyer",
}
SPACE = fit_space(list(PHRASES))
INDEX = LexicalIndex(SPACE, list(PHRASES), list(PHRASES.values()))


def test_n_grams_are_up_to_three_characters_long_repeats_included():
    """Short texts have what there is; nothing has nothing."""
    assert grams("居住") == ["居", "住", "居住"]
    assert grams("哈哈").count("哈") == 2
    assert grams("") == []


def test_sounds_never_meet_characters():
    """Each syllable is one character of private use, so slices of them are n-grams of their own."""
    heard = sounds("居住证3")
    assert len(heard) == 4
    assert not set(heard) & set("居住证3")
    assert sounds("居注政3") == heard
    assert sounds("juzhuzheng3") == heard
    assert len(sounds("wifi")) == 1


def test_each_channel_of_a_message_has_its_own_length():
    """A long message does not weigh more than a short one."""
    for text in ("居住证怎么办", "工资"):
        _, values = SPACE.vector(text)
        assert float(np.linalg.norm(values)) == pytest.approx(1.64**0.5, rel=1e-3)


def test_what_no_phrase_has_is_passed_over():
    """No column is made up."""
    ids, values = SPACE.vector("xyz")

    assert len(ids) == len(values) == 0
    assert SPACE.width == len(SPACE.columns)


def test_a_phrase_is_nearest_to_itself():
    """Its score is one."""
    first = INDEX.nearest("老板拖欠工资")[0]

    assert (first.intent, first.phrase) == ("wages", "老板拖欠工资")
    assert first.score == pytest.approx(1.0)


def test_a_homophone_slip_still_lands_near_its_phrase():
    """Sound is a channel of its own."""
    assert INDEX.nearest("居注政咋办")[0].intent == "permit"


def test_scores_fall_and_stay_between_nought_and_one():
    """A ranking, one place an intent."""
    found = INDEX.nearest("居住证工资律师怎么办")

    assert [near.score for near in found] == sorted((near.score for near in found), reverse=True)
    assert all(0 <= near.score <= 1 for near in found)
    assert len({near.intent for near in found}) == len(found)


def test_a_phrase_can_be_left_out_to_measure_the_index_on_itself():
    """Otherwise every phrase would find itself."""
    assert "lawyer" not in {near.intent for near in INDEX.nearest("律师哪天来", skip=4)}


def test_a_message_without_any_known_piece_is_near_nothing():
    """No neighbour is made up."""
    assert INDEX.nearest("xyz") == []
    assert LexicalIndex(fit_space([]), [], []).nearest("居住证") == []
    assert Near("a", 0.5, "x") == Near("a", 0.5, "x")


def test_a_head_adds_up_its_columns_and_its_sentence_vector():
    """Bias, n-grams, and the vector where there is one."""
    head = Head(
        grams=np.array([[2, 0], [0, 4]], np.int8),
        scale=np.array([0.5, 0.5], np.float32),
        bias=np.array([0.5, 0.0], np.float32),
        dense=np.array([[0, 1], [0, 0]], np.float32),
        centre=np.zeros(2, np.float32),
    )
    ids, values = np.array([0, 1], np.int32), np.array([1.0, 0.5], np.float32)

    assert head.score(ids, values).tolist() == [1.5, 1.0]
    vector = np.array([3.0, 0.0], np.float32)
    assert head.score(ids, values, vector).tolist() == pytest.approx([1.5, 2.0])
    assert head.bias.tolist() == [0.5, 0.0]


def test_a_centred_vector_has_length_one():
    """Only its direction counts."""
    found = centred(np.array([4.0, 0.0], np.float32), np.array([1.0, 0.0], np.float32))

    assert found.tolist() == pytest.approx([1.0, 0.0])


def test_weighed_evidence_is_a_probability_and_a_rule_raises_its_intent():
    """Shares add up to one."""
    weigh = Weighing((1.0, 2.0), 0.0, -1)
    evidence = np.array([[0.1, 0.2, 0.0], [0.3, 0.3, 0.0]], np.float32)
    plain = weigh.probabilities(evidence, np.zeros(3, np.float32))
    ruled = weigh.probabilities(evidence, np.array([0.9, 0, 0], np.float32))

    assert float(plain.sum()) == pytest.approx(1.0)
    assert plain.argmax() == 1
    assert ruled[0] > plain[0]


def test_belonging_nowhere_has_a_weight_of_its_own():
    """It is no intent like the others."""
    evidence = np.zeros((1, 2), np.float32)

    shares = Weighing((1.0,), 2.0, 1).probabilities(evidence, np.zeros(2, np.float32))
    assert shares[1] > shares[0]


def test_a_fit_separates_what_can_be_separated():
    """Newton's method on two heaps."""
    model = fit([(0.0,), (0.1,), (0.9,), (1.0,)] * 10, [0, 0, 1, 1] * 10)

    assert model((0.05,)) < 0.1 < 0.9 < model((0.95,))


def test_a_model_refuses_a_row_of_another_length():
    """Weights and figures belong together."""
    with pytest.raises(ValueError, match="zip"):
        Logistic((1.0, 2.0, 3.0))((1.0,))


def test_extreme_figures_stay_probabilities():
    """No overflow, no nought by accident."""
    assert 0 < Logistic((1e9, 0.0))((-1.0,)) < Logistic((1e9, 0.0))((1.0,)) <= 1
