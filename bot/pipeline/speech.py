"""A reply as the text a resident reads: choices numbered, script as the resident asked."""

from bot.domain.replies import Reply, spoken
from bot.sdk import Words
from bot.understanding.script import traditional


class Speech:
    """Turns replies into text.

    Args:
        words: the machine's sentences.
    """

    def __init__(self, words: Words):
        self._choose = words.say("choose")

    def text(self, reply: Reply, language: str) -> str:
        """Return the reply as text in the resident's script."""
        text = spoken(reply, choose=self._choose)
        return traditional(text) if language == "zh-Hant" else text
