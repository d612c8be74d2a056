"""Reads an answer to one question of a form; what cannot be read says which sentence to say."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bot.dialog.moves import Vocabulary
from bot.domain.entities import Entities
from bot.domain.figures import Doubt, Length, Quantity, Rough, plain
from bot.domain.flows import MOST_CHARS, Slot, SlotKind, Value
from bot.domain.messages import Inbound, Kind
from bot.domain.telling import dated
from bot.understanding.normalize import normalize

_NAME = re.compile(
    r"(?:我叫|我是|姓名[是:：]?|名字[是:：]?|叫)?\s*([\u3400-\u9fff·A-Za-z .]{2,30})$"
)
_INTEGER = re.compile(r"\d{1,9}")
#: Most pictures in one form.
MOST_PHOTOS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message as a form reads it.

    Attributes:
        inbound: the message.
        text: what was written, or of it what is said about one slot.
        entities: figures and names in ``text``, read when asked for.
        today: Beijing date.
        labels: choice value -> how it reads, of the slot being asked.
        words: steering words.
        units: how figures are shown: ``age``, ``money``, ``photos``, ``years``, ``months`` and
            ``days``, each with ``{n}``.
    """

    inbound: Inbound
    text: str
    entities: Callable[[], Entities]
    today: date
    labels: Mapping[str, str]
    words: Vocabulary
    units: Mapping[str, str]

    def shown(self, unit: str, number: object) -> str:
        """Return a figure with its unit."""
        return self.units[unit].format(n=number)

    @property
    def yes_or_no(self) -> str:
        """Return ``yes``, ``no``, or "" for anything else."""
        return next((one for one in ("no", "yes") if self.words.means(self.text, one)), "")


@dataclass(frozen=True, slots=True)
class Unread:
    """An answer that does not fit.

    Attributes:
        why: name of the sentence that says what is expected.
        values: for its placeholders.
    """

    why: str
    values: tuple[tuple[str, object], ...] = ()


def read_slot(slot: Slot, said: Said) -> Value | Unread:
    """Read an answer for ``slot``."""
    return _READERS[slot.kind](slot, said)


def picked(slot: Slot, value: str, labels: Mapping[str, str]) -> Value | None:
    """Return a value picked from the numbered choices, or nothing if it is none."""
    if slot.kind is SlotKind.CHOICE and value in slot.choices:
        return Value(value, labels.get(value, value))
    if slot.kind is SlotKind.YES_NO and value in {"yes", "no"}:
        return Value(value, labels.get(value, value))
    return None


def _text(slot: Slot, said: Said) -> Value | Unread:
    text = said.text.strip()
    if said.yes_or_no:  # an answer to another question
        return Unread("form_short", (("least", slot.least or 2),))
    least, most = slot.least or 2, slot.most or MOST_CHARS
    if len(text) < least:
        return Unread("form_short", (("least", least),))
    if len(text) > most:
        return Unread("form_long", (("most", most),))
    return Value(text, text)


def _place(slot: Slot, said: Said) -> Value | Unread:
    inbound = said.inbound
    if inbound.kind is Kind.LOCATION and inbound.latitude is not None:
        where = f"{inbound.latitude:.6f},{inbound.longitude or 0.0:.6f}"
        label = inbound.label.strip() or where
        return Value(f"{label} ({where})", label)
    return _text(slot, said)


def _address(slot: Slot, said: Said) -> Value | Unread:
    found = said.entities().addresses
    if len(found) == 1:
        return Value(found[0].said, found[0].said)
    return Unread("form_address") if slot.least != 0 or not said.text.strip() else _text(slot, said)


def _name(_slot: Slot, said: Said) -> Value | Unread:
    found = _NAME.match(said.text.strip())
    if not found:
        return Unread("form_name")
    return Value(found.group(1).strip(), found.group(1).strip())


def _choice(slot: Slot, said: Said) -> Value | Unread:
    normal = normalize(said.text)
    hits = [
        value
        for value in slot.choices
        if (label := normalize(said.labels.get(value, value))) and normal
        if label in normal or (len(normal) > 1 and normal in label)
    ]
    if len(hits) == 1:
        return Value(hits[0], said.labels.get(hits[0], hits[0]))
    return Unread("form_choice")


def _yes_no(_slot: Slot, said: Said) -> Value | Unread:
    normal = normalize(said.text)
    labelled = (value for value, label in said.labels.items() if normalize(label) == normal)
    answer = said.yes_or_no or next(labelled, "")
    if not answer:
        return Unread("form_yes_no")
    return Value(answer, said.labels.get(answer, answer))


def _phone(_slot: Slot, said: Said) -> Value | Unread:
    found = {one.number: one for one in said.entities().phones}
    if len(found) != 1:
        return Unread("form_phone" if not found else "form_one_phone")
    (only,) = found.values()
    return Value(only.number, only.masked)


