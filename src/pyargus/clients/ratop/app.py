"""The terminal: textual shows the lines that the browser makes and hands it the keys. It and the driver alone import textual."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar, TextIO

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from pyargus.clients.ratop.browser import Browser
from pyargus.clients.ratop.driver import Driver
from pyargus.clients.ratop.styles import Line
from pyargus.errors import BadUse, ExitCode

# Names that textual has for keys which type a character.
CHARACTERS = {"space": " "}
KEYS = {"backtab": "shift+tab", "ctrl+i": "tab", "ctrl+j": "enter", "ctrl+m": "enter", "ctrl+left_square_bracket": "escape",
        "ctrl+h": "backspace", "ctrl+@": "", "ctrl+space": ""}  # fmt: skip
# The longest text that is put into the clipboard of a terminal.
CLIPBOARD = 8192
# Seconds that drawing is taken to cost at most, as a computer may sleep meanwhile.
LONGEST = 0.5
# Seconds within which a second click opens a row.
TWICE = 0.4
# Seconds after which the thread that reads records makes way for the one that draws; Python's own 5 ms add up to what a person feels.
SWITCH = 0.0005
# What asks the program to end.
SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


@lru_cache(4096)
def rich_style(style: str) -> Style:
    """A style of words as rich has it."""
    words = ["blink" if word == "blink" else word for word in style.split()]
    return Style.parse(" ".join(words)) if words else Style.null()


class Canvas(Widget, can_focus=True):
    """Shows lines; only those that differ from what is shown are drawn again."""

    DEFAULT_CSS = "Canvas { width: 1fr; height: 1fr; background: ansi_default; color: ansi_default; }"

    def __init__(self, changed: Callable[[], None]) -> None:
        """changed: called when there is room for more or fewer lines."""
        super().__init__()
        self.changed = changed
        self._lines: list[Line] = []
        self._strips: dict[int, Strip] = {}

    def show(self, lines: list[Line]) -> None:
        """Show these lines from now on."""
        before = self._lines
        self._lines = lines
        if len(before) != len(lines):
            self._strips.clear()
            self.refresh()
            return
        changed = [y for y, line in enumerate(lines) if line != before[y]]
        for y in changed:
            self._strips.pop(y, None)
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def on_resize(self) -> None:
        """Another size of the screen: other lines are needed."""
        self.call_later(self.changed)

    def again(self) -> None:
        """Draw everything."""
        self._strips.clear()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """A line as textual has it."""
        strip = self._strips.get(y)
        if strip is None or strip.cell_length != self.size.width:
            line = self._lines[y] if y < len(self._lines) else []
            strip = Strip([Segment(text, rich_style(style)) for text, style in line if text]).adjust_cell_length(self.size.width)
            self._strips[y] = strip
        return strip


class Ratop(App[int]):
    """The browser on a terminal. seconds: when to leave by itself, 0 for never."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[Any]] = []
    CSS = "Screen { background: ansi_default; color: ansi_default; }"
    TITLE = "ratop"

    def __init__(self, browser: Browser, seconds: float = 0.0) -> None:
        super().__init__(driver_class=Driver, ansi_color=True)
        self.browser = browser
        self.seconds = seconds
        self.canvas = Canvas(self.draw)
        self._began = time.monotonic()
        self._drawn = 0.0
        self._cost = 0.0
        self._busy = True
        self._due = False
        self.fault = ""
        self._clicked: tuple[float, int, int] = (0.0, -1, -1)

    def compose(self) -> ComposeResult:
        """One widget is the whole screen."""
        yield self.canvas

    def on_mount(self) -> None:
        """Begin to read and to draw."""
        self.theme = "ansi-dark"
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self.leave)
        # A shell has written on the screen meanwhile.
        self.app_resume_signal.subscribe(self, lambda _: self._draw_all())
        self.browser.engine.start()
        self.canvas.focus()
        self.set_interval(0.05, self.tick)
        self.draw()

    def tick(self) -> None:
        """Draw again when it is time to, which is later where drawing takes long."""
        now = time.monotonic()
        if self.seconds and now - self._began >= self.seconds:
            self.leave()
            return
        if self._busy and not self.browser.engine.busy:
            self.draw()
        elif now - self._drawn >= max(self.browser.interval, 4 * self._cost):
            self.browser.beat()
            self.draw()

    def draw(self) -> None:
        """Show the browser's lines, and carry out what it asks of the terminal."""
        began = time.monotonic()
        browser = self.browser
        browser.resize(self.size.width, self.size.height)
        self.canvas.show(browser.frame())
        self._drawn = time.monotonic()
        self._cost = min(LONGEST, self._drawn - began)
        for what, text in browser.effects:
            self._carry_out(what, text)
        browser.effects.clear()
        self._busy = browser.engine.busy
        if browser.leaving:
            self.leave()

    def draw_soon(self) -> None:
        """Draw once for all keys that have been pressed meanwhile."""
        if not self._due:
            self._due = True
            self.call_later(self._draw_due)

    def _draw_due(self) -> None:
        self._due = False
        self.draw()

    def _carry_out(self, what: str, text: str) -> None:
        if what == "copy":
            data = base64.b64encode(text.encode()[:CLIPBOARD]).decode()
            if self._driver is not None:
                # Operating system command 52: terminals put the text into the clipboard of whoever sits before them.
                self._driver.write(f"\x1b]52;c;{data}\a")
        elif what == "redraw":
            self._draw_all()
        elif what == "suspend":
            self.action_suspend_process()

    def _draw_all(self) -> None:
        self.canvas.again()
        self.refresh(repaint=True, layout=True)

    def leave(self) -> None:
        """End, also before the screen is there."""
        self.browser.leaving = True
        if self.is_running:
            self.exit(ExitCode.OK)

    def _handle_exception(self, error: Exception) -> None:
        """A fault of ours ends the program in one line, and the terminal is left as it was."""
        if self.is_headless:
            super()._handle_exception(error)
            return
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{os.path.basename(place.tb_frame.f_code.co_filename)}:{place.tb_lineno}" if place is not None else "?"
        self.fault = f"a fault of the program at {where}: {type(error).__name__}: {error}"
        self.exit(ExitCode.ERROR)

    async def on_event(self, event: events.Event) -> None:
        """Keys and pasted texts go to the browser before textual has any use for them."""
        if isinstance(event, events.Key):
            event.stop()
            event.prevent_default()
            key = key_of(event)
            if key:
                self.browser.press(key)
                self.draw_soon()
            return
        if isinstance(event, events.Paste):
            # One text, whatever is in it.
            event.stop()
            self.browser.paste(event.text)
            self.draw_soon()
            return
        await super().on_event(event)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A click."""
        now = time.monotonic()
        x, y = int(event.screen_x), int(event.screen_y)
        if event.button == 1:
            twice = now - self._clicked[0] < TWICE and self._clicked[2] == y
            self._clicked = (0.0, -1, -1) if twice else (now, x, y)
            self.browser.click(x, y, twice)
            self.draw()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel."""
        self.browser.wheel(3)
        self.draw_soon()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel."""
        self.browser.wheel(-3)
        self.draw_soon()


def key_of(event: events.Key) -> str:
    """The key of an event as the table of actions has it; empty for one that it cannot have."""
    if event.character is not None and event.is_printable:
        return event.character
    key = KEYS.get(event.key, event.key)
    return CHARACTERS.get(key, key)


class Terminal:
    """The terminal as keyboard and screen, also where standard input brings records or messages go to a file. Raises BadUse without one."""

    def __init__(self) -> None:
        self._error = sys.__stderr__
        self._files: list[TextIO] = []
        if not sys.stdin.isatty():
            # Records keep coming from where they came; the keyboard takes the place of standard input.
            sys.stdin = os.fdopen(os.dup(0), encoding="utf-8", errors="replace")
            keyboard = self._open(os.O_RDONLY)
            os.dup2(keyboard, 0)
            os.close(keyboard)
        if not os.isatty(2):
            screen = os.fdopen(self._open(os.O_WRONLY), "w", encoding="utf-8", errors="replace")
            self._files.append(screen)
            sys.__stderr__ = screen  # type: ignore[misc]

    @staticmethod
    def _open(flags: int) -> int:
        try:
            return os.open("/dev/tty", flags)
        except OSError as error:
            raise BadUse(f"there is no terminal: /dev/tty: {error.strerror}; -1 prints the view once") from error

    def close(self) -> None:
        """As it was."""
        sys.__stderr__ = self._error  # type: ignore[misc]
        for file in self._files:
            file.close()


def run_app(browser: Browser, mouse: bool = True, seconds: float = 0.0) -> int:
    """Run on the terminal until the person leaves or a signal ends it; the terminal is as before afterwards."""
    for name in ("COLUMNS", "LINES"):
        # The terminal knows its size, and says when it changes.
        os.environ.pop(name, None)
    terminal = Terminal()
    app = Ratop(browser, seconds)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH)
    before = {number: signal.signal(number, lambda *_: app.leave()) for number in SIGNALS}
    try:
        status = app.run(mouse=mouse)
    finally:
        browser.engine.stop()
        sys.setswitchinterval(interval)
        terminal.close()
        for number, handler in before.items():
            signal.signal(number, handler)
    if app.fault:
        sys.stderr.write(f"ratop: {app.fault}\n")
        return ExitCode.ERROR
    return ExitCode.OK if status is None else int(status)
