"""Lengths of time, counts, sums of money and ages, as residents tell them."""

from datetime import datetime
from decimal import Decimal

import pytest

from bot.domain.clock import BEIJING
from bot.sdk import Entities, Length, Per, Rough
from bot.understanding.entities import extract

NOW = datetime(2026, 11, 26, 10, 0, tzinfo=BEIJING)


def read(text: str) -> Entities:
    """Return what is in a message."""
    return extract(text, now=NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我来了三年半", "P3Y6M"), ("两年零三个月", "P2Y3M"), ("住满半年", "P6M"), ("干了一年多", "P1Y+"),
        ("十来天没人管", "P10D~"), ("拖了大半年", "P6M~"), ("一年零两个月", "P1Y2M"), ("一個半月", "P1.5M"),
        ("三个半月", "P3.5M"), ("三个多月了", "P3M+"), ("俩月没开钱", "P2M"), ("两三个月没发工资", "P2M/P3M~"),
        ("干了八九年", "P8Y/P9Y~"), ("住了18年", "P18Y"), ("十几年前端", "P10Y+"), ("二十多天", "P20D+"),
        ("一个礼拜没人来", "P7D"), ("两周", "P14D"), ("一个多星期", "P7D+"), ("两天半", "P2.5D"),
        ("7个工作日内", "P7D-"), ("三天之内", "P3D-"), ("十五天左右", "P15D~"), ("不到半年", "P6M-"),
        ("快三年了", "P3Y-"), ("最少两小时", "PT2H+"), ("等了二十分钟", "PT20M"), ("半个钟头", "PT30M"),
        ("一个半小时", "PT1H30M"), ("一小时二十分", "PT1H20M"), ("三刻钟", "PT45M"), ("坐了十八个钟头", "PT18H"),
        ("２年３個月", "P2Y3M"), ("三到五年", "P3Y/P5Y~"), ("五十多年", "P50Y+"),
    ],
)  # fmt: skip
def test_a_length_of_time_is_read(text: str, expected: str):
    """Halves, neighbours, 多 and 来, and two units in a row."""
    assert read(text).slots()["duration"] == expected


def test_working_days_are_marked():
    """A deadline of seven of them is no week."""
    (one,) = read("说7个工作日给结果").durations

    assert one.workdays
    assert one.length == Length(days=Decimal(7))


@pytest.mark.parametrize(
    "text",
    [
        "三年级",
        "第三天",
        "哪一天",
        "2026年",
        "七五年生的",
        "半价",
        "每年多少钱一次",
        "天天",
        "今天",
        "零分钟",
    ],
)
def test_what_is_no_length_is_not_read(text: str):
    """A class, an ordinal, a year."""
    assert read(text).durations == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我有两个娃", "2 娃"), ("家里三口人", "3 人"), ("我们俩", "2"), ("仨孩子", "3 孩子"), ("5人报名", "5 人"),
        ("一家四口", "4 口"), ("来了十几个人", "10+ 人"), ("五六个人踢球", "5/6~ 人"), ("要两张票", "2 张"),
        ("三个工友", "3 工友"), ("一个老人摔了", "1 老人"), ("十来个同事", "10~ 同事"), ("兩個孩子", "2 孩子"),
        ("俩娃放学", "2 娃"), ("我们十二户签了名", "12 户"), ("一百平的房", "100 平"), ("大概二十个人", "20~ 人"),
    ],
)  # fmt: skip
def test_a_count_is_read(text: str, expected: str):
    """Who or what is counted, by its measure word."""
    assert read(text).slots()["count"] == expected


