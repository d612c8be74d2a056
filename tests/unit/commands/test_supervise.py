"""What ``up`` runs once: only for its own sandbox, never again, never in anybody's way."""

import os
import time
from pathlib import Path

import pytest

from bot.commands.supervise import Supervisor
from bot.commands.up import errands
from bot.testing import make_settings

PATIENCE_S = 20.0


def supervisor(folder: Path) -> Supervisor:
    return Supervisor(os.environ, log_dir=folder, tend=lambda: False)


def test_the_menu_is_put_into_the_sandbox(tmp_path: Path):
    """Whatever port it has."""
    assert errands(make_settings(tmp_path, BOT_PORT="9000")) == (("menu", "put"),)


@pytest.mark.parametrize("address", ["https://api.weixin.qq.com", "http://127.0.0.1:7000"])
def test_no_other_platform_gets_a_menu_by_itself(tmp_path: Path, address: str):
    """A menu replaces the one that is there: at a real account that is the operator's word."""
    assert errands(make_settings(tmp_path, BOT_WECHAT_API_BASE=address)) == ()


def test_an_errand_that_fails_is_told_once_and_not_repeated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """Its own words are in its log."""
    parent = supervisor(tmp_path)
    parent._running["menu fetch"] = parent._spawn("menu", "menu", "fetch")
    child = parent._running["menu fetch"]
    child.wait(timeout=PATIENCE_S)

    for _ in range(2):
        parent._reap()
        parent._revive()

    assert capsys.readouterr().err.count("menu fetch failed; see the logs in") == 1
    assert parent._running == {}
    assert parent._children == {}
    assert "invalid choice" in (tmp_path / "menu.log").read_text(encoding="utf-8")


def test_an_errand_that_is_still_under_way_is_left_alone_and_ends_with_its_parent(tmp_path: Path):
    """Ctrl-C leaves nobody behind."""
    parent = supervisor(tmp_path)
    child = parent._spawn("route", "route")
    parent._running["route"] = child
    time.sleep(0.05)

    parent._reap()
    assert parent._running == {"route": child}
    parent._stop_all()

    assert child.returncode is not None
