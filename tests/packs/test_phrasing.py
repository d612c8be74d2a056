"""Phrases stay apart: from other intents, from trial messages, from what is measured."""

import random
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from bot.domain.errors import PackError
from bot.packs.check import Report
from bot.packs.nearness import near_between, near_pairs
from bot.packs.phrasing import (
    Sources,
    apart_problems,
    phrase_problems,
    read_measured,
    spread_problems,
)
from bot.understanding.phrasebook import Expected, Phrasebook, PhraseSet, TrialMessage

FILES = Sources({"services": Path("intents/services")}, Path("intents"))
FILLING = tuple("一二三四五六七八九十甲乙")


def phrases(intent: str, *lines: str, look_alikes: tuple[str, ...] = ()) -> PhraseSet:
    """A set large enough, with these lines among it."""
    filling = tuple(f"{intent}{char}" for char in FILLING)
    return PhraseSet(
        intent=intent, ask="", phrases={"plain": (*filling, *lines)}, look_alikes=look_alikes
    )


def book(*sets: PhraseSet, trial: tuple[str, ...] = (), **outside: tuple[str, ...]) -> Phrasebook:
    messages = tuple(TrialMessage(text=text, expected=Expected.OUTSIDE) for text in trial)
    return Phrasebook(sets={one.intent: one for one in sets}, outside=outside, trial=messages)


def problems(found: Phrasebook) -> list[str]:
    return list(phrase_problems(found, FILES))


@pytest.fixture
def measured(tmp_path: Path):
    """Give a writer of a measuring file."""

    def written(*texts: str) -> Path:
        file = tmp_path / "measured.jsonl"
        file.write_text("".join(f'{{"text": "{text}"}}\n' for text in texts), encoding="utf-8")
        return file

    return written


@pytest.mark.parametrize(("ratio", "shortest"), [(92.0, 6), (95.0, 6), (88.0, 5)])
def test_near_pairs_are_those_of_comparing_all(ratio: float, shortest: int):
    """The short cut loses none."""
    chance = random.Random(7)
    texts = {
        "".join(chance.choices("证办卡户分钱路灯坏了", k=chance.randint(3, 24))) for _ in range(90)
    }
    for text in sorted(texts):
        at = chance.randrange(len(text))
        texts |= {
            text[:at] + text[at + 1 :],
            text[:at] + "新" + text[at:],
            text[:at] + "换" + text[at + 1 :],
        }
    found = sorted(texts)
    expected = {
        (one, two)
        for two, text in enumerate(found)
        for one, other in enumerate(found[:two])
        if min(len(text), len(other)) >= shortest and fuzz.ratio(text, other) >= ratio
    }

    assert expected
    assert {pair[:2] for pair in near_pairs(found, ratio=ratio, min_chars=shortest)} == expected
    between = near_between(found, found, ratio=ratio, min_chars=shortest)
    assert {(one, two) for one, two, _ in between if one < two} == expected


def test_near_phrases_of_two_intents_are_an_error_that_names_both_places():
    """The editor finds both, and reads what to do."""
    (line,) = problems(
        book(
            phrases("services.permit", "居住证到期了要去哪里办理续签呢"),
            phrases("services.renew", "居住证到期了要去哪里办理续签"),
        )
    )

    assert (
        "'居住证到期了要去哪里办理续签呢' (intents/services/phrases.yaml: services.permit.plain)"
        in line
    )
    assert "services.renew.plain" in line
    assert "remove or reword" in line


def test_near_phrases_of_one_intent_are_no_matter():
    """Small changes teach, too."""
    assert (
        problems(book(phrases("services.permit", "居住证到期了去哪里办", "居住证到期了去哪儿办")))
        == []
    )


def test_short_phrases_may_be_alike_but_not_the_same():
    """借伞 and 还伞 are two things."""
    near = book(phrases("a.borrow", "我要借伞"), phrases("a.return", "我要还伞"))
    same = book(phrases("a.borrow", "借伞！"), phrases("a.return", "借傘"))

    assert problems(near) == []
    assert "the same in normal form" in problems(same)[0]


