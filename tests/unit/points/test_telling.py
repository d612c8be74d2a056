"""How a score, its questions, its conditions and its papers are told."""

from datetime import date
from fractions import Fraction

import pytest

from bot.sdk import PointsTable
from intents.points.answers import AnswerError, Lasting, Period, Span
from intents.points.eligibility import eligible, missing_papers
from intents.points.keeping import kept
from intents.points.questions import Kind, choice_questions, questions, short
from intents.points.scoring import nothing_else, score, what_if
from intents.points.telling import figure, points_said, say_eligibility, say_papers, say_score
from tests.factories import content
from tests.unit.points.tables import FIVE, tables

WORDS = content()[1].words_of("points.school_calc")
DAY = date(2026, 8, 31)
TODAY = date(2026, 11, 25)
FAMILY = {
    "permit_years": 4,
    "home_rented": 3,
    "social_insurance": dict.fromkeys(FIVE, 4),
    "housing_fund": 4,
    "age": 35,
    "education": "专科(含高职)",
    "blood": 2,
}


def table(name: str, purpose: str = "school") -> PointsTable:
    """Return a table for one purpose."""
    return tables()[name].narrowed(purpose)


ZENGCHENG = table("gz-zengcheng-school")
XIANGZHOU = table("zh-xiangzhou-school")


def test_a_whole_score_is_told_total_first():
    """Total, items by weight, what is not in it, whether the table holds, no promise, basis."""
    told = say_score(score(ZENGCHENG, nothing_else(ZENGCHENG, FAMILY), TODAY), WORDS)

    assert told.text.splitlines() == [
        "按您说的，149分。",
        "· 社保 40分",
        "· 居住证 32分",
        "· 年龄 30分",
        "· 学历 20分",
        "· 租房或宿舍 15分",
        "· 公积金 8分",
        "· 献血 4分",
        "没算进去（每项几分没查到）：纳税、区里另加的分。",
        "1项的分数是从转载里查到的，要再核对。",
        "这张表2026-11-16到期，新规定没查到，只作参考。",
        "够不够要看当年分数线，这里不能保证。",
    ]
    assert "2021年版" in told.passport
    assert "算到2026-11-25 · 核对2026-11" in told.passport


def test_detail_explains_every_item():
    """What was said, how it counts, what to beware of, what nobody has found."""
    rest = "\n".join(say_score(score(ZENGCHENG, FAMILY, DAY), WORDS).rest)

    assert "· 居住证 32分\n您说的：4年；每满1年8分" in rest
    assert "养老4年、医疗4年" in rest
    assert "每满1年5分；最多20分" in rest
    assert "没查到的：增城同分排序" in rest


def test_an_open_score_says_what_is_missing():
    """A sum of what was said is not called a score."""
    text = say_score(score(ZENGCHENG, FAMILY, DAY), WORDS).text

    assert text.startswith("说到的加起来149分，没说的还没算进去。")
    assert "还没说：自有房、从中心四区搬出" in text
    assert "等18项。" in text


def test_a_bounded_score_is_a_range():
    """Lowest and highest."""
    said = nothing_else(ZENGCHENG, {"permit_years": 4})
    text = say_score(score(ZENGCHENG, said, DAY), WORDS).text

    assert text.startswith("按您说的，在32到62分之间")
    assert "还没说：年龄。" in text


def test_deductions_unsaid_are_not_taken_for_none():
    """With 扣分 open, a sum would promise too much."""
    hukou = table("gz-jifen-ruhu", "hukou")
    text = say_score(score(hukou, {"permit_years": 5, "age": 30}, DAY), WORDS).text

    assert text.startswith("说到的还不够，现在算不出来。")


