"""What the platform does to us: the same message at once, many messages, hostile ones."""

import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.sandbox import pushes
from tests.system.deployment import Deployment, new_openid
from tests.system.machine import until
from tests.system.wire import DEADLINE_S, Line, Message, Reply

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]

RATE = 200
SECONDS = 10
ASKS = ("居住证咋办", "你好", "老板拖欠工资不发", "律师哪天来", "积分入学是什么", "附近哪里能歇脚")


def _together(line: Line, message: Message, times: int) -> list[Reply]:
    """Deliver one message ``times`` at once, each on a connection of its own."""
    with ThreadPoolExecutor(times) as pool:
        jobs = [pool.submit(line.fresh().deliver, message) for _ in range(times)]
        return [job.result() for job in jobs]


def test_the_same_message_three_times_at_once_has_one_effect(deployment: Deployment) -> None:
    """One alert, and three replies that are one and the same once opened."""
    for _ in range(5):
        line, openid = deployment.line, new_openid()

        replies = _together(line, line.message(openid, "转人工"), 3)

        assert [reply.status for reply in replies] == [200, 200, 200]
        assert all(reply.took_s < DEADLINE_S for reply in replies)
        assert replies[0].text
        assert replies[0].fields == replies[1].fields == replies[2].fields
        assert len(deployment.alerts_of(openid)) == 1


def test_a_crisis_three_times_at_once_is_one_crisis(deployment: Deployment) -> None:
    """Staff are called once, and the resident reads the number each time."""
    line, openid = deployment.line, new_openid()

    replies = _together(line, line.message(openid, "我不想活了"), 3)

    assert len({reply.text for reply in replies}) == 1
    assert "110" in replies[0].text
    assert [found.reason for found in deployment.alerts_of(openid)] == ["safety.self_harm"]


def test_a_flood_of_receipts_leaves_residents_answered(deployment: Deployment) -> None:
    """Two thousand job-finish events are taken quietly; a question among them is answered."""
    phone = deployment.phone()
    phone.call("POST", "/burst", {"count": 2000})

    heard = phone.say("居住证咋办")

    assert heard.outcome == "replied"
    assert len(heard.attempts) == 1
    until(lambda: phone.call("GET", "/burst")["done"] >= 2000, seconds=60, what="the burst ends")
    assert deployment.ready()


def test_a_body_that_drips_is_answered_within_the_deadline(deployment: Deployment) -> None:
    """A slow sender gets its answer and holds nobody up."""
    phone = deployment.phone()
    phone.arm(slow_body={"times": 1, "value": 2.0})

    heard = phone.say("居住证咋办")

    assert heard.outcome == "replied"
    assert len(heard.attempts) == 1


def test_two_hundred_messages_a_second_have_no_malformed_reply(deployment: Deployment) -> None:
    """For ten seconds: every answer is well-formed, sealed, addressed right and in time."""
    chosen = random.Random(7)
    people = [new_openid() for _ in range(500)]
    line = deployment.line
    messages = [
        line.message(people[number % len(people)], chosen.choice(ASKS))
        for number in range(RATE * SECONDS)
    ]
    started = time.monotonic()

    def deliver(number: int) -> Reply:
        due = started + number / RATE
        time.sleep(max(0.0, due - time.monotonic()))
        return line.fresh().deliver(messages[number])

    with ThreadPoolExecutor(24) as pool:
        replies = list(pool.map(deliver, range(len(messages))))

    assert all(reply.status == 200 for reply in replies)
    assert all(reply.text for reply in replies)
    assert max(reply.took_s for reply in replies) < DEADLINE_S


def test_nothing_sent_to_the_webhook_is_answered_with_a_server_error(embedded: Deployment) -> None:
    """Whatever event comes, known or not, is accepted and never takes five seconds."""
    line, openid = embedded.line, new_openid()
    for push in (
        pushes.raw_event("a_new_event", {"Deep": {"Deeper": ["1", "2"]}}),
        pushes.raw_event("", {}),
        pushes.text("]]>&lt;" + "长" * 6_000),
        pushes.location(0.0, 0.0, scale=1, label=""),
        pushes.voice("media", ""),
    ):
        reply = line.deliver(line.message(openid, push))
        assert reply.status == 200
        assert reply.took_s < DEADLINE_S
