"""Groups messages that were not understood by likeness: greedy, deterministic, bounded.

The most frequent message leads; each further one joins the nearest leader it is like, by the cosine
of the router's own n-grams and by rapidfuzz, or leads a group of its own. A leader is a message
somebody wrote, so a group reads as what it is about.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from bot.understanding.features import GramSpace, grams
from bot.understanding.lexical import LexicalIndex
from bot.understanding.normalize import sounds

#: Most messages that are grouped at once.
MAX_MESSAGES = 5_000
#: A message joins a leader from this cosine of their n-grams on …
LEAST_COSINE = 0.2
#: … when their characters agree by so much as well, of 100.
LEAST_RATIO = 30.0
#: Leaders that are looked at for one message, nearest first.
LEADERS_TRIED = 8
#: Intents shown for a group.
LIKELY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """One wording that was not understood.

    Attributes:
        id: its number in the ledger.
        normal: what of it can be learned, in normal form; not empty.
        count: how often it was written.
        likely: intents it might mean, with their probabilities.
    """

    id: int
    normal: str
    count: int = 1
    likely: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Wordings of what seems to be one ask.

    Attributes:
        leader: the wording it is known by.
        members: all wordings, the leader first, then the most frequent.
        likely: intents they might mean, the likeliest first, with their share of all messages.
    """

    leader: Unclear
    members: tuple[Unclear, ...]
    likely: tuple[tuple[str, float], ...]

    @property
    def messages(self) -> int:
        """Return how many messages it stands for."""
        return sum(member.count for member in self.members)


def cluster(wordings: Sequence[Unclear], space: GramSpace) -> list[Cluster]:
    """Group wordings, the largest group first.

    Args:
        wordings: at most ``MAX_MESSAGES``; in any order, the result is the same.
        space: the router's n-grams and their rarity.

    Raises:
        ValueError: too many wordings.
    """
    if len(wordings) > MAX_MESSAGES:
        raise ValueError(f"at most {MAX_MESSAGES} wordings at once")
    ordered = sorted(wordings, key=lambda one: (-one.count, len(one.normal), one.normal, one.id))
    normals = [one.normal for one in ordered]
    wide = widened(space, normals)
    index = LexicalIndex(wide, normals, [""] * len(normals))
    led = np.zeros(len(ordered), np.bool_)
    groups: dict[int, list[Unclear]] = {}
    for number, one in enumerate(ordered):
        cosines = np.where(led, index.cosines(*wide.vector(one.normal)), 0.0)
        leader = _leader(normals, number, cosines)
        if leader is None:
            led[number] = True
            leader = number
        groups.setdefault(leader, []).append(one)
    found = [
        Cluster(leader=members[0], members=tuple(members), likely=_likely(members))
        for members in groups.values()
    ]
    return sorted(found, key=lambda group: (-group.messages, group.leader.normal, group.leader.id))


def widened(space: GramSpace, normals: Sequence[str]) -> GramSpace:
    """Return a space that knows the n-grams of some messages too, new ones as the rarest.

    What no phrase has is just what a message that was not understood may be about.
    """
    columns = dict(space.columns)
    for normal in normals:
        for gram in grams(normal) + grams(sounds(normal)):
            columns.setdefault(gram, len(columns))
    rarest = float(space.idf.max()) if len(space.idf) else 1.0
    new = np.full(len(columns) - len(space.columns), rarest, np.float32)
    return replace(space, columns=columns, idf=np.concatenate([space.idf, new]))


def _leader(normals: Sequence[str], number: int, cosines: NDArray[np.float64]) -> int | None:
    """Return the leader a wording is like, or nothing."""
    near = np.flatnonzero(cosines >= LEAST_COSINE)
    nearest = near[np.argsort(-cosines[near], kind="stable")][:LEADERS_TRIED]
    best: tuple[float, int] | None = None
    for place in nearest.tolist():
        ratio = fuzz.ratio(normals[number], normals[place])
        if ratio < LEAST_RATIO:
            continue
        score = float(cosines[place]) + ratio / 100
        if best is None or score > best[0]:
            best = (score, place)
    return best[1] if best else None


def _likely(members: Sequence[Unclear]) -> tuple[tuple[str, float], ...]:
    total: dict[str, float] = {}
    for member in members:
        for intent, share in member.likely:
            total[intent] = total.get(intent, 0.0) + share * member.count
    count = sum(member.count for member in members)
    ranked = sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))[:LIKELY]
    return tuple((intent, round(share / count, 3)) for intent, share in ranked)
