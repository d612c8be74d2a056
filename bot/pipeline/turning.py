"""Everything one message is answered with."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.messages import Inbound
from bot.domain.residents import Resident
from bot.domain.sessions import Session
from bot.sdk import PackView


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Everything one message is answered with.

    Attributes:
        inbound: the message.
        session: conversation so far, fresh.
        resident: who asks.
        pack: what his community knows.
        now: present moment.
        remembers: the session store works; without it follow-ups cannot be answered.
        turned: he writes in another language than Chinese from this message on.
    """

    inbound: Inbound
    session: Session
    resident: Resident
    pack: PackView
    now: datetime
    remembers: bool = True
    turned: bool = False

    @property
    def language(self) -> str:
        """Return the language tag of the reply."""
        return self.resident.language
