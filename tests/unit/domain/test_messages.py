"""The identity of a message, and of a resident."""

from datetime import UTC, datetime

import pytest

from bot.domain.clock import SystemClock, beijing
from bot.domain.errors import (
    BadSignature,
    BotError,
    ChannelError,
    PackError,
    RetryLater,
    StoreUnavailable,
)
from bot.domain.messages import ANSWERED, Kind, message_key
from bot.domain.residents import resident_ref

TEXT = {"FromUserName": "o1", "ToUserName": "gh", "CreateTime": "1", "MsgId": "7", "Content": "好"}


def test_a_redelivery_has_the_same_key_whatever_the_order_of_its_fields():
    """The platform repeats the same document."""
    assert message_key("default", TEXT) == message_key("default", dict(reversed(TEXT.items())))


@pytest.mark.parametrize(
    "change",
    [
        {"MsgId": "8"},
        {"Content": "不好"},
        {"FromUserName": "o2"},
        {"CreateTime": "2"},
        {"Event": "CLICK", "EventKey": "a"},
    ],
)
def test_any_difference_makes_another_message(change: dict[str, str]):
    """``MsgId`` alone loses real messages (DESIGN.md §3)."""
    assert message_key("default", TEXT | change) != message_key("default", TEXT)


def test_two_accounts_never_share_a_message():
    """Ids are per account."""
    assert message_key("a", TEXT) != message_key("b", TEXT)


def test_only_what_a_person_did_deserves_an_answer():
    """Receipts and departures are never answered."""
    silent = {Kind.UNFOLLOW, Kind.RECEIPT, Kind.CONSENT, Kind.ERASURE, Kind.SILENT, Kind.OTHER}
    assert set(Kind) - silent == ANSWERED


def test_a_reference_is_keyed_and_per_account():
    """Without the deployment's secret nobody can tell who it is."""
    ref = resident_ref(b"secret", "default", "openid")

    assert len(ref) == 32
    assert ref == resident_ref(b"secret", "default", "openid")
    assert (
        len(
            {
                ref,
                resident_ref(b"other", "default", "openid"),
                resident_ref(b"secret", "b", "openid"),
            }
        )
        == 3
    )


def test_account_and_openid_cannot_be_shifted_into_each_other():
    """``a`` + ``bc`` is not ``ab`` + ``c``."""
    assert resident_ref(b"s", "a", "bc") != resident_ref(b"s", "ab", "c")


def test_people_read_beijing_time():
    """Storage is UTC; eight hours lie between."""
    assert (
        beijing(datetime(2026, 11, 24, 16, 30, tzinfo=UTC)).isoformat()
        == "2026-11-25T00:30:00+08:00"
    )


def test_the_machines_clock_is_aware_and_never_runs_backwards():
    """Naive datetimes never enter."""
    clock = SystemClock()

    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()


def test_errors_carry_what_a_caller_needs():
    """When to come back, which code, which lines to mend."""
    assert RetryLater("later", after_s=3.5, code=45009).after_s == 3.5
    assert ChannelError("no", code=40001).code == 40001
    assert PackError(["a: x", "b: y"]).problems == ["a: x", "b: y"]
    assert str(PackError(["a: x", "b: y"])) == "a: x\nb: y"
    assert all(issubclass(kind, BotError) for kind in (BadSignature, StoreUnavailable, RetryLater))
