"""Outputs of a sensor that does not end: files that are rotated under it, disks that fill up, clients that come and go.

A thread of its own writes the files, so that a slow disk does not keep the sensor from capturing; what it has to do is bounded, and what
is lost is counted.
"""

from __future__ import annotations

import os
import stat
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

from pyargus.clients.sensor_outputs import open_link, selector_of
from pyargus.clients.standard import refuse_terminal
from pyargus.errors import PyargusError, Unreachable
from pyargus.network.pieces_cy import records
from pyargus.record.management import Cause

if TYPE_CHECKING:
    from pyargus.network.listener import Listener
    from pyargus.record.selector_cy import Selector

Log = Callable[[str, str], None]

WAITING = 64 << 20
"""Bytes of records that may wait for the thread that writes files."""
_LOOK = 1.0
"""Seconds between looks at whether a file was moved away."""


class RecordFile:
    """A file, or standard output, to which whole records are appended: where the disk fills up inside one, its beginning is taken back."""

    def __init__(self, name: str) -> None:
        self.name = name
        try:
            self._fd = os.dup(1) if name == "-" else os.open(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise Unreachable(f"{name}: {error.strerror}") from None
        status = os.fstat(self._fd)
        self._regular = stat.S_ISREG(status.st_mode)
        self._identity = (status.st_dev, status.st_ino)

    def write(self, data: bytes) -> None:
        """Append records. Raises OSError, after which the file ends where it did before."""
        size = os.fstat(self._fd).st_size if self._regular else 0
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._fd, view) :]
        except OSError:
            if self._regular:
                os.ftruncate(self._fd, size)
            raise

    def moved(self) -> bool:
        """Whether the name no longer leads to this file: it was renamed or removed."""
        if self.name == "-":
            return False
        try:
            status = os.stat(self.name)
        except OSError:
            return True
        return (status.st_dev, status.st_ino) != self._identity

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._fd)


@dataclass(slots=True)
class Output:
    """One -w. lost: records that could not be written; failing: whether the last write failed."""

    name: str
    selection: str
    selector: Selector | None
    file: RecordFile | BinaryIO
    lost: int = 0
    failing: bool = False
    looked: float = 0.0


@dataclass(slots=True)
class OutputStats:
    """Totals since the start. lost: records that found no room on the way to the files, or on the disk."""

    records: int = 0
    bytes: int = 0
    lost: int = 0


class Account(Protocol):
    """What the program says of itself in management records (`sensor_outputs.Account`)."""

    def due(self) -> bool:
        """Whether it is time for a status record."""

    def start(self, clock: bool = ..., network: tuple[int, int] = ...) -> bytes:
        """The record that begins a stream."""

    def report(self, cause: Cause, clients: int, sequence: int, records: int, **live: int) -> bytes:
        """A record of that cause; records: flow records since the start."""


