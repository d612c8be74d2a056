"""Cards in another language: layers merge, and nothing general is told as if it were local."""

from datetime import date

import pytest

from bot.domain.cards import tell
from bot.packs.check_tongues import check_translations, numbers

LABELS = {
    "colon": ": ", "comma": ", ", "semicolon": "; ", "papers": "Bring", "where": "Where",
    "duration": "How long", "checked": "checked", "general": "In general:", "beside": "In Chinese:",
    "lapsed": "until {to}", "unknown": "Unknown: {what}. Ask {who}.", "ended": "Ended.",
}  # fmt: skip


@pytest.fixture
def english(write, card):
    """Give a maker of a community over a translated nation; the town's own lines follow."""

    def made(*town: str, translated: str = ""):
        write(
            "nation",
            level="nation",
            answers__services=card("answer: 能办。", "papers: [身份证, 照片]", "duration: 15天"),
            answers__en__services=(
                "services.permit:\n  as_of: 2026-11-01\n  answer: You can.\n"
                "  papers: [ID card, photo]\n  duration: 15 days\n"
            ),
        )
        own = {"answers__en__services": translated} if translated else {}
        store = write("town", "nation", answers__services=card(*town), **own)
        return store.get("town").told_in("en").card("services.permit")

    return made


def told(card, focus: str = "") -> str:
    return tell(card, labels=LABELS, today=date(2026, 11, 24), focus=focus, who="staff").text


def test_what_is_translated_is_told_in_that_language(english):
    """With the passport of the layer that states it."""
    card = english("where: null")

    assert card.language == "en"
    assert told(card) == "You can.\nBring:\n· ID card\n· photo\nHow long: 15 days"
    assert card.facts["answer"].passport.pack == "nation"


def test_a_local_line_nobody_translated_stands_beside_in_chinese(english):
    """It adds to what is told."""
    read = told(english("+papers: [居住证]"))

    assert read.endswith("How long: 15 days\nIn Chinese:\nBring: 居住证")
    assert "In general" not in read


def test_a_general_rule_is_not_told_as_if_it_were_local(english):
    """It says so first, and gives the local line as it stands."""
    read = told(english("duration: 本地10天"))

    assert read.startswith("In general:\nYou can.")
    assert read.endswith("In Chinese:\nHow long: 本地10天")
    assert told(english("duration: 本地10天"), focus="duration") == (
        "In general:\nHow long: 15 days\nIn Chinese:\nHow long: 本地10天\nYou can."
    )


def test_a_translated_local_line_takes_its_place(english):
    """Then nothing is left in Chinese."""
    card = english(
        "duration: 本地10天",
        "+papers: [居住证]",
        translated="services.permit:\n  as_of: 2026-11-01\n  duration: here 10 days\n  +papers: [permit]\n",
    )

    assert told(card).splitlines()[-1] == "How long: here 10 days"
    assert card.lines("papers") == ("ID card", "photo", "permit")
    assert card.beside == {}


def test_who_knows_a_local_thing_stays_in_chinese_where_nobody_translated_it(english):
    """Better his name in Chinese than somebody else's."""
    assert "Ask 镇上的人." in told(english("unknown: {where: 镇上的人}"))


def test_a_card_nobody_translated_is_not_there(write, card):
    """The reader is told that it is in Chinese only."""
    pack = write("town", answers__services=card("answer: 能办。")).get("town")

    assert pack.told_in("en").card("services.permit") is None
    assert pack.told_in("en").title == "town"


def test_a_pack_has_names_in_other_languages(write, tmp_path):
    """Title and whom to ask."""
    write("town")
    file = tmp_path / "town" / "pack.yaml"
    names = "names: {en: {title: Town, who: the staff}}\nhuman: {who: 社区, phone: '12345'}\n"
    file.write_text(file.read_text(encoding="utf-8") + names, encoding="utf-8")

    from bot.packs.loader import PackStore

    pack = PackStore(tmp_path).get("town").told_in("en")
    assert (pack.title, pack.human) == ("Town", {"who": "the staff", "phone": "12345"})


# --- what a check finds ---

GOOD = "services.permit:\n  as_of: 2026-11-01\n  answer: Within 30 days.\n"


@pytest.mark.parametrize(
    ("translation", "problem"),
    [
        (GOOD, ""),
        (GOOD.replace("11-01", "10-01"), "as_of: expected 2026-11-01"),
        (GOOD.replace("30", "15"), "expected the numbers ['30'], found ['15']"),
        (GOOD.replace("days", "天"), "expected Chinese in brackets or quotes only"),
        (GOOD.replace("Within", "Permit (居住证) within"), ""),
        (GOOD + "  papers: [ID card]\n", "papers: expected 2 lines as in Chinese, found 1"),
        (GOOD + "  cost: Free\n", "cost: expected 0 lines as in Chinese, found 1"),
        (GOOD.replace("answer: Within 30 days.", "papers: [a, b]"), "answer: expected this field"),
        (GOOD + "  unknown: {where: staff}\n", "unknown.where: expected only what"),
        (GOOD + "  ended: {note: Over}\n", "ended: expected only where"),
        (GOOD.replace("services.permit", "services.other"), "expected a card this pack has"),
    ],
)
def test_a_translation_says_what_the_chinese_card_says(write, card, translation, problem):
    """Fields, lines, numbers, the day it was checked; Chinese for proper names only."""
    store = write(
        "town",
        answers__services=card("answer: 30天内。", "papers: [身份证, 照片]"),
        answers__en__services=translation,
    )

    found = list(check_translations(store.layer("town"), {}))

    assert (problem in found[0]) if problem else found == []


def test_what_must_be_whole_is_missed(write, card):
    """A new card of the nation needs its translation."""
    store = write("nation", level="nation", answers__services=card("answer: 能办。"))

    assert "services.permit: expected this card too" in "".join(
        check_translations(store.layer("nation"), {"en": ["services"]})
    )
    assert list(check_translations(store.layer("nation"), {"en": ["legal"]})) == []


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("最高30万元、最长3年", "up to 300,000 yuan and 3 years"),
        ("100万到500万", "1 million to 5 million"),
        ("筹到50多万元", "over 500,000 yuan"),
        ("3到4月核分，4到5月申请", "March to April, April to May"),
        ("9:00–12:00", "9:00–12:00"),
        ("加班1.5倍", "overtime 1.5 times"),
        ("人社部发〔2025〕24号，7天", "7 days (人社部发〔2025〕24号)"),
    ],
)
def test_numbers_are_the_same_in_every_language(chinese, english):
    """However each writes them."""
    assert numbers(chinese) == numbers(english)
