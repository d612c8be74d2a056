"""Legal answers in figures: what is reckoned from one message, and what is not."""

from dataclasses import replace

import pytest

from bot.sdk import Reply, Resident
from tests.factories import as_read, content, make_context, reply_to

MORE = "想要我算"
TAKEN = "这样算的前提"
RECKONED = [
    # said, intent, pieces of the answer
    ("干了三年半，一个月六千，被裁能赔多少", "dismissal",
     ["4个月工资，24000元", "N+1：30000元", "2N：48000元", "3.5个月、21000元", "没扣税", "3倍"]),
    ("我在厂里做了5年，每月工资5500，老板突然不要我了赔多少", "dismissal",
     ["5个月工资，27500元", "33000元", "55000元"]),
    ("我现在一个月挣六千二，干了两年，厂里把我裁了，赔多少", "dismissal", ["2个月工资，12400元"]),
    ("工资六千，干了四年零三个月，被开除赔几个月", "dismissal",
     ["4.5个月工资，27000元", "您说的工资是每月的"]),
    ("2023年3月1日进厂，上个月25号被辞退，月薪7000赔多少", "dismissal",
     ["3年7个月25天", "28000元", "56000元", "申请仲裁，最晚2027年10月25日，还有334天"]),
    ("2022年3月1日进厂，2025年8月31日被辞退，月薪7000赔多少", "dismissal",
     ["到2026年8月31日为止，按这天已经过了", "3年6个月算4个月", "28000元"]),
    ("3月1号入职，7月1号才补签合同，月薪6000，双倍工资多少", "dismissal",
     ["2026年4月1日到2026年6月30日", "18000元"]),
    ("10月25号被辞退，干了8个月没签合同，月薪5000，双倍工资多少", "dismissal",
     ["2026年3月26日到2026年10月25日", "35000元"]),
    ("没签合同干了八个月，一个月五千，双倍工资多少", "dismissal",
     ["35000元", "2026年4月26日到2026年11月25日", "2027年5月25日", "一直没签", "刚好是您说的"]),
    ("3月1号入职到现在没签合同，月薪6000，能要多少", "dismissal",
     ["42000元", "25天零头", "按最近过去的那天"]),
    ("前年1月5日入职没签合同，月薪6000，双倍工资多少", "dismissal",
     ["2026年1月4日多半就过了", "66000元", "请人核"]),
    ("月薪5000，周末加班16个小时，加班费多少", "dismissal", ["919.54元", "21.75", "补休"]),
    ("月薪4350，加班20小时，加班费多少", "dismissal", ["平日750元", "休息日1000元", "1500元"]),
    ("每月工资4350，平时加班20小时，周末加班2天，法定节假日加班1天", "dismissal",
     ["2150元", "36小时", "一天按8小时"]),
    ("10月3号上班受伤的，还能申请吗", "work_injury",
     ["2027年10月3日", "312天", "2026年11月2日申请，已经过了"]),
    ("昨天在厂里压断手指", "work_injury", ["2027年11月24日", "2026年12月24日申请，还有29天"]),
    ("去年9月3号受伤，过期了吗", "work_injury", ["2026年9月3日为止", "先别放弃"]),
    ("6月30号离职的，老板欠我两万", "wages", ["2027年6月30日", "217天"]),
    ("协议是11月10号签的，什么时候去法院确认", "mediation", ["2026年12月10日", "15天"]),
]  # fmt: skip
NOT_RECKONED = [
    # said, intent, pieces of what is asked for; none where the card alone answers
    ("干了三年多，工资六千左右，被辞退赔多少", "dismissal", ["几年几个月", "每月工资几元"]),
    ("没干满三年，工资6000，被辞退赔多少", "dismissal", ["几年几个月"]),
    ("在上一家干了三年，在这家干了两年，月薪5000，被辞退赔多少", "dismissal", ["几年几个月"]),
    ("被辞退，干了三年，公司只赔一个月六千", "dismissal", ["每月工资几元"]),
    ("我房贷一个月3000，干了五年被辞退能赔多少", "dismissal", ["每月工资几元", "5个月工资"]),
    ("干了6年，工资前三年3000后三年5000，被辞退赔多少", "dismissal", ["每月工资几元"]),
    ("孩子学费每月3000，干了五年被辞退能赔多少", "dismissal", ["每月工资几元"]),
    ("被辞退，干了三年，底薪2000赔多少", "dismissal", ["每月工资几元", "3个月工资"]),
    ("被辞退，干了三年，年薪十万赔多少", "dismissal", ["每月工资几元"]),
    ("干了二十年，月薪5000，被开除赔多少", "dismissal", ["2008年以前", "我不敢算"]),
    ("干了一年半没签合同，从5月1号到现在，被辞退赔多少", "dismissal", ["每月工资几元"]),
    ("11月10号入职没签合同，月薪6000，双倍工资多少", "dismissal", ["不满1个月"]),
    ("3月1号入职，后来签了合同，月薪6000，双倍工资多少", "dismissal", ["合同是哪天签的"]),
    ("3月1号入职没签合同，上个月被辞退，月薪6000，双倍工资多少", "dismissal", ["最后干到哪天"]),
    ("3月1号入职，干了三年，月薪6000，被辞退赔多少", "dismissal", ["几年几个月"]),
    ("2005年1月5日进厂，2010年3月5日被开除，月薪3000赔多少", "dismissal", ["2008年以前"]),
    ("2010年被开除的，干了五年，月薪3000赔多少", "dismissal", ["2008年以前"]),
    ("三个月前受伤，还来得及吗", "work_injury", ["哪一天"]),
    ("包工头8月3号走的，欠我工资", "wages", ["哪一天"]),
    ("我自己辞职，干了三年月薪5000有补偿吗", "dismissal", []),
    ("试用期干了两个月被辞退，月薪5000，赔多少", "dismissal", []),
    ("我跑外卖的，干了三年，一个月六千，被站长开除赔多少", "dismissal", []),
    ("10月3号受伤，11月5号申请了认定", "work_injury", []),
    ("没签合同怎么办", "dismissal", []),
    ("上班受伤怎么赔", "work_injury", []),
    ("老板拖欠工资三个月", "wages", []),
]  # fmt: skip


