"""What is handed on of a message that was not understood, and what never is."""

import json

import pytest

from bot.domain.messages import Kind
from bot.records import unanswered
from bot.state import keys
from bot.testing import Rig
from bot.worker.process import write_turns

#: Belongs to no intent; see the router's own tests.
NONSENSE = "红烧肉怎么做才不腻"


def logged(rig: Rig) -> list[dict[str, object]]:
    """Return the turn log's lines on their way."""
    return [json.loads(fields[b"d"]) for _, fields in rig.house.state.client.xrange(keys.TURNS)]


def test_a_message_that_was_not_understood_is_handed_on_scrubbed(rig: Rig):
    """Names and numbers do not leave the process."""
    rig.say(f"我叫张三，电话13800138000，{NONSENSE}")

    (line,) = logged(rig)

    assert line["decision"] in {"clarify", "fallback"}
    assert line["unsure"]["text"] == f"我叫〔人名〕,电话〔电话〕,{NONSENSE}"
    assert line["unsure"]["normal"] == f"我叫电话{NONSENSE}"
    assert 1 <= len(line["unsure"]["likely"]) <= 3
    assert "张三" not in json.dumps(line, ensure_ascii=False)


@pytest.mark.parametrize(
    "text",
    [
        "居住证怎么办",
        "我不想活了",
        "你好",
        "转人工",
        "菜单",
        "取消",
        "9",
        "要带什么",
        "13800138000",
    ],
)
def test_nothing_is_kept_of_what_was_understood(rig: Rig, text: str):
    """Answers, crises, commands, numbers, follow-ups; and where only a mask is left."""
    rig.say("居住证怎么办")
    rig.say(text)

    assert [line for line in logged(rig) if "unsure" in line] == []


def test_nothing_is_kept_of_what_nobody_wrote(rig: Rig):
    """A button with an unknown key is no wording of a resident."""
    rig.say(NONSENSE, kind=Kind.MENU)
    rig.say("", kind=Kind.IMAGE)

    assert [line for line in logged(rig) if "unsure" in line] == []


def test_an_answered_message_is_not_scrubbed(rig: Rig, monkeypatch):
    """It costs nothing where nothing is kept."""

    def never(text: str) -> str:
        raise AssertionError(text)

    monkeypatch.setattr("bot.pipeline.unsure.scrub", never)

    assert "居住证" in rig.say("居住证怎么办")


def test_the_worker_writes_it_into_the_ledger(rig: Rig):
    """With its turn, in the community that answered, counted."""
    for number in range(2):
        rig.say(NONSENSE, sender=f"oSomebody{number:019d}")
    rig.say("居住证怎么办")

    write_turns(rig.house.db, rig.house.turns, "test", block_ms=1)

    (found,) = unanswered.recent(rig.house.db)
    assert (found.community, found.text, found.seen) == ("demo", NONSENSE, 2)
    assert found.first_at == rig.clock.now()
    assert found.likely


def test_a_line_of_an_earlier_release_is_still_written(rig: Rig):
    """Records wait in Redis while processes are replaced one by one."""
    rig.say("居住证怎么办")
    (line,) = logged(rig)
    assert "unsure" not in line

    assert write_turns(rig.house.db, rig.house.turns, "test", block_ms=1) == 1
    assert unanswered.recent(rig.house.db) == []
