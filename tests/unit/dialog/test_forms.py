"""A form, message by message: read, corrected, put aside, handed in."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bootstrap import load_speechbook
from bot.dialog.forms import End, Guide, Step
from bot.dialog.moves import read
from bot.dialog.slots import Said
from bot.domain.clock import beijing
from bot.domain.errors import ConfigError
from bot.domain.flows import Form, Plan, Slot, SlotKind
from bot.domain.messages import Kind
from bot.domain.sessions import Session, dump, load
from bot.testing import START, make_inbound
from bot.understanding.entities import extract

BOOK = load_speechbook()
PLAN = Plan(
    name="town.repair",
    slots=(
        Slot(id="what", kind=SlotKind.TEXT),
        Slot(id="where", kind=SlotKind.PLACE),
        Slot(id="sort", kind=SlotKind.CHOICE, choices=("light", "noise"), filled=False),
        Slot(
            id="since",
            kind=SlotKind.DAY,
            most=0,
            only=("sort", frozenset({"noise"})),
        ),
        Slot(id="people", kind=SlotKind.COUNT, least=1, most=50, optional=True),
        Slot(id="photo", kind=SlotKind.PHOTO, optional=True),
        Slot(id="phone", kind=SlotKind.PHONE, optional=True, personal=True),
    ),
)
OWN = {
    "title": "报修",
    "what": "问题",
    "what_ask": "什么坏了？",
    "where": "地点",
    "where_ask": "在哪里？",
    "sort": "种类",
    "sort_ask": "是哪一种？",
    "sort.light": "照明",
    "sort.noise": "噪音",
    "since": "开始",
    "since_ask": "哪天开始的？",
    "people": "人数",
    "people_ask": "影响几个人？",
    "photo": "照片",
    "photo_ask": "有照片吗？",
    "phone": "电话",
    "phone_ask": "留个电话吗？",
}
GUIDE = Guide(plan=PLAN, own=OWN, machine=BOOK.words["chat"])


@dataclass
class Talk:
    """One resident and one form."""

    session: Session = field(default_factory=Session)
    now: datetime = START
    asks: bool = False
    step: Step | None = None

    def said(self, text: str = "", kind: Kind = Kind.TEXT, **more: object) -> Said:
        slot = PLAN.slot(self.form.at) if self.session.forms else None
        return Said(
            inbound=make_inbound(text, kind=kind, **more),
            text=text,
            entities=lambda: extract(text, now=self.now),
            today=beijing(self.now).date(),
            labels=GUIDE.labels(slot) if slot else {},
            words=BOOK.vocabulary,
            units=BOOK.words["chat"].many("form_units"),
        )

    @property
    def form(self) -> Form:
        return self.session.forms[0]

    def open(self, text: str) -> Step:
        return self._keep(GUIDE.open("key", self.said(text), self.now))

    def say(self, text: str = "", kind: Kind = Kind.TEXT, **more: object) -> Step:
        said = self.said(text, kind, **more)
        move = read(text, self.session, BOOK.vocabulary)
        return self._keep(GUIDE.take(self.form, said, move, lambda _loose: self.asks, self.now))

    def _keep(self, step: Step) -> Step:
        choices = step.choices if step.end is not End.ASIDE else self.session.choices
        kept = Session(forms=(step.form,), choices=choices)
        self.session = load(dump(kept))  # whatever is kept survives being written down
        assert self.session == kept
        self.step = step
        return step

    def filled(self, *said: str) -> "Talk":
        self.open("报修")
        for text in said:
            self.say(text)
        return self

    def value(self, slot: str) -> str:
        return self.form.values[slot].plain


WHOLE = ("楼道的灯不亮了", "3栋2单元", "1", "跳过", "1", "跳过")


def test_questions_come_one_by_one_and_the_end_is_a_readable_summary():
    """Picked by number, said in words, skipped; numbers of people are masked."""
    talk = Talk()
    assert talk.open("报修").text.endswith("什么坏了？")
    assert talk.say("楼道的灯不亮了").text == "在哪里？"
    assert talk.say("3栋2单元").text == "是哪一种？"
    assert [one.label for one in talk.step.choices] == ["照明", "噪音"]
    assert talk.say("1").text.startswith("影响几个人？")
    assert talk.say("4").text == "有照片吗？"
    assert talk.say("没有").text.startswith("留个电话吗？")
    summary = talk.say("13800138000")
    assert "· 问题：楼道的灯不亮了" in summary.text
    assert "· 人数：4" in summary.text
    assert "138****8000" in summary.text
    assert "13800138000" not in summary.text
    assert talk.say("1").end is End.FILED
    assert talk.value("phone") == "13800138000"


def test_what_the_first_message_says_is_not_asked_again():
    """Description, place and telephone, where there is no doubt."""
    talk = Talk()
    step = talk.open("5栋楼下的路灯坏了三天了，电话13800138000")
    assert step.text == "是哪一种？"
    assert talk.value("what") == "5栋楼下的路灯坏了三天了，电话13800138000"
    assert talk.value("where").startswith("5栋")
    assert talk.value("phone") == "13800138000"


@pytest.mark.parametrize(
    ("said", "told"),
    [("我要报修", False), ("我想提个建议", False), ("路灯坏了", True), ("我要投诉保安骂人", True)],
)
def test_the_wish_to_fill_in_a_form_is_no_description(said: str, told: bool):
    """Whatever is left beside the wish is what it is about."""
    talk = Talk()
    talk.open(said)
    assert ("what" in talk.form.values) is told


def test_yes_no_and_skip_are_no_place():
    """They answer another question."""
    talk = Talk().filled("灯坏了不亮", "没有")
    assert talk.form.at == "where"
    assert "where" not in talk.form.values


def test_a_question_is_no_description():
    """Who asks has told nothing yet."""
    assert Talk().open("楼下的路灯坏了应该找谁来修啊？").text == "什么坏了？"


def test_a_slot_that_depends_on_another_is_asked_only_then():
    """And its bounds hold."""
    talk = Talk().filled("太吵了睡不着", "广场", "噪音")
    assert talk.step.text == "哪天开始的？"
    talk.say("明天")
    assert "不能晚于11月24日" in talk.step.text
    talk.say("昨天")
    assert talk.value("since") == "2026-11-23"


@pytest.mark.parametrize(
    ("said", "slot", "value"),
    [
        ("不对，是5栋1单元", "where", "5栋1单元"),
        ("地点改成菜市场门口", "where", "菜市场门口"),
        ("不对，位置是菜市场门口", "where", "菜市场门口"),
        ("说错了，几个人是6", "people", "6"),
        ("人数改成6", "people", "6"),
        ("把种类改成噪音", "sort", "noise"),
    ],
)
def test_a_correction_changes_one_slot_and_nothing_else(said: str, slot: str, value: str):
    """Said with the new value, by its kind or by its name."""
    talk = Talk().filled(*WHOLE[:3], "4", "跳过", "跳过")
    before = dict(talk.form.values)
    step = talk.say(said)
    assert step.end is End.OPEN
    assert talk.value(slot) == value
    changed = {name for name in before if talk.form.values[name] != before[name]}
    assert changed == {slot}


def test_not_right_asks_which_and_the_picked_slot_is_asked_again():
    """Then the summary comes again."""
    talk = Talk().filled(*WHOLE)
    assert talk.say("不对").text == "要改哪一项？"
    place = next(n for n, one in enumerate(talk.step.choices, 1) if one.label == "地点")
    assert talk.say(str(place)).text == "在哪里？"
    assert "· 地点：南门" in talk.say("南门").text


def test_no_longer_wanted_at_a_question_that_may_be_skipped_skips_it():
    """不用了 cancels elsewhere."""
    talk = Talk().filled(*WHOLE[:3])
    step = talk.say("不用了")
    assert step.end is End.OPEN
    assert talk.form.at == "photo"


def test_a_sentence_that_begins_like_a_correction_is_the_answer_to_an_open_question():
    """Nothing asked before takes it, so nothing is corrected."""
    talk = Talk().filled("灯坏了不亮")
    talk.say("不是大门口，是后门垃圾房边上")
    assert talk.form.at == "sort"
    assert talk.value("where") == "不是大门口，是后门垃圾房边上"


def test_what_no_longer_applies_is_not_handed_in():
    """A day was said for the noise; it turned out to be the light."""
    talk = Talk().filled("太吵了睡不着", "广场", "噪音", "昨天", "跳过", "1", "跳过")
    talk.say("种类改成照明")
    assert "since" not in GUIDE.values(talk.form)
    assert "since" not in {name for name, _, _ in GUIDE.lines(talk.form)}
    assert "开始" not in talk.step.text


def test_staff_read_in_full_what_the_summary_masks():
    """Or nobody could call."""
    talk = Talk().filled(*WHOLE[:5], "13800138000")
    assert "138****8000" in talk.step.text
    assert ("phone", "电话", "13800138000") in GUIDE.lines(talk.form)


def test_back_takes_the_last_answer_away():
    """As far as the first question."""
    talk = Talk().filled("灯坏了不亮", "北门")
    assert talk.say("上一步").text == "在哪里？"
    assert "where" not in talk.form.values
    assert talk.say("返回").text == "什么坏了？"
    assert "第一个" in talk.say("返回").text


def test_cancel_drops_the_form_and_says_nothing_was_handed_in():
    """Nothing is kept."""
    talk = Talk().filled("灯坏了不亮")
    step = talk.say("取消")
    assert step.end is End.DROPPED
    assert "没有提交" in step.text


def test_later_keeps_it_and_go_on_comes_back_to_the_same_question():
    """Also hours later."""
    talk = Talk().filled("灯坏了不亮")
    talk.say("稍后")
    talk.now = START + timedelta(hours=5)
    assert talk.say("继续").text.endswith("在哪里？")


def test_an_ask_in_between_is_handed_back_and_the_form_waits():
    """The question stays where it was."""
    talk = Talk().filled("灯坏了不亮")
    talk.asks = True
    assert talk.say("居住证怎么办？").end is End.ASIDE
    assert talk.form.at == "where"
    talk.asks = False
    assert talk.say("东门").text == "是哪一种？"


def test_an_answer_of_the_next_day_is_not_taken_for_one_if_it_asks_something():
    """What was open yesterday does not swallow a new ask."""
    talk = Talk().filled("灯坏了不亮")
    talk.now = START + timedelta(hours=6)
    talk.asks = True
    assert talk.say("居住证到期了想续").end is End.ASIDE


def test_a_text_that_is_no_ask_is_the_answer_even_if_it_looks_like_a_question():
    """Residents tell what they do not know."""
    talk = Talk().filled()
    assert talk.say("不知道怎么了灯就不亮").text == "在哪里？"


def test_what_cannot_be_read_says_what_is_expected_and_offers_a_person_in_the_end():
    """Three times, and the question stays."""
    talk = Talk().filled(*WHOLE[:3], "跳过", "跳过")
    assert "11位" in talk.say("一三八").text
    talk.say("我的号码")
    assert "转人工" in talk.say("就是那个号").text
    assert talk.form.at == "phone"


def test_numbers_out_of_range_are_refused_with_the_bound():
    """In the words of the bound."""
    talk = Talk().filled(*WHOLE[:3])
    assert "50" in talk.say("300").text
    assert talk.form.at == "people"


def test_a_picture_is_kept_whenever_it_comes_and_only_once():
    """At any question, at most three."""
    talk = Talk().filled("灯坏了不亮")
    assert "照片收到了" in talk.say(kind=Kind.IMAGE, media_id="m1").text
    talk.say(kind=Kind.IMAGE, media_id="m1")
    talk.say(kind=Kind.IMAGE, media_id="m2")
    assert talk.value("photo") == "m1 m2"
    assert talk.form.at == "where"


def test_a_location_is_a_place():
    """Shown by its name, kept with its degrees."""
    talk = Talk().filled("灯坏了不亮")
    talk.say(kind=Kind.LOCATION, latitude=22.2, longitude=113.5, label="人民路8号")
    assert talk.value("where") == "人民路8号 (22.200000,113.500000)"
    assert talk.form.values["where"].shown == "人民路8号"


def test_no_number_is_offered_where_a_number_is_the_answer():
    """A bare 1 is one person, not the first choice."""
    talk = Talk().filled(*WHOLE[:3])
    assert talk.step.choices == ()
    talk.say("1")
    assert talk.value("people") == "1"


@pytest.mark.parametrize(
    "slots",
    [
        (),
        (Slot(id="a", kind=SlotKind.TEXT), Slot(id="a", kind=SlotKind.TEXT)),
        (Slot(id="a", kind=SlotKind.CHOICE),),
        (Slot(id="a", kind=SlotKind.COUNT, least=3, most=1),),
        (Slot(id="a", kind=SlotKind.TEXT, only=("b", frozenset({"yes"}))),),
        (
            Slot(id="a", kind=SlotKind.CHOICE, choices=("x",)),
            Slot(id="b", kind=SlotKind.TEXT, only=("a", frozenset({"y"}))),
        ),
    ],
)
def test_a_plan_that_can_never_be_walked_is_refused_when_made(slots: tuple[Slot, ...]):
    """Nothing to ask, twice the same, a condition that never holds."""
    with pytest.raises(ConfigError, match="flow town"):
        Plan(name="town.wrong", slots=slots)


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                ["取消", "返回", "稍后", "继续", "1", "2", "3", "9", "跳过", "不对", "是", "不是", "3栋",
                 "13800138000", "昨天", "重填", "不对，是5栋1单元", "菜单", "详细", "要带什么"]
            ),
            st.text(max_size=30),
        ),
        max_size=25,
    )
)  # fmt: skip
def test_whatever_is_said_the_form_stays_whole(messages: list[str]):
    """Every open step says something, asks for a slot that applies, and can be kept."""
    talk = Talk()
    talk.open("报修")
    for text in messages:
        step = talk.say(text)
        if step.end in {End.DROPPED, End.FILED}:
            if step.end is End.FILED:
                assert PLAN.next(talk.form.values) is None
            return
        if step.end is End.OPEN:
            assert step.text
            assert len(step.text) <= 600
            assert not talk.form.at or talk.form.at in {s.id for s in PLAN.asked(talk.form.values)}
