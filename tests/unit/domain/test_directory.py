"""Places: how far, and whether open."""

from datetime import datetime

import pytest

from bot.domain.clock import BEIJING
from bot.domain.directory import metres, nearest, open_at
from tests.factories import make_entry


def at(text: str) -> datetime:
    """Return a Beijing moment; 2026-11-23 is a Monday."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def test_a_degree_of_latitude_is_111_kilometres():
    """Great-circle distance on the mean sphere."""
    assert metres(23, 113, 24, 113) == pytest.approx(111_195, abs=1)
    assert metres(23, 113, 23, 113) == 0


def test_the_nearest_come_first_and_the_unplaced_not_at_all():
    """A place without a position cannot be near."""
    far, near = (
        make_entry(id="far", latitude=23.2, longitude=113.0),
        make_entry(id="near", latitude=23.1, longitude=113.0),
    )
    found = nearest([far, make_entry(id="nowhere"), near], 23.0, 113.0)

    assert [entry.id for _, entry in found] == ["near", "far"]


def test_places_at_the_same_distance_are_told_by_id():
    """The same question gets the same answer."""
    twins = [make_entry(id=name, latitude=23.0, longitude=113.0) for name in ("b", "a")]

    assert [entry.id for _, entry in nearest(twins, 23.0, 113.0, limit=1)] == ["a"]


def test_a_place_without_recorded_times_is_neither_open_nor_closed():
    """Not known is its own answer."""
    assert open_at(make_entry(), at("2026-11-23T10:00")) is None


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23T07:59", False),
        ("2026-11-23T08:00", True),
        ("2026-11-23T11:59", True),
        ("2026-11-23T12:00", False),
        ("2026-11-23T23:30", True),
        ("2026-11-28T10:00", False),
        ("2026-11-29T10:00", True),
    ],
)
def test_opening_times_are_read_in_beijing_from_the_first_to_before_the_last_minute(
    moment: str, expected: bool
):
    """A weekday's own times win over the daily ones."""
    place = make_entry(open={"daily": ("08:00-12:00", "22:00-24:00"), "sat": ()})

    assert open_at(place, at(moment)) is expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23T01:00", False),
        ("2026-11-23T23:00", True),
        ("2026-11-24T01:59", True),
        ("2026-11-24T02:00", False),
        ("2026-11-24T23:00", False),
    ],
)
def test_a_span_past_midnight_belongs_to_the_evening_it_began(moment: str, expected: bool):
    """Monday's night ends on Tuesday morning, not on Monday's."""
    assert open_at(make_entry(open={"mon": ("22:00-02:00",)}), at(moment)) is expected


def test_a_place_open_every_night_is_open_before_dawn():
    """``daily`` spans pass midnight too."""
    assert open_at(make_entry(open={"daily": ("22:00-06:00",)}), at("2026-11-23T05:00"))


def test_a_public_holiday_has_its_own_times_where_they_are_recorded():
    """Otherwise the weekday's hold."""
    place = make_entry(open={"daily": ("08:00-22:00",), "holiday": ()})

    assert open_at(place, at("2026-11-23T10:00"), holiday=True) is False
    assert open_at(
        make_entry(open={"daily": ("08:00-22:00",)}), at("2026-11-23T10:00"), holiday=True
    )