def test_a_phrase_near_an_out_of_scope_line_is_an_error():
    """It cannot be both."""
    (line,) = problems(book(phrases("a.b", "今天会不会下大雨呢"), far=("今天会不会下大雨",)))

    assert "intents/outofscope.yaml: far" in line


def test_what_a_trial_message_says_stands_in_no_phrase():
    """Trust would be learned from what is known by heart; emoji say nothing and are passed over."""
    found = problems(
        book(
            phrases("a.b", "老人饭堂几点开门", "🌹"),
            noise=("发错群了", "。。。"),
            trial=("老人饭堂几点开门呀", "发错群了", "🙏"),
        )
    )

    assert len(found) == 2
    assert all("remove the phrase" in line and "intents/trial.yaml" in line for line in found)


def test_too_few_phrases_are_an_error():
    """Nothing is learned from three."""
    few = PhraseSet(intent="a.b", ask="", phrases={"plain": ("一", "二", "三")})

    assert problems(book(few)) == ["a.b: expected at least 12 phrases, found 3"]


def test_content_near_a_measuring_sentence_is_an_error_that_shows_little_of_it(measured):
    """Phrases, look-alikes, out-of-scope lines and trial messages; six characters are shown."""
    file = measured(
        "楼下那个大垃圾桶满了没人收",
        "这天热得要把人热死了",
        "明天的火车几点钟开",
        "想问问老人证去哪里补",
        "没有关系的一句",
    )
    content = book(
        phrases("a.b", "楼下那个大垃圾桶满了没人收呀", look_alikes=("这天热得要把人热死",)),
        trial=("想问问老人证在哪里补",),
        far=("明天的火车几点开",),
    )

    found = list(apart_problems(content, FILES, [file]))
    assert [line.partition(" (")[0] for line in found] == [
        "'楼下那个大垃圾桶满了没人收呀'",
        "'明天的火车几点开'",
        "'这天热得要把人热死'",
        "'想问问老人证在哪里补'",
    ]
    assert "measured.jsonl (楼下那个大垃…" in found[0]
    assert "100 of 100" in found[0]


def test_a_short_measuring_sentence_counts_only_when_it_is_the_same(measured):
    """Four characters are near a hundred others."""
    content = book(phrases("a.b", "我要借伞", "我要看书"))

    (line,) = apart_problems(content, FILES, [measured("我要借书", "我要看书。")])
    assert line.startswith("'我要看书'")


def test_a_measuring_file_that_cannot_be_read_is_named(tmp_path):
    """With its line."""
    file = tmp_path / "bad.jsonl"
    for text, message in (
        ("\n{", ":2: expected a JSON object"),
        ('{"txt": ""}', ':1: expected {"text"'),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(PackError, match=message):
            read_measured(file)
    with pytest.raises(PackError, match="no such file"):
        read_measured(tmp_path / "none.jsonl")


def test_thin_phrasing_is_counted_and_listed_when_strict():
    """Few phrases, few styles, one style above all; never a failure."""
    found = list(spread_problems(book(phrases("a.b"))))

    assert [line.partition(",")[0] for line in found[:2]] == [
        "a.b: 12 phrases",
        "a.b: 1 styles (plain)",
    ]
    assert found[2] == "a.b: 12 of 12 phrases are plain; add other styles"
    report = Report(spread=found)
    assert "spread: 3 thin spots in phrases; --strict lists them" in report.text().splitlines()
    assert f"spread: {found[2]}" in report.text(strict=True).splitlines()


def test_well_spread_phrases_are_no_warning():
    """Seven styles, none above half."""
    lines = {style: tuple(f"{style}{n}" for n in range(9)) for style in "abcdefg"}

    assert list(spread_problems(book(PhraseSet(intent="a.b", ask="", phrases=lines)))) == []
