"""The shape of the code base, checked by machine; each check first shows that it found something."""

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.bootstrap import CAPABILITIES, MENU_ORDER, Speechbook, capability_folders
from bot.cli import parser
from bot.commands.supervise import PROCESSES
from bot.config import package_root
from bot.state import keys
from bot.testing import Rig

ROOT = package_root()
PYTHON = sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "intents").rglob("*.py")])
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in PYTHON}
#: Where a process is started or a person types.
AT_THE_TERMINAL = ("bot/cli.py", "bot/commands/")
#: Names that say nothing about what lives there (STYLE.md §9).
EMPTY_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "manager",
    "managers",
    "base",
}
MAX_MODULE_LINES, MAX_FUNCTION_LINES, MAX_POSITIONAL = 500, 60, 5
#: Older than the rule; nothing may be added.
KNOWN_LONG_SIGNATURES = {
    "bot/config.py:_number",
    "bot/sandbox/api/mass.py:_deliver",
    "bot/sandbox/api/template.py:_deliver",
}
_MACHINE = re.compile(r"(?<![\w.])/(?:home|root|Users|work|mnt|workspace)/|[A-Z]:\\\\")
_TEXT_FILES = {
    ".py",
    ".yaml",
    ".yml",
    ".toml",
    ".md",
    ".html",
    ".css",
    ".js",
    ".sh",
    ".txt",
    ".jsonl",
    "",
}
_SKIPPED = {".venv", ".venv-bench", "var", "node_modules", "__pycache__", ".git", "htmlcov", "dist"}


def name(path: Path) -> str:
    """Return a path as one writes it."""
    return path.relative_to(ROOT).as_posix()


def functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Yield every function of the product."""
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines a function has without its docstring."""
    first = node.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (node.end_lineno or 0) - node.lineno + 1 - docstring


def uses(tree: ast.AST, *names: str) -> bool:
    """Tell whether a module names one of some attributes, like ``os.environ``."""
    return any(isinstance(node, ast.Attribute) and node.attr in names for node in ast.walk(tree))


