"""One official account (公众号) as the webhook needs it."""

from dataclasses import dataclass, field
from typing import Literal

from bot.channel.wechat.crypto import Envelope

Mode = Literal["secure", "compatible", "plaintext"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account's identity and envelope.

    Attributes:
        slug: last part of the webhook's path.
        gh_id: the account's original id, "" when not known (then the message's own is used).
        app_id: receiver id of its envelope.
        mode: how messages are wrapped.
        community: who answers for residents who chose no community.
        envelope: checks, opens and seals.
    """

    slug: str
    gh_id: str
    app_id: str
    mode: Mode
    community: str
    envelope: Envelope = field(repr=False)
