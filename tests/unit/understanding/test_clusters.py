"""Messages that were not understood, grouped by likeness."""

import random

import pytest

from bot.understanding.clusters import MAX_MESSAGES, Unclear, cluster, widened
from bot.understanding.features import fit_space

SPACE = fit_space(["居住证怎么办", "老板拖欠工资", "律师哪天来", "孩子怎么入学"])
ASKED = (
    "充电桩坏了怎么办", "小区充电桩坏了谁修", "电动车充电桩坏了找谁", "宽带怎么装", "想装宽带找谁",
    "装个宽带多少钱", "广场舞太吵", "楼下跳广场舞吵死",
)  # fmt: skip


def unclear(texts=ASKED, **fields) -> list[Unclear]:
    return [Unclear(id=number, normal=text, **fields) for number, text in enumerate(texts, 1)]


def told(clusters) -> list[set[str]]:
    return [{member.normal for member in found.members} for found in clusters]


def test_wordings_of_one_ask_stand_together():
    """Also where no phrase of ours has the word they share."""
    assert told(cluster(unclear(), SPACE)) == [set(ASKED[:3]), set(ASKED[3:6]), set(ASKED[6:])]


def test_the_order_in_which_they_come_does_not_matter():
    """The same ledger gives the same groups in every process."""
    wanted = cluster(unclear(), SPACE)
    for seed in range(5):
        shuffled = unclear()
        random.Random(seed).shuffle(shuffled)
        assert cluster(shuffled, SPACE) == wanted


def test_the_most_frequent_wording_leads_and_the_largest_group_comes_first():
    """Staff read first what most residents asked."""
    asked = [*unclear(ASKED[:3]), Unclear(id=9, normal="楼下跳广场舞吵死", count=40)]
    asked.append(Unclear(id=10, normal="电动车充电桩坏了找谁", count=2))

    first, second = cluster(asked, SPACE)

    assert (first.leader.id, first.messages) == (9, 40)
    assert (second.leader.id, second.messages) == (10, 5)
    assert second.members[0] is second.leader


def test_likely_intents_are_those_of_its_messages_by_their_number():
    """A wording that came often counts often."""
    one = Unclear(
        id=1,
        normal="充电桩坏了怎么办",
        count=3,
        likely=(("voice.report", 0.4), ("places.map", 0.2)),
    )
    other = Unclear(
        id=2, normal="小区充电桩坏了谁修", likely=(("places.map", 0.6), ("chat.help", 0.1))
    )

    (found,) = cluster([one, other], SPACE)

    assert found.likely == (("places.map", 0.3), ("voice.report", 0.3), ("chat.help", 0.025))


def test_every_wording_is_in_one_group():
    """None is lost, none is shown twice."""
    many = unclear([f"第{number}件事{'东西南北'[number % 4]}" for number in range(60)])

    ids = [member.id for found in cluster(many, SPACE) for member in found.members]

    assert sorted(ids) == [one.id for one in many]


def test_nothing_makes_no_group_and_too_much_is_refused():
    """The work is bounded."""
    assert cluster([], SPACE) == []
    with pytest.raises(ValueError, match="at most"):
        cluster(unclear(["居住证"] * (MAX_MESSAGES + 1)), SPACE)


def test_a_word_no_phrase_has_gets_a_column_of_its_own():
    """The space itself stays as it was."""
    width = SPACE.width

    wide = widened(SPACE, ["充电桩"])

    assert SPACE.width == width < wide.width
    assert "充电桩" in wide.columns
    assert wide.idf[wide.columns["充电桩"]] == SPACE.idf.max()
