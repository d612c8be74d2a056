"""The benchmark of the router must not flatter: draws, peers and variations on small data."""

import importlib.util
import json

import pytest

from bot.domain.errors import PackError
from bot.understanding.normalize import normalize
from tests.bench.understanding import corpus, growth, peers, public
from tests.bench.understanding.parts import percentile
from tests.bench.understanding.sets import read_set, read_sets

pytestmark = pytest.mark.bench

THINGS = {"weather": "天气下雨温度", "music": "唱歌音乐播放", "train": "火车车票动车"}


@pytest.fixture(autouse=True)
def only_when_selected(request: pytest.FixtureRequest) -> None:
    """Skip unless benches were asked for by ``-m bench``."""
    if "bench" not in (request.config.option.markexpr or ""):
        pytest.skip("benches run with -m bench")


@pytest.fixture
def folder(tmp_path):
    """A set of three labels, six to learn and two to ask each, and two out of scope."""
    rows = [
        {"text": f"{word[at : at + 2]}{tail}", "label": label, "split": split}
        for label, word in THINGS.items()
        for split, tails in (("train", ("怎么样", "呢")), ("test", ("现在",)))
        for tail in tails
        for at in ((0, 2, 4) if split == "train" else (0, 4))
    ]
    rows += [{"text": text, "label": "chat", "split": "oos"} for text in ("你叫什么", "我爱你")]
    file = tmp_path / "smp2017.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return tmp_path


def test_a_draw_is_of_the_train_split_and_always_the_same(folder):
    """As many of each label, none of the test split."""
    (chosen,) = read_sets(folder)

    drawn = chosen.draw(5, seed=1)

    assert drawn == chosen.draw(5, seed=1) != chosen.draw(5, seed=2)
    assert [one.label for one in drawn] == [label for label in sorted(THINGS) for _ in range(5)]
    assert set(drawn) <= set(chosen.train)
    assert len(chosen.draw(50, seed=1)) == len(chosen.train)


def test_a_set_that_is_not_there_or_not_whole_is_named(tmp_path):
    """With file and line."""
    with pytest.raises(PackError, match=r"smp2017\.jsonl"):
        read_sets(tmp_path)
    file = tmp_path / "xsid_zh.jsonl"
    file.write_text('{"text": "a"}', encoding="utf-8")
    with pytest.raises(PackError, match="line 1"):
        read_set(file)


def test_ours_and_every_peer_that_is_there_are_scored(folder):
    """Nearly all of an easy set is right; forced choices are all counted."""
    (chosen,) = read_sets(folder)
    there = [name for name, (package, _) in peers.LABELLERS.items() if peers.there(package)]

    scores = public.measure(chosen, 5, (1,))

    assert list(scores) == [public.OURS, public.OURS_UNNAMED, *there]
    assert all(score.top1 >= 0.6 for score in scores.values())
    ours = scores[public.OURS]
    assert ours.answered is not None
    assert ours.wrong is not None
    assert 0 <= ours.wrong <= ours.answered <= 1


@pytest.mark.parametrize("name", ["bm25s", "tantivy"])
def test_a_search_finds_the_phrase_itself(name):
    """Skipped where the peer is not installed."""
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed here")
    phrases = ["居住证怎么办", "社区几点上班", "老板不发工资"]
    search = getattr(peers, f"{name}_search")(phrases)
    assert [search(phrase) for phrase in phrases] == [0, 1, 2]
    assert search("xyz") in range(3)


def test_a_grown_book_has_as_many_different_phrases_as_asked_for():
    """Deterministic, and beyond the packs' own they are variations."""
    sources = ["居住证怎么办", "社区几点上班", "老板不发工资"]
    found = corpus._enough(sources, 60)
    assert found == corpus._enough(sources, 60)
    assert len({normalize(text) for text in found}) == 60
    assert set(sources) <= set(found)
    assert len(corpus._enough(sources, 2)) == 2


def test_memory_and_percentiles_are_read():
    """A process has some memory, and none shares less than nothing."""
    found = growth.own_memory()
    assert 0 < found["private_mb"] <= found["pss_mb"]
    assert [percentile([3.0, 1.0, 2.0], share) for share in (0.0, 0.5, 0.99)] == [1.0, 2.0, 3.0]
