"""工单: lists and pages by scope and role, the steps and their races, what the audit keeps."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from markupsafe import escape

from bot.console import rights
from bot.domain.cases import CaseState
from bot.records import alerts, audit, case_history, case_steps, cases, residents
from bot.records.case_steps import Act
from bot.records.cases import CaseRecord, Confidentiality
from bot.records.staff import StaffRole
from tests.contract.console.conftest import Browser, Console

_STEP = re.compile(r'name="step" value="([^"]*)"')
DAY = timedelta(days=1)
SECRET = Confidentiality.CONFIDENTIAL


def leave(console: Console, key: str, **changes: Any) -> int:
    """Leave a case as a form does; return its row."""
    now = console.rig.clock.now()
    fields: dict[str, Any] = {
        "key": key,
        "community": "demo",
        "account": "default",
        "ref": console.rig.ref,
        "kind": "voice.report",
        "title": f"报修{key}",
        "lines": [("where", "在哪里", f"{key}栋楼下"), ("what", "怎么了", "灯不亮")],
        "due_at": now + 2 * DAY,
        "now": now,
    }
    return cases.open_case(console.rig.house.db, **fields | changes).id


def stands(console: Console, number: int) -> CaseRecord:
    """Return the case as it stands."""
    found = cases.get(console.rig.house.db, number)
    assert found is not None
    return found


def send(browser: Browser, number: int, step: str, /, **form: str) -> int:
    """Open the page of a case, as a clerk does, and send one of its forms."""
    browser.get(f"/cases/{number}")
    return press(browser, number, step, **form)


def press(browser: Browser, number: int, step: str, /, **form: str) -> int:
    """Send a form of the page that is open."""
    token = _STEP.search(browser.seen)
    assert token
    return browser.post(f"/cases/{number}/{step}", **{"step": token[1], **form}).status_code


def told(console: Console, number: int) -> list[tuple[str, str, str, bool]]:
    """Return what happened to a case after it was opened."""
    found = case_history.history(console.rig.house.db, [number])[number]
    return [(one.by, one.action, one.text, one.internal) for one in found[1:]]


def clerk(console: Console, name: str = "zhang", *communities: str) -> Browser:
    """Return the browser of a caseworker."""
    return console.person(name, StaffRole.CASEWORKER, communities or None)


# --- the list ---


def test_the_list_says_what_it_is_how_it_stands_until_when_and_who_has_it(console: Console) -> None:
    """Number, title, state, deadline and clerk in words; what is late is called late."""
    number = leave(console, "1")
    late = leave(console, "2", due_at=console.rig.clock.now() - 2 * DAY)
    browser = clerk(console)
    send(browser, number, "take")

    browser.get("/cases")

    first, second = browser.seen.split("<li ")[1:]
    assert f'id="case-{late}"' in first
    for words in ("报修2", "刚收到", "11-22 20:00 前，已经超期 2 天", "超期</span>", "还没有人"):
        assert words in first
    for words in (
        "报修1", stands(console, number).number, "11-26 20:00 前，还有 2 天", "zhang", "暖风里社区",
    ):  # fmt: skip
        assert words in second
    assert "超期" not in second.split("</li>")[0]
    assert "栋楼下" not in browser.seen


def test_each_filter_shows_its_cases(console: Console) -> None:
    """Not over, mine, late, over; what is done is no longer late."""
    db, now = console.rig.house.db, console.rig.clock.now()
    mine = leave(console, "1")
    leave(console, "2", due_at=now - DAY)
    done = leave(console, "3", due_at=now - DAY)
    over = leave(console, "4")
    act = Act(by="wang", at=now, key="1")
    case_steps.move(db, done, CaseState.DONE, act)
    case_steps.move(db, over, CaseState.DONE, act)
    case_steps.move(db, over, CaseState.CLOSED, Act(by="wang", at=now, key="2"))
    browser = clerk(console)
    send(browser, mine, "take")

    def shown(which: str) -> set[str]:
        browser.get(f"/cases?show={which}")
        return set(re.findall(r">报修(\d)</a>", browser.seen))

    assert shown("") == {"1", "2", "3"}
    assert shown("mine") == {"1"}
    assert shown("late") == {"2"}
    assert shown("over") == {"4"}


def test_a_case_is_found_by_the_number_its_resident_quotes(console: Console) -> None:
    """However it was written down; not another community's, and a wrong figure finds none."""
    number = leave(console, "1")
    leave(console, "2")
    leave(console, "3", community="fengxin")
    quoted = stands(console, number).number
    browser = clerk(console, "zhang", "demo")

    browser.get(f"/cases?number={quoted.lower()[2:]}")
    assert browser.seen.count("<li ") == 1
    assert "报修1" in browser.seen
    wrong = quoted[:-1] + str((int(quoted[-1]) + 1) % 10)
    browser.get(f"/cases?number={wrong}")
    assert "没有编号" in browser.seen
    assert wrong in browser.seen


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ("", "居民在公众号里留下要办的事，这里就会多一件"),
        ("mine", "按“我来办”"),
        ("late", "没有超期的"),
        ("over", "还没有办结的"),
    ],
)
def test_an_empty_list_says_what_to_do(console: Console, which: str, words: str) -> None:
    """Nothing there is an answer too."""
    browser = clerk(console)

    browser.get(f"/cases?show={which}")

    assert words in browser.seen


