"""What comes from the terminal, told apart: keys as they are typed, and texts that are pasted.

A terminal puts a pasted text between two control sequences (xterm, "bracketed paste mode"). Whatever stands between them is text, also
where it looks like the sequence of a key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

BEGIN = "\x1b[200~"
END = "\x1b[201~"
# Characters that are kept of a pasted text; no question takes more.
LIMIT = 1 << 16
# Seconds after which a lone Escape is the key, and those after which a text whose end does not come is as it is.
ESCAPE = 0.05
OVERDUE = 2.0

# An Escape that begins no sequence of a key: what follows it so closely is a key of its own.
ALONE = re.compile(r"\x1b(?![\[O])")

KEYS, PASTE, ESCAPED = "keys", "paste", "escape"


class Pastes:
    """Cuts input into (KEYS, text), (PASTE, text) and (ESCAPED, ""), the Escape key by itself.

    escape: seconds that what may be the beginning of a sequence is held back.
    """

    def __init__(self, escape: float = ESCAPE) -> None:
        self.escape = escape
        self._pasting = False
        self._held = ""
        self._text: list[str] = []
        self._size = 0

    @property
    def patience(self) -> float | None:
        """Seconds after which `tick` is to be called if nothing comes; None where nothing is held back."""
        if self._pasting:
            return OVERDUE
        return self.escape if self._held else None

    def feed(self, data: str) -> Iterator[tuple[str, str]]:
        """Take input."""
        data = self._held + data
        self._held = ""
        while data:
            mark = END if self._pasting else BEGIN
            before, found, rest = data.partition(mark)
            if not found:
                left = _beginning(data, mark)
                self._held = data[len(data) - left :]
                before = data[: len(data) - left]
            if self._pasting:
                self._keep(before)
                if found:
                    yield from self._pasted()
            else:
                yield from _typed(before)
            self._pasting = self._pasting != bool(found)
            data = rest

    def tick(self) -> Iterator[tuple[str, str]]:
        """Nothing came for as long as `patience` said."""
        held, self._held = self._held, ""
        if self._pasting:
            self._keep(held)
            self._pasting = False
            yield from self._pasted()
        elif held == "\x1b":
            yield ESCAPED, ""
        elif held:
            yield KEYS, held

    def _keep(self, text: str) -> None:
        text = text[: LIMIT - self._size]
        self._size += len(text)
        self._text.append(text)

    def _pasted(self) -> Iterator[tuple[str, str]]:
        text = "".join(self._text).replace("\x00", "")
        self._text, self._size = [], 0
        if text:
            yield PASTE, text


def _typed(text: str) -> Iterator[tuple[str, str]]:
    for at, part in enumerate(ALONE.split(text)):
        if at:
            yield ESCAPED, ""
        if part:
            yield KEYS, part


def _beginning(data: str, mark: str) -> int:
    """How many characters at the end of a text are the beginning of a mark."""
    return next((size for size in range(min(len(data), len(mark) - 1), 0, -1) if data.endswith(mark[:size])), 0)
