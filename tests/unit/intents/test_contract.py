"""What every intent promises in every community, whatever is asked."""

import re

import pytest

from bot.domain.replies import MAX_REPLY_CHARS
from bot.sdk import FIELDS, START_FORM
from tests.factories import as_read, content, make_context, reply_to

COMMUNITIES = ("demo", "fengxin", "beidajie", "jiafu", "nanshawan", "anlong")
INTENTS = tuple(sorted(content()[1].intents))
MOMENTS = ("2026-11-25T09:00", "2026-09-30T22:30", "2026-12-31T20:00")
#: A placeholder nobody filled, or a name of ours that a resident must not read.
UNFILLED = re.compile(r"[{}]|None|field:|command:|\bdetail\b|[a-z]+\.[a-z]+_?[a-z]*")


def asked(intent: str) -> list[str]:
    """Return things a resident may say: its label, one phrase of each style, nearly nothing."""
    found = content()[0].phrasebook.sets.get(intent)
    phrases = [lines[0] for lines in found.phrases.values() if lines] if found else []
    return ["", "1", "在哪里", content()[1].words_of(intent).label(intent), *phrases]


@pytest.mark.parametrize("community", COMMUNITIES)
@pytest.mark.parametrize("intent", INTENTS)
def test_every_intent_answers_in_every_community(intent: str, community: str):
    """An answer, short, finished, whose choices lead somewhere; on empty text too."""
    book, registry, _, _ = content()
    commands = set(book.vocabulary.commands.values())
    fields = {f"field:{name}" for name in FIELDS}
    for number, text in enumerate(asked(intent)):
        reply = reply_to(intent, text, community=community, at=MOMENTS[number % len(MOMENTS)])

        read = as_read(reply)
        assert reply.text.strip() or reply.opens
        assert not reply.opens or reply.opens in registry.flows  # its question is what is said
        assert len(read) <= MAX_REPLY_CHARS
        assert reply.passport in read
        if not intent.startswith("chat."):
            assert not UNFILLED.search(reply.text), reply.text
        for choice in reply.choices:
            known = choice.target.removeprefix("command:") in commands
            known = known or choice.target.removeprefix(START_FORM) in registry.flows
            assert known or choice.target in registry.intents or choice.target in fields
            assert choice.label
            assert choice.label != choice.target
            assert choice.target != intent or choice.label != registry.words_of(intent).label(
                intent
            )


@pytest.mark.parametrize("community", COMMUNITIES)
def test_every_follow_up_question_gets_an_answer(community: str):
    """A question about one field never raises and never runs over."""
    for intent in INTENTS:
        for focus in FIELDS:
            reply = reply_to(intent, "", community=community, focus=focus, topic=intent)

            assert as_read(reply) or reply.opens
            assert len(as_read(reply)) <= MAX_REPLY_CHARS


@pytest.mark.parametrize("community", COMMUNITIES)
def test_what_is_left_for_detail_comes_in_pieces_that_fit(community: str):
    """No piece of 详细 is longer than a reply may be."""
    pieces = [piece for intent in INTENTS for piece in reply_to(intent, community=community).rest]

    assert pieces
    assert all(0 < len(piece) <= MAX_REPLY_CHARS for piece in pieces)


def test_lookups_keep_their_topic_open():
    """A follow-up finds what it follows."""
    for intent in INTENTS:
        ctx = make_context(intent)
        reply = content()[1].intents[intent].handler(ctx)
        if not intent.startswith(("chat.", "account.")):
            assert reply.topic == intent
