"""Teaching the bot what it did not understand: clusters, what an attach would change, and the act.

For staff, whichever way they come. Nothing here is asked while a resident waits.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from bot.domain.clock import Clock
from bot.domain.errors import StoreError
from bot.records import phrases, staff, unanswered
from bot.records.audit import AuditEntry, note
from bot.records.database import Database
from bot.records.errors import NotFound, Rejected
from bot.records.phrases import PhraseRecord
from bot.records.unanswered import UnsureState, Wording
from bot.understanding.clusters import Cluster, Unclear, cluster
from bot.understanding.lessons import OUTSIDE, labelled
from bot.understanding.overlay import Addition
from bot.understanding.replay import Asked, Change, Outcome, compare, guards, outcome
from bot.understanding.router import CLAUSE_DOUBT, Router
from bot.understanding.scrub import learnable
from bot.understanding.source import RouterSource

#: Recent wordings asked before and after, the most frequent first.
REPLAYED = 1_000
#: Shortest phrase that is added, in characters of its normal form.
LEAST_CHARS = 2
_HINT = "leave it out (--only takes the others)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What was not understood, as one reads it.

    Attributes:
        clusters: open wordings by likeness, the largest first.
        wordings: open wordings by number.
    """

    clusters: tuple[Cluster, ...]
    wordings: dict[int, Wording]

    def cluster(self, number: int) -> Cluster:
        """Return the cluster a number leads to: its leader's, or that of any of its wordings.

        Raises:
            NotFound: there is none.
        """
        for found in self.clusters:
            if number in {member.id for member in found.members}:
                return found
        raise NotFound(f"no open cluster {number}; `unanswered list` shows them with their numbers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an attach would do.

    Attributes:
        intent: where the phrases go.
        wordings: numbers in the ledger that are settled by it.
        texts: phrases that are new, in normal form.
        outside: those of them that the packs list as out of scope; they are so no more.
        recent: recent wordings that would end differently, of so many asked.
        known: the packs' phrases that would, of so many asked.
    """

    intent: str
    wordings: tuple[int, ...]
    texts: tuple[str, ...]
    outside: tuple[str, ...]
    recent: tuple[Change, ...]
    recent_asked: int
    known: tuple[Change, ...]
    known_asked: int


class Teaching:
    """Reads the ledger and adds to what is understood.

    Args:
        db: records.
        source: makes routers.
        router: gives the one in force.
        tell: tells all processes that the phrases have changed.
        clock: time.
    """

    def __init__(
        self,
        *,
        db: Database,
        source: RouterSource,
        router: Callable[[], Router],
        tell: Callable[[], object],
        clock: Clock,
    ):
        self._db = db
        self._source = source
        self._router = router
        self._tell = tell
        self._clock = clock

    def ledger(self, communities: Collection[str] | None, *, by: str) -> Ledger:
        """Read and cluster the open wordings; the read is in the audit.

        Args:
            communities: slugs the reader may see; ``None`` for all.
            by: who reads.
        """
        rows = unanswered.recent(self._db, communities=communities)
        entry = AuditEntry(
            at=self._clock.now(),
            actor=by,
            action="unanswered.read",
            subject="unanswered:list",
            community=next(iter(communities)) if communities and len(communities) == 1 else None,
            detail=f"{len(rows)} rows",
        )
        note(self._db, entry)
        unclear = [
            Unclear(id=row.id, normal=normal, count=row.seen, likely=row.likely)
            for row in rows
            if (normal := learnable(row.text))
        ]
        found = cluster(unclear, self._router().space) if unclear else []
        return Ledger(clusters=tuple(found), wordings={row.id: row for row in rows})

    def now(self, found: Cluster) -> Outcome:
        """Return how a cluster's leader would end now: it may be understood by this time."""
        return outcome(self._router().understand(found.leader.normal))

    def author(self, name: str) -> str:
        """Return the name of a member of staff who may act.

        Raises:
            Rejected: there is none of this name.
        """
        found = staff.get(self._db, name)
        if found is None or not found.active:
            raise Rejected(f"no active member of staff {name!r}; `staff add` makes one")
        return found.name

    def plan(
        self,
        found: Cluster,
        intent: str,
        *,
        only: Collection[int] = (),
        communities: Collection[str] | None = None,
    ) -> Plan:
        """Return what attaching a cluster to an intent would do; writes nothing.

        Args:
            found: cluster of open wordings.
            intent: what they ask.
            only: numbers of the wordings that are meant; all by default.
            communities: whose recent wordings are asked again; ``None`` for all.

        Raises:
            Rejected: it may not be done; the text names the wording that stands against it.
        """
        self._known(intent)
        ids = chosen(found, only)
        texts = {member.normal: member.id for member in reversed(found.members) if member.id in ids}
        owners = self._owners()
        for text, number in texts.items():
            self._check(text, number, intent, owners.get(text, set()))
        new = tuple(
            text for text in dict.fromkeys(member.normal for member in found.members)
            if text in texts and intent not in owners.get(text, set())
        )  # fmt: skip
        before = self._router()
        added = [*self._additions(), *(Addition(text, intent) for text in new)]
        after = self._source.renew(before, added)
        recent, asked = self._recent(communities), guards(self._source.book, new)
        return Plan(
            intent=intent,
            wordings=tuple(ids),
            texts=new,
            outside=tuple(text for text in new if OUTSIDE in owners.get(text, set())),
            recent=tuple(compare(before, after, recent)),
            recent_asked=len(recent),
            known=tuple(compare(before, after, asked)),
            known_asked=len(asked),
        )

    def attach(self, plan: Plan, *, by: str) -> tuple[list[int], bool]:
        """Do what was planned.

        Returns:
            the numbers of the new phrases, and whether all processes could be told at once.

        Raises:
            Rejected: a phrase has come to belong to another intent meanwhile.
        """
        numbers = phrases.attach(
            self._db,
            texts=plan.texts,
            intent=plan.intent,
            wordings=plan.wordings,
            by=by,
            now=self._clock.now(),
        )
        return numbers, self._told()

    def ignore(self, ids: Collection[int], *, by: str) -> int:
        """Mark wordings as nothing to learn from; return how many were open still."""
        return phrases.ignore(self._db, ids, by=by, now=self._clock.now())

    def take_back(self, number: int, *, by: str) -> tuple[PhraseRecord, bool]:
        """Take a phrase back; return it, and whether all processes could be told at once.

        Raises:
            NotFound: there is no such phrase in force.
        """
        found = phrases.take_back(self._db, number, by=by, now=self._clock.now())
        return found, self._told()

    def replay(self, communities: Collection[str] | None) -> tuple[list[Change], int]:
        """Ask recent wordings again: return those that end differently now, of how many."""
        rows = self._rows(communities)
        found: list[Change] = []
        for row in rows:
            text = learnable(row.text)
            now = outcome(self._router().understand(text))
            if now.decision != row.decision:
                asked = Asked(text=text, count=row.seen)
                found.append(Change(asked=asked, before=Outcome(decision=row.decision), after=now))
        return found, len(rows)

    def overlay(self) -> tuple[list[PhraseRecord], bool]:
        """Return the phrases in force, and whether this machine has learned them."""
        rows = phrases.active(self._db)
        return rows, self._source.is_learned(_as_additions(rows))

    def _additions(self) -> list[Addition]:
        return _as_additions(phrases.active(self._db))

    def _rows(self, communities: Collection[str] | None) -> list[Wording]:
        return unanswered.recent(
            self._db, communities=communities, states=tuple(UnsureState), limit=REPLAYED
        )

    def _recent(self, communities: Collection[str] | None) -> list[Asked]:
        return [Asked(text=learnable(row.text), count=row.seen) for row in self._rows(communities)]

    def _known(self, intent: str) -> None:
        known = self._source.book.sets
        if intent in known:
            return
        group = intent.partition(".")[0]
        like = sorted(name for name in known if name.partition(".")[0] == group)
        raise Rejected(f"no intent {intent!r}; expected one of {', '.join(like or sorted(known))}")

    def _owners(self) -> dict[str, set[str]]:
        """Return what each phrase asks, the packs' and the staff's together."""
        found: dict[str, set[str]] = {}
        for text, intent in labelled(self._source.book):
            found.setdefault(text, set()).add(intent)
        for one in self._additions():
            found.setdefault(one.text, set()).add(one.intent)
        return found

    def _check(self, text: str, number: int, intent: str, owners: set[str]) -> None:
        """Refuse a wording that must not become a phrase.

        Raises:
            Rejected: it is too short, belongs to another intent, or may be a crisis.
        """
        others = sorted(owners - {intent, OUTSIDE})
        if others:
            raise Rejected(f"wording {number} is a phrase of {others[0]} already; {_HINT}")
        if len(text) < LEAST_CHARS:
            raise Rejected(f"wording {number} is too short to teach anything; {_HINT}")
        if intent not in self._source.safety and _doubtful(self._router(), text):
            raise Rejected(
                f"wording {number} may be a crisis and would never raise an alarm again: attach it "
                f"to a crisis intent or {_HINT}"
            )

    def _told(self) -> bool:
        try:
            self._tell()
        except StoreError:
            return False
        return True


def chosen(found: Cluster, only: Collection[int] = ()) -> list[int]:
    """Return the wordings of a cluster that are meant: all, or those named.

    Raises:
        Rejected: one that is named is not in it.
    """
    ids = [member.id for member in found.members]
    strangers = sorted(set(only) - set(ids))
    if strangers:
        raise Rejected(f"wording {strangers[0]} is not in cluster {found.leader.id}")
    return [number for number in ids if number in only] if only else ids


def _as_additions(rows: Iterable[PhraseRecord]) -> list[Addition]:
    return [Addition(row.text, row.intent) for row in rows]


def _doubtful(router: Router, text: str) -> bool:
    """Tell whether a wording is near enough to a crisis that the router itself looks again."""
    odds = router.understand(text).why.get("crisis_odds", 0.0)
    return isinstance(odds, float) and odds >= CLAUSE_DOUBT