def test_a_part_that_does_not_count_says_so():
    """取最高: the lower one is named, not added; a rounded total says about."""
    said = {"permit_years": Lasting(years=3, days=182), "property_years": 2}
    text = say_score(score(XIANGZHOU, nothing_else(XIANGZHOU, said), DAY), WORDS).text

    assert text.startswith("按您说的，约34.99分。")
    assert "· 房产年限：和别的只算一样，这项没算进去" in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(149), "149"),
        (Fraction(20, 3), "6.67"),
        (Fraction(5, 2), "2.5"),
        (Fraction(1, 200), "0.01"),
        (Fraction(-10), "-10"),
        (Fraction(100), "100"),
    ],
)
def test_figures_are_rounded_half_up_where_they_are_shown(value: Fraction, text: str):
    """Two places at most, no noughts behind them."""
    assert figure(value) == text


def test_bounds_are_rounded_outwards():
    """A range told never leaves out what is possible."""
    third = Span(Fraction(20, 3), Fraction(40, 3))

    assert points_said(third, WORDS) == "6.66到13.34"


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        {"is": "nothing"},
        {"value": 1},
        {"is": "number", "value": "1/0"},
        {"is": "items", "value": {"养老": "很久"}},
        ["养老"],
    ],
    ids=str,
)
def test_what_was_not_kept_by_us_is_refused(value: object):
    """A typed error, never another answer."""
    with pytest.raises(AnswerError):
        kept(value)


def test_open_bounds_are_said():
    """From, up to, between, about."""
    said = [
        points_said(span, WORDS)
        for span in (
            Span(Fraction(6), None),
            Span(None, Fraction(5)),
            Span(Fraction(6), Fraction(30)),
            Span(Fraction(20, 3), Fraction(20, 3)),
        )
    ]

    assert said == ["6起", "最多5", "6到30", "约6.67"]


def test_what_if_tells_the_gain_beside_what_is_unknown():
    """One year more of all five insurances: ten points, whatever the rest is."""
    more = {"social_insurance": dict.fromkeys(FIVE, 5)}
    found = what_if(ZENGCHENG, FAMILY, more, DAY)

    assert found.gain == 10
    assert what_if(ZENGCHENG, FAMILY, {"home_rented": 4}, DAY).gain is None


def test_questions_ask_once_what_a_table_wants():
    """Conditions and indicators by id, each with words; what no answer changes is not asked."""
    asked = {one.id: one for one in questions(ZENGCHENG, WORDS)}

    assert asked["permit_years"].kind is Kind.YEARS
    assert asked["social_insurance"].items == FIVE
    assert asked["patent_invention"].kind is Kind.SHARES
    assert asked["volunteer"].by_year
    assert asked["education"].choices[-1] == (False, "都没有")
    assert asked["hard_industry_years"].requires == "hard_industry_now"
    assert asked["eligibility.child_age"].about == "eligibility"
    assert "tax" not in asked
    assert "bad_credit" not in asked
    assert all(one.text.endswith("？") for one in asked.values())


@pytest.mark.parametrize("name", sorted(tables()))
def test_every_question_of_every_table_is_whole(name: str):
    """A text, and choices where something is chosen; answers to all leave nothing to ask."""
    for purpose in tables()[name].purposes:
        asked = questions(table(name, purpose), WORDS)
        assert asked
        assert len({one.id for one in asked}) == len(asked)
        for one in asked:
            assert one.text
            assert "{" not in one.text + one.help
            assert bool(one.choices) == (one.kind is Kind.CHOICE)


def test_hukou_asks_for_a_criminal_record_once():
    """Under its own id, which the condition reads."""
    asked = [one.id for one in questions(table("gz-jifen-ruhu", "hukou"), WORDS)]

    assert asked.count("criminal_record") == 1
    assert "eligibility.score" not in asked
    assert "eligibility.age" not in asked


def test_a_choice_is_offered_only_where_there_is_one():
    """Own home and rented home both count: the applicant says which."""
    (one,) = choice_questions(ZENGCHENG, ["home_owned", "home_rented"], WORDS)

    assert one.id == "housing_choice"
    assert one.choices == (("home_owned", "自有房"), ("home_rented", "租房或宿舍"))
    assert choice_questions(ZENGCHENG, ["home_rented"], WORDS) == ()


