"""Two processes from the first record on: both read everything, and each merges or keeps one half of it.

The helper is a copy of this process made before the first record. Once all was read the two tell each other what the order of their
halves depends on, and the helper sends what it puts, piece by piece, for this process to put in its place. If it fails, this process
reads the other half itself.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
from array import array
from collections.abc import Iterator

from pyargus.clients.helper import PREFIX, alone, plain, processors, widen
from pyargus.record.halves_cy import Halves

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any, BinaryIO, TypeVar

    from pyargus.clients.frame import Run
    from pyargus.clients.stop import Stopper

    Item = TypeVar("Item")

# Less is read before a copy of the process would have started.
_LEAST = 8 << 20
# Options and words of -M by which more is asked of the groups than to be put.
_WHOLE = frozenset(("V", "%", "G", "f"))
_COUNTERS = ("flows", "mans", "passed", "pkts", "bytes_", "number", "done", "trouble")


def size_of(names: list[str]) -> int:
    """Bytes of the inputs; 0 if one of them is not a file of records that is read as it is."""
    from pyargus.clients.inputs import CaptureSource, open_input
    from pyargus.errors import PyargusError

    total = 0
    if not all(os.path.isfile(name.partition("::")[0]) for name in names):
        # To look into a stream is to take from it.
        return 0
    for name in names:
        try:
            source = open_input(name)
        except PyargusError:
            # It is opened again to be read, and what is wrong is said there.
            return 0
        try:
            if isinstance(source, CaptureSource) or not source.seekable or not source.path:
                return 0
            total += os.path.getsize(source.path)
        finally:
            source.close()
    return total


def worthwhile(run: Run) -> bool:
    """Whether the input is large enough for two, can be read twice, and what is put is one output's."""
    settings, stage, batch = run.settings, run.stage, run.batch
    if not plain(run) or len(run.sinks) > 1 or processors() < 2 or not alone():
        return False
    if settings.servers or settings.folders or not settings.inputs or "norep" in settings.mode_values or _WHOLE & settings.own.keys():
        return False
    if batch.from_number > 1 or batch.to_number or batch.done:
        return False
    size, limit = size_of(settings.inputs), getattr(stage, "limit", 0)
    return size >= _LEAST and (not limit or size <= limit // 2)


def begin(run: Run, stopper: Stopper) -> Partner | None:
    """A helper for a run that is worth it, None where there is no room for a second process."""
    if not worthwhile(run):
        return None
    try:
        return Partner(run, stopper)
    except OSError:
        return None


class Partner:
    """The process that reads the other half for a run. Raises OSError if there can be none."""

    def __init__(self, run: Run, stopper: Stopper) -> None:
        self.stopper = stopper
        near_in, far_out = os.pipe()
        far_in, near_out = os.pipe()
        try:
            self.process = os.fork()
        except OSError:
            for end in (near_in, far_out, far_in, near_out):
                os.close(end)
            raise
        if self.process == 0:
            status = 1
            try:
                os.close(near_in)
                os.close(near_out)
                serve(run, stopper, far_in, far_out)
                status = 0
            finally:
                # What this process holds in buffers is the other's to write.
                os._exit(status)
        os.close(far_in)
        os.close(far_out)
        self.heard = os.fdopen(near_in, "rb")
        self.told = os.fdopen(near_out, "wb")
        self.halves = Halves(0)
        run.stage.halve(self.halves)

    def block(self) -> tuple[array[int], bytes] | None:
        """The next pieces of output; None if the helper has failed."""
        head = self.heard.read(2 * PREFIX)
        if len(head) < 2 * PREFIX:
            return None
        count, size = int.from_bytes(head[:PREFIX]), int.from_bytes(head[PREFIX:])
        sizes, data = array("I", self.heard.read(4 * count)), self.heard.read(size)
        return (sizes, data) if len(data) == size else None

    def agree(self, run: Run) -> bool:
        """Exchange what is known of the halves; whether both processes have read the same and neither is to end."""
        if self.stopper.asked:
            return False
        head = self.heard.read(2 * PREFIX)
        size = int.from_bytes(head[PREFIX:])
        theirs = self.heard.read(size)
        if len(head) < 2 * PREFIX or len(theirs) < size or int.from_bytes(head[:PREFIX]) != run.batch.flows:
            return False
        own = self.halves.dump()
        try:
            self.told.write(len(own).to_bytes(PREFIX) + own)
            self.told.flush()
        except BrokenPipeError:
            return False
        self.halves.load(theirs)
        return True

    def finish(self, run: Run) -> None:
        """Put what the stage holds, and what the helper does."""
        stage = run.stage

        def lost() -> None:
            read_again(run)
            self.halves.find(stage.own_parts())

        self.halves.own = stage.own_parts()
        self.halves.refill, self.halves.lost = self.block, lost
        if not self.agree(run):
            # Then all is put as if there had never been a helper, in the order of the marks.
            self.end()
            read_again(run)
            self.halves.own = {place: part.ascending() for place, part in stage.own_parts().items()}
        more = True
        while more and not run.delivery.done:
            more = stage.finish()
            run.drain()

    def end(self) -> None:
        """Let go of the helper, whatever it is doing."""
        if self.heard.closed:
            return
        self.heard.close()
        # What it was to be told may still be in the buffer of one that is gone.
        with contextlib.suppress(BrokenPipeError):
            self.told.close()
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)