def test_pages_show_every_case_once(console: Console) -> None:
    """Forty-five cases are three pages, none missing, none twice, in the chosen community."""
    for number in range(45):
        leave(console, str(number), community="demo" if number % 3 else "fengxin")
    browser = clerk(console)

    shown = []
    for page in (1, 2, 3):
        browser.get(f"/cases?page={page}")
        shown += re.findall(r">报修(\d+)</a>", browser.seen)

    assert sorted(map(int, shown)) == list(range(45))
    browser.get("/cases?community=demo&page=2")
    assert len(re.findall(r">报修\d+</a>", browser.seen)) == 10
    assert "community=demo" in browser.seen


# --- who reads what ---


def test_a_clerk_reads_and_works_his_own_communities_only(console: Console) -> None:
    """Neither list nor a guessed number nor a form shows or moves another community's case."""
    mine = leave(console, "1", community="fengxin")
    other = leave(console, "2", community="jiafu")
    browser = clerk(console, "zhang", "fengxin")

    browser.get("/cases")
    assert "报修1" in browser.seen
    assert "报修2" not in browser.seen
    assert browser.get("/cases?community=jiafu").status_code == 403
    for path in ("take", "move", "note"):
        assert send(browser, mine, path, to="done", note="x") == 303
        form = {"step": "s" * 22, "to": "done", "note": "x"}
        for number in (other, 2**63 - 1, 2**63, 10**30):
            assert browser.post(f"/cases/{number}/{path}", **form).status_code == 404
    for number in (other, 2**63, 10**30):
        assert browser.get(f"/cases/{number}").status_code == 404
    assert told(console, other) == []
    assert "报修2" not in browser.seen


def test_a_lawyer_reads_the_cases_of_law_and_no_others(console: Console) -> None:
    """Mediation, confidential as it is; hardships, lamps and their number are not his."""
    law = leave(console, "1", kind="legal.mediation", confidentiality=SECRET)
    hardship = leave(console, "2", kind="services.hardship", confidentiality=SECRET)
    lamp = leave(console, "3")
    browser = console.person("fang", StaffRole.LAWYER)

    browser.get("/cases")

    assert set(re.findall(r">报修(\d)</a>", browser.seen)) == {"1"}
    assert "保密</span>" in browser.seen
    assert browser.get(f"/cases/{law}").status_code == 200
    assert browser.get(f"/cases/{hardship}").status_code == 404
    assert browser.get(f"/cases/{lamp}").status_code == 404
    browser.get("/")
    assert ">1</b> 件</p>" in browser.seen


