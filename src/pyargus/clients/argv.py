"""The field's command syntax: getopt letters that combine and take attached values, greedy lists, words in any place, a filter after `-`.

`normalise` turns an argument vector into options in the order given and the words of the filter. What an option takes is said by the option
table (`options`), so that every program reads its command line the same way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pyargus.errors import BadUse


class Given:
    """One option as it was given: its letter (or long name) and the values it took."""

    __slots__ = ("name", "values")

    def __init__(self, name: str, values: list[str] | None = None) -> None:
        self.name = name
        self.values = values if values is not None else []


class Arguments:
    """options in order; words: the filter; explicit: whether `-` or `--` introduced the filter."""

    __slots__ = ("explicit", "options", "words")

    def __init__(self) -> None:
        self.options: list[Given] = []
        self.words: list[str] = []
        self.explicit = False


NONE, ONE, MANY, PAIR = "none", "one", "many", "pair"


def normalise(argv: Sequence[str], takes: Mapping[str, str], long_names: Mapping[str, str]) -> Arguments:
    """Split `argv` (without the program's name).

    takes: letter to NONE, ONE, MANY (values up to the next word that starts with `-`) or PAIR (one value and, if the next word does not
    start with `-`, a second). long_names: long option to letter. Raises BadUse for an unknown option or a missing value.
    """
    out = Arguments()
    at = 0
    while at < len(argv):
        word = argv[at]
        at += 1
        if word in ("-", "--"):
            out.words += argv[at:]
            out.explicit = True
            break
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            letter = long_names.get(name)
            if letter is None:
                raise BadUse(f"no such option: --{name}{_nearest(name, long_names)}")
            if takes[letter] == NONE:
                if equals:
                    raise BadUse(f"option --{name} takes no value")
                out.options.append(Given(letter))
            else:
                at = _values(argv, at, f"--{name}", Given(letter, [value] if equals else []), takes[letter], out)
            continue
        if word.startswith("-"):
            at = _cluster(argv, at, word, takes, long_names, out)
            continue
        out.words.append(word)
    return out


def _cluster(argv: Sequence[str], at: int, word: str, takes: Mapping[str, str], long_names: Mapping[str, str], out: Arguments) -> int:
    place = 1
    while place < len(word):
        letter = word[place]
        place += 1
        kind = takes.get(letter)
        if kind is None:
            hint = f" (nearest: -{letter.swapcase()})" if letter.swapcase() in takes else _nearest(word[1:], long_names)
            raise BadUse(f"no such option: -{letter}{hint or ' (-h lists them all)'}")
        if kind == NONE:
            out.options.append(Given(letter))
            continue
        rest = word[place:]
        return _values(argv, at, f"-{letter}", Given(letter, [rest] if rest else []), kind, out)
    return at


def _values(argv: Sequence[str], at: int, shown: str, given: Given, kind: str, out: Arguments) -> int:
    if not given.values:
        if at >= len(argv):
            raise BadUse(f"option {shown} needs a value")
        given.values.append(argv[at])
        at += 1
    if kind == MANY:
        while at < len(argv) and (not argv[at].startswith("-") or (given.name == "s" and _removal(argv[at]))):
            given.values.append(argv[at])
            at += 1
    elif given.name == "t" and at + 1 < len(argv) and argv[at] == "-" and re.fullmatch(r"[\d*/.:]+", argv[at + 1]):
        # -t A - B: the dash between two times is no start of a filter.
        given.values += argv[at:at + 2]
        at += 2
    elif kind == PAIR and at < len(argv) and not argv[at].startswith("-"):
        given.values.append(argv[at])
        at += 1
    out.options.append(given)
    return at


def _removal(word: str) -> bool:
    """Whether a word after -s takes a field off the list: `-dport` does, since -d would make a daemon of a reader."""
    from pyargus.record.schema import BY_NAME

    return word.startswith("-d") and word[1:] in BY_NAME


def _nearest(name: str, names: Mapping[str, str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, list(names), 1)
    return f" (nearest: --{close[0]})" if close else ""
