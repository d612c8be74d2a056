"""Alerts: raised once, seen by staff, crisis first."""

from datetime import timedelta

import pytest

from bot.domain.replies import Urgency
from bot.records import alerts
from bot.records.alerts import AlertState
from bot.records.errors import IllegalTransition, NotFound
from tests.contract.records.factories import NOW, raise_alert


def only(db):
    (alert,) = alerts.list_open(db, None, limit=10)
    return alert


def test_redelivered_message_raises_one_alert(db):
    """k deliveries of a message alert staff once; another reason is another alert."""
    assert raise_alert(db) is True
    assert raise_alert(db) is False
    assert raise_alert(db, reason="safety.crisis") is True
    assert len(alerts.list_open(db, None, limit=10)) == 2


@pytest.mark.parametrize(
    ("key", "case"),
    [("case:17:opened", 17), ("message-1", None), ("case:x:opened", None), ("a case:17:x", None)],
)
def test_an_alert_knows_the_case_it_tells_of(db, key, case):
    """So that staff can be led to it; other alerts lead nowhere."""
    raise_alert(db, key=key)
    assert only(db).case == case


def test_crisis_comes_before_older_requests(db):
    """Staff read a crisis first, then whoever waits longest."""
    raise_alert(db, key="old", now=NOW - timedelta(hours=2))
    raise_alert(db, key="new", now=NOW)
    raise_alert(db, key="crisis", urgency=Urgency.CRISIS, now=NOW)

    order = [(alert.urgency, alert.created_at) for alert in alerts.list_open(db, None, limit=10)]

    assert order == [
        (Urgency.CRISIS, NOW),
        (Urgency.REQUEST, NOW - timedelta(hours=2)),
        (Urgency.REQUEST, NOW),
    ]


def test_staff_see_only_their_communities(db):
    """Scope holds: named communities, all, or none."""
    raise_alert(db, key="1", community="fengxin")
    raise_alert(db, key="2", community="anlong")

    def seen(scope):
        return {alert.community for alert in alerts.list_open(db, scope, limit=10)}

    assert seen(["fengxin"]) == {"fengxin"}
    assert seen(None) == {"fengxin", "anlong"}
    assert seen([]) == set()


def test_summary_is_opened_for_staff_and_sealed_in_storage(db):
    """What staff read is not what lies on the disk."""
    raise_alert(db, summary="手机 13800000000，家里有人晕倒")
    assert only(db).summary == "手机 13800000000，家里有人晕倒"
    with db.reading() as session:
        assert "13800000000" not in session.query(alerts.AlertRow.summary).scalar()


def test_alert_goes_from_open_to_seen_to_closed_with_names_and_times(db):
    """The record says who took it and who closed it, and when."""
    raise_alert(db)
    alert_id = only(db).id
    alerts.set_state(db, alert_id, AlertState.SEEN, "lina", NOW)
    alerts.set_state(db, alert_id, AlertState.CLOSED, "wang", NOW + timedelta(hours=1))

    alert = alerts.get(db, alert_id)

    assert (alert.seen_by, alert.seen_at) == ("lina", NOW)
    assert (alert.closed_by, alert.closed_at) == ("wang", NOW + timedelta(hours=1))
    assert alerts.list_open(db, None, limit=10) == []


@pytest.mark.parametrize(
    ("states", "target"),
    [
        ([], AlertState.OPEN),
        ([AlertState.SEEN], AlertState.SEEN),
        ([AlertState.SEEN], AlertState.OPEN),
        ([AlertState.CLOSED], AlertState.SEEN),
        ([AlertState.CLOSED], AlertState.CLOSED),
    ],
)
def test_illegal_step_is_refused(db, states, target):
    """Nobody reopens, takes twice or closes twice."""
    raise_alert(db)
    alert_id = only(db).id
    for state in states:
        alerts.set_state(db, alert_id, state, "lina", NOW)
    with pytest.raises(IllegalTransition):
        alerts.set_state(db, alert_id, target, "wang", NOW)


def test_unknown_alert_is_told(db):
    """A wrong number is an error, not silence."""
    assert alerts.get(db, 404) is None
    with pytest.raises(NotFound):
        alerts.set_state(db, 404, AlertState.SEEN, "lina", NOW)


def test_list_is_bounded(db):
    """A flood of alerts does not make an endless page."""
    for n in range(4):
        raise_alert(db, key=str(n))
    assert len(alerts.list_open(db, None, limit=3)) == 3
