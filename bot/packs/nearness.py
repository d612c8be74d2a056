"""Finds texts that say nearly the same, without comparing each with every other.

Two texts that are near share most of their pairs of characters, so they also share one of their
rarest ones: only texts that do are compared (prefix filtering).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rapidfuzz import fuzz


def near_pairs(
    texts: Sequence[str], *, ratio: float, min_chars: int
) -> Iterator[tuple[int, int, float]]:
    """Yield the pairs of texts that are near each other.

    Args:
        texts: normal forms, each once.
        ratio: pairs at least this alike are near, 0..100 (rapidfuzz ``ratio``).
        min_chars: shorter texts are passed over; they are alike by chance.

    Yields:
        Numbers of the two texts, the smaller first, and how alike they are.
    """
    seen: dict[str, list[int]] = {}
    counts = _counts(texts)
    for number, text in enumerate(texts):
        if len(text) < min_chars:
            continue
        rare = _rarest(text, counts, ratio)
        for other in sorted({found for pair in rare for found in seen.get(pair, ())}):
            alike = fuzz.ratio(text, texts[other], score_cutoff=ratio)
            if alike:
                yield other, number, alike
        for pair in rare:
            seen.setdefault(pair, []).append(number)


def near_between(
    texts: Sequence[str], others: Sequence[str], *, ratio: float, min_chars: int
) -> Iterator[tuple[int, int, float]]:
    """Yield which texts are near which others; the arguments are those of ``near_pairs``.

    Yields:
        Number of a text, number of one of the others, and how alike they are.
    """
    counts = _counts([*texts, *others])
    lists: dict[str, list[int]] = {}
    for number, other in enumerate(others):
        if len(other) >= min_chars:
            for pair in _rarest(other, counts, ratio):
                lists.setdefault(pair, []).append(number)
    for number, text in enumerate(texts):
        if len(text) < min_chars:
            continue
        rare = _rarest(text, counts, ratio)
        for at in sorted({found for pair in rare for found in lists.get(pair, ())}):
            alike = fuzz.ratio(text, others[at], score_cutoff=ratio)
            if alike:
                yield number, at, alike


def _counts(texts: Iterable[str]) -> Counter[str]:
    return Counter(pair for text in texts for pair in _pairs_of(text))


def _pairs_of(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)} or {text}


def _rarest(text: str, counts: Mapping[str, int], ratio: float) -> list[str]:
    """Return so many of the rarest pairs that a near text must share one of them.

    Each inserted or deleted character breaks at most two pairs, and a near text is at most
    ``(200 - ratio) / ratio`` times as long.
    """
    edits = int((100 - ratio) / 100 * len(text) * (1 + (200 - ratio) / ratio))
    order = sorted(_pairs_of(text), key=lambda pair: (counts[pair], pair))
    return order[: 2 * edits + 1]
