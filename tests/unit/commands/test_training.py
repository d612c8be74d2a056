"""``train`` learns what staff added too, and tells who is running."""

from pathlib import Path

import pytest

from bot.commands import training
from bot.domain.errors import ConfigError, StoreUnavailable
from bot.records import phrases
from bot.testing import Rig
from bot.understanding.artefacts import Artefacts
from bot.understanding.overlay import Addition


@pytest.fixture
def here(rig: Rig, router, monkeypatch) -> Rig:
    """Give a house that ``train`` takes for its deployment, and that learns in no time."""
    monkeypatch.setattr(training, "_settings", lambda: rig.house.settings)
    monkeypatch.setattr(training, "build", lambda _settings, process: rig.house)
    monkeypatch.setattr(rig.house, "close", lambda: None)
    monkeypatch.setattr(Artefacts, "_fit", lambda _self, _added: router._model)
    return rig


def attach(rig: Rig) -> None:
    phrases.attach(
        rig.house.db,
        texts=["红烧肉怎么做才不腻"],
        intent="chat.help",
        wordings=(),
        by="lina",
        now=rig.clock.now(),
    )


def test_what_staff_added_is_learned_once_and_told_once(here: Rig):
    """A second run finds it; the processes load it when they are told."""
    attach(here)
    here.house.watching.look()
    assert not here.house.learning._learned

    _, told = training.train_here()

    assert told == f"{here.house.settings.learned_dir}, 1 phrases added by staff"
    assert here.house.phrases_version.read() == 1
    assert here.house.router_source.is_learned([Addition("红烧肉怎么做才不腻", "chat.help")])
    assert here.house.watching.look()
    assert here.house.learning._learned
    training.train_here()
    assert here.house.phrases_version.read() == 1


def test_without_phrases_or_records_the_packs_alone_are_learned(here: Rig, monkeypatch):
    """And it is said so."""
    assert training.train_here()[1].endswith("the packs alone")

    def away():
        raise StoreUnavailable("away")

    attach(here)
    monkeypatch.setattr(here.house, "additions", away)
    assert training.train_here()[1].endswith("the packs alone")


def test_learning_goes_on_when_nobody_can_be_told(here: Rig, monkeypatch):
    """They look for it within a minute."""

    def away():
        raise StoreUnavailable("away")

    attach(here)
    monkeypatch.setattr(here.house.phrases_version, "tell", away)

    assert "1 phrases" in training.train_here()[1]


def test_a_folder_that_cannot_be_written_is_named(here: Rig, monkeypatch):
    """One line, with the settings to change."""

    def refuse(_self, _added):
        raise PermissionError(13, "Permission denied", "somewhere")

    attach(here)
    monkeypatch.setattr(Artefacts, "get", refuse)

    with pytest.raises(ConfigError, match=r"somewhere: Permission denied; BOT_MODELS_DIR"):
        training.train_here()


def test_a_deployment_without_a_database_yet_is_none(monkeypatch, tmp_path: Path, rig: Rig):
    """A checkout or an image that is being built; no empty file is left behind."""
    monkeypatch.setattr(training, "load", lambda: rig.house.settings)
    assert training._settings() is rig.house.settings

    (rig.house.settings.data_dir / "nuanlin.db").unlink()
    assert training._settings() is None

    def broken():
        raise ConfigError("no secrets")

    monkeypatch.setattr(training, "load", broken)
    assert training._settings() is None