@pytest.mark.parametrize(("said", "intent", "pieces"), RECKONED)
def test_a_message_with_enough_figures_is_reckoned(said: str, intent: str, pieces: list[str]):
    """The result, its working, what it takes for granted, law with its day, and who checks it."""
    reply = reply_to(f"legal.{intent}", said)

    read = as_read(reply)
    for piece in (*pieces, TAKEN, "核对一遍", "施行）", "算法：", "暖风里社区服务台"):
        assert piece in read, f"{piece}: {read}"
    assert MORE not in read
    assert len(read) <= 600
    assert any(choice.target == "command:detail" for choice in reply.choices)


@pytest.mark.parametrize(("said", "intent", "pieces"), NOT_RECKONED)
def test_a_doubtful_message_gets_the_rule_and_what_is_missing(
    said: str, intent: str, pieces: list[str]
):
    """No figure from a rough, denied or foreign one; the card as ever."""
    plain = reply_to(f"legal.{intent}", "")
    reply = reply_to(f"legal.{intent}", said)

    assert reply.text.startswith(plain.text.split("\n")[0])
    assert TAKEN not in reply.text
    for piece in pieces:
        assert piece in reply.text
    if not pieces:
        assert reply.text == plain.text


def test_overtime_a_day_or_a_week_is_not_taken_for_a_month():
    """每天3小时 is no total, also with the blanks of a learner; an hour's pay is said."""
    for said in (
        "每天加班3小时，月薪4000",
        "加班 每 天 3小时，月薪4000",
        "每周加班10小时，月薪4000",
    ):
        text = reply_to("legal.dismissal", said).text

        assert "加班1小时，至少：平日34.48元" in text
        assert MORE in text


