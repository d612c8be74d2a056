"""The artefact: what was learned comes back as it was, or not at all."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.understanding import model as model_module
from bot.understanding.artefacts import Artefacts
from bot.understanding.heads import Weighing
from bot.understanding.model import Model, load, save
from tests.factories import BagEncoder
from tests.unit.understanding import town


def marked() -> Model:
    """Return a model in which every learned number is another."""
    model = town.town_model(with_encoder=True)
    sorter = replace(
        model.sorter,
        answer_from=0.81,
        outside_from=0.57,
        second_odds=(0.1, -0.2, 0.3, -0.4, 0.5, -0.6),
        second_from=0.43,
        weigh_alone=Weighing((1.25,), -0.5, 0, 0.75),
        weigh_cheap=Weighing((1.5, 2.5), 0.25, 0, 1.75),
        weigh_full=Weighing((3.5, 4.5, 5.5), -1.25, 0, 2.75),
    )
    alarm = replace(
        model.alarm, quick=(1.0, 2.0, 3.0, -4.0), close=(5.0, 6.0, 7.0, -8.0), fire_from=0.37
    )
    return replace(model, sorter=sorter, alarm=alarm)


def numbers(model: Model) -> dict[str, object]:
    """Return everything of sorter and alarm that is no array."""
    return {
        f"{type(part).__name__}.{name}": getattr(part, name)
        for part in (model.sorter, model.alarm)
        for name in type(part).__slots__
        if name not in {"cheap", "full", "head"}
    }


def test_every_learned_number_comes_back(tmp_path: Path):
    """Thresholds, odds and weighings; tuples stay tuples."""
    written = marked()
    save(written, tmp_path / "artefact")
    read = load(tmp_path / "artefact")

    assert numbers(read) == numbers(written)
    assert read.encoder == "bag"


def test_heads_and_phrases_come_back_and_score_the_same(tmp_path: Path):
    """Arrays are mapped, not copied, and say the same."""
    written = marked()
    save(written, tmp_path / "artefact")
    read = load(tmp_path / "artefact")
    features = read.features("居住证办理")
    (vector,) = BagEncoder().encode(["居住证办理"])

    assert features[0].tolist() == written.features("居住证办理")[0].tolist()
    for name in ("cheap", "full"):
        ours, theirs = getattr(written.sorter, name), getattr(read.sorter, name)
        assert np.array_equal(ours.score(*features, vector), theirs.score(*features, vector))
    assert np.array_equal(written.alarm.head.score(*features), read.alarm.head.score(*features))
    assert read.index.nearest("居住证办理") == written.index.nearest("居住证办理")


def test_what_a_model_has_not_is_not_there_either_when_it_comes_back(tmp_path: Path):
    """No encoder, no crises."""
    save(replace(town.town_model(), alarm=None), tmp_path / "artefact")
    read = load(tmp_path / "artefact")

    assert (read.alarm, read.sorter.full, read.sorter.weigh_full, read.encoder) == (
        None, None, None, "",
    )  # fmt: skip


@pytest.mark.parametrize("lost", ["model.json", "idf.npy", "sorter.cheap.grams.npy"])
def test_an_artefact_with_a_part_missing_is_none(tmp_path: Path, lost: str):
    """It is learned anew."""
    save(town.town_model(), tmp_path / "artefact")
    (tmp_path / "artefact" / lost).unlink()

    assert load(tmp_path / "artefact") is None


def test_an_artefact_of_another_form_is_none(tmp_path: Path, monkeypatch):
    """Its fields may mean something else."""
    save(town.town_model(), tmp_path / "artefact")
    monkeypatch.setattr(model_module, "VERSION", model_module.VERSION + 1)

    assert load(tmp_path / "artefact") is None


def test_who_comes_second_keeps_what_the_first_wrote(tmp_path: Path):
    """Nothing half-written is left beside it."""
    save(town.town_model(), tmp_path / "artefact")
    save(town.town_model(), tmp_path / "artefact")

    assert [path.name for path in tmp_path.iterdir()] == ["artefact"]


def test_changed_trial_messages_make_another_artefact(tmp_path: Path):
    """What they teach is part of it; the same book is read again."""

    def names(trial) -> set[str]:
        book = town.make_town(trial=trial)
        Artefacts(book, safety=town.SAFETY, light=town.LIGHT, encoder=None, folder=tmp_path).get()
        return {path.name for path in tmp_path.iterdir() if path.is_dir()}

    first = names(town.TRIAL)
    assert names(town.TRIAL) == first
    assert len(names(town.TRIAL[:-1])) == 2
