"""Content of the test's own, written as YAML."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.packs.loader import PackStore

Write = Callable[..., PackStore]

PACK = "slug: {slug}\ntitle: {slug}\nlevel: {level}\nowner: 编辑\nextends: [{extends}]\n"
CARD = "  source: 某法\n  as_of: 2026-11-01\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Give a writer: slug, layers beneath, and files by their path inside the pack."""

    def written(
        slug: str, extends: str = "", *, level: str = "community", **files: str
    ) -> PackStore:
        folder = tmp_path / slug
        for path, text in {
            "pack.yaml": PACK.format(slug=slug, level=level, extends=extends),
            **{path.replace("__", "/") + ".yaml": text for path, text in files.items()},
        }.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return PackStore(tmp_path)

    return written


@pytest.fixture
def card() -> Callable[..., str]:
    """Give a maker of a card's YAML with a valid passport; further lines are its fields."""

    def made(*lines: str, intent: str = "services.permit") -> str:
        return f"{intent}:\n{CARD}" + "".join(f"  {line}\n" for line in lines)

    return made
