"""The ledger of what was not understood."""

from datetime import timedelta

import pytest

from bot.records import phrases, turns, unanswered
from bot.records.database import Database
from bot.records.unanswered import Tally, UnansweredRow, UnsureState
from bot.records.vault import Vault, new_data_key
from tests.contract.records import racing
from tests.contract.records.factories import NOW, hear, make_turn, make_unsure

MINUTE = timedelta(minutes=1)


def rows(db, **fields):
    return unanswered.recent(db, states=tuple(UnsureState), **fields)


def decide(db, ids, state=UnsureState.IGNORED, intent=None):
    with db.session() as session:
        return unanswered.decide(session, ids, state=state, intent=intent, by="lina", now=NOW)


def test_a_wording_comes_back_as_it_was_heard(db):
    """Every field, and nothing that leads to a resident."""
    hear(db, make_unsure())

    (found,) = unanswered.recent(db)

    assert (found.community, found.text, found.seen) == ("demo", "充电桩坏了，找谁？", 1)
    assert (found.first_at, found.last_at, found.decision) == (NOW, NOW, "clarify")
    assert found.likely == (("voice.report", 0.4), ("places.map", 0.2))
    assert (found.state, found.intent, found.decided_by, found.decided_at) == (
        UnsureState.OPEN,
        None,
        None,
        None,
    )
    assert not {"ref", "openid", "account"} & set(UnansweredRow.__table__.columns.keys())


def test_the_text_is_sealed_and_its_key_is_a_keyed_hash(db):
    """A stolen table shows no word of it."""
    hear(db, make_unsure())
    with db.reading() as session:
        row = session.query(UnansweredRow).one()

    assert "充电" not in row.text
    assert len(row.find) == 64
    assert row.find != db.vault.find("充电桩坏了找谁")


def test_the_same_wording_is_one_row_and_counted(db):
    """In one batch and in another; the last decision and the last guess stand."""
    hear(
        db,
        make_unsure(turn_id="a"),
        make_unsure(turn_id="b", at=NOW + MINUTE, text="充电桩坏了找谁", decision="fallback"),
    )
    hear(db, make_unsure(turn_id="c", at=NOW + 3 * MINUTE, likely=(("a.b", 0.3),)))
    hear(db, make_unsure(turn_id="late", at=NOW - MINUTE, decision="fallback"))

    (found,) = unanswered.recent(db)

    assert (found.seen, found.first_at, found.last_at) == (4, NOW, NOW + 3 * MINUTE)
    assert found.text == "充电桩坏了，找谁？"


def test_a_message_is_counted_once_however_often_it_is_delivered(db):
    """A worker that died before it said so repeats its batch."""
    batch = [make_unsure(turn_id="a"), make_unsure(turn_id="a"), make_unsure(turn_id="b")]
    assert hear(db, *batch) == 2
    assert hear(db, *batch) == 0

    (found,) = unanswered.recent(db)

    assert found.seen == 2


def test_a_message_stands_or_falls_with_its_turn(db):
    """What could not be logged is not in the ledger either."""

    def fail(session, fresh):
        unanswered.counting(db.vault, [make_unsure()])(session, fresh)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        turns.append_many(db, [make_turn()], beside=fail)

    assert rows(db) == []
    assert turns.tail(db) == []


def test_two_communities_have_two_rows(db):
    """Staff see their own; what they may not see is not counted for them either."""
    hear(db, make_unsure(turn_id="a"), make_unsure(turn_id="b", community="anlong"))

    assert len(unanswered.recent(db)) == 2
    assert [row.community for row in unanswered.recent(db, communities=["anlong"])] == ["anlong"]
    assert unanswered.recent(db, communities=[]) == []
    assert unanswered.tally(db, ["demo"]) == {UnsureState.OPEN: Tally(wordings=1, messages=1)}


def test_a_message_with_nothing_to_learn_is_passed_over(db):
    """Its turn is logged all the same."""
    assert hear(db, make_unsure(normal="")) == 1
    assert rows(db) == []


