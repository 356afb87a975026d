"""textual's driver of a terminal, with a reader of the keyboard that no input can upset.

Pasted texts are never keys, bytes that are no UTF-8 are replaced, and a terminal that has gone ends the program.
"""

from __future__ import annotations

import os
import select
from codecs import getincrementaldecoder
from typing import Protocol, cast

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from pyargus.clients.ratop.pastes import ESCAPED, PASTE, Pastes

# Seconds after which the reader looks whether it is to end.
LOOK = 0.1


class Leaving(Protocol):
    """What a program can be told."""

    def leave(self) -> None:
        """End."""


class Driver(LinuxDriver):
    """Reads keys, the mouse and pasted texts."""

    def run_input_thread(self) -> None:
        """Read until the program ends; runs in a thread of its own."""
        parser = XTermParser(False)
        pastes = Pastes()
        decode = getincrementaldecoder("utf-8")("replace").decode
        quiet = 0.0
        while not self.exit_event.is_set():
            patience = pastes.patience
            wait = LOOK if patience is None else min(LOOK, patience)
            if select.select([self.fileno], [], [], wait)[0]:
                quiet = 0.0
                data = self._read()
                if not data:
                    self._app.call_later(cast("Leaving", self._app).leave)
                    return
                for kind, text in pastes.feed(decode(data)):
                    self._deliver(parser, kind, text)
            else:
                quiet += wait
                if patience is not None and quiet >= patience:
                    quiet = 0.0
                    for kind, text in pastes.tick():
                        self._deliver(parser, kind, text)
            for message in parser.tick():
                self.process_message(message)

    def _read(self) -> bytes:
        """What was typed; nothing where the terminal has gone."""
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            # A terminal whose other side was closed says so by an error.
            return b""

    def _deliver(self, parser: XTermParser, kind: str, text: str) -> None:
        if kind == PASTE:
            self.process_message(events.Paste(text))
        elif kind == ESCAPED:
            self.process_message(events.Key("escape", "\x1b"))
        else:
            for message in parser.feed(text):
                self.process_message(message)
