"""Two asks in one message: both answers' promises hold."""

from bot.records import alerts
from bot.testing import Rig


def test_a_person_asked_for_beside_another_ask_is_really_told(rig: Rig):
    """The words say that staff were told, so there is a row for them."""
    reply = rig.say("居住证怎么办，还有转人工")
    rows = alerts.list_open(rig.house.db, None, limit=10)

    assert ("留了话" in reply) == bool(rows)


def test_a_person_asked_for_alone_is_told(rig: Rig):
    """The plain case beside it."""
    rig.say("转人工")

    assert len(alerts.list_open(rig.house.db, None, limit=10)) == 1
