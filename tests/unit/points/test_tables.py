"""Tables from packs: which hold here, what they take over, what a broken one says."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from bot.domain.errors import PackError
from bot.packs.loader import PackStore
from bot.sdk import PackView
from intents.points.eligibility import Force, current, cutoff, standing
from tests.factories import content
from tests.unit.points.tables import tables

TODAY = date(2026, 11, 25)
HEAD = (
    "id: {id}\ntitle: 表\npurposes: [school]\nas_of: 2026-11-21\n"
    "jurisdiction: {{province: 广东省, city: 广州市, district: {district}}}\n"
    "sources: {{S1: {{title: 通知}}}}\n"
)
BLOOD = "indicators:\n  - {id: blood, label: 献血, input: {type: count}, points: {per_unit: 0.1}}\n"


def pack(slug: str) -> PackView:
    """Return a community of the repository."""
    return content()[2].get(slug)


def written(root: Path, **layers: tuple[str, str]) -> PackStore:
    """Write packs, each with what it extends and the text of one table."""
    for slug, (extends, table) in layers.items():
        folder = root / slug
        (folder / "points").mkdir(parents=True)
        (folder / "pack.yaml").write_text(
            f"slug: {slug}\ntitle: {slug}区\nlevel: community\nowner: 编辑\nextends: [{extends}]\n"
        )
        (folder / "points" / "table.yaml").write_text(table)
    return PackStore(root)


@pytest.mark.parametrize(
    ("slug", "purpose", "expected"),
    [
        ("fengxin", "school", "gz-zengcheng-school"),
        ("fengxin", "hukou", "gz-jifen-ruhu"),
        ("fengxin", "housing", "gz-public-rental-laisui"),
        ("demo", "school", "gz-zengcheng-school"),
        ("nanshawan", "school", "zh-xiangzhou-school"),
        ("nanshawan", "hukou", None),
        ("beidajie", "school", None),
    ],
)
def test_a_community_counts_with_its_own_table(slug: str, purpose: str, expected: str | None):
    """The most local one made for the purpose; nothing where none is known, never another city's."""
    found = current(pack(slug).tables(purpose), TODAY)

    assert (found.id if found else None) == expected


def test_a_neighbouring_district_s_table_does_not_hold_here():
    """Panyu's stands in the city's pack, and is nobody's in Zengcheng."""
    assert "gz-panyu-school-2026" in content()[2].layer("guangzhou").tables
    assert "gz-panyu-school-2026" not in {one.id for one in pack("fengxin").tables("school")}


def test_deductions_are_left_out_for_school():
    """广州减分不用于积分入学."""
    school = {one.id for one in tables()["gz-laisui-points-2021"].narrowed("school").indicators}
    hukou = {one.id for one in tables()["gz-laisui-points-2021"].narrowed("hukou").indicators}

    assert hukou - school == {"bad_credit", "tax_evasion", "public_security_penalty"}


def test_a_table_is_narrowed_only_to_its_own_purposes():
    """The caller is told which there are."""
    with pytest.raises(ValueError, match="is for school, not for hukou"):
        tables()["zh-xiangzhou-school"].narrowed("hukou")


def test_a_table_takes_over_indicators_and_adds_conditions():
    """Zengcheng counts with the city's table and has conditions of its own."""
    table = tables()["gz-zengcheng-school"]

    assert table.base is not None
    assert table.base.id == "gz-laisui-points-2021"
    assert table.indicator("permit_years") == table.base.indicator("permit_years")
    assert {"permit_valid", "permit_1y", "child_age"} <= {one.id for one in table.conditions}


def test_figures_are_read_as_they_are_written(tmp_path: Path):
    """A tenth is a tenth."""
    store = written(tmp_path, town=("", HEAD.format(id="t", district="null") + BLOOD))
    (table,) = store.get("town").tables("school")

    assert table.indicators[0].scale.points == Fraction(1, 10)


