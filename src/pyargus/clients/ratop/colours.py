"""racolor.conf: which fields of which records have which colour.

Lines of the form `filter="expression" color="field[,field]:COLOR[+ATTR] ..." [cont]`; without `cont` the first that matches is the last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyargus.errors import BadUse
from pyargus.record.schema import BY_NAME

if TYPE_CHECKING:
    from pyargus.record.filter_cy import Filter
    from pyargus.record.record_cy import Record

COLOURS = {"WHITE": "", "GREEN": "green", "BLUE": "blue", "VIOLET": "magenta", "CYAN": "cyan", "RED": "red", "MAGENTA": "magenta",
           "ORANGE": "yellow", "YELLOW": "bold yellow"}  # fmt: skip
# By first letter, as the field's programs read them. What a terminal cannot show apart is what comes nearest.
ATTRIBUTES = {"N": "", "S": "reverse", "U": "underline", "R": "reverse", "B": "blink", "D": "dim", "P": "", "I": "dim", "A": ""}
# Fields of a colour that holds for every column.
EVERY = ("all", "")

_PART = re.compile(r'\s*(?:(filter|color)\s*=\s*"([^"]*)"|(cont))')


@dataclass(frozen=True, slots=True)
class Rule:
    """A line. test: of the records it is for, or None for all; styles: by field, "" for every one."""

    test: Filter | None
    styles: dict[str, str]
    goes_on: bool


class Colours:
    """The rules of a file, in its order."""

    def __init__(self, rules: list[Rule]) -> None:
        self.rules = rules

    def styles(self, record: Record) -> dict[str, str]:
        """The style of each field of a record, "" of every other one."""
        out: dict[str, str] = {}
        for rule in self.rules:
            if rule.test is None or rule.test.accepts(record):
                out.update(rule.styles)
                if not rule.goes_on:
                    break
        return out


def read_colours(name: str) -> Colours:
    """Read a file of rules. Raises BadUse for one that cannot be read, or that says what is not understood."""
    try:
        text = Path(name).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise BadUse(f"{name}: {error.strerror}") from error
    rules = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line[0] in "#!":
            continue
        try:
            rules.append(parse_rule(line))
        except BadUse as error:
            raise BadUse(f"{name}: line {number}: {error}") from None
    return Colours(rules)


def parse_rule(line: str) -> Rule:
    """One line. Raises BadUse for one that is none."""
    from pyargus.record.filter import compile_filter
    from pyargus.record.filter_cy import Filter

    test = None
    styles: dict[str, str] = {}
    goes_on = False
    at = 0
    while at < len(line):
        part = _PART.match(line, at)
        if part is None:
            raise BadUse(f'expected filter="...", color="..." or cont, not {line[at:].strip()!r}')
        at = part.end()
        if part[3]:
            goes_on = True
        elif part[1] == "filter":
            test = Filter(compile_filter(part[2])) if part[2].strip() else None
        else:
            for word in part[2].split():
                styles.update(parse_colour(word))
    return Rule(test, styles, goes_on)


def parse_colour(word: str) -> dict[str, str]:
    """`field[,field]:COLOR[+ATTR]...`. Raises BadUse for a field or colour that there is not."""
    names, colon, look = word.rpartition(":")
    colour, *attributes = look.split("+")
    if not colon or colour.upper() not in COLOURS:
        raise BadUse(f"{word}: expected field:COLOR, with a colour of {', '.join(COLOURS)}")
    style = [COLOURS[colour.upper()]]
    for attribute in attributes:
        if attribute[:1].upper() not in ATTRIBUTES:
            raise BadUse(f"{word}: no such attribute: {attribute!r}")
        style.append(ATTRIBUTES[attribute[:1].upper()])
    out = {}
    for name in names.split(","):
        if name not in BY_NAME and name not in EVERY:
            raise BadUse(f"{word}: no such field: {name!r}")
        out["" if name in EVERY else name] = " ".join(part for part in style if part)
    return out