class LiveOutputs:
    """The files of -w, with their filters, and the listener's clients.

    network: of the first interface, for the initial record of a client. last: the cause of the record that ends the stream. `write` never
    waits. Errors of an output are told once and counted, and it is tried again; an output that cannot be opened when the program starts
    raises Unreachable, a filter that does not parse BadUse.
    """

    def __init__(self, outputs: Sequence[tuple[str, str]], account: Account, log: Log, network: tuple[int, int] = (0, 0)) -> None:
        self.log = log
        self.network = network
        self.account = account
        self.stats = OutputStats()
        self.listener: Listener | None = None
        self.broken_pipe = False
        self.last = Cause.STOP
        self._outputs = [self._open(name, selection) for name, selection in outputs]
        self._queue: deque[tuple[str, bytes, list[tuple[str, str]]]] = deque()
        self._waiting = 0
        self._condition = threading.Condition()
        self._thread: threading.Thread | None = None

    def _open(self, name: str, selection: str) -> Output:
        test = selector_of(selection) if selection else None
        file: RecordFile | BinaryIO
        if "://" in name:
            file = open_link(name)
        else:
            if name == "-":
                refuse_terminal("-w -")
            file = RecordFile(name)
        output = Output(name, selection, test, file, looked=time.monotonic())
        self._put(output, self.greeting())
        return output

    def greeting(self) -> bytes:
        """The initial record of a new stream."""
        return self.account.start(False)

    def welcome(self) -> bytes:
        """The initial record of a client of the listener."""
        return self.account.start(False, self.network)

    @property
    def clients(self) -> int:
        """Files and clients that get records now."""
        return len(self._outputs) + (self.listener.clients if self.listener else 0)

    def losses(self) -> list[tuple[tuple[tuple[str, str], ...], float]]:
        """Records that each output could not take, with its name as a label."""
        return [((("output", output.name),), output.lost) for output in self._outputs]

    def start(self) -> None:
        """Begin to write. After a fork, not before: threads would stay behind."""
        self._thread = threading.Thread(target=self._run, name="outputs", daemon=True)
        self._thread.start()
        if self.listener:
            self.listener.start()

    # ---- the sensor's side

    def write(self, data: bytes) -> None:
        """Flow records."""
        if not data:
            return
        if self.listener:
            self.listener.publish(data)
        self._enqueue("data", data)

    def status_if_due(self, sequence: int, made: int, counters: Callable[[], dict[str, int]] = dict) -> None:
        """A status record when the management interval has passed. made: flow records since the start; counters: values of live capture."""
        if self.account.due():
            mar = self.account.report(Cause.STATUS, self.clients, sequence, made, **counters())
            if self.listener:
                self.listener.publish_status(mar)
            self._enqueue("status", mar)

    def wait_for_room(self, seconds: float = 60.0) -> None:
        """For a producer that can wait, as one that reads files: until what waits for the files, and for clients that read, is less."""
        until = time.monotonic() + seconds
        while self._waiting > WAITING // 2 and time.monotonic() < until:
            time.sleep(0.01)
        if self.listener:
            self.listener.wait_for_room(max(0.0, until - time.monotonic()))

    def flush(self) -> None:
        """Nothing to do: what is written does not wait in a buffer."""

    def reopen(self, outputs: list[tuple[str, str]]) -> None:
        """Close all files and open these, after what was written until now."""
        self._enqueue("reopen", b"", outputs)

    def close(self, made: int, seconds: float = 10.0, **counters: int) -> None:
        """The last management record, and the end: clients and disks have so many seconds to take what waits."""
        mar = self.account.report(self.last, self.clients, 0, made, **counters)
        if self.listener:
            self.listener.publish_status(mar)
        self._enqueue("status", mar)
        self._enqueue("end", b"")
        if self._thread:
            self._thread.join(seconds)
            if self._thread.is_alive():
                self.log("error", f"the outputs took no records for {seconds:.0f} s: {self._waiting} bytes of them are lost")
        else:
            self._run()
        if self.listener:
            self.listener.close(seconds)

    def _enqueue(self, kind: str, data: bytes, outputs: list[tuple[str, str]] | None = None) -> None:
        with self._condition:
            if kind == "data" and self._waiting + len(data) > WAITING:
                lost = records(data, 0)[1]
                if not self.stats.lost:
                    self.log("warning", "the disk is too slow: records are lost")
                self.stats.lost += lost
                return
            self._queue.append((kind, data, outputs or []))
            self._waiting += len(data)
            self._condition.notify()

    # ---- the thread's side

    def _run(self) -> None:
        while True:
            with self._condition:
                while not self._queue:
                    self._condition.wait()
                kind, data, outputs = self._queue.popleft()
            if kind == "end":
                break
            if kind == "reopen":
                self._reopen(outputs)
            else:
                self._deliver(data, kind == "status")
            with self._condition:
                self._waiting -= len(data)
        for output in self._outputs:
            self._close(output)

    def _deliver(self, data: bytes, status: bool) -> None:
        now = time.monotonic()
        if not status:
            self.stats.records += records(data, 0)[1]
            self.stats.bytes += len(data)
        for output in self._outputs:
            if now - output.looked >= _LOOK:
                output.looked = now
                self._follow(output)
            # Status and stop records are for outputs that take everything.
            if output.selector is None:
                self._put(output, data)
            elif not status:
                self._put(output, output.selector.select(data))

    def _follow(self, output: Output) -> None:
        """A file that was moved away is made again."""
        if not isinstance(output.file, RecordFile) or not output.file.moved():
            return
        try:
            file = RecordFile(output.name)
        except Unreachable as error:
            # Its folder is gone too: records go on into the file that was moved.
            if not output.failing:
                output.failing = True
                self.log("error", str(error))
            return
        output.file.close()
        output.file, output.failing = file, False
        self.log("info", f"{output.name}: moved away, made again")
        self._put(output, self.greeting())

    def _put(self, output: Output, data: bytes) -> None:
        if not data:
            return
        try:
            output.file.write(data)
        except BrokenPipeError:
            self.broken_pipe = self.broken_pipe or output.name == "-"
            self._lose(output, data, "the reader is gone")
        except OSError as error:
            self._lose(output, data, error.strerror or str(error))
        except PyargusError as error:
            self._lose(output, data, str(error))
        else:
            if output.failing:
                output.failing = False
                self.log("info", f"{output.name}: is written again; {output.lost} records were lost")

    def _lose(self, output: Output, data: bytes, reason: str) -> None:
        lost = records(data, 0)[1]
        output.lost += lost
        self.stats.lost += lost
        if not output.failing:
            output.failing = True
            self.log("error", f"{output.name}: {reason}: records are lost until it can be written again")

    def _reopen(self, wanted: list[tuple[str, str]]) -> None:
        before = {(output.name, output.selection): output for output in self._outputs}
        outputs = []
        for name, selection in wanted:
            kept = before.get((name, selection))
            if kept is not None and (name == "-" or not isinstance(kept.file, RecordFile)):
                # A stream has no name to be opened by again.
                outputs.append(before.pop((name, selection)))
                continue
            try:
                outputs.append(self._open(name, selection))
            except PyargusError as error:
                self.log("error", str(error))
                if kept is not None:
                    outputs.append(before.pop((name, selection)))
        for output in before.values():
            self._close(output)
        self._outputs = outputs

    def _close(self, output: Output) -> None:
        try:
            output.file.close()
        except OSError as error:
            self.log("error", f"{output.name}: {error.strerror}")
