"""Replies in other languages, from the message to what is read."""

import pytest

from bot.domain.replies import MAX_FOREIGN_CHARS, MAX_REPLY_BYTES
from bot.domain.residents import Resident
from bot.domain.sessions import Session
from bot.pipeline.converse import Conversation
from bot.pipeline.turning import Turn
from bot.records import alerts
from bot.testing import START, Rig, make_inbound
from tests.factories import as_read, content

COMMUNITIES = ("demo", "fengxin", "beidajie", "jiafu", "nanshawan", "anlong")


@pytest.fixture(scope="module")
def conversation(router) -> Conversation:
    book, registry, _, services = content()
    return Conversation(
        registry=registry, router=lambda: router, words=book.vocabulary, services=services
    )


def turn(text: str, language: str, *, community: str = "demo", **fields: object) -> Turn:
    return Turn(
        inbound=make_inbound(text),
        session=Session(),
        resident=Resident(ref="", community=community, language=language),
        pack=content()[2].get(community),
        now=START,
        **fields,
    )


@pytest.mark.parametrize("community", COMMUNITIES)
@pytest.mark.parametrize("focus", ["", "papers", "where", "cost"])
def test_every_english_answer_fits_uncut(conversation, community: str, focus: str):
    """With choices, small line and the word on how to change; in bytes as well."""
    _, registry, _, _ = content()
    whole = registry.tongues["en"].whole
    intents = [name for name in registry.intents if name.partition(".")[0] in whole]
    note = registry.machine_in("en").say("turned")

    assert len(intents) == 53
    for intent in intents:
        asked = turn("x", "en", community=community)
        reply = conversation._act(asked, intent, decision="answer", focus=focus).reply
        read = as_read(reply, "en")
        assert reply.text.strip() in read, intent
        assert len(read) + len(note) + 1 <= MAX_FOREIGN_CHARS, intent
        assert len(read.encode()) <= MAX_REPLY_BYTES, intent
        assert registry.machine_in("en").say("only_chinese") not in read, intent
        assert all(len(piece) <= MAX_FOREIGN_CHARS - 150 for piece in reply.rest), intent


def test_other_groups_are_answered_in_chinese_with_an_english_line(conversation):
    """And a person is among the choices, which read in English."""
    _, registry, _, _ = content()
    whole = registry.tongues["en"].whole
    for intent in registry.intents:
        if intent.partition(".")[0] in whole:
            continue
        reply = conversation._act(turn("x", "en"), intent, decision="answer").reply
        read = as_read(reply, "en")
        assert read.startswith("I have this answer only in Chinese."), intent
        assert "Talk to a person" in [choice.label for choice in reply.choices], intent
        assert len(read) <= MAX_FOREIGN_CHARS
        assert len(read.encode()) <= MAX_REPLY_BYTES


@pytest.mark.parametrize("tag", ["ug", "kk"])
def test_a_language_nobody_has_read_says_so_in_its_last_line(conversation, tag: str):
    """In greeting, menu, hand-over and every crisis; the numbers of help are there."""
    for intent in ("chat.greet", "chat.help", "chat.human", "safety.self_harm", "safety.emergency",
                   "safety.child", "safety.revenge", "legal.violence"):  # fmt: skip
        reply = conversation._act(turn("x", tag), intent, decision="answer").reply
        read = as_read(reply, tag)
        assert read.splitlines()[-1].startswith("〔needs native review"), intent
        if reply.alert and intent != "chat.human":
            assert "110" in read
            assert "120" in read


@pytest.mark.parametrize("tag", ["ug", "kk"])
def test_a_language_offers_no_choice_it_has_no_words_for(conversation, tag: str):
    """What cannot be read is no choice."""
    reply = conversation._act(turn("x", tag), "chat.greet", decision="answer").reply

    assert [choice.target for choice in reply.choices] == ["chat.help"]


def test_how_to_change_is_said_once_and_not_in_a_crisis(conversation):
    """Help is not delayed by a word on languages."""
    note = content()[1].machine_in("en").say("turned")

    told = conversation.answer(turn("My boss has not paid my wages", "en", turned=True)).reply
    crisis = conversation.answer(turn("I want to kill myself", "en", turned=True)).reply
    later = conversation.answer(turn("My boss has not paid my wages", "en")).reply
    assert [note in reply.text for reply in (told, crisis, later)] == [True, False, False]


def test_a_question_back_and_a_fallback_are_in_english(conversation):
    """With the choices in English too."""
    back = conversation.answer(turn("lawyer or wages or school points", "en")).reply
    lost = conversation.answer(turn("who won the football match yesterday", "en")).reply

    for reply in (back, lost):
        assert as_read(reply, "en").isascii() or "〔" in as_read(reply, "en")
    assert "did not understand" in lost.text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("English please", "en"),
        ("换成英文", "en"),
        ("可唔可以用英文覆我", "en"),
        ("換繁體", "zh-Hant"),
        ("我看不懂簡體字", "zh-Hant"),
        ("ئۇيغۇرچە", "ug"),
        ("换成维吾尔语", "ug"),
        ("қазақша", "kk"),
        ("能不能用哈萨克语回复", "kk"),
        ("换回简体", "zh-Hans"),
        ("之前不小心点成了英文。现在想变回中文", "zh-Hans"),
        ("Chinese please", "zh-Hans"),
        ("看不懂汉字", None),
        ("换个语言", None),
    ],
)
def test_a_language_asked_for_is_chosen_and_else_listed(conversation, text, language):
    """What exists can be picked by its number."""
    reply = conversation._act(turn(text, "zh-Hans"), "chat.language", decision="answer").reply

    assert reply.profile.language == language
    if language is None:
        labels = [choice.label for choice in reply.choices]
        assert labels == ["繁體字", "English", "ئۇيغۇرچە", "Қазақша"]


def test_a_hello_in_latin_letters_hears_of_the_other_languages(conversation):
    """It may be either language."""
    reply = conversation.answer(turn("hello", "zh-Hans")).reply

    assert "Reply “English”" in reply.text


def test_staff_read_chinese_and_which_language_the_resident_reads(rig: Rig):
    """Whoever takes over knows what to expect."""
    rig.say("My boss has not paid my wages")
    told = rig.say("I want to talk to a person")

    (alert,) = alerts.list_open(rig.house.db, None)
    assert "left word" in told
    assert alert.summary.endswith("（居民用English）")
    assert "讨工钱" in alert.summary


def test_the_flood_line_is_in_the_residents_language(rig: Rig):
    """Twenty messages in a minute are enough in any language."""
    said = [rig.say("How do I get a residence permit?") for _ in range(22)]

    assert "You are writing very fast" in said[20]
    assert said[21] == ""