def test_the_most_frequent_wording_comes_first_and_the_list_is_bounded(db):
    """What most residents asked is read first."""
    for number, count in enumerate((1, 3, 2)):
        hear(
            db,
            *(
                make_unsure(turn_id=f"{number}-{n}", normal=f"问题{number}", text=f"问题{number}")
                for n in range(count)
            ),
        )

    assert [row.text for row in unanswered.recent(db)] == ["问题1", "问题2", "问题0"]
    assert len(unanswered.recent(db, limit=2)) == 2


def test_a_full_ledger_lets_the_rarest_and_oldest_go(db, monkeypatch):
    """A flood of nonsense does not push out what many have asked."""
    monkeypatch.setattr(unanswered, "MAX_WORDINGS", 3)
    hear(db, *(make_unsure(turn_id=f"often-{n}", normal="常问") for n in range(2)))
    hear(db, make_unsure(turn_id="other", community="anlong"))
    for number in range(5):
        at = NOW + number * MINUTE
        hear(db, make_unsure(turn_id=f"n{number}", normal=f"乱{number}", text=f"乱{number}", at=at))

    kept = {row.text for row in unanswered.recent(db, communities=["demo"])}

    assert kept == {"充电桩坏了，找谁？", "乱3", "乱4"}
    assert len(unanswered.recent(db, communities=["anlong"])) == 1


def test_what_staff_made_of_a_wording_is_noted_once(db):
    """The second decision finds nothing open; a further message counts and changes nothing."""
    hear(db, make_unsure())
    (row,) = unanswered.recent(db)

    assert decide(db, [row.id]) == 1
    assert decide(db, [row.id], UnsureState.ATTACHED, "a.b") == 0
    hear(db, make_unsure(turn_id="again"))

    assert unanswered.recent(db) == []
    (found,) = rows(db)
    assert (found.state, found.decided_by, found.decided_at, found.seen) == (
        UnsureState.IGNORED,
        "lina",
        NOW,
        2,
    )
    assert unanswered.tally(db) == {UnsureState.IGNORED: Tally(wordings=1, messages=2)}


def test_batches_are_bounded(db):
    """More than a batch is a mistake of ours."""
    many = [make_unsure(turn_id=str(n)) for n in range(1_001)]
    with pytest.raises(ValueError, match="at most"):
        unanswered.counting(db.vault, many)
    with db.session() as session, pytest.raises(ValueError, match="at most"):
        unanswered.decide(
            session, range(1_001), state=UnsureState.IGNORED, intent=None, by="lina", now=NOW
        )


def test_a_wording_no_key_opens_is_passed_over(db, url):
    """A lost key costs thirty days of a ledger, not the service."""
    hear(db, make_unsure())
    other = Database(url, vault=Vault([new_data_key()], b"pseudonym key of the tests"))

    assert unanswered.recent(other) == []
    other.close()


def test_a_phrase_taken_back_opens_its_wordings_again(db):
    """In every community; those attached to something else stay."""
    hear(
        db,
        make_unsure(turn_id="a"),
        make_unsure(turn_id="b", community="anlong"),
        make_unsure(turn_id="c", normal="宽带怎么装", text="宽带怎么装"),
    )
    ids = [row.id for row in unanswered.recent(db)]
    texts = ["充电桩坏了找谁", "宽带怎么装"]
    number, _ = phrases.attach(db, texts=texts, intent="a.b", wordings=ids, by="lina", now=NOW)
    assert unanswered.recent(db) == []

    phrases.take_back(db, number, by="wang", now=NOW)

    opened = unanswered.recent(db)
    assert {(row.community, row.text) for row in opened} == {
        ("demo", "充电桩坏了，找谁？"),
        ("anlong", "充电桩坏了，找谁？"),
    }
    assert {row.intent for row in opened} == {None}


@pytest.mark.timeout(240)
def test_eight_processes_count_every_message_of_one_wording(db, url, data_keys):
    """Workers with the same wording in hand neither lose a message nor stop each other."""
    results = racing.together(racing.hear_same_wordings, 8, url, data_keys, 20)

    assert results == [20] * 8
    assert [row.seen for row in unanswered.recent(db)] == [80, 80]
