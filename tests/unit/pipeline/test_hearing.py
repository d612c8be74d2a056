"""The language a resident writes in holds where he has not chosen one."""

from bot.domain.messages import Kind
from bot.domain.sessions import Session, dump, load
from bot.pipeline.hearing import hear, turned
from bot.testing import make_inbound


def heard(text: str, session: Session | None = None, **fields: object) -> Session:
    return hear(session or Session(), make_inbound(text, **fields))


def test_a_first_english_message_is_answered_in_english():
    """And remembered with the conversation, not as a choice."""
    found = heard("How do I get a residence permit?")

    assert (found.tongue, found.language, turned(Session(), found)) == ("en", "", True)
    assert load(dump(found)).tongue == "en"


def test_a_choice_is_never_overruled():
    """Neither by English nor by Chinese."""
    assert heard("How do I get a permit?", Session(language="zh-Hans")).tongue == "zh-Hans"
    assert heard("居住证怎么办理", Session(language="en")).tongue == "en"


def test_numbers_and_short_words_leave_it_as_it_was():
    """A picked number is no language."""
    english = Session(heard="en")

    assert all(heard(text, english) == english for text in ("1", "ok", "👍", ""))
    assert not turned(english, english)


def test_chinese_brings_chinese_back():
    """Nobody is caught in a language he used once."""
    assert heard("居住证怎么办理", Session(heard="en")).tongue == "zh-Hans"
    assert heard("你好", Session(heard="en")).tongue == "zh-Hans"


def test_neutral_characters_keep_the_script():
    """在哪 is written alike in both."""
    assert heard("在哪", Session(heard="zh-Hant")).tongue == "zh-Hant"
    assert heard("怎么办理", Session(heard="zh-Hant")).tongue == "zh-Hans"


def test_a_chinese_keyword_from_the_uyghur_menu_changes_nothing():
    """The menu asks for it; a whole sentence is another matter."""
    assert heard("居住证", Session(heard="ug")).tongue == "ug"
    assert heard("居住证在哪里办理呢", Session(heard="ug")).tongue == "zh-Hans"


def test_only_what_is_typed_is_heard():
    """A tapped button or a picture says nothing about language."""
    assert heard("services.residence_permit", kind=Kind.MENU) == Session()