def test_verdicts_are_told_worst_first():
    """What fails, what is open, what holds, each with why."""
    said = {"permit_years": 0, "eligibility.child_age": True}
    text = say_eligibility(eligible(ZENGCHENG, said, DAY), WORDS)

    lines = text.splitlines()
    assert lines[0] == "有条件对不上。"
    assert lines[1].startswith("· 对不上：在广州市办理有效《广东省居住证》满1年")
    assert lines[-3].startswith("· 没问题：子女当年8月31日前年满6周岁")
    assert lines[-2:] == [
        "这张表现在还算不算数没查到，只作参考。",
        "能不能办，以窗口和当年通知为准。",
    ]
    assert "（您还没说）" in lines[2]


def test_a_table_without_conditions_does_not_find_anybody_eligible():
    """None on record is not the same as none there are."""
    trial = table("gz-laisui-points-2018-trial")
    text = say_eligibility(eligible(trial, {}, TODAY), WORDS)

    assert text == ("申请条件没查到，要问窗口。\n这张表2021-11-15到期，新规定没查到，只作参考。")


def test_a_line_of_each_year_is_never_judged():
    """The year's mark is open, even when all else holds."""
    found = eligible(XIANGZHOU, {"eligibility.child_age": True, "eligibility.line": True}, DAY)

    assert found.verdict.value == "yes"
    assert [one.condition.id for one in found.findings if one.why.value == "open"] == [
        "line",
        "least_years",
    ]


def test_papers_follow_what_counts():
    """Needed for what was said, perhaps for what was not, none for what is not there."""
    found = missing_papers(ZENGCHENG, {"home_rented": 3}, DAY, held=["dormitory", "own_papers"])

    assert [one.id for one in found.needed] == [
        "rented_home",
        "city_papers",
        "child_papers",
        "spouse_papers",
        "home_papers",
    ]
    assert [one.id for one in found.perhaps] == ["owned_home"]
    text = say_papers(found, WORDS)
    assert text.startswith("还差的材料：\n· 租赁住所承租人")
    assert "也许要" in text


def test_papers_nobody_has_listed_are_not_called_complete():
    """An empty list is no list."""
    assert say_papers(missing_papers(XIANGZHOU, {}, DAY), WORDS) == "材料清单没查到，要问窗口。"


def test_papers_that_are_all_there():
    """Nothing left to get."""
    ids = [paper.id for paper in ZENGCHENG.papers]
    found = missing_papers(ZENGCHENG, FAMILY, DAY, held=ids)

    assert say_papers(found, WORDS) == "列出来的材料都有了。"


@pytest.mark.parametrize(
    "answers",
    [
        {"permit_years": -1},
        {"permit_years": "四年"},
        {"permit_years": True},
        {"permit_years": {"养老": 3}},
        {"social_insurance": {"车险": 3}},
        {"education": "小学"},
        {"home_owned": 1},
        {"age": False},
        {"patent_invention": (0,)},
        {"volunteer": {"去年": 50}},
        {"housing_choice": "tent"},
    ],
    ids=str,
)
def test_an_answer_that_does_not_fit_is_refused(answers: dict):
    """Never counted as something else."""
    with pytest.raises(AnswerError):
        score(ZENGCHENG, answers, DAY)


def test_a_table_for_several_purposes_is_not_counted():
    """Deductions differ between them."""
    with pytest.raises(ValueError, match="narrow the table"):
        score(tables()["gz-laisui-points-2021"], {}, DAY)


def test_a_leap_day_permit_is_a_year_old_on_the_first_of_march():
    """Where there is no 29 February."""

    def points(day: date) -> Fraction:
        said = {"permit_years": Period(start=date(2024, 2, 29))}
        return score(ZENGCHENG, said, day).item("permit_years").points.low

    assert points(date(2025, 2, 28)) == 0
    assert points(date(2025, 3, 1)) == 8


def test_labels_are_cut_to_a_line():
    """Without what stands in brackets."""
    assert short("社会保险（养老、医疗）") == "社会保险"
    assert short("职业工种或职业资格符合当年广州市目录") == "职业工种或职业资格符合当年广州…"
