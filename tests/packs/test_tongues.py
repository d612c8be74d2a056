"""Set sentences in other languages: siblings of the Chinese ones, held to them."""

from pathlib import Path

import pytest

from bot.config import package_root
from bot.domain.errors import PackError
from bot.packs.check_tongues import check_tongues
from bot.packs.language import read_words
from bot.packs.tongues import read_tongues

CHINESE = {
    "chat": "frames: {choose: '回复：', hello: '您好，{name}', fields: {where: 在哪}}\ninner: {alert: 找人}\n",
    "jobs": "jobs.search: {next: [chat.human]}\nframes: {lead: 招工}\n",
}
ENGLISH = {
    "chat": (
        "title: Chat\nchat.greet: {ask: Say hello}\nframes: {choose: 'Reply: ', "
        "hello: 'Hello, {name}', fields: {where: Where}, only_chinese: Chinese only, turned: English}\n"
    ),
    "jobs": "title: Jobs\njobs.search: {ask: Find work}\n",
}
INTENTS = ("chat.greet", "jobs.search")


def written(
    root: Path, english: dict[str, str] | None = None, *, whole: str = "[chat]"
) -> list[Path]:
    """Write two groups and their English; return their folders."""
    (root / "languages.yaml").write_text(f"en: {{whole: {whole}}}\n", encoding="utf-8")
    for name, text in CHINESE.items():
        folder = root / name
        folder.mkdir(exist_ok=True)
        (folder / "replies.yaml").write_text(text, encoding="utf-8")
        sibling = (ENGLISH | (english or {})).get(name, "")
        if sibling:
            (folder / "replies.en.yaml").write_text(sibling, encoding="utf-8")
    return [root / name for name in CHINESE]


def words(root: Path):
    folders = written(root)
    chinese = read_words(folders, "chat", {"jobs.search": "找工作"})
    (tongue,) = read_tongues(root / "languages.yaml", folders, "chat", chinese)
    return tongue.words


def test_a_sentence_is_said_in_the_language_and_else_in_chinese(tmp_path):
    """What staff read stays Chinese in any case."""
    english = words(tmp_path)["chat"]

    assert english.say("hello", name="Anna") == "Hello, Anna"
    assert english.many("fields") == {"where": "Where"}
    assert english.say("alert") == "找人"
    assert english.chinese.say("hello", name="安娜") == "您好，安娜"


def test_choices_read_in_the_language_in_every_group(tmp_path):
    """A group without sentences has its choices all the same, and is answered in Chinese."""
    english = words(tmp_path)

    assert english["chat"].label("jobs.search") == "Find work"
    assert english["jobs"].chinese.label("jobs.search") == "找工作"
    assert english["jobs"].next_for("jobs.search") == ("chat.human",)
    assert (english["chat"].spoken, english["jobs"].spoken) == ({"chat.greet"}, frozenset())
    assert english["jobs"].title == "Jobs"


def test_without_the_file_there_are_no_other_languages(tmp_path):
    """It is optional."""
    assert read_tongues(tmp_path / "languages.yaml", [], "chat", {}) == ()


def test_a_broken_list_of_languages_names_file_and_key(tmp_path):
    """As every content file."""
    (tmp_path / "languages.yaml").write_text("en: {hole: [chat]}\n", encoding="utf-8")

    with pytest.raises(PackError, match=r"languages\.yaml: en\.hole: expected no such key"):
        read_tongues(tmp_path / "languages.yaml", [], "chat", {})


@pytest.mark.parametrize(
    ("english", "problem"),
    [
        ({}, ""),
        ({"jobs": ""}, ""),
        ({"chat": ""}, "replies.en.yaml: expected this file, en is whole in chat"),
        ({"chat": ENGLISH["chat"].replace("{name}", "you")}, "frames.hello: expected the placeholders"),
        ({"chat": ENGLISH["chat"].replace("hello: 'Hello, {name}', ", "")}, "frames.hello: expected this"),
        ({"chat": ENGLISH["chat"].replace("Where", "在哪")}, "frames.fields.where: expected Chinese in"),
        ({"chat": ENGLISH["chat"].replace("Where", "Where (在哪)")}, ""),
        ({"chat": ENGLISH["chat"].replace("turned: English", "turn: English")}, "frames.turned: expected it"),
        ({"chat": ENGLISH["chat"].replace("title: Chat\n", "")}, "title: expected the group's name"),
        ({"jobs": "title: Jobs\n"}, "jobs.search.ask: expected how the choice reads"),
        ({"jobs": ENGLISH["jobs"].replace("Find work", "找工作")}, "jobs.search.ask: expected no Chinese"),
        ({"jobs": ENGLISH["jobs"] + "jobs.fair: {ask: Fair}\n"}, "jobs.fair: expected an intent"),
    ],
)  # fmt: skip
def test_a_sibling_is_held_to_the_chinese_file(tmp_path, english, problem):
    """Same sentences, same places to fill, no intent of a whole group missing."""
    folders = written(tmp_path, english)

    found, whole = check_tongues(tmp_path, folders, INTENTS)

    assert whole == {"en": ("chat",)}
    assert (problem in found[0]) if problem else found == []


def test_a_language_nobody_has_read_says_so_in_every_file(tmp_path):
    """It may be partial, but never unmarked."""
    folders = written(
        tmp_path, {"chat": "chat.greet: {ask: Hi}\nframes: {hello: Hi}\n", "jobs": ""}
    )
    (tmp_path / "languages.yaml").write_text(
        "en: {review: needs native review}\n", encoding="utf-8"
    )

    (problem,) = check_tongues(tmp_path, folders, INTENTS)[0]
    assert "review: expected 'needs native review'" in problem


def test_the_repositorys_english_is_whole_in_five_groups():
    """And nothing in Uyghur and Kazakh goes without its mark."""
    root = package_root() / "intents"
    folders = [file.parent for file in sorted(root.glob("*/replies.yaml"))]
    chinese = read_words(folders, "chat", {})
    tongues = {
        one.tag: one for one in read_tongues(root / "languages.yaml", folders, "chat", chinese)
    }

    assert tongues["en"].whole == ("services", "legal", "points", "safety", "chat")
    assert all("needs native review" in tongues[tag].review for tag in ("ug", "kk"))
    for tag in ("ug", "kk"):
        files = list(root.glob(f"*/replies.{tag}.yaml"))
        assert files
        assert all("needs native review" in file.read_text(encoding="utf-8") for file in files)
        assert {"chat.greet", "chat.help", "chat.human"} <= tongues[tag].words["chat"].spoken
        assert "safety.emergency" in tongues[tag].words["safety"].spoken