@pytest.mark.parametrize(
    "text",
    [
        "我有一个问题",
        "问一下",
        "第三个人",
        "二次供水",
        "几个人",
        "一家人",
        "三人间",
        "报四位数字",
        "万一",
    ],
)
def test_what_counts_nothing_is_not_read(text: str):
    """一个问题 is a question."""
    assert read(text).counts == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("欠我三千五", "3500"), ("3500块", "3500"), ("一万二", "12000"), ("2.5万", "25000"), ("八千多", "8000+"),
        ("两百块钱", "200"), ("月薪五千", "5000 per month"), ("一个月三千五", "3500 per month"),
        ("一天两百五", "250 per day"), ("时薪18块", "18 per hour"), ("年薪十万", "100000 per year"),
        ("3,500元", "3500"), ("￥2000", "2000"), ("欠款叁仟伍佰元整", "3500"), ("五块五", "5.5"),
        ("一毛五", "0.15"), ("5元5角", "5.5"), ("十块钱一斤", "10"), ("押金一千五", "1500"),
        ("不到八千", "8000-"), ("三千出头", "3000+"), ("五万以上", "50000+"), ("3万到5万", "30000/50000~"),
        ("三四千块", "3000/4000~"), ("工资三到五千", "3000/5000~"), ("20蚊", "20"), ("一百来块", "100~"),
        ("工资6000左右", "6000~"), ("房租八百五", "850"), ("包工頭欠我兩萬三", "23000"), ("赔了十二万", "120000"),
        ("大概两千", "2000~"), ("一个月800块钱", "800 per month"), ("２０００元／月", "2000 per month"),
        ("欠三个月工资一共一万八", "18000"), ("月薪8k", "8000 per month"), ("8-10k一个月", "8000/10000~ per month"),
        ("要5w", "50000"), ("三块五毛", "3.5"),
    ],
)  # fmt: skip
def test_a_sum_of_money_is_read(text: str, expected: str):
    """With a currency, with a word like 工资, or in the short way that only sums are said."""
    assert read(text).slots()["money"] == expected


def test_a_sum_says_whether_anybody_called_it_money():
    """一万二 may be steps."""
    (bare,) = read("一万二").money
    (told,) = read("工资一万二").money

    assert (bare.told, told.told) == (False, True)
    assert (told.per, told.amount.rough) == (Per.ONCE, Rough.EXACT)


@pytest.mark.parametrize(
    "text",
    [
        "一块去吧", "一块地", "几百块石头", "两块蛋糕", "一元一次方程", "三元里怎么走", "2单元", "一万步", "五千米", "几十块",
        "验证码0316", "积分一百一够不够", "二百五", "我有一百四十分", "三千五百人", "三角形", "100美元",
    ],
)  # fmt: skip
def test_what_is_no_sum_is_not_read(text: str):
    """Together, a piece of land, points."""
    assert read(text).money == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("孩子六岁半", "6y6m"), ("我今年58", "58"), ("62了", "62"), ("3岁", "3"), ("我妈今年六十二", "62"),
        ("俺娘七十多了", "70+"), ("外婆快九十了", "90-"), ("三四岁的娃", "3/4~"), ("年龄：35", "35"),
        ("一岁三个月", "1y3m"), ("8个月大", "0y8m"), ("刚满十八岁", "18"), ("六十岁以上", "60+"),
        ("四十歲", "40"), ("我五十了", "50"), ("三十几岁", "30+"), ("都七十了", "70"), ("我妈62了能办老年证吗", "62"),
    ],
)  # fmt: skip
def test_an_age_is_read(text: str, expected: str):
    """With 岁 or without."""
    assert read(text).slots()["age"] == expected


def test_an_age_counted_the_old_way_is_marked():
    """虚岁 is one or two more than a pension office counts."""
    assert read("虚岁六十").ages[0].nominal
    assert not read("六十岁").ages[0].nominal


@pytest.mark.parametrize(
    "text",
    [
        "岁月不饶人",
        "今年58块一斤",
        "都快12点了",
        "三十了吗店",
        "已经20了还没发货",
        "一个月大概多少",
        "年龄多大",
    ],
)
def test_what_is_no_age_is_not_read(text: str):
    """A price, an hour, a shop."""
    assert read(text).ages == ()
