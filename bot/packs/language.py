"""Reads what capabilities say and are asked: ``phrases.yaml`` and ``replies.yaml``."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from bot.domain.errors import PackError
from bot.packs.loader import read_yaml
from bot.packs.schema import MorePhrasesModel, PhrasesModel, TrialModel, problems
from bot.understanding.phrasebook import Expected, Phrasebook, PhraseSet, Rule, TrialMessage

P = TypeVar("P", bound=MorePhrasesModel)


def read_phrasebook(
    folders: Sequence[Path], outofscope: Path | None, trial: Path | None = None
) -> Phrasebook:
    """Read the training phrases of all capabilities, those in other languages beside them.

    Args:
        folders: capability packages, each with a ``phrases.yaml`` and perhaps siblings
            ``phrases.<language>.yaml`` that add to its intents.
        outofscope: file of messages that belong to no intent, by kind; its siblings add to it.
        trial: file of messages by another author, from which trust is learned.

    Raises:
        PackError: with every problem found.
    """
    found: list[str] = []
    sets: dict[str, PhraseSet] = {}
    for folder in folders:
        file = folder / "phrases.yaml"
        if not file.exists():
            found.append(f"{file}: expected this file")
            continue
        for intent, model in _read_phrases(file, PhrasesModel, found).items():
            sets[intent] = _phrase_set(intent, model)
        for sibling in sorted(folder.glob("phrases.*.yaml")):
            for intent, more in _read_phrases(sibling, MorePhrasesModel, found).items():
                if intent in sets:
                    sets[intent] = _added(sets[intent], more)
                else:
                    found.append(f"{sibling}: {intent}: expected an intent of {file.name}")
    if found:
        raise PackError(found)
    outside: dict[str, tuple[str, ...]] = {}
    for file in _with_siblings(outofscope):
        for kind, lines in (read_yaml(file) or {}).items():
            outside[kind] = (*outside.get(kind, ()), *map(str, lines))
    tried = read_trial(trial, frozenset(sets)) if trial and trial.exists() else ()
    return Phrasebook(sets=sets, outside=outside, trial=tried)


def read_trial(file: Path, known: Collection[str]) -> tuple[TrialMessage, ...]:
    """Read the second author's messages.

    Args:
        file: ``intents/trial.yaml``.
        known: intent ids there are.

    Raises:
        PackError: with every problem found.
    """
    try:
        model = TrialModel.model_validate(read_yaml(file))
    except ValidationError as error:
        raise PackError(problems(error, file, "")) from error
    found = tuple(_trial_messages(model))
    strange = sorted({intent for one in found for intent in one.intents} - set(known))
    if strange:
        raise PackError([f"{file}: expected ids of intents, found {', '.join(strange)}"])
    return found


def _trial_messages(model: TrialModel) -> Iterator[TrialMessage]:
    for intent, asks in model.asks.items():
        for ask in asks:
            right = (intent, *ask.also)
            yield TrialMessage(text=ask.text, expected=Expected.ASK, intents=right, style=ask.style)
    for kind, lines in model.outside.items():
        for text in lines:
            yield TrialMessage(text=text, expected=Expected.OUTSIDE, style=kind)
    for intent, lines in model.crises.items():
        for text in lines:
            yield TrialMessage(text=text, expected=Expected.CRISIS, intents=(intent,))
    for one in model.look_alikes:
        owner = (one.intent,) if one.intent else ()
        yield TrialMessage(text=one.text, expected=Expected.LOOK_ALIKE, intents=owner)
    for two in model.two_asks:
        yield TrialMessage(text=two.text, expected=Expected.TWO_ASKS, intents=two.intents)


def _with_siblings(file: Path | None) -> list[Path]:
    if file is None:
        return []
    siblings = sorted(file.parent.glob(f"{file.stem}.*{file.suffix}"))
    return [path for path in (file, *siblings) if path.exists()]


def _read_phrases(file: Path, shape: type[P], found: list[str]) -> dict[str, P]:
    """Read one file of phrases; what is wrong is added to ``found``."""
    content = read_yaml(file)
    if not isinstance(content, dict):
        found.append(f"{file}: expected intent ids with their phrases, see docs/content.md")
        return {}
    group = file.parent.name
    out: dict[str, P] = {}
    for intent, raw in content.items():
        if str(intent).partition(".")[0] != group:
            found.append(
                f"{file}: {intent}: expected an id of group {group!r}; example: {group}.name"
            )
            continue
        try:
            out[str(intent)] = shape.model_validate(raw)
        except ValidationError as error:
            found += problems(error, file, str(intent))
    return out


def _phrase_set(intent: str, model: PhrasesModel) -> PhraseSet:
    return _added(PhraseSet(intent=intent, ask=model.ask, phrases={}), model)


def _added(below: PhraseSet, model: MorePhrasesModel) -> PhraseSet:
    phrases = dict(below.phrases)
    for style, lines in model.phrases.items():
        phrases[str(style)] = (*phrases.get(str(style), ()), *lines)
    rules = tuple(
        Rule(
            intent=below.intent,
            all=tuple(tuple(group.split("|")) for group in rule.all),
            none=tuple(word for group in rule.none for word in group.split("|")),
            score=rule.score,
            safety=rule.safety,
        )
        for rule in model.rules
    )
    return replace(
        below,
        phrases=phrases,
        rules=(*below.rules, *rules),
        look_alikes=(*below.look_alikes, *model.look_alikes),
    )


@dataclass(frozen=True, slots=True)
class ReplyWords:
    """The set sentences one capability may use in one language; satisfies ``sdk.Words``.

    Attributes:
        own: the capability's ``frames``, and in Chinese its ``inner``.
        shared: the house's, used where the capability has none of that name.
        following: intent id -> what to offer next.
        labels: intent id or field -> how a choice reads.
        default_next: what to offer where an intent says nothing.
        beneath: the Chinese sentences, for what this language has not.
        spoken: intents that are answered in this language.
        title: the capability's name in this language, "" in Chinese.
    """

    own: Mapping[str, object]
    shared: Mapping[str, object]
    following: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]
    default_next: tuple[str, ...] = field(default=())
    beneath: "ReplyWords | None" = None
    spoken: frozenset[str] = frozenset()
    title: str = ""

    @property
    def chinese(self) -> "ReplyWords":
        """Return the same sentences in Chinese, for what staff read."""
        return self.beneath or self

    def say(self, name: str, /, **values: object) -> str:
        """Return the sentence called ``name`` with its placeholders filled.

        Raises:
            KeyError: neither the capability nor the house has such a sentence.
        """
        text = self.own.get(name, self.shared.get(name))
        if text is None and self.beneath is not None:
            return self.beneath.say(name, **values)
        if text is None:
            raise KeyError(f"no sentence {name!r} in replies.yaml")
        return str(text).format(**values).rstrip("\n")

    def many(self, name: str) -> Mapping[str, str]:
        """Return a group of sentences; own ones win over the house's, one by one."""
        merged: dict[str, str] = dict(self.beneath.many(name)) if self.beneath else {}
        for source in (self.shared, self.own):
            group = source.get(name, {})
            if isinstance(group, dict):
                merged.update({str(key): str(text) for key, text in group.items()})
        return merged

    def next_for(self, intent: str) -> Sequence[str]:
        """Return what to offer after ``intent``."""
        return self.following.get(intent, self.default_next)

    def label(self, target: str) -> str:
        """Return how a choice reads; an unknown target reads as itself."""
        return self.labels.get(target, target)


