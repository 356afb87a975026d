"""Lines of styled text: what the model makes and the terminal shows.

A line is a list of pieces (text, style); a style is words: a colour, `on` a colour, `bold`, `dim`, `reverse`, `underline`. Colours are the
eight of the terminal itself, so that they fit a light and a dark one; without colours the other words stay.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

Piece = tuple[str, str]
Line = list[Piece]
# A span beyond the end of every line.
NOWHERE = (1 << 30, 1 << 30)

# What a part of the screen looks like.
ROLES: dict[str, str] = {
    "command": "bold",
    "clock": "dim",
    "label": "dim",
    "rate": "bold",
    "pkts": "cyan",
    "bits": "green",
    "flows": "magenta",
    "title": "bold black on cyan",
    "sorted": "bold black on green",
    "place": "bold black on white",
    "cursor": "reverse",
    "match": "black on yellow",
    "old": "dim",
    "totals": "bold",
    "status": "dim",
    "value": "",
    "prompt": "bold",
    "error": "bold red",
    "note": "green",
    "alert": "black on yellow",
    "past": "black on magenta",
    "heading": "bold cyan",
    "key": "bold",
    "source": "green",
    "destination": "blue",
    "bar": "cyan",
    "legend source": "bold black on green",
    "legend destination": "bold white on blue",
    "live": "black on green",
    "lost": "bold white on red",
    "crumb": "bold cyan",
}
PLAIN = {"title": "reverse", "sorted": "reverse bold", "place": "bold underline", "match": "reverse bold", "alert": "reverse",
         "past": "reverse", "error": "bold", "live": "reverse", "lost": "bold reverse", "legend source": "reverse",
         "legend destination": "reverse"}  # fmt: skip
COLOURS = ("red", "green", "yellow", "blue", "magenta", "cyan", "black", "white")


# Foregrounds that are hard to read on a background, and what takes their place.
ON_LIGHT = {"yellow": "magenta", "cyan": "blue"}
ON_DARK = {"blue": "bold blue"}


class Palette:
    """Styles by role. coloured: there are colours; light: they are for a bright background."""

    def __init__(self, coloured: bool = True, light: bool = False) -> None:
        self.coloured = coloured
        self.light = light
        self._shown: dict[str, str] = {}

    def __getitem__(self, role: str) -> str:
        if not self.coloured and role in PLAIN:
            return PLAIN[role]
        return self.shown(ROLES[role])

    def shown(self, style: str) -> str:
        """A style as it may be shown: without colours where there are none, else with those that can be read."""
        found = self._shown.get(style)
        if found is None:
            found = self._shown[style] = self._made(style)
        return found

    def _made(self, style: str) -> str:
        words = style.split()
        if not self.coloured:
            return " ".join(word for word in words if word not in COLOURS and word != "on")
        if "on" in words:
            return style
        others = ON_LIGHT if self.light else ON_DARK
        return " ".join(dict.fromkeys(" ".join(others.get(word, word) for word in words).split()))


CODES = {"bold": "1", "dim": "2", "underline": "4", "blink": "5", "reverse": "7"}
ANSI = {"black": 0, "red": 1, "green": 2, "yellow": 3, "blue": 4, "magenta": 5, "cyan": 6, "white": 7}


def escape(style: str) -> str:
    """The control sequence of a style (ECMA-48, select graphic rendition); empty for none."""
    codes = []
    base = 30
    for word in style.split():
        if word == "on":
            base = 40
        elif word in ANSI:
            codes.append(str(base + ANSI[word]))
        else:
            codes.append(CODES[word])
    return f"\x1b[{';'.join(codes)}m" if codes else ""


def printable(text: str) -> str:
    """A text in which every character takes one column: control characters are dots, wide and joining ones question marks."""
    if text.isascii() and text.isprintable():
        return text
    out = []
    for char in text:
        if not char.isprintable():
            out.append(".")
        elif unicodedata.east_asian_width(char) in "WF" or unicodedata.combining(char):
            out.append("?")
        else:
            out.append(char)
    return "".join(out)


def width(line: Line) -> int:
    """Columns of a line."""
    return sum(len(text) for text, _ in line)


def cut(line: Line, start: int, size: int) -> Line:
    """The part of a line from column `start`, `size` columns at most."""
    out: Line = []
    for text, style in line:
        if start >= len(text):
            start -= len(text)
            continue
        piece = text[start : start + size]
        start = 0
        if piece:
            out.append((piece, style))
            size -= len(piece)
        if size <= 0:
            break
    return out


def fit(line: Line, columns: int, style: str = "") -> Line:
    """A line of exactly this many columns."""
    line = cut(line, 0, columns)
    missing = columns - width(line)
    return [*line, (" " * missing, style)] if missing > 0 else line


def overlay(line: Line, style: str) -> Line:
    """A line whose pieces all have one style."""
    return [("".join(text for text, _ in line), style)] if line else line


def mark(line: Line, spans: Iterable[tuple[int, int]], style: str) -> Line:
    """A line with some columns in another style: spans from a column up to before another, in order and apart."""
    out: Line = []
    waiting = iter(spans)
    start, end = next(waiting, NOWHERE)
    at = 0
    for text, own in line:
        done, stop = at, at + len(text)
        while start < stop:
            if start > done:
                out.append((text[done - at : start - at], own))
                done = start
            upto = min(end, stop)
            if upto > done:
                out.append((text[done - at : upto - at], style))
                done = upto
            if end > stop:
                break
            start, end = next(waiting, NOWHERE)
        if done < stop:
            out.append((text[done - at :], own))
        at = stop
    return out


def plain(line: Line) -> str:
    """The text of a line, blanks at its end taken off."""
    return "".join(text for text, _ in line).rstrip()


def coded(line: Line) -> str:
    """The text of a line with control sequences for its styles."""
    out = []
    for text, style in line:
        code = escape(style)
        out.append(f"{code}{text}\x1b[0m" if code else text)
    return "".join(out)
