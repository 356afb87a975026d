"""A second process for what can be divided, where a processor is free.

It is a copy of this process, which sends what it makes through a pipe, in order; where this process is behind, it waits. If it fails, this
process makes what is missing itself.

What a stage puts at the end is divided here: where there are many groups, the copy is made when all records were read, so that both hold
the same groups in the same order, and each makes every other share. `divided` has what is divided while records are read.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import BinaryIO

    from pyargus.clients.frame import Run

# Fewer groups are put before a copy of the process would have started.
_FEW = 20_000
# Bytes that the helper may be ahead, where the system lets that be chosen.
_AHEAD = 1 << 20
_PREFIX = 8


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def alone() -> bool:
    """Whether this process has no second thread, of which a copy would know nothing."""
    threading = sys.modules.get("threading")
    return threading is None or threading.active_count() == 1


def spare() -> bool:
    """Whether a copy of this process could be made, and would find a processor."""
    return hasattr(os, "fork") and processors() > 1 and alone()


def size_of(names: Sequence[str | None]) -> int:
    """Bytes of the inputs of these names; 0 if one of them is no file of records that is read as it is, piece by piece."""
    from pyargus.clients.inputs import open_input
    from pyargus.errors import PyargusError

    total = 0
    for name in names:
        if name is None or not os.path.isfile(name.partition("::")[0]):
            # To look into a stream is to take from it.
            return 0
        try:
            source = open_input(name)
        except PyargusError:
            # It is opened again to be read, and what is wrong is said there.
            return 0
        try:
            if not source.seekable:
                return 0
            total += os.fstat(source.file.fileno()).st_size
        finally:
            source.close()
    return total


def send(pipe: BinaryIO, pieces: Iterable[bytes | bytearray]) -> None:
    """Send a share, which consists of pieces, to the process that this one is a copy of. A reader that is gone raises BrokenPipeError."""
    for piece in pieces:
        pipe.write(len(piece).to_bytes(_PREFIX))
        pipe.write(piece)
    pipe.flush()


def receive(pipe: BinaryIO, count: int) -> list[bytes] | None:
    """The next share that was sent, which consists of so many pieces; None if there is none, or not all of it."""
    out = []
    for _ in range(count):
        prefix = pipe.read(_PREFIX)
        size = int.from_bytes(prefix)
        data = pipe.read(size)
        if len(prefix) != _PREFIX or len(data) != size:
            return None
        out.append(data)
    return out


def settle(pipe: int) -> None:
    """Make a copy of this process ready to send through a pipe: it says nothing, and ends only with what it does or with its reader."""
    import fcntl
    import gc
    import signal

    # Whoever is at the terminal interrupts both, but this process is the other's to end.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - open until the process ends
    # Looking for garbage would write to what both processes share.
    gc.disable()
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        try:
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _AHEAD)
        except OSError:
            # Beyond what the system grants, the pipe keeps the size that it has.
            return


class Helper:
    """A copy of this process. Raises OSError if there can be none.

    work: what the copy does, and what it ends with; it is given the pipe for `send`.
    """

    def __init__(self, work: Callable[[BinaryIO], None]) -> None:
        near, far = os.pipe()
        try:
            self.process = os.fork()
        except OSError:
            os.close(near)
            os.close(far)
            raise
        if self.process == 0:
            status = 1
            try:
                os.close(near)
                settle(far)
                with os.fdopen(far, "wb") as pipe:
                    work(pipe)
                status = 0
            finally:
                # What this process holds in buffers is the other's to write.
                os._exit(status)
        os.close(far)
        self.pipe = os.fdopen(near, "rb")

    def share(self, count: int) -> list[bytes] | None:
        """The next share, which consists of so many pieces; None if the helper has failed."""
        return receive(self.pipe, count)

    def end(self) -> None:
        """Let go of the helper, whatever it is doing."""
        import signal

        self.pipe.close()
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)


def plain(run: Run) -> bool:
    """Whether what a stage puts does not depend on how much was put before it."""
    from pyargus.record.print_cy import Printer

    delivery = run.delivery
    if len(run.targets) != 1 or delivery.quiet:
        return False
    if delivery.by_output or delivery.filtered or delivery.chosen is not None or run.batch.rejected is not None:
        return False
    return bool(run.sinks) or (type(delivery.printer) is Printer and delivery.printer.label_every <= 0)


def worthwhile(run: Run) -> bool:
    """Whether there is enough to do for two, and each can do its share without the other's."""
    return plain(run) and spare() and run.stage.left() >= _FEW


def serve(run: Run, pipe: BinaryIO) -> None:
    """The helper: send every other share of what the stage puts."""
    stage = run.stage
    stage.divide(1)
    outputs = run.outputs()
    held = [bytearray() for _ in outputs]
    more = True
    while more:
        number = stage.share()
        more = stage.finish()
        for place, output in enumerate(outputs):
            data = output.take()
            if number & 1:
                held[place] += data
        if number & 1 and (not more or stage.share() != number):
            send(pipe, held)
            for piece in held:
                piece.clear()


def finish(run: Run) -> None:
    """Put what the stage of a run holds, half of it made by a helper."""
    stage = run.stage
    try:
        helper: Helper | None = Helper(lambda pipe: serve(run, pipe))
    except OSError:
        # There is no room for a second process.
        helper = None
    stage.divide(0 if helper is not None else -1)
    more = True
    try:
        while more and not run.delivery.done:
            number = stage.share()
            if helper is not None and number & 1:
                share = helper.share(len(run.outputs()))
                if share is not None:
                    while more and stage.share() == number:
                        more = stage.finish()
                    run.put(share)
                    continue
                helper.end()
                helper = None
                stage.divide(-1)
            more = stage.finish()
            run.drain()
    finally:
        if helper is not None:
            helper.end()
