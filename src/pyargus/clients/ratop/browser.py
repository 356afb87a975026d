"""The browser: keys in, lines out. It knows no terminal; `pyargus.clients.ratop.app` shows what it makes, `once` prints it."""

from __future__ import annotations

import os
import time

from pyargus.clients.ratop import header
from pyargus.clients.ratop.actions import BY_KEY, BY_LETTER, Action
from pyargus.clients.ratop.commands import whole
from pyargus.clients.ratop.drill import Drill
from pyargus.clients.ratop.engine import Engine
from pyargus.clients.ratop.pages import HelpPage, PalettePage
from pyargus.clients.ratop.styles import Line, Palette, fit
from pyargus.clients.ratop.table import DEFAULT_KEYS, Shape, Table
from pyargus.clients.ratop.view import View
from pyargus.clients.settings import Settings
from pyargus.errors import BadUse, PyargusError

# Rows of the screen from which on there is a line of rates.
ROOMY = 10


class Browser(Drill):
    """A browser over the sources of an engine. Raises BadUse for settings that cannot be followed."""

    def __init__(self, settings: Settings, engine: Engine, palette: Palette, unicode: bool = True) -> None:
        super().__init__(settings, engine, palette, unicode)
        self._beaten = 0.0
        self._started = time.monotonic()
        self._sort_given = False
        keys = tuple(word for value in settings.own.get("m", []) for word in value.replace(",", " ").split()) or DEFAULT_KEYS
        models = settings.own.get("f", [])
        if models and "m" in settings.own:
            raise BadUse("-f and -m: the models of the file take the place of -m")
        table = Table(Shape(keys, settings.rmon, models=models[-1] if models else ""), settings)
        view = View(table, settings)
        sorting = " ".join(settings.own.get("P", []))
        if sorting:
            from pyargus.clients.ratop.commands import parse_sorting

            view.sorting = parse_sorting(sorting)
        if settings.span.printed and settings.span.last:
            view.limit = settings.span.last
        view.adopt(table)
        self.views.append(view)
        engine.base = table
        engine.tables.append(table)

    @property
    def body(self) -> int:
        """Rows of the table that the screen has room for."""
        return max(1, self.rows - 2 - self.status - self._roomy - self.grid.totals - 1)

    @property
    def _roomy(self) -> bool:
        return self.whole or self.rows >= ROOMY

    def press(self, key: str) -> None:
        """A key: the character it types, or its name."""
        if self.prompt is None and not self.pages and len(key) == 1 and key.isdigit() and (self.count or key != "0"):
            self.count = (self.count + key)[-6:]
            return
        try:
            with self.engine.held():
                self._press(key)
        except PyargusError as error:
            self.fail(error)
        if key != "escape" and not (len(key) == 1 and key.isdigit()):
            self.count = ""

    def _press(self, key: str) -> None:
        if self.prompt is not None:
            self.answer(self.prompt, key)
            return
        if self.pages and self.pages[-1].press(key):
            return
        action = BY_KEY.get(key)
        if action is None:
            if len(key) == 1:
                self.fail(f"{key!r} is no key; F1 shows them all")
            return
        if self.pages and action.name not in ALWAYS:
            return
        if key == "q" and not self.pages and len(self.views) == 1:
            self.do_ask_quit()
            return
        self.message = ""
        self.act(action)

    def act(self, action: Action) -> None:
        """Carry out an action. Raises BadUse for one that is turned down."""
        if action.refused:
            self.fail(f":{action.letter}: {action.refused}")
            return
        getattr(self, f"do_{action.name}")()

    def paste(self, text: str) -> None:
        """Text that comes at once; only a question takes it, or the list of commands."""
        if self.prompt is not None:
            with self.engine.held():
                self.prompt.editor.fresh = False
                self.prompt.editor.insert(text)
                self.typed(self.prompt)
        elif self.pages and isinstance(self.pages[-1], PalettePage):
            self.pages[-1].paste(text)
        else:
            self.fail("text can be pasted into a question: / f or : asks one")

    def do_command(self) -> None:
        """Ask for a command; its letter is enough."""
        prompt = self.ask(":", "", self._numbered, None)

        def changed(text: str) -> None:
            letter = text[:1]
            if letter.isdigit() or not text:
                return
            action = BY_LETTER.get(letter)
            self.prompt = None
            if action is None:
                self.fail(f":{letter} is no command; F1 shows them all")
                return
            self.act(action)

        prompt.changed = changed

    def _numbered(self, text: str) -> None:
        if text:
            self.view.move(whole(text) - 1)

    def do_help(self) -> None:
        """Every key and command."""
        self.pages.append(HelpPage(self.palette))

    def do_palette(self) -> None:
        """The list of commands."""

        def run(action: Action) -> None:
            self.close_page()
            self.act(action)

        self.pages.append(PalettePage(self.palette, run))

    def click(self, x: int, y: int, twice: bool = False) -> None:
        """The mouse: a title sorts, a row is chosen, and opened by the second click on it."""
        with self.engine.held():
            if self.prompt is not None:
                return
            first = 1 + self._roomy
            if self.pages:
                self.pages[-1].click(x, y - 1)
            elif y == first:
                at = self.grid.column_at(x)
                if at is not None:
                    self.view.column = at
                    self.sort_by(self.view.columns()[at].name)
            elif first < y <= first + self.body:
                place = self.view.top + y - first - 1
                if place < self.view.table.listed:
                    self.view.move(place)
                    at = self.grid.column_at(x)
                    self.view.column = self.view.column if at is None else at
                    if twice:
                        self.do_open()

    def wheel(self, rows: int) -> None:
        """The mouse wheel: so many rows down."""
        with self.engine.held():
            if self.pages:
                for _ in range(abs(rows)):
                    self.pages[-1].press("down" if rows > 0 else "up")
            else:
                view = self.view
                view.top = max(0, min(view.top + rows, view.table.listed - self.body))
                view.move(max(view.top, min(view.row, view.top + self.body - 1)))

    def beat(self) -> None:
        """What is due: the rates of the last second, rows that have been silent too long."""
        now = time.monotonic()
        if now - self._beaten < 1.0:
            return
        self._beaten = now
        with self.engine.held():
            self.engine.beat()
            if any(one.live for one in self.engine.feeders) and self.idle_seconds and not self.paused and not self.engine.waiting:
                for view in self.views:
                    if not view.table.past:
                        view.table.expire(view.table.clock(), int(self.idle_seconds * 1e6))
        for feeder in self.engine.feeders:
            if feeder.news:
                self.say(feeder.news)
                feeder.news = ""
        if self.engine.error:
            self.fail(self.engine.error)
            self.engine.error = ""

    def record_rate(self) -> float:
        """Records a second: of the last seconds where they come as they happen, else of the time over which they were written."""
        engine = self.engine
        if engine.live:
            beats = list(engine.rates)[-header.AVERAGED :]
            return sum(beat[0] for beat in beats) / len(beats) if beats else 0.0
        flow = self.view.table.flow
        return flow.records / max(1, flow.last - flow.first) if flow.records else 0.0

    def resize(self, columns: int, rows: int) -> None:
        """The size of the screen."""
        self.columns, self.rows = max(1, columns), max(1, rows)

    def frame(self) -> list[Line]:
        """The lines of the screen."""
        with self.engine.held():
            return self._frame()

    def _frame(self) -> list[Line]:
        columns, rows = self.columns, self.rows
        view, grid = self.view, self.grid
        grid.live = self.engine.live
        grid.empty = header.empty(self) if not view.table.listed else ""
        view.table.add_up(grid.wanted_sums(view))
        view.refresh()
        view.scroll(self.body)
        last = header.bottom(self, columns)
        under = header.below_question(self, columns)
        # What is said of a question stands under it.
        feet = [last, under] if under is not None else [header.status(self, columns), last] if self.status else [last]
        out: list[Line] = [header.title(self, columns)]
        if self.pages:
            out += self.pages[-1].lines(columns, max(0, rows - 1 - len(feet)))
        else:
            if self._roomy:
                out.append(header.rates(self, columns))
            out += grid.lines(view, columns, max(1, rows - len(out) - len(feet)))
        out = out[: max(0, rows - len(feet))]
        out += feet[-rows:]
        return [fit(line, columns) for line in out[:rows]]


# What can be done while a page lies over the table.
ALWAYS = frozenset(("back", "help", "palette", "quit", "redraw", "suspend", "pause", "copy", "fields_up", "fields_down", "command", "live",
                    "history_back", "history_forward", "history_far_back", "history_far_forward", "status"))  # fmt: skip


def light_terminal(modes: dict[str, str]) -> bool:
    """Whether the background is bright: as the words of -M say, else COLORFGBG, whose last number is the background's colour."""
    if "light" in modes or "dark" in modes:
        return "light" in modes
    return os.environ.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15")


def unicode_terminal() -> bool:
    """Whether the terminal shows characters beyond ASCII, as the locale says."""
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next((name for name in names if name), "")
    return "UTF-8" in locale.upper() or "UTF8" in locale.upper()


