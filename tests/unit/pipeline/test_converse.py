"""From a message to an answer: crisis, dialog, understanding, handler."""

from datetime import timedelta

import pytest

from bot.domain.errors import ConfigError
from bot.domain.messages import Kind
from bot.domain.replies import MAX_REPLY_CHARS, Choice, ProfileChange, Reply
from bot.domain.residents import Resident
from bot.domain.sessions import Session, load
from bot.pipeline.outcome import Answer, next_session
from bot.pipeline.registry import Registry
from bot.pipeline.turning import Turn
from bot.records import residents
from bot.sdk import Capability, Intent, IntentKind, Role
from bot.state import keys
from bot.testing import START, Rig, make_inbound


def sentence(rig: Rig, name: str) -> str:
    return rig.house.registry.machine.say(name)


def session_of(rig: Rig) -> Session:
    return load(rig.house.state.client.get(keys.session(rig.ref)))


def pick(reply: str, label: str) -> str:
    """Return the number before a choice."""
    return reply[: reply.index(f" {label}")].split()[-1]


def turn_of(rig: Rig, text: str, session: Session) -> Turn:
    """Return a message in a conversation that never went through Redis."""
    return Turn(
        inbound=make_inbound(text),
        session=session,
        resident=Resident(ref=rig.ref, community="demo"),
        pack=rig.house.packs.get("demo"),
        now=rig.clock.now(),
    )


def test_a_question_and_its_follow_ups(rig: Rig):
    """Topic, field, number, detail."""
    first = rig.say("居住证怎么办")
    assert session_of(rig).topic == "services.residence_permit"

    papers = rig.say("要带什么")
    assert papers.startswith("要带")
    assert "身份证" in papers
    assert rig.say("详细") not in {"", sentence(rig, "no_more")}
    assert "居住证" in first


def test_details_come_piece_by_piece_and_end(rig: Rig):
    """Nothing is repeated, nothing is lost."""
    rig.say("居住证怎么办")
    told = []
    while (piece := rig.say("详细")) != sentence(rig, "no_more"):
        told.append(piece)
        assert len(told) < 10

    assert told
    assert len(set(told)) == len(told)


def test_after_the_last_piece_a_number_still_picks(rig: Rig):
    """What was offered before stays, under the numbers the last piece shows; only 详细 is gone."""
    rig.say("居住证怎么办")
    offered = [choice.target for choice in session_of(rig).choices]
    while session_of(rig).rest:
        last = rig.say("详细")

    kept = session_of(rig).choices
    assert "command:detail" in offered
    assert [choice.target for choice in kept] == [
        target for target in offered if target != "command:detail"
    ]
    for number, choice in enumerate(kept, 1):
        assert f"{number} {choice.label}" in last
    where = 1 + [choice.target for choice in kept].index("field:where")
    assert rig.say(str(where)).startswith("在哪办")


def test_a_piece_before_the_last_still_offers_the_next(rig: Rig):
    """详细 stays among the choices as long as there is more, and goes with the last."""
    choices = (
        Choice(label="要带什么", target="field:papers"),
        Choice(label="详细", target="command:detail"),
    )
    session = Session(
        topic="services.residence_permit", choices=choices, rest=("第二段。", "第三段。")
    )

    middle = rig.house.conversation.answer(turn_of(rig, "详细", session))
    later = next_session(session, middle, rig.clock.now())
    last = rig.house.conversation.answer(turn_of(rig, "详细", later))

    assert middle.reply is not None
    assert last.reply is not None
    assert (middle.reply.text, middle.reply.choices) == ("第二段。", choices)
    assert (last.reply.text, last.reply.choices) == ("第三段。", choices[:1])
    assert last.reply.rest == ()


def test_a_number_that_was_not_offered_after_the_last_piece_says_so(rig: Rig):
    """Keeping the choices invents none."""
    rig.say("居住证怎么办")
    while session_of(rig).rest:
        rig.say("详细")

    assert rig.say("9") == sentence(rig, "lost_number")


def test_a_number_picks_and_its_topic_follows(rig: Rig):
    """What was offered is what is answered."""
    reply = rig.say("你好")

    rig.say(pick(reply, "讨工钱"))
    assert session_of(rig).topic == "legal.wages"


@pytest.mark.parametrize("text", ["4", "9"])
def test_a_number_that_was_not_offered_says_so(rig: Rig, text: str):
    """No guess at what it could have been."""
    rig.say("你好")

    assert rig.say(text) == sentence(rig, "lost_number")