class _Limit:
    """Ends a reading at the number of records that another one had, in the place of a `Stopper`."""

    def __init__(self, run: Run, flows: int) -> None:
        self.batch = run.batch
        self.flows = flows

    @property
    def asked(self) -> bool:
        return bool(self.batch.flows >= self.flows)

    def until(self, items: Iterator[Item], breaks: bool = True) -> Iterator[Item]:
        while not self.asked:
            try:
                yield next(items)
            except StopIteration:
                return


def read_again(run: Run) -> None:
    """Read all sources for the other half, as far as they were read for this one."""
    from pyargus.clients.frame import read_all

    batch = run.batch
    before = {name: getattr(batch, name) for name in _COUNTERS}
    started, status, tell = run.started, run.status, run.tell
    for name in _COUNTERS:
        setattr(batch, name, 0)
    run.tell = silent  # type: ignore[method-assign]
    run.stage.lose()
    try:
        read_all(run, _Limit(run, before["flows"]))  # type: ignore[arg-type]
    finally:
        run.tell = tell  # type: ignore[method-assign]
        run.started, run.status = started, status
        for name, value in before.items():
            setattr(batch, name, value)


def silent(text: object) -> None:
    """What is wrong with a source is said once."""


def serve(run: Run, stopper: Stopper, heard: int, told: int) -> None:
    """The helper: read, say what its half is, and send what it puts. A reader that is gone ends it."""
    from pyargus.clients.frame import read_all

    # An interrupt is for the other process, which ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.disable()
    widen(told)
    stage, delivery = run.stage, run.delivery
    output: Any = run.outputs()[-1]
    run.tell = silent  # type: ignore[method-assign]
    run.drain = output.take  # type: ignore[method-assign]
    halves = Halves(1)
    stage.halve(halves)
    with os.fdopen(heard, "rb") as ear, os.fdopen(told, "wb") as mouth:
        read_all(run, stopper)
        halves.own = stage.own_parts()
        own = halves.dump()
        mouth.write(run.batch.flows.to_bytes(PREFIX) + len(own).to_bytes(PREFIX) + own)
        mouth.flush()
        head = ear.read(PREFIX)
        size = int.from_bytes(head)
        theirs = ear.read(size)
        if len(head) < PREFIX or len(theirs) < size:
            return
        halves.load(theirs)
        # The title is the other process's to print.
        delivery.printer.heading()
        output.take()
        send(stage, halves, output, delivery, mouth)


def send(stage: Any, halves: Halves, output: Any, delivery: Any, mouth: BinaryIO) -> None:
    """Send what this half puts, with the sizes of its pieces."""
    more = True
    while more:
        halves.begin(delivery)
        more = stage.finish()
        data, sizes = output.take(), halves.made
        mouth.write(len(sizes).to_bytes(PREFIX) + len(data).to_bytes(PREFIX))
        mouth.write(sizes)
        mouth.write(data)
        mouth.flush()
