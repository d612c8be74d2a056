"""Reading one text: no closer than it takes to be sure."""

from dataclasses import replace

import numpy as np
import pytest

from bot.understanding.heads import Weighing
from bot.understanding.lexical import LexicalIndex
from bot.understanding.model import Model
from bot.understanding.reading import CLOSELY, EXACT, Reader, Reading
from bot.understanding.rules import RuleBook
from tests.factories import BagEncoder
from tests.unit.understanding.town import RULES, town_model

SURE, BLIND = 60.0, 0.0


def weighed(*, alone: float, cheap: float = SURE, encoder: bool = False) -> Model:
    """Return a model that believes its n-gram head, and that head with its nearest, so much."""
    model = town_model(with_encoder=encoder)
    sorter = replace(
        model.sorter,
        weigh_alone=Weighing((alone,), 0.0, -1),
        weigh_cheap=Weighing((cheap, cheap), 0.0, -1),
    )
    return replace(model, sorter=sorter)


def make_reader(model: Model, encoder: BagEncoder | None = None) -> Reader:
    return Reader(model, RuleBook(RULES), encoder)


def top(reader: Reader, reading) -> str:
    return reader._model.sorter.labels[reading.order[0]]


def test_a_phrase_word_for_word_is_sure_at_once():
    """Ninety-nine in a hundred, the rest for all others together."""
    reader = make_reader(weighed(alone=BLIND))
    reading = reader.cheap(reader.glance("律师哪天来"))

    assert (reading.stage, top(reader, reading)) == (EXACT, "lawyer")
    assert reading.share(0) == pytest.approx(0.99)
    assert float(reading.shares.sum()) == pytest.approx(1.0, abs=0.01)
    assert reading.scores is None


def test_a_phrase_of_two_intents_or_of_none_is_not_known_word_for_word():
    """Exact is only what has one owner."""
    model = town_model()
    texts, owners = ["办证", "办证", "下雨吗", "律师"], ["permit", "wages", "", "lawyer"]
    reader = make_reader(replace(model, index=LexicalIndex(model.space, texts, owners)))

    assert [reader.exact(text) for text in ("办证", "下雨吗", "律师", "别的")] == [
        None, None, "lawyer", None,
    ]  # fmt: skip


def test_a_sure_n_gram_head_decides_alone():
    """The nearest phrases are not even looked for."""
    reader = make_reader(weighed(alone=SURE))
    reading = reader.cheap(reader.glance("居住证办理材料"))

    assert (reading.stage, top(reader, reading)) == ("n-grams", "permit")
    assert reading.evidence is None
    assert reading.scores is not None


def test_an_unsure_head_asks_the_nearest_phrases():
    """Both kinds of evidence are kept for a closer look."""
    reader = make_reader(weighed(alone=BLIND))
    reading = reader.cheap(reader.glance("居住证办理材料"))

    assert (reading.stage, top(reader, reading)) == ("nearest", "permit")
    assert reading.evidence.shape == (2, len(reading.shares))
    assert np.array_equal(reading.evidence[0], reading.scores)


def test_a_close_look_weighs_the_sentence_vector_too():
    """From either cheap stage; the same evidence, the same result."""
    glances, readings = [], []
    for alone in (SURE, BLIND):
        reader = make_reader(weighed(alone=alone, encoder=True), BagEncoder())
        glances.append(reader.glance("居住证办理材料"))
        (vector,) = reader.vectors(["居住证办理材料"])
        readings.append(reader.closely(glances[-1], reader.cheap(glances[-1]), vector))

    assert [reading.stage for reading in readings] == [CLOSELY, CLOSELY]
    assert np.array_equal(readings[0].shares, readings[1].shares)
    assert top(reader, readings[0]) == "permit"
    assert not np.array_equal(readings[0].scores, readings[0].evidence[0])


def other(reader: Reader) -> Reading:
    """Return the reading of a message that asks for nothing the clauses here ask for."""
    return reader.cheap(reader.glance("谢谢"))


def test_a_phrase_word_for_word_is_not_looked_at_closely():
    """Nothing could make it surer."""
    reader = make_reader(weighed(alone=BLIND, encoder=True), BagEncoder())
    glance = reader.glance("律师哪天来")
    cheap = reader.cheap(glance)
    (vector,) = reader.vectors(["律师哪天来"])

    assert reader.closely(glance, cheap, vector) is cheap