def read_words(
    folders: Sequence[Path], house: str, asks: Mapping[str, str]
) -> dict[str, ReplyWords]:
    """Read the set sentences of all capabilities.

    Args:
        folders: capability packages, each with a ``replies.yaml``.
        house: name of the capability whose frames all others may use.
        asks: intent id -> how it reads as a choice.

    Raises:
        PackError: a file is missing or not a mapping.
    """
    raw: dict[str, dict[str, object]] = {}
    found: list[str] = []
    for folder in folders:
        file = folder / "replies.yaml"
        content = read_yaml(file) if file.exists() else None
        if not isinstance(content, dict):
            found.append(f"{file}: expected a mapping of intent ids, and `frames`")
            continue
        raw[folder.name] = content
    if found:
        raise PackError(found)
    shared = _sentences(raw[house])
    labels = {**texts(shared.get("labels")), **asks}
    default_next = tuple(map(str, _sequence(shared.get("default_next"))))
    out: dict[str, ReplyWords] = {}
    for name, content in raw.items():
        following = {
            intent: tuple(map(str, _sequence(mapping(fields).get("next"))))
            for intent, fields in content.items()
            if "." in intent and "next" in mapping(fields)
        }
        out[name] = ReplyWords(
            own=_sentences(content),
            shared=shared,
            following=following,
            labels=labels,
            default_next=default_next,
        )
    return out


def _sentences(content: Mapping[str, object]) -> dict[str, object]:
    """Return what is said to residents and what is not, by name."""
    return {**mapping(content.get("inner")), **mapping(content.get("frames"))}


def mapping(value: object) -> dict[str, object]:
    """Return a mapping with text keys; nothing else becomes an empty one."""
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def texts(value: object) -> dict[str, str]:
    """Return a mapping of texts."""
    return {key: str(item) for key, item in mapping(value).items()}


def _sequence(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


_STEERING = ("commands", "fields", "alone", "answers", "slots")


def read_vocabulary(file: Path) -> dict[str, dict[str, list[str]]]:
    """Read how residents steer, siblings in other languages beside it.

    Returns:
        ``commands``, ``fields``, ``alone``, ``answers`` and ``slots``, each name with its spoken
        forms.

    Raises:
        PackError: the file is missing or not of that shape.
    """
    content = read_yaml(file) if file.exists() else None
    if not isinstance(content, dict) or not {"commands", "fields"} <= content.keys():
        raise PackError([f"{file}: expected the keys commands and fields"])
    spoken: dict[str, dict[str, list[str]]] = {name: {} for name in _STEERING}
    for path in _with_siblings(file):
        for key, groups in mapping(read_yaml(path)).items():
            if key not in spoken:
                raise PackError([f"{path}: {key}: expected {', '.join(_STEERING)}"])
            for name, words in mapping(groups).items():
                spoken[key].setdefault(name, []).extend(map(str, _sequence(words)))
    return spoken
