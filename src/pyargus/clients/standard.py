"""The standard streams: what is printed, and what becomes of streams that were closed."""

from __future__ import annotations

import os
import sys

from pyargus.errors import BadUse, Unreachable


def occupy() -> None:
    """Give standard streams that are closed something that can be neither read nor written.

    Without it what the program opens next would take their places, and be printed into.
    """
    for number, name, use, mode in ((0, "stdin", os.O_WRONLY, "r"), (1, "stdout", os.O_RDONLY, "w"), (2, "stderr", os.O_WRONLY, "w")):
        if getattr(sys, name) is None:
            place = os.open(os.devnull, use)
            if place != number:
                os.dup2(place, number)
                os.close(place)
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115 - the stream of the process


def refuse_terminal(option: str) -> None:
    """Raises BadUse where standard output, which is to take records by this option, is a terminal."""
    if sys.stdout.isatty():
        raise BadUse(f"{option}: records are not for a terminal; send standard output to a file or a program")


def emit(data: bytes | memoryview) -> None:
    """Bytes to standard output, all of them and at once. Raises BrokenPipeError where its reader has gone, Unreachable where it is full."""
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(1, view) :]
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Unreachable(f"standard output: {error.strerror}") from error


class StandardOutput:
    """Standard output as a file without a buffer of its own: bytes are there once they are written."""

    def write(self, data: bytes | memoryview) -> int:
        """All of the bytes. Raises what `emit` raises."""
        emit(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """It stays open."""