@pytest.mark.parametrize("role", [StaffRole.ADMIN, StaffRole.CASEWORKER])
def test_those_who_look_after_people_read_what_is_confidential(
    console: Console, role: StaffRole
) -> None:
    """It is left so that somebody reads it; the page says to keep it."""
    number = leave(console, "1", kind="services.hardship", confidentiality=SECRET)
    browser = console.person(role=role)

    browser.get("/cases")
    assert "报修1" in browser.seen
    browser.get(f"/cases/{number}")
    assert "1栋楼下" in browser.seen
    assert "别在群里说内容" in browser.seen


def test_a_role_without_the_right_meets_no_confidential_case(console: Console, monkeypatch) -> None:
    """List, page and step alike; ordinary cases stay open to it."""
    ordinary = leave(console, "1")
    secret = leave(console, "2", confidentiality=SECRET)
    browser = clerk(console)
    monkeypatch.setattr(rights, "CONFIDENTIAL", frozenset())
    monkeypatch.setattr("bot.console.cases.CONFIDENTIAL", frozenset())

    browser.get("/cases")

    assert set(re.findall(r">报修(\d)</a>", browser.seen)) == {"1"}
    assert browser.get(f"/cases/{secret}").status_code == 404
    assert browser.get(f"/cases/{ordinary}").status_code == 200
    assert browser.post(f"/cases/{secret}/note", step="s" * 22, note="x").status_code == 404


@pytest.mark.parametrize(
    "role", sorted(set(StaffRole) - rights.RIGHTS["case"], key=lambda one: one.value)
)
def test_other_roles_have_no_way_in(console: Console, role: StaffRole) -> None:
    """Neither page nor form; 今天 counts for everybody and links for nobody of them."""
    number = leave(console, "1")
    browser = console.person(role=role)

    assert browser.get(f"/cases/{number}").status_code == 403
    for step in ("take", "move", "note"):
        assert browser.post(f"/cases/{number}/{step}", step="s" * 22).status_code == 403
    browser.get("/")
    assert ">1</b> 件" in browser.seen
    assert "/console/cases" not in browser.seen


def test_each_reading_and_step_stands_in_the_audit(console: Console) -> None:
    """Who saw the list, who opened which case, who did what; never a word of it."""
    number = leave(console, "1")
    browser = clerk(console)
    browser.get("/cases")
    send(browser, number, "take")
    send(browser, number, "move", to="working", word="师傅明天来")
    send(browser, number, "note", note="打过电话")

    lines = audit.tail(console.rig.house.db)

    found = {(one.actor, one.action, one.subject, one.community, one.detail) for one in lines}
    about = f"case:{number}"
    assert {
        ("zhang", "case.listed", about, "demo", ""),
        ("zhang", "case.read", about, "demo", ""),
        ("zhang", "case.assign", about, "demo", "zhang"),
        ("zhang", "case.move", about, "demo", "working"),
        ("zhang", "case.note", about, "demo", "internal"),
    } <= found
    assert sum(one.action == "case.read" for one in lines) == 3
    for words in ("楼下", "报修", "师傅", "打过电话"):
        assert words not in repr(lines)
    boss = console.person()
    boss.get("/audit")
    for words in ("看工单", f"工单 {number} 号", "正在办", "内部备注"):
        assert words in boss.seen


# --- the page ---


