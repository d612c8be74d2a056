"""Laws of understanding: one normal form, complete search, sane probabilities."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from bot.bootstrap import Speechbook
from bot.dialog.moves import MoveKind, needs_memory, read
from bot.domain.sessions import Session
from bot.understanding.calibrate import fit
from bot.understanding.normalize import clauses, normalize, pinyin
from bot.understanding.router import Decision, Router
from bot.understanding.rules import RuleBook, WordFinder
from tests.factories import make_rule

ODD = st.text(
    alphabet="请问嗯呃那个啥一下呀啊你好居住證证?，。 aÅſﬁ\u0627\u0654\u064b１①乾著隆", max_size=30
)
TEXTS = st.text(max_size=80) | ODD
SMALL = st.text(alphabet="居住证办", max_size=8)


@given(TEXTS)
@example("\u0627!\u0654")
@example("那个那个嗯那个啥")
@example("你好你好你好啊啊")
def test_a_normal_form_is_its_own_normal_form(text: str):
    """Once is enough."""
    once = normalize(text)

    assert normalize(once) == once


@given(TEXTS)
def test_a_normal_form_holds_letters_digits_and_characters_only(text: str):
    """Nothing a rule would have to know about; a blank only between two Latin words."""
    normal = re.sub(r"(?<=[0-9a-z]) (?=[0-9a-z])", "", normalize(text))

    assert all(
        "0" <= char <= "9"
        or "a" <= char <= "z"
        or "\u0400" <= char <= "\u04ff"
        or "\u0600" <= char <= "\u06ff"
        or "\u4e00" <= char <= "\u9fff"
        for char in normal
    )


@given(TEXTS)
def test_clauses_are_never_empty(text: str):
    """A clause is something to read."""
    assert all(clauses(text))


@given(TEXTS)
def test_every_character_has_a_sound(text: str):
    """Characters with a reading one syllable, Latin runs at least one."""
    normal = normalize(text)

    assert bool(pinyin(normal)) == bool(normal)
    assert len(pinyin(normal)) <= len(normal)


@given(st.lists(SMALL, max_size=12), st.text(alphabet="居住证办理", max_size=20))
def test_word_finding_equals_the_naive_search(words: list[str], text: str):
    """A shortcut, not a filter."""
    assert WordFinder(words).find(text) == {word for word in words if word and word in text}


GROUPS = st.lists(st.lists(SMALL.filter(bool), min_size=1, max_size=3), min_size=1, max_size=3)


@given(st.lists(st.tuples(GROUPS, st.lists(SMALL.filter(bool), max_size=2)), max_size=5), SMALL)
def test_rules_fire_exactly_when_their_words_say_so(rules, text: str):
    """Every group found, nothing that silences."""
    made = [
        make_rule(f"i.{n}", *("|".join(group) for group in groups), none="|".join(none))
        for n, (groups, none) in enumerate(rules)
    ]
    expected = {
        f"i.{n}"
        for n, (groups, none) in enumerate(rules)
        if all(any(word in text for word in group) for group in groups)
        and not any(word in text for word in none)
    }

    assert {hit.rule.intent for hit in RuleBook(made).hits(text).plain} == expected


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=4, max_size=40),
    st.lists(st.floats(-1, 2), min_size=2, max_size=10),
)
def test_a_fitted_probability_is_one_and_monotone(rows, values):
    """In one figure it rises or falls, and never leaves nought to one."""
    model = fit([(value,) for value, _ in rows], [int(label) for _, label in rows])
    found = [model((value,)) for value in sorted(values)]

    assert all(0 <= share <= 1 for share in found)
    assert found in (sorted(found), sorted(found, reverse=True))


@given(st.text(max_size=60) | ODD)
def test_any_text_is_understood_somehow(router: Router, text: str):
    """A decision, candidates that fall, and an answer only where there is an intent."""
    found = router.understand(text)

    scores = [candidate.score for candidate in found.candidates]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in [*scores, found.score])
    assert len(found.candidates) <= 5
    assert bool(found.intents) == (found.decision is Decision.ANSWER)
    assert len(found.intents) <= 2
    if found.decision is Decision.CLARIFY:
        assert found.candidates


@given(st.text(max_size=40) | ODD)
def test_any_text_is_some_move(speechbook: Speechbook, text: str):
    """Without a conversation there is nothing to pick and nothing to follow up on."""
    move = read(text, Session(), speechbook.vocabulary)

    assert move.kind not in {MoveKind.CHOICE, MoveKind.FIELD}
    if move.kind is MoveKind.LOST:
        assert needs_memory(text, speechbook.vocabulary)
