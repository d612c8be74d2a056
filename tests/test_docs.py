"""The papers keep up with the code: settings, commands, twins, links, locks, licence."""

import argparse
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import parser

ROOT = Path(__file__).resolve().parent.parent
PAPERS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")], key=lambda path: path.relative_to(ROOT)
)
LOCKS = sorted(ROOT.glob("requirements*.lock"))
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
OPERATIONS = ROOT / "docs" / "operations.md"
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def _settings() -> list[str]:
    source = (ROOT / "bot" / "config.py").read_text(encoding="utf-8")
    return sorted(set(re.findall(r"\bBOT_[A-Z0-9_]*[A-Z0-9]", source)))


def _commands(grammar: argparse.ArgumentParser, above: str = "") -> Iterator[str]:
    """Yield the commands that can be called, for example ``db upgrade``."""
    found = [a for a in grammar._actions if isinstance(a, argparse._SubParsersAction)]
    if not found:
        yield above
    for action in found:
        for name, below in action.choices.items():
            yield from _commands(below, f"{above} {name}".strip())


def _prose(path: Path) -> str:
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def _headings(path: Path) -> list[str]:
    return re.findall(r"^#+ +(.+?)\s*$", _prose(path), re.MULTILINE)


def _anchor(heading: str) -> str:
    """Return the anchor a code host makes of a heading."""
    kept = re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading).lower())
    return kept.replace(" ", "-")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_the_checks_below_have_something_to_check():
    """A check that finds no paper, no setting or no command would pass for ever."""
    assert len(PAPERS) > 15
    assert len(_settings()) > 20
    assert "db upgrade" in list(_commands(parser()))
    assert [_name(path) for path in LOCKS] >= ["requirements-test.lock", "requirements.lock"]


@pytest.mark.parametrize("name", _settings())
def test_every_setting_is_in_both_readmes_and_in_the_operators_book(name):
    """Whoever runs the service finds each setting without reading code."""
    for path in (*READMES, OPERATIONS):
        assert f"`{name}`" in path.read_text(encoding="utf-8"), _name(path)


def test_no_paper_names_a_setting_that_does_not_exist():
    """A setting that was renamed does not live on in the papers."""
    known = set(_settings())

    for path in [*PAPERS, ROOT / "compose.yaml", ROOT / "Dockerfile"]:
        named = set(re.findall(r"\bBOT_[A-Z0-9_]*[A-Z0-9]", path.read_text(encoding="utf-8")))
        assert named <= known, _name(path)


@pytest.mark.parametrize("command", list(_commands(parser())))
def test_every_command_is_shown_with_an_example(command):
    """Whoever types a command has seen it in the operators' book before."""
    assert f"python -m bot {command}" in OPERATIONS.read_text(encoding="utf-8")


def test_no_paper_shows_a_command_that_does_not_exist():
    """An example that is copied works."""
    known = {command.split()[0] for command in _commands(parser())}

    for path in [*PAPERS, ROOT / "Procfile", ROOT / ".ci" / "run"]:
        shown = re.findall(r"python -m bot ([a-z]+)", path.read_text(encoding="utf-8"))
        assert set(shown) <= known, _name(path)


def test_every_figure_is_in_the_operators_book():
    """Whoever sees a figure can read what it means and when to worry."""
    source = (ROOT / "bot" / "metrics.py").read_text(encoding="utf-8")
    figures = re.findall(r'"(bot_[a-z_]+)"', source)

    assert len(figures) >= 10
    for figure in figures:
        assert f"`{figure}" in OPERATIONS.read_text(encoding="utf-8"), figure


def test_the_procfile_runs_commands_of_the_same_name():
    """What an operator starts by process name he can also start by hand."""
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    declared = dict(line.split(": ", 1) for line in lines if line.strip())

    assert declared.pop("release") == "python -m bot db upgrade"
    assert sorted(declared) == ["scheduler", "web", "worker"]
    for process, command in declared.items():
        assert command == f"python -m bot {process}"


def test_the_two_readmes_are_twins():
    """The Chinese reader gets the whole page, section by section, not a summary."""
    english, chinese = (re.findall(r"^(#+) ", _prose(path), re.MULTILINE) for path in READMES)

    assert english == chinese
    assert len(english) >= 8


def test_the_two_readmes_explain_the_same_settings():
    """No row of the table is missing in one language."""
    english, chinese = (
        re.findall(r"^\| `(BOT_[A-Z_]+)`", path.read_text(encoding="utf-8"), re.MULTILINE)
        for path in READMES
    )

    assert english == chinese == sorted(english, key=english.index)
    assert set(english) == set(_settings())


def test_the_readme_stays_short():
    """Whoever arrives reads it to the end; the rest is in docs/."""
    assert len(READMES[0].read_text(encoding="utf-8").splitlines()) < 150


def test_the_readme_shows_a_conversation():
    """What the product does is seen before anything is installed."""
    for path in READMES:
        _, marker, after = path.read_text(encoding="utf-8").partition("<!-- transcript -->\n")
        assert marker, _name(path)
        assert after.startswith("```"), _name(path)


@pytest.mark.parametrize("path", PAPERS, ids=_name)
def test_links_between_papers_resolve(path):
    """Every relative link leads to a file, and its anchor to a heading."""
    for target in _LINK.findall(_prose(path)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        assert found.exists(), target
        if anchor:
            assert anchor in {_anchor(heading) for heading in _headings(found)}, target


def test_the_list_of_decisions_is_complete():
    """A record that nobody links to is never read."""
    overview = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

    for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"):
        assert f"(decisions/{path.name})" in overview, path.name


def test_every_decision_has_context_decision_and_consequences():
    """A decision record is short and says why, what and at which price."""
    records = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))

    assert [path.name[:4] for path in records] == [f"{n:04}" for n in range(1, len(records) + 1)]
    for path in records:
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 40, path.name
        for heading in ("## Context", "## Decision", "## Consequences"):
            assert heading in text, path.name


@pytest.mark.parametrize("path", LOCKS, ids=_name)
def test_lock_files_pin_by_hash_and_name_no_index(path):
    """A lock says which file, never from where; each installation has its own mirror."""
    text = path.read_text(encoding="utf-8")
    pinned = [block for block in re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE) if block]

    assert len(pinned) > 5
    assert all("==" in block and "--hash=sha256:" in block for block in pinned)
    for word in ("://", "index-url", "find-links", "trusted-host", "file:"):
        assert word not in text


def test_both_locks_agree():
    """Tests run against the very versions that are deployed."""
    pins = [
        set(re.findall(r"^([A-Za-z0-9][^\s=]*==[^\s;]+)", path.read_text("utf-8"), re.MULTILINE))
        for path in (ROOT / "requirements.lock", ROOT / "requirements-test.lock")
    ]

    assert pins[0] <= pins[1]


def test_the_licence_is_apache_2_and_whole():
    """The text in LICENSE, the project's metadata and the copyright line agree."""
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["license"] == "Apache-2.0"
    for part in ("Apache License", "Version 2.0, January 2004", "END OF TERMS AND CONDITIONS"):
        assert part in text
    assert all(f"\n   {n}. " in text for n in range(1, 10))
    assert "Copyright 2026 The NuanLin authors" in text
    assert "[yyyy]" not in text