def test_after_half_an_hour_a_number_picks_nothing(rig: Rig):
    """The topic is closed, the settings stay."""
    rig.say("你好")
    rig.clock.advance(timedelta(minutes=31))

    assert rig.say("1") == sentence(rig, "lost_number")


def test_a_crisis_interrupts_whatever_was_open(rig: Rig):
    """Always first, also inside a conversation."""
    rig.say("居住证怎么办")

    assert "110" in rig.say("我不想活了")
    assert session_of(rig).topic == "safety.self_harm"


def test_what_is_not_understood_is_said_honestly_and_then_handed_over(rig: Rig):
    """The second time a person is the first choice."""
    first, second = rig.say("？？？"), rig.say("👍")

    assert first.startswith(sentence(rig, "fallback").splitlines()[0])
    assert second.startswith(sentence(rig, "fallback_again").splitlines()[0])
    assert session_of(rig).choices[0].target == "chat.human"
    assert session_of(rig).misses == 2
    rig.say("你好")
    assert session_of(rig).misses == 0


def test_an_unsure_message_is_asked_back_with_a_way_out(rig: Rig):
    """Three choices at most, and a person."""
    from bot.understanding.router import Candidate, Decision, Understanding

    names = ("legal.wages", "legal.aid", "legal.duty", "jobs.fair")
    found = Understanding(
        normal="工资律师",
        decision=Decision.CLARIFY,
        intents=(),
        score=0.6,
        candidates=tuple(Candidate(name, 0.5) for name in names),
        safety=False,
    )
    answer = rig.house.conversation._clarify(found, turn_of(rig, "工资律师", Session()))

    targets = [choice.target for choice in answer.reply.choices]
    assert targets == ["legal.wages", "legal.aid", "legal.duty", "chat.human"]
    assert (answer.decision, answer.missed) == ("clarify", True)


def test_two_asks_are_answered_together_or_one_after_the_other(rig: Rig):
    """Both when they are short, else the second on request."""
    rig.say("居住证怎么办，还有老板拖欠工资怎么办")
    told = rig.said[-1][1] + rig.say("详细")

    assert "居住" in told
    assert "工资" in told or "工钱" in told


@pytest.mark.parametrize("focus", ["", "papers", "where"])
def test_two_answers_in_one_reply_stay_within_six_hundred_characters(rig: Rig, focus: str):
    """With choices and passport, uncut: every answer of the fullest pack beside every third."""
    conversation = rig.house.conversation
    turn = turn_of(rig, "两件事", Session())
    plain = [name for name, found in rig.house.registry.intents.items() if not found.effects]
    answers = [conversation._act(turn, name, decision="answer", focus=focus) for name in plain]

    together = 0
    for first in answers:
        for second in answers[::3]:
            reply = conversation._both([first, second]).reply
            assert reply is not None
            assert second.reply is not None
            told = rig.house.speech.text(reply, "zh-Hans")
            assert len(told) <= MAX_REPLY_CHARS
            assert reply.text.strip() in told, (first.intent, second.intent)
            shown = second.reply.text in reply.text
            assert shown or reply.rest[0] == second.reply.text
            together += shown
    assert 0 < together < len(answers) * len(answers[::3])


def test_details_with_their_choices_are_never_cut(rig: Rig):
    """Six hundred characters hold the longest piece and the numbers below it."""
    conversation, seen = rig.house.conversation, 0
    plain = [name for name, found in rig.house.registry.intents.items() if not found.effects]
    for name in plain:
        reply = conversation._act(turn_of(rig, "x", Session()), name, decision="answer").reply
        while reply is not None and reply.rest:
            session = Session(topic=name, choices=reply.choices, rest=reply.rest)
            reply = conversation.answer(turn_of(rig, "详细", session)).reply
            assert reply is not None
            told = rig.house.speech.text(reply, "zh-Hans")
            assert len(told) <= MAX_REPLY_CHARS
            assert reply.text.strip() in told, name
            seen += 1
    assert seen > 50


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Kind.IMAGE, "got_image"),
        (Kind.VOICE, "got_voice"),
        (Kind.VIDEO, "got_other"),
        (Kind.LINK, "got_other"),
    ],
)
def test_what_cannot_be_read_is_said_so(rig: Rig, kind: Kind, name: str):
    """A picture is not an ask."""
    assert rig.say(kind=kind) == sentence(rig, name)


