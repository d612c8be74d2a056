"""From a message and its session to an answer: crisis, dialog, understanding, handler."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from bot.dialog.forms import steers
from bot.dialog.moves import Move, MoveKind, Vocabulary, needs_memory, read
from bot.domain.entities import Entities
from bot.domain.messages import Inbound, Kind
from bot.domain.replies import Choice, ProfileChange, Reply
from bot.domain.text import stretched
from bot.pipeline.forming import Forming, kept_aside
from bot.pipeline.names import PackNames
from bot.pipeline.outcome import Answer
from bot.pipeline.registry import Registry
from bot.pipeline.turning import Turn
from bot.sdk import FIELDS, START_FORM, Context, Filled, Role, Services, read_number
from bot.understanding.entities import extract
from bot.understanding.normalize import normalize
from bot.understanding.router import Decision, Router, Understanding

#: Two answers in one reply stay together up to this many characters.
_TOGETHER_CHARS = 430
#: Intents kept with a message that was not understood.
_GUESSES = 3
#: Figures of the shortest case number.
_CASE_FIGURES = 9


class Conversation:
    """Answers turns. Knows no intent by name, only roles."""

    def __init__(
        self,
        *,
        registry: Registry,
        router: Callable[[], Router],
        words: Vocabulary,
        services: Services,
    ):
        self._registry = registry
        self._router = router
        self._words = words
        self._services = services
        self._names = PackNames(services.communities.called())
        self._forming = Forming(
            registry=registry,
            router=router,
            vocabulary=words,
            reader=self._reader,
            finish=self._filed,
        )

    @property
    def registry(self) -> Registry:
        """Return the capabilities."""
        return self._registry

    def crisis(self, inbound: Inbound) -> tuple[str, ...]:
        """Return the crisis intents a message raises."""
        if inbound.kind not in {Kind.TEXT, Kind.VOICE} or not inbound.text:
            return ()
        return self._router().crisis(inbound.text)

    def _in_need(self, turn: Turn) -> bool:
        """Tell whether a message is a crisis.

        The words of an offered choice are ours, and yes, no or skip answer a form's question.
        """
        if turn.session.forms and steers(turn.inbound.text, self._words):
            return False
        if read(turn.inbound.text, turn.session, self._words).kind is MoveKind.CHOICE:
            return False
        return bool(self.crisis(turn.inbound))

    def effects(self, turn: Turn) -> bool:
        """Tell whether answering may touch records, so that it must run under the time budget."""
        if turn.inbound.kind in {Kind.FOLLOW, Kind.SCAN} or turn.session.forms:
            return True  # the end of a form is a record
        if turn.inbound.kind not in {Kind.TEXT, Kind.VOICE, Kind.MENU}:
            return False
        targets = self._targets(turn)
        return any(
            self._registry.intents[target].effects
            for target in targets
            if target in self._registry.intents
        )

    def _targets(self, turn: Turn) -> tuple[str, ...]:
        inbound = turn.inbound
        if inbound.kind is Kind.MENU:
            return (inbound.text,)
        if self._in_need(turn):
            return self._router().understand(inbound.text).intents
        move = read(inbound.text, turn.session, self._words)
        if move.kind is MoveKind.CHOICE:
            return (self._command_intent(move.target.removeprefix("command:")) or move.target,)
        if move.kind is MoveKind.COMMAND:
            return (self._command_intent(move.target),)
        found = self._router().understand(inbound.text)
        if self._names_community(turn, found):
            return (self._registry.roles[Role.COMMUNITY],)
        if self._quotes_case(turn, found):
            return (self._registry.roles[Role.PROGRESS],)
        return found.intents

    def answer(self, turn: Turn) -> Answer:
        """Answer one message that deserves an answer."""
        answer = self._answer(turn)
        reply = answer.reply
        if not turn.turned or reply is None or reply.alert or reply.profile.language:
            return answer
        said = self._registry.machine_in(turn.language).say("turned")
        return replace(answer, reply=replace(reply, text=f"{reply.text}\n{said}"))

    def _answer(self, turn: Turn) -> Answer:
        """Answer a crisis first, then the open form, then what else is asked."""
        forms = turn.session.forms
        if forms and self._in_need(turn):
            return replace(self._plain(turn), forms=kept_aside(forms))
        taken = self._forming.take(turn)
        if taken.answer is not None:
            return replace(taken.answer, forms=taken.forms)
        return self._forming.opened(turn, self._plain(turn), kept_aside(taken.forms))

    def _filed(self, turn: Turn, flow: str, filled: Filled) -> Reply:
        """Hand a form in to its capability."""
        context = self._context(turn, flow, "", "")
        return self._registry.flows[flow].finish(context, filled)

    def _plain(self, turn: Turn) -> Answer:
        kind = turn.inbound.kind
        if kind in {Kind.FOLLOW, Kind.SCAN}:
            return self._greet(turn)
        if kind is Kind.LOCATION:
            return self._act(turn, self._registry.roles[Role.NEARBY], decision="answer")
        if kind is Kind.MENU and turn.inbound.text in self._registry.intents:
            return self._act(turn, turn.inbound.text, decision="choice")
        if kind in {Kind.TEXT, Kind.MENU} or (kind is Kind.VOICE and turn.inbound.text):
            return self._written(turn)
        name = {Kind.IMAGE: "got_image", Kind.VOICE: "got_voice"}.get(kind, "got_other")
        return Answer(reply=self.sentence(name, turn.language), decision="event")

    def sentence(self, name: str, language: str) -> Reply:
        """Return one of the machine's own sentences as a reply."""
        return Reply(text=self._registry.machine_in(language).say(name))

    def _greet(self, turn: Turn) -> Answer:
        slug = turn.inbound.text.removeprefix("c_")
        if slug in self._services.communities.names():
            return self._act(turn, self._registry.roles[Role.COMMUNITY], decision="event")
        return self._act(turn, self._registry.roles[Role.WELCOME], decision="event")

    def _written(self, turn: Turn) -> Answer:
        if self._in_need(turn):
            return self._help(turn)
        if not turn.remembers and needs_memory(turn.inbound.text, self._words):
            return Answer(reply=self.sentence("no_memory", turn.language), decision="error")
        move = read(turn.inbound.text, turn.session, self._words)
        if move.kind is MoveKind.CHOICE:
            return self._target(turn, move)
        if move.kind is MoveKind.COMMAND:
            return self._command(turn, move.target)
        if move.kind is MoveKind.FIELD:
            return self._act(turn, turn.session.topic, decision="choice", focus=move.target)
        if move.kind is MoveKind.LOST:
            return Answer(reply=self.sentence("lost_number", turn.language), decision="command")
        return self._ask(turn, move)

    def _help(self, turn: Turn) -> Answer:
        """Answer a crisis alone; what else was asked waits for "详细"."""
        intents = self._router().understand(turn.inbound.text).intents[:2]
        answers = [self._act(turn, intent, decision="answer") for intent in intents]
        return answers[0] if len(answers) == 1 else self._both(answers, turn.language, together=0)

    def _ask(self, turn: Turn, move: Move) -> Answer:
        found = self._router().understand(turn.inbound.text)
        if self._names_community(turn, found):
            return self._act(turn, self._registry.roles[Role.COMMUNITY], decision="choice")
        if self._quotes_case(turn, found):
            return self._act(turn, self._registry.roles[Role.PROGRESS], decision="choice")
        if found.decision is Decision.ANSWER:
            answers = [
                self._act(turn, intent, decision="answer", focus=move.focus, score=found.score)
                for intent in found.intents[:2]
            ]
            return answers[0] if len(answers) == 1 else self._both(answers, turn.language)
        if found.decision is Decision.CLARIFY:
            return self._clarify(found, turn)
        return self._fallback(turn, found)

    def _names_community(self, turn: Turn, found: Understanding) -> bool:
        """Tell whether a message, no clear ask by itself, answers where the resident lives."""
        if found.decision is Decision.ANSWER:
            return False
        if turn.session.topic != self._registry.roles[Role.COMMUNITY]:
            return False
        return self._services.communities.find(normalize(turn.inbound.text)) is not None

    def _quotes_case(self, turn: Turn, found: Understanding) -> bool:
        """Tell whether a message, no clear ask by itself, holds a number that can be a case's."""
        if found.decision is Decision.ANSWER or sum(map(str.isdigit, found.normal)) < _CASE_FIGURES:
            return False
        numbers = self._reader(turn, turn.inbound.text)().case_numbers
        return any(read_number(one.number) for one in numbers)

    def _both(
        self, answers: list[Answer], language: str = "", *, together: int = _TOGETHER_CHARS
    ) -> Answer:
        """Join two answers; the second waits for "详细" where they do not fit together."""
        first, second = (answer.reply or Reply() for answer in answers[:2])
        first = replace(  # what the second answer promises holds too
            first,
            alert=first.alert or second.alert,
            opens=first.opens or second.opens,
            profile=first.profile if first.profile != ProfileChange() else second.profile,
        )
        joined = f"{first.text}\n\n{second.text}".strip()
        choices = tuple(dict.fromkeys((*first.choices[:2], *second.choices[:2])))
        if not second.text or len(joined) <= stretched(together, language):
            reply = replace(first, text=joined, choices=choices, rest=(*first.rest, *second.rest))
        else:
            note = self._registry.machine_in(language).say("second_ask")
            reply = replace(
                first, text=f"{first.text}\n{note}", rest=(second.text, *second.rest, *first.rest)
            )
        return replace(answers[0], reply=reply)

    def _clarify(self, found: Understanding, turn: Turn) -> Answer:
        machine = self._registry.machine_in(turn.language)
        choices: list[Choice] = []
        for candidate in found.candidates:
            label = machine.label(candidate.intent)
            if len(choices) < 3 and label not in {choice.label for choice in choices}:
                choices.append(Choice(label=label, target=candidate.intent))
        person = self._registry.roles[Role.PERSON]
        choices.append(Choice(label=machine.say("none_of_these"), target=person))
        reply = Reply(text=machine.say("clarify"), choices=tuple(choices))
        return Answer(
            reply=reply,
            decision="clarify",
            score=found.score,
            missed=True,
            asked=turn.inbound.text,  # as written: 2.5万 is 25万 in its normal form
            guesses=_guesses(found),
        )

    def _fallback(self, turn: Turn, found: Understanding) -> Answer:
        machine = self._registry.machine_in(turn.language)
        again = turn.session.misses > 0
        offered = (Role.PERSON, Role.MENU) if again else (Role.MENU, Role.PERSON)
        choices = tuple(
            Choice(label=machine.label(intent), target=intent)
            for intent in (self._registry.roles[role] for role in offered)
        )
        text = machine.say("fallback_again" if again else "fallback")
        reply = Reply(text=text, choices=choices)
        return Answer(
            reply=reply,
            decision="fallback",
            score=found.score,
            missed=True,
            guesses=_guesses(found),
        )

    def _target(self, turn: Turn, move: Move) -> Answer:
        target = move.target
        if target.startswith("field:"):
            focus = target.removeprefix("field:")
            return self._act(turn, turn.session.topic, decision="choice", focus=focus)
        if target.startswith("command:"):
            return self._command(turn, target.removeprefix("command:"))
        if target.startswith(START_FORM):
            flow = target.removeprefix(START_FORM)
            return Answer(reply=Reply(opens=flow, topic=flow), decision="choice", intent=flow)
        said = turn.session.asked or move.label
        return self._act(turn, target, decision="choice", said=said)

    def _command_intent(self, name: str) -> str:
        role = {"menu": Role.MENU, "person": Role.PERSON, "none": Role.PERSON, "back": Role.MENU}
        return self._registry.roles[role[name]] if name in role else ""

    def _command(self, turn: Turn, name: str) -> Answer:
        intent = self._command_intent(name)
        if intent:
            return self._act(turn, intent, decision="command")
        if name == "detail":
            return self._detail(turn)
        return Answer(reply=self.sentence(name, turn.language), decision="command")

    def _detail(self, turn: Turn) -> Answer:
        rest = turn.session.rest
        if not rest:
            return Answer(reply=self.sentence("no_more", turn.language), decision="command")
        more = len(rest) > 1
        choices = tuple(
            choice
            for choice in turn.session.choices
            if more or choice.target != "command:detail"  # nothing is left to tell
        )
        reply = Reply(text=rest[0], rest=rest[1:], choices=choices, topic=turn.session.topic)
        return Answer(reply=reply, decision="command", intent=turn.session.topic)

    def _act(
        self,
        turn: Turn,
        intent: str,
        *,
        decision: str,
        focus: str = "",
        score: float = 1.0,
        said: str = "",
    ) -> Answer:
        found = self._registry.intents.get(intent)
        if found is None:
            return Answer(reply=self.sentence("lost_number", turn.language), decision="command")
        speaks = self._registry.speaks(intent, turn.language, turn.pack)
        told = (
            turn if speaks else replace(turn, resident=replace(turn.resident, language="zh-Hans"))
        )
        reply = found.handler(self._context(told, intent, said, focus))
        reply = self._readable(turn, reply) if speaks else self._in_chinese(turn, reply)
        return Answer(reply=reply, decision=decision, intent=intent, score=score)

    def _context(self, turn: Turn, intent: str, said: str, focus: str) -> Context:
        language = turn.language
        spoken = said or turn.inbound.text
        return Context(
            inbound=turn.inbound,
            intent=intent,
            text=normalize(spoken),
            resident=turn.resident,
            pack=turn.pack.told_in(language) if language in self._registry.tongues else turn.pack,
            words=self._registry.words_of(intent, language),
            services=self._services,
            now=turn.now,
            focus=focus if focus in FIELDS else "",
            topic=turn.session.topic,
            menu=self._registry.menu_in(language),
            read_entities=self._reader(turn, spoken),
        )

    def _reader(self, turn: Turn, text: str) -> Callable[[], Entities]:
        """Return what reads the figures and names of a message, once and only when asked."""

        @cache
        def read_entities() -> Entities:
            return extract(text, now=turn.now, names=self._names.book(turn.pack))

        return read_entities

    def _readable(self, turn: Turn, reply: Reply) -> Reply:
        """Return a reply without the choices that the resident's language has no words for."""
        machine = self._registry.machine_in(turn.language)
        if machine is self._registry.machine:
            return reply
        choices = tuple(
            choice
            for choice in reply.choices
            if choice.target not in self._registry.intents
            or choice.label != machine.chinese.label(choice.target)
        )
        return replace(reply, choices=choices)

    def _in_chinese(self, turn: Turn, reply: Reply) -> Reply:
        """Return a Chinese reply to one who reads another language: it says so, offers a person."""
        machine = self._registry.machine_in(turn.language)
        choices = [
            replace(choice, label=label)
            if (label := machine.label(_bare(choice.target))) != _bare(choice.target)
            else choice
            for choice in reply.choices
        ]
        person = self._registry.roles[Role.PERSON]
        if all(choice.target != person for choice in choices):
            choices = [*choices[:4], Choice(label=machine.label(person), target=person)]
        text = f"{machine.say('only_chinese')}\n{reply.text}"
        return replace(reply, text=text, choices=tuple(choices))


def _bare(target: str) -> str:
    """Return what a choice leads to, as labels name it."""
    return target.partition(":")[2] or target


def _guesses(found: Understanding) -> tuple[tuple[str, float], ...]:
    """Return what a message might mean, for those who read it later."""
    return tuple((one.intent, round(one.score, 3)) for one in found.candidates[:_GUESSES])
