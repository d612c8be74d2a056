"""The signed cookie of a login, and the token that proves a form is ours.

The cookie holds a name, two times and the form token, nothing about residents. It is signed, not
secret. Who the person is and what he may do is looked up again on every request.
"""

import hmac
import secrets
from datetime import datetime
from ipaddress import ip_address

from flask import Flask, request, session
from flask.sessions import SecureCookieSessionInterface
from typing_extensions import override

#: A login without a request ends after this many seconds.
IDLE_S = 30 * 60
#: A login ends after this many seconds, however busy: one working day.
LONGEST_S = 12 * 60 * 60


class ConsoleCookies(SecureCookieSessionInterface):
    """Flask's signed cookie, sent to the console only, over TLS except on the machine itself."""

    @override
    def get_cookie_path(self, app: Flask) -> str:
        """Return the path of the console: no other page ever sees the cookie."""
        return "/console"

    @override
    def get_cookie_secure(self, app: Flask) -> bool:
        """Tell whether the browser may send the cookie over TLS only."""
        return not loopback_host()

    @override
    def get_cookie_httponly(self, app: Flask) -> bool:
        """Return true: no script ever reads the cookie."""
        return True

    @override
    def get_cookie_samesite(self, app: Flask) -> str:
        """Return ``Lax``: other sites' forms are sent without the cookie."""
        return "Lax"


def loopback_host() -> bool:
    """Tell whether the page was asked for by a name of the machine itself."""
    name = request.host.rsplit(":", 1)[0].strip("[]")
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def begin(name: str, now: datetime) -> None:
    """Start a login in a session of its own: nothing from before it survives (fixation)."""
    moment = int(now.timestamp())
    session.clear()
    session.update(name=name, since=moment, seen=moment, csrf=_new_token())


def end() -> None:
    """Forget the login."""
    session.clear()


def who(now: datetime) -> str | None:
    """Return the name that is logged in and note that he is there; nothing when time is over."""
    name, since, seen = session.get("name"), session.get("since", 0), session.get("seen", 0)
    moment = int(now.timestamp())
    if not isinstance(name, str) or moment - seen >= IDLE_S or moment - since >= LONGEST_S:
        return None
    session["seen"] = moment
    return name


def form_token() -> str:
    """Return the token every form carries; make one when there is none yet."""
    if "csrf" not in session:
        session["csrf"] = _new_token()
    return str(session["csrf"])


def form_is_ours() -> bool:
    """Tell, in constant time, whether the form sent carries this session's token."""
    kept = str(session.get("csrf", ""))
    sent = request.form.get("csrf", "")
    return bool(kept) and hmac.compare_digest(kept.encode(), sent.encode())


def _new_token() -> str:
    return secrets.token_urlsafe(32)