def _day(slot: Slot, said: Said) -> Value | Unread:
    whens = [when for when in said.entities().whens if when.reading.dated]
    days = {when.reading.day for when in whens}
    day = next(iter(days)) if len(days) == 1 else None
    if day is None:
        return Unread("form_day")
    if any(when.doubts - {Doubt.PASSED} for when in whens):
        return Unread("form_which_day", (("day", dated(day, said.today)),))
    if (refused := _beyond(slot, day, said.today)) is not None:
        return refused
    return Value(day.isoformat(), dated(day, said.today))


def _beyond(slot: Slot, day: date, today: date) -> Unread | None:
    """Return what to say of a day outside the slot's bounds."""
    first = None if slot.least is None else today + timedelta(days=slot.least)
    last = None if slot.most is None else today + timedelta(days=slot.most)
    if first is not None and day < first:
        return Unread("form_day_from", (("day", dated(first, today)),))
    if last is not None and day > last:
        return Unread("form_day_to", (("day", dated(last, today)),))
    return None


def _age(slot: Slot, said: Said) -> Value | Unread:
    ages = said.entities().ages
    if len(ages) == 1 and ages[0].upto is None and ages[0].rough is Rough.EXACT:
        return _bounded(slot, said, Decimal(ages[0].years), "age")
    return _bare(slot, said, "age") or Unread("form_age")


def _count(slot: Slot, said: Said) -> Value | Unread:
    counts = said.entities().counts
    if len(counts) == 1 and _exact(counts[0].amount):
        return _bounded(slot, said, counts[0].amount.value)
    return _bare(slot, said) or Unread("form_count")


def _money(slot: Slot, said: Said) -> Value | Unread:
    sums = said.entities().money
    if len(sums) == 1 and sums[0].amount.upto is None:
        return _bounded(slot, said, sums[0].amount.value, "money")
    return _bare(slot, said, "money") or Unread("form_money")


def _bare(slot: Slot, said: Said, unit: str = "") -> Value | Unread | None:
    """Read a message that is nothing but a number."""
    bare = _INTEGER.fullmatch(normalize(said.text))
    return _bounded(slot, said, Decimal(bare.group()), unit) if bare else None


def _length(slot: Slot, said: Said) -> Value | Unread:
    found = said.entities().durations
    if len(found) != 1 or found[0].upto is not None:
        return Unread("form_length")
    length = found[0].length
    if length.minutes or (length.months and length.days):
        return Unread("form_length")
    if not _fits(slot, length):
        return Unread("form_length")
    return Value(length.said, _length_said(length, said))


def _fits(slot: Slot, length: Length) -> bool:
    months = length.months + length.days / 30
    return (slot.least or 0) <= months <= (slot.most or 1200)


def _length_said(length: Length, said: Said) -> str:
    years, months = divmod(length.months, 12)
    parts = [("years", years), ("months", months), ("days", length.days)]
    shown = "".join(said.shown(unit, plain(number)) for unit, number in parts if number)
    return shown or said.shown("days", 0)


def _photo(_slot: Slot, said: Said) -> Value | Unread:
    if said.inbound.kind is Kind.IMAGE and said.inbound.media_id:
        return photos(None, said)
    return Unread("form_photo")


def photos(before: Value | None, said: Said) -> Value:
    """Return the pictures of a form with this one, at most ``MOST_PHOTOS``, each once."""
    earlier = before.plain.split() if before else []
    kept = list(dict.fromkeys([*earlier, said.inbound.media_id]))[:MOST_PHOTOS]
    return Value(" ".join(kept), said.shown("photos", len(kept)))


def _exact(amount: Quantity) -> bool:
    return amount.upto is None and amount.value == amount.value.to_integral_value()


def _bounded(slot: Slot, said: Said, number: Decimal, unit: str = "") -> Value | Unread:
    if slot.least is not None and number < slot.least:
        return Unread("form_least", (("least", slot.least),))
    if slot.most is not None and number > slot.most:
        return Unread("form_most", (("most", slot.most),))
    figure = plain(number)
    return Value(figure, said.shown(unit, figure) if unit else figure)


_READERS: Mapping[SlotKind, Callable[[Slot, Said], Value | Unread]] = {
    SlotKind.TEXT: _text,
    SlotKind.NAME: _name,
    SlotKind.CHOICE: _choice,
    SlotKind.YES_NO: _yes_no,
    SlotKind.PHONE: _phone,
    SlotKind.PLACE: _place,
    SlotKind.ADDRESS: _address,
    SlotKind.DAY: _day,
    SlotKind.AGE: _age,
    SlotKind.COUNT: _count,
    SlotKind.MONEY: _money,
    SlotKind.LENGTH: _length,
    SlotKind.PHOTO: _photo,
}