def test_recognised_speech_is_an_ask(rig: Rig):
    """As if it had been typed."""
    assert "居住" in rig.say("居住证怎么办", kind=Kind.VOICE)


@pytest.mark.parametrize("kind", [Kind.RECEIPT, Kind.CONSENT, Kind.SILENT, Kind.OTHER])
def test_machines_get_no_answer(rig: Rig, kind: Kind):
    """And cost nothing in Redis: seventy thousand receipts come in a storm."""
    assert rig.say(kind=kind) == ""
    assert rig.house.state.client.keys("bot:*") == []


def test_a_follower_is_welcomed(rig: Rig):
    """And told that the demo is made up."""
    said = rig.say(kind=Kind.FOLLOW)

    assert said.startswith("您好，欢迎来到暖风里社区")
    assert "虚构" in said


def test_a_scanned_community_is_chosen_and_kept(rig: Rig):
    """In SQL, so that next month still knows it."""
    assert "凤馨苑" in rig.say("c_fengxin", kind=Kind.SCAN)
    assert residents.get(rig.house.db, rig.ref).community == "fengxin"

    rig.house.state.client.flushall()
    assert "凤馨苑" in rig.say("你好")


def test_a_menu_key_answers_its_intent_or_is_read_as_words(rig: Rig):
    """A stale menu button still does something."""
    assert "居住" in rig.say("services.residence_permit", kind=Kind.MENU)
    assert rig.say("居住证怎么办", kind=Kind.MENU)


def test_a_location_finds_what_is_near(rig: Rig):
    """The nearest places first."""
    assert "米" in rig.say(kind=Kind.LOCATION, latitude=23.1301, longitude=113.5712)


def test_traditional_script_is_kept_for_who_asked_for_it(rig: Rig):
    """Until he asks for the other."""
    rig.say("换成繁体字")

    assert "居住證" in rig.say("居住证怎么办")
    rig.say("换回简体")
    assert "居住证" in rig.say("居住证怎么办")


@pytest.mark.parametrize(
    ("text", "name"), [("取消", "cancel"), ("等一下", "later"), ("详细", "no_more")]
)
def test_commands_without_anything_open_have_a_sentence(rig: Rig, text: str, name: str):
    """Nobody is left without an answer."""
    assert rig.say(text) == sentence(rig, name)


def test_the_menu_shows_every_group(rig: Rig):
    """From a button, a word, or going back."""
    menu = rig.say("菜单")

    assert rig.say("返回") == menu
    assert menu.count("·") >= 10


# --- what is left behind ---


def test_the_next_session_follows_the_reply():
    """Topic stays unless a new one opens; choices and rest are always the last reply's."""
    old = Session(topic="a.b", community="demo", choices=(Choice(label="x", target="y"),), misses=1)
    reply = Reply(text="好", rest=("还有",), profile=ProfileChange(community="jiafu", language=""))

    new = next_session(old, Answer(reply=reply, decision="answer"), START)

    assert (new.topic, new.community, new.language) == ("a.b", "jiafu", "")
    assert (new.choices, new.rest, new.misses) == ((), ("还有",), 0)
    assert new.touched_s == int(START.timestamp())


def test_silence_changes_only_the_time():
    """What was offered can still be picked."""
    old = Session(topic="a.b", choices=(Choice(label="x", target="y"),), misses=1)
    new = next_session(old, Answer(reply=None, decision="flood"), START)

    assert (new.topic, new.choices, new.misses) == (old.topic, old.choices, 1)


def capability(*intents: Intent) -> Capability:
    return Capability(name="a", title="甲", intents=intents)


def intent(name: str, *roles: Role) -> Intent:
    return Intent(
        id=name,
        title=name,
        kind=IntentKind.ANSWER,
        handler=lambda ctx: Reply(),
        roles=frozenset(roles),
    )


def test_an_intent_declared_twice_is_refused():
    """One handler, one id."""
    twice = (capability(intent("a.b", *Role)), capability(intent("a.b")))

    with pytest.raises(ConfigError, match=r"a\.b is declared twice"):
        Registry(twice, {}, "a")


def test_a_part_nobody_plays_is_refused():
    """Better at the start than at the first location."""
    with pytest.raises(ConfigError, match="welcome"):
        Registry((capability(intent("a.b", *(set(Role) - {Role.WELCOME}))),), {}, "a")
