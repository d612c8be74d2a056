"""Walks a resident through a form: question, answer, correction, summary, yes (DESIGN.md §3).

Pure: takes the form as it is and a message, returns the form as it becomes and what to say. A
message that is not for the form is handed back (:attr:`End.ASIDE`); the form waits.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.dialog.moves import Move, MoveKind, Vocabulary
from bot.dialog.slots import Said, photos, picked, read_slot
from bot.domain.flows import (
    FIGURES,
    LOOSE,
    SKIPPED,
    Form,
    Plan,
    Slot,
    SlotKind,
    Value,
)
from bot.domain.messages import Kind
from bot.domain.replies import Choice
from bot.domain.text import asking
from bot.sdk import Words
from bot.understanding.normalize import normalize

#: Answers in a row that cannot be read before a person is offered.
PATIENCE = 3
#: A first message tells what it is about with this many characters beside that.
_TELLING = 3
#: A message this short is no description if it is a known ask or a word of thanks.
_BRIEF = 4
_CORRECTION = re.compile(
    r"^(?:不对|不是|错了|说错了|写错了|填错了|打错了|弄错了|搞错了|更正|改一下|改下|我改一下|我要改)[,，。!！:：;；\s]*"
    r"(?:是|应该是|应该|改成|改为|换成)?[,，:：\s]*"
)
_CHANGED = re.compile(r"(.{1,8}?)(?:要|得)?(?:改成|改为|换成|应该是|改到)[,，:：\s]*(.+)$")
#: The same after a word of correction, where a bare 是 is enough: 不对，地点是南门.
_RATHER = re.compile(r"(.{1,8}?)(?:应该|改成|改为|换成|是)+[,，:：\s]*(.+)$")
#: Kinds whose values staff read in full, where the resident sees them shortened or masked.
_IN_FULL = frozenset({SlotKind.PHONE, SlotKind.PLACE})
#: Tells whether a message surely asks something; whether any sentence may be the answer -> it does.
Asks = Callable[[bool], bool]


class End(StrEnum):
    """Where a step leaves the form."""

    OPEN = "open"
    FILED = "filed"
    DROPPED = "dropped"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a message did to a form.

    Attributes:
        end: still open, handed in, dropped, or not meant.
        form: the form afterwards.
        text: what to say; "" when the form was handed in or not meant.
        choices: what can be picked.
    """

    end: End
    form: Form
    text: str = ""
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """Leads through one flow.

    Attributes:
        plan: its questions.
        own: its sentences: ``title``, ``intro``, and for each slot a label under its id, the
            question under ``<id>_ask``, and choices under ``<id>.<value>``.
        machine: the machine's sentences.
    """

    plan: Plan
    own: Mapping[str, str]
    machine: Words

    @property
    def title(self) -> str:
        """Return what the form is called."""
        return self.own["title"]

    def open(self, key: str, said: Said, now: datetime) -> Step:
        """Open a form with what the first message already says, and ask the first question."""
        form = Form(flow=self.plan.name, key=key, touched_s=int(now.timestamp()))
        for slot in self.plan.slots:
            value = self._told(slot, said) if slot.filled else None
            if value is not None:
                form = form.given(slot.id, value)
        step = self._onward(form, now)
        intro = self.own.get("intro", "")
        return replace(step, text=f"{intro}\n{step.text}".strip())

    def take(self, form: Form, said: Said, move: Move, asks: Asks, now: datetime) -> Step:
        """Read a message.

        Args:
            form: as it is.
            said: the message.
            move: how it reads against what was offered.
            asks: tells whether it surely asks something of its own, where the question is one that
                any sentence may answer (``True``) or not; called only when in doubt.
            now: present moment.
        """
        if move.kind is MoveKind.CHOICE:
            return self._picked(form, move.target, now)
        if said.inbound.kind is Kind.IMAGE:
            return self._picture(form, said, now)
        steered = self._steered(form, said, now)
        if steered is not None:
            return steered
        if move.kind is MoveKind.COMMAND:
            return self._command(form, move.target, now)
        corrected = self._corrected(form, said, now)
        if corrected is not None:
            return corrected
        if not form.at:
            return self._confirming(form, asks, now)
        return self._answered(form, said, move, asks, now)

    # --- what a message may be ---

    def _steered(self, form: Form, said: Said, now: datetime) -> Step | None:
        """Take whole messages that mean something at this very question, commands or not."""
        means, slot = said.words.means, self.plan.slot(form.at)
        if means(said.text, "resume") and (form.aside or not form.warm(now)):
            return self.ask(form, now, lead="form_resumed")
        if means(said.text, "restart"):
            return self._onward(replace(form, values={}, changing=False), now)
        if slot is None:
            return self._judged(form, said, now)
        if slot.optional and means(said.text, "skip"):
            return self._filled(form, slot, SKIPPED, now)
        if slot.kind is SlotKind.YES_NO and said.yes_or_no:
            chosen = picked(slot, said.yes_or_no, self.labels(slot))
            return self._filled(form, slot, chosen, now) if chosen else None
        return None

    def _judged(self, form: Form, said: Said, now: datetime) -> Step | None:
        """Take a yes or a no to the summary."""
        if said.yes_or_no == "yes":
            return Step(end=End.FILED, form=form)
        return self._which(form, now) if said.yes_or_no == "no" else None

    def _command(self, form: Form, name: str, now: datetime) -> Step:
        if name == "cancel":
            return Step(end=End.DROPPED, form=form, text=self._say("form_dropped"))
        if name == "later":
            return Step(end=End.OPEN, form=replace(form, aside=True), text=self._say("form_later"))
        if name == "back":
            return self._back(form, now)
        return self._aside(form)

    def _picked(self, form: Form, target: str, now: datetime) -> Step:
        kind, _, value = target.partition(":")
        slot = self.plan.slot(form.at)
        if kind == "slot" and slot is not None:
            chosen = picked(slot, value, self.labels(slot))
            return self._filled(form, slot, chosen, now) if chosen else self.ask(form, now)
        if kind != "form":
            return self._aside(form)
        if value == "skip" and slot is not None and slot.optional:
            return self._filled(form, slot, SKIPPED, now)
        if value == "file" and not form.at:
            return Step(end=End.FILED, form=form)
        if value == "cancel":
            return Step(end=End.DROPPED, form=form, text=self._say("form_dropped"))
        if value == "edit":
            return self._which(form, now)
        named = self.plan.slot(value.removeprefix("change/"))
        if named is not None:
            return self.ask(replace(form, at=named.id, changing=True), now)
        return self.ask(form, now, lead="form_resumed" if value == "resume" else "")

    def _picture(self, form: Form, said: Said, now: datetime) -> Step:
        slot = next((one for one in self.plan.slots if one.kind is SlotKind.PHOTO), None)
        if slot is None or not said.inbound.media_id:
            return self.ask(form, now, lead="form_no_photo")
        value = photos(form.values.get(slot.id), said)
        if form.at == slot.id:
            return self._filled(form, slot, value, now)
        return self.ask(form.given(slot.id, value), now, lead="form_got_photo")

    def _corrected(self, form: Form, said: Said, now: datetime) -> Step | None:
        """Change one slot where the message says so (不对，是3栋); else return nothing.

        Only what was asked already is corrected; a sentence that merely begins like a correction
        (不是我家的狗) is the answer to an open question.
        """
        match = _CORRECTION.match(said.text.strip())
        rest = said.text.strip()[match.end() :] if match else said.text.strip()
        named, value = self._named(_RATHER if match else _CHANGED, rest, said.words)
        if named is not None:
            return self._changed(form, named, replace(said, text=value), now)
        if not match:
            return None
        for slot in self.plan.asked(form.values):
            if slot.id in form.values and (slot.kind not in LOOSE or self._placed(slot, said)):
                changed = self._changed(form, slot, replace(said, text=rest), now)
                if changed is not None:
                    return changed
        return self._which(form, now) if form.values and (not rest or not form.at) else None

    def _changed(self, form: Form, slot: Slot, said: Said, now: datetime) -> Step | None:
        """Fill a slot anew, if the words can be read for it."""
        found = read_slot(slot, replace(said, labels=self.labels(slot)))
        if not isinstance(found, Value):
            return None
        lead = self._say("form_changed", label=self._label(slot), value=found.shown)
        changed = replace(form.given(slot.id, found), changing=False, wrong=0)
        return self._onward(changed, now, lead=lead)

    def _placed(self, slot: Slot, said: Said) -> bool:
        """Tell whether an address was said for a slot that takes any place."""
        return slot.kind is SlotKind.PLACE and bool(said.entities().addresses)

    def _named(
        self, pattern: re.Pattern[str], text: str, words: Vocabulary
    ) -> tuple[Slot | None, str]:
        """Find the slot and the new value in 电话改成…, by its label or by what it is called."""
        match = pattern.search(text)
        if not match:
            return None, ""
        head = match.group(1).strip("把将我的")
        kinds = {kind for kind, names in words.slots.items() if head in names}
        for slot in self.plan.slots:
            label = self._label(slot)
            if label in head or (len(head) > 1 and head in label) or slot.kind.value in kinds:
                return slot, match.group(2)
        return None, ""

    def _confirming(self, form: Form, asks: Asks, now: datetime) -> Step:
        if form.aside or asks(False):
            return self._aside(form)
        return self.ask(replace(form, wrong=form.wrong + 1), now, lead="form_yes_no")

    def _answered(self, form: Form, said: Said, move: Move, asks: Asks, now: datetime) -> Step:
        slot = self.plan.slot(form.at)
        if slot is None:  # the flow was changed since the question
            return self._onward(form, now)
        away = form.aside or not form.warm(now)
        brief = len(normalize(said.text)) <= _BRIEF
        if slot.kind in LOOSE and (away or brief or asking(said.text)) and asks(True):
            return self._aside(form)
        found = read_slot(slot, replace(said, labels=self.labels(slot)))
        if isinstance(found, Value):
            return self._filled(form, slot, found, now)
        if move.kind is MoveKind.FIELD or asks(slot.kind in LOOSE):
            return self._aside(form)
        wrong = replace(form, wrong=form.wrong + 1)
        step = self.ask(wrong, now)
        why = self._say(found.why, **dict(found.values))
        if wrong.wrong >= PATIENCE:
            why = f"{why}\n{self._say('form_help')}"
        return replace(step, text=f"{why}\n{step.text}")

    # --- where it goes next ---

    def ask(self, form: Form, now: datetime, *, lead: str = "") -> Step:
        """Ask the open question again, or show the summary again."""
        slot = self.plan.slot(form.at)
        head = self._say(lead) if lead else ""
        if slot is None and self.plan.next(form.values) is not None:
            return self._onward(form, now, lead=head)
        form = replace(form, aside=False, touched_s=int(now.timestamp()))
        text, choices = self._summary(form) if slot is None else self._question(slot)
        return Step(end=End.OPEN, form=form, text=f"{head}\n{text}".strip(), choices=choices)

    def waiting(self) -> tuple[str, Choice]:
        """Return the line that says a form waits, and the choice that goes on with it."""
        return (
            self._say("form_waits", title=self.title),
            Choice(label=self._say("form_go_on"), target="form:resume"),
        )

    def labels(self, slot: Slot) -> Mapping[str, str]:
        """Return how a slot's values read."""
        if slot.kind is SlotKind.YES_NO:
            return {
                one: self.own.get(f"{slot.id}.{one}", self._say(f"form_{one}"))
                for one in ("yes", "no")
            }
        return {value: self.own[f"{slot.id}.{value}"] for value in slot.choices}

    def lines(self, form: Form) -> tuple[tuple[str, str, str], ...]:
        """Return slot id, label and value of everything said, in the order asked, for staff."""
        return tuple(
            (slot.id, self._label(slot), value.plain if slot.kind in _IN_FULL else value.shown)
            for slot, value in self._said(form)
        )

    def _said(self, form: Form) -> list[tuple[Slot, Value]]:
        """Return what was said of what is asked; what no longer applies is left out."""
        asked = [(slot, form.values.get(slot.id)) for slot in self.plan.asked(form.values)]
        return [(slot, value) for slot, value in asked if value and value != SKIPPED]

    def values(self, form: Form) -> dict[str, Value]:
        """Return what was said by slot id."""
        return {slot.id: value for slot, value in self._said(form)}

    def _aside(self, form: Form) -> Step:
        return Step(end=End.ASIDE, form=replace(form, aside=True))

    def _filled(self, form: Form, slot: Slot, value: Value, now: datetime) -> Step:
        return self._onward(replace(form.given(slot.id, value), changing=False, wrong=0), now)

    def _onward(self, form: Form, now: datetime, *, lead: str = "") -> Step:
        slot = self.plan.next(form.values)
        form = replace(form, at=slot.id if slot else "", wrong=0)
        step = self.ask(form, now)
        return replace(step, text=f"{lead}\n{step.text}".strip())

    def _back(self, form: Form, now: datetime) -> Step:
        asked = [slot.id for slot in self.plan.asked(form.values)]
        place = asked.index(form.at) if form.at in asked else len(asked)
        if form.changing or place == 0:
            whole = replace(form, at=form.at if place == 0 else "", changing=False)
            return self.ask(whole, now, lead="form_first" if place == 0 else "")
        before = asked[place - 1]
        kept = {name: value for name, value in form.values.items() if name != before}
        return self.ask(replace(form, at=before, values=kept, wrong=0), now)

    def _which(self, form: Form, now: datetime) -> Step:
        slots = [slot for slot in self.plan.asked(form.values) if slot.id in form.values]
        choices = [
            Choice(label=self._label(slot), target=f"form:change/{slot.id}") for slot in slots
        ]
        form = replace(form, touched_s=int(now.timestamp()), aside=False)
        back = Choice(label=self._say("form_keep"), target="form:resume")
        return Step(
            end=End.OPEN, form=form, text=self._say("form_which"), choices=(*choices[:8], back)
        )

    # --- what is said ---

    def _question(self, slot: Slot) -> tuple[str, tuple[Choice, ...]]:
        text = self.own[f"{slot.id}_ask"]
        labels = self.labels(slot)
        choices = [Choice(label=label, target=f"slot:{value}") for value, label in labels.items()]
        if slot.optional and slot.kind in FIGURES:
            return f"{text}{self._say('form_may_skip')}", ()
        if slot.optional:
            choices.append(Choice(label=self._say("form_skip"), target="form:skip"))
        return text, tuple(choices)

    def _summary(self, form: Form) -> tuple[str, tuple[Choice, ...]]:
        lines = "\n".join(
            f"· {self._label(slot)}：{_short(value.shown)}" for slot, value in self._said(form)
        )
        note = self.own.get("note", "")
        text = self._say("form_check", title=self.title, lines=lines)
        choices = (
            Choice(label=self._say("form_file"), target="form:file"),
            Choice(label=self._say("form_edit"), target="form:edit"),
            Choice(label=self._say("form_cancel"), target="form:cancel"),
        )
        return (f"{text}\n{note}" if note else text), choices

    def _label(self, slot: Slot) -> str:
        return self.own[slot.id]

    def _say(self, name: str, /, **values: object) -> str:
        return self.machine.say(name, **values)

    def _told(self, slot: Slot, said: Said) -> Value | None:
        """Return what the first message says about a slot, where there is no doubt."""
        alike = [one for one in self.plan.slots if one.filled and one.kind is slot.kind]
        if len(alike) > 1 or slot.kind in {SlotKind.NAME, SlotKind.YES_NO, SlotKind.PHOTO}:
            return None
        if slot.kind is SlotKind.TEXT:
            told = len(said.words.wish.sub("", normalize(said.text))) >= _TELLING
            telling = told and not asking(said.text)
            return Value(said.text.strip(), said.text.strip()) if telling else None
        if slot.kind is SlotKind.PLACE:
            found = said.entities().addresses
            return Value(found[0].said, found[0].text) if len(found) == 1 else None
        if slot.kind is not SlotKind.CHOICE and not _figures(slot.kind, said):
            return None
        read = read_slot(slot, replace(said, labels=self.labels(slot)))
        return read if isinstance(read, Value) else None


def steers(text: str, words: Vocabulary) -> bool:
    """Tell whether a message only answers or steers a form: yes, no, skip, go on."""
    return words.means(text, "yes", "no", "skip", "resume", "restart")


def _figures(kind: SlotKind, said: Said) -> bool:
    """Tell whether the message names a figure of this kind; a bare number is not enough."""
    found = said.entities()
    kinds = {
        SlotKind.PHONE: found.phones,
        SlotKind.ADDRESS: found.addresses,
        SlotKind.DAY: found.whens,
        SlotKind.AGE: found.ages,
        SlotKind.COUNT: found.counts,
        SlotKind.MONEY: tuple(one for one in found.money if one.told),
        SlotKind.LENGTH: found.durations,
    }
    return len(kinds[kind]) == 1


def _short(shown: str) -> str:
    return shown if len(shown) <= 120 else f"{shown[:119]}…"
