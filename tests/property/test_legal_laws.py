"""Laws of the legal calculators and of party dues, on whatever figures Hypothesis can think of."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.domain.replies import MAX_REPLY_CHARS
from intents.legal.deadlines import TERMS, Deadline, Limit, deadline
from intents.legal.double_wage import MOST_MONTHS, DoubleWage, double_wage
from intents.legal.months import Tenure, add_months, full_months, tenure_between
from intents.legal.overtime import Overtime, Worked, overtime
from intents.legal.ruling import CannotSay, cents
from intents.legal.severance import Cap, Severance, severance, units_for
from intents.legal.unemployment import Benefit, benefit, benefit_months
from intents.party.dues import Dues, Member, dues
from tests.factories import as_read, reply_to

TODAY = date(2026, 11, 25)
WAGES = st.decimals("0.01", 1_000_000, places=2)
DAYS = st.dates(date(2008, 1, 1), TODAY)
MONTHS = st.integers(1, 200)


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(0, 600), st.integers(0, 600))
def test_more_months_end_later_and_are_counted_again(day: date, fewer: int, more: int):
    """Adding is in order, and counting undoes it."""
    assume(fewer <= more)

    assert add_months(day, fewer) <= add_months(day, more)
    assert full_months(day, add_months(day, more)) == more


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(0, 20_000))
def test_full_months_are_the_most_that_fit(start: date, days: int):
    """One more would not fit; a time of work has less than a month beyond."""
    end = start + timedelta(days=days)
    months = full_months(start, end)

    assert add_months(start, months) <= end < add_months(start, months + 1)
    assert 0 <= tenure_between(start, end).days < 31


@given(DAYS, st.integers(0, 5000), st.integers(0, 400), WAGES)
def test_more_days_of_work_never_give_less(start: date, days: int, more: int, wage: Decimal):
    """A later last day, no smaller N."""
    last = start + timedelta(days=days)
    found = [
        severance(tenure=tenure_between(start, end), wage=wage, ended=end)
        for end in (last, last + timedelta(days=more))
    ]

    shorter, longer = found
    if isinstance(longer, Severance):
        assert isinstance(shorter, Severance | CannotSay)
    if isinstance(shorter, Severance) and isinstance(longer, Severance):
        assert shorter.n <= longer.n


@given(MONTHS, WAGES, st.decimals(1000, 100_000, places=2) | st.none())
def test_severance_keeps_its_proportions_and_its_cap(
    months: int, wage: Decimal, average: Decimal | None
):
    """2N is twice N, N+1 a month more; the cap holds for wage and years, only above it."""
    found = severance(tenure=Tenure(Decimal(months)), wage=wage, ended=TODAY, local_average=average)

    assert isinstance(found, Severance)
    assert abs(found.double - 2 * found.n) <= Decimal("0.01")
    assert abs(found.n_plus_1 - found.n - wage) <= Decimal("0.01")
    assert found.units * 2 % 1 == 0
    assert Decimal(months) / 12 <= found.units + (100 if found.cap is Cap.APPLIED else 0)
    if found.cap is Cap.APPLIED and average is not None:
        assert found.n <= cents(12 * 3 * average)
    else:
        assert found.wage == wage


@given(MONTHS, st.integers(0, 27))
def test_units_are_the_years_rounded_up_to_a_half(months: int, days: int):
    """Never below the years worked, never half a year or more above."""
    units = units_for(Tenure(Decimal(months), Decimal(days)))

    if units is not None:
        years = Decimal(months) / 12 + Decimal(days) / 28 / 12
        assert units >= Decimal(months) / 12
        assert units <= years + Decimal("0.5")


@given(DAYS, WAGES, st.integers(0, 4000), st.integers(0, 4000))
def test_double_pay_stays_within_its_eleven_months(
    start: date, wage: Decimal, worked: int, signed: int
):
    """Never more than eleven months, never outside the work, never more inside the limit."""
    left = min(TODAY, start + timedelta(days=worked))
    paper = start + timedelta(days=signed)
    found = double_wage(
        start=start, wage=wage, today=TODAY, left=left, signed=paper if paper <= TODAY else None
    )

    if isinstance(found, DoubleWage):
        assert 0 <= found.months <= MOST_MONTHS
        assert 0 <= found.days < 31
        assert start < found.begins <= found.ends <= left
        assert found.ends < paper or paper > TODAY
        assert 0 <= found.surely <= found.amount == cents(wage * found.months)
        assert found.begins < found.whole_until <= found.last_day
        assert not (found.lapsed and found.surely)


@given(
    WAGES,
    st.dictionaries(st.sampled_from(list(Worked)), st.decimals("0.5", 200, places=1), min_size=1),
)
def test_overtime_is_never_below_one_and_a_half_hours_pay(
    wage: Decimal, hours: dict[Worked, Decimal]
):
    """More on rest days than on working days, more on holidays; parts add up to the total."""
    found = overtime(wage=wage, hours=hours)

    assert isinstance(found, Overtime)
    assert abs(sum(found.pay.values()) - found.total) <= Decimal("0.02")
    assert found.total >= cents(wage * found.hours * Decimal("1.5") / 174) - Decimal("0.01")
    rates = [found.an_hour[kind] for kind in Worked]
    assert rates == sorted(rates)
    assert found.beyond == (found.hours > 36)


@given(st.integers(12, 800), st.integers(0, 100))
def test_more_contributions_never_give_fewer_months(insured: int, more: int):
    """And never more than 24."""
    found = benefit(insured=insured)

    assert isinstance(found, Benefit)
    assert 1 <= found.months <= benefit_months(insured + more) <= 24
    assert found.monthly is None


@given(st.sampled_from(list(Limit)), st.dates(date(1960, 1, 1), TODAY), st.integers(0, 60))
def test_a_deadline_is_never_before_its_start_and_moves_with_it(
    limit: Limit, start: date, later: int
):
    """The last day lies after the first; a later start never ends earlier."""
    first = deadline(limit, start=start, today=TODAY)
    second = deadline(limit, start=min(TODAY, start + timedelta(days=later)), today=TODAY)

    assert isinstance(first, Deadline)
    assert isinstance(second, Deadline)
    assert first.last > start
    assert first.last <= second.last
    assert first.passed == (first.last < TODAY)
    assert bool(TERMS[limit].days) != bool(TERMS[limit].months)


@given(st.sampled_from([Member.WAGE, Member.SELF_EMPLOYED, Member.RETIRED]), WAGES, WAGES)
def test_who_earns_more_never_owes_less(member: Member, one: Decimal, other: Decimal):
    """Also across brackets; between half a per cent and two."""
    less, more = sorted((one, other))
    small, large = dues(member, less), dues(member, more)

    assert isinstance(small, Dues)
    assert isinstance(large, Dues)
    assert small.most <= large.most
    assert cents(less * Decimal("0.005")) <= small.most <= cents(less * Decimal("0.02"))


#: Pieces of messages, with figures of every kind and none, to be put together in any order.
PIECES = (
    "干了", "做了", "没", "3年半", "三年", "五个月零40天", "20天", "二十年", "半年多", "两三年", "，", "。", " ",
    "每月工资", "月薪", "工资", "6000", "六千左右", "0元", "100万亿元", "年薪十万", "只赔", "一个月五千", "被辞退", "赔多少",
    "没签合同", "双倍工资", "3月1号入职", "2月30号", "2027年1月1日入职", "明天", "去年", "上个月25号", "离职", "老板",
    "周末加班", "平时加班", "法定节假日加班", "16小时", "2天", "每天", "加班费", "受伤", "三个月前", "昨天", "农历八月十五",
    "调解协议", "签的", "党费", "退休金", "学生", "失业保险交了", "失业金", "多少", "还来得及吗", "税后", "个体", "农民",
)  # fmt: skip
ASKS = ("legal.dismissal", "legal.work_injury", "legal.wages", "legal.mediation", "party.dues")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.sampled_from(ASKS))
def test_whatever_is_said_the_answer_is_short_and_a_figure_never_stands_alone(
    said: str, intent: str
):
    """No message breaks a handler; a figure comes with its law and with who checks it."""
    reply = reply_to(intent, said)

    read = as_read(reply)
    assert 0 < len(read) <= MAX_REPLY_CHARS
    assert all(0 < len(piece) <= MAX_REPLY_CHARS for piece in reply.rest)
    if "按您说的算" in read or "前提" in read:
        assert "核对 2026" in reply.passport
        assert "核对一遍" in read or "支部核定" in read
    if "这样算的前提" in reply.text:
        assert "· " in reply.text.split("这样算的前提：")[1]
        assert reply.rest
