"""A card is read out as a good clerk would: the answer first, its basis, and what is not known."""

from datetime import date

import pytest

from bot.domain.cards import BODY_CHARS, PIECE_CHARS, Ended, passport_line, section, tell
from tests.factories import make_card, make_passport

TODAY = date(2026, 11, 24)
LABELS = {
    "answer": "",
    "papers": "要带",
    "where": "在哪办",
    "when": "时间",
    "notes": "留意",
    "checked": "核对",
    "lapsed": "到{to}为止",
    "unclear": "不明",
    "ended": "这条旧规定已经停了。",
    "unknown": "{what}还没核实，可以问{who}。",
}


def told(card, **options):
    return tell(card, labels=LABELS, today=TODAY, who="工作人员", **options)


def test_one_line_stands_behind_its_heading_and_several_as_bullets():
    """The eye finds what it looks for."""
    assert section(make_card(papers="身份证"), "papers", LABELS) == "要带：身份证"
    assert (
        section(make_card(papers=["身份证", "照片"]), "papers", LABELS)
        == "要带：\n· 身份证\n· 照片"
    )


def test_an_answer_has_no_heading_and_an_unknown_field_is_empty():
    """The first line is the answer itself."""
    assert section(make_card(answer="能办。"), "answer", LABELS) == "能办。"
    assert section(make_card(), "papers", LABELS) == ""


def test_the_answer_comes_first_and_the_rest_waits():
    """A first reply holds about three hundred characters; the rest is one word away."""
    found = told(make_card(answer="能办。", papers=["长" * 90] * 5, notes="别忘了"))

    assert found.text == "能办。"
    assert "".join(found.rest).count("长") == 450
    assert "别忘了" in found.rest[-1]
    assert all(len(piece) <= PIECE_CHARS for piece in found.rest)


def test_detail_is_told_only_on_request():
    """``detail`` never stands in the first reply."""
    found = told(make_card(answer="能办。", detail="一大段"))

    assert found.text == "能办。"
    assert found.rest == ("一大段",)


def test_the_field_asked_for_comes_first():
    """Who asks for the place reads the place."""
    found = told(make_card(answer="能办。", where="三号窗", papers="身份证"), focus="where")

    assert found.text == "在哪办：三号窗\n能办。"
    assert found.rest == ("要带：身份证",)


def test_a_field_asked_for_that_nobody_knows_names_who_does():
    """What is unknown is a hand-over, never an invention."""
    card = make_card(answer="能办。", unknown={"when": "三号窗"})

    assert told(card, focus="when").text == "时间还没核实，可以问三号窗。\n能办。"
    assert told(make_card(answer="能办。"), focus="when").text.startswith(
        "时间还没核实，可以问工作人员。"
    )


def test_what_is_missing_is_grouped_by_who_knows_it():
    """One sentence a person, not one a field."""
    card = make_card(answer="能办。", unknown={"where": "", "when": "工作人员", "papers": "派出所"})

    assert told(card).text.splitlines()[1:] == [
        "在哪办、时间还没核实，可以问工作人员。",
        "要带还没核实，可以问派出所。",
    ]


def test_a_rule_that_ran_out_is_told_for_reference_only():
    """A lapsed table says so."""
    lapsed = make_passport(valid_to=date(2026, 10, 31))

    assert told(make_card(answer="能办。", passport=lapsed)).text == "能办。\n到2026-10-31为止"
    unclear = make_passport(status="expired")
    assert told(make_card(answer="能办。", passport=unclear)).text == "能办。\n到不明为止"


def test_the_last_day_of_a_rule_still_counts():
    """``valid_to`` is inclusive."""
    assert not make_passport(valid_to=TODAY).lapsed(TODAY)
    assert make_passport(valid_to=date(2026, 11, 23)).lapsed(TODAY)


def test_a_rule_that_has_stopped_says_what_holds_now_to_those_who_mean_it():
    """The seeds hold dead rules; residents still ask for them."""
    card = make_card(
        answer="现在不用办。", ended=Ended(note="旧证停了。", now="带身份证。", asked=("旧证",))
    )

    assert told(card, spoken="旧证怎么办").text.startswith(
        "这条旧规定已经停了。\n旧证停了。\n带身份证。"
    )
    assert told(card, spoken="新证怎么办").text == "现在不用办。"


def test_an_ended_rule_without_words_is_meant_by_every_question():
    """The whole card is about it."""
    assert Ended(note="停了", now="").meant("随便什么")


def test_the_passport_names_each_basis_once_and_the_oldest_check():
    """A basis that repeats another one is not shown twice."""
    long, short = (
        make_passport(basis="居住证条例第2条"),
        make_passport(basis="居住证条例", as_of=date(2026, 3, 1)),
    )
    card = make_card(answer="能办。", passport=long)
    card.facts["papers"] = make_card(papers="身份证", passport=short).facts["papers"]

    assert passport_line(card, ("answer", "papers"), LABELS) == "居住证条例第2条 · 核对 2026-03"


@pytest.mark.parametrize("basis", ["", "某法第一条"])
def test_a_passport_without_a_basis_is_only_its_date(basis: str):
    """No empty separators."""
    card = make_card(answer="能办。", passport=make_passport(basis=basis))

    line = passport_line(card, ("answer",), LABELS)
    assert line == " · ".join(filter(None, [basis, "核对 2026-11"]))


def test_nothing_told_has_no_passport():
    """An empty card claims nothing."""
    assert passport_line(make_card(), ("answer",), LABELS) == ""


def test_bases_beyond_sixty_characters_are_left_out():
    """The small line stays small."""
    card = make_card(answer="能办。", passport=make_passport(basis="甲" * 50))
    other = make_card(papers="证", passport=make_passport(basis="乙" * 50))
    card.facts["papers"] = other.facts["papers"]

    assert "乙" not in passport_line(card, ("answer", "papers"), LABELS)


def test_a_card_is_local_when_a_deeper_layer_speaks():
    """Coverage counts what the community itself knows."""
    assert not make_card(answer="能办。").local
    assert make_card(answer="能办。", passport=make_passport(pack="demo")).local


def test_the_first_reply_keeps_to_its_room():
    """Parts are added while they fit."""
    found = told(make_card(answer="能办。", where="地" * 100, when="时" * 100, notes="记" * 100))

    assert len(found.text) <= BODY_CHARS
    assert "记" * 100 in found.rest[0]
