"""Where records are written: the files of -w, each with a filter of its own if it has one, and the file of -E."""

from __future__ import annotations

import os

from pyargus.clients.packing import open_output
from pyargus.clients.settings import Settings
from pyargus.clients.standard import StandardOutput, refuse_terminal
from pyargus.errors import BadUse, Unreachable
from pyargus.record.rewrite_cy import Rewriter

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any, BinaryIO


class Sink:
    """An output of records. filter: a compiled filter that its records pass, or None; writer: gathers their bytes."""

    __slots__ = ("file", "filter", "name", "writer")

    def __init__(self, name: str, file: BinaryIO | StandardOutput, filter: Any, writer: Any) -> None:
        self.name = name
        self.file = file
        self.filter = filter
        self.writer = writer

    def drain(self) -> None:
        """Write what was gathered. Raises Unreachable if it cannot be written."""
        if self.writer.size():
            self.put(self.writer.held())
            self.writer.clear()

    def put(self, data: bytes | memoryview) -> None:
        """Write records. Raises Unreachable if they cannot be written."""
        try:
            self.file.write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise Unreachable(f"{self.name}: {error.strerror}") from error

    def flush(self) -> None:
        """Let nothing wait in a buffer. Raises Unreachable if it cannot be written."""
        try:
            self.file.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise Unreachable(f"{self.name}: {error.strerror}") from error

    def close(self) -> None:
        """Write the rest and let go of the file; standard output stays open."""
        self.drain()
        self.file.close()


def make_test(text: str, precision: int) -> Any:
    """The filter of one output, compiled, or None for an empty text. Raises BadUse for one that is wrong."""
    if not text:
        return None
    from pyargus.record.filter import compile_filter
    from pyargus.record.filter_cy import Filter

    return Filter(compile_filter(text), precision)


def open_sink(name: str, text: str, precision: int) -> Sink:
    """Open a file to append records to, `-` for standard output; `text` is a filter, or empty.

    Raises BadUse for a filter that is wrong and for records to a terminal, Unreachable for a file that cannot be written.
    """
    test = make_test(text, precision)
    if name == "-":
        refuse_terminal("-w -")
        return Sink(name, StandardOutput(), test, Rewriter())
    try:
        return Sink(name, open_output(name, "ab"), test, Rewriter())
    except OSError as error:
        raise Unreachable(f"{name}: {error.strerror}") from error


def check_names(settings: Settings) -> None:
    """Raises BadUse for an output that is also an input or another output."""
    names = [name for name, _ in settings.writes] + ([settings.rejected] if settings.rejected else [])
    for place, name in enumerate(names):
        if name in names[:place]:
            raise BadUse(f"{name}: written twice")
        if not os.path.isfile(name):
            continue
        for other in settings.inputs:
            if os.path.exists(other) and os.path.samefile(name, other):
                raise BadUse(f"{name}: cannot be written while it is read")


def open_sinks(settings: Settings) -> list[Sink]:
    """The outputs of -w that take records, standard output where there is no -w. Raises what `open_sink` raises."""
    from pyargus.clients.formats import form_of_file

    writes = [pair for pair in settings.writes if form_of_file(settings, pair[0]) == "argus"]
    return [open_sink(name, text, settings.precision) for name, text in writes or [("-", "")]]
