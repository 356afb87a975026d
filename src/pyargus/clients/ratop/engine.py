"""The sources, the log of what they gave, and the tables that are made of it.

One thread takes pieces from the queue and feeds every table; whoever looks at a table holds `lock`. Work that reads the log again is done
by the same thread, so that no record is missed or counted twice.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from pyargus.clients.ratop.feed_cy import Cutter
from pyargus.clients.ratop.feeds import PIECE, Feeder, FileFeeder, Queue, ServerFeeder
from pyargus.clients.ratop.log import Log
from pyargus.clients.ratop.pace import Pace
from pyargus.clients.ratop.table import Table
from pyargus.clients.settings import Settings
from pyargus.errors import PyargusError

# Seconds of the rates that are kept, for the small pictures in the header.
REMEMBERED = 900
# Files that are read side by side where each waits for the time of its records; otherwise one comes after another.
SIDE_BY_SIDE = 32

Job = Callable[[], None]


class Consumer(Protocol):
    """What records are fed to. past: it is to have none but those of some time ago."""

    @property
    def past(self) -> bool: ...

    def feed(self, data: bytes) -> None:
        """Take whole records."""


class Engine:
    """feeders: the sources; tables: what is fed; base: the table that rates are counted by.

    rates: for each of the last seconds (records, packets, bytes, new rows) of it. error: what went wrong with a job, until it is shown.
    """

    def __init__(self, settings: Settings, log: Log | None = None, rate: float = 0.0) -> None:
        self.settings = settings
        self.lock = threading.Lock()
        self.log = log if log is not None else Log()
        self.pace = Pace(rate)
        self.queue = Queue()
        self.feeders: list[Feeder] = []
        self.tables: list[Consumer] = []
        self.base: Table | None = None
        self.rates: deque[tuple[float, float, float, float]] = deque(maxlen=REMEMBERED)
        self.error = ""
        self.busy = False
        self._jobs: deque[Job] = deque()
        self._wanted = threading.Event()
        self._stopped = False
        self.paused = False
        self.waiting = 0
        self._held: deque[tuple[Feeder, bytes]] = deque()
        self._cutter = Cutter()
        self._files: deque[FileFeeder] = deque()
        self._open: list[FileFeeder] = []
        self._turn = threading.Lock()
        self._idle = threading.Condition()
        self._counted: Table | None = None
        self._before: tuple[float, int, int, int, int] | None = None
        self._thread = threading.Thread(target=self._work, name="ratop tables", daemon=True)

    def start(self) -> None:
        """Begin to read the sources of the settings."""
        self._thread.start()
        for name in self.settings.inputs:
            self.read_file(name)
        for name in self.settings.servers:
            self.connect(name, self.settings.remote_filter)

    def read_file(self, name: str) -> None:
        """Add a file as a source."""
        feeder = FileFeeder(name, self.queue, self.pace)
        self.feeders.append(feeder)
        if feeder.streams:
            feeder.start()
            return
        self._files.append(feeder)
        self._open_files()

    def _open_files(self) -> None:
        """Begin to read the files whose turn it is."""
        with self._turn:
            self._open = [feeder for feeder in self._open if not feeder.done]
            while self._files and len(self._open) < (SIDE_BY_SIDE if self.pace.rate else 1):
                feeder = self._files.popleft()
                if not feeder.stopped:
                    self._open.append(feeder)
                    feeder.start()

    def connect(self, name: str, remote: str = "") -> None:
        """Add a server as a source; `remote` is a filter for it. Raises BadUse for a name that is none."""
        feeder = ServerFeeder(name, self.queue, self.settings, remote)
        self.feeders.append(feeder)
        feeder.start()

    def drop(self, feeder: Feeder) -> None:
        """Let go of a source."""
        feeder.stop()
        self.feeders.remove(feeder)

    def drop_all(self) -> None:
        """Let go of all sources, what they gave, and start the clock anew."""
        for feeder in self.feeders:
            feeder.stop()
        self.feeders.clear()
        self.pace.reset()
        self.run(self.empty)

    def empty(self) -> None:
        """Forget what the sources gave so far; the thread that feeds the tables does it."""
        self.log.clear()
        self._held.clear()
        self.waiting = 0
        for feeder in list(self.feeders):
            feeder.begun = feeder.taken

    def stop(self) -> None:
        """End all threads; those that wait for a source that says nothing end with the process."""
        self._stopped = True
        for feeder in self.feeders:
            feeder.stop()
        self.queue.close()
        for feeder in self.feeders:
            feeder.join(0.5)
        if self._thread.is_alive():
            self._thread.join(2.0)

    @contextmanager
    def held(self) -> Iterator[None]:
        """The tables for the caller alone; the thread that feeds them makes way."""
        self._wanted.set()
        try:
            with self.lock:
                yield
        finally:
            self._wanted.clear()

    def run(self, job: Job) -> None:
        """Have something done by the thread that feeds the tables, after what was asked before."""
        self.busy = True
        self._jobs.append(job)
        self.queue.wake()

    def _work(self) -> None:
        while not self._stopped:
            while self._jobs and not self._stopped:
                with self._guarded():
                    self._jobs[0]()
                self._jobs.popleft()
            if self.busy and not self.queue.size and not self._jobs:
                self._rest()
            if self._files:
                self._open_files()
            item = self.queue.get(0.1)
            if item is not None:
                feeder, data = item
                if not feeder.stopped:
                    if not self.log.initial:
                        self.log.initial = feeder.initial
                    with self._guarded():
                        self._take(feeder, data)
                continue
            if not self._jobs:
                self._rest()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """What goes wrong is shown, and the thread that feeds the tables goes on."""
        try:
            yield
        except PyargusError as error:
            self.error = str(error)
        except Exception as error:
            self.error = f"a fault of the program: {type(error).__name__}: {error}"

    def _rest(self) -> None:
        """Nothing is left to do for now."""
        self.log.trim()
        with self._idle:
            self.busy = bool(self._jobs)
            self._idle.notify_all()

    def _take(self, feeder: Feeder, data: bytes) -> None:
        holding = self.paused or bool(self._held)
        if holding and self.waiting + len(data) > self.log.limit:
            self.queue.dropped += self._cutter.count(data)
            return
        self.log.add(data, feeder.live)
        if holding:
            self._held.append((feeder, data))
            self.waiting += len(data)
            return
        self._feed(feeder, data)

    def pause(self, paused: bool) -> None:
        """Hold back what comes from the tables, or let them have all that was held back."""
        self.paused = paused

        def job() -> None:
            while self._held and not self.paused and not self._stopped:
                feeder, data = self._held.popleft()
                self._feed(feeder, data)
                self.waiting -= len(data)

        if not paused:
            self.run(job)

    def _feed(self, feeder: Feeder, data: bytes) -> None:
        feeder.taken += len(data)
        for table in list(self.tables):
            self._give_way()
            with self.lock:
                table.feed(data)

    def _give_way(self) -> None:
        while self._wanted.is_set() and not self._stopped:
            time.sleep(0.0005)

    def settle(self, seconds: float = 60.0) -> bool:
        """Wait until all files are read and all jobs are done; whether they were in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if all(feeder.done for feeder in self.feeders) and self.queue.empty and not self._jobs and not self.busy:
                return True
            with self._idle:
                self._idle.wait(0.01)
        return False

    @property
    def _readable(self) -> bool:
        """Whether all sources are files that can be read again."""
        return bool(self.feeders) and all(isinstance(one, FileFeeder) and os.path.isfile(one.name) for one in self.feeders)

    def beginning(self) -> int:
        """Time of the earliest records that a table can be made of, µs since 1970."""
        base = 1_000_000 * self.base.flow.base if self.base is not None else 0
        if not self.log.lost or self._readable:
            return base
        oldest = self.log.oldest()
        return max(base, Cutter().time(oldest, 0) if oldest else self.base.flow.newest if self.base is not None else 0)

    def everything(self) -> Iterator[tuple[float, bytes]]:
        """All records that tables have had, and when they came: from the log, or from the files themselves where it does not hold all."""
        if self.log.lost and self._readable:
            for feeder in list(self.feeders):
                for data in _contents(feeder.name, feeder.begun, feeder.taken):
                    yield 0.0, data
            return
        yield from self.log.pieces(len(self._held))

    def fill(
        self, consumer: Consumer, then: Callable[[], None], instead: Consumer | None = None, age: Callable[[float], None] | None = None
    ) -> None:
        """Give a table everything read so far and, unless it is one of the past, what is to come; it takes the place of `instead`.

        `then` is called when it is full, `age` after each piece with the time at which that came (of `Log`'s clock), both by the thread
        that fills it and with `lock` held.
        """

        def job() -> None:
            try:
                for came, data in self.everything():
                    if self._stopped:
                        return
                    self._give_way()
                    with self.lock:
                        consumer.feed(data)
                        if age is not None:
                            age(came)
            finally:
                # Also where the records cannot all be read again: then it has those that could.
                with self.lock:
                    if not consumer.past:
                        self._place(consumer, instead)
                    then()

        self.run(job)

    def _place(self, table: Consumer, instead: Consumer | None) -> None:
        if instead is not None and instead in self.tables:
            at = self.tables.index(instead)
            self.tables[at] = table
        else:
            self.tables.append(table)

    def forget(self, table: Consumer) -> None:
        """Feed a table no longer."""
        if table in self.tables:
            self.tables.remove(table)

    def beat(self) -> None:
        """Note the rates of the last second; call it about once a second."""
        table = self.base
        if table is None:
            return
        now = (time.monotonic(), table.flow.records, table.flow.pkts, table.flow.bytes_, table.count)
        before = self._before
        if before is not None and now[0] > before[0] and self._counted is table:
            seconds = now[0] - before[0]
            records, pkts, octets, rows = (max(0.0, (now[i] - before[i]) / seconds) for i in range(1, 5))
            self.rates.append((records, pkts, octets, rows))
        self._before, self._counted = now, table

    @property
    def live(self) -> bool:
        """Whether records come as they happen, or as if they did."""
        return bool(self.pace.rate) or any(feeder.live for feeder in self.feeders)

    @property
    def active(self) -> bool:
        """Whether a source may still give records."""
        return any(not feeder.done for feeder in self.feeders)


def _contents(name: str, first: int, last: int) -> Iterator[bytes]:
    """The records of a file from a byte of them up to before another; both are between two records."""
    from pyargus.clients.inputs import open_input
    from pyargus.record.frames_cy import whole

    source = open_input(name)
    try:
        source.start()
        done = 0
        for data, _ in source.chunks():
            with memoryview(data) as view:
                at = max(0, min(first - done, len(view)))
                stop = min(len(view), last - done)
                while at < stop:
                    end = whole(view, at, min(at + PIECE, stop))
                    if end == at:
                        end = whole(view, at, stop)
                    if end == at:
                        break
                    yield bytes(view[at:end])
                    at = end
                done += len(view)
            if done >= last:
                return
    finally:
        source.close()
