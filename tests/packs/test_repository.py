"""The content of this repository: every pack is valid and every intent is answered from each."""

from datetime import date

import pytest

from bot.bootstrap import Speechbook
from bot.config import package_root
from bot.packs.check import facts, standing
from bot.packs.loader import PackStore
from bot.packs.schema import FACT_FIELDS

ROOT = package_root() / "data"
SLUGS = sorted(file.parent.name for file in ROOT.glob("**/pack.yaml"))
COMMUNITIES = ("anlong", "beidajie", "demo", "fengxin", "jiafu", "nanshawan")


def test_the_packs_are_found():
    """The tests below would pass on nothing."""
    assert len(SLUGS) >= 15
    assert set(COMMUNITIES) <= set(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_pack_is_valid_and_merges(slug: str, packs: PackStore):
    """Each line of it."""
    pack = packs.get(slug)

    assert pack.slug == slug
    assert pack.title
    assert pack.chain[-1] == slug


@pytest.mark.parametrize("slug", SLUGS)
def test_every_fact_has_a_source_an_owner_and_a_date(slug: str, packs: PackStore):
    """No fact without a passport, none checked in the future."""
    found = [fact for card in packs.get(slug).cards.values() for fact in card.facts.values()]

    assert all(fact.passport.source and fact.passport.owner for fact in found)
    assert all(date(2025, 1, 1) <= fact.passport.as_of <= date(2027, 1, 1) for fact in found)
    assert all(set(card.facts) <= set(FACT_FIELDS) for card in packs.get(slug).cards.values())


@pytest.mark.parametrize("slug", COMMUNITIES)
def test_a_community_answers_every_intent_without_handing_over_blindly(
    slug: str, packs: PackStore, speechbook: Speechbook
):
    """Local facts or general ones; nothing is left to silence."""
    pack = packs.get(slug)

    assert pack.level == "community"
    assert pack.human["who"]
    assert [name for name in speechbook.phrasebook.sets if standing(pack, name) == "handover"] == []
    assert facts(pack)["cards"] > 50


def test_only_the_demo_is_made_up_and_says_so(packs: PackStore):
    """Nobody walks to an address that does not exist."""
    made_up = {layer.model.slug for layer in packs.communities() if layer.model.fictional}

    assert made_up == {"demo"}
    assert "演示" in packs.get("demo").title


def test_the_demo_gives_out_no_real_telephone_number(packs: PackStore):
    """Only 0000 numbers."""
    own = packs.layer("demo").entries.values()
    phones = [entry.phone for entry in own if entry.phone]

    assert phones
    assert all("0000" in phone for phone in phones)


@pytest.mark.parametrize("slug", COMMUNITIES)
def test_crisis_cards_name_a_number_to_call(slug: str, packs: PackStore):
    """Help is one call away, everywhere."""
    for intent in ("safety.self_harm", "safety.emergency", "safety.child", "legal.violence"):
        card = packs.get(slug).card(intent)
        said = "".join(line for name in ("answer", "steps", "contact") for line in card.lines(name))
        assert any(number in said for number in ("110", "120", "12356", "12338")), intent
