"""What holds for any answers to any table."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sdk import Asked, Choices, Indicator, PointsTable, Shared, Unpublished
from intents.points.answers import Answer, Lasting, Period
from intents.points.eligibility import Verdict, eligible, missing_papers, own_id
from intents.points.keeping import kept, plain
from intents.points.scoring import nothing_else, score, what_if
from intents.points.telling import SAY_CHARS, say_eligibility, say_papers, say_score
from tests.factories import content
from tests.unit.points.tables import tables

WORDS = content()[1].words_of("points.school_calc")
TABLES = tuple(table.narrowed(purpose) for table in tables().values() for purpose in table.purposes)
DAY = date(2026, 8, 31)
#: A drawing answers up to thirty questions: fewer of them keep these among the fast tests.
FEW = settings(max_examples=40, deadline=None)
lengths = st.one_of(
    st.integers(0, 30),
    st.fractions(0, 30, max_denominator=12),
    st.builds(
        Lasting, years=st.integers(0, 20), months=st.integers(0, 24), days=st.integers(0, 800)
    ),
    st.builds(
        Period,
        start=st.dates(date(1995, 1, 1), date(2030, 1, 1)),
        end=st.none() | st.dates(date(1995, 1, 1), date(2030, 1, 1)),
    ),
)


def answers_to(one: Indicator) -> st.SearchStrategy[Answer]:
    """Return answers that fit an indicator and leave nothing open about it."""
    if isinstance(one.scale, Choices):
        return st.sampled_from((False, *one.scale.points, *one.scale.unlisted))
    if isinstance(one.scale, Shared):
        return st.lists(st.integers(1, 9), max_size=6).map(tuple)
    if one.asked is Asked.BOOL:
        return st.booleans()
    if one.asked is Asked.AGE:
        return st.integers(0, 99) | st.dates(date(1930, 1, 1), DAY)
    if one.asked is Asked.YEARS:
        return st.fixed_dictionaries(dict.fromkeys(one.items, lengths)) if one.items else lengths
    if one.per_year_cap is not None:
        years = st.integers(2015, 2027).map(str)
        return st.dictionaries(years, st.integers(0, 300), max_size=8)
    return st.integers(0, 300)


@st.composite
def asked(draw: st.DrawFn) -> tuple[int, Mapping[str, Answer]]:
    """Draw the place of a table in ``TABLES``, and an answer to all it asks."""
    at = draw(st.integers(0, len(TABLES) - 1))
    table = TABLES[at]
    said: dict[str, Answer] = {
        one.id: draw(answers_to(one))
        for one in table.indicators
        if not isinstance(one.scale, Unpublished)
    }
    for group in table.groups:
        if group.rule == "choice" and draw(st.booleans()):
            said[group.id] = draw(st.sampled_from(group.members))
    for condition in table.conditions:
        said[own_id(condition)] = draw(st.booleans())
        if condition.check is not None and condition.check.equals is not None:
            said[condition.check.of] = draw(st.booleans())
    return at, said


@st.composite
def partly(draw: st.DrawFn) -> tuple[int, Mapping[str, Answer], Mapping[str, Answer]]:
    """Draw the place of a table, full answers, and what is left when some were not said."""
    at, said = draw(asked())
    chosen = {group.id for group in TABLES[at].groups}
    left = {name: one for name, one in said.items() if name in chosen or draw(st.booleans())}
    return at, said, left


@FEW
@given(asked())
def test_full_answers_give_one_number(drawn):
    """Nothing is open when everything was said, and it is never below nothing."""
    table, said = TABLES[drawn[0]], drawn[1]
    result = score(table, said, DAY)

    assert result.complete
    assert result.total.low >= 0


@FEW
@given(asked(), st.data())
def test_more_years_never_make_fewer_points(drawn, data):
    """Longer is never worse, whatever else was said."""
    table, said = TABLES[drawn[0]], drawn[1]
    spans = [one for one in table.indicators if one.asked is Asked.YEARS]
    if not spans:
        return
    one = data.draw(st.sampled_from(spans))
    few = data.draw(st.fractions(0, 30, max_denominator=365))
    many = few + data.draw(st.fractions(0, 10, max_denominator=365))

    def total(years: Fraction) -> Fraction:
        given_years = dict.fromkeys(one.items, years) if one.items else years
        return score(table, {**said, one.id: given_years}, DAY).total.low

    assert total(few) <= total(many)


@FEW
@given(st.dates(date(2000, 1, 1), DAY), st.integers(0, 4000))
def test_an_earlier_start_never_makes_fewer_points(start, earlier):
    """By the day, within the window, across leap years."""
    table = tables()["zh-xiangzhou-school"]
    before = start - timedelta(days=earlier)
    late = score(table, {"permit_years": Period(start=start)}, DAY).item("permit_years").points
    early = score(table, {"permit_years": Period(start=before)}, DAY).item("permit_years").points

    assert late.low <= early.low


@FEW
@given(asked())
def test_caps_hold(drawn):
    """Of items, of groups, and of each exclusive group: at most its best member."""
    table, said = TABLES[drawn[0]], drawn[1]
    result = score(table, said, DAY)

    for item in result.items:
        if item.indicator.cap is not None:
            assert item.points.high <= item.indicator.cap
    for name, cap in table.group_caps.items():
        assert name not in result.parts or result.parts[name].high <= cap
    for group in table.groups:
        members = [item.points.high for item in result.items if item.indicator.id in group.members]
        assert result.parts[group.id].high <= max(members)
        counted = [item.counted for item in result.items if item.indicator.id in group.members]
        assert counted.count(True) == 1


@FEW
@given(asked())
def test_the_items_that_count_make_the_total(drawn):
    """What is shown adds up, but for caps of groups and the smallest total."""
    table, said = TABLES[drawn[0]], drawn[1]
    result = score(table, said, DAY)
    shown = sum(item.points.low for item in result.items if item.counted)

    assert result.total.low == max(shown, 0)


@FEW
@given(partly(), st.data())
def test_what_if_equals_counting_anew(drawn, data):
    """A comparison is two scores, and its gain is their difference where that is known."""
    table, said, left = TABLES[drawn[0]], *drawn[1:]
    changed = data.draw(st.sets(st.sampled_from(sorted(said))))
    changes = {name: said[name] for name in changed}
    found = what_if(table, left, changes, DAY)
    after = score(table, {**left, **changes}, DAY)

    assert found.after == after
    assert found.before == score(table, left, DAY)
    if found.before.total.exact and after.total.exact:
        assert found.gain == after.total.low - found.before.total.low


@FEW
@given(partly(), st.data())
def test_a_gain_holds_whatever_the_rest_turns_out_to_be(drawn, data):
    """A gain that is told does not depend on what was not said."""
    table, said, left = TABLES[drawn[0]], *drawn[1:]
    name = data.draw(st.sampled_from(sorted(said)))
    old = left.get(name)
    if old is None:
        return
    indicator = table.indicator(name)
    if indicator is None:
        return
    new = data.draw(answers_to(indicator))
    gain = what_if(table, left, {name: new}, DAY).gain
    if gain is not None:
        before = score(table, {**said, name: old}, DAY).total.low
        after = score(table, {**said, name: new}, DAY).total.low
        assert after - before == gain


@FEW
@given(asked(), st.randoms())
def test_the_order_of_answers_does_not_matter(drawn, random):
    """Said last or first, it counts the same."""
    table, said = TABLES[drawn[0]], drawn[1]
    names = list(said)
    random.shuffle(names)

    assert score(table, {name: said[name] for name in names}, DAY) == score(table, said, DAY)


@FEW
@given(partly())
def test_a_range_holds_every_completed_score(drawn):
    """What is not said leaves room for all it might be; what was said is never guessed away."""
    table, said, left = TABLES[drawn[0]], *drawn[1:]
    whole = score(table, said, DAY).total
    part = score(table, left, DAY).total

    assert part.low is None or part.low <= whole.low
    assert part.high is None or part.high >= whole.high


@FEW
@given(partly())
def test_only_answers_asked_for_narrow_a_range(drawn):
    """When all that is listed as missing has been said, one number is left."""
    table, said, left = TABLES[drawn[0]], *drawn[1:]
    missing = score(table, left, DAY).missing
    now = score(table, {**left, **{name: said[name] for name in missing}}, DAY)

    assert now.total.exact
    assert now.total == score(table, said, DAY).total


@FEW
@given(partly())
def test_a_verdict_stands_when_more_is_said(drawn):
    """Yes and no are not taken back by further answers; only "not known" becomes one of them."""
    table, said, left = TABLES[drawn[0]], *drawn[1:]
    part = eligible(table, left, DAY)
    whole = eligible(table, said, DAY)

    for early, late in zip(part.findings, whole.findings, strict=True):
        # A yes of one's own word may be overruled by figures that come later; a no may not.
        if early.verdict is Verdict.NO or (
            early.verdict is Verdict.YES and early.why.value == "counted"
        ):
            assert late.verdict is early.verdict


@FEW
@given(asked())
def test_strange_answers_are_left_alone(drawn):
    """One set of answers can be tried on several tables."""
    table, said = TABLES[drawn[0]], drawn[1]

    assert score(table, {**said, "no_such": 5}, DAY) == score(table, said, DAY)


@FEW
@given(partly())
def test_the_rest_being_none_is_never_above_the_range(drawn):
    """ "Nothing else" is one of the ways to complete the answers."""
    table, left = TABLES[drawn[0]], drawn[2]
    part = score(table, left, DAY).total
    rest = score(table, nothing_else(table, left), DAY).total

    assert part.low is None or part.low <= rest.low
    assert nothing_else(table, nothing_else(table, left)) == nothing_else(table, left)


@FEW
@given(partly(), st.sampled_from((DAY, date(2026, 11, 17), date(2019, 1, 1))))
def test_a_score_told_is_short_and_promises_nothing(drawn, day):
    """At most 600 characters with the small line, the total first, no placeholder left."""
    table, left = TABLES[drawn[0]], drawn[2]
    told = say_score(score(table, left, day), WORDS)

    assert len(told.text) + 1 + len(told.passport) <= SAY_CHARS
    assert told.text.startswith(("按您说的", "说到的"))
    assert told.text.endswith("够不够要看当年分数线，这里不能保证。")
    for text in (told.text, told.passport, *told.rest):
        assert "{" not in text
        assert "None" not in text
    assert all(len(piece) <= 500 for piece in told.rest)


@FEW
@given(partly())
def test_verdicts_and_papers_can_always_be_told(drawn):
    """No placeholder is left."""
    table, left = TABLES[drawn[0]], drawn[2]

    for text in (
        say_eligibility(eligible(table, left, DAY), WORDS),
        say_papers(missing_papers(table, left, DAY), WORDS),
    ):
        assert text
        assert len(text) <= SAY_CHARS
        assert "{" not in text


@FEW
@given(asked())
def test_answers_survive_being_kept(drawn):
    """Through JSON and back, the same answers."""
    said = drawn[1]
    text = json.dumps({name: plain(one) for name, one in said.items()})

    assert {name: kept(one) for name, one in json.loads(text).items()} == said


@pytest.mark.parametrize("table", TABLES, ids=lambda one: f"{one.id}-{one.purposes[0]}")
def test_no_answer_at_all_is_no_score(table: PointsTable):
    """Nothing was said: nothing is counted for it, and it says so."""
    result = score(table, {}, DAY)

    assert not result.complete
    assert result.missing
    assert say_score(result, WORDS).text.startswith("说到的还不够")
