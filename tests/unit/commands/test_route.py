"""``route`` prints what was found in a message beside what it means."""

import io
import json

import pytest

from bot.cli import main
from bot.commands import content
from bot.understanding.router import Router


@pytest.fixture
def routed(router: Router, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Give a function from messages to the rows printed for them."""
    monkeypatch.setattr(content, "build_router", lambda: router)

    def run(*lines: str, community: str = "demo") -> list[dict[str, object]]:
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
        assert main(["route", "--community", community]) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def test_route_prints_the_slots_of_a_message(routed):
    """Days and hours as ISO 8601 writes them, numbers of people masked."""
    (row,) = routed("2027年3月8日下午三点，3栋2单元402，欠三千五，电话13800138000")

    assert row["slots"] == {
        "date": "2027-03-08",
        "time": "15:00",
        "address": "3栋2单元402室",
        "money": "3500",
        "phone": "138****8000",
    }


def test_route_knows_the_names_of_the_community(routed):
    """Those of one pack are not those of another."""
    assert routed("书画社团几点", community="fengxin")[0]["slots"]["club"] == "书画社团"
    assert "club" not in routed("书画社团几点", community="nanshawan")[0]["slots"]


def test_route_prints_no_slot_for_a_message_without_figures(routed):
    """An empty object, not a missing key."""
    assert [row["slots"] for row in routed("居住证怎么办", "谢谢")] == [{}, {}]
