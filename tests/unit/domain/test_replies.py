"""A reply as a resident reads it."""

from bot.domain.replies import MAX_REPLY_CHARS, Choice, Reply, spoken


def read(**fields):
    return spoken(Reply(**fields), choose="回复：")


def test_short_choices_share_a_line():
    """Numbers to tap, words to read."""
    choices = (Choice(label="在哪办", target="a"), Choice(label="多久", target="b"))

    assert read(text="能办。", choices=choices) == "能办。\n回复：1 在哪办 2 多久"


def test_long_choices_get_a_line_each():
    """Three long labels in one line would be a wall."""
    choices = tuple(Choice(label="一二三四五六七八九", target=str(n)) for n in range(3))

    assert read(text="能办。", choices=choices).splitlines()[1:3] == [
        "回复：",
        "1 一二三四五六七八九",
    ]


def test_a_text_that_asks_already_is_not_asked_twice():
    """A question that ends with a colon leads straight into its choices."""
    assert read(text="您是想问：", choices=(Choice(label="甲", target="a"),)) == "您是想问：\n1 甲"


def test_the_passport_is_one_small_line_at_the_end():
    """Where it comes from, in brackets."""
    assert read(text="能办。", passport="某法 · 核对 2026-11") == "能办。\n〔某法 · 核对 2026-11〕"


def test_a_long_reply_is_cut_before_its_choices():
    """What can be picked is always there."""
    text = read(text="很长。" * 400, choices=(Choice(label="在哪办", target="a"),), passport="某法")

    assert len(text) <= MAX_REPLY_CHARS
    assert text.endswith("回复：1 在哪办\n〔某法〕")


def test_choices_longer_than_the_whole_reply_leave_no_room_for_the_text():
    """No arithmetic lets a text through that would be too long."""
    choices = tuple(Choice(label="长" * 300, target=str(n)) for n in range(3))

    assert "很长" not in read(text="很长。" * 400, choices=choices)


def test_a_reply_is_never_longer_than_the_platform_takes():
    """Nine hundred characters of Chinese are too many bytes: the text gives way, not the choices."""
    choices = (Choice(label="Talk to a person", target="chat.human"),)
    reply = Reply(text="很长。" * 300, choices=choices, passport="checked 2026-11")

    read = spoken(reply, choose="Reply: ", limit=900, last="needs native review")

    assert len(read.encode()) <= 2048
    assert read.endswith("1 Talk to a person\n〔checked 2026-11〕\n〔needs native review〕")
