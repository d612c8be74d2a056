"""What a turn hands on of a message that was not understood: scrubbed here, before it leaves."""

from bot.domain.messages import Inbound, Kind
from bot.pipeline.outcome import Answer
from bot.understanding.scrub import learnable, scrub


def unsure(inbound: Inbound, answer: Answer) -> dict[str, object]:
    """Return what the turn log carries of it; empty for whatever was understood.

    A crisis, a command, a picked number and an answer to a form are no new asks: they come with no
    guesses, and nothing of them is kept.
    """
    if answer.guesses is None or inbound.kind not in {Kind.TEXT, Kind.VOICE}:
        return {}
    text = scrub(inbound.text)
    normal = learnable(text)
    if not normal:
        return {}
    return {"unsure": {"text": text, "normal": normal, "likely": answer.guesses}}
