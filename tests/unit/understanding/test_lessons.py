"""Which sentence teaches what."""

from bot.understanding.lessons import OUTSIDE, labelled, look_alikes, outside_texts
from tests.factories import make_book

BOOK = make_book(
    {
        "danger": ["我不想活了", "我不想活了！", "救命"],
        "weather": ["今天热死了", "天气怎么样", "救命"],
        "empty": ["？！"],
    },
    outside=["红烧肉怎么做", "天气怎么样？", "👍"],
    look_alikes={"danger": ["今天热死了。", "累死我了", "累死我了！", "👍"]},
)


def test_each_phrase_teaches_once_in_normal_form():
    """Marks make no second lesson; what is empty makes none."""
    pairs = labelled(BOOK)

    assert pairs.count(("我不想活了", "danger")) == 1
    assert len(set(pairs)) == len(pairs)
    assert all(text for text, _ in pairs)


def test_a_phrase_of_two_intents_teaches_both():
    """The sorter must weigh them."""
    assert {intent for text, intent in labelled(BOOK) if text == "救命"} == {"danger", "weather"}


def test_a_look_alike_without_an_owner_belongs_to_no_intent():
    """The sorter learns it as such."""
    assert ("累死我了", OUTSIDE) in labelled(BOOK)


def test_a_look_alike_with_an_owner_stays_its_owners():
    """Hot weather is a question of the weather's, and no crisis."""
    assert [intent for text, intent in labelled(BOOK) if text == "今天热死了"] == ["weather"]


def test_an_out_of_scope_message_that_an_intent_claims_stays_the_intents():
    """An intent's own phrase cannot be outside."""
    pairs = labelled(BOOK)

    assert ("红烧肉怎么做", OUTSIDE) in pairs
    assert [intent for text, intent in pairs if text == "天气怎么样"] == ["weather"]


def test_what_belongs_nowhere_stands_behind_the_phrases():
    """Phrases first, in the book's order."""
    owners = [intent for _, intent in labelled(BOOK)]

    assert OUTSIDE not in owners[: owners.index(OUTSIDE)]
    assert set(owners[owners.index(OUTSIDE) :]) == {OUTSIDE}


def test_look_alikes_are_listed_once_each_and_never_empty():
    """Owned or not: the crisis head learns from all."""
    assert look_alikes(BOOK) == ["今天热死了", "累死我了"]
    assert outside_texts(BOOK) == ["红烧肉怎么做", "天气怎么样"]