def written_files() -> Iterator[Path]:
    """Yield every text file that is part of the repository."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part != ".ci" for part in parts)
        if (
            path.is_file()
            and path.suffix in _TEXT_FILES
            and not hidden
            and not _SKIPPED & set(parts)
        ):
            yield path


# --- size and style ---


def test_the_product_is_found():
    """A check of nothing passes for ever."""
    assert len(PYTHON) > 100
    assert sum(1 for _ in functions()) > 700
    assert sum(1 for _ in written_files()) > 300


def test_no_module_is_longer_than_one_can_read():
    """Under five hundred lines."""
    sizes = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in PYTHON}

    assert {path: size for path, size in sizes.items() if size >= MAX_MODULE_LINES} == {}


def test_no_function_is_longer_than_a_page():
    """Under sixty lines, its docstring aside."""
    sizes = {
        f"{name(path)}:{node.name}": body_lines(node)
        for path, node in functions()
        if "/migrations/" not in name(path)  # a table written out has as many lines as columns
    }

    assert {where: size for where, size in sizes.items() if size >= MAX_FUNCTION_LINES} == {}


def test_what_follows_the_fifth_argument_is_named():
    """A call of six values in a row is read by nobody."""
    long = [
        f"{name(path)}:{node.name}"
        for path, node in functions()
        if len([a for a in node.args.args if a.arg not in {"self", "cls"}]) > MAX_POSITIONAL
    ]

    assert set(long) <= KNOWN_LONG_SIGNATURES


def test_every_module_says_what_it_is_for():
    """Its first line."""
    assert [name(path) for path, tree in TREES.items() if not ast.get_docstring(tree)] == []


def test_no_module_has_an_empty_name():
    """A drawer called misc fills up."""
    found = {part for path in PYTHON for part in (path.stem, path.parent.name)}

    assert found & EMPTY_NAMES == set()


def test_no_test_goes_without_its_promise():
    """A sentence as its name, a line that says what is promised."""
    tests = [
        (path, node)
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]

    assert len(tests) > 400
    assert [
        f"{name(path)}:{node.name}" for path, node in tests if not ast.get_docstring(node)
    ] == []
    short = [f"{name(path)}:{node.name}" for path, node in tests if node.name.count("_") < 2]
    assert short == []


# --- who may do what ---


def test_the_environment_is_read_in_one_place():
    """``bot/config.py``, and where a process is started."""
    readers = {name(path) for path, tree in TREES.items() if uses(tree, "environ", "getenv")}
    readers -= {path for path in readers if path.startswith("bot/commands/")}
    # one reads werkzeug's request environment, which is not the process's
    readers -= {
        path for path in readers if "os.environ" not in (ROOT / path).read_text(encoding="utf-8")
    }

    assert readers == {"bot/config.py"}


def test_only_the_terminal_prints():
    """Everywhere else there is a log."""
    printers = {
        name(path)
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    }

    assert any(path.startswith("bot/commands/") for path in printers)
    outside = {path for path in printers if not path.startswith(AT_THE_TERMINAL)}
    assert outside <= {"bot/sandbox/__main__.py"}


def test_only_the_clock_reads_the_wall_clock():
    """Everybody else is handed the time (the sandbox has a clock of its own)."""
    readers = {
        name(path)
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "today", "utcnow"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "date"}
    }

    assert "bot/domain/clock.py" in readers
    assert readers <= {"bot/domain/clock.py", "bot/sandbox/clock.py"}


def test_no_path_of_anybodys_machine_is_written_down():
    """It would work nowhere else."""
    found = [
        f"{name(path)}:{number}"
        for path in written_files()
        if path != Path(__file__) and path.suffix != ".lock"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if _MACHINE.search(line)
    ]

    assert _MACHINE.search("see /home/someone/x")
    assert [
        where for where in found if not where.startswith(("Dockerfile", "compose.yaml", "docs/"))
    ] == []


def test_every_broad_except_says_why():
    """Only at a process boundary, with a reason beside it."""
    lines = [
        f"{name(path)}:{number}"
        for path in PYTHON
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"except (Base)?Exception\b", line)
        and not re.search(r"# noqa: BLE001 - \w+", line)
    ]

    assert lines == []


# --- routes, processes, capabilities ---


def test_every_blueprint_declares_who_may_call_it(rig: Rig):
    """The webhook signed by the platform, health open, the console for staff."""
    app = rig.house.web_app()
    auth = {blueprint.name: getattr(blueprint, "auth", None) for blueprint in app.iter_blueprints()}

    assert {"webhook", "health"} <= set(auth)
    assert [found for found, kind in auth.items() if not kind] == []
    assert auth["webhook"] == "public_signed"


def test_no_route_stands_outside_a_blueprint(rig: Rig):
    """Otherwise nobody declared who may call it."""
    endpoints = {rule.endpoint for rule in rig.house.web_app().url_map.iter_rules()}

    assert {"webhook.deliver", "health.alive"} <= endpoints
    assert [endpoint for endpoint in endpoints if "." not in endpoint] == []


def subcommands() -> set[str]:
    """Return the commands one may type."""
    (action,) = (
        action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)
    )
    return set(action.choices)


def test_the_processes_of_the_procfile_are_commands_and_one_is_the_scheduler():
    """What runs in production is what runs by hand; two schedulers would only stand by."""
    lines = [line for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines() if line]
    declared = {
        process: command.split() for process, _, command in (line.partition(":") for line in lines)
    }

    assert {"web", "worker", "scheduler", "release"} <= set(declared)
    for process, words in declared.items():
        assert words[:3] == ["python", "-m", "bot"], process
        assert words[3] in subcommands(), process
        assert process in {words[3], "release"}
    assert sum(words[3] == "scheduler" for words in declared.values()) == 1


def test_up_starts_the_processes_of_the_procfile_and_the_sandbox():
    """The two commands do not drift apart."""
    procfile = re.findall(r"^(\w+):", (ROOT / "Procfile").read_text(encoding="utf-8"), re.MULTILINE)

    assert set(PROCESSES) == (set(procfile) - {"release"}) | {"sandbox"}
    assert set(PROCESSES) <= subcommands()


def test_every_capability_is_a_folder_of_the_same_shape():
    """``__init__``, what is asked, what is said."""
    folders = capability_folders()

    assert len(folders) >= 14
    assert {folder.name for folder in folders} == set(MENU_ORDER)
    for folder in folders:
        for file in ("__init__.py", "phrases.yaml", "replies.yaml"):
            assert (folder / file).exists(), f"{folder.name}/{file}"


def test_every_id_of_the_catalogue_exists_with_phrases_and_a_handler(speechbook: Speechbook):
    """A hundred and one ids are a public contract: none may be renamed or dropped."""
    wanted = set((ROOT / "tests/utterances/catalogue_ids.txt").read_text(encoding="utf-8").split())
    handled = {intent.id for found in speechbook.capabilities for intent in found.intents}

    assert len(wanted) == 101
    assert wanted - set(speechbook.phrasebook.sets) == set()
    assert wanted - handled == set()
    assert set(speechbook.phrasebook.sets) - handled == set()


def test_an_intent_belongs_to_the_capability_its_id_names(speechbook: Speechbook):
    """``legal.aid`` lives in ``intents/legal``."""
    for found in speechbook.capabilities:
        assert found.intents
        assert {intent.id.partition(".")[0] for intent in found.intents} == {found.name}


def test_a_capability_sees_the_sdk_only():
    """The import linter says so too; here for who runs only the tests."""
    imports = [
        (name(path), node.module or "")
        for path, tree in TREES.items()
        if name(path).startswith(f"{CAPABILITIES}/")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
    ]

    assert imports
    foreign = [
        (path, module)
        for path, module in imports
        if module.startswith("bot") and module != "bot.sdk"
    ]
    assert foreign == []


def test_every_redis_key_is_in_the_table():
    """One page that says what lives in Redis and for how long."""
    built = re.findall(
        r"bot:(\w+)[:{\"]", "".join(path.read_text(encoding="utf-8") for path in PYTHON)
    )
    listed = set(re.findall(r"``bot:(\w+)", keys.__doc__ or ""))

    assert {"once", "session", "token"} <= listed
    assert set(built) - {"tasks"} <= listed


# --- what is on record ---


@pytest.mark.parametrize("table", ["residents", "outbox", "alerts", "turns"])
def test_every_table_states_how_long_it_keeps_its_rows(table: str):
    """Least personal data, with an expiry (DESIGN.md §6)."""
    from bot.records.schema import Base

    (model,) = (
        mapper.class_ for mapper in Base.registry.mappers if mapper.class_.__tablename__ == table
    )
    assert "Retention" in (model.__doc__ or "")