def test_without_an_encoder_there_are_no_vectors_and_no_close_look():
    """Nor with one the model was not fitted with."""
    for reader in (
        make_reader(weighed(alone=BLIND)),
        make_reader(weighed(alone=BLIND, encoder=True)),
        make_reader(weighed(alone=BLIND), BagEncoder()),
    ):
        assert reader.vectors(["居住证办理材料"]) is None
        readings = reader.clauses(["居住证办理材料", "律师电话"], other(reader))
        assert {reading.stage for reading in readings} == {"nearest"}


def test_a_model_without_a_full_head_has_nothing_to_look_closely_with():
    """The vector is passed over."""
    reader = make_reader(weighed(alone=BLIND))
    glance = reader.glance("居住证办理材料")
    cheap = reader.cheap(glance)

    assert reader.closely(glance, cheap, np.ones(32, np.float32)) is cheap


def test_a_clause_is_read_once():
    """谢谢 comes again and again."""
    reader = make_reader(weighed(alone=BLIND))

    assert reader.clause("谢谢")[1] is reader.clause("谢谢")[1]
    assert reader.clauses(["谢谢"], other(reader))[0] is reader.clause("谢谢")[1]


def test_the_hopeful_clauses_are_encoded_together_and_no_others():
    """One call; a clause that is sure, or without hope, costs none."""
    encoder = BagEncoder()
    reader = make_reader(weighed(alone=BLIND, cheap=0.5, encoder=True), encoder)
    parts = ["律师哪天来", "居住证办理材料", "工资没拿到呢"]

    readings = reader.clauses(parts, other(reader))

    assert encoder.calls == [["居住证办理材料", "工资没拿到呢"]]
    assert [reading.stage for reading in readings] == [EXACT, CLOSELY, CLOSELY]
    for at in (1, 2):
        glance = reader.glance(parts[at])
        (vector,) = BagEncoder().encode([parts[at]])
        alone = reader.closely(glance, reader.cheap(glance), vector)
        assert readings[at].shares == pytest.approx(alone.shares)


def test_clauses_without_hope_ask_no_vector_at_all():
    """Not even an empty call."""
    encoder = BagEncoder()
    reader = make_reader(weighed(alone=BLIND, encoder=True), encoder)

    assert reader.clauses([], other(reader)) == []
    known = reader.clauses(["律师哪天来", "你好", "xyz"], other(reader))
    assert [reading.stage for reading in known] == [EXACT, EXACT, "nearest"]
    assert encoder.calls == []


def test_a_clause_that_says_what_the_whole_says_is_not_looked_at_closely():
    """It cannot be a second ask."""
    encoder = BagEncoder()
    reader = make_reader(weighed(alone=BLIND, cheap=0.2, encoder=True), encoder)
    whole = reader.cheap(reader.glance("居住证办理材料呢"))

    reader.clauses(["居住证办理材料", "好的"], whole)

    assert encoder.calls == []


def test_of_many_clauses_none_is_looked_at_closely():
    """A long story would cost too much."""
    encoder = BagEncoder()
    reader = make_reader(weighed(alone=BLIND, cheap=0.2, encoder=True), encoder)

    reader.clauses(["居住证办理材料", "工资没拿到呢", "xyz", "律师电话"], other(reader))

    assert encoder.calls == []


def test_a_rule_speaks_for_its_intent_and_silence_costs_nothing():
    """One weight a label; a label nobody learned is passed over."""
    reader = make_reader(town_model())
    hits = reader.glance("工资不发了").hits.plain
    weights = reader.ruled(hits)
    labels = town_model().sorter.labels

    assert [labels[at] for at in np.flatnonzero(weights)] == ["wages"]
    assert reader.ruled(()) is None
    stranger = replace(hits[0], rule=replace(hits[0].rule, intent="nobody"))
    assert not reader.ruled((stranger,)).any()


def test_beyond_the_end_of_a_ranking_nothing_is_left():
    """A small model ranks fewer than eight."""
    reader = make_reader(town_model())
    reading = reader.cheap(reader.glance("工资不发了"))

    assert reading.share(len(reading.order)) == 0.0
    assert [reading.share(at) for at in range(6)] == sorted(reading.shares, reverse=True)
