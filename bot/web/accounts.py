"""Official accounts by slug: the configured one, and those in SQL, kept for a short while."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from bot.channel.wechat.account import Account
from bot.domain.errors import BotError, StoreError
from bot.logs import logger

#: Seconds an account is used before it is looked up again, so that a key rotation arrives.
KEEP_S = 30.0
#: Accounts kept in memory.
MAX_ACCOUNTS = 2_000
#: Seconds an unknown slug is remembered as unknown.
_KEEP_MISSING_S = 5.0


class Accounts:
    """A bounded cache over the account records.

    Args:
        fixed: accounts from the settings; they need no database.
        find: looks an account up in the records, ``None`` when there is none.
    """

    def __init__(self, fixed: dict[str, Account], find: Callable[[str], Account | None]):
        self._fixed = fixed
        self._find = find
        self._kept: OrderedDict[str, tuple[float, Account | None]] = OrderedDict()
        self._lock = Lock()

    def get(self, slug: str) -> Account | None:
        """Return an account; the last known one when the records do not answer.

        One whose token or key is none counts as unknown, and the log says so.
        """
        own = self._fixed.get(slug)
        if own is not None:
            return own
        kept = self._kept.get(slug)
        if kept and kept[0] > time.monotonic():
            return kept[1]
        try:
            found = self._find(slug)
        except StoreError:
            return kept[1] if kept else None
        except BotError:
            logger().error("account.unusable", account=slug)
            found = None
        life = KEEP_S if found else _KEEP_MISSING_S
        with self._lock:
            self._kept[slug] = (time.monotonic() + life, found)
            while len(self._kept) > MAX_ACCOUNTS:
                self._kept.popitem(last=False)
        return found
