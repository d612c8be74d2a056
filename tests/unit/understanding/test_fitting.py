"""Heads are fitted by how many phrases a label has."""

import numpy as np
import pytest
from scipy import sparse

from bot.understanding.features import GramSpace
from bot.understanding.fitting import (
    FEW,
    VECTOR_WEIGHT,
    Method,
    Names,
    Samples,
    few,
    fit_head,
    method_for,
)
from bot.understanding.heads import in_steps
from bot.understanding.training import in_order

#: Three labels, two n-grams each, of which the last stands in every row.
ROWS = sparse.csr_matrix(
    np.array([[1, 0, 0, 1], [1, 0, 0, 1], [0, 1, 0, 1], [0, 1, 0, 1], [0, 0, 1, 1]], np.float32)
)
LABELS = np.array([0, 0, 1, 1, 2], np.int32)
ALL = np.arange(4, dtype=np.int32)
ONES = np.ones(4, np.float32)


def labels(each: int, count: int = 4) -> list[str]:
    return [str(number) for number in range(count) for _ in range(each)]


def test_few_phrases_a_label_make_a_logistic_head_that_trusts_the_vector_more():
    """With five examples most words of a message are new."""
    sparse_lesson, rich = method_for(labels(5), None), method_for(labels(200), None)

    assert (sparse_lesson.kind, rich.kind) == ("logistic", "joint")
    assert sparse_lesson.vector_weight == pytest.approx(2 * VECTOR_WEIGHT)
    assert rich.vector_weight == VECTOR_WEIGHT
    assert few(labels(FEW))
    assert not few(labels(FEW + 1))


def test_one_crowded_label_does_not_make_a_lesson_rich():
    """The middle label decides: what belongs to no intent is always the largest."""
    assert few([*labels(5), *["crowded"] * 5_000])


@pytest.mark.parametrize("kind", ["each", "joint", "logistic"])
def test_a_head_finds_the_labels_of_its_rows(kind: str):
    """All three ways agree where nothing is in doubt."""
    head = fit_head(Samples(rows=ROWS, labels=LABELS, count=3), Method(kind=kind))
    for row, label in zip(ROWS.toarray(), LABELS, strict=True):
        assert int(head.score(ALL, row).argmax()) == label


@pytest.mark.parametrize("kind", ["each", "joint", "logistic"])
def test_two_labels_and_one_that_was_not_met(kind: str):
    """Two labels are one row of weights to scikit-learn; a label without phrases never wins."""
    met = LABELS < 2
    head = fit_head(Samples(rows=ROWS[met], labels=LABELS[met], count=3), Method(kind=kind))
    for row, label in zip(ROWS.toarray()[met], LABELS[met], strict=True):
        assert int(head.score(ALL, row).argmax()) == label


def test_what_a_label_is_called_teaches():
    """A message that means what a label is called, and shares no word with its phrases."""
    dense = np.eye(6, dtype=np.float32)
    names = Names(np.array([0, 1], np.int32), dense[[4, 5]])
    rows = sparse.csr_matrix(np.eye(4, dtype=np.float32))
    samples = Samples(rows=rows, labels=np.array([0, 0, 1, 1], np.int32), count=2, dense=dense[:4])
    method = Method(kind="logistic", axes=None, names=names)
    nothing = np.zeros(0, np.int32), np.zeros(0, np.float32)

    head = fit_head(samples, method)

    assert int(head.score(*nothing, dense[4]).argmax()) == 0
    assert int(head.score(*nothing, dense[5]).argmax()) == 1


def test_weights_in_steps_are_the_weights():
    """To half a step of the column's largest."""
    weights = np.random.default_rng(1).normal(size=(50, 3)).astype(np.float32)
    weights[:, 2] = 0.0

    whole, scale = in_steps(weights)

    assert whole.dtype == np.int8
    assert np.all(np.abs(whole * scale - weights) <= scale / 2 + 1e-6)


def test_the_commonest_n_grams_come_first_and_the_rarest_go():
    """All alike rare together, so that the order of the phrases decides nothing."""
    space = GramSpace({"a": 0, "b": 1, "c": 2, "d": 3}, np.array([3.0, 1.0, 2.0, 3.0], np.float32))

    assert list(in_order(space).columns) == ["b", "c", "a", "d"]
    assert list(in_order(space, most=3).columns) == ["b", "c"]
    assert in_order(space, most=3).idf.tolist() == [1.0, 2.0]
