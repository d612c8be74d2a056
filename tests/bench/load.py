"""The load generator: one process, raw non-blocking sockets, keep-alive, epoll.

Requests are built before the clock starts and replies are checked after it stops, so that the
timed loop does nothing but send, receive and note the time. It still shares the machine with the
server: throughput is a figure of both, CPU per message (:mod:`tests.bench.proc`) of the server
alone.
"""

import gc
import select
import socket
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench.wire import Check, Letter, Malformed

#: A request without a reply after this is an error; the platform itself gives up at 5 s.
TIMEOUT_S = 6.0
#: Most requests of one run; bounds the memory that holds the replies.
MAX_LETTERS = 120_000
_RECEIVE = 65_536
_SWEEP_S = 0.5
_END = b"\r\n\r\n"


@dataclass(slots=True)
class Outcome:
    """What became of one letter.

    Attributes:
        letter: which one.
        due: monotonic seconds when it should have been sent.
        sent: when it was.
        done: when its reply was complete, 0 when it never was.
        status: HTTP status, 0 when there was none.
        body: the reply.
        fault: why there is no response: a time-out is not a hang-up.
        said: its text once it is checked; "" where nothing well-formed was said.
    """

    letter: Letter
    due: float
    sent: float
    done: float = 0.0
    status: int = 0
    body: bytes = b""
    said: str = ""
    fault: str = ""


@dataclass(slots=True)
class Run:
    """All outcomes of one timed window.

    Attributes:
        outcomes: one for each letter that was sent.
        started: monotonic seconds.
        stopped: end of the window; replies after it do not count for the rate.
        generator_s: CPU seconds the generator itself used.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    started: float = 0.0
    stopped: float = 0.0
    generator_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Figures of one run; latencies of answers in ms, from the scheduled send to the last byte.

    Attributes:
        completed: responses with status 200.
        answered: those of them that are well-formed and say something.
        rate: well-formed replies that say something, inside the window, a second.
        waited_p99: how long requests waited for a free connection or for the generator.
        errors: no reply in time, a broken connection or a status other than 200.
        malformed: replies with status 200 that the platform would not show.
        quiet: replies that say nothing (``success``).
        over_4500: responses later than 4.5 s, and all errors: a resident saw no answer in time.
        generator_us: CPU microseconds of the generator, a request.
        problems: the first few reasons of ``errors`` and ``malformed`` with their counts.
    """

    completed: int
    answered: int
    seconds: float
    rate: float
    p50: float
    p90: float
    p99: float
    max: float
    waited_p99: float
    errors: int
    malformed: int
    quiet: int
    over_4500: int
    generator_us: float
    problems: dict[str, int]


def complete(buffer: bytes) -> tuple[int, bytes] | None:
    """Return status and body when ``buffer`` holds one whole HTTP/1.1 response.

    Raises:
        ValueError: it is not a response with a length.
    """
    head_end = buffer.find(_END)
    if head_end < 0:
        return None
    head = buffer[:head_end].lower()
    status = int(buffer[9:12])
    start = head_end + len(_END)
    place = head.find(b"content-length:")
    if place >= 0:
        line_end = head.find(b"\r\n", place)
        size = int(head[place + 15 : line_end if line_end >= 0 else len(head)])
        return (status, buffer[start : start + size]) if len(buffer) >= start + size else None
    if b"transfer-encoding: chunked" in head:
        return _chunked(status, buffer, start)
    raise ValueError("a response without a length")


def _chunked(status: int, buffer: bytes, start: int) -> tuple[int, bytes] | None:
    pieces = []
    while True:
        line_end = buffer.find(b"\r\n", start)
        if line_end < 0:
            return None
        size = int(buffer[start:line_end].split(b";")[0], 16)
        start = line_end + 2
        if len(buffer) < start + size + 2:
            return None
        if size == 0:
            return status, b"".join(pieces)
        pieces.append(buffer[start : start + size])
        start += size + 2


class _Line:
    """One keep-alive connection with at most one request on it."""

    __slots__ = ("buffer", "outcome", "sock")

    def __init__(self, port: int):
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.setblocking(False)
        self.buffer = b""
        self.outcome: Outcome | None = None

    def send(self, outcome: Outcome) -> bool:
        """Send a request; tell whether the socket took it whole."""
        self.outcome = outcome
        self.buffer = b""
        try:
            return self.sock.send(outcome.letter.wire) == len(outcome.letter.wire)
        except OSError:
            return False

    def receive(self) -> bool | None:
        """Read what is there: ``True`` complete, ``None`` more to come, ``False`` broken."""
        try:
            data = self.sock.recv(_RECEIVE)
        except BlockingIOError:
            return None
        except OSError:
            return False
        if not data or self.outcome is None:
            return False
        self.buffer = self.buffer + data if self.buffer else data
        try:
            found = complete(self.buffer)
        except ValueError:
            return False
        if found is None:
            return None
        self.outcome.status, self.outcome.body = found
        self.outcome.done = time.monotonic()
        return True


