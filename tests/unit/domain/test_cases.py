"""Case numbers that survive being read aloud, and deadlines that know China's working days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.cases import (
    MAX_DAYS,
    MAX_SERIAL,
    OVER,
    CaseState,
    CaseView,
    case_number,
    due,
    read_number,
)
from bot.domain.clock import BEIJING, beijing
from bot.schedule.workdays import ChinaCalendar
from bot.testing import START
from bot.understanding.entities import extract

DAYS = st.dates(date(2024, 1, 1), date(2033, 12, 31))
SERIALS = st.integers(1, MAX_SERIAL)
MOMENTS = st.integers(0, 1_000 * 86_400).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
SPOKEN = str.maketrans("0123456789", "零一二三四五六七八九")
is_workday = ChinaCalendar().is_workday


def numbers_read(text):
    return [read_number(one.number) for one in extract(text, now=START).case_numbers]


@given(DAYS, SERIALS)
def test_a_number_is_read_back_however_it_is_written(day, serial):
    """Small, wide, spaced, without its letters: it is the same number."""
    number = case_number(day, serial)
    wide = number.translate({ord(char): ord(char) + 0xFEE0 for char in "NL0123456789"})
    assert {
        read_number(number),
        read_number(number.lower()),
        read_number(wide),
        read_number(number[2:]),
        read_number(f" {number[:2]}-{number[2:7]} {number[7:]} "),
    } == {number}


@given(DAYS, SERIALS, st.integers(0, 20), st.integers(1, 9))
def test_a_wrong_figure_is_noticed(day, serial, place, shift):
    """Any single one."""
    number = case_number(day, serial)
    at = 2 + place % (len(number) - 2)
    wrong = number[:at] + str((int(number[at]) + shift) % 10) + number[at + 1 :]
    assert read_number(wrong) is None


@given(DAYS, SERIALS, st.integers(0, 20))
def test_two_figures_that_changed_places_are_noticed(day, serial, place):
    """Any two neighbours."""
    number = case_number(day, serial)
    at = 2 + place % (len(number) - 3)
    wrong = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    assert (read_number(wrong) is None) == (wrong != number)


@given(DAYS, st.sets(SERIALS, min_size=2, max_size=2))
def test_two_serials_of_a_day_never_read_the_same(day, pair):
    """The figures before the check figure tell them apart."""
    assert len({case_number(day, serial) for serial in pair}) == 2


@given(st.text(max_size=20))
def test_any_other_text_is_no_number(text):
    """Nothing is raised, whatever somebody writes."""
    found = read_number(text)
    assert found is None or read_number(found) == found


@pytest.mark.parametrize("serial", [1, 42, 999, 1_000, 31_415, MAX_SERIAL])
@pytest.mark.parametrize(
    "form", ["{n}", "查一下{n}", "工单号是{n}", "{low}办得怎么样了", "NL{aloud}"]
)
def test_the_recogniser_finds_our_numbers_in_a_message(serial, form):
    """Typed, quoted after a word, in small letters, or spelled by the voice recogniser."""
    number = case_number(date(2026, 11, 25), serial)
    spoken = number[2:].translate(SPOKEN)
    assert numbers_read(form.format(n=number, low=number.lower(), aloud=spoken)) == [number]


@pytest.mark.parametrize("serial", [0, -1, MAX_SERIAL + 1])
def test_there_is_no_such_serial(serial):
    """A number has at most twelve figures."""
    with pytest.raises(ValueError, match="serial"):
        case_number(date(2026, 11, 25), serial)


def test_the_last_day_ends_when_offices_close():
    """Three working days from a Wednesday evening in Beijing: the Monday after, at six."""
    left = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    deadline = due(3, left, is_workday)
    assert deadline.at == datetime(2026, 11, 30, 18, 0, tzinfo=BEIJING)
    assert deadline.sure


def test_the_day_of_the_request_is_beijings():
    """At five in the afternoon UTC it is tomorrow there."""
    late = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
    assert due(1, late, is_workday).at.date() == date(2026, 11, 27)


def test_holidays_and_shifted_working_days_count_as_published():
    """National Day 2025 lasts from 1 to 8 October; Saturday the 11th is worked."""
    left = datetime(2025, 9, 30, 2, 0, tzinfo=UTC)
    assert [due(days, left, is_workday).at.date() for days in (1, 2, 3)] == [
        date(2025, 10, 9), date(2025, 10, 10), date(2025, 10, 11),
    ]  # fmt: skip


def test_a_year_nobody_published_counts_weekdays_and_says_so():
    """Mondays to Fridays, and not sure."""
    left = datetime(2035, 12, 28, 2, 0, tzinfo=UTC)  # a Friday
    assert is_workday(date(2036, 1, 1)) is None
    deadline = due(3, left, is_workday)
    assert (deadline.at.date(), deadline.sure) == (date(2036, 1, 2), False)


def test_a_span_into_an_unpublished_year_is_not_sure():
    """One unknown day is enough."""

    def known(day):
        return day.isoweekday() <= 5 if day.year < 2027 else None

    left = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)
    assert due(1, left, known).sure
    assert not due(2, left, known).sure


@given(st.integers(1, MAX_DAYS), MOMENTS)
def test_a_deadline_lies_ahead_on_a_day_that_counts(days, left):
    """Exactly so many of the days after the request count, the last one among them."""
    deadline = due(days, left, is_workday)
    first, last = beijing(left).date(), deadline.at.date()
    span = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]

    def counts(day):
        known = is_workday(day)
        return day.isoweekday() <= 5 if known is None else known

    assert deadline.at > left
    assert counts(last)
    assert sum(map(counts, span)) == days


@given(st.integers(1, MAX_DAYS - 1), MOMENTS)
def test_more_days_never_end_sooner(days, left):
    """Deadlines keep their order."""
    assert due(days, left, is_workday).at < due(days + 1, left, is_workday).at


def test_without_days_there_is_no_deadline():
    """And with a number nobody can count there is an error, also in a calendar without work."""
    assert due(0, START, is_workday) is None
    for days in (-1, MAX_DAYS + 1):
        with pytest.raises(ValueError, match="working days"):
            due(days, START, is_workday)
    with pytest.raises(ValueError, match="no working days"):
        due(1, START, lambda _: False)


@pytest.mark.parametrize("state", list(CaseState))
def test_a_view_tells_whether_something_is_to_be_done(state):
    """Closed, withdrawn and merged ones are over."""
    view = CaseView(number="NL", kind="a.b", title="x", state=state, created=START)
    assert view.open == (state not in OVER)