def test_the_page_shows_what_was_left_and_what_happened(console: Console) -> None:
    """Labels and answers, deadline, and apart what the resident reads and what he does not."""
    number = leave(console, "1")
    db, now = console.rig.house.db, console.rig.clock.now()
    case_steps.add_note(db, number, Act(by="resident", at=now, key="m1", note="还漏水"))
    browser = clerk(console)
    send(browser, number, "note", note="房东不好说话")
    send(browser, number, "move", to="accepted", word="周三上门")

    browser.get(f"/cases/{number}")

    for words in ("在哪里", "1栋楼下", "怎么了", "灯不亮", "11-26 20:00 前，还有 2 天", "接下了"):
        assert words in browser.seen
    past = browser.seen.split('id="h-past"')[1]
    opened, added, noted, moved = past.split("<li")[1:]
    assert "居民</b> 留下这件事" in opened
    for part, words in ((added, "还漏水"), (moved, "周三上门")):
        assert words in part
        assert "居民看得到" in part
        assert 'class="internal"' not in part
    assert "房东不好说话" in noted
    assert "内部</span>" in noted
    assert "居民看得到" not in noted
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", browser.seen)
    fields = re.findall(r"<(?:select|textarea)[^>]*id=\"(\w+)\"", browser.seen)
    assert set(fields) == {"to", "word", "note"}
    assert all(f'<label for="{name}"' in browser.seen for name in fields)


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ config }}{% raw %}"],
)
def test_what_was_written_is_only_text(console: Console, text: str) -> None:
    """Markup and template words of residents and of staff are shown, never run."""
    number = leave(console, "1", title=text, lines=[("what", text, text)])
    browser = clerk(console)
    send(browser, number, "note", note=text)

    raw = browser.client.get(f"/console/cases/{number}").get_data(as_text=True)

    assert raw.count(str(escape(text))) == 5
    assert "<script>alert" not in raw
    assert "<img src=x" not in raw
    assert str(escape(text)) in browser.client.get("/console/cases").get_data(as_text=True)


def test_an_erased_case_is_shown_without_content_and_can_be_ended(console: Console) -> None:
    """State and deadline stay; what he wrote, his number and the notes are gone."""
    number = leave(console, "1")
    before = stands(console, number).number
    browser = clerk(console)
    send(browser, number, "note", note="打过电话")
    browser.get("/")  # what was just done is said once
    residents.set_profile(
        console.rig.house.db, ref=console.rig.ref, account="default", openid=console.rig.sender,
        now=console.rig.clock.now(),
    )  # fmt: skip
    residents.erase(console.rig.house.db, console.rig.ref, console.rig.clock.now())

    for path in ("/cases", f"/cases/{number}"):
        browser.get(path)
        assert "居民已经要求删除" in browser.seen
        assert f"{number} 号" in browser.seen
        for words in (before, "报修1", "栋楼下", "打过电话", "erased"):
            assert words not in browser.seen
    assert send(browser, number, "move", to="done") == 303
    assert stands(console, number).state is CaseState.DONE


def test_a_case_left_without_a_name_says_so(console: Console) -> None:
    """Nobody looks for a person behind it."""
    number = leave(console, "1", ref=None)
    browser = clerk(console)

    browser.get(f"/cases/{number}")

    assert "没留名" in browser.seen


# --- steps ---


def test_a_word_with_the_state_is_what_the_resident_reads(console: Console) -> None:
    """查进度 answers with the new state and the whole word; the note stays inside."""
    number = leave(console, "1")
    word = "师傅周三上午来换灯。" + "请留门" * 50
    browser = clerk(console)
    send(browser, number, "note", note="房东不好说话")
    send(browser, number, "move", to="working", word=word)

    said = console.rig.say("查进度")

    assert "正在办" in said
    assert word in said.replace("\n", "")
    assert "房东" not in said
    assert "zhang" not in said


def test_only_states_that_follow_are_offered(console: Console) -> None:
    """By its process; taking back is the resident's, merging is no state to choose."""
    number = leave(console, "1")
    letter = leave(console, "2", process="letter")
    browser = clerk(console)

    def offered(which: int) -> set[str]:
        browser.get(f"/cases/{which}")
        return set(re.findall(r'<option value="(\w+)"', browser.seen))

    assert offered(number) == {"accepted", "working", "returned", "done"}
    assert offered(letter) == {"accepted", "done"}
    send(browser, number, "move", to="done")
    assert offered(number) == {"closed", "reopened"}
    send(browser, number, "move", to="closed")
    assert offered(number) == {"reopened"}
    send(browser, number, "move", to="reopened")
    assert stands(console, number).state is CaseState.REOPENED
    assert stands(console, number).closed_at is None


