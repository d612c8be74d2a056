"""Login, logout and one's own password."""

import re

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.console import sessions
from bot.console.guard import entry, note, signed_in
from bot.console.parts import ConsoleParts
from bot.domain.errors import StoreUnavailable
from bot.logs import logger
from bot.records import audit, staff
from bot.records.audit import AuditEntry
from bot.records.errors import Rejected
from bot.records.staff import MAX_NAME_CHARS, MIN_PASSWORD_CHARS, StaffRecord
from bot.state.connection import State
from bot.state.rates import MinuteBudget

#: Passwords one address may try in any minute; an office shares one address.
TRIES_PER_MINUTE = 20
_OWN_PAGE = re.compile(r"^/console/[A-Za-z0-9_./?=&%-]*$")
_LOOPBACK = frozenset({"127.0.0.1", "::1"})


def add_login(blueprint: Blueprint, parts: ConsoleParts) -> None:
    """Add the pages to a blueprint."""
    throttle = Throttle(parts)

    @blueprint.get("/login")
    def login() -> str:
        over = "太久没有操作，请重新登录。" if request.args.get("over") else ""
        return _login_page(request.args.get("next", ""), over)

    @blueprint.post("/login")
    def enter() -> Response | tuple[str, int]:
        after = request.form.get("next", "")
        if throttle.full():
            return _login_page(after, "试得太快了，请过一分钟再试。"), 429
        found = _identified(parts, request.form.get("name", ""), request.form.get("password", ""))
        if found is None:
            wrong = "名字或密码不对。连错 5 次会锁 15 分钟，忘了请找管理员。"
            return _login_page(after, wrong), 403
        sessions.begin(found.name, parts.clock.now())
        return redirect(_own_page(after) or url_for("console.today"), code=303)

    @blueprint.post("/logout")
    def leave() -> Response:
        note(parts.db, entry(parts.clock, "staff.logged_out", f"staff:{signed_in().id}"))
        sessions.end()
        return redirect(url_for("console.login"), code=303)

    @blueprint.get("/password")
    def password() -> str:
        return render_template("console/password.html", least=MIN_PASSWORD_CHARS, wrong="")

    @blueprint.post("/password")
    def change_password() -> Response | tuple[str, int]:
        wrong = "试得太快了，请过一分钟再试。" if throttle.full() else _changed(parts)
        if wrong:
            page = render_template("console/password.html", least=MIN_PASSWORD_CHARS, wrong=wrong)
            return page, 422
        sessions.begin(signed_in().name, parts.clock.now())
        flash("密码已经换好了。")
        return redirect(url_for("console.today"), code=303)


class Throttle:
    """Slows down one address that tries passwords; the lockout of a name stands in the records."""

    def __init__(self, parts: ConsoleParts):
        self._state: State = parts.state
        self._find = parts.db.vault.find
        self._budget = MinuteBudget(parts.state, "login")

    def full(self) -> bool:
        """Take one try of the request's address; tell whether there is none left.

        Without Redis it lets people in: in a crisis staff must reach the alerts, and the lockout of
        a name still holds.
        """
        ref = self._find(f"address:{_address()}")[:32]
        if self._budget.take(ref, per_minute=TRIES_PER_MINUTE) <= 0:
            return False
        try:
            self._state.ping()
        except StoreUnavailable:
            logger().warning("login.throttle_away")
            return False
        return True


def _address() -> str:
    """Return the client's address: what a proxy on this machine says, else the peer itself."""
    peer = request.remote_addr or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded if forwarded and peer in _LOOPBACK else peer


def _login_page(after: str, message: str) -> str:
    return render_template("console/login.html", after=_own_page(after), message=message)


def _own_page(path: str) -> str:
    """Return ``path`` when it is a page of the console, else ""."""
    return path if _OWN_PAGE.match(path) else ""


def _identified(parts: ConsoleParts, name: str, password: str) -> StaffRecord | None:
    """Check a login and write it to the audit; what was typed as a name is not repeated there."""
    readable = "\x00" not in name and len(name) <= MAX_NAME_CHARS
    now = parts.clock.now()
    typed = name.strip() if readable else ""
    found = staff.authenticate(parts.db, typed, password, now)
    if found is not None:
        line = AuditEntry(
            at=now, actor=found.name, action="staff.logged_in", subject=f"staff:{found.id}"
        )
        audit.note(parts.db, line)
        return found
    known = staff.get(parts.db, typed)
    locked = known is not None and known.locked_until is not None and known.locked_until > now
    line = AuditEntry(
        at=now,
        actor="system",
        action="staff.login_refused",
        subject=f"staff:{known.id}" if known else "staff:unknown",
        detail="locked" if locked else "",
    )
    audit.note(parts.db, line)
    return None


def _changed(parts: ConsoleParts) -> str:
    """Change the password of the member of staff behind the request; say what is wrong, or ""."""
    me = signed_in()
    fresh, again = request.form.get("fresh", ""), request.form.get("again", "")
    if fresh != again:
        return "两次输入的新密码不一样。"
    if fresh in {me.name, request.form.get("current", "")}:
        return "新密码不能和名字或者旧密码一样。"
    if len(fresh) < MIN_PASSWORD_CHARS:
        return f"新密码至少 {MIN_PASSWORD_CHARS} 个字符。"
    known = staff.authenticate(
        parts.db, me.name, request.form.get("current", ""), parts.clock.now()
    )
    if known is None:
        note(parts.db, entry(parts.clock, "staff.password_refused", f"staff:{me.id}"))
        return "现在的密码不对。连错 5 次会锁 15 分钟。"
    if "\x00" in fresh:
        abort(400)
    try:
        staff.set_password(parts.db, me.name, fresh)
    except Rejected:
        return "新密码太长了。"
    note(parts.db, entry(parts.clock, "staff.password_changed", f"staff:{me.id}"))
    g.staff = known
    return ""
