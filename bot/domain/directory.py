"""Things one can look up: places, duties, events, hotlines (通讯录、站点、值班)."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from bot.domain.cards import Passport
from bot.domain.clock import beijing

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EARTH_RADIUS_M = 6_371_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing in a directory; whatever is not known is empty.

    Attributes:
        id: unique in its pack chain.
        kind: directory it stands in (``place``, ``duty``, ``event``, ``hotline`` …).
        sort: finer kind (``station``, ``lawyer`` …).
        latitude: degrees north.
        longitude: degrees east.
        open: opening times by ``daily``, ``mon`` … ``sun``, ``holiday``; each a list of
            ``HH:MM-HH:MM``.
        rrule: RFC 5545 rule of a duty or event.
        time: time of day of the rule, ``HH:MM-HH:MM``.
        holiday: what a public holiday does to it: ``skip``, ``keep`` or ``ask``.
        extra: further fields of the entry, as text, by their name in the file.
    """

    id: str
    kind: str
    name: str
    passport: Passport
    sort: str = ""
    aka: tuple[str, ...] = ()
    text: str = ""
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    hours: str = ""
    open: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rrule: str = ""
    time: str = ""
    holiday: str = "keep"
    place: str = ""
    phone: str = ""
    facilities: tuple[str, ...] = ()
    number: str = ""
    use: str = ""
    tags: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)


def metres(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the great-circle distance between two points in metres (haversine)."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half_phi = math.sin((phi2 - phi1) / 2)
    half_lambda = math.sin(math.radians(lon2 - lon1) / 2)
    root = half_phi**2 + math.cos(phi1) * math.cos(phi2) * half_lambda**2
    return 2 * _EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, root)))


def nearest(
    entries: Iterable[Entry], latitude: float, longitude: float, *, limit: int = 3
) -> list[tuple[float, Entry]]:
    """Return up to ``limit`` entries with known positions, nearest first, each with its metres."""
    placed = [
        (metres(latitude, longitude, entry.latitude, entry.longitude), entry)
        for entry in entries
        if entry.latitude is not None and entry.longitude is not None
    ]
    return sorted(placed, key=lambda pair: (pair[0], pair[1].id))[:limit]


def open_at(entry: Entry, moment: datetime, *, holiday: bool = False) -> bool | None:
    """Tell whether a place is open at ``moment``; ``None`` when its times are not recorded.

    A span past midnight belongs to the day it begins on.
    """
    if not entry.open:
        return None
    local = beijing(moment)
    today = _spans(entry, _WEEKDAYS[local.weekday()], holiday=holiday)
    night = _spans(entry, _WEEKDAYS[local.weekday() - 1], holiday=False)
    at = local.time()
    return any(_since(span, at) for span in today) or any(_still(span, at) for span in night)


def _spans(entry: Entry, weekday: str, *, holiday: bool) -> tuple[str, ...]:
    if holiday and "holiday" in entry.open:
        return entry.open["holiday"]
    if weekday in entry.open:
        return entry.open[weekday]
    return entry.open.get("daily", ())


def _ends(span: str) -> tuple[time, time | None]:
    """Read ``HH:MM-HH:MM``; an end of 24:00 is ``None``."""
    start, _, end = span.partition("-")
    return time.fromisoformat(start), None if end == "24:00" else time.fromisoformat(end)


def _since(span: str, at: time) -> bool:
    """Tell whether ``at`` lies in today's ``span``, which may pass midnight."""
    begin, finish = _ends(span)
    return at >= begin and (finish is None or finish < begin or at < finish)


def _still(span: str, at: time) -> bool:
    """Tell whether last night's ``span`` passed midnight and still runs at ``at``."""
    begin, finish = _ends(span)
    return finish is not None and finish < begin and at < finish