def test_what_ended_long_ago_offers_nothing(console: Console) -> None:
    """After thirty days it is another matter; the page is still there to read."""
    number = leave(console, "1")
    console.hire("zhang", StaffRole.CASEWORKER)
    browser = console.browser()
    browser.login("zhang")
    send(browser, number, "move", to="done")
    send(browser, number, "move", to="closed")
    console.rig.clock.advance(case_steps.REOPEN_WITHIN + DAY)
    browser.login("zhang")

    browser.get(f"/cases/{number}")

    assert "1栋楼下" in browser.seen
    assert 'name="step"' not in browser.seen


@pytest.mark.parametrize(
    ("step", "form"),
    [
        ("take", {}),
        ("move", {"to": "working", "word": "师傅明天来"}),
        ("note", {"note": "打过电话"}),
    ],
)
def test_a_form_sent_twice_is_one_step(console: Console, step: str, form: dict[str, str]) -> None:
    """Two clicks, one event, one line in the audit, and both times the clerk reads that it is done."""
    number = leave(console, "1")
    browser = clerk(console)
    browser.get(f"/cases/{number}")
    token = _STEP.search(browser.seen)
    assert token

    for _ in range(2):
        assert browser.post(f"/cases/{number}/{step}", step=token[1], **form).status_code == 303
        browser.get("/password")
        assert "：好，" in browser.seen

    assert len(told(console, number)) == 1
    steps = {"case.assign", "case.move", "case.note"}
    assert sum(one.action in steps for one in audit.tail(console.rig.house.db)) == 1


def test_other_words_on_an_old_form_are_another_step(console: Console) -> None:
    """Who goes back in his browser and writes more loses nothing."""
    number = leave(console, "1")
    browser = clerk(console)
    browser.get(f"/cases/{number}")
    token = _STEP.search(browser.seen)
    assert token

    for note in ("打过电话", "没人接"):
        browser.post(f"/cases/{number}/note", step=token[1], note=note)

    assert [text for _, _, text, _ in told(console, number)] == ["打过电话", "没人接"]


def test_of_two_who_take_a_case_the_second_reads_who_has_it(console: Console) -> None:
    """Nothing changes hands unseen; who saw that she has it may take it over."""
    number = leave(console, "1")
    first, second = clerk(console, "wang"), clerk(console, "zhang")
    first.get(f"/cases/{number}")
    second.get(f"/cases/{number}")
    press(first, number, "take", holder="")

    press(second, number, "take", holder="")

    assert stands(console, number).assignee == "wang"
    second.get(f"/cases/{number}")
    assert "没有变：wang 已经先处理了（刚收到，wang 在办）" in second.seen
    assert "改由我来办" in second.seen
    press(second, number, "take", holder="wang")
    assert stands(console, number).assignee == "zhang"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (
            lambda db, n, act: case_steps.move(db, n, CaseState.DONE, act("wang")),
            "wang 已经先处理了",
        ),
        (lambda db, n, act: case_steps.withdraw(db, n, act("resident")), "居民 已经先处理了"),
    ],
    ids=["a colleague", "the resident"],
)
def test_a_step_that_came_too_late_is_said(
    console: Console, before: Callable[..., CaseRecord], words: str
) -> None:
    """A colleague or the resident was faster: in words, with nothing written and no audit line."""
    number = leave(console, "1")
    now = console.rig.clock.now()
    browser = clerk(console)
    browser.get(f"/cases/{number}")
    before(console.rig.house.db, number, lambda by: Act(by=by, at=now, key="first"))
    lines = len(audit.tail(console.rig.house.db))

    assert press(browser, number, "move", to="returned", word="请补充楼层") == 303

    assert len(audit.tail(console.rig.house.db)) == lines
    assert [text for _, _, text, _ in told(console, number)] == [""]
    browser.get(f"/cases/{number}")
    assert "没有变：" + words in browser.seen


