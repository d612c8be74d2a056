"""What a handler is handed: the figures and names of the message, read when asked for."""

from dataclasses import replace

import pytest

from bot.domain.sessions import Session
from bot.pipeline import names as names_module
from bot.pipeline.converse import Conversation
from bot.pipeline.names import COMMUNITY, PackNames
from bot.pipeline.registry import Registry
from bot.pipeline.turning import Turn
from bot.sdk import Capability, Context, Entities, Reply, Resident
from bot.testing import Rig, make_inbound
from tests.factories import make_context


class Listener:
    """A handler in the place of every other, which keeps what it was handed."""

    def __init__(self) -> None:
        self.heard: list[Context] = []

    def __call__(self, ctx: Context) -> Reply:
        self.heard.append(ctx)
        return Reply(text="好")


def heard(rig: Rig, text: str, session: Session | None = None) -> Context:
    """Return what a handler is handed for a message."""
    listener = Listener()
    capabilities: list[Capability] = [
        replace(one, intents=tuple(replace(intent, handler=listener) for intent in one.intents))
        for one in rig.house.speechbook.capabilities
    ]
    conversation = Conversation(
        registry=Registry(tuple(capabilities), dict(rig.house.speechbook.words), "chat"),
        router=lambda: rig.house.router,
        words=rig.house.speechbook.vocabulary,
        services=rig.house.services,
    )
    conversation.answer(
        Turn(
            inbound=make_inbound(text),
            session=session or Session(),
            resident=Resident(ref=rig.ref, community="demo"),
            pack=rig.house.packs.get("demo"),
            now=rig.clock.now(),
        )
    )
    return listener.heard[0]


def test_a_handler_reads_the_figures_of_the_message(rig: Rig):
    """As it was written, so that a point stays a point."""
    ctx = heard(rig, "老板欠我2.5万工资怎么办")

    assert ctx.entities.slots()["money"] == "25000"
    assert ctx.entities is ctx.entities


def test_a_handler_reads_the_names_of_its_community(rig: Rig):
    """From the directory of the pack, and the communities themselves."""
    assert heard(rig, "便民日是哪天").entities.slots()["event"] == "便民日"
    assert heard(rig, "我住在凤馨苑").entities.slots()[COMMUNITY].endswith("凤馨苑社区")


def test_nothing_is_read_before_a_handler_asks(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    """Most handlers never do."""
    calls: list[str] = []

    def counted(text: str, **_fields: object) -> Entities:
        calls.append(text)
        return Entities()

    monkeypatch.setattr("bot.pipeline.converse.extract", counted)
    ctx = heard(rig, "居住证怎么办")
    assert calls == []

    assert ctx.entities is ctx.entities
    assert calls == ["居住证怎么办"]


def test_a_context_made_without_a_message_has_no_entities():
    """A double in a test need not bring a reader."""
    plain = make_context("chat.greet", "明天来", read_entities=Entities)

    assert not plain.entities
    assert make_context("chat.greet", "明天来").entities.slots() == {"date": "2026-11-26"}


def test_a_book_is_made_once_for_a_pack_and_anew_for_a_changed_one(rig: Rig):
    """Editing content changes the names at the next message."""
    pack = rig.house.packs.get("demo")
    made = PackNames(rig.house.services.communities.called())

    assert made.book(pack) is made.book(pack)
    changed = replace(pack, directory={})
    assert made.book(changed) is not made.book(pack)
    assert set(made.book(changed).names) == {COMMUNITY}


def test_only_so_many_books_are_kept(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    """Memory does not grow with the number of communities."""
    monkeypatch.setattr(names_module, "MAX_BOOKS", 2)
    pack = rig.house.packs.get("demo")
    made = PackNames({})

    first = made.book(pack)
    for slug in ("a", "b"):
        made.book(replace(pack, slug=slug))

    assert made.book(pack) is not first


def test_names_of_the_same_kind_and_name_are_one_with_all_other_names(rig: Rig):
    """Two layers may both know a place."""
    pack = rig.house.packs.get("demo")
    entry = pack.entries("place")[0]
    doubled = replace(
        pack, directory={"place": (entry, replace(entry, id="other", aka=("又一个叫法",)))}
    )

    (others,) = PackNames({}).book(doubled).names["place"].values()
    assert set(others) == {*entry.aka, "又一个叫法"}
