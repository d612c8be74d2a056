"""Party dues from one message."""

import pytest

from tests.factories import as_read, content, reply_to

RECKONED = [
    ("税后工资八千党费交多少", ["120元", "8000元 × 1.5%", "税后每月固定"]),
    ("我一个月到手四千八，该给支部多少钱", ["48元", "1%"]),
    ("我妈退休金三千二，她每月该缴几块", ["16元", "0.5%", "离退休费或养老金"]),
    ("工资五千，党费多少", ["50元", "1%"]),
    ("开店的，一个月八千，党费多少", ["120元", "上个季度"]),
    ("学生党费交多少", ["0.2元"]),
    ("在家种地的，党费交多少", ["0.2元到1元", "听支部的"]),
]
NOT_RECKONED = [
    ("党费交多少", ["在职、个体还是离退休"]),
    ("工资五千多，党费多少", ["每月税后收入几元"]),
    ("税前工资八千，党费多少", ["在职"]),
    ("工资从五千涨到七千，党费多少", ["每月税后收入几元"]),
    ("我挣四千五，党费该掏多少", ["在职、个体还是离退休"]),
    ("底薪加提成一起七千三，党费按哪一档算", []),
    ("退休返聘工资六千，党费多少", []),
    ("三个月没缴党费，补上得多少", []),
    ("我在厂里做了5年，每月工资5500，被辞退能赔多少", []),
]


@pytest.mark.parametrize(("said", "pieces"), RECKONED)
def test_dues_are_reckoned_where_the_message_says_enough(said: str, pieces: list[str]):
    """Sum, working, source, and that the branch settles it."""
    read = as_read(reply_to("party.dues", said))

    for piece in (*pieces, "每月党费", "党支部核定", "中组发〔2008〕3号"):
        assert piece in read, f"{piece}: {read}"
    assert len(read) <= 600


@pytest.mark.parametrize(("said", "pieces"), NOT_RECKONED)
def test_else_the_rule_is_told_and_what_is_missing(said: str, pieces: list[str]):
    """Nothing from a rough sum, one before tax, two sums, or income that changes."""
    plain = reply_to("party.dues", "")
    text = reply_to("party.dues", said).text

    assert text.startswith(plain.text.split("\n")[0])
    assert "按您说的算" not in text
    for piece in pieces:
        assert piece in text
    assert ("想要我算" in text) == bool(pieces)


def test_what_is_given_as_an_example_is_reckoned():
    """Nobody copies it and is asked again."""
    hint = content()[1].words_of("party.dues").say("dues_hint", what="")
    example = hint[hint.index("“") + 1 : hint.index("”")]

    assert "40元" in reply_to("party.dues", example).text


@pytest.mark.parametrize("community", ["demo", "fengxin", "beidajie", "nanshawan", "jiafu"])
def test_every_community_reckons_alike(community: str):
    """The rule is the nation's."""
    assert "120元" in reply_to("party.dues", "税后工资八千党费交多少", community=community).text
