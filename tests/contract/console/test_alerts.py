"""待处理: order, scope, the two steps, and what the audit keeps."""

from datetime import timedelta

import pytest
from markupsafe import escape

from bot.domain.replies import Urgency
from bot.records import alerts, audit
from bot.records.alerts import AlertState
from bot.records.staff import StaffRole
from tests.contract.console.conftest import Console


def raise_alert(console: Console, number: int, **changes: object) -> int:
    """Raise an alert and return its number."""
    db = console.rig.house.db
    before = {found.id for found in alerts.page(db, None, limit=200)}
    fields = {
        "key": f"key-{number}",
        "community": "demo",
        "account": "default",
        "ref": f"{number:032x}",
        "urgency": Urgency.REQUEST,
        "reason": "chat.human",
        "summary": f"第 {number} 位居民想找人",
        "now": console.rig.clock.now(),
    }
    assert alerts.raise_alert(db, **fields | changes)
    return next(found.id for found in alerts.page(db, None, limit=200) if found.id not in before)


def state_of(console: Console, number: int) -> AlertState:
    found = alerts.get(console.rig.house.db, number)
    assert found is not None
    return found.state


def test_a_crisis_from_chat_stands_first_and_is_named(console: Console) -> None:
    """What a resident wrote in need is on the page, above what waited longer, in words."""
    raise_alert(console, 1)
    console.rig.clock.advance(timedelta(minutes=35))
    console.rig.say("我不想活了")
    browser = console.person()

    browser.get("/alerts")

    assert browser.seen.index("⚠ 紧急") < browser.seen.index("第 1 位居民想找人")
    assert "等了 35 分钟" in browser.seen
    assert "暖风里社区" in browser.seen


def test_a_crisis_nobody_took_stands_above_one_in_hand(console: Console) -> None:
    """The eye falls on what nobody looks after."""
    old = raise_alert(console, 1, urgency=Urgency.CRISIS)
    raise_alert(console, 2, urgency=Urgency.CRISIS)
    browser = console.person()
    browser.get("/alerts")

    browser.post(f"/alerts/{old}/seen")
    browser.get("/alerts")

    assert browser.seen.index("第 2 位") < browser.seen.index("第 1 位")


def test_taking_on_and_closing_move_the_alert_and_name_the_clerk(console: Console) -> None:
    """The two buttons do what they say, and the list says who did it."""
    number = raise_alert(console, 1)
    browser = console.person("zhang", StaffRole.CASEWORKER)
    browser.get("/alerts")

    assert browser.post(f"/alerts/{number}/seen").status_code == 303
    browser.get("/alerts?state=seen")
    assert "zhang，" in browser.seen
    assert state_of(console, number) is AlertState.SEEN

    browser.post(f"/alerts/{number}/closed")
    browser.get("/alerts?state=closed")
    assert state_of(console, number) is AlertState.CLOSED
    assert "我来跟进" not in browser.seen.split("<ol")[1].split("</ol")[0]


@pytest.mark.parametrize("step", ["seen", "closed"])
def test_a_closed_alert_stays_closed(console: Console, step: str) -> None:
    """Only legal steps; the clerk reads who was first, and the audit keeps no false line."""
    number = raise_alert(console, 1)
    first, second = console.person("zhang"), console.person("wang")
    first.get("/alerts")
    second.get("/alerts")
    first.post(f"/alerts/{number}/closed")
    lines = len(audit.tail(console.rig.house.db))

    second.post(f"/alerts/{number}/{step}")

    found = alerts.get(console.rig.house.db, number)
    assert found is not None
    assert found.closed_by == "zhang"
    assert len(audit.tail(console.rig.house.db)) == lines
    second.get("/alerts")
    assert "zhang 已经先处理了" in second.seen


def test_a_step_and_each_reading_stand_in_the_audit(console: Console) -> None:
    """Who read which summary and who took it on can be told for three years."""
    number = raise_alert(console, 1)
    browser = console.person("zhang")
    browser.get("/alerts")
    browser.post(f"/alerts/{number}/seen")

    found = {
        (line.actor, line.action, line.subject, line.community, line.detail)
        for line in audit.tail(console.rig.house.db)
    }

    assert ("zhang", "alert.read", f"alert:{number}", "demo", "") in found
    assert ("zhang", "alert.seen", f"alert:{number}", "demo", "from open") in found
    assert "居民想找人" not in repr(found)


def test_a_clerk_sees_only_his_communities(console: Console) -> None:
    """Neither list nor filter nor a guessed number shows another community's people."""
    mine = raise_alert(console, 1, community="fengxin")
    other = raise_alert(console, 2, community="jiafu")
    browser = console.person("zhang", StaffRole.CASEWORKER, ("fengxin",))

    browser.get("/alerts")
    assert "第 1 位" in browser.seen
    assert "第 2 位" not in browser.seen
    assert browser.get("/alerts?community=jiafu").status_code == 403
    assert browser.post(f"/alerts/{other}/seen").status_code == 404
    assert browser.post(f"/alerts/{10**30}/seen").status_code == 404
    assert state_of(console, other) is AlertState.OPEN
    assert browser.post(f"/alerts/{mine}/seen").status_code == 303


def test_who_belongs_to_no_community_sees_nobody(console: Console) -> None:
    """An empty scope is empty, not everything."""
    raise_alert(console, 1)

    browser = console.person("zhang", StaffRole.CASEWORKER, ())
    browser.get("/alerts")

    assert "现在没有要处理的" in browser.seen


def test_filters_and_pages_show_every_alert_once(console: Console) -> None:
    """Forty-five alerts are three pages, none missing, none twice."""
    for number in range(45):
        raise_alert(console, number, community="demo" if number % 2 else "fengxin")
    browser = console.person()

    shown = []
    for page in (1, 2, 3):
        browser.get(f"/alerts?page={page}")
        shown += [n for n in range(45) if f"第 {n} 位" in browser.seen]

    assert sorted(shown) == list(range(45))
    browser.get("/alerts?community=fengxin&page=2")
    assert "第 1 位" not in browser.seen
    assert "community=fengxin" in browser.seen
    assert browser.get("/alerts?page=-1").status_code == 200
    assert browser.get("/alerts?page=9999999999999999999999").status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "'); DROP TABLE alerts; --",
        '"><img src=x onerror=alert(1)>',
        "{{ config }}{% raw %}",
    ],
)
def test_what_a_resident_writes_is_only_text(console: Console, text: str) -> None:
    """Markup, SQL and template words from outside are shown, never run."""
    raise_alert(console, 1, summary=text, reason=text)
    browser = console.person()

    raw = browser.client.get("/console/alerts").get_data(as_text=True)

    assert raw.count(str(escape(text))) == 2
    assert "<script>alert" not in raw
    assert "<img src=x" not in raw
    assert "SECRET_KEY" not in raw
    assert len(alerts.page(console.rig.house.db, None, limit=10)) == 1


def test_an_erased_resident_leaves_the_alert_and_takes_the_words(console: Console) -> None:
    """The page says that the content is gone instead of failing."""
    from bot.records import residents

    console.rig.say("我不想活了")
    residents.erase(console.rig.house.db, console.rig.ref, console.rig.clock.now())
    browser = console.person()

    browser.get("/alerts")

    assert "居民已经要求删除" in browser.seen
