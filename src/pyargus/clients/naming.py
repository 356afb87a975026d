"""Names of the files that a stream is split into: strftime escapes, `$field`, a suffix of letters."""

from __future__ import annotations

import os
import re
import time

from pyargus.clients.formats import SUFFIXES
from pyargus.clients.packing import PACKED
from pyargus.clients.settings import nearest
from pyargus.errors import BadUse
from pyargus.record.schema import BY_NAME

DEFAULT_TIME = ".%Y.%m.%d.%H.%M.%S"
# A brace is taken along, so that what is meant as in a shell is refused.
_FIELD = re.compile(r"\$(\{?[A-Za-z0-9]+)")
_LETTERS = 26
_LONGEST = 200


def letters(number: int, length: int) -> str:
    """The suffix of the file with a number: aa, ab ... yz, then zaa, zab ... zyz, zzaa, so that names sort as their files came."""
    group = (_LETTERS - 1) * _LETTERS ** (length - 1)
    prefix, number = divmod(number, group)
    out: str = ""
    for _ in range(length):
        number, digit = divmod(number, _LETTERS)
        out = chr(97 + digit) + out
    return f"{'z' * prefix}{out}"


def harmless(value: str) -> str:
    """A value as a part of a file name: nothing in it leads to another folder, hides the file or is no text."""
    value = "".join("_" if char in "/\\" or ord(char) < 32 or 0x7F <= ord(char) < 0xA0 else char for char in value.strip())
    value = value.encode("utf-8", "replace")[:_LONGEST].decode("utf-8", "ignore")
    if value.startswith("."):
        value = "_" + value[1:]
    return value or "none"


class Template:
    """A template as it was given. fields: the names after `$`, each once; time: whether it has strftime escapes.

    length: letters of the suffix that numbers files, 0 without one. Suffix and default time stand before a suffix that names a format.
    """

    def __init__(self, text: str, length: int = 0, timed: bool = False) -> None:
        """Raises BadUse for a field that does not exist."""
        self.text = text
        self.length = length
        self.timed = timed
        self.fields: list[str] = []
        self.ending = ""
        stem = text
        for suffix in (*(f".{name}" for name in PACKED), ".argus", *SUFFIXES):
            if stem.lower().endswith(suffix) and os.path.basename(stem).lower() != suffix:
                self.ending = stem[-len(suffix) :] + self.ending
                stem = stem[: -len(suffix)]
        self.text = stem
        for match in _FIELD.finditer(stem):
            name = match[1]
            if name not in BY_NAME or BY_NAME[name].id == 0:
                raise BadUse(f"-w {self.text}: no such field: {name!r}{nearest(name, BY_NAME)}")
            if name not in self.fields:
                self.fields.append(name)
        if self.timed and "%" not in self.text:
            self.text = self.text.removesuffix(".") + DEFAULT_TIME

    def name(self, values: list[str], moment: int, number: int) -> str:
        """The name of a file. values: those of `fields`; moment: µs since 1970, expanded in local time; number: of the file, from 0."""
        known = dict(zip(self.fields, (harmless(value) for value in values), strict=True))
        # Pieces apart, so that a per cent sign in a value is none of strftime's.
        pieces = _FIELD.split(self.text)
        if "%" in self.text:
            local = time.localtime(moment // 1_000_000)
            pieces[::2] = [time.strftime(piece, local) for piece in pieces[::2]]
        pieces[1::2] = [known[piece] for piece in pieces[1::2]]
        out = "".join(pieces)
        if self.length:
            out += letters(number, self.length)
        return out + self.ending

    @property
    def records(self) -> bool:
        """Whether the files hold records, not another format."""
        return not any(ending in SUFFIXES for ending in re.findall(r"\.[a-z]+", self.ending))

    def root(self) -> str:
        """The folder above everything that changes."""
        cut = re.search(r"[%$]", self.text)
        fixed = self.text[: cut.start()] if cut else self.text
        return os.path.dirname(fixed) or "."

    def pattern(self) -> re.Pattern[str]:
        """Matches the names that this template makes, and no others."""
        widths = {"Y": r"\d{4}", "j": r"\d{3}", "s": r"\d+", "b": r"\w+", "B": r"\w+", "a": r"\w+", "A": r"\w+", "p": r"\w+", "Z": r"\w*",
                  "z": r"[-+]\d{4}", "F": r"\d{4}-\d\d-\d\d", "T": r"\d\d:\d\d:\d\d", "R": r"\d\d:\d\d", "D": r"\d\d/\d\d/\d\d",
                  "u": r"\d", "w": r"\d", "G": r"\d{4}", "e": r"[ \d]\d", "%": "%", "n": "\n", "t": "\t"}  # fmt: skip
        out = ""
        for place, piece in enumerate(_FIELD.split(self.text)):
            if place % 2:
                out += r"[^/]+"
                continue
            for at, part in enumerate(re.split(r"%[-_0^#EO]?([A-Za-z%])", piece)):
                out += widths.get(part, r"\d\d") if at % 2 else re.escape(part)
        if self.length:
            out += rf"z*[a-z]{{{self.length}}}"
        # A format that cannot be appended to has further files with a number.
        return re.compile(rf"{out}(?:\.\d+)?{re.escape(self.ending)}", re.ASCII)
