"""今天, 没送到, 内容, 试一句, 操作记录: what each page tells, and to whom."""

from datetime import timedelta

import pytest

from bot.records import alerts, audit, outbox, residents, turns
from bot.records.outbox import OutboxState
from bot.records.staff import StaffRole
from bot.records.turns import TurnDelivery, TurnRecord
from tests.contract.console.conftest import Console


def log_turn(console: Console, number: int, decision: str, **changes: object) -> None:
    fields: dict[str, object] = {
        "turn_id": f"turn-{number}",
        "at": console.rig.clock.now(),
        "account": "default",
        "community": "demo",
        "ref": None,
        "kind": "text",
        "decision": decision,
        "ms": 1.0,
        "delivery": TurnDelivery.PASSIVE,
    }
    turns.append_many(console.rig.house.db, [TurnRecord(**fields | changes)])


def fail_message(console: Console, key: str, reason: str, state: OutboxState, ref: str) -> None:
    db, now = console.rig.house.db, console.rig.clock.now()
    row = outbox.put(
        db, key=key, account="default", ref=ref, openid="o-secret", payload='{"text": "秘密"}',
        now=now, not_after=now + timedelta(hours=1),
    )  # fmt: skip
    assert row is not None
    outbox.claim(db, row, now)
    outbox.start(db, row, now)
    outbox.settle(db, row, state, reason, now)


def test_today_counts_what_came_in_and_what_was_answered(console: Console) -> None:
    """Messages, the answered share rounded down, and what went to a person, since midnight."""
    person = "chat.human"
    log_turn(console, 1, "answer")
    log_turn(console, 2, "answer", intent=person)
    log_turn(console, 3, "fallback")
    log_turn(console, 4, "event")
    log_turn(console, 5, "answer", community="fengxin")
    log_turn(console, 6, "answer", at=console.rig.clock.now() - timedelta(hours=21))
    browser = console.person()

    browser.get("/?community=demo")

    assert ">4</b> 条" in browser.seen
    assert ">66%</b>" in browser.seen
    assert '>1</b> 条</p><p class="dim">要找人的' in browser.seen
    browser.get("/")
    assert ">75%</b>" in browser.seen


def test_today_names_the_crisis_that_waits_without_a_word_of_it(console: Console) -> None:
    """Counts and age only: no summary is opened for a page everybody may see."""
    console.rig.say("我不想活了")
    console.rig.clock.advance(timedelta(minutes=12))
    browser = console.person(role=StaffRole.VIEWER)

    browser.get("/")

    assert "条没人跟进，最早的等了 12 分钟" in browser.seen
    assert "请立刻联系" not in browser.seen
    assert "去处理" not in browser.seen


def test_today_without_a_message_is_calm(console: Console) -> None:
    """An empty day shows noughts and a dash, no error."""
    browser = console.person()

    browser.get("/")

    assert ">—</b>" in browser.seen
    assert 'class="tile crisis"' not in browser.seen


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("code 45015: Undeliverable", "居民超过 48 小时没说话"),
        ("too_late", "过了有效时间"),
        ("code 99999: ChannelError", "平台没有收（99999）"),
        ("code None: Undeliverable", "没有发送渠道"),
        ("<b>odd</b>", "<b>odd</b>"),
    ],
)
def test_what_did_not_arrive_says_why(console: Console, reason: str, words: str) -> None:
    """A reason in Chinese, the raw one beside it, and neither the words nor whom."""
    fail_message(console, "k1", reason, OutboxState.FAILED, "a" * 32)
    browser = console.person()

    browser.get("/undelivered")

    assert words in browser.seen
    assert "秘密" not in browser.seen
    assert "o-secret" not in browser.seen
    assert "a" * 32 not in browser.seen
    assert "<b>odd" not in browser.client.get("/console/undelivered").get_data(as_text=True)


def test_undelivered_messages_belong_to_the_community_the_resident_chose(console: Console) -> None:
    """Scope follows the person, and the account's own community where he chose none."""
    residents.set_profile(
        console.rig.house.db, ref="b" * 32, account="default", openid="o", community="fengxin",
        now=console.rig.clock.now(),
    )  # fmt: skip
    fail_message(console, "mine", "too_late", OutboxState.FAILED, "b" * 32)
    fail_message(console, "other", "no answer from the platform", OutboxState.UNKNOWN, "c" * 32)
    fengxin = console.person("zhang", StaffRole.BROADCASTER, ("fengxin",))
    demo = console.person("wang", StaffRole.BROADCASTER, ("demo",))

    fengxin.get("/undelivered")
    assert "过了有效时间" in fengxin.seen
    assert "平台没有回话" not in fengxin.seen
    demo.get("/undelivered")
    assert "不确定送到没有" in demo.seen
    assert "过了有效时间" not in demo.seen
    demo.get("/")
    assert ">1</b> 条没送到" in demo.seen


