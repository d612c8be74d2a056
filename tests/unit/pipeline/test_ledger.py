"""What must be durable before a resident is answered."""

import pytest

from bot.pipeline.ledger import Profile
from bot.records import alerts, outbox
from bot.testing import Rig

CRISIS = "我不想活了"
#: What a resident reads only when somebody was told.
TOLD = "已经给社区的人留了话"


def rename(rig: Rig, old: str, new: str) -> None:
    with rig.house.db.session() as session:
        session.connection().exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")


@pytest.mark.parametrize(("text", "name"), [(CRISIS, "crisis_alone"), ("转人工", "no_records")])
def test_an_alert_whose_announcement_is_lost_is_not_written_either(
    rig: Rig, logged, monkeypatch, text: str, name: str
):
    """Staff are told of what is on record, or of nothing; the resident reads which."""
    woken: list[int] = []
    monkeypatch.setattr(rig.house.ledger, "_wake", woken.append)
    rename(rig, "outbox", "gone")

    said = rig.say(text)

    assert alerts.list_open(rig.house.db, None) == []
    assert woken == []
    assert rig.house.registry.machine.say(name) in said
    assert TOLD not in said
    assert "alert.lost" in {line["event"] for line in logged()}


def test_once_the_records_are_whole_again_the_next_message_is_heard(rig: Rig):
    """Nothing of the failed one stands in its way."""
    rename(rig, "outbox", "gone")
    rig.say("转人工")
    rename(rig, "gone", "outbox")

    assert rig.house.registry.machine.say("no_records") not in rig.say("转人工")
    assert len(alerts.list_open(rig.house.db, None)) == 1
    assert len(outbox.due(rig.house.db, rig.clock.now())) == 1


def test_the_worker_is_woken_when_alert_and_announcement_are_there(rig: Rig, monkeypatch):
    """One that is faster than we are finds the row."""
    seen: list[tuple[list[int], list[int], int]] = []

    def woken(row: int) -> None:
        due = outbox.due(rig.house.db, rig.clock.now())
        seen.append(([row], due, len(alerts.list_open(rig.house.db, None))))

    monkeypatch.setattr(rig.house.ledger, "_wake", woken)
    rig.say(CRISIS)

    ((rows, due, alerted),) = seen
    assert rows == due
    assert alerted == 1


def test_a_stranger_has_a_profile_without_a_record(rig: Rig):
    """Nothing chosen is not the same as nothing known."""
    assert rig.house.ledger.profile(rig.ref) == Profile()


def test_records_that_cannot_be_opened_are_a_profile_nobody_knows(rig: Rig, tmp_path):
    """No error of a driver reaches a resident's turn."""
    rig.house.db.close()
    for file in tmp_path.glob("nuanlin.db*"):
        file.unlink()
    (tmp_path / "nuanlin.db").mkdir()

    assert rig.house.ledger.profile(rig.ref) is None
    assert "居住证" in rig.say("居住证怎么办")