def test_a_deeper_layer_replaces_a_table_of_the_same_id(tmp_path: Path):
    """Whole, as with directory entries."""
    table = HEAD.format(id="t", district="null")
    store = written(tmp_path, city=("", table + BLOOD), town=("city", table))
    (found,) = store.get("town").tables("school")

    assert found.passport.pack == "town"
    assert found.indicators == ()


def test_a_table_without_the_one_it_uses_is_told(tmp_path: Path):
    """The author reads which, and what would do."""
    table = HEAD.format(id="t", district="null") + "uses_table: nowhere\n"
    store = written(tmp_path, town=("", table))

    with pytest.raises(PackError, match=r"points/t: uses_table: expected a table .* 'nowhere'"):
        store.get("town")


def test_a_name_neither_table_has_is_told(tmp_path: Path):
    """A group of a table that takes over from another may name indicators of both, of no third."""
    city = HEAD.format(id="t", district="null") + BLOOD
    town = (
        HEAD.format(id="u", district="null")
        + "uses_table: t\nexclusive_groups:\n  - {id: g, members: [blood, sweat], rule: max}\n"
    )
    store = written(tmp_path, city=("", city), town=("city", town))

    with pytest.raises(PackError, match=r"points/u: expected ids of its own .* not sweat"):
        store.get("town")


def test_an_unnamed_source_is_told(tmp_path: Path):
    """A figure points to where it was read."""
    sourced = BLOOD.replace("label", "source: [S9], label")
    store = written(tmp_path, town=("", HEAD.format(id="t", district="null") + sourced))

    with pytest.raises(PackError, match="expected sources of this table, not S9"):
        store.layer("town")


def test_an_id_stands_once_in_a_pack(tmp_path: Path):
    """Else one of two tables would be lost in silence."""
    table = HEAD.format(id="t", district="null")
    store = written(tmp_path, town=("", table))
    (tmp_path / "town" / "points" / "again.yaml").write_text(table)

    with pytest.raises(PackError, match="expected an id used once, 't' is taken"):
        store.layer("town")


@pytest.mark.parametrize(
    ("table", "day", "force", "until"),
    [
        ("gz-laisui-points-2021", date(2021, 11, 15), Force.NOT_YET, date(2026, 11, 16)),
        ("gz-laisui-points-2021", date(2021, 11, 16), Force.IN_FORCE, date(2026, 11, 16)),
        ("gz-laisui-points-2021", date(2026, 11, 16), Force.IN_FORCE, date(2026, 11, 16)),
        ("gz-laisui-points-2021", date(2026, 11, 17), Force.LAPSED, date(2026, 11, 16)),
        ("gz-laisui-points-2018-trial", date(2021, 11, 15), Force.TRIAL, date(2021, 11, 15)),
        ("gz-laisui-points-2018-trial", date(2021, 11, 16), Force.LAPSED, date(2021, 11, 15)),
        ("gz-zengcheng-school", date(2026, 8, 31), Force.UNKNOWN, None),
        ("gz-zengcheng-school", date(2026, 11, 17), Force.LAPSED, date(2026, 11, 16)),
        ("zh-xiangzhou-school", TODAY, Force.UNKNOWN, None),
    ],
)
def test_a_table_stands_as_its_dates_say(table: str, day: date, force: Force, until: date | None):
    """To the day; of a table and its base, the worse."""
    found = standing(tables()[table], day)

    assert (found.force, found.until) == (force, until)


def test_a_trial_table_that_has_run_out_is_never_counted_with():
    """It is kept to recognise old advice; while it held, it was the table to take."""
    both = [
        tables()[name].narrowed("school")
        for name in ("gz-laisui-points-2018-trial", "gz-laisui-points-2021")
    ]

    assert current(both, TODAY).id == "gz-laisui-points-2021"
    assert current(both, date(2020, 8, 31)).id == "gz-laisui-points-2018-trial"
    assert current(both[:1], TODAY) is None


def test_the_day_years_are_counted_to_is_told_where_it_is_known():
    """当年8月31日 for school; the hukou table states none."""
    assert cutoff(tables()["gz-zengcheng-school"], 2027) == date(2027, 8, 31)
    assert cutoff(tables()["gz-jifen-ruhu"], 2027) is None
