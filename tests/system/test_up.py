"""``python -m bot up``: ready in time, everything answers, and stops without leaving anybody."""

import pytest

from bot.state import keys
from bot.testing import Heard, Phone
from tests.contract.records.cluster import Cluster
from tests.system.deployment import READY_S, Deployment, RedisServer, deployed, new_openid
from tests.system.machine import alive, arguments, descendants, until

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]

#: CONTRACT.md: stop cleanly within 10 s; the parent's own Redis and exit come on top.
STOP_S = 10.0


def test_a_deployment_is_ready_and_answers(deployment: Deployment) -> None:
    """Web, worker, scheduler and sandbox run, and a resident's message is answered."""
    assert deployment.started_s < READY_S
    assert deployment.ready()
    for name in ("web", "worker", "scheduler", "sandbox"):
        assert deployment.children(name), name
    assert len(deployment.web_workers()) == 2

    heard = deployment.phone().say("居住证咋办")

    assert (heard.outcome, heard.problems) == ("replied", ())
    assert "住满半年" in heard.text


def test_the_banner_tells_where_everything_is(deployment: Deployment) -> None:
    """Whoever starts it learns the addresses, the account and the first login."""
    assert deployment.up is not None
    printed = deployment.up.printed

    assert f"http://127.0.0.1:{deployment.settings.port}/wechat/default" in printed
    assert f"http://127.0.0.1:{deployment.settings.port + 1}/" in printed
    assert "first login  admin / " in printed
    assert deployment.settings.token in printed


def test_the_sandbox_shows_the_menu_and_a_tap_is_answered(deployment: Deployment) -> None:
    """A child of its own puts it there once and is gone; a newcomer has buttons to press."""
    phone = deployment.phone()
    tapped = until(lambda: _tap(phone), seconds=60, what="the menu is there")

    assert (tapped.outcome, tapped.problems) == ("replied", ())
    assert "住满半年" in tapped.text
    until(lambda: not deployment.children("menu put"), seconds=20, what="the child has ended")
    assert "is set" in (deployment.folder / "log" / "menu.log").read_text(encoding="utf-8")


def _tap(phone: Phone) -> Heard | None:
    """Press 办事 and 居住证; nothing while there is no such button."""
    try:
        return phone.act("menu", path=[0, 0])
    except ValueError:
        return None


def test_an_alert_reaches_the_staff_group_through_all_processes(deployment: Deployment) -> None:
    """Webhook, records, queue, worker and robot: one post, and the row says sent."""
    phone = deployment.phone()
    before = len(phone.bubbles("group:staff"))

    assert phone.say("转人工").outcome == "replied"

    said = until(
        lambda: phone.bubbles("group:staff")[before:], seconds=30, what="the staff group reads it"
    )
    assert len(said) == 1
    assert "找人" in said[0]


def test_the_session_survives_between_workers(deployment: Deployment) -> None:
    """Whichever worker takes the next message, it knows what the last one offered."""
    line, openid = deployment.line, new_openid()
    line.deliver(line.message(openid, "居住证咋办"))

    texts = {line.deliver(line.message(openid, "要带什么")).text for _ in range(8)}

    assert len(texts) == 1
    assert "照片" in texts.pop()


def _stops_clean(built: Deployment) -> None:
    assert built.up is not None
    built.phone().say("转人工")
    family = descendants(built.up.pid)
    names = {pid: arguments(pid) for pid in family}
    assert any("redis-server" in name for name in names.values()) is (built.redis_server is None)

    took = built.up.stop(seconds=STOP_S + 5)

    left = {pid: name for pid, name in names.items() if alive(pid)}
    assert not left
    assert took < STOP_S
    assert built.up.process.returncode == 0


def test_sigterm_stops_an_embedded_deployment_with_no_orphan(tmp_path) -> None:
    """Within ten seconds, Redis included, and a second start finds its data again."""
    with deployed(tmp_path / "var") as built:
        openid = new_openid()
        line = built.line
        line.deliver(line.message(openid, "居住证咋办"))
        ref = built.ref(openid)
        _stops_clean(built)

    with deployed(tmp_path / "var") as again:
        assert "first login" not in (again.up.printed if again.up else "")
        assert again.house.state.client.exists(keys.session(ref))
        assert "照片" in again.line.deliver(again.line.message(openid, "要带什么")).text


@pytest.mark.postgres
def test_sigterm_stops_a_deployment_on_servers_and_leaves_them_running(
    tmp_path, cluster: Cluster
) -> None:
    """What the deployment does not own goes on."""
    server = RedisServer(tmp_path / "redis")
    server.start()
    try:
        with deployed(tmp_path / "var", server, BOT_DATABASE_URL=cluster.create()) as built:
            _stops_clean(built)
            assert built.house.state.client.ping()
            built.house.db.ping()
    finally:
        server.stop()
