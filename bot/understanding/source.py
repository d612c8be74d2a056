"""Makes routers over the packs' phrases and those that staff added, in two steps.

At once: exact matches and nearest phrases know an added phrase, the heads do not (:meth:`renew`).
Later: a new artefact is learned from all of them, in a process that has the time (:meth:`learn`).
"""

from collections.abc import Collection, Iterable
from pathlib import Path

from bot.understanding.artefacts import Artefacts
from bot.understanding.encoder import Encoder
from bot.understanding.model import Model
from bot.understanding.overlay import Addition, joined
from bot.understanding.phrasebook import Phrasebook
from bot.understanding.router import Router


class RouterSource:
    """Gives routers; one per process.

    Args:
        book: the packs' phrases.
        safety: ids that are crises.
        light: ids of small talk.
        encoder: sentence encoder, or nothing.
        folder: where the packs' model lives; ``None`` keeps nothing.
        learned: where models with the staff's phrases live, when not there too.
    """

    def __init__(
        self,
        book: Phrasebook,
        *,
        safety: Collection[str],
        light: Collection[str],
        encoder: Encoder | None,
        folder: Path | None,
        learned: Path | None = None,
    ):
        self._book = book
        self._safety = tuple(sorted(safety))
        self._light = tuple(sorted(light))
        self._encoder = encoder
        self._artefacts = Artefacts(
            book,
            safety=self._safety,
            light=self._light,
            encoder=encoder,
            folder=folder,
            learned=learned,
        )

    @property
    def book(self) -> Phrasebook:
        """Return the packs' phrases."""
        return self._book

    @property
    def safety(self) -> tuple[str, ...]:
        """Return the ids that are crises."""
        return self._safety

    def start(self, added: Iterable[Addition] = ()) -> Router:
        """Return a router for a process that has none; learns only where nothing was learned."""
        wanted = tuple(added)
        found = self._artefacts.find(wanted)
        if found is not None:
            return self._over(found, wanted)
        base = self._artefacts.newest()
        if base is None:
            return self.learn(wanted)
        return self._over(base, wanted).over(joined(self._book, wanted))

    def renew(self, router: Router, added: Iterable[Addition]) -> Router:
        """Return a router that knows these phrases and no others of the staff's; never learns.

        Args:
            router: the one in force, whose heads are used where no artefact was learned yet.
            added: all phrases that staff added and did not take back.
        """
        wanted = tuple(added)
        found = self._artefacts.find(wanted)
        if found is not None:
            return self._over(found, wanted)
        return router.over(joined(self._book, wanted))

    def is_learned(self, added: Iterable[Addition]) -> bool:
        """Tell whether an artefact of just these phrases is there."""
        path = self._artefacts.path(added)
        return path is not None and path.exists()

    def learn(self, added: Iterable[Addition] = ()) -> Router:
        """Return a router whose heads have learned these phrases too: takes most of a minute.

        Raises:
            OSError: the artefact could not be written.
        """
        wanted = tuple(added)
        return self._over(self._artefacts.get(wanted), wanted)

    def _over(self, model: Model, added: Iterable[Addition]) -> Router:
        return Router(
            model,
            joined(self._book, added),
            safety=self._safety,
            light=self._light,
            encoder=self._encoder,
        )
