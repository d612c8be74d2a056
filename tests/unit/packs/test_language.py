"""Set sentences, choices and steering words of capabilities."""

import pytest

from bot.config import package_root
from bot.packs.language import ReplyWords, read_phrasebook, read_vocabulary, read_words

INTENTS = package_root() / "intents"
WORDS = ReplyWords(
    own={"hello": "您好，{name}\n", "fields": {"where": "哪里"}},
    shared={"hello": "房子的", "bye": "再见", "fields": {"where": "在哪办", "when": "时间"}},
    following={"a.b": ("where",)},
    labels={"a.b": "办证"},
    default_next=("chat.human",),
)


def test_a_capabilitys_own_sentence_wins_over_the_houses():
    """With its places filled and no line break at the end."""
    assert WORDS.say("hello", name="阿姨") == "您好，阿姨"
    assert WORDS.say("bye") == "再见"


def test_a_sentence_nobody_wrote_is_a_mistake_of_the_author():
    """Found by tests, never read by a resident."""
    with pytest.raises(KeyError, match="no sentence 'nothing'"):
        WORDS.say("nothing")


def test_a_group_is_merged_sentence_by_sentence():
    """One heading of one's own, the rest of the house."""
    assert WORDS.many("fields") == {"where": "哪里", "when": "时间"}
    assert WORDS.many("none") == {}
    assert WORDS.many("bye") == {}


def test_next_steps_fall_back_to_the_houses():
    """There is always a way on."""
    assert WORDS.next_for("a.b") == ("where",)
    assert WORDS.next_for("c.d") == ("chat.human",)


def test_an_unknown_choice_reads_as_itself():
    """Visible to its author at once."""
    assert (WORDS.label("a.b"), WORDS.label("c.d")) == ("办证", "c.d")


def test_phrases_become_rules_and_alternatives(tmp_path):
    """Alternatives stand between bars; what silences may too."""
    folder = tmp_path / "services"
    folder.mkdir()
    (folder / "phrases.yaml").write_text(
        "services.permit:\n  ask: 办证\n  phrases: {plain: [怎么办证, 办证], typo: 办政}\n"
        "  rules: [{all: [证|政, 办], none: [丢|补, 签注], safety: true, score: 0.7}]\n"
        "  look_alikes: [证人]\n",
        encoding="utf-8",
    )
    (tmp_path / "out.yaml").write_text("far: [下雨吗, 7]\n", encoding="utf-8")

    book = read_phrasebook([folder], tmp_path / "out.yaml")

    found = book.sets["services.permit"]
    (rule,) = found.rules
    assert list(found.texts()) == ["怎么办证", "办证", "办政"]
    assert (rule.all, rule.none) == ((("证", "政"), ("办",)), ("丢", "补", "签注"))
    assert (rule.score, rule.safety, found.look_alikes) == (0.7, True, ("证人",))
    assert book.asks == {"services.permit": "办证"}
    assert book.outside == {"far": ("下雨吗", "7")}


def test_without_a_file_nothing_is_out_of_scope(tmp_path):
    """The file is optional."""
    assert read_phrasebook([], tmp_path / "none.yaml").outside == {}


def test_replies_without_the_right_shape_give_nothing_instead_of_half(tmp_path):
    """Only ids with a dot are intents; only lists are next steps."""
    for name, text in {
        "chat": "frames: {labels: {where: 在哪办}, default_next: [chat.human]}\n",
        "services": "services.permit: {next: [where]}\nservices.center: {next: where}\nframes: 7\n",
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "replies.yaml").write_text(text, encoding="utf-8")

    words = read_words([tmp_path / "chat", tmp_path / "services"], "chat", {"a.b": "办证"})

    assert words["services"].next_for("services.permit") == ("where",)
    assert words["services"].next_for("services.center") == ()
    assert words["chat"].next_for("chat.greet") == ("chat.human",)
    assert (words["services"].label("where"), words["services"].label("a.b")) == ("在哪办", "办证")


def test_the_repositorys_steering_words_name_commands_and_fields():
    """Each with at least one way to say it."""
    found = read_vocabulary(INTENTS / "vocabulary.yaml")

    assert {"detail", "menu", "cancel", "person"} <= set(found["commands"])
    assert {"papers", "where", "when", "cost"} <= set(found["fields"])
    assert all(words for group in found.values() for words in group.values())
    assert {"更多", "more"} <= set(found["commands"]["detail"])
