"""Two asks in one message: what each answer promises holds, however sure the router is."""

from bot.domain.replies import Alert, ProfileChange, Reply, Urgency
from bot.pipeline.outcome import Answer
from bot.testing import Rig

ALERT = Alert(urgency=Urgency.REQUEST, reason="a.person", summary="wants a person")


def _joined(rig: Rig, first: Reply, second: Reply) -> Reply:
    answers = [
        Answer(reply=first, decision="answer", intent="a.first"),
        Answer(reply=second, decision="answer", intent="a.second"),
    ]
    joined = rig.house.conversation._both(answers).reply
    assert joined is not None
    return joined


def test_the_second_answers_alert_is_not_lost(rig: Rig):
    """Its words say that staff were told."""
    joined = _joined(rig, Reply(text="one"), Reply(text="two", alert=ALERT))

    assert joined.alert == ALERT
    assert joined.text == "one\n\ntwo"


def test_the_second_answers_setting_is_not_lost(rig: Rig):
    """Its words say that the community was changed."""
    change = ProfileChange(community="fengxin")

    assert _joined(rig, Reply(text="one"), Reply(text="two", profile=change)).profile == change


def test_a_long_second_answer_waits_whole_for_more(rig: Rig):
    """Nothing of it is dropped on the way."""
    second = Reply(text="二" * 300, rest=("三",))
    joined = _joined(rig, Reply(text="一" * 300, rest=("四",)), second)

    assert joined.rest == ("二" * 300, "三", "四")
