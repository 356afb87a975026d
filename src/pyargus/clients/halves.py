"""Two processes from the first record on: both read everything, and each merges or keeps one half of it.

The helper is a copy of this process made before the first record. Once all was read the two tell each other what the order of their
halves depends on, and the helper sends what it puts, piece by piece, for this process to put in its place. If it fails, this process
reads the other half itself.
"""

from __future__ import annotations

import contextlib
import os
from array import array
from collections.abc import Iterator, Sequence

from pyargus.clients.helper import Helper, plain, receive, send, size_of, spare
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
# Bytes that are sent at a time.
_BLOCK = 1 << 18
_COUNTERS = ("flows", "mans", "passed", "pkts", "bytes_", "number", "done", "trouble")


def worthwhile(run: Run, names: Sequence[str | None]) -> bool:
    """Whether the input is large enough for two, can be read twice, and what is put is one output's."""
    settings, stage, batch = run.settings, run.stage, run.batch
    if not plain(run) or len(run.sinks) > 1 or not spare():
        return False
    if run.alone or "norep" in settings.mode_values or _WHOLE & settings.own.keys():
        return False
    if batch.from_number > 1 or batch.to_number or batch.done:
        return False
    size, limit = size_of(names), getattr(stage, "limit", 0)
    return size >= _LEAST and (not limit or size <= limit // 2)


def begin(run: Run, stopper: Stopper, names: Sequence[str | None]) -> Partner | None:
    """A helper for a run that is worth it, None where there is no room for a second process."""
    if not worthwhile(run, names):
        return None
    try:
        return Partner(run, stopper, names)
    except OSError:
        return None


class Partner:
    """The process that reads the other half of the sources of these names. Raises OSError if there can be none."""

    def __init__(self, run: Run, stopper: Stopper, names: Sequence[str | None]) -> None:
        self.stopper = stopper
        self.names = names
        heard, told = os.pipe()

        def work(mouth: BinaryIO) -> None:
            os.close(told)
            with os.fdopen(heard, "rb") as ear:
                serve(run, names, ear, mouth)

        try:
            self.helper = Helper(work)
        except OSError:
            os.close(told)
            raise
        finally:
            os.close(heard)
        self.told = os.fdopen(told, "wb")
        self.halves = Halves(0)
        run.stage.halve(self.halves)

    def block(self) -> tuple[array[int], bytes] | None:
        """The sizes of the next pieces of output, and their bytes; None if the helper has failed."""
        share = self.helper.share(2)
        return None if share is None else (array("I", share[0]), share[1])

    def agree(self, run: Run) -> bool:
        """Exchange what is known of the halves; whether both processes have read the same and neither is to end."""
        if self.stopper.asked:
            return False
        share = self.helper.share(2)
        if share is None or int.from_bytes(share[0]) != run.batch.flows:
            return False
        try:
            send(self.told, [self.halves.dump()])
        except BrokenPipeError:
            return False
        self.halves.load(share[1])
        return True

    def finish(self, run: Run) -> None:
        """Put what the stage holds, and what the helper does."""
        stage = run.stage

        def lost() -> None:
            read_again(run, self.names)
            self.halves.find(stage.own_parts())

        self.halves.hold(stage.own_parts())
        self.halves.refill, self.halves.lost = self.block, lost
        if not self.agree(run):
            # Then all is put as if there had never been a helper, in the order of the marks.
            self.end()
            read_again(run, self.names)
            self.halves.hold({place: part.ascending() for place, part in stage.own_parts().items()})
        more = True
        while more and not run.delivery.done:
            more = stage.finish()
            run.drain()

    def end(self) -> None:
        """Let go of the helper, whatever it is doing."""
        if self.told.closed:
            return
        # What it was to be told may still be in the buffer of one that is gone.
        with contextlib.suppress(BrokenPipeError):
            self.told.close()
        self.helper.end()


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


def read_again(run: Run, names: Sequence[str | None]) -> None:
    """Read all sources for the other half, as far as they were read for this one."""
    from pyargus.clients.frame import read_sources

    batch = run.batch
    before = {name: getattr(batch, name) for name in _COUNTERS}
    started, status, tell = run.started, run.status, run.tell
    for name in _COUNTERS:
        setattr(batch, name, 0)
    run.tell = silent  # type: ignore[method-assign]
    run.stage.lose()
    try:
        read_sources(run, _Limit(run, before["flows"]), names)  # type: ignore[arg-type]
    finally:
        run.tell = tell  # type: ignore[method-assign]
        run.started, run.status = started, status
        for name, value in before.items():
            setattr(batch, name, value)


def silent(text: object) -> None:
    """What is wrong with a source is said once."""


def serve(run: Run, names: Sequence[str | None], ear: BinaryIO, mouth: BinaryIO) -> None:
    """The helper: read, say what its half is, and send what it puts."""
    from pyargus.clients.frame import read_sources
    from pyargus.clients.stop import Stopper

    stage, delivery = run.stage, run.delivery
    output: Any = run.outputs()[-1]
    run.drain = output.take  # type: ignore[method-assign]
    halves = Halves(1)
    stage.halve(halves)
    read_sources(run, Stopper(), names)
    halves.hold(stage.own_parts())
    send(mouth, [run.batch.flows.to_bytes(8), halves.dump()])
    theirs = receive(ear, 1)
    if theirs is None:
        return
    halves.load(theirs[0])
    # The title is the other process's to print.
    delivery.printer.heading()
    output.take()
    put(stage, halves, output, delivery, mouth)


def put(stage: Any, halves: Halves, output: Any, delivery: Any, mouth: BinaryIO) -> None:
    """Send what this half puts, with the sizes of its pieces."""
    delivery.size = _BLOCK
    more = True
    while more:
        halves.begin(delivery)
        more = stage.finish()
        data = output.take()
        send(mouth, [halves.measures(), data])
