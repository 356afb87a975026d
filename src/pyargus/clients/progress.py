"""A line on standard error about how far reading has come, for a person who waits longer than a second."""

from __future__ import annotations

import io
import os
import stat
import sys
import time

# Seconds before the line appears, and between its changes.
_PATIENCE = 1.0
_PAUSE = 0.2


def _piped() -> bool:
    """Whether standard output is a pipe."""
    try:
        return stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode)
    except io.UnsupportedOperation:
        # It is no file at all.
        return False


class Progress:
    """Shown only where standard error is a terminal, and standard output is none or `silent`: lines there show the progress themselves.

    Never where standard output is a pipe: whoever reads it may have the terminal (`ra ... | less`, `ra -w - | ratop`).
    silent: little or nothing is printed while records are read.
    """

    def __init__(self, silent: bool = False) -> None:
        self.wanted = sys.stderr.isatty() and (silent or not sys.stdout.isatty()) and not _piped()
        self.due = time.monotonic() + _PATIENCE
        self.shown = False

    def tick(self, name: str, path: str, offset: int, records: int) -> None:
        """Reading has come to byte `offset` of a source, `path` if its size says how much is left, and `records` in all."""
        if not self.wanted or time.monotonic() < self.due:
            return
        self.due = time.monotonic() + _PAUSE
        size = os.path.getsize(path) if path else 0
        share = f"{min(100, 100 * offset // size)}%, " if size else f"{offset / 1e6:.0f} MB, "
        sys.stderr.write(f"\r\x1b[K{name}: {share}{records:,} records")
        sys.stderr.flush()
        self.shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self.shown = False
