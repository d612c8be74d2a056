"""Logs are events with fields, and hold neither secrets nor persons nor their words."""

import io
import json

import pytest
import structlog

from bot import logs, metrics
from bot.domain.errors import StoreUnavailable

WRITTEN = "我的身份证号是多少"


@pytest.fixture
def lines(monkeypatch):
    """Give a reader of what was logged as JSON."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    logs.configure(level="DEBUG", style="json", process="web")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET /x?access_token=abc&b=1", "GET /x?access_token=<hidden>&b=1"),
        ("secret=abc def", "secret=<hidden> def"),
        ("https://q/webhook/send?key=1-2-3", "https://q/webhook/send?key=<hidden>"),
        ("to oABCDEFGHIJKLMNOPQRSTUVWXYZ0 sent", "to <openid> sent"),
        ("oABCDEFGHIJKLMNOPQRSTUVWXYZ-", "<openid>"),
        ("oABCDEFGHIJKLMNOPQRSTUVWXYZ_", "<openid>"),
        ("photo-oABCDEFGHIJKLMNOPQRSTUVWXY", "photo-oABCDEFGHIJKLMNOPQRSTUVWXY"),
        ('{"access_token": "abc", "x": 1}', '{"access_token": "<hidden>", "x": 1}'),
        ("ordinary words", "ordinary words"),
    ],
)
def test_secrets_and_openids_are_scrubbed(text: str, expected: str):
    """An openid has 28 characters and may end with a dash or an underscore."""
    assert logs.scrub(text) == expected


def test_a_line_is_an_event_with_its_fields(lines):
    """Name, level, time, process, and what was bound."""
    logs.logger().info("turn.answered", intent="legal.aid", ms=3)

    (line,) = lines()
    assert (line["event"], line["intent"], line["ms"]) == ("turn.answered", "legal.aid", 3)
    assert (line["level"], line["process"]) == ("info", "web")
    assert line["timestamp"].endswith("Z")


def test_fields_are_scrubbed_too_and_what_lies_inside_them(lines):
    """A list or mapping is no hiding place."""
    openid = "oABCDEFGHIJKLMNOPQRSTUVWXYZ0"
    logs.logger().warning("x", url="?key=abc", who=[openid], more={"to": openid})

    (line,) = lines()
    assert (line["url"], line["who"], line["more"]) == (
        "?key=<hidden>",
        ["<openid>"],
        {"to": "<openid>"},
    )


def test_a_traceback_names_types_and_places_but_not_what_somebody_wrote(lines):
    """``int("…")`` repeats its input; a log must not."""
    try:
        int(WRITTEN)
    except ValueError:
        logs.logger().exception("turn.failed")

    (line,) = lines()
    assert "ValueError" in line["exception"]
    assert "test_logs.py" in line["exception"]
    assert WRITTEN not in json.dumps(line, ensure_ascii=False)


def test_the_products_own_errors_keep_their_text_and_their_cause_its_type(lines):
    """Their texts are written for operators and hold no personal data."""
    try:
        try:
            {}[WRITTEN]
        except KeyError as error:
            raise StoreUnavailable("database: locked") from error
    except StoreUnavailable:
        logs.logger().exception("turn.failed")

    (line,) = lines()
    assert "StoreUnavailable: database: locked" in line["exception"]
    assert "KeyError" in line["exception"]
    assert WRITTEN not in line["exception"]


def test_a_level_hides_what_is_below_it(capsys):
    """ERROR shows errors."""
    logs.configure(level="ERROR", style="text")
    logs.logger().warning("quiet")
    logs.logger().error("loud")

    printed = capsys.readouterr().err
    assert "loud" in printed
    assert "quiet" not in printed
    structlog.reset_defaults()


def test_figures_are_served_as_text_for_one_process_or_many(tmp_path):
    """Prometheus reads both."""
    metrics.STATE_DOWN.inc()

    assert b"bot_state_down_total" in metrics.exposition()
    assert metrics.exposition(str(tmp_path)) == b""
