"""What the browser is in the middle of, and how the parts of it talk to the person: messages, questions, pages."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pyargus.clients.ratop.engine import Engine
from pyargus.clients.ratop.grid import Grid
from pyargus.clients.ratop.line import Editor
from pyargus.clients.ratop.pages import Page
from pyargus.clients.ratop.styles import Palette
from pyargus.clients.ratop.table import Shape, Table
from pyargus.clients.ratop.view import View
from pyargus.clients.settings import Settings
from pyargus.errors import PyargusError


@dataclass
class Prompt:
    """A question on the last line.

    accept: what is done with the answer; check: raises what is wrong with it; changed: what is done while it is typed; left: what is done
    when it is left without an answer. error: what is wrong with it now.
    """

    label: str
    editor: Editor
    accept: Callable[[str], None]
    check: Callable[[str], object] | None = None
    changed: Callable[[str], None] | None = None
    left: Callable[[], None] | None = None
    error: str = ""


class State:
    """settings: of the sources and their selection; views: the way down to what is seen, the last is on the screen; pages: what is over it.

    effects: what the terminal is to do, as (what, text): copy, suspend, redraw. moment: of the history that is shown, µs since 1970, 0 for
    now. whole: all rows are shown, however high the screen is.
    """

    def __init__(self, settings: Settings, engine: Engine, palette: Palette, unicode: bool = True) -> None:
        self.settings = settings
        self.engine = engine
        self.palette = palette
        self.grid = Grid(palette, unicode)
        self.unicode = unicode
        self.clock: Callable[[], float] = time.time
        self.views: list[View] = []
        self.pages: list[Page] = []
        self.prompt: Prompt | None = None
        self.message = ""
        self.failed = False
        self.count = ""
        self.paused = False
        self.moment = 0
        self.status = True
        self.whole = False
        self.leaving = False
        self.remote = ""
        self.interval = 0.25
        self.idle_seconds = 60.0
        self.columns, self.rows = 80, 24
        self.effects: list[tuple[str, str]] = []
        self.histories: dict[str, list[str]] = {}

    @property
    def view(self) -> View:
        """What is on the screen."""
        return self.views[-1]

    def say(self, text: str) -> None:
        """A message on the last line."""
        self.message, self.failed = text, False

    def fail(self, text: object) -> None:
        """An error on the last line."""
        self.message, self.failed = str(text), True

    def repeat(self) -> int:
        """The number typed before the key, 1 without."""
        number, self.count = self.count, ""
        return int(number) if number else 1

    def ask(
        self,
        label: str,
        text: str,
        accept: Callable[[str], None],
        check: Callable[[str], object] | None = None,
        words: Callable[[str], Sequence[str]] | None = None,
    ) -> Prompt:
        """Ask a question; `text` is what the answer is now."""
        editor = Editor(text, self.histories.setdefault(label, []), words)
        self.prompt = Prompt(label, editor, accept, check)
        self.message = ""
        return self.prompt

    def answer(self, prompt: Prompt, key: str) -> None:
        """A key of a question."""
        if key == "enter":
            text = prompt.editor.text.strip()
            try:
                if prompt.check is not None and text:
                    prompt.check(text)
                self.prompt = None
                prompt.accept(text)
                prompt.editor.accepted()
            except PyargusError as error:
                prompt.error = str(error)
                if self.prompt is None:
                    self.prompt = prompt
        elif key in ("escape", "ctrl+c") or (key in ("backspace", "ctrl+h") and not prompt.editor.text):
            self.prompt = None
            if prompt.left is not None:
                prompt.left()
        elif prompt.editor.press(key):
            self.typed(prompt)

    def typed(self, prompt: Prompt) -> None:
        """What a question's answer is has changed."""
        text = prompt.editor.text.strip()
        prompt.error = ""
        if prompt.check is not None and text:
            try:
                prompt.check(text)
            except PyargusError as error:
                prompt.error = str(error)
        if prompt.changed is not None:
            prompt.changed(prompt.editor.text)

    def remake(self, view: View, shape: Shape | None = None) -> None:
        """Make a view's table anew of all records: for another shape, other settings, or the moment of the history.

        Raises BadUse for what is wrong with them.
        """
        table = Table(shape or view.shape, view.settings)
        table.flow.until = self.moment
        table.colours = view.table.colours
        view.pending = True
        if self.moment:
            if view.present is None and not view.table.past:
                view.present = view.table
            self.fill(table, lambda: view.adopt(table))
            return
        old = view.present or view.table
        view.present = None

        def then() -> None:
            if self.engine.base is old:
                self.engine.base = table
            view.adopt(table)

        self.fill(table, then, old)

    def fill(self, table: Table, then: Callable[[], None], instead: Table | None = None) -> None:
        """Make a table of all records, without the rows that fell silent; `then` is called when it is there."""
        idle = int(self.idle_seconds * 1e6) if any(one.live for one in self.engine.feeders) else 0
        if not idle:
            self.engine.fill(table, then, instead)
        elif table.past:

            def done() -> None:
                table.expire_before(table.flow.until - idle)
                then()

            self.engine.fill(table, done, instead)
        else:
            self.engine.fill(table, then, instead, lambda came: table.age(int(came * 1e6), idle))

    def leave_past(self) -> None:
        """Show what is now."""
        if not self.moment:
            return
        self.moment = 0
        for view in self.views:
            if view.present is None:
                self.remake(view)
            else:
                present, view.present = view.present, None
                view.adopt(present)

    def remake_all(self, settings: Settings) -> None:
        """Select records by other settings. Raises BadUse for what is wrong with them."""
        for view in self.views:
            Table(view.shape, selection(view.settings, settings))  # says what is wrong before anything is changed
        self.leave_past()
        self.settings = settings
        self.engine.settings = settings
        for view in self.views:
            view.settings = selection(view.settings, settings)
            self.remake(view)


def selection(own: Settings, new: Settings) -> Settings:
    """A view's settings with the selection of others."""
    return own.but(
        filter=new.filter, time_range=new.time_range, regex=new.regex, label=new.label, parts=new.parts, span=new.span, uni=new.uni,
        invert=new.invert, ignore_case=new.ignore_case, mode_values=new.mode_values,
    )  # fmt: skip


