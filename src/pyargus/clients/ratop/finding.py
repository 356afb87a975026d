"""Search and filters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pyargus.clients.ratop.grid import searchable
from pyargus.clients.ratop.moving import Moving
from pyargus.errors import BadUse
from pyargus.record.filter import check_filter as parse_only
from pyargus.record.filter import compile_filter
from pyargus.record.filter_cy import Filter

# Rows that are printed at a time to be searched.
STRIDE = 1024
PLACES = ("display", "local", "remote")


def pattern_of(text: str) -> re.Pattern[str]:
    """A pattern for rows, capitals only told apart where there are any. Raises BadUse for one that is wrong."""
    try:
        return searchable(text, text == text.lower())
    except (re.error, OverflowError, RecursionError) as error:
        raise BadUse(f"regular expression: {error}") from None


def split_filter(text: str) -> tuple[str, str]:
    """Where a filter is for, and the filter: the first word says where, without one it is the display."""
    first, _, rest = text.partition(" ")
    return (first, rest.strip()) if first in PLACES else ("display", text.strip())


def check_filter(text: str) -> None:
    """Raises BadUse that says what is wrong with a filter."""
    _, expression = split_filter(text)
    if expression and expression != "none":
        parse_only(expression)


def filter_words(part: str) -> Sequence[str]:
    """The words of the filter language."""
    from pyargus.record.filter_words import vocabulary

    return [*PLACES, *vocabulary()]


class Finding(Moving):
    """The keys and commands that find rows."""

    backwards = False
    origin = 0

    def do_search(self) -> None:
        """Ask for a pattern and go to its matches while it is typed."""
        self._ask_search(False)

    def do_search_back(self) -> None:
        """Ask for a pattern and go backwards."""
        self._ask_search(True)

    def _ask_search(self, backwards: bool) -> None:
        self.origin, self.backwards = self.view.row, backwards
        before = self.grid.search
        prompt = self.ask("?" if backwards else "/", "", self._searched, pattern_of)

        def changed(text: str) -> None:
            if not text or prompt.error:
                self.grid.search = before
                return
            self.grid.search = pattern_of(text)
            found = self._find(self.origin, 1, backwards, True)
            if found is not None:
                self.view.move(found[0])

        def left() -> None:
            self.grid.search = before
            self.view.move(self.origin)

        prompt.changed, prompt.left = changed, left

    def _searched(self, text: str) -> None:
        if text:
            self.grid.search = pattern_of(text)
        elif self.grid.search is None:
            return
        self._go(self.origin, 1, self.backwards, bool(text))

    def do_again(self) -> None:
        """The next match."""
        self._again(self.backwards)

    def do_again_back(self) -> None:
        """The match before."""
        self._again(not self.backwards)

    def _again(self, backwards: bool) -> None:
        if self.grid.search is None:
            self.fail("nothing was searched for yet: / asks for it")
            return
        self._go(self.view.row, self.repeat(), backwards, False)

    def _go(self, start: int, times: int, backwards: bool, here: bool) -> None:
        found = self._find(start, times, backwards, here)
        if found is None:
            assert self.grid.search is not None
            self.fail(f"Pattern not found: {self.grid.search.pattern}")
            return
        self.view.move(found[0])
        if found[1]:
            self.say("search hit TOP, continuing at BOTTOM" if backwards else "search hit BOTTOM, continuing at TOP")
        else:
            self.say("")

    def _find(self, start: int, times: int, backwards: bool, here: bool) -> tuple[int, bool] | None:
        """The place of a match from `start` on, itself only if `here`, and whether the end was passed on the way; None without a match."""
        if self.grid.search is None or not self.view.table.listed:
            return None
        passed = False
        at = start
        for turn in range(times):
            found = self._beyond(at, backwards, here and turn == 0)
            if found is None:
                return None
            here_again = found == at and not (here and turn == 0)
            passed = passed or here_again or (found != at and (found < at) != backwards)
            at = found
        return at, passed

    def _beyond(self, at: int, backwards: bool, here: bool) -> int | None:
        """The nearest match in one direction, round the end and up to the row itself."""
        count = self.view.table.listed
        edge = at + here if backwards else at + (not here)
        spans = [(0, edge), (edge, count)] if backwards else [(edge, count), (0, edge)]
        for low, high in spans:
            blocks = range(low, high, STRIDE)
            for first in reversed(blocks) if backwards else blocks:
                places = self._matches(first, min(STRIDE, high - first))
                if places:
                    return places[-1] if backwards else places[0]
        return None

    def _matches(self, first: int, count: int) -> list[int]:
        """The places of the rows that match, among `count` from one on."""
        assert self.grid.search is not None
        text = self.view.table.texts(first, count)
        if self.grid.search.search(text) is None:
            return []
        return [place for place, line in enumerate(text.split("\n")[:-1], first) if self.grid.search.search(line)]

    def do_filter(self) -> None:
        """Ask for a filter."""
        self.ask("Specify filter:", self.view.display_text, self._filtered, check_filter, filter_words)

    def _filtered(self, text: str) -> None:
        where, words = split_filter(text)
        words = "" if words == "none" else words
        program = compile_filter(words) if words else None
        if where == "local":
            self.remake_all(self.settings.but(filter=words))
        elif where == "remote":
            self._filter_remotely(words)
        else:
            view = self.view
            view.display_text = words
            view.display = Filter(program, view.settings.precision) if program is not None else None
            view.table.show(view.display)
        self.say(f"{where} filter: {words}" if words else f"no {where} filter")

    def _filter_remotely(self, words: str) -> None:
        lives = [feeder for feeder in self.engine.feeders if feeder.live]
        if not lives:
            raise BadUse("remote: no source is a server; local and display filter what is read here")
        self.remote = words
        for feeder in lives:
            self.engine.drop(feeder)
            self.engine.connect(feeder.name, words)

    def do_regex(self) -> None:
        """Ask for a pattern that rows are to match."""
        now = self.view.pattern.pattern if self.view.pattern is not None else ""
        self.ask("Specify regex:", now, self._matched, pattern_of)

    def _matched(self, text: str) -> None:
        view = self.view
        view.pattern = pattern_of(text) if text else None
        view.table.match(view.pattern)
        self.say(f"rows that match {text}" if text else "all rows")
