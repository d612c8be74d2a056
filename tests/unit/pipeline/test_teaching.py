"""Staff teach the bot what it did not understand, and see before what that changes."""

import pytest

from bot.domain.errors import StoreUnavailable
from bot.records import audit, phrases, staff, unanswered
from bot.records.errors import NotFound, Rejected
from bot.records.staff import StaffRole
from bot.records.unanswered import UnsureState
from bot.testing import Rig
from bot.understanding.normalize import normalize
from bot.worker.process import write_turns

#: Belong to no intent; see the router's own tests.
ASKED = ("红烧肉怎么做才不腻", "红烧肉怎么做不腻", "明天会下雨吗")


@pytest.fixture
def heard(rig: Rig) -> Rig:
    """Give a house in which residents asked what it does not know."""
    for number, text in enumerate((*ASKED, ASKED[0])):
        rig.say(text, sender=f"oSomebody{number:019d}")
    rig.say(ASKED[0] + "13800138000", sender="oSomebody0000000000000000009")
    write_turns(rig.house.db, rig.house.turns, "test", block_ms=1)
    return rig


def ledger(rig: Rig, communities=None):
    return rig.house.teaching.ledger(communities, by="lina")


def numbers(rig: Rig) -> dict[str, int]:
    return {row.text: row.id for row in unanswered.recent(rig.house.db)}


def plan(rig: Rig, intent: str = "chat.help", **fields):
    return rig.house.teaching.plan(ledger(rig).clusters[0], intent, **fields)


def test_what_was_not_understood_is_read_in_clusters_and_the_read_is_noted(heard: Rig):
    """The largest first; who reads is in the audit, with how much, without a word of it."""
    found = ledger(heard, ["demo"])

    first, second = found.clusters
    assert {member.normal for member in first.members} == set(ASKED[:2])
    assert (first.messages, second.messages) == (4, 1)
    assert found.wordings[first.leader.id].community == "demo"
    entry = audit.tail(heard.house.db)[0]
    assert (entry.actor, entry.action, entry.community, entry.detail) == (
        "lina",
        "unanswered.read",
        "demo",
        "3 rows",
    )
    assert ledger(heard, ["anlong"]).clusters == ()


def test_any_number_of_a_cluster_leads_to_it(heard: Rig):
    """And one that is in none is refused with a hint."""
    found = ledger(heard)

    for member in found.clusters[0].members:
        assert found.cluster(member.id) is found.clusters[0]
    with pytest.raises(NotFound, match="unanswered list"):
        found.cluster(999)


def test_a_plan_shows_what_would_change_and_writes_nothing(heard: Rig):
    """Recent wordings that would be answered, and known phrases that would not be lost."""
    made = plan(heard)

    assert set(made.texts) == set(ASKED[:2])
    assert {change.asked.text for change in made.recent} >= set(ASKED[:2])
    assert all(change.after.intents == ("chat.help",) for change in made.recent)
    assert made.recent_asked == 3
    assert made.known_asked > 500
    assert [change for change in made.known if change.lost] == []
    assert phrases.active(heard.house.db) == []
    assert heard.house.router.understand(ASKED[0]).intents == ()


def test_what_the_packs_call_out_of_scope_may_be_attached_and_is_shown_as_such(
    heard: Rig, speechbook
):
    """The packs' list was written before anybody asked it."""
    outside = {text for lines in speechbook.phrasebook.outside.values() for text in lines}
    known = [text for text in ASKED[:2] if text in outside]

    assert set(plan(heard).outside) == set(known)


def test_an_attach_answers_what_was_asked_and_tells_everybody(heard: Rig):
    """Phrases, ledger, audit and counter in one go; the next look has it."""
    before = heard.house.phrases_version.read()

    added, told = heard.house.teaching.attach(plan(heard), by="lina")

    assert len(added) == 2
    assert told
    assert heard.house.phrases_version.read() == before + 1
    assert heard.house.watching.look()
    assert heard.house.router.understand(ASKED[0]).intents == ("chat.help",)
    assert len(ledger(heard).clusters) == 1
    changes, asked = heard.house.teaching.replay(None)
    assert asked == 3
    assert {change.asked.text for change in changes} >= set(ASKED[:2])
    assert all(change.after.decision == "answer" for change in changes)


def test_only_the_wordings_that_are_named_are_attached(heard: Rig):
    """The rest stays open; a stranger is refused."""
    one = numbers(heard)[ASKED[1]]
    made = plan(heard, only=[one])
    assert made.texts == (ASKED[1],)
    heard.house.teaching.attach(made, by="lina")
    assert ASKED[0] in numbers(heard)
    assert ASKED[1] not in numbers(heard)

    with pytest.raises(Rejected, match="wording 999 is not in cluster"):
        plan(heard, only=[999])


