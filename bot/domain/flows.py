"""Forms that are filled in over several messages (表单): what they ask, and what was said so far.

Data only. A flow is declared by a capability; the engine in :mod:`bot.dialog` walks through it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from bot.domain.errors import ConfigError

#: A form nobody touched for this long is dropped: what it holds is personal and was not handed in.
FORM_LIFE = timedelta(hours=24)
#: After this long the next message is no longer taken for the answer to a question of yesterday.
FORM_WARM = timedelta(minutes=30)
#: One form being filled in, and one put aside for it (DESIGN.md §3).
MOST_FORMS = 2
#: Longest free text of one slot in characters.
MOST_CHARS = 500


class SlotKind(StrEnum):
    """What a slot holds, which decides how an answer is read and checked."""

    TEXT = "text"
    NAME = "name"
    CHOICE = "choice"
    YES_NO = "yes_no"
    PHONE = "phone"
    PLACE = "place"
    ADDRESS = "address"
    DAY = "day"
    AGE = "age"
    COUNT = "count"
    MONEY = "money"
    LENGTH = "length"
    PHOTO = "photo"


#: Kinds whose answers are figures: no numbered choices stand below their questions.
FIGURES = frozenset({SlotKind.AGE, SlotKind.COUNT, SlotKind.MONEY, SlotKind.LENGTH, SlotKind.PHONE})
#: Kinds that take almost any sentence for an answer.
LOOSE = frozenset({SlotKind.TEXT, SlotKind.NAME, SlotKind.PLACE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One thing a form asks.

    Attributes:
        id: its name; question, label and choices stand under it in the capability's sentences.
        kind: what it holds.
        optional: the resident may skip it.
        choices: values that can be picked, for ``CHOICE``.
        least: smallest number, or fewest characters, or days from today (``DAY``).
        most: largest number, or most characters, or days from today, or pictures (``PHOTO``).
        only: asked only when an earlier ``CHOICE`` or ``YES_NO`` slot has one of these values.
        filled: taken from the first message where it is said there.
        personal: names or reaches a person; masked wherever it is shown again.
    """

    id: str
    kind: SlotKind
    optional: bool = False
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    only: tuple[str, frozenset[str]] | None = None
    filled: bool = True
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """What fills a slot.

    Attributes:
        plain: canonical form: ISO day, digits, choice value, ``yes``, media ids with blanks.
        shown: as the resident reads it in the summary.
    """

    plain: str
    shown: str


#: A slot that was skipped.
SKIPPED = Value("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The questions of one flow, checked when it is made.

    Attributes:
        name: the intent that opens it, and group of its sentences.
        slots: in the order they are asked.
    """

    name: str
    slots: tuple[Slot, ...]

    def __post_init__(self) -> None:
        """Refuse what could never be asked or answered.

        Raises:
            ConfigError: a slot is there twice, depends on what is not asked before it, or has
                bounds or choices that nothing fits.
        """
        seen: dict[str, Slot] = {}
        if not self.slots:
            raise ConfigError(f"flow {self.name}: it asks nothing")
        for slot in self.slots:
            where = f"flow {self.name}, slot {slot.id}"
            if slot.id in seen:
                raise ConfigError(f"{where}: there twice")
            if (slot.kind is SlotKind.CHOICE) != bool(slot.choices):
                raise ConfigError(f"{where}: a choice needs choices, and nothing else has them")
            if slot.least is not None and slot.most is not None and slot.least > slot.most:
                raise ConfigError(f"{where}: least {slot.least} is more than most {slot.most}")
            if slot.only is not None:
                _reachable(where, slot.only, seen)
            seen[slot.id] = slot

    def slot(self, name: str) -> Slot | None:
        """Return a slot by its id."""
        return next((slot for slot in self.slots if slot.id == name), None)

    def asked(self, values: Mapping[str, Value]) -> tuple[Slot, ...]:
        """Return the slots that are asked, given what is known."""
        return tuple(slot for slot in self.slots if _applies(slot, values))

    def next(self, values: Mapping[str, Value]) -> Slot | None:
        """Return the first slot still to be asked, or nothing."""
        return next((slot for slot in self.asked(values) if slot.id not in values), None)


def _reachable(where: str, only: tuple[str, frozenset[str]], seen: Mapping[str, Slot]) -> None:
    earlier = seen.get(only[0])
    if earlier is None:
        raise ConfigError(f"{where}: depends on {only[0]}, which is not asked before it")
    possible = earlier.choices if earlier.kind is SlotKind.CHOICE else ("yes", "no")
    if earlier.kind not in {SlotKind.CHOICE, SlotKind.YES_NO} or not only[1] <= set(possible):
        raise ConfigError(f"{where}: {only[0]} can never be {', '.join(sorted(only[1]))}")


def _applies(slot: Slot, values: Mapping[str, Value]) -> bool:
    if slot.only is None:
        return True
    given = values.get(slot.only[0])
    return given is not None and given.plain in slot.only[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form being filled in.

    Attributes:
        flow: name of its flow.
        key: identity of what it will become, made from the message that opened it, so that however
            often its end is delivered one record comes of it.
        at: slot being asked, ``""`` when the summary waits for a yes.
        values: what was said so far, in the order it was said.
        touched_s: seconds since 1970 of the last answer.
        aside: something else was talked about since the question.
        changing: one slot is being changed; then the summary comes again.
        wrong: answers in a row that could not be read.
    """

    flow: str
    key: str
    at: str = ""
    values: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    touched_s: int = 0
    aside: bool = False
    changing: bool = False
    wrong: int = 0

    def warm(self, now: datetime) -> bool:
        """Tell whether the question was asked a moment ago."""
        return now.timestamp() - self.touched_s <= FORM_WARM.total_seconds()

    def given(self, name: str, value: Value) -> "Form":
        """Return the form with a slot filled."""
        return replace(self, values={**self.values, name: value})


def living(forms: Sequence[Form], now: datetime) -> tuple[Form, ...]:
    """Return the forms that are not too old, at most as many as are kept."""
    oldest = now.timestamp() - FORM_LIFE.total_seconds()
    return tuple(form for form in forms if form.touched_s >= oldest)[:MOST_FORMS]


def dump_form(form: Form) -> list[object]:
    """Return a form as plain data for JSON."""
    values = [[name, value.plain, value.shown] for name, value in form.values.items()]
    flags = [int(form.aside), int(form.changing), form.wrong]
    return [form.flow, form.key, form.at, values, form.touched_s, *flags]


def load_form(raw: Sequence[object]) -> Form:
    """Read a form back.

    Raises:
        ValueError, TypeError: it is none.
    """
    flow, key, at, values, touched, aside, changing, wrong = raw
    if not isinstance(values, list):
        raise TypeError("a form's values are a list")
    return Form(
        flow=str(flow),
        key=str(key),
        at=str(at),
        values={str(name): Value(str(plain), str(shown)) for name, plain, shown in values},
        touched_s=int(str(touched)),
        aside=bool(aside),
        changing=bool(changing),
        wrong=int(str(wrong)),
    )


Seal = Callable[[str], str]
