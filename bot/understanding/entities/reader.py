"""One pass over a message: each reader takes its pieces, what it took is not read again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from bot.domain.clock import beijing
from bot.domain.entities import Entities, Named
from bot.domain.figures import Found, When
from bot.understanding.entities import addresses, codes, lengths
from bot.understanding.entities.board import Board
from bot.understanding.entities.counts import counts
from bot.understanding.entities.fold import sheet
from bot.understanding.entities.moments import moments
from bot.understanding.entities.money import money
from bot.understanding.entities.names import NameBook, named

#: Longest piece of a message that is read, in characters; the platform allows some 600.
MAX_CHARS = 1000
NO_NAMES = NameBook()
_NOTHING = Entities()
#: Characters one of which every figure has, written, said or formal.
_FIGURES = codes.FIGURES | frozenset("十廿卅俩仨壹贰叁肆伍陆柒捌玖拾")
F = TypeVar("F", bound=Found)


def extract(text: str, *, now: datetime, names: NameBook = NO_NAMES) -> Entities:
    """Return the days, hours, figures, numbers and names in a message.

    Args:
        text: the message as written.
        now: present moment, aware.
        names: what the community knows by name.

    Raises:
        ValueError: ``now`` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now: expected an aware moment, for example from bot.domain.clock")
    board = Board(sheet(text[:MAX_CHARS]))
    known = named(board, names)
    found = _figures(board, beijing(now))
    if found is _NOTHING:
        return replace(found, names=tuple(known)) if known else found
    return _without_parts_of_names(found, known)


def _figures(board: Board, now: datetime) -> Entities:
    """Return everything but names. The order is that of precedence."""
    numbers = board.has(_FIGURES)
    identities = list(codes.identities(board)) if numbers else []
    phones = list(codes.phones(board)) if numbers else []
    case_numbers = list(codes.case_numbers(board)) if numbers else []
    picked = list(codes.picked(board)) if numbers or board.has(codes.PICKS) else []
    ages = list(lengths.ages(board)) if numbers and board.has(lengths.AGE_SIGNS) else []
    places = list(addresses.addresses(board)) if board.has(addresses.SIGNS) else []
    whens = _whens(board, now)
    sums = list(money(board)) if numbers else []
    durations = list(lengths.durations(board)) if board.has(lengths.SIGNS) else []
    amounts = list(counts(board)) if numbers else []
    if not any(
        (identities, phones, case_numbers, picked, ages, places, whens, sums, durations, amounts)
    ):
        return _NOTHING
    return Entities(
        identities=_in_order(identities),
        phones=_in_order(phones),
        case_numbers=_in_order(case_numbers),
        picked=_in_order(picked),
        ages=_in_order(ages),
        addresses=_in_order(places),
        whens=_in_order(whens),
        money=_in_order(sums),
        durations=_in_order(durations),
        counts=_in_order(amounts),
    )


def _whens(board: Board, now: datetime) -> list[When]:
    out: list[When] = []
    for atom in moments(board.text, now):
        start, end, text = board.claim(atom.start, atom.end)
        out.append(
            When(
                start=start,
                end=end,
                text=text,
                reading=atom.reading,
                others=tuple(one for one in dict.fromkeys(atom.others) if one != atom.reading),
                doubts=atom.doubts,
            )
        )
    return out


def _in_order(found: Sequence[F]) -> tuple[F, ...]:
    return tuple(sorted(found, key=lambda one: one.start)) if len(found) > 1 else tuple(found)


def _without_parts_of_names(found: Entities, names: Sequence[Named]) -> Entities:
    """Leave out figures that belong to a name, like the hour in 四点半课堂; its day may stay."""

    def outside(one: Found) -> bool:
        return not any(
            name.start <= one.start
            and one.end <= name.end
            and (one.start, one.end) != (name.start, name.end)
            for name in names
        )

    return replace(
        found,
        names=tuple(names),
        whens=tuple(one for one in found.whens if one.reading.dated or outside(one)),
        durations=tuple(filter(outside, found.durations)),
        counts=tuple(filter(outside, found.counts)),
        money=tuple(filter(outside, found.money)),
        ages=tuple(filter(outside, found.ages)),
        addresses=tuple(filter(outside, found.addresses)),
        picked=tuple(filter(outside, found.picked)),
    )