def test_two_wordings_of_one_phrase_are_one_phrase_and_both_settled(heard: Rig):
    """The same sentence in two communities, or with another number in it."""
    heard.community = "anlong"
    heard.say(ASKED[0], sender="oSomebody0000000000000000077")
    write_turns(heard.house.db, heard.house.turns, "test", block_ms=1)

    made = plan(heard)

    assert len(made.wordings) == 3
    assert len(made.texts) == 2


def test_a_phrase_of_another_intent_is_refused(heard: Rig, speechbook):
    """The packs' and the staff's; one that is there already settles the wording and adds nothing."""
    owner = "services.residence_permit"
    pack = normalize(next(speechbook.phrasebook.sets[owner].texts()))
    heard.house.teaching.attach(plan(heard, only=[numbers(heard)[ASKED[0]]]), by="lina")
    messages = [
        unanswered.Unsure(
            turn_id=text,
            at=heard.clock.now(),
            community="jiafu",
            text=text,
            normal=text,
            decision="fallback",
        )
        for text in (ASKED[0], pack)
    ]
    with heard.house.db.session() as session:
        unanswered.counting(heard.house.db.vault, messages)(session, {ASKED[0], pack})
    found, ids = ledger(heard), numbers(heard)

    def again(text: str, intent: str):
        return heard.house.teaching.plan(found.cluster(ids[text]), intent, only=[ids[text]])

    for text, other in ((ASKED[0], "chat.help"), (pack, owner)):
        with pytest.raises(Rejected, match=f"wording {ids[text]} is a phrase of {other} already"):
            again(text, "legal.duty")
    assert again(pack, owner).texts == ()
    assert again(pack, owner).wordings == (ids[pack],)


def test_what_may_be_a_crisis_goes_to_no_other_intent(heard: Rig, monkeypatch):
    """Word for word a known harmless phrase, it would never raise an alarm again."""
    monkeypatch.setattr("bot.pipeline.teaching.CLAUSE_DOUBT", 0.0)

    with pytest.raises(Rejected, match="may be a crisis"):
        plan(heard)
    assert plan(heard, "safety.self_harm").intent == "safety.self_harm"


def test_an_unknown_intent_and_a_word_too_short_are_refused_with_a_hint(heard: Rig):
    """What to write instead."""
    with pytest.raises(Rejected, match=r"no intent 'chat.hepl'; expected one of .*chat.help"):
        plan(heard, "chat.hepl")
    with pytest.raises(Rejected, match=r"no intent 'x'; expected one of .*voice.wish"):
        plan(heard, "x")
    with pytest.raises(Rejected, match="wording 7 is too short"):
        heard.house.teaching._check("水", 7, "chat.help", set())


def test_only_active_staff_may_act(heard: Rig):
    """The author stands in the audit; a name nobody has is no author."""
    db, now = heard.house.db, heard.clock.now()
    staff.add(
        db, name="lina", password="lina-long-pass", role=StaffRole.EDITOR, communities=None, now=now
    )
    assert heard.house.teaching.author("lina") == "lina"
    staff.set_active(db, "lina", active=False)

    for name in ("lina", "nobody"):
        with pytest.raises(Rejected, match="staff add"):
            heard.house.teaching.author(name)


def test_a_phrase_taken_back_opens_its_wording_again(heard: Rig):
    """And is forgotten at the next look."""
    (number, _), _ = heard.house.teaching.attach(plan(heard), by="lina")
    heard.house.watching.look()

    row, told = heard.house.teaching.take_back(number, by="wang")

    assert told
    assert row.text in numbers(heard)
    heard.house.watching.look()
    assert heard.house.router.understand(row.text).intents != ("chat.help",)
    rows, learned = heard.house.teaching.overlay()
    assert [one.text for one in rows] == [text for text in ASKED[:2] if text != row.text]
    assert not learned


def test_what_is_ignored_is_no_longer_shown(heard: Rig):
    """Nonsense is nobody's intent."""
    ids = [member.id for member in ledger(heard).clusters[0].members]

    assert heard.house.teaching.ignore(ids, by="lina") == 2

    assert set(numbers(heard)) == {ASKED[2]}
    assert len(unanswered.recent(heard.house.db, states=[UnsureState.IGNORED])) == 2


def test_without_redis_an_attach_is_written_and_says_that_nobody_was_told(heard: Rig, monkeypatch):
    """The phrases are in SQL; the processes find them by themselves."""

    def away():
        raise StoreUnavailable("away")

    monkeypatch.setattr(heard.house.teaching, "_tell", away)

    added, told = heard.house.teaching.attach(plan(heard), by="lina")

    assert len(added) == 2
    assert not told


def test_a_cluster_that_is_understood_by_now_is_shown_as_such(heard: Rig):
    """Its messages were written before; nothing is left to teach."""
    first = ledger(heard).clusters[0]
    assert heard.house.teaching.now(first).decision != "answer"

    heard.house.teaching.attach(plan(heard), by="lina")
    heard.house.watching.look()

    assert heard.house.teaching.now(first).text() == "answer chat.help"
