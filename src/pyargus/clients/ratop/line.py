"""A line that is typed: the keys that edit it, its history and its completion."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

# Longer than any command; what is pasted beyond is left out.
LIMIT = 4096


def common(words: Sequence[str]) -> str:
    """What all words begin with."""
    first, last = min(words), max(words)
    size = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[:size]


class Editor:
    """text and cursor (characters before it). history: earlier lines, the oldest first. words: what a word may be completed to.

    fresh: the text was given and not typed; a blank as the first key takes it away, so that `:m saddr` names a new key.
    """

    def __init__(self, text: str = "", history: list[str] | None = None, words: Callable[[str], Sequence[str]] | None = None) -> None:
        self.text = text
        self.cursor = len(text)
        self.history = history if history is not None else []
        self.words = words
        self.fresh = bool(text)
        self.shown: list[str] = []
        self._at = len(self.history)
        self._typed = text

    def press(self, key: str) -> bool:
        """Carry out a key; whether it was one that edits."""
        fresh, self.fresh = self.fresh, False
        self.shown = []
        if len(key) == 1 and key.isprintable():
            if fresh and key == " ":
                self.text, self.cursor = "", 0
            else:
                self.insert(key)
            return True
        method = _KEYS.get(key)
        if method is None:
            return False
        method(self)
        return True

    def insert(self, text: str) -> None:
        """Put printable characters before the cursor; others are left out, line ends are blanks."""
        clean = "".join(char if char.isprintable() else " " if char in "\t\r\n" else "" for char in text)
        clean = clean[: max(0, LIMIT - len(self.text))]
        self.text = self.text[: self.cursor] + clean + self.text[self.cursor :]
        self.cursor += len(clean)

    def left(self) -> None:
        self.cursor = max(0, self.cursor - 1)

    def right(self) -> None:
        self.cursor = min(len(self.text), self.cursor + 1)

    def home(self) -> None:
        self.cursor = 0

    def end(self) -> None:
        self.cursor = len(self.text)

    def backspace(self) -> None:
        if self.cursor:
            self.text = self.text[: self.cursor - 1] + self.text[self.cursor :]
            self.cursor -= 1

    def delete(self) -> None:
        self.text = self.text[: self.cursor] + self.text[self.cursor + 1 :]

    def clear(self) -> None:
        self.text, self.cursor = "", 0

    def kill_left(self) -> None:
        self.text, self.cursor = self.text[self.cursor :], 0

    def kill_right(self) -> None:
        self.text = self.text[: self.cursor]

    def kill_word(self) -> None:
        left = self.text[: self.cursor].rstrip()
        left = left[: left.rfind(" ") + 1]
        self.text, self.cursor = left + self.text[self.cursor :], len(left)

    def older(self) -> None:
        if self._at == len(self.history):
            self._typed = self.text
        self._recall(max(0, self._at - 1))

    def newer(self) -> None:
        self._recall(min(len(self.history), self._at + 1))

    def _recall(self, at: int) -> None:
        self._at = at
        self.text = self.history[at] if at < len(self.history) else self._typed
        self.cursor = len(self.text)

    def complete(self) -> None:
        """Complete the word before the cursor as far as it is clear; `shown` holds the choices where it is not."""
        if self.words is None:
            return
        left = self.text[: self.cursor]
        start = max(left.rfind(" "), left.rfind(","), left.rfind("(")) + 1
        sign = left[start : start + 1] if left[start : start + 1] in ("+", "-", "!") else ""
        part = left[start + len(sign) :]
        choices = sorted({word for word in self.words(part) if word.startswith(part)})
        if not choices:
            return
        longest = common(choices)
        if len(choices) == 1 and not longest.endswith("/"):
            longest += " "
        elif longest == part:
            self.shown = choices
        right = self.text[self.cursor :]
        self.text = left[: start + len(sign)] + longest + right
        self.cursor = len(self.text) - len(right)

    def accepted(self) -> str:
        """The text, kept in the history."""
        text = self.text.strip()
        if text and (not self.history or self.history[-1] != text):
            self.history.append(text)
            del self.history[:-100]
        return text


_KEYS: dict[str, Callable[[Editor], None]] = {
    "left": Editor.left,
    "ctrl+b": Editor.left,
    "right": Editor.right,
    "ctrl+f": Editor.right,
    "home": Editor.home,
    "ctrl+a": Editor.home,
    "end": Editor.end,
    "ctrl+e": Editor.end,
    "backspace": Editor.backspace,
    "ctrl+h": Editor.backspace,
    "delete": Editor.delete,
    "ctrl+d": Editor.clear,
    "ctrl+u": Editor.kill_left,
    "ctrl+k": Editor.kill_right,
    "ctrl+w": Editor.kill_word,
    "up": Editor.older,
    "ctrl+p": Editor.older,
    "down": Editor.newer,
    "ctrl+n": Editor.newer,
    "tab": Editor.complete,
}


def file_names(part: str) -> list[str]:
    """The files and folders whose path begins with `part`, in which `~` is the home folder."""
    folder, _, start = part.rpartition("/")
    place = folder + "/" if folder or part.startswith("/") else ""
    try:
        entries = list(os.scandir(os.path.expanduser(place) or "."))
    except OSError:
        # A folder that cannot be read has nothing to complete to.
        return []
    return [place + entry.name + ("/" if entry.is_dir() else "") for entry in entries if entry.name.startswith(start)]
