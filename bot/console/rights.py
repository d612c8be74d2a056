"""Who may enter which room of the console, and which rooms stand in the navigation."""

from collections.abc import Mapping

from bot.records.cases import CaseRecord, Confidentiality
from bot.records.staff import StaffRecord, StaffRole

_ALL = frozenset(StaffRole)
# alerts tell of people in need: only those who look after them (PIPL 6, least personal data)
_CARE = frozenset({StaffRole.ADMIN, StaffRole.CASEWORKER})
# cases hold what people said of themselves; a lawyer needs those of his own field only
_CASES = _CARE | {StaffRole.LAWYER}
_NOTICES = _CARE | {StaffRole.BROADCASTER, StaffRole.APPROVER}

#: Roles that may read confidential cases (hardship, complaints, mediation, party membership).
CONFIDENTIAL = _CASES
#: Role -> the one group of intents whose cases it reads; who is not listed reads all.
CASE_GROUPS: Mapping[StaffRole, str] = {StaffRole.LAWYER: "legal"}

#: Endpoints that need no login.
PUBLIC = frozenset({"static", "login", "enter"})

#: Endpoint -> roles that may use it. What is not listed here nobody may use.
RIGHTS: Mapping[str, frozenset[StaffRole]] = {
    "today": _ALL,
    "leave": _ALL,
    "password": _ALL,
    "change_password": _ALL,
    "alert_list": _CARE,
    "alert_seen": _CARE,
    "alert_closed": _CARE,
    "case_list": _CASES,
    "case": _CASES,
    "case_take": _CASES,
    "case_move": _CASES,
    "case_note": _CASES,
    "undelivered": _NOTICES,
    "pack_list": _ALL,
    "pack": _ALL,
    "card": _ALL,
    "explain": _ALL,
    "explained": _ALL,
    "audit": frozenset({StaffRole.ADMIN}),
    "missing": _ALL,
}

#: Rooms in the order of a clerk's day: endpoint and name.
ROOMS = (
    ("today", "今天"),
    ("alert_list", "待处理"),
    ("case_list", "工单"),
    ("undelivered", "没送到"),
    ("pack_list", "内容"),
    ("explain", "试一句"),
    ("audit", "记录"),
)


def may(staff: StaffRecord, endpoint: str) -> bool:
    """Tell whether a member of staff may use an endpoint (without the blueprint's name)."""
    return staff.role in RIGHTS.get(endpoint, frozenset())


def may_read(staff: StaffRecord, found: CaseRecord) -> bool:
    """Tell whether a member of staff may read a case: its community, its kind, and if confidential.

    Lists are sifted by the same three rules (:mod:`bot.console.cases`).
    """
    group = CASE_GROUPS.get(staff.role)
    return (
        may(staff, "case")
        and staff.may_see(found.community)
        and (group is None or found.kind.startswith(f"{group}."))
        and (found.confidentiality is Confidentiality.ORDINARY or staff.role in CONFIDENTIAL)
    )


def rooms(staff: StaffRecord) -> list[tuple[str, str]]:
    """Return the rooms a member of staff may enter: endpoint and name."""
    return [(endpoint, title) for endpoint, title in ROOMS if may(staff, endpoint)]
