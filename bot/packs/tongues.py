"""Reads what is said in other languages: ``languages.yaml`` and ``replies.<language>.yaml``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from bot.domain.errors import PackError
from bot.packs.language import ReplyWords, mapping, texts
from bot.packs.loader import read_yaml
from bot.packs.schema import TongueModel, problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """A language replies can be in, beside Chinese.

    Attributes:
        tag: its language tag.
        whole: groups in which every intent is answered in it.
        review: last line of every reply until somebody who grew up with it has read it, or "".
        words: capability -> its set sentences.
    """

    tag: str
    whole: tuple[str, ...]
    review: str
    words: Mapping[str, ReplyWords]


def read_tongues(
    file: Path, folders: Sequence[Path], house: str, chinese: Mapping[str, ReplyWords]
) -> tuple[Tongue, ...]:
    """Read all other languages with their sentences.

    Args:
        file: ``languages.yaml``; without it there are none.
        folders: capability packages, each perhaps with ``replies.<language>.yaml``.
        house: name of the capability whose frames all others may use.
        chinese: capability -> its Chinese sentences, used for what a language has not.

    Raises:
        PackError: a file is not of its shape.
    """
    content = read_yaml(file) if file.exists() else {}
    if not isinstance(content, dict):
        raise PackError([f"{file}: expected language tags; example: en: {{whole: [chat]}}"])
    found: list[Tongue] = []
    for tag, raw in content.items():
        try:
            model = TongueModel.model_validate(raw)
        except ValidationError as error:
            raise PackError(problems(error, file, str(tag))) from error
        words = _words_in(str(tag), folders, house, chinese)
        found.append(Tongue(tag=str(tag), whole=model.whole, review=model.review, words=words))
    return tuple(found)


def _words_in(
    tag: str, folders: Sequence[Path], house: str, chinese: Mapping[str, ReplyWords]
) -> dict[str, ReplyWords]:
    raw = {folder.name: read_sibling(folder, tag) for folder in folders}
    shared = mapping(raw[house].get("frames"))
    labels = {**chinese[house].labels, **texts(shared.get("labels"))}
    for content in raw.values():
        labels |= {intent: text for intent, text in asks_of(content).items() if text}
    out: dict[str, ReplyWords] = {}
    for name, content in raw.items():
        beneath = chinese[name]
        out[name] = ReplyWords(
            own=mapping(content.get("frames")),
            shared=shared,
            following=beneath.following,
            labels=labels,
            default_next=beneath.default_next,
            beneath=beneath,
            spoken=frozenset(asks_of(content)) if "frames" in content else frozenset(),
            title=str(content.get("title") or ""),
        )
    return out


def read_sibling(folder: Path, tag: str) -> dict[str, object]:
    """Return a capability's sentences in a language as written; nothing when there is no file.

    Raises:
        PackError: the file is no mapping.
    """
    file = folder / f"replies.{tag}.yaml"
    content = read_yaml(file) if file.exists() else {}
    if not isinstance(content, dict):
        raise PackError([f"{file}: expected a mapping of intent ids, and `frames`"])
    return mapping(content)


def asks_of(content: Mapping[str, object]) -> dict[str, str]:
    """Return the intents a sibling names, each with how it reads as a choice."""
    return {
        intent: texts(fields).get("ask", "") for intent, fields in content.items() if "." in intent
    }
