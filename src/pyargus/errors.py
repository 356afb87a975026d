"""The one root error of the project and its two families, and the exit codes of every program."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a program says to its caller when it ends."""

    OK = 0
    ERROR = 1
    USAGE = 2
    UNREACHABLE = 3
    INTERRUPTED = 130


class PyargusError(Exception):
    """Root of every error raised on purpose; its text is the message a person reads."""

    exit_code = ExitCode.ERROR


class BadInput(PyargusError):
    """Data that is not what it claims to be.

    source: name of the file, device or peer; offset: byte offset in it of the item that could not be read, or None where there is
    none; expected: what should have been there.
    """

    def __init__(self, source: str, offset: int | None, expected: str) -> None:
        self.source = source
        self.offset = offset
        self.expected = expected
        where = "" if offset is None else f" at byte {offset}"
        super().__init__(f"{source}{where}: {expected}")


class BadUse(PyargusError):
    """A command line, filter or configuration that cannot be followed."""

    exit_code = ExitCode.USAGE


class Unreachable(PyargusError):
    """A source that cannot be opened, as it is missing, refuses, or may not be used; an output that cannot be written."""

    exit_code = ExitCode.UNREACHABLE
