"""Forms in a conversation: opened by an answer, fed by messages, handed in to their capability."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.dialog.forms import End, Guide, Step
from bot.dialog.moves import Vocabulary, read
from bot.dialog.slots import Said
from bot.domain.clock import beijing
from bot.domain.entities import Entities
from bot.domain.errors import ConfigError
from bot.domain.flows import MOST_FORMS, Form
from bot.domain.messages import Kind
from bot.domain.replies import Reply
from bot.domain.text import asking
from bot.pipeline.outcome import Answer
from bot.pipeline.registry import Registry
from bot.pipeline.turning import Turn
from bot.sdk import Filled
from bot.understanding.router import Decision, Router

#: What may be said to a form; everything else leaves it as it is.
_HEARD = frozenset({Kind.TEXT, Kind.VOICE, Kind.IMAGE, Kind.LOCATION, Kind.MENU})
#: Most choices of one reply.
_MOST_CHOICES = 5
#: A message longer than this tells something, whatever form it might open.
_OPENING_CHARS = 7

#: Calls a flow's end with what was filled in: turn, flow name, filled -> reply.
Finish = Callable[[Turn, str, Filled], Reply]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a message did to the open forms.

    Attributes:
        answer: the answer, or nothing when the message is no part of a form.
        forms: the forms afterwards.
    """

    answer: Answer | None
    forms: tuple[Form, ...]


