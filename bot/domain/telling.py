"""How things looked up are told: which entry is meant, when it is next, what fits a first reply.

Pure functions over directory entries and days. Sentences come in from the capability's
``replies.yaml``; only the forms of dates and times are fixed here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Protocol, TypeVar

from bot.domain.cards import PIECE_CHARS, Card, local_section, passport_line
from bot.domain.clock import beijing
from bot.domain.directory import Entry
from bot.domain.replies import Choice, Reply
from bot.domain.text import pieces, stretched

#: Characters of the first reply's text; choices and the passport line come on top.
FIRST_CHARS = 380
#: Share of a name's characters that must stand together in a message to mean it.
NEAR_ENOUGH = 0.6

_MIN_FUZZY_CHARS = 3
_SAME_YEAR_DAYS = 60
_WEEKDAYS = "一二三四五六日"
_OPEN_DAYS = ("daily", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday")
_ALL_DAY = ("00:00-23:59",)
_SPAN = re.compile(r"^(\d\d:\d\d)-(\d\d:\d\d)$")
_SILENT = re.compile(r"[^0-9a-z\u4e00-\u9fff\u0600-\u06ff]+")


class Happening(Protocol):
    """One day on which something takes place."""

    @property
    def day(self) -> date:
        """Return the Beijing date."""
        ...

    @property
    def holiday(self) -> bool:
        """Tell whether it falls on a public holiday."""
        ...

    @property
    def certain(self) -> bool:
        """Tell whether holidays of that year are known."""
        ...


H = TypeVar("H", bound=Happening)


def day_said(
    day: date, today: date | None = None, forms: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Return a date as people say it.

    Args:
        day: what to say.
        today: Beijing date, to say 今天 and 明天; left out, the date is always spelled.
        forms: in another language ``date`` and ``year`` (with ``{weekday}``, ``{day}``,
            ``{month}``, ``{year}``), ``same_day`` and ``next_day`` (with ``{weekday}``), and the
            names ``weekdays`` and ``months``, split by ``|``.

    >>> day_said(date(2026, 11, 25)), day_said(date(2026, 11, 25), date(2026, 11, 24))
    ('11月25日（周三）', '明天（周三）')
    """
    if forms.get("date"):
        return _said_elsewhere(day, today, forms)
    weekday = f"（周{_WEEKDAYS[day.weekday()]}）"
    if today is None:
        return f"{day.month}月{day.day}日{weekday}"
    if day == today:
        return f"今天{weekday}"
    if day == today + timedelta(days=1):
        return f"明天{weekday}"
    far = day.year != today.year and (day - today).days > _SAME_YEAR_DAYS
    return f"{day.year}年{day_said(day)}" if far else day_said(day)


def dated(day: date, today: date) -> str:
    """Return a date spelled, with its year where that is not this one.

    >>> dated(date(2026, 12, 5), date(2026, 11, 25)), dated(date(2024, 3, 1), date(2026, 11, 25))
    ('12月5日（周六）', '2024年3月1日（周五）')
    """
    return day_said(day) if day.year == today.year else f"{day.year}年{day_said(day)}"


def _said_elsewhere(day: date, today: date | None, forms: Mapping[str, str]) -> str:
    names = {
        "weekday": forms["weekdays"].split("|")[day.weekday()],
        "month": forms["months"].split("|")[day.month - 1],
        "day": day.day,
        "year": day.year,
    }
    ahead_days = (day - today).days if today else -1
    form = {0: "same_day", 1: "next_day"}.get(ahead_days, "date")
    if today and day.year != today.year and ahead_days > _SAME_YEAR_DAYS:
        form = "year"
    return forms[form].format(**names)


def hours_said(entry: Entry, names: Mapping[str, str]) -> str:
    """Return when an entry is open: its own words, in another language from its times.

    Args:
        entry: what is open.
        names: in another language what ``daily``, ``mon`` … ``sun`` and ``holiday`` are called,
            and ``closed`` and ``always``; empty for Chinese.
    """
    if not names or not entry.open:
        return entry.hours
    groups: list[tuple[list[str], str]] = []
    for day in _OPEN_DAYS:
        if day not in entry.open:
            continue
        times = _times(entry.open[day], names)
        same = bool(groups) and groups[-1][1] == times
        if same and day != "holiday":
            groups[-1][0].append(names[day])
        elif not (same and "daily" in entry.open):
            groups.append(([names[day]], times))
    return "; ".join(f"{_range(days)} {times}" for days, times in groups)


