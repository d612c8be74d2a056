"""What two routers make of the same messages."""

from bot.understanding.overlay import Addition, joined
from bot.understanding.replay import PER_INTENT, Asked, Change, Outcome, compare, guards
from bot.understanding.router import Router
from tests.factories import make_book

ASKED = "红烧肉怎么做才不腻"


def test_only_messages_that_end_differently_are_told(router: Router, speechbook):
    """With both ends; what would be lost comes first."""
    after = router.over(joined(speechbook.phrasebook, [Addition(ASKED, "chat.help")]))

    (change,) = compare(router, after, [Asked(text=ASKED, count=3), Asked(text="居住证怎么办")])

    assert change.asked.count == 3
    assert change.before.decision != "answer"
    assert change.after == Outcome(decision="answer", intents=("chat.help",))
    assert change.after.text() == "answer chat.help"
    assert Outcome(decision="clarify").text() == "clarify"


def test_lost_is_what_was_answered_right():
    """A message nobody knows the meaning of cannot be lost."""
    right, other = (Outcome(decision="answer", intents=(name,)) for name in ("a.b", "c.d"))

    assert Change(asked=Asked(text="x", intent="a.b"), before=right, after=other).lost
    assert not Change(asked=Asked(text="x", intent="c.d"), before=right, after=other).lost
    assert not Change(asked=Asked(text="x"), before=right, after=other).lost


def test_guards_are_some_phrases_of_each_intent_and_those_like_new_ones():
    """Each lacks a character, or it would be found word for word; short ones stay whole."""
    sets = {
        f"a.{n}": [f"{name}怎么办理{k}" for k in "甲乙丙丁戊己庚辛壬癸"]
        for n, name in enumerate("证钱房车")
    }
    book = make_book({**sets, "b.short": ["你好"]})

    some = guards(book, [])
    more = guards(book, ["证怎么办理壬癸"])

    assert len(some) == 4 * PER_INTENT + 1
    assert {one.text for one in some if one.intent == "b.short"} == {"你好"}
    assert all(len(one.text) == 5 for one in some if one.intent != "b.short")
    assert len(more) > len(some)
    assert guards(book, []) == some