class Forming:
    """Keeps the forms of a conversation. Knows no flow by name.

    Args:
        registry: the capabilities, whose flows are checked here.
        router: understanding.
        vocabulary: steering words.
        reader: turn and text -> what reads its figures and names.
        finish: calls a flow's end.

    Raises:
        ConfigError: a flow has no intent of its name, or a sentence is missing.
    """

    def __init__(
        self,
        *,
        registry: Registry,
        router: Callable[[], Router],
        vocabulary: Vocabulary,
        reader: Callable[[Turn, str], Callable[[], Entities]],
        finish: Finish,
    ):
        self._router = router
        self._vocabulary = vocabulary
        self._reader = reader
        self._finish = finish
        self._machine = registry.machine
        self._intents = frozenset(registry.intents)
        self._guides: Mapping[str, Guide] = {
            name: _guide(registry, name) for name in registry.flows
        }

    def take(self, turn: Turn) -> Taken:
        """Let the open form read a message."""
        forms = tuple(form for form in turn.session.forms if form.flow in self._guides)
        tapped = turn.inbound.kind is Kind.MENU and turn.inbound.text in self._intents
        if not forms or tapped or turn.inbound.kind not in _HEARD:
            return Taken(None, forms)
        form, others = forms[0], forms[1:]
        guide = self._guides[form.flow]
        said = self._said(turn, guide, form)
        move = read(said.text, turn.session, self._vocabulary)
        step = guide.take(
            form, said, move, lambda loose: self._asks(turn, form.flow, loose), turn.now
        )
        if step.end is End.ASIDE:
            return Taken(None, (step.form, *others))
        if step.end is End.OPEN:
            return Taken(_said(step, form.flow), (step.form, *others))
        if step.end is End.DROPPED:
            answer = _said(step, form.flow)
        else:
            answer = self._file(turn, guide, form)
        return Taken(self._with_next(answer, others), others)

    def opened(self, turn: Turn, answer: Answer, forms: tuple[Form, ...]) -> Answer:
        """Return an answer with the form it opens, or with a word on the form that waits."""
        reply = answer.reply
        if reply is None:
            return replace(answer, forms=forms)
        if not reply.opens or reply.opens not in self._guides:
            return replace(answer, reply=self._reminded(reply, forms), forms=forms)
        if not turn.remembers:
            text = f"{reply.text}\n{self._machine.say('form_no_memory')}".strip()
            return replace(answer, reply=replace(reply, text=text))
        same = next((form for form in forms if form.flow == reply.opens), None)
        guide = self._guides[reply.opens]
        if same is not None:
            step = guide.ask(same, turn.now, lead="form_resumed")
            rest = tuple(form for form in forms if form is not same)
        elif len(forms) >= MOST_FORMS:
            waiting = " / ".join(self._guides[form.flow].title for form in forms)
            text = self._machine.say("form_two_open", titles=waiting)
            return replace(answer, reply=self._reminded(Reply(text=text), forms), forms=forms)
        else:
            step = guide.open(turn.inbound.key, self._said(turn, guide, None), turn.now)
            rest = tuple(replace(form, aside=True) for form in forms)
        text = f"{reply.text}\n{step.text}".strip()
        asked = replace(reply, text=text, choices=step.choices)
        return replace(answer, reply=asked, forms=(step.form, *rest))

    def _file(self, turn: Turn, guide: Guide, form: Form) -> Answer:
        filled = Filled(key=form.key, values=guide.values(form), lines=guide.lines(form))
        reply = self._finish(turn, form.flow, filled)
        return Answer(reply=reply, decision="choice", intent=form.flow)

    def _with_next(self, answer: Answer, others: tuple[Form, ...]) -> Answer:
        reply = answer.reply
        return answer if reply is None else replace(answer, reply=self._reminded(reply, others))

    def _reminded(self, reply: Reply, forms: tuple[Form, ...]) -> Reply:
        """Add that a form waits; a crisis is answered without it."""
        if not forms or reply.alert is not None:
            return reply
        line, choice = self._guides[forms[0].flow].waiting()
        choices = (*reply.choices[: _MOST_CHOICES - 1], choice)
        return replace(reply, text=f"{reply.text}\n{line}".strip(), choices=choices)

    def _said(self, turn: Turn, guide: Guide, form: Form | None) -> Said:
        slot = guide.plan.slot(form.at) if form else None
        spoken = turn.inbound.kind in {Kind.TEXT, Kind.VOICE, Kind.MENU}
        text = turn.inbound.text if spoken else ""
        return Said(
            inbound=turn.inbound,
            text=text,
            entities=self._reader(turn, text),
            today=beijing(turn.now).date(),
            labels=guide.labels(slot) if slot else {},
            words=self._vocabulary,
            units=self._machine.many("form_units"),
        )

    def _asks(self, turn: Turn, flow: str, loose: bool) -> bool:
        """Tell whether a message surely asks for something other than this form.

        Where any sentence may be the answer, what the form's own group knows (保洁, 物业) is one,
        unless it is put as a question or is the short name of another form (我要报修).
        """
        if turn.inbound.kind not in {Kind.TEXT, Kind.VOICE} or not turn.inbound.text:
            return False
        found = self._router().understand(turn.inbound.text)
        if found.decision is not Decision.ANSWER or found.intents[0] == flow:
            return False
        if not loose:
            return True
        wanted = found.intents[0]
        kin = wanted.partition(".")[0] == flow.partition(".")[0]
        opens = wanted in self._guides and len(found.normal) <= _OPENING_CHARS
        return not kin or opens or asking(turn.inbound.text)


def _said(step: Step, flow: str) -> Answer:
    reply = Reply(text=step.text, choices=step.choices, topic=flow)
    return Answer(reply=reply, decision="choice", intent=flow)


def _guide(registry: Registry, name: str) -> Guide:
    """Make the guide of a flow.

    Raises:
        ConfigError: a sentence it needs is missing.
    """
    flow = registry.flows[name]
    if name not in registry.intents:
        raise ConfigError(f"flow {name}: there is no intent of this name")
    group = name.replace(".", "_")
    own = dict(registry.words_of(name).many(group))
    needed = ["title"]
    for slot in flow.plan.slots:
        needed += [slot.id, f"{slot.id}_ask", *(f"{slot.id}.{value}" for value in slot.choices)]
    missing = [one for one in needed if one not in own]
    if missing:
        raise ConfigError(f"flow {name}: replies.yaml, {group} has no {', '.join(missing)}")
    return Guide(plan=flow.plan, own=own, machine=registry.machine)


def kept_aside(forms: tuple[Form, ...]) -> tuple[Form, ...]:
    """Return the forms after something else was talked about."""
    return tuple(replace(form, aside=True) for form in forms)
