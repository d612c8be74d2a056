"""Phrases that staff added: at once word for word, later in what is learned."""

import numpy as np
import pytest

from bot.bootstrap import Speechbook
from bot.sdk import IntentKind
from bot.understanding.artefacts import KEPT, Artefacts
from bot.understanding.encoder import load_encoder
from bot.understanding.features import fit_space
from bot.understanding.lexical import LexicalIndex
from bot.understanding.overlay import STYLE, Addition, joined
from bot.understanding.router import Decision, Router
from bot.understanding.source import RouterSource
from tests.factories import make_book

SETS = {
    "services.permit": ["居住证怎么办", "办居住证要什么材料", "居住证在哪办", "居住证多久能拿到"],
    "legal.wages": ["老板拖欠工资", "工资不发怎么办", "工钱没给", "讨薪找谁"],
    "legal.duty": ["律师哪天来", "律师几点上班", "约个律师", "免费律师在哪"],
    "safety.harm": ["我不想活了", "我想去死", "活着没意思", "想跳楼"],
}
BOOK = make_book(SETS, outside=["红烧肉怎么做", "明天下雨吗", "讲个笑话", "充电桩坏了找谁"])
NEW = Addition("充电桩坏了找谁", "legal.duty")
OTHER = Addition("电动车没地方充", "legal.duty")


def source(folder=None, **fields) -> RouterSource:
    plain = {"safety": ["safety.harm"], "light": [], "encoder": None, "folder": folder}
    return RouterSource(BOOK, **(plain | fields))


@pytest.fixture
def real(speechbook: Speechbook) -> RouterSource:
    """Give the source over the repository's phrases."""
    kinds = {one.id: one.kind for found in speechbook.capabilities for one in found.intents}
    return RouterSource(
        speechbook.phrasebook,
        safety=[name for name, kind in kinds.items() if kind is IntentKind.SAFETY],
        light=[name for name, kind in kinds.items() if kind is IntentKind.CHAT],
        encoder=load_encoder(),
        folder=None,
    )


# --- the phrasebook ---


def test_added_phrases_are_a_style_of_their_intent():
    """What the packs have stays; the same phrase twice is one."""
    book = joined(BOOK, [OTHER, NEW, NEW])

    assert book.sets["legal.duty"].phrases[STYLE] == (NEW.text, OTHER.text)
    assert book.sets["legal.duty"].phrases["plain"] == tuple(SETS["legal.duty"])
    assert book.sets["legal.wages"] is BOOK.sets["legal.wages"]


def test_what_was_added_to_an_intent_that_is_gone_is_passed_over():
    """A release may take an intent away; the service starts all the same."""
    assert joined(BOOK, [Addition("充电桩", "gone.intent")]) is BOOK


# --- at once ---


def test_an_index_over_other_pairs_is_the_one_that_would_be_built_anew():
    """Cheaper, and no different."""
    texts = ["居住证怎么办", "老板拖欠工资", "律师哪天来", "工资不发"]
    intents = ["a", "b", "c", "b"]
    space = fit_space([*texts, "居住证在哪办"])
    index = LexicalIndex(space, texts, intents)
    wanted = [("居住证怎么办", "a"), ("工资不发", "b"), ("居住证在哪办", "a")]

    changed = index.over([wanted[2], *wanted[:2]])
    fresh = LexicalIndex(space, [text for text, _ in wanted], [intent for _, intent in wanted])

    assert (changed.texts, changed.intents) == (fresh.texts, fresh.intents)
    assert np.array_equal(changed.lists.starts, fresh.lists.starts)
    assert np.array_equal(changed.lists.phrases, fresh.lists.phrases)
    assert np.allclose(changed.lists.weights, fresh.lists.weights)
    assert index.texts == tuple(texts)
    assert changed.over([]).nearest("居住证") == []


def test_an_added_phrase_is_answered_without_learning(router: Router, real: RouterSource):
    """Also one that the packs call out of scope; the router before is not touched."""
    outside = "红烧肉怎么做才不腻"
    assert router.understand(outside).decision is not Decision.ANSWER

    after = real.renew(router, [Addition(outside, "legal.duty")])

    assert after.understand("红烧肉，怎么做才不腻呀？").intents == ("legal.duty",)
    assert router.understand(outside).decision is not Decision.ANSWER
    assert after.understand("居住证怎么办") == router.understand("居住证怎么办")


