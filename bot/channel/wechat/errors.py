"""One mapper from the platforms' error codes to errors by what a caller can do (WECHAT.md §10).

``errmsg`` is never matched, its wording changes; only the request id, the address in 40164 and the
data key in 47003 are read from it. No text made here holds a token, a secret or an openid.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import (
    AmbiguousSend,
    ChannelError,
    QuotaExhausted,
    RetryLater,
    Undeliverable,
)

_RID = re.compile(r"rid:\s*([0-9A-Fa-f][0-9A-Fa-f-]{7,63})")
_ADDRESS = re.compile(r"\b(\d{1,3}(?:\.\d{1,3}){3})\b")
_DATA_KEY = re.compile(r"\bdata\.([A-Za-z_]{1,32}\d{0,4})\.value")


class ChannelSetupError(ChannelError):
    """The account or robot is set up wrongly; nothing passes until an operator mends it."""


class StaleTokenError(ChannelError):
    """The access token was refused; the call had no effect and may be repeated with a new one."""


class Platform(StrEnum):
    """Whose code it is; some numbers mean different things."""

    WECHAT = "wechat"
    WECHAT_TOKEN = "wechat_token"  # noqa: S105 - the name of an endpoint family
    WECOM = "wecom"


class Handling(StrEnum):
    """What may be done about a code."""

    DONE = "done"
    CREDENTIAL = "credential"
    BUSY = "busy"
    LATER = "later"
    QUOTA = "quota"
    PERSON = "person"
    CONFIGURATION = "configuration"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One call of a platform.

    Attributes:
        path: path on the platform's host, with its leading slash.
        repeatable: the same call may be made again after an ambiguous failure (WECHAT.md §14.3).
        platform: whose codes it answers with.
    """

    path: str
    repeatable: bool
    platform: Platform = Platform.WECHAT


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a code, or a run of codes, means.

    Attributes:
        meaning: words for an operator.
        handling: what may be done.
        after_s: for ``LATER`` and ``BUSY``, seconds until the next try.
    """

    meaning: str
    handling: Handling
    after_s: float = 0.0


_Row = tuple[int, int, str, Handling, float]
_LONG, _MINUTE, _SHORT = 3600.0, 60.0, 3.0
_H = Handling

_WECHAT_ROWS: tuple[_Row, ...] = (
    (-1, -1, "system busy", _H.BUSY, _SHORT),
    (40001, 40001, "access token wrong or not the latest", _H.CREDENTIAL, 0),
    (40002, 40002, "bad grant type", _H.REFUSED, 0),
    (40003, 40003, "openid is not of this account", _H.PERSON, 0),
    (40004, 40006, "bad media type, file type or size", _H.REFUSED, 0),
    (40007, 40007, "media id wrong or expired", _H.REFUSED, 0),
    (40008, 40008, "bad message type", _H.REFUSED, 0),
    (40009, 40012, "media too large", _H.REFUSED, 0),
    (40013, 40013, "bad app id", _H.CONFIGURATION, 0),
    (40014, 40014, "access token malformed", _H.CREDENTIAL, 0),
    (40015, 40027, "menu breaks a rule", _H.REFUSED, 0),
    (40029, 40030, "login code or refresh token wrong", _H.REFUSED, 0),
    (40031, 40032, "bad openid list", _H.REFUSED, 0),
    (40033, 40033, "escaped characters in the body", _H.REFUSED, 0),
    (40035, 40035, "bad parameters", _H.REFUSED, 0),
    (40036, 40037, "bad template id", _H.CONFIGURATION, 0),
    (40039, 40039, "url too long", _H.REFUSED, 0),
    (40050, 40051, "bad group", _H.REFUSED, 0),
    (40054, 40055, "button url or its domain not allowed", _H.REFUSED, 0),
    (40059, 40060, "bad mass message id or article index", _H.REFUSED, 0),
    (40062, 40062, "title too long", _H.REFUSED, 0),
    (40125, 40125, "app secret wrong", _H.CONFIGURATION, 0),
    (40130, 40130, "a mass send needs at least two openids", _H.REFUSED, 0),
    (40132, 40132, "bad WeChat id", _H.REFUSED, 0),
    (40152, 40152, "tag not found", _H.REFUSED, 0),
    (40163, 40163, "login code already used", _H.REFUSED, 0),
    (40164, 40164, "server address is not on the account's allow-list", _H.CONFIGURATION, 0),
    (40200, 40200, "wrong kind of account", _H.CONFIGURATION, 0),
    (40243, 40243, "app secret is frozen", _H.CONFIGURATION, 0),
    (40246, 40247, "template library refuses", _H.REFUSED, 0),
    (40249, 40249, "marketing content in a template", _H.REFUSED, 0),
    (41001, 41009, "a required parameter is missing", _H.REFUSED, 0),
    (41030, 41030, "bad page path", _H.REFUSED, 0),
    (42001, 42001, "access token expired", _H.CREDENTIAL, 0),
    (42002, 42003, "login token or code expired", _H.REFUSED, 0),
    (42007, 42007, "person changed the password", _H.REFUSED, 0),
    (42010, 42010, "mass sends too fast", _H.LATER, _MINUTE),
    (43001, 43003, "wrong verb or scheme", _H.REFUSED, 0),
    (43004, 43004, "person does not follow", _H.PERSON, 0),
    (43019, 43019, "person is on the account's blacklist", _H.PERSON, 0),
    (43101, 43101, "person gave no consent", _H.PERSON, 0),
    (43104, 43104, "app id and openid do not match", _H.REFUSED, 0),
    (43116, 43116, "template is restricted", _H.CONFIGURATION, 0),
    (43117, 43117, "too many templates to this person", _H.LATER, _LONG),
    (44001, 44004, "empty file, body, article or text", _H.REFUSED, 0),
    (45001, 45001, "file too large", _H.REFUSED, 0),
    (45002, 45002, "content too long", _H.REFUSED, 0),
    (45003, 45007, "title, description, url or voice too long", _H.REFUSED, 0),
    (45008, 45008, "too many articles", _H.REFUSED, 0),
    (45009, 45009, "quota of this API is used up", _H.QUOTA, 0),
    (45010, 45010, "too many menus", _H.REFUSED, 0),
    (45011, 45011, "called too often", _H.LATER, _MINUTE),
    (45015, 45015, "outside the 48-hour window", _H.PERSON, 0),
    (45027, 45027, "template does not fit the industry", _H.REFUSED, 0),
    (45028, 45028, "no mass send left in this period", _H.QUOTA, 0),
    (45047, 45047, "no customer message left until the person acts", _H.QUOTA, 0),
    (45056, 45059, "tag limit", _H.REFUSED, 0),
    (45062, 45062, "article carries advertisements", _H.REFUSED, 0),
    (45064, 45064, "mini-program is not linked", _H.CONFIGURATION, 0),
    (45065, 45065, "mass send with this id exists already", _H.DONE, 0),
    (45066, 45066, "mass send with this id came too soon", _H.LATER, _MINUTE),
    (45067, 45067, "mass send id too long", _H.REFUSED, 0),
    (45072, 45072, "bad typing command", _H.DONE, 0),
    (45080, 45081, "no talk within 30 s, or already typing", _H.DONE, 0),
    (45083, 45084, "mass speed not 0-4, or missing", _H.REFUSED, 0),
    (45113, 45113, "cards can no longer be published", _H.REFUSED, 0),
    (45157, 45159, "tag name or id refused", _H.REFUSED, 0),
    (45162, 45162, "bad mass message type", _H.REFUSED, 0),
    (46001, 46004, "no such media, menu version, menu or user", _H.REFUSED, 0),
    (47001, 47001, "body is not readable", _H.REFUSED, 0),
    (47003, 47003, "a data value breaks its type rule", _H.REFUSED, 0),
    (48001, 48001, "API is not authorised for this account", _H.CONFIGURATION, 0),
    (48002, 48002, "person turned messages off", _H.PERSON, 0),
    (48003, 48003, "account has not agreed to the protocol", _H.CONFIGURATION, 0),
    (48004, 48004, "API is banned for this account", _H.CONFIGURATION, 0),
    (48005, 48005, "material is in use", _H.REFUSED, 0),
    (48006, 48006, "no quota reset left", _H.QUOTA, 0),
    (48008, 48008, "no right for this message type", _H.CONFIGURATION, 0),
    (48021, 48022, "this material cannot be mass sent", _H.REFUSED, 0),
    (49003, 49003, "an openid of another account", _H.REFUSED, 0),
    (50001, 50002, "account is not authorised, or restricted", _H.CONFIGURATION, 0),
    (50005, 50005, "person does not follow", _H.PERSON, 0),
    (53600, 53600, "conditional menu breaks a rule", _H.REFUSED, 0),
    (61004, 61004, "server address is not registered", _H.CONFIGURATION, 0),
    (61007, 61007, "API is not authorised to the third party", _H.CONFIGURATION, 0),
    (61450, 61459, "customer-service function refuses", _H.REFUSED, 0),
    (65301, 65320, "conditional menu breaks a rule", _H.REFUSED, 0),
    (65400, 65400, "customer service is not enabled", _H.CONFIGURATION, 0),
    (65401, 65417, "customer-service function refuses", _H.REFUSED, 0),
    (70000, 70000, "refused by minor protection", _H.PERSON, 0),
    (76001, 76004, "bad request id or API path", _H.REFUSED, 0),
    (76021, 76022, "API path not found, or no right to it", _H.REFUSED, 0),
    (87014, 87014, "risky content", _H.REFUSED, 0),
    (89503, 89507, "administrator must confirm, or refused", _H.REFUSED, 0),
    (200011, 200022, "template library refuses", _H.REFUSED, 0),
    (200100, 200100, "template library refuses", _H.REFUSED, 0),
    (9001001, 9001099, "peripheral API refuses", _H.REFUSED, 0),
)

#: Asking for a token, a wrong secret has the number of a stale token elsewhere.
_TOKEN_ROWS: tuple[_Row, ...] = (
    (40001, 40001, "app secret wrong", _H.CONFIGURATION, 0),
    (45009, 45009, "quota of token requests is used up", _H.QUOTA, 0),
)

#: WeCom blocks for a minute, an hour or a day; a minute is the least (WECHAT.md §9.1, §9.4).
_WECOM_ROWS: tuple[_Row, ...] = (
    (6000, 6000, "data version conflict", _H.LATER, _SHORT),
    (40001, 40001, "secret wrong", _H.CONFIGURATION, 0),
    (40003, 40003, "bad member id", _H.PERSON, 0),
    (40013, 40013, "bad corp id", _H.CONFIGURATION, 0),
    (40056, 40056, "bad agent id", _H.CONFIGURATION, 0),
    (40058, 40058, "bad argument", _H.REFUSED, 0),
    (40068, 40068, "bad tag", _H.REFUSED, 0),
    (40096, 40096, "bad external member id", _H.PERSON, 0),
    (45009, 45009, "too many posts in a minute", _H.LATER, _MINUTE),
    (45024, 45024, "count limit", _H.REFUSED, 0),
    (45033, 45033, "too many calls at once", _H.LATER, _SHORT),
    (48002, 48002, "API is forbidden for this app", _H.CONFIGURATION, 0),
    (60011, 60011, "no right for this member or department", _H.CONFIGURATION, 0),
    (60020, 60020, "server address is not on the app's allow-list", _H.CONFIGURATION, 0),
    (60111, 60111, "member not found", _H.PERSON, 0),
    (81013, 81013, "all receivers invalid", _H.PERSON, 0),
    (82001, 82001, "all receivers invalid", _H.PERSON, 0),
    (86001, 86008, "group chat refuses", _H.REFUSED, 0),
    (86216, 86217, "group chat refuses", _H.REFUSED, 0),
    (86220, 86220, "group chat refuses", _H.REFUSED, 0),
    (93000, 93000, "robot key invalid, or robot removed", _H.PERSON, 0),
    (95001, 95001, "customer message limit", _H.QUOTA, 0),
    (95002, 95002, "customer conversation does not allow it", _H.PERSON, 0),
    (97610, 97610, "reminder limit", _H.QUOTA, 0),
    (301002, 301002, "no right for this app", _H.CONFIGURATION, 0),
)


def _spread(*tables: tuple[_Row, ...]) -> dict[int, Rule]:
    """Return the rows by code; a later table overrides an earlier one."""
    return {
        code: Rule(meaning=meaning, handling=handling, after_s=after_s)
        for table in tables
        for first, last, meaning, handling, after_s in table
        for code in range(first, last + 1)
    }


_RULES = {
    Platform.WECHAT: _spread(_WECHAT_ROWS),
    Platform.WECHAT_TOKEN: _spread(_WECHAT_ROWS, _TOKEN_ROWS),
    Platform.WECOM: _spread(_WECHAT_ROWS, _WECOM_ROWS),
}
_UNKNOWN = Rule(meaning="unknown code", handling=Handling.REFUSED)


def rule(platform: Platform, code: int) -> Rule:
    """Return what a code means; an unknown one is a refusal that is not repeated."""
    return _RULES[platform].get(code, _UNKNOWN)


def rid(message: str) -> str:
    """Return the request id in an ``errmsg``, the only handle the platform's support takes.

    >>> rid("invalid openid rid: 6123abcd-0a1b2c3d-4e5f6071")
    '6123abcd-0a1b2c3d-4e5f6071'
    """
    found = _RID.search(message)
    return found.group(1) if found else ""


def error_for(endpoint: Endpoint, code: int, message: str) -> ChannelError | None:
    """Return the error a platform's answer stands for.

    Args:
        endpoint: the call that was answered.
        code: ``errcode``.
        message: ``errmsg``; only request id, own address (40164) and data key (47003) are read.

    Returns:
        the error to raise, its text safe to log; ``None`` when the call counts as done: success, a
        mass send the platform already has (45065), a typing state it would not show.
    """
    if code == 0:
        return None
    found = rule(endpoint.platform, code)
    text = _text(endpoint, code, found.meaning, message)
    match found.handling:
        case Handling.DONE:
            return None
        case Handling.BUSY if not endpoint.repeatable:
            return AmbiguousSend(text, code=code)
        case Handling.BUSY | Handling.LATER:
            return RetryLater(text, after_s=found.after_s, code=code)
        case _:
            return _CLASSES[found.handling](text, code=code)


_CLASSES = {
    Handling.CREDENTIAL: StaleTokenError,
    Handling.QUOTA: QuotaExhausted,
    Handling.PERSON: Undeliverable,
    Handling.CONFIGURATION: ChannelSetupError,
    Handling.REFUSED: ChannelError,
}


def unanswered(endpoint: Endpoint, reason: str, *, left: bool = True) -> ChannelError:
    """Return the error of a call that got no usable answer (WECHAT.md §14.3).

    Args:
        endpoint: the call.
        reason: what went wrong, without addresses or parameters.
        left: the request may have reached the platform.
    """
    text = f"{endpoint.path}: {reason}"
    if left and not endpoint.repeatable:
        return AmbiguousSend(text)
    return RetryLater(text, after_s=_SHORT)


def _text(endpoint: Endpoint, code: int, meaning: str, message: str) -> str:
    detail = ""
    if code == 40164 and (address := _ADDRESS.search(message)):
        detail = f" ({address.group(1)})"
    if code == 47003 and (key := _DATA_KEY.search(message)):
        detail = f" ({key.group(1)})"
    request = rid(message)
    tail = f", rid {request}" if request else ""
    return f"{endpoint.path}: {code} {meaning}{detail}{tail}"