def _times(spans: Sequence[str], names: Mapping[str, str]) -> str:
    if tuple(spans) == _ALL_DAY:
        return names["always"]
    return ", ".join(span_said(span) for span in spans) or names["closed"]


def _range(days: list[str]) -> str:
    return f"{days[0]}–{days[-1]}" if len(days) > 2 else ", ".join(days)


def span_said(span: str) -> str:
    """Return ``09:00-11:30`` as prose writes it: ``9:00–11:30``."""
    return "–".join(part[1:] if part[:1] == "0" else part for part in span.split("-"))


def place_said(reference: str, places: Iterable[Entry], *, brief: bool = False) -> str:
    """Return a place by its id as name and address; what is no id is a text already.

    Args:
        reference: ``Entry.place``.
        places: the community's places.
        brief: leave the address out.
    """
    for entry in places:
        if entry.id == reference:
            return entry.name if brief else f"{entry.name} {entry.address}".strip()
    return reference


def mentions(text: str, words: str) -> bool:
    """Tell whether a message (normal form) has one of ``words``, alternatives split by ``|``."""
    return any(word and word in text for word in words.split("|"))


def named(text: str, entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries whose name, or other name, stands in a message (normal form).

    Where several do, the longest name decides.
    """
    sizes = [
        (entry, max((len(form) for form in _forms(entry) if form in text), default=0))
        for entry in entries
    ]
    longest = max((size for _, size in sizes), default=0)
    return [entry for entry, size in sizes if size == longest > 0]


def meant(text: str, entries: Sequence[Entry], *, noise: str = "") -> list[Entry]:
    """Return the entries a message names or nearly names; none when it names none.

    A name is nearly said when enough of its characters stand close together in the message.

    Args:
        text: the message in normal form.
        entries: what could be meant.
        noise: words, split by ``|``, that say nothing about which entry is meant.
    """
    found = named(text, entries)
    if found:
        return found
    for word in filter(None, noise.split("|")):
        text = text.replace(word, "")
    near = [
        (entry, max((_nearness(form, text) for form in _forms(entry)), default=0.0))
        for entry in entries
    ]
    best = max((share for _, share in near), default=0.0)
    return [entry for entry, share in near if share == best >= NEAR_ENOUGH]


def _forms(entry: Entry) -> list[str]:
    return [bare for name in (entry.name, *entry.aka) if (bare := _bare(name))]


def _bare(name: str) -> str:
    return _SILENT.sub("", name.lower())


def _nearness(form: str, text: str) -> float:
    """Return the share of ``form``'s characters found in the best window of its length."""
    size = len(form)
    if size < _MIN_FUZZY_CHARS or not text:
        return 0.0
    windows = (text[at : at + size] for at in range(max(1, len(text) - size + 1)))
    return max(sum(char in window for char in form) for window in windows) / size


def ahead(found: Iterable[H], entry: Entry, now: datetime) -> list[H]:
    """Return the days still to come: not over today, not cancelled by a holiday."""
    return [
        one
        for one in found
        if not (one.holiday and entry.holiday == "skip") and not _over(one.day, entry.time, now)
    ]


def _over(day: date, span: str, now: datetime) -> bool:
    local = beijing(now)
    if day != local.date():
        return day < local.date()
    times = _SPAN.match(span)
    if times is None or times[2] == "24:00" or times[2] < times[1]:
        return False
    return local.time() >= time.fromisoformat(times[2])


def dates_said(
    found: Sequence[H], entry: Entry, now: datetime, words: Mapping[str, str], *, shown: int = 3
) -> str:
    """Return when something is next, holidays named and not guessed; "" when no day is known.

    Args:
        found: the next days of the entry's rule, from today on.
        entry: what takes place; its ``holiday`` says what a public holiday does to it.
        now: present moment, aware.
        words: sentences ``today``, ``next`` (with ``{day}``), ``later`` (``{days}``), ``holiday``,
            ``uncertain`` and ``skipped`` (``{days}``); an empty one is left out. In another
            language the forms of ``day_said`` and ``comma`` too.
        shown: how many days are named at most.
    """
    coming = ahead(found, entry, now)[:shown]
    if not coming:
        return ""
    today = beijing(now).date()
    comma = words.get("comma", "、")
    spoken = [day_said(one.day, forms=words) + _caution(one, entry, words) for one in coming]
    lead = words["today" if coming[0].day == today else "next"].format(day=spoken[0])
    if spoken[1:]:
        lead += words["later"].format(days=comma.join(spoken[1:]))
    skipped = [one.day for one in found if one.day < coming[0].day and one.day > today]
    if skipped and words["skipped"]:
        days = comma.join(day_said(day, forms=words) for day in skipped)
        lead = f"{words['skipped'].format(days=days)}{lead}"
    if entry.holiday != "keep" and words["uncertain"] and not all(one.certain for one in coming):
        lead += words["uncertain"]
    return lead


def _caution(one: Happening, entry: Entry, words: Mapping[str, str]) -> str:
    return words["holiday"] if one.holiday and entry.holiday == "ask" else ""


def facts_said(entry: Entry, *, dates: str, place: str, words: Mapping[str, str]) -> dict[str, str]:
    """Return what is known of an entry as lines by card field, in the order they are told.

    Args:
        entry: what is told.
        dates: its next days as text, or "".
        place: its place as text, or "".
        words: sentences ``name`` (with ``{name}`` and ``{dates}``), ``hours``, ``place``,
            ``bring``, ``fee`` and ``phone``, each with a placeholder of its own name.
    """
    lead = dates or entry.hours or entry.text
    known = {
        "when": words["name"].format(name=entry.name, dates=lead) if lead else entry.name,
        "hours": words["hours"].format(hours=entry.hours) if dates and entry.hours else "",
        "where": words["place"].format(place=place) if place else "",
        "text": entry.text if lead != entry.text else "",
    }
    for name, field in (("bring", "papers"), ("fee", "cost")):
        value = entry.extra.get(name, "")
        known[field] = words[name].format(**{name: value}) if value else ""
    known["contact"] = words["phone"].format(phone=entry.phone) if entry.phone else ""
    return {field: line for field, line in known.items() if line}


def sections(
    card: Card | None, names: Sequence[str], labels: Mapping[str, str], *, based: bool = False
) -> list[str]:
    """Return the fields of a card that are known, each as text with its heading.

    Args:
        card: what is known, or nothing.
        names: fields in the order they are told.
        labels: headings, and ``checked`` for the small line.
        based: end with the small line where a law stands behind the fields.
    """
    if card is None:
        return []
    told = [text for name in names if (text := local_section(card, name, labels))]
    if based and any(card.facts[name].passport.basis for name in names if name in card.facts):
        told.append(f"〔{passport_line(card, tuple(names), labels)}〕")
    return told


def unknown_said(labels: Mapping[str, str], what: Iterable[str], who: str) -> list[str]:
    """Return the sentence that names what nobody has checked and who knows; none for nothing.

    Args:
        labels: ``unknown`` (with ``{what}`` and ``{who}``), and ``comma`` in another language.
        what: names of what is missing.
        who: who knows.
    """
    names = labels.get("comma", "、").join(what)
    return [labels["unknown"].format(what=names, who=who)] if names else []


def checked_month(entries: Iterable[Entry]) -> str:
    """Return the month of the oldest check, ``2026-11``.

    Raises:
        ValueError: there are no entries.
    """
    return f"{min(entry.passport.as_of for entry in entries):%Y-%m}"


def looked_up(
    lines: Sequence[str],
    *,
    rest: Sequence[str] = (),
    closing: Sequence[str] = (),
    choices: Sequence[Choice],
    detail: str,
    topic: str,
    passport: str,
    language: str = "",
) -> Reply:
    """Return a reply whose lines fit a first answer; what does not fit is told on 详细.

    Args:
        lines: paragraphs in the order of their weight; the first is always told.
        rest: paragraphs kept for 详细 in any case.
        closing: short lines that end the first answer.
        choices: next steps; one gives way to 详细 where there are four.
        detail: how the choice 详细 reads.
        topic: intent that stays open.
        passport: the small line.
        language: language tag of the lines.
    """
    parts = [line for line in dict.fromkeys(lines) if line]
    room = stretched(FIRST_CHARS, language) - sum(len(line) + 1 for line in closing)
    told: list[str] = []
    for part in parts:
        room -= len(part) + 1
        if room < 0 and told:
            break
        told.append(part)
    later = pieces(
        [*parts[len(told) :], *(line for line in rest if line)], stretched(PIECE_CHARS, language)
    )
    offered = tuple(choices)
    if later:
        offered = (*offered[:3], Choice(label=detail, target="command:detail"))
    return Reply(
        text="\n".join([*told, *closing]),
        choices=offered,
        rest=later,
        topic=topic,
        passport=passport,
    )
