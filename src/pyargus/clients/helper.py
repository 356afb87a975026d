"""A second process for what a stage puts at the end: where there are many groups and a processor is free, each makes every other share.

The helper is a copy of this process made when all records were read, so that both hold the same groups in the same order. It sends its
shares through a pipe, in order; where this process is behind, it waits. If it fails, this process makes what is missing itself.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False

if TYPE_CHECKING:
    from pyargus.clients.frame import Run

# Fewer groups are put before a copy of the process would have started.
_FEW = 20_000
# Bytes that the helper may be ahead, where the system lets that be chosen.
_AHEAD = 1 << 20
PREFIX = 8


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def alone() -> bool:
    """Whether this process has no second thread, of which a copy would know nothing."""
    threading = sys.modules.get("threading")
    return threading is None or threading.active_count() == 1


def plain(run: Run) -> bool:
    """Whether what is put does not depend on how much was put before it."""
    from pyargus.record.print_cy import Printer

    delivery = run.delivery
    if not hasattr(os, "fork") or len(run.targets) != 1 or delivery.quiet:
        return False
    if delivery.by_output or delivery.filtered or delivery.chosen is not None or run.batch.rejected is not None:
        return False
    return bool(run.sinks) or (type(delivery.printer) is Printer and delivery.printer.label_every <= 0)


def worthwhile(run: Run) -> bool:
    """Whether there is enough to do for two, and each can do its share without the other's."""
    return plain(run) and processors() > 1 and alone() and run.stage.left() >= _FEW


def widen(pipe: int) -> None:
    """Let the process that writes to a pipe be ahead of the one that reads."""
    import contextlib
    import fcntl

    if hasattr(fcntl, "F_SETPIPE_SZ"):
        # Beyond what the system grants, the pipe keeps the size that it has.
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _AHEAD)


class Helper:
    """The helper of a run. Raises OSError if there can be none."""

    def __init__(self, run: Run) -> None:
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
                serve(run, far)
                status = 0
            finally:
                # What this process holds in buffers is the other's to write.
                os._exit(status)
        os.close(far)
        self.pipe = os.fdopen(near, "rb")

    def share(self, outputs: int) -> list[bytes] | None:
        """The next share, bytes for each output; None if the helper has failed."""
        out = []
        for _ in range(outputs):
            size = int.from_bytes(self.pipe.read(PREFIX))
            data = self.pipe.read(size)
            if len(data) != size or not size:
                return None
            out.append(data[1:])
        return out

    def end(self) -> None:
        """Let go of the helper, which ends by itself if it has not."""
        self.pipe.close()
        os.waitpid(self.process, 0)


def serve(run: Run, pipe: int) -> None:
    """The helper: send every other share of what the stage puts. A reader that is gone ends it."""
    import gc

    # Looking for garbage would write to what both processes share.
    gc.disable()
    widen(pipe)
    stage = run.stage
    stage.divide(1)
    outputs = run.outputs()
    held = [bytearray(b"\0") for _ in outputs]
    more = True
    with os.fdopen(pipe, "wb") as file:
        while more:
            number = stage.share()
            more = stage.finish()
            for place, output in enumerate(outputs):
                data = output.take()
                if number & 1:
                    held[place] += data
            if number & 1 and (not more or stage.share() != number):
                for piece in held:
                    file.write(len(piece).to_bytes(PREFIX))
                    file.write(piece)
                    del piece[1:]
                file.flush()


def finish(run: Run) -> None:
    """Put what the stage of a run holds, half of it made by a helper."""
    stage = run.stage
    try:
        helper: Helper | None = Helper(run)
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