def test_a_holiday_week_is_not_taken_for_public_holidays():
    """Few days of 国庆 are paid threefold, so no kind is taken for granted."""
    text = reply_to("legal.dismissal", "月薪4350，国庆加班3天，加班费多少").text

    assert "加班24小时，至少：平日900元，休息日1200元，法定节假日1800元" in text


def test_two_things_asked_are_both_reckoned():
    """The first at once, the second on 详细."""
    reply = reply_to("legal.dismissal", "干了一年半没签合同，每月工资5000，被辞退能赔多少")

    assert "2个月工资，10000元" in reply.text
    assert "另一项也算了" in reply.text
    assert "55000元" in "".join(reply.rest)


def test_the_benefit_is_reckoned_where_guangdongs_rules_hold():
    """Six years are eight months; elsewhere nothing is said."""
    said = "被辞退，失业保险交了6年，能领几个月失业金"

    here = reply_to("legal.dismissal", said, community="fengxin").text
    elsewhere = reply_to("legal.dismissal", said, community="beidajie").text

    assert "8个月失业金" in here
    assert "当地数我没核到" in here
    assert "失业金" not in elsewhere


def test_a_follow_up_question_is_answered_from_the_card():
    """What to bring is no question of figures."""
    said = "干了三年半，一个月六千，被裁要带什么"

    assert TAKEN not in reply_to("legal.dismissal", said, focus="papers").text


@pytest.mark.parametrize("focus", ["", "cost", "when", "duration"])
def test_a_question_how_much_or_until_when_is_still_one_for_figures(focus: str):
    """多少钱 and 哪天 also ask for the card's cost and time; with figures they ask for more."""
    said = "干了三年半，一个月六千，被裁能赔多少钱"

    assert "24000元" in reply_to("legal.dismissal", said, focus=focus).text
    assert (
        "12月10日"
        in reply_to("legal.mediation", "调解协议11月10日签的，哪天前要司法确认", focus=focus).text
    )


def test_figures_of_an_older_message_are_not_reckoned_with():
    """After a choice the text in hand is a normal form, where 2.5 may be 25."""
    older = make_context("legal.dismissal", "月薪2.5千，加班20小时，加班费多少")
    number = make_context("legal.dismissal", "1").inbound
    handler = content()[1].intents["legal.dismissal"].handler

    assert TAKEN in handler(older).text
    assert TAKEN not in handler(replace(older, inbound=number)).text


def english(said: str) -> Reply:
    """Return the answer to somebody who reads English."""
    _, registry, packs, _ = content()
    ctx = make_context(
        "legal.dismissal",
        said,
        words=registry.words_of("legal.dismissal", "en"),
        pack=packs.get("demo").told_in("en"),
        resident=Resident(ref="", community="demo", language="en"),
    )
    return registry.intents["legal.dismissal"].handler(ctx)


@pytest.mark.parametrize("said", [said for said, intent, _ in RECKONED if intent == "dismissal"])
def test_in_english_the_same_figures_are_told_with_what_they_assume(said: str):
    """Everything fits, nothing is cut."""
    read = as_read(english(said), "en")

    assert "This holds if:" in read
    assert "check it" in read
    assert "since " in read
    assert len(read) <= 900


@pytest.mark.parametrize(
    ("intent", "ask"),
    [("dismissal", "severance"), ("dismissal", "double"), ("dismissal", "overtime"),
     ("work_injury", "injury"), ("wages", "wages"), ("mediation", "confirmation")],
)  # fmt: skip
def test_what_is_given_as_an_example_is_reckoned(intent: str, ask: str):
    """Nobody copies an example and is asked again."""
    example = content()[1].words_of("legal.wages").many("calc_examples")[ask].strip("“”")

    assert TAKEN in reply_to(f"legal.{intent}", example).text
