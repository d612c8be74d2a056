"""How staff are told (待处理与值班群): an alert on record, and a line for their group beside it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.replies import Urgency
from bot.records import alerts, outbox
from bot.records.database import Database, Unit
from bot.sdk import Words

#: A line for the group that could not be posted within this time is not posted any more.
TOLD_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What staff are told.

    Attributes:
        key: the same for every try to tell the same thing.
        account: account slug, whose staff's group reads it.
        ref: the resident's reference, ``None`` where nobody may know who it is.
        community: slug of the community whose staff look.
        urgency: crisis or request.
        reason: intent id, or another reason the console has words for.
        summary: what staff read first.
    """

    key: str
    account: str
    ref: str | None
    community: str
    urgency: Urgency
    reason: str
    summary: str


class StaffLine:
    """Tells staff inside the transaction that writes what they are told of.

    Args:
        db: records.
        words: language tag -> the machine's sentences.
        titles: community slug -> its name.
    """

    def __init__(
        self, *, db: Database, words: Callable[[str], Words], titles: Callable[[str], str]
    ):
        self._db = db
        self._words = words
        self._titles = titles

    def tell(self, notice: Notice, sentence: str, now: datetime, unit: Unit) -> int | None:
        """Raise an alert and queue the group's line.

        Args:
            notice: what staff are told.
            sentence: name of the line's sentence; a crisis has its own.
            now: present moment.
            unit: open transaction it belongs to.

        Returns:
            the outbox row to wake the worker for after the commit; ``None`` if it was told before.

        Raises:
            StoreError: it could not be written.
        """
        new = alerts.raise_alert(
            self._db,
            key=notice.key,
            community=notice.community,
            account=notice.account,
            ref=notice.ref,
            urgency=notice.urgency,
            reason=notice.reason,
            summary=notice.summary,
            now=now,
            unit=unit,
        )
        if not new:
            return None
        name = "staff_crisis" if notice.urgency is Urgency.CRISIS else sentence
        title = self._titles(notice.community)
        text = self._words("zh-Hans").say(name, community=title, summary=notice.summary)
        return outbox.put(
            self._db,
            key=f"{notice.key}:robot",
            account=notice.account,
            ref=notice.ref or "",
            openid="",
            payload=json.dumps({"kind": "robot", "text": text}, ensure_ascii=False),
            now=now,
            not_after=now + TOLD_WITHIN,
            unit=unit,
        )

    def with_language(self, summary: str, language: str) -> str:
        """Return a summary that says which language the resident reads, where not Chinese."""
        if language.startswith("zh"):
            return summary
        staff = self._words("zh-Hans")
        name = staff.many("language_names").get(language, language)
        return summary + staff.say("staff_language", language=name)
