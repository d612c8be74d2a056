"""The second author's messages: ``intents/trial.yaml``."""

from pathlib import Path

import pytest

from bot.domain.errors import PackError
from bot.packs.language import read_phrasebook, read_trial
from bot.understanding.phrasebook import Expected
from tests.factories import make_trial

KNOWN = {"services.permit", "legal.wages", "safety.fire"}
WHOLE = """
asks:
  services.permit:
    - {text: 咋办证, style: dialect, also: [legal.wages]}
    - {text: 办证, style: plain}
outside:
  far: [下雨吗]
crises:
  safety.fire: [着火了]
look_alikes:
  - {text: 火大, intent: ""}
  - {text: 消防检查, intent: services.permit}
two_asks:
  - {text: 办证，还有工资, intents: [services.permit, legal.wages]}
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "trial.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def refused(folder: Path, text: str) -> str:
    with pytest.raises(PackError) as caught:
        read_trial(written(folder, text), KNOWN)
    return str(caught.value)


def test_each_kind_of_message_is_read_with_what_is_expected_of_it(tmp_path: Path):
    """A look-alike with an owner has his id, one without has none."""
    found = read_trial(written(tmp_path, WHOLE), KNOWN)

    assert [(one.text, one.expected, one.intents, one.style) for one in found] == [
        ("咋办证", Expected.ASK, ("services.permit", "legal.wages"), "dialect"),
        ("办证", Expected.ASK, ("services.permit",), "plain"),
        ("下雨吗", Expected.OUTSIDE, (), "far"),
        ("着火了", Expected.CRISIS, ("safety.fire",), ""),
        ("火大", Expected.LOOK_ALIKE, (), ""),
        ("消防检查", Expected.LOOK_ALIKE, ("services.permit",), ""),
        ("办证，还有工资", Expected.TWO_ASKS, ("services.permit", "legal.wages"), ""),
    ]
    assert found[4] == make_trial("火大", expected="look_alike")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("also: [legal.wages]", "also: [legal.nothing]"),
        ("  safety.fire: [着火了]", "  legal.nothing: [着火了]"),
        ("intent: services.permit", "intent: legal.nothing"),
        ("intents: [services.permit, legal.wages]", "intents: [services.permit, legal.nothing]"),
        ("  services.permit:\n", "  legal.nothing:\n"),
    ],
    ids=["also", "crisis", "look-alike", "two asks", "ask"],
)
def test_an_id_nobody_knows_is_named_with_its_file(tmp_path: Path, old: str, new: str):
    """Wherever it stands; the known ones are not."""
    assert old in WHOLE

    text = refused(tmp_path, WHOLE.replace(old, new))
    assert text == f"{tmp_path / 'trial.yaml'}: expected ids of intents, found legal.nothing"


@pytest.mark.parametrize(
    ("old", "new", "path", "expectation"),
    [
        ("crises:\n  safety.fire: [着火了]\n", "", "crises", "this key, it is required"),
        (", style: plain", "", "asks.services.permit.1.style", "this key, it is required"),
        ("style: plain", "style: shouted", "asks.services.permit.1.style", "'plain'"),
        ("  far: [", "  wide: [", "outside.wide", "'far'"),
        ("style: plain", "style: plain, tone: 7", "asks.services.permit.1.tone", "no such key"),
        ('{text: 火大, intent: ""}', "{text: 火大}", "look_alikes.0.intent", "it is required"),
        ("[services.permit, legal.wages]}", "[services.permit]}", "two_asks.0.intents", "expected"),
        ("{text: 办证, style: plain}", "办证", "asks.services.permit.1", "expected"),
    ],
    ids=["part", "style", "wrong style", "kind", "unknown key", "owner", "one ask", "bare text"],
)
def test_what_is_wrong_is_named_by_file_key_and_expectation(
    tmp_path: Path, old: str, new: str, path: str, expectation: str
):
    """So that its author can mend it."""
    assert old in WHOLE

    text = refused(tmp_path, WHOLE.replace(old, new))
    assert f"{tmp_path / 'trial.yaml'}: {path}" in text
    assert expectation in text


def test_every_problem_is_told_at_once(tmp_path: Path):
    """Not one a run."""
    broken = WHOLE.replace("style: plain", "style: shouted").replace("  far: [", "  wide: [")

    assert len(refused(tmp_path, broken).splitlines()) == 2


@pytest.mark.parametrize("text", ["", "- 办证\n", "7\n"], ids=["empty", "list", "number"])
def test_a_file_of_another_shape_is_an_authors_mistake(tmp_path: Path, text: str):
    """Named, and no traceback."""
    assert str(tmp_path / "trial.yaml") in refused(tmp_path, text)


def test_a_phrasebook_without_trial_messages_has_none(tmp_path: Path):
    """The file is optional; where it is, it is read against the phrases' ids."""
    folder = tmp_path / "services"
    folder.mkdir()
    (folder / "phrases.yaml").write_text(
        "services.permit: {ask: 办证, phrases: {plain: [办证]}}\n", encoding="utf-8"
    )

    assert read_phrasebook([folder], None).trial == ()
    assert read_phrasebook([folder], None, tmp_path / "none.yaml").trial == ()
    with pytest.raises(PackError, match=r"found legal\.wages, safety\.fire"):
        read_phrasebook([folder], None, written(tmp_path, WHOLE))
