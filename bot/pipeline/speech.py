"""A reply as the text a resident reads: choices numbered, script and language as he asked."""

from bot.domain.replies import MAX_FOREIGN_CHARS, MAX_REPLY_CHARS, Reply, spoken
from bot.pipeline.registry import Registry
from bot.understanding.script import traditional


class Speech:
    """Turns replies into text.

    Args:
        registry: the machine's sentences, in every language.
    """

    def __init__(self, registry: Registry):
        self._registry = registry

    def text(self, reply: Reply, language: str) -> str:
        """Return the reply as text in the resident's script."""
        tongue = self._registry.tongues.get(language)
        text = spoken(
            reply,
            choose=self._registry.machine_in(language).say("choose"),
            limit=MAX_FOREIGN_CHARS if tongue else MAX_REPLY_CHARS,
            last=tongue.review if tongue else "",
        )
        return traditional(text) if language == "zh-Hant" else text
