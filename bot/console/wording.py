"""What the console says in Chinese: names of states, reasons and acts, ages and dates."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from bot.domain.cards import Passport
from bot.domain.cases import OVER, CaseState
from bot.domain.clock import beijing
from bot.domain.replies import Urgency
from bot.packs.check import STALE_DAYS
from bot.pipeline.casework import CONFIDENTIAL
from bot.records.alerts import AlertState
from bot.records.case_history import RESIDENT, SYSTEM, EventRecord
from bot.records.cases import CaseRecord
from bot.records.outbox import OutboxState
from bot.records.staff import StaffRole

ROLES = {
    StaffRole.ADMIN: "管理员",
    StaffRole.EDITOR: "内容编辑",
    StaffRole.BROADCASTER: "通知发布",
    StaffRole.APPROVER: "通知审核",
    StaffRole.CASEWORKER: "办事人员",
    StaffRole.LAWYER: "律师",
    StaffRole.STUDY_SECRETARY: "学习干事",
    StaffRole.VIEWER: "只看",
}
URGENCIES = {Urgency.CRISIS: "紧急", Urgency.REQUEST: "找人"}
#: Reasons of alerts that are no intents.
ALERT_REASONS = {CONFIDENTIAL: "保密工单"}
ALERT_STATES = {
    AlertState.OPEN: "没人跟进",
    AlertState.SEEN: "跟进中",
    AlertState.CLOSED: "已办结",
}
CASE_STATES = {
    CaseState.RECEIVED: "刚收到",
    CaseState.ACCEPTED: "接下了",
    CaseState.WORKING: "正在办",
    CaseState.RETURNED: "等居民补充",
    CaseState.DONE: "办好了，等居民看",
    CaseState.CLOSED: "办结了",
    CaseState.REOPENED: "重新在办",
    CaseState.WITHDRAWN: "居民撤回了",
    CaseState.MERGED: "并到另一件了",
}
#: What staff choose to bring a case on. A resident takes back his own; merging is no step of this.
CASE_MOVES = {
    CaseState.RECEIVED: "补充收到了，接着办",
    CaseState.ACCEPTED: "接下",
    CaseState.WORKING: "开始办",
    CaseState.RETURNED: "请居民补充",
    CaseState.DONE: "办好了",
    CaseState.CLOSED: "办结",
    CaseState.REOPENED: "重新办",
}
_EVENTS = {
    "opened": "留下这件事",
    "noted": "补充",
    "assigned": "接手",
    "merged": "并到另一件",
    "rated": "打了分",
}
_PEOPLE = {RESIDENT: "居民", SYSTEM: "系统自动"}
OUTBOX_STATES = {OutboxState.FAILED: "没送到", OutboxState.UNKNOWN: "不确定送到没有"}
STANDINGS = {"local": "本地答案", "general": "通用答案", "handover": "只能转人工"}
DECISIONS = {
    "answer": "直接回答",
    "clarify": "反问是哪一件",
    "fallback": "说没听懂",
    "choice": "按选项回答",
    "command": "当作指令",
    "event": "打招呼",
    "error": "没办成",
}
FIELDS = {
    "answer": "第一句",
    "conditions": "要符合",
    "papers": "要带",
    "steps": "怎么办",
    "where": "在哪办",
    "when": "时间",
    "contact": "找谁",
    "cost": "费用",
    "duration": "多久",
    "notes": "留意",
    "detail": "详细",
}
CONFIDENCE = {"high": "高", "medium": "中", "low": "低"}
_ACTIONS = {
    "staff.logged_in": "登录",
    "staff.logged_out": "退出",
    "staff.login_refused": "登录没通过",
    "staff.password_changed": "换密码",
    "staff.password_refused": "换密码没通过",
    "alert.read": "看待处理",
    "alert.seen": "接手待处理",
    "alert.closed": "办结待处理",
    "case.assign": "分派工单",
    "case.listed": "看工单列表",
    "case.read": "看工单",
    "case.merge": "合并工单",
    "case.move": "推进工单",
    "case.note": "写工单备注",
    "outbox.read": "看没送到的消息",
    "message.tried": "试一句话",
    "audit.read": "看操作记录",
    "unanswered.read": "看没听懂的话",
    "unanswered.attached": "归好没听懂的话",
    "unanswered.ignored": "略过没听懂的话",
    "phrase.added": "添说法",
    "phrase.taken_back": "撤说法",
    "resident.erase": "删除居民数据",
    "resident.exported": "导出居民数据",
}
_SUBJECTS = {
    "alert": "待处理",
    "case": "工单",
    "phrase": "说法",
    "staff": "工作人员",
    "staff:unknown": "没有这个名字",
}
_DETAILS = {
    "from open": "原来没人跟进",
    "from seen": "原来在跟进",
    "locked": "账号锁住了",
    "internal": "内部备注",
    "public": "居民看得到",
    **{state.value: words for state, words in CASE_STATES.items()},
}
_ROWS = re.compile(r"^(\d+) rows$")
#: The platform's refusals that staff can do something about (WECHAT.md §5.3 and §10).
_CODES = {
    "40003": "收件人不对，可能换了公众号",
    "43004": "居民没有关注公众号",
    "43019": "居民被拉黑了",
    "45002": "内容太长",
    "45009": "公众号今天的次数用完了",
    "45015": "居民超过 48 小时没说话，平台不让发",
    "45047": "发得太多，要等居民再说一句话",
    "48001": "公众号没有这个权限",
    "48002": "居民关掉了消息",
}
_REASONS = {
    "too_late": "过了有效时间还没发出去",
    "no answer from the platform": "平台没有回话",
    "the sender stopped while sending": "发送中途程序停了",
}
_CODE = re.compile(r"\bcode (-?\d+|None)\b")


def when(moment: datetime | None) -> str:
    """Return a moment in Beijing time: ``11-24 20:15``; "" for none."""
    return f"{beijing(moment):%m-%d %H:%M}" if moment else ""


def moment_iso(moment: datetime | None) -> str:
    """Return a moment in Beijing time for machines (``datetime`` of HTML's ``time``)."""
    return beijing(moment).isoformat(timespec="seconds") if moment else ""


def age(span: timedelta) -> str:
    """Return how long something waits: ``不到 1 分钟``, ``35 分钟``, ``3 小时``, ``2 天``."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return "不到 1 分钟"
    if minutes < 60:
        return f"{minutes} 分钟"
    if minutes < 24 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours} 小时 {rest} 分" if rest and hours < 6 else f"{hours} 小时"
    return f"{minutes // (24 * 60)} 天"


def erased(found: CaseRecord) -> bool:
    """Tell whether the resident of a case was erased, and its content with him."""
    return found.number.startswith("erased:")


def called(found: CaseRecord) -> str:
    """Return the number people call a case by; an erased one has only ours."""
    return f"{found.id} 号" if erased(found) else found.number


def overdue(found: CaseRecord, now: datetime) -> bool:
    """Tell whether somebody should have answered by now; what is done has been answered."""
    waits = found.state not in OVER and found.state is not CaseState.DONE
    return waits and found.due_at is not None and found.due_at < now


def until(found: CaseRecord, now: datetime) -> str:
    """Return until when a case has to be answered, and how long that is away, in words."""
    if found.due_at is None:
        return "没有期限"
    day = f"{when(found.due_at)} 前"
    if not found.due_sure:
        day += "（大约，那年放假安排还没公布）"
    if overdue(found, now):
        return f"{day}，已经超期 {age(now - found.due_at)}"
    if found.state in OVER or found.state is CaseState.DONE:
        return day
    return f"{day}，还有 {age(found.due_at - now)}"


def person(name: str) -> str:
    """Return who did something to a case: a member of staff by his name."""
    return _PEOPLE.get(name, name)


def event(found: EventRecord) -> str:
    """Return what happened to a case; what was said with it stands beside it."""
    if found.action == "moved" and found.state is not None:
        return f"进度：{CASE_STATES[found.state]}"
    if found.action == "noted" and found.by != RESIDENT:
        return "备注"
    return _EVENTS.get(found.action, found.action)


def percent(share: float) -> str:
    """Return a probability as text; nothing is ever quite certain."""
    return f"{min(99, round(share * 100))}%"


def action(name: str) -> str:
    """Return what an act of the audit log is called; an unknown one reads as itself."""
    return _ACTIONS.get(name, name)


def subject(name: str) -> str:
    """Return what an act was done to: ``待处理 3、4 号``; an unknown kind reads as itself."""
    kind, _, number = name.partition(":")
    if number == "list" or not number:
        return ""
    if kind not in _SUBJECTS or not number.replace(",", "").isdecimal():
        return _SUBJECTS.get(name, name)
    return f"{_SUBJECTS[kind]} {number.replace(',', '、')} 号"


def detail(text: str) -> str:
    """Return the counts and states of an audit line in Chinese, as far as the console wrote it."""
    if text in _DETAILS:
        return _DETAILS[text]
    rows = _ROWS.match(text)
    return f"{rows.group(1)} 条" if rows else text


def failure(reason: str | None) -> str:
    """Return why a message did not arrive, in words a clerk understands."""
    if not reason:
        return "没有说明原因"
    known = _REASONS.get(reason)
    if known:
        return known
    code = _CODE.search(reason)
    if code is None:
        return reason
    number = code.group(1)
    if number == "None":
        return "没有发送渠道，或者平台连不上"
    return _CODES.get(number, "平台没有收") + f"（{number}）"


def worries(passport: Passport, today: date) -> Iterator[str]:
    """Yield what makes a fact stale, by the rules of ``bot check``."""
    if passport.review_by and passport.review_by < today:
        yield f"该复核了（{passport.review_by}）"
    elif passport.review_by is None and (today - passport.as_of).days > STALE_DAYS:
        yield f"超过 {STALE_DAYS} 天没核对"
    if passport.lapsed(today):
        until = f"{passport.valid_to} " if passport.valid_to else ""
        yield f"{until}已到期，只作参考"
