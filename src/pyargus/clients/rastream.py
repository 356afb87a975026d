"""rastream: split a stream of flow records into files, and run a program on each finished one."""

from __future__ import annotations

import subprocess
import sys

from pyargus.clients import frame, rasplit
from pyargus.clients.argv import ONE
from pyargus.clients.options import Option
from pyargus.clients.program import Program
from pyargus.errors import BadUse

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyargus.clients.settings import Settings
    from pyargus.record.split_cy import Splitter


def runner(settings: Settings) -> Callable[[str], None]:
    """What runs the program of -f on a finished file: `PROGRAM -r FILE`, one at a time, its output is ours.

    A program that fails is reported, and the stream goes on.
    """
    command = settings.own["f"][-1]

    def closed(name: str) -> None:
        sys.stdout.flush()
        try:
            status = subprocess.run([command, "-r", name], stdin=subprocess.DEVNULL, check=False).returncode
        except OSError as error:
            frame.complain(settings, f"{command}: {error.strerror}")
            return
        if status:
            frame.complain(settings, f"{command} -r {name}: exit status {status}")

    return closed


def make_stage(settings: Settings) -> Splitter:
    """The stage of rastream. Raises BadUse without a program."""
    if not settings.own.get("f"):
        raise BadUse("-f PROGRAM is what rastream runs on each finished file; without one use rasplit")
    return rasplit.make_splitter(settings, runner(settings))


PROGRAM = Program(
    "rastream",
    "Split flow records into files, and run a program on each finished one.",
    own=(Option("f", "program", ONE, "PROGRAM", "run PROGRAM -r FILE for every finished file"), *rasplit.OWN),
    # By time is what it is for.
    modes=tuple(sorted(rasplit.MODES, key=lambda mode: mode.word not in ("time", "nomodify"))),
    without=rasplit.WITHOUT,
    make_stage=make_stage,
    prepare=rasplit.prepare,
    run=rasplit.run,
    writes=True,
)


def main() -> None:
    """Entry point of the program."""
    frame.main(PROGRAM)
