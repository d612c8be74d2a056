"""Which language a resident writes in, where he has not chosen one."""

from dataclasses import replace

from bot.domain.messages import Inbound, Kind
from bot.domain.sessions import Session
from bot.understanding.script import written_in

#: Languages whose menu asks for Chinese keywords, so that such a word alone changes nothing …
_CHINESE_KEYWORDS = frozenset({"ug", "kk"})
#: … and how long a keyword is.
_KEYWORD_CHARS = 6


def hear(session: Session, inbound: Inbound) -> Session:
    """Return the session with the language of a message; a choice is never overruled.

    What is not clear, a number or one short word, leaves it as it was.
    """
    if session.language or inbound.kind is not Kind.TEXT:
        return session
    found = written_in(inbound.text)
    if found.startswith("zh") and _is_keyword(session, inbound.text):
        return session
    if found == "zh":  # nothing tells one script from the other
        found = session.heard if session.heard == "zh-Hant" else "zh-Hans"
    return replace(session, heard=found) if found and found != session.heard else session


def _is_keyword(session: Session, text: str) -> bool:
    return session.heard in _CHINESE_KEYWORDS and len(text.strip()) <= _KEYWORD_CHARS


def turned(before: Session, after: Session) -> bool:
    """Tell whether replies are in another language than Chinese from this message on."""
    return after.tongue != before.tongue and not after.tongue.startswith("zh")
