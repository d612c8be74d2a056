"""Keyword rules: every group is needed, one silencer is enough."""

from bot.understanding.rules import Hits, RuleBook, WordFinder
from tests.factories import make_rule

PERMIT = make_rule("permit", "居住证|暂住证", "怎么办|办理", none="签注|丢")
RENEW = make_rule("renew", "居住证", "签注", score=0.8)


def fired(text: str, *rules):
    return [hit.rule.intent for hit in RuleBook(rules or (PERMIT, RENEW)).hits(text).plain]


def test_a_rule_needs_one_word_of_every_group():
    """Half a match is none."""
    assert fired("暂住证在哪里办理") == ["permit"]
    assert fired("暂住证在哪里") == []
    assert fired("怎么办") == []


def test_a_silencing_word_stops_a_rule_and_no_other():
    """签注 belongs to renewal."""
    assert fired("居住证签注怎么办") == ["renew"]


def test_the_strongest_rule_of_an_intent_speaks_for_it_and_intents_are_ranked():
    """One hit an intent, longer evidence a little stronger."""
    weak, strong = make_rule("a", "证", score=0.5), make_rule("a", "证", "办", score=0.9)

    hits = RuleBook([weak, strong, make_rule("b", "证", score=0.6)]).hits("证怎么办").plain
    assert [(hit.rule.intent, hit.words) for hit in hits] == [("a", ("证", "办")), ("b", ("证",))]


def test_evidence_never_weighs_more_than_nine_hundredths():
    """A long message does not make a weak rule sure."""
    rule = make_rule("a", "一" * 50, score=0.5)

    assert RuleBook([rule]).hits("一" * 50).plain[0].weight == 0.59


def test_the_longest_word_of_a_group_is_the_evidence():
    """居住证办理点 tells more than 居住证."""
    rule = make_rule("a", "证|居住证")

    assert RuleBook([rule]).hits("居住证").plain[0].words == ("居住证",)


def test_single_characters_and_words_that_share_a_head_are_all_found():
    """Heads are a shortcut, not a filter."""
    finder = WordFinder(["证", "居住", "居住证", "住证", ""])

    assert finder.find("居住证") == {"证", "居住", "居住证", "住证"}
    assert finder.find("") == set()


def test_no_rules_never_fire():
    """An empty book is a book."""
    assert RuleBook(()).hits("居住证") == Hits()


def test_crisis_rules_are_found_in_the_same_pass_and_kept_apart():
    """They speak for the crisis check alone."""
    crisis = make_rule("a", "证", safety=True)
    found = RuleBook([crisis, make_rule("a", "证")]).hits("证怎么办")
    assert [hit.rule for hit in found.crisis] == [crisis]
    assert [hit.rule.safety for hit in found.plain] == [False]