def test_what_is_like_an_added_phrase_comes_nearer_to_its_intent(
    router: Router, real: RouterSource
):
    """Nearest phrases know it as well."""
    text = "小区里的蓝色灯塔今晚几点亮"

    def near(found: Router) -> float:
        nearest = found.understand(text).why["nearest"]
        return max((row["score"] for row in nearest if row["intent"] == "legal.duty"), default=0)

    after = real.renew(router, [Addition("蓝色灯塔今晚几点亮", "legal.duty")])

    assert near(after) > max(0.5, near(router))


def test_a_phrase_taken_back_is_forgotten(router: Router, real: RouterSource):
    """Each renewal is to all phrases there are, not to what is new."""
    one, other = Addition("蓝色灯塔亮不亮", "legal.duty"), Addition("绿色灯塔亮不亮", "legal.duty")

    after = real.renew(real.renew(router, [one, other]), [other])

    assert after.understand(other.text).intents == ("legal.duty",)
    assert after.size == router.size + 1
    back = real.renew(after, [])
    assert back.size == router.size
    assert back.understand(one.text) == router.understand(one.text)


def test_a_crisis_that_was_missed_is_one_as_soon_as_it_is_added(router: Router, real: RouterSource):
    """Word for word; what is merely like it waits until it is learned."""
    veiled = "蓝色灯塔几点亮"
    assert not router.understand(veiled).safety

    found = real.renew(router, [Addition(veiled, "safety.self_harm")]).understand(veiled)

    assert found.safety
    assert found.intents == ("safety.self_harm",)


# --- later ---


def test_what_is_learned_is_kept_and_found_again(tmp_path):
    """Another process, and the next start, read what one has learned."""
    first = source(tmp_path)
    assert not first.is_learned([NEW])

    first.learn([NEW])

    second = source(tmp_path)
    assert second.is_learned([NEW])
    assert not second.is_learned([NEW, OTHER])
    assert second.renew(source().start(), [NEW]).understand(NEW.text).intents == ("legal.duty",)
    assert second.start([NEW]).size == source().start([NEW]).size


def test_a_start_with_phrases_nobody_has_learned_yet_takes_the_newest_model(tmp_path, monkeypatch):
    """It does not learn for a minute before it answers."""
    first = source(tmp_path)
    first.start()
    first.learn([NEW])
    monkeypatch.setattr("bot.understanding.artefacts.fit_model", None)

    router = source(tmp_path).start([NEW, OTHER])

    assert router.understand(NEW.text).intents == ("legal.duty",)
    assert router.understand(OTHER.text).intents == ("legal.duty",)
    assert source(tmp_path).start().understand(OTHER.text).intents != ("legal.duty",)


def test_a_first_start_learns_packs_and_phrases_at_once(tmp_path):
    """Once, not twice."""
    source(tmp_path).start([NEW])

    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1
    assert source(tmp_path).is_learned([NEW])


def test_the_packs_model_may_lie_where_nothing_can_be_written(tmp_path):
    """As in an image: what is learned of the staff's phrases goes elsewhere."""
    packs_folder, learned = tmp_path / "image", tmp_path / "data"
    source(packs_folder).start()

    source(packs_folder, learned=learned).learn([NEW])

    assert len([path for path in packs_folder.iterdir() if path.is_dir()]) == 1
    assert len([path for path in learned.iterdir() if path.is_dir()]) == 1
    assert source(packs_folder, learned=learned).is_learned([NEW])


def test_old_artefacts_go_and_the_packs_own_stays(tmp_path):
    """A folder does not grow with every phrase."""
    made = source(tmp_path)
    made.start()
    for number in range(KEPT + 2):
        made.learn([Addition(f"充电桩{'一二三四五六'[number]}", "legal.duty")])

    names = {path.name for path in tmp_path.iterdir() if path.is_dir()}

    own = Artefacts(BOOK, safety=["safety.harm"], encoder=None, folder=tmp_path).name
    assert own in names
    assert len(names) == KEPT + 1


def test_a_broken_artefact_is_no_artefact(tmp_path):
    """Half a folder is passed over, another one is read."""
    made = source(tmp_path)
    made.start()
    made.learn([NEW])
    newest = max(
        (path for path in tmp_path.iterdir() if path.is_dir()),
        key=lambda path: path.stat().st_mtime,
    )
    (newest / "model.json").write_text("{", encoding="utf-8")

    assert source(tmp_path).start([OTHER]).understand(OTHER.text).intents == ("legal.duty",)
