"""Rows with everything filled in, each field replaceable."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.cases import CaseState
from bot.domain.replies import Urgency
from bot.records import alerts, case_steps, cases, outbox, residents, turns, unanswered
from bot.records.accounts import AccountRecord
from bot.records.case_steps import Act
from bot.records.cases import CaseRecord
from bot.records.database import Database
from bot.records.turns import TurnDelivery, TurnRecord
from bot.records.unanswered import Unsure

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
REF = "a" * 32
OTHER_REF = "b" * 32
OPENID = "oABCD-openid-of-the-resident"


def make_account(**changes: Any) -> AccountRecord:
    fields: dict[str, Any] = {
        "slug": "default",
        "gh_id": "gh_0123456789ab",
        "app_id": "wx0123456789abcdef",
        "app_secret": "the-app-secret",
        "token": "the-token",
        "aes_key": "k" * 43,
        "community": "demo",
    }
    return AccountRecord(**fields | changes)


def make_turn(**changes: Any) -> TurnRecord:
    fields: dict[str, Any] = {
        "turn_id": "turn-1",
        "at": NOW,
        "account": "default",
        "community": "demo",
        "ref": REF,
        "kind": "text",
        "decision": "answer",
        "intent": "points.estimate",
        "score": 0.9,
        "ms": 12.5,
        "delivery": TurnDelivery.PASSIVE,
    }
    return TurnRecord(**fields | changes)


def follow(db: Database, **changes: Any) -> bool:
    fields: dict[str, Any] = {"ref": REF, "account": "default", "openid": OPENID, "now": NOW}
    return residents.follow(db, **fields | changes)


def raise_alert(db: Database, **changes: Any) -> bool:
    fields: dict[str, Any] = {
        "key": "message-1",
        "community": "demo",
        "account": "default",
        "ref": REF,
        "urgency": Urgency.REQUEST,
        "reason": "voice.person",
        "summary": "想找人聊聊",
        "now": NOW,
    }
    return alerts.raise_alert(db, **fields | changes)


def open_case(db: Database, **changes: Any) -> CaseRecord:
    fields: dict[str, Any] = {
        "key": "message-1",
        "community": "demo",
        "account": "default",
        "ref": REF,
        "kind": "voice.report",
        "title": "路灯坏了",
        "lines": [("where", "在哪里", "3栋楼下")],
        "now": NOW,
    }
    return cases.open_case(db, **fields | changes)


def put_message(db: Database, **changes: Any) -> int | None:
    fields: dict[str, Any] = {
        "key": "message-1",
        "account": "default",
        "ref": REF,
        "openid": OPENID,
        "payload": '{"text": "您的积分是 88 分"}',
        "now": NOW,
        "not_after": NOW + timedelta(hours=47),
    }
    return outbox.put(db, **fields | changes)


def promise(db: Database, **changes: Any) -> bool:
    fields: dict[str, Any] = {
        "key": "message-1",
        "account": "default",
        "ref": REF,
        "openid": OPENID,
        "now": NOW,
        "not_after": NOW + timedelta(hours=47),
    }
    return outbox.promise(db, **fields | changes)


def make_unsure(**changes: Any) -> Unsure:
    fields: dict[str, Any] = {
        "turn_id": "turn-1",
        "at": NOW,
        "community": "demo",
        "text": "充电桩坏了，找谁？",
        "normal": "充电桩坏了找谁",
        "decision": "clarify",
        "likely": (("voice.report", 0.4), ("places.map", 0.2)),
    }
    return Unsure(**fields | changes)


def hear(db: Database, *messages: Unsure) -> int:
    """Log messages that were not understood, with their turns; return how many turns are new."""
    rows = [
        make_turn(turn_id=one.turn_id, at=one.at, community=one.community, decision=one.decision)
        for one in messages
    ]
    return turns.append_many(db, rows, beside=unanswered.counting(db.vault, messages))


def act(key: str = "step", **changes: Any) -> Act:
    """Return what a member of staff does to a case."""
    return Act(**{"by": "lina", "at": NOW, "key": key} | changes)


def resident(key: str = "message", **changes: Any) -> Act:
    """Return what a resident does to his case."""
    return act(key, by="resident", **changes)


def brought_to(db: Database, state: CaseState, **changes: Any) -> CaseRecord:
    """Open a case and lead it to a state along the shortest way."""
    ways: dict[CaseState, list[CaseState]] = {
        CaseState.RECEIVED: [],
        CaseState.ACCEPTED: [CaseState.ACCEPTED],
        CaseState.WORKING: [CaseState.ACCEPTED, CaseState.WORKING],
        CaseState.RETURNED: [CaseState.RETURNED],
        CaseState.DONE: [CaseState.DONE],
        CaseState.CLOSED: [CaseState.DONE, CaseState.CLOSED],
        CaseState.REOPENED: [CaseState.DONE, CaseState.REOPENED],
        CaseState.WITHDRAWN: [CaseState.WITHDRAWN],
    }
    found = open_case(db, **changes)
    for step in ways[state]:
        found = case_steps.move(db, found.id, step, act(f"to {step}"))
    return found