class Generator:
    """Drives one server.

    Args:
        port: where it listens on loopback.
        connections: how many keep-alive connections; in a closed loop, messages in flight.
    """

    def __init__(self, port: int, connections: int):
        self._port = port
        self._connections = connections
        self._poll = select.epoll()
        self._lines: dict[int, _Line] = {}
        self._idle: list[_Line] = []
        self._run = Run()

    def closed(self, letters: Sequence[Letter], *, seconds: float) -> Run:
        """Keep every connection busy: the most the server gives."""
        return self._timed(letters, seconds=seconds, rate=0.0)

    def offered(self, letters: Sequence[Letter], *, rate: float, seconds: float) -> Run:
        """Send at a fixed rate whatever the server does; queueing counts as latency."""
        return self._timed(letters, seconds=seconds, rate=rate)

    def _timed(self, letters: Sequence[Letter], *, seconds: float, rate: float) -> Run:
        for _ in range(self._connections):
            self._open()
        gc.collect()
        gc.disable()
        used = time.process_time()
        try:
            self._loop(letters[:MAX_LETTERS], seconds, rate)
        finally:
            gc.enable()
            self._run.generator_s = time.process_time() - used
            self._close()
        return self._run

    def _loop(self, letters: Sequence[Letter], seconds: float, rate: float) -> None:
        run = self._run
        run.started = time.monotonic()
        stop = run.started + seconds
        swept = run.started
        place = 0
        while True:
            now = time.monotonic()
            more = place < len(letters) and now < stop
            if not more and not run.stopped:
                run.stopped = now
            if more:
                place = self._feed(letters, place, rate)
            elif len(self._idle) == len(self._lines):
                return
            for number, _event in self._poll.poll(self._pause(place, rate, more=more)):
                self._read(self._lines.get(number))
            if now - swept > _SWEEP_S:
                self._sweep(now)
                swept = now

    def _feed(self, letters: Sequence[Letter], place: int, rate: float) -> int:
        """Send what is due on the idle connections; return the next letter's place."""
        run = self._run
        while self._idle and place < len(letters):
            now = time.monotonic()
            due = run.started + place / rate if rate else now
            if due > now:
                break
            outcome = Outcome(letters[place], due, now)
            run.outcomes.append(outcome)
            place += 1
            line = self._idle.pop()
            if not line.send(outcome):
                self._replace(line)
        return place

    def _pause(self, place: int, rate: float, *, more: bool) -> float:
        if not rate or not more or not self._idle:
            return 0.1
        return min(0.1, max(0.0, self._run.started + place / rate - time.monotonic()))

    def _read(self, line: _Line | None) -> None:
        if line is None:
            return
        state = line.receive()
        if state:
            line.outcome = None
            self._idle.append(line)
        elif state is False:
            self._replace(line)

    def _sweep(self, now: float) -> None:
        """Give up requests that wait too long."""
        for line in list(self._lines.values()):
            if line.outcome is not None and now - line.outcome.sent > TIMEOUT_S:
                self._replace(line, f"no response in {TIMEOUT_S:.0f} s")

    def _open(self) -> None:
        line = _Line(self._port)
        self._lines[line.sock.fileno()] = line
        self._poll.register(line.sock.fileno(), select.EPOLLIN)
        self._idle.append(line)

    def _replace(self, line: _Line, fault: str = "connection closed") -> None:
        """Close a broken connection, its request unanswered, and open another."""
        if line.outcome is not None:
            line.outcome.fault = fault
        self._drop(line)
        self._open()

    def _drop(self, line: _Line) -> None:
        self._poll.unregister(line.sock.fileno())
        del self._lines[line.sock.fileno()]
        if line in self._idle:
            self._idle.remove(line)
        line.sock.close()

    def _close(self) -> None:
        for line in list(self._lines.values()):
            self._drop(line)
        self._poll.close()


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` of the ordered values lie; 0 of none."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def judge(run: Run, check: Check) -> Report:
    """Check every reply of a run and sum it up."""
    problems: Counter[str] = Counter()
    errors = malformed = quiet = 0
    for outcome in run.outcomes:
        if outcome.status != 200:
            errors += 1
            problems[f"status {outcome.status}" if outcome.status else outcome.fault] += 1
            continue
        try:
            outcome.said = check(outcome.letter, outcome.body)
            quiet += not outcome.said
        except Malformed as problem:
            malformed += 1
            problems[str(problem)] += 1
    return _summed(run, errors=errors, malformed=malformed, quiet=quiet, problems=problems)


def _summed(run: Run, *, errors: int, malformed: int, quiet: int, problems: Counter[str]) -> Report:
    done = [outcome for outcome in run.outcomes if outcome.status == 200]
    answered = [outcome for outcome in done if outcome.said]
    took = sorted((outcome.done - outcome.due) * 1000 for outcome in answered)
    waited = sorted((outcome.sent - outcome.due) * 1000 for outcome in run.outcomes)
    seconds = max(1e-9, run.stopped - run.started)
    return Report(
        completed=len(done),
        answered=len(answered),
        seconds=seconds,
        rate=sum(outcome.done <= run.stopped for outcome in answered) / seconds,
        p50=percentile(took, 0.50),
        p90=percentile(took, 0.90),
        p99=percentile(took, 0.99),
        max=took[-1] if took else 0.0,
        waited_p99=percentile(waited, 0.99),
        errors=errors,
        malformed=malformed,
        quiet=quiet,
        over_4500=sum(outcome.done - outcome.due > 4.5 for outcome in done) + errors,
        generator_us=run.generator_s * 1e6 / max(1, len(run.outcomes)),
        problems=dict(problems.most_common(5)),
    )
