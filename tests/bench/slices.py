"""One subject of the comparison and one timed slice of it."""

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.bench import proc
from tests.bench.load import MAX_LETTERS, Generator, Run, judge
from tests.bench.servers import Server
from tests.bench.wire import Check, Identity, Letter, letter

#: Different residents that write in turn; at 1,000 messages/s each writes three times a minute.
RESIDENTS = 20_000
#: Letters are built for this many times the rate seen before, so that they do not run out.
_SPARE = 1.6
_FIRST_GUESS = 1_500


@dataclass(slots=True)
class Subject:
    """Something that is measured.

    Attributes:
        name: in the table.
        server: the running server.
        identity: the account to write to.
        check: what its replies must be.
        text: message number -> what is written.
        rival: our own subject that it is compared with, "" for our own.
        store_pid: its Redis, whose CPU is counted apart; 0 when it has none.
        number: next message's number; the same texts in the same order for every subject.
        expected: replies a second seen so far.
        rows: one for each slice.
    """

    name: str
    server: Server
    identity: Identity
    check: Check
    text: Callable[[int], str]
    rival: str = ""
    store_pid: int = 0
    number: int = 0
    expected: float = _FIRST_GUESS
    rows: list[dict[str, Any]] = field(default_factory=list)

    def letters(self, count: int) -> list[Letter]:
        """Build the next ``count`` messages, stamped now, at most what one run takes."""
        now_s = int(time.time())
        first = self.number
        self.number += min(count, MAX_LETTERS)
        return [
            letter(
                self.identity,
                self.text(number),
                openid=f"oBench{number % RESIDENTS:022d}",
                number=number,
                now_s=now_s,
            )
            for number in range(first, self.number)
        ]

    def measure(self, *, seconds: float, connections: int) -> dict[str, Any]:
        """Run one closed-loop slice and keep its row.

        CPU covers everything from the first send until the last reply, and is divided by all
        answers of that time; a server that answered nothing has no figure (0).
        """
        letters = self.letters(int(self.expected * seconds * _SPARE) + 200)
        pids = proc.tree(self.server.pid)
        store = [self.store_pid] if self.store_pid else []
        generator = Generator(self.server.port, connections)
        before, before_store = proc.cpu_s(pids), proc.cpu_s(store)
        busy, started = proc.machine_busy_s(), time.monotonic()
        run = generator.closed(letters, seconds=seconds)
        used, used_store = proc.cpu_s(pids) - before, proc.cpu_s(store) - before_store
        busy = proc.machine_busy_s() - busy
        others = busy - used - used_store - run.generator_s
        row = self._row(run, used=used, used_store=used_store)
        row["others_cores"] = round(max(0.0, others) / (time.monotonic() - started), 2)
        self.expected = max(50.0, row["rate"])
        self.rows.append(row)
        return row

    def _row(self, run: Run, *, used: float, used_store: float) -> dict[str, Any]:
        row = dataclasses.asdict(judge(run, self.check))
        count = row["answered"]
        row["cpu_us"] = used * 1e6 / count if count else 0.0
        row["store_us"] = used_store * 1e6 / count if count else 0.0
        return row
