"""What a short message means inside a conversation."""

import pytest

from bot.dialog.moves import Move, MoveKind, needs_memory, read, vocabulary
from bot.domain.replies import Choice
from bot.domain.sessions import Session

WORDS = vocabulary(
    {"detail": ["详细", "还有呢"], "menu": ["菜单", "選單"], "cancel": ["取消", "算了"]},
    {
        "papers": ["要带什么", "带什么"],
        "where": ["在哪", "在哪办"],
        "when": ["多久内"],
        "duration": ["多久"],
    },
)
OFFERED = Session(
    topic="services.residence_permit",
    choices=(
        Choice(label="在哪办证", target="field:where"),
        Choice(label="找工作人员", target="chat.human"),
    ),
)


@pytest.mark.parametrize(
    "text",
    [
        "1",
        "１",
        " 1 ",
        "选1",
        "第1个",
        "回复1",
        "我选 1",
        "就1吧",
        "①",
        "一",
        "第一个",
        "选第一项",
        "1。",
    ],
)
def test_a_number_picks_what_was_offered(text: str):
    """However a resident writes it."""
    move = read(text, OFFERED, WORDS)

    assert (move.kind, move.target) == (MoveKind.CHOICE, "field:where")


@pytest.mark.parametrize("text", ["10", "12345", "第一次办证", "一百", "1号楼在哪", "0"])
def test_a_number_inside_a_message_picks_nothing(text: str):
    """12345 is a hotline, not a choice."""
    assert read(text, OFFERED, WORDS).kind is not MoveKind.CHOICE


def test_a_number_nothing_was_offered_for_is_lost():
    """It says so instead of guessing."""
    assert read("3", OFFERED, WORDS).kind is MoveKind.LOST
    assert read("1", Session(), WORDS).kind is MoveKind.LOST


def test_the_words_of_a_choice_pick_it():
    """Tapping a menu item sends its label."""
    assert read("找工作人员！", OFFERED, WORDS).target == "chat.human"


@pytest.mark.parametrize(
    ("text", "name"), [("详细", "detail"), ("菜单", "menu"), ("選單", "menu"), ("算了。", "cancel")]
)
def test_a_whole_message_can_be_a_command(text: str, name: str):
    """In either script, with or without a full stop."""
    move = read(text, OFFERED, WORDS)

    assert (move.kind, move.target) == (MoveKind.COMMAND, name)


def test_a_command_word_inside_a_sentence_is_no_command():
    """取消报名 is an ask of its own."""
    assert read("取消报名怎么弄", OFFERED, WORDS).kind is MoveKind.ASK


@pytest.mark.parametrize("text", ["要带什么", "那要带什么呢", "请问在哪办？", "具体在哪"])
def test_a_bare_question_follows_up_on_the_topic(text: str):
    """Fillers around it change nothing."""
    assert read(text, OFFERED, WORDS).kind is MoveKind.FIELD


def test_a_bare_question_without_a_topic_is_an_ask():
    """There is nothing to follow up on."""
    assert read("要带什么", Session(), WORDS) == Move(kind=MoveKind.ASK, focus="papers")


def test_a_question_about_something_named_is_a_new_ask_with_a_focus():
    """居住证要带什么 asks for the papers of something else."""
    assert read("居住证要带什么", OFFERED, WORDS) == Move(kind=MoveKind.ASK, focus="papers")


def test_the_longest_question_wins():
    """多久内 is a deadline, 多久 a duration."""
    assert read("多久内", OFFERED, WORDS).target == "when"
    assert read("多久", OFFERED, WORDS).target == "duration"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", True),
        ("详细", True),
        ("在哪办", True),
        ("菜单", False),
        ("居住证怎么办", False),
        ("居住证在哪办", False),
    ],
)
def test_what_needs_memory_is_known_before_it_is_missed(text: str, expected: bool):
    """Without a session such a message gets an honest sentence."""
    assert needs_memory(text, WORDS) is expected


def test_an_empty_message_is_an_ask():
    """Nothing special happens to nothing."""
    assert read("", Session(), WORDS) == Move(kind=MoveKind.ASK)


STEERED = vocabulary(
    {"detail": ["more"], "menu": ["menu"]},
    {"papers": ["what do i need", "what do i need to bring"], "where": ["where do i apply"]},
    {"where": ["where"], "cost": ["how much"]},
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("more", Move(kind=MoveKind.COMMAND, target="detail")),
        ("Menu", Move(kind=MoveKind.COMMAND, target="menu")),
        ("number 1", Move(kind=MoveKind.CHOICE, target="field:where", label="在哪办证")),
        ("And what do I need to bring, please?", Move(kind=MoveKind.FIELD, target="papers")),
        ("where do I apply for it?", Move(kind=MoveKind.FIELD, target="where")),
        ("ok and where?", Move(kind=MoveKind.FIELD, target="where")),
        ("How much", Move(kind=MoveKind.FIELD, target="cost")),
        ("where do I apply for a school place", Move(kind=MoveKind.ASK, focus="where")),
        ("I fell where the stairs end", Move(kind=MoveKind.ASK)),
    ],
)
def test_english_steers_too(text: str, expected: Move):
    """A lone word asks about the topic; in a sentence it means other things."""
    assert read(text, OFFERED, STEERED) == expected


def test_a_lone_question_word_needs_the_conversation_before_it():
    """Without memory nobody knows what is meant."""
    assert needs_memory("how much?", STEERED)
    assert not needs_memory("I fell where the stairs end", STEERED)