def test_the_overview_shows_how_each_community_answers(console: Console) -> None:
    """Local, general, hand-over and stale, for his communities only."""
    browser = console.person(role=StaffRole.EDITOR, communities=("fengxin", "demo"))

    browser.get("/packs")

    assert "凤馨苑" in browser.seen
    assert "佳福" not in browser.seen
    for words in ("本地答案", "通用答案", "只能转人工", "要复核", "演示，虚构"):
        assert words in browser.seen
    assert browser.get("/packs/jiafu").status_code == 403
    assert browser.get("/packs/national").status_code == 404


def test_a_lapsed_rule_is_listed_for_review(console: Console) -> None:
    """What has run out stands under 要复核 with its day, as `bot check` would say."""
    browser = console.person()

    browser.get("/packs/fengxin?show=stale")

    assert "2026-11-16 已到期，只作参考" in browser.seen


def test_a_card_shows_its_passport_and_what_a_resident_reads(console: Console) -> None:
    """Each fact with its owner, basis, source and day, beside the reply on a phone."""
    browser = console.person()

    browser.get("/packs/fengxin/services.residence_permit")

    for words in ("谁负责", "依据", "来源", "核对 2026-", "居住证暂行条例", "第一句"):
        assert words in browser.seen
    assert "居民手机上看到的" in browser.seen


def test_every_card_of_every_community_can_be_opened(console: Console) -> None:
    """No intent, lookup or form breaks its page, also where nothing is known."""
    browser = console.person()
    house = console.rig.house

    for intent in house.registry.intents:
        assert browser.get(f"/packs/demo/{intent}").status_code == 200, intent
        assert browser.get(f"/packs/anlong/{intent}").status_code == 200, intent


def test_a_tried_message_is_explained_and_answered(console: Console) -> None:
    """Normal form, rules, nearest phrases, thresholds, and the reply of the chosen community."""
    browser = console.person()
    browser.get("/explain")

    response = browser.post("/explain", text="居住證怎么办？？", community="demo")

    assert response.status_code == 200
    for words in ("居住证怎么办", "对上的关键词", "最像的说法", "% 起才直接答", "暖风里", "要带"):
        assert words in browser.seen


def test_trying_a_message_leaves_no_trace_but_the_act(console: Console) -> None:
    """No alert, no turn, no record; the audit says that something was tried, not what."""
    browser = console.person()
    browser.get("/explain")

    for text in ("我不想活了", "转人工", "删除我的数据", "退订全部", "订阅招聘"):
        assert browser.post("/explain", text=text, community="demo").status_code == 200

    db = console.rig.house.db
    assert alerts.page(db, None, limit=10) == []
    assert turns.tail(db) == []
    assert outbox.due(db, console.rig.clock.now()) == []
    tried = [line for line in audit.tail(db) if line.action == "message.tried"]
    assert len(tried) == 5
    assert "不想活" not in repr(tried)


def test_a_tried_crisis_says_whom_it_would_alarm(console: Console) -> None:
    """The page shows the crisis check and the alert that a real message would raise."""
    browser = console.person()
    browser.get("/explain")

    browser.post("/explain", text="我不想活了", community="fengxin")

    assert "先按紧急的事处理" in browser.seen
    assert "会提醒工作人员（紧急）" in browser.seen


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "' OR 1=1 --", "{{7*7}}", "\x00", "字" * 5_000, "😀", "  "],
)
def test_any_text_can_be_tried_and_none_is_run(console: Console, text: str) -> None:
    """Markup, SQL, nonsense and length are shown as text or cut, never an error."""
    browser = console.person()
    browser.get("/explain")

    response = browser.client.post(
        "/console/explain", data={"csrf": browser.token, "text": text, "community": "demo"}
    )

    assert response.status_code == 200
    assert "<script>alert" not in response.get_data(as_text=True)


def test_a_message_cannot_be_tried_in_a_foreign_community(console: Console) -> None:
    """Scope holds for the phone frame too."""
    browser = console.person(communities=("fengxin",))
    browser.get("/explain")

    assert browser.post("/explain", text="你好", community="jiafu").status_code == 403
    assert browser.post("/explain", text="你好", community="").status_code == 404


def test_the_audit_shows_who_did_what(console: Console) -> None:
    """An administrator reads logins and acts in Chinese, and his reading is noted too."""
    console.person("zhang", StaffRole.CASEWORKER)
    browser = console.person()

    browser.get("/audit")
    assert "<td>zhang</td><td>登录</td>" in browser.seen
    browser.get("/audit?show=200")
    assert "看操作记录" in browser.seen


def test_an_administrator_of_some_communities_reads_their_audit_only(console: Console) -> None:
    """Neither other communities nor other people's logins."""
    boss = console.person()
    boss.get("/explain")
    boss.post("/explain", text="你好", community="jiafu")
    boss.post("/explain", text="你好", community="fengxin")
    browser = console.person("zhang", StaffRole.ADMIN, ("fengxin", "demo"))

    browser.get("/audit")

    table = browser.seen.split("<tbody")[1]
    assert "凤馨苑" in table
    assert "佳福" not in table
    assert "登录" not in table
