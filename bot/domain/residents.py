"""Who is asking, with no more than an answer needs."""

import hashlib
import hmac
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """The person behind a message.

    Attributes:
        ref: keyed hash of account and openid; safe to log and to store.
        community: slug of the community that answers.
        language: language tag of replies.
    """

    ref: str
    community: str
    language: str = "zh-Hans"


def pseudonym_key(secret_key: str) -> bytes:
    """Return the key of resident references, derived from the deployment's secret.

    It must not change while a deployment lives, or nobody would be found again.
    """
    return hmac.new(secret_key.encode(), b"nuanlin resident reference", hashlib.sha256).digest()


def resident_ref(secret: bytes, account: str, openid: str) -> str:
    """Return the keyed hash that stands for a resident in logs, keys and look-ups.

    Args:
        secret: the deployment's pseudonym key.
        account: account slug; openids are per account (WECHAT.md §11.3).
        openid: the platform's id of the person.

    Returns:
        32 hexadecimal digits.
    """
    text = f"{account}\x1f{openid}".encode()
    return hmac.new(secret, text, hashlib.sha256).hexdigest()[:32]