def test_a_note_on_what_is_over_is_refused_in_words(console: Console) -> None:
    """The page offers none; a form from before says what happened meanwhile."""
    number = leave(console, "1")
    now = console.rig.clock.now()
    browser = clerk(console)
    browser.get(f"/cases/{number}")
    case_steps.withdraw(console.rig.house.db, number, Act(by="resident", at=now, key="w"))

    press(browser, number, "note", note="打过电话")

    browser.get(f"/cases/{number}")
    assert "居民 已经先处理了（居民撤回了）" in browser.seen
    assert 'name="step"' not in browser.seen


@pytest.mark.parametrize(
    ("step", "form", "words"),
    [
        ("move", {"to": ""}, "请先选一个进度"),
        ("move", {"to": "returned", "word": "  "}, "请写一句，居民要补充什么"),
        ("move", {"to": "done", "word": "长" * 161}, "最多 160 个字"),
        ("note", {"note": " \r\n "}, "备注是空的"),
        ("note", {"note": "长" * 4001}, "最多 4000 个字"),
    ],
)
def test_a_form_that_lacks_something_says_what(
    console: Console, step: str, form: dict[str, str], words: str
) -> None:
    """Nothing is written, and the way back is the page."""
    number = leave(console, "1")
    browser = clerk(console)

    assert send(browser, number, step, **form) == 303

    assert told(console, number) == []
    browser.get(f"/cases/{number}")
    assert words in browser.seen


@pytest.mark.parametrize(
    ("step", "form"),
    [
        ("move", {"to": "withdrawn"}),
        ("move", {"to": "merged"}),
        ("move", {"to": "burning"}),
        ("move", {"to": "done", "step": ""}),
        ("take", {"step": "x"}),
        ("note", {"note": "x", "step": "伪造" * 20}),
    ],
)
def test_a_form_that_is_not_of_the_page_is_refused(
    console: Console, step: str, form: dict[str, str]
) -> None:
    """States staff do not choose, and steps without a key of their own."""
    number = leave(console, "1")
    browser = clerk(console)

    assert send(browser, number, step, **form) == 400
    assert told(console, number) == []


# --- the ways to it ---


def test_an_alert_leads_to_the_case_it_tells_of(console: Console) -> None:
    """What the bot promised can be read with one click; the alert stays as it is."""
    db, now = console.rig.house.db, console.rig.clock.now()
    number = leave(console, "1")
    for key, summary in ((f"case:{number}:opened", "报修1"), ("message-1", "想找人")):
        alerts.raise_alert(
            db, key=key, community="demo", account="default", ref=console.rig.ref,
            urgency=alerts.Urgency.REQUEST, reason="voice.report", summary=summary, now=now,
        )  # fmt: skip
    browser = clerk(console)

    browser.get("/alerts")

    assert re.findall(r'href="(/console/cases/\d+)"', browser.seen) == [f"/console/cases/{number}"]
    send(browser, number, "move", to="done")
    send(browser, number, "move", to="closed")
    assert {one.state for one in alerts.page(db, None, limit=9)} == {alerts.AlertState.OPEN}


def test_today_counts_what_stands_and_what_is_late(console: Console) -> None:
    """Without opening any; the number that is late leads to its list."""
    leave(console, "1")
    leave(console, "2", due_at=console.rig.clock.now() - DAY)
    leave(console, "3", community="fengxin")
    browser = clerk(console)

    browser.get("/?community=demo")

    desk = browser.seen.split('id="h-case"')[1].split("</section>")[0]
    assert re.findall(r">(\d)</b> 件", desk) == ["2", "1"]
    assert "/console/cases?show=late&community=demo" in desk
    assert not any(one.action.startswith("case.") for one in audit.tail(console.rig.house.db))
