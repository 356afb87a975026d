"""The field's configuration files: lines `NAME=value`, comments, quotes. Source: sensor behaviour, "Configuration file"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyargus.errors import BadUse


@dataclass(frozen=True, slots=True)
class Line:
    """An assignment. value: without quotes and comments; raw: with its quotes; where: file and line, for messages."""

    name: str
    value: str
    raw: str
    where: str


def read_lines(path: str) -> Iterator[Line]:
    """The assignments of a file in their order. Raises BadUse for a file that cannot be read and a quote that is not closed."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().splitlines()
    except OSError as error:
        raise BadUse(f"{path}: {error.strerror}") from None
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text[0] in "#!":
            continue
        name, equals, rest = text.partition("=")
        if not equals:
            continue
        where = f"{path}, line {number}"
        raw = rest.strip()
        if raw.startswith('"'):
            value, quote, _ = raw[1:].partition('"')
            if not quote:
                raise BadUse(f"{where}: closing quote missing")
        else:
            # An unquoted value ends where a comment begins.
            for gap in (" //", "\t//"):
                raw = raw.split(gap)[0]
            value = raw = raw.strip()
        yield Line(name.strip(), value, raw, where)
