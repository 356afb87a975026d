"""The files of a split stream: how many are open, how they are compressed, when they get their names, how long they are kept."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable

from pyargus.clients.formats import form_of_name, make_output
from pyargus.clients.naming import Template
from pyargus.clients.packing import compressed, packing_of
from pyargus.errors import BadUse, Unreachable
from pyargus.record.split_cy import Part

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    from pyargus.clients.settings import Settings
    from pyargus.record.rewrite_cy import Rewriter
    from pyargus.record.split_cy import Splitter

_WORK = ".partial"


class OutputFile:
    """A file that records are put into.

    Plain records are appended to the file under its own name, whole records with each write. What is compressed or of another format has
    the name with `.partial` behind it until it is complete, and then takes its own name in one step.
    """

    def __init__(self, settings: Settings, name: str, ending: str) -> None:
        """ending: what of the name says how the file is written. What numbers files, and a value in a name, may look like that, too."""
        self.name = name
        self.packing = packing_of(f"x{ending}")
        form = form_of_name(f"x{ending}")
        self.form = form
        self.printer: Any = None
        self.finished: Callable[[], None] = _nothing
        self.work = name + _WORK if self.packing or form != "argus" else name
        if form != "argus":
            self.name = self._free(name)
            self.work = self.name + _WORK
        try:
            plain = self.work == self.name
            self.file: Any = self._open("ab" if plain else "wb", 0 if plain else -1)
            # Bytes of records that are in the file already, where that can be told.
            self.before = os.fstat(self.file.fileno()).st_size if plain else 0
            # Whether records are to begin with a management record.
            self.fresh = form == "argus" and not self.before
            if not plain and os.path.exists(self.name):
                # A compressed file is a row of streams, to which one more is added.
                with open(self.name, "rb") as before:
                    while piece := before.read(1 << 20):
                        self.file.write(piece)
                        self.fresh = False
        except OSError as error:
            raise Unreachable(f"{name}: {error.strerror}") from error
        self.target: Any = compressed(self.file, self.packing) if self.packing else self.file
        if form != "argus":
            self.printer, self.finished = make_output(settings.but(writes=[(self.name, "")], format=form), form, self.target)
            self.printer.begin()

    def _open(self, mode: str, buffering: int) -> Any:
        """The file that is written to, its folder made if there is none. Raises OSError."""
        try:
            return open(self.work, mode, buffering)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(self.work) or ".", exist_ok=True)
            return open(self.work, mode, buffering)

    @staticmethod
    def _free(name: str) -> str:
        """The name, or one with a number before its ending where a file of that name is there, as such a file cannot be appended to."""
        stem, ending = os.path.splitext(name)
        number, found = 1, name
        while os.path.exists(found):
            number += 1
            found = f"{stem}.{number}{ending}"
        return found

    def write(self, data: bytes | memoryview) -> None:
        """Write whole records, or lines."""
        view = memoryview(data)
        try:
            while view:
                written = self.target.write(view)
                view = view[written if isinstance(written, int) else len(view) :]
        except OSError as error:
            raise Unreachable(f"{self.name}: {error.strerror}") from error

    def close(self) -> None:
        """Complete the file; it has its name from then on."""
        if self.printer is not None:
            self.printer.end()
            self.write(self.printer.out.take())
            self.finished()
        try:
            if self.target is not self.file:
                self.target.close()
            if not self.file.closed:
                self.file.close()
            if self.work != self.name:
                os.replace(self.work, self.name)
        except OSError as error:
            raise Unreachable(f"{self.name}: {error.strerror}") from error


def _nothing() -> None:
    return None


class Archive:
    """Opens, fills and closes the files of a `Splitter`.

    limit: files open at the same time; the one that was not written to for longest is closed for another, and opened again to be appended
    to. keep: seconds after whose lapse a file that the template names is deleted, 0 for never. closed: called with the name of every file
    that is complete.
    """

    def __init__(self, settings: Settings, template: Template, limit: int, keep: float, closed: Callable[[str], None]) -> None:
        self.settings = settings
        self.template = template
        self.limit = limit
        self.keep = keep
        self.closed = closed
        self.numbers: dict[bytes, int] = {}
        self.splitter: Splitter
        self.parts: dict[str, Part] = {}
        # What was closed to make room: for each name the end of its period; and by key what its next part goes on with.
        self.set_aside: dict[str, int] = {}
        self.resumed: dict[bytes, tuple[str, int, int, int]] = {}
        self.keys: dict[str, bytes] = {}
        # What gathered the records of a file that is complete.
        self.spare: Rewriter | None = None
        self._pattern = template.pattern()
        self._swept = 0.0

    def opened(self, key: bytes, start: int, moment: int) -> Part:
        """The part for the records of a key and a period."""
        values = self.values(key)
        head = self.splitter.head
        count, size, base = 0, len(head), 0
        if self.template.length and key in self.resumed:
            name, count, size, base = self.resumed.pop(key)
        else:
            number = 0
            if self.template.length:
                number = self.numbers[key] = self.numbers.get(key, -1) + 1
                # The management record that the input begins with is one of the records of the first, and fills a file of one.
                count = int(number == 0 and head != b"" and not values)
                if count and self.splitter.count_limit == 1:
                    count, number = 0, 1
                    self.numbers[key] = number
                if self.splitter.half >= 0 and number & 1 != self.splitter.half:
                    return self.elsewhere(count, size)
            name = self.template.name(values, start if self.template.timed else moment, number)
        held = self.parts.get(name)
        if held is not None:
            # Values that make the same name share a file.
            return held
        if len(self.parts) >= self.limit:
            self.make_room()
        file = OutputFile(self.settings, name, self.template.ending)
        self.set_aside.pop(file.name, None)
        part = Part(file, file.printer, self.spare)
        self.spare = None
        if file.fresh:
            part.begin(head)
        if not base:
            base = size = file.before or size
        part.count, part.size, part.base = count, size, base
        self.parts[name] = part
        self.splitter.room(len(self.parts))
        self.keys[name] = key
        self.sweep()
        return part

    def values(self, key: bytes) -> list[str]:
        """The values of a key, one for each field: what is printed of the last one may hold what stands between them."""
        if not self.template.fields:
            return []
        values = key.rstrip(b"\n").decode("utf-8", "replace").split("\x1f", len(self.template.fields) - 1)
        return values + [""] * (len(self.template.fields) - len(values))

    @staticmethod
    def elsewhere(count: int, size: int) -> Part:
        """A part that another process writes, with the records and bytes that it begins with."""
        part = Part(None)
        part.away = True
        part.count, part.size = count, size
        return part

    def skip(self, key: bytes) -> None:
        """Leave out the first number of a key."""
        self.numbers[key] = self.numbers.get(key, -1) + 1

    def make_room(self) -> None:
        """Close the file that was not written to for longest."""
        name = min(self.parts, key=lambda other: self.parts[other].used)
        part = self.parts.pop(name)
        self.flushed(part)
        part.owner.close()
        self.set_aside[part.owner.name] = part.end
        key = self.keys.pop(name)
        if self.template.length:
            self.resumed[key] = (name, part.count, part.size, part.base)
        self.let_go(part)

    def flushed(self, part: Part) -> None:
        """Write what a part has gathered."""
        if part.printer is not None:
            part.owner.write(part.printer.out.take())
        else:
            part.owner.write(part.writer.held())
            part.writer.clear()

    def ended(self, part: Part) -> None:
        """Complete the file of a part, and report those that were set aside and whose period is over too."""
        self.flushed(part)
        part.owner.close()
        for name in [name for name, other in self.parts.items() if other is part]:
            del self.parts[name]
            self.keys.pop(name, None)
        for name in [name for name, end in self.set_aside.items() if end and part.end and end <= part.end]:
            del self.set_aside[name]
            self.closed(name)
        self.closed(part.owner.name)
        self.let_go(part)

    def let_go(self, part: Part) -> None:
        """A part takes no more records."""
        self.spare = part.writer
        part.leave()

    def finish(self) -> None:
        """Report what was set aside and never opened again, and delete what is too old."""
        for name in self.set_aside:
            self.closed(name)
        self.set_aside.clear()
        self._swept = 0.0
        self.sweep()

    def sweep(self) -> None:
        """Delete the files that the template names and that were last changed longer ago than `keep`; at most once a minute."""
        if not self.keep or (time.monotonic() - self._swept < 60 and self._swept):
            return
        self._swept = time.monotonic()
        root = self.template.root()
        oldest = time.time() - self.keep
        busy = {os.path.realpath(part.owner.work) for part in self.parts.values()}
        for base, _, names in os.walk(root):
            for name in names:
                path = os.path.join(base, name)
                shown = path if not (root == "." and not self.template.text.startswith("./")) else os.path.relpath(path, ".")
                if self._pattern.fullmatch(shown) is None or os.path.realpath(path) in busy or os.path.islink(path):
                    continue
                if os.stat(path).st_mtime < oldest:
                    os.unlink(path)


def parse_age(text: str) -> float:
    """Seconds of an age as `N[smhdw]`, days without a letter. Raises BadUse for anything else."""
    match = re.fullmatch(r"(\d+)([smhdw]?)", text)
    if match is None or int(match[1]) == 0:
        raise BadUse(f"--keep {text}: expected a number and one of s m h d w")
    return int(match[1]) * {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}[match[2] or "d"]
