"""What residents of a community may call by name: its directory, and the communities themselves."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock

from bot.sdk import PackView
from bot.understanding.entities import NameBook

#: Directories whose entries people call by name. A job, a wish or a rule is described, not named.
KINDS = ("place", "event", "course", "study", "club", "duty", "stall", "school")
#: Kind of the names of communities.
COMMUNITY = "community"
#: Books kept at once; the least used one is dropped.
MAX_BOOKS = 256


class PackNames:
    """Name books by pack, made when first asked for.

    Args:
        communities: names of the communities and their other names.
    """

    def __init__(self, communities: Mapping[str, Sequence[str]]):
        self._communities = communities
        self._lock = Lock()
        self._books: OrderedDict[str, tuple[PackView, NameBook]] = OrderedDict()

    def book(self, pack: PackView) -> NameBook:
        """Return the names of a pack; a pack read anew gets a new book."""
        with self._lock:
            kept = self._books.get(pack.slug)
            if kept is not None and kept[0] is pack:
                self._books.move_to_end(pack.slug)
                return kept[1]
        made = self._made(pack)
        with self._lock:
            self._books[pack.slug] = (pack, made)
            while len(self._books) > MAX_BOOKS:
                self._books.popitem(last=False)
        return made

    def _made(self, pack: PackView) -> NameBook:
        names: dict[str, dict[str, tuple[str, ...]]] = {}
        for kind in KINDS:
            for entry in pack.entries(kind):
                of_kind = names.setdefault(kind, {})
                of_kind[entry.name] = (*of_kind.get(entry.name, ()), *entry.aka)
        if self._communities:
            names[COMMUNITY] = {name: tuple(aka) for name, aka in self._communities.items()}
        return NameBook(names)
