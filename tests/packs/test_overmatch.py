"""Rules that fire on what is none of theirs are counted, worst first."""

from bot.packs.overmatch import overmatch
from bot.understanding.phrasebook import Phrasebook, PhraseSet, Rule
from tests.factories import make_rule


def phrases(intent: str, *lines: str, rules: tuple[Rule, ...] = (), alike=()) -> PhraseSet:
    return PhraseSet(
        intent=intent, ask="", phrases={"plain": lines}, rules=rules, look_alikes=alike
    )


def crisis(intent: str, word: str) -> Rule:
    return Rule(intent=intent, all=((word,),), safety=True)


def test_a_rule_is_counted_on_own_and_foreign_sentences():
    """Each rule of an intent by itself."""
    rules = (make_rule("a.move", "落户"), make_rule("a.move", "迁户"))
    found = overmatch(
        Phrasebook(
            sets={
                "a.move": phrases("a.move", "我要落户", "我要迁户", rules=rules),
                "a.points": phrases("a.points", "攒分落户"),
            },
            outside={"spam": ("落户找我",)},
        )
    )

    worst, other = found.records
    assert (worst.name, worst.own, worst.strays) == ("a.move #1", 1, 2)
    assert worst.foreign == {"a.points": ["攒分落户"], "outofscope.spam": ["落户找我"]}
    assert (other.name, other.own, other.strays) == ("a.move #2", 1, 0)
    text = found.text().splitlines()
    assert text[0] == "over-match: 1 of 2 rules stray, 2 times"
    assert "2 foreign, own 1" in text[1]
    assert text[-1] == "look-alikes: 0 crisis rules fire on one, 0 times"


def test_many_strays_of_a_good_rule_count_less_than_those_of_a_bad_one():
    """What matters is the share as well."""
    good, bad = make_rule("a.good", "证"), make_rule("a.bad", "卡")
    own = tuple(f"证{n}" for n in range(30))
    found = overmatch(
        Phrasebook(
            sets={
                "a.good": phrases("a.good", *own, rules=(good,)),
                "a.bad": phrases("a.bad", rules=(bad,)),
                "a.other": phrases("a.other", "证甲", "证乙", "证丙", "卡甲", "卡乙"),
            }
        )
    )

    assert [one.rule.intent for one in found.records] == ["a.bad", "a.good"]
    assert "a.good" not in found.text(worst=1)


def test_a_crisis_rule_may_fire_on_another_crisis_but_look_alikes_are_told_apart():
    """Both reach help; a look-alike must reach neither."""
    found = overmatch(
        Phrasebook(
            sets={
                "safety.a": phrases(
                    "safety.a", "不想活", rules=(crisis("safety.a", "想活"),), alike=("不想活动",)
                ),
                "safety.b": phrases("safety.b", "都别想活", rules=(crisis("safety.b", "都别"),)),
            }
        )
    )

    first = next(one for one in found.records if one.name == "safety.a #1")
    assert (first.own, first.strays, first.alike) == (1, 0, ["不想活动"])
    text = found.text().splitlines()
    assert text[0] == "over-match: 0 of 2 rules stray, 0 times"
    assert text[1] == "look-alikes: 1 crisis rules fire on one, 1 times"
    assert "e.g. '不想活动'" in text[2]
