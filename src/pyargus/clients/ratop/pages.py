"""Pages that lie over the table: text that scrolls, and the list of commands that is searched by words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from itertools import zip_longest
from typing import Protocol

from pyargus.clients.ratop.actions import ACTIONS, GROUPS, Action, ways
from pyargus.clients.ratop.line import Editor
from pyargus.clients.ratop.styles import Line, Palette, fit


class Page(Protocol):
    """name: for the status line."""

    name: str

    def lines(self, columns: int, rows: int) -> list[Line]:
        """As many lines as there are rows."""

    def press(self, key: str) -> bool:
        """Carry out a key; whether it is one of the page's."""

    def click(self, x: int, y: int) -> None:
        """The mouse at a place of the page."""


STEPS = {"j": 1, "down": 1, "ctrl+e": 1, "ctrl+n": 1, "enter": 1, "k": -1, "up": -1, "ctrl+y": -1}
LEAPS = {" ": 1, "pagedown": 1, "ctrl+f": 1, "ctrl+d": 1, "pageup": -1, "ctrl+b": -1, "ctrl+u": -1}


# Columns from which on the help has two columns of its own, and the blanks between them.
BESIDE = 150
GAP = 4
# Columns of the list of commands.
LIST = 100


class TextPage(ABC):
    """Lines that scroll."""

    name = ""

    def __init__(self) -> None:
        self.top = 0
        self._rows = 1
        self._count = 0

    @abstractmethod
    def content(self, columns: int) -> list[Line]:
        """All lines of the page."""

    def lines(self, columns: int, rows: int) -> list[Line]:
        """The lines that are on the screen."""
        content = self.content(columns)
        self._rows, self._count = rows, len(content)
        self.top = max(0, min(self.top, len(content) - rows))
        shown = content[self.top : self.top + rows]
        return [fit(line, columns) for line in shown] + [[(" " * columns, "")]] * (rows - len(shown))

    def press(self, key: str) -> bool:
        """Scroll."""
        if key in STEPS:
            self.top += STEPS[key]
        elif key in LEAPS:
            self.top += LEAPS[key] * max(1, self._rows - 1)
        elif key in ("g", "home"):
            self.top = 0
        elif key in ("G", "end"):
            self.top = self._count
        else:
            return False
        self.top = max(0, min(self.top, self._count - self._rows))
        return True

    def click(self, x: int, y: int) -> None:  # noqa: B027 - not every page takes clicks
        """Nothing on the page takes a click."""


class HelpPage(TextPage):
    """Every key and every command."""

    name = "Help"

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self.palette = palette

    def content(self, columns: int) -> list[Line]:
        """The table of keys and commands, in its groups."""
        palette = self.palette
        out: list[Line] = [[("ratop: keys and commands", palette["heading"])]]
        for hint in ("A number before a key repeats it.", "In a question Tab completes, Up and Down recall, ^D clears, Esc leaves."):
            out.append([(hint, palette["label"])])
        beside = columns >= BESIDE
        room = (columns - GAP) // 2 if beside else columns
        parts = [self._group(title, members, room) for title, members in GROUPS.items()]
        if not beside:
            return out + [line for part in parts for line in part]
        # The groups in two columns, of which the left one is at least as high as the right one.
        split = next(at for at in range(1, len(parts) + 1) if sum(map(len, parts[:at])) >= sum(map(len, parts[at:])))
        left, right = ([line for part in some for line in part] for some in (parts[:split], parts[split:]))
        nothing: Line = []
        out += [[*fit(one, room + GAP), *other] for one, other in zip_longest(left, right, fillvalue=nothing)]
        return out

    def _group(self, title: str, members: tuple[Action, ...], columns: int) -> list[Line]:
        wide = min(30, max(12, columns // 3))
        out: list[Line] = [[], [(title, self.palette["heading"])]]
        for action in members:
            text = f"not there: {action.refused}" if action.refused else action.text
            out += _paragraph(ways(action), text, wide, columns, self.palette)
        return out


def _paragraph(left: str, text: str, wide: int, columns: int, palette: Palette) -> list[Line]:
    """A key and what it does; the text is wrapped beside it."""
    lines: list[Line] = []
    room = max(10, columns - wide - 1)
    row = ""
    rows = []
    for word in text.split():
        if row and len(row) + 1 + len(word) > room:
            rows.append(row)
            row = word
        else:
            row = f"{row} {word}".strip()
    rows.append(row)
    for at, part in enumerate(rows):
        lines.append([((left if at == 0 else "").ljust(wide)[:wide] + " ", palette["key"]), (part, "")])
    return lines


class PalettePage:
    """Commands that are found by their words. run: carries the chosen one out."""

    name = "Commands"

    def __init__(self, palette: Palette, run: Callable[[Action], None]) -> None:
        self.palette = palette
        self.run = run
        self.editor = Editor()
        self.at = 0
        self._shown: list[Action] = []
        self._top = 0

    def found(self) -> list[Action]:
        """The commands in whose text or keys every word occurs, those that begin with the first word first."""
        words = self.editor.text.lower().split()
        out: list[tuple[bool, int, Action]] = []
        for action in ACTIONS:
            if action.refused or action.name == "palette":
                continue
            text = f"{action.text} {action.name} {ways(action)}".lower()
            if all(word in text for word in words):
                out.append((not (words and action.text.lower().startswith(words[0])), len(out), action))
        return [action for _, _, action in sorted(out, key=lambda item: item[:2])]

    def lines(self, columns: int, rows: int) -> list[Line]:
        """What is typed, and the commands found."""
        self._shown = self.found()
        self.at = max(0, min(self.at, len(self._shown) - 1))
        room = max(1, rows - 2)
        self._top = max(min(self._top, self.at), self.at - room + 1)
        before, after = self.editor.text[: self.editor.cursor], self.editor.text[self.editor.cursor :]
        out: list[Line] = [fit([("> ", self.palette["prompt"]), (before, ""), (after[:1] or " ", "reverse"), (after[1:], "")], columns)]
        out.append(fit([(f"{len(self._shown)} commands; Enter carries one out, Esc leaves", self.palette["label"])], columns))
        wide = min(LIST, columns)
        for at, action in enumerate(self._shown[self._top : self._top + room], self._top):
            keys = ways(action)
            text = action.text[: max(0, wide - len(keys) - 3)]
            line: Line = [(" " + text.ljust(wide - len(keys) - 2), ""), (keys + " ", self.palette["key"])]
            out.append(fit([(part, self.palette["cursor"]) for part, _ in line] if at == self.at else line, columns))
        return (out + [[(" " * columns, "")]] * rows)[:rows]

    def press(self, key: str) -> bool:
        """Type, choose, carry out."""
        if key in ("down", "ctrl+n"):
            self.at += 1
        elif key in ("up", "ctrl+p"):
            self.at = max(0, self.at - 1)
        elif key == "pagedown":
            self.at += 10
        elif key == "pageup":
            self.at = max(0, self.at - 10)
        elif key == "enter":
            found = self.found()
            if found:
                self.run(found[max(0, min(self.at, len(found) - 1))])
        elif key in ("escape", "ctrl+c") or not self.editor.press(key):
            return False
        else:
            self.at = 0
        return True

    def paste(self, text: str) -> None:
        """Text that comes at once."""
        self.editor.insert(text)

    def click(self, x: int, y: int) -> None:
        """Carry out the command that is clicked."""
        at = self._top + y - 2
        if y >= 2 and at < len(self._shown):
            self.run(self._shown[at])
