"""Rows of a table as lines: widths that fit what is on the screen, colours, the cursor, what was searched for."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

from pyargus.clients.output import RMON_TITLES, column_width
from pyargus.clients.ratop import plots
from pyargus.clients.ratop.express import FLOW, parts_of
from pyargus.clients.ratop.styles import Line, Palette, cut, fit, mark, overlay, printable
from pyargus.clients.ratop.table import Row
from pyargus.clients.ratop.view import View
from pyargus.record.colour_cy import BLUE, GREEN, RED, STATES, YELLOW
from pyargus.record.schema import BY_NAME

NAMES = {RED: "red", GREEN: "green", YELLOW: "yellow", BLUE: "blue"}
PROTOCOLS = {"udp": "cyan", "icmp": "magenta", "ipv6-icmp": "magenta", "ipv6-*": "magenta", "arp": "yellow", "rarp": "yellow"}
# Bits a second from which on the counters of a row are coloured.
LOADS = ((1e7, "bold red"), (1e6, "yellow"), (1e5, "green"))
# A column is never wider unless -s says so, and user data not narrower than their title.
WIDEST = 40
# Seconds without a packet after which a row of a live source is dimmed.
QUIET = 10
BAR = 32
# What gives way, in this order, where the columns that nobody asked for do not fit: FRACTION is that of times, MIDDLE that of addresses.
FRACTION, MIDDLE = ".", "*"
GIVES_WAY = ("flgs", FRACTION, "dir", "stime", MIDDLE, "proto", "bytes")
# Addresses keep so many characters, those of IPv4 all.
ADDRESSES = ("saddr", "daddr")
SHORTEST = 15
# What a bar of a field is made of: what the source sent, and the destination.
BAR_LETTERS = ("= src ", "- dst")
HALVES = {"pkts": ("spkts", "dpkts"), "bytes": ("sbytes", "dbytes"), "appbytes": ("sappbytes", "dappbytes")}


@dataclass(slots=True)
class Place:
    """Where a column is on the screen: from column `x` on, `width` wide."""

    column: int
    x: int
    width: int


def is_sum(name: str) -> bool:
    """Whether the values of a field add up."""
    field = BY_NAME[name]
    return field.merge == "sum" and field.kind == "uint"


def state_colour(state: str) -> str:
    """The colour of a state."""
    code = RED if state[:2] == "UR" else STATES.get(state.encode(), b"")
    return NAMES.get(code, "")


def load_colour(load: float) -> str:
    """The colour of a rate, bits a second."""
    return next((style for least, style in LOADS if load >= least), "")


class Grid:
    """The lines of a view.

    percent: counters as share of the sums; live: rows fall quiet; cursor: its row is marked; unicode: bars are lines, not letters.
    search: pattern that is marked. empty: what is said where there are no rows. places: where the columns were put, for the mouse.
    """

    def __init__(self, palette: Palette, unicode: bool = True) -> None:
        self.palette = palette
        self.unicode = unicode
        self.percent = False
        self.totals = False
        self.live = False
        self.cursor = True
        self.search: re.Pattern[str] | None = None
        self.empty = ""
        self.places: list[Place] = []

    def wanted_sums(self, view: View) -> list[str]:
        """The fields whose sums and values are needed."""
        names = [column.name for column in view.columns() if is_sum(column.name)] if self.percent or self.totals else []
        first = view.sorting[0].field if view.sorting else ""
        if first and first not in names and BY_NAME[first].kind in ("uint", "real"):
            names.append(first)
        return names

    def lines(self, view: View, columns: int, rows: int) -> list[Line]:
        """The title line and as many lines as there are rows, of this many columns."""
        table = view.table
        room = rows - 1 - self.totals
        table.parts = HALVES.get(view.sorting[0].field, ()) if view.sorting else ()
        shown = list(table.listing(view.top, room))
        sums = table.totals() if self.percent or self.totals else {}
        if self.percent:
            for row in shown:
                self._percentages(view, row.cells, row.values, sums)
        total_cells = self._total_cells(view, sums) if self.totals else []
        self._measure(view, [row.cells for row in shown] + ([total_cells] if total_cells else []))
        self._narrow(view, [row.cells for row in shown], columns)
        self._place(view, columns)
        now = table.flow.newest
        bar = self._bar_room(view, columns)
        top = table.greatest(view.sorting[0].field) if bar and view.sorting[0].field in table.sums else 0.0
        out = [self._titles(view, columns, bar)]
        for place, row in enumerate(shown, view.top):
            out.append(self._row(view, row, self.cursor and place == view.row, now, columns, bar, top))
        blank: Line = [(" " * columns, "")]
        rest = [blank] * (room - len(shown))
        if self.empty and not shown and rest:
            rest[len(rest) // 3] = fit([(self.empty[:columns].center(columns), self.palette["label"])], columns)
        out += rest
        if total_cells:
            line = self._cells(view, total_cells, [self.palette["totals"]] * len(total_cells), [])
            out.append(fit(line, columns, self.palette["totals"]))
        return out

    def _percentages(self, view: View, cells: list[str], values: dict[str, float], sums: dict[str, float]) -> None:
        for at, column in enumerate(view.columns()):
            if is_sum(column.name) and column.name in values and at < len(cells):
                total = sums[column.name]
                cells[at] = f"{100.0 * values[column.name] / total if total else 0.0:.{view.settings.precision}f}"

    def _total_cells(self, view: View, sums: dict[str, float]) -> list[str]:
        cells = [f"{sums[column.name]:.0f}" if column.name in sums and is_sum(column.name) else "" for column in view.columns()]
        if view.settings.abbreviate:
            cells = [plots.short(float(cell)) if cell else "" for cell in cells]
        if self.percent:
            self._percentages(view, cells, sums, sums)
        if "" in cells:
            cells[cells.index("")] = "Totals"
        return cells

    def title(self, view: View, at: int) -> str:
        """The title of a column."""
        name = view.columns()[at].name
        title = RMON_TITLES.get(name, BY_NAME[name].title) if view.shape.hosts else BY_NAME[name].title
        if self.percent and is_sum(name):
            title = "p" + title
        for one in view.sorting[:1]:
            if one.field == name:
                title += ("▼" if one.down else "▲") if self.unicode else ("v" if one.down else "^")
        return title

    def _measure(self, view: View, rows: list[list[str]]) -> None:
        for at, column in enumerate(view.columns()):
            if column.name in view.settings.widths:
                view.widths[at] = column_width(view.settings, column.name)
                continue
            texts = [cells[at] for cells in rows if at < len(cells)]
            widest = max((len(text.rstrip() if column.name == "flgs" else text) for text in texts), default=0)
            view.widths[at] = min(WIDEST, max(view.widths.get(at, 0), widest, len(self.title(view, at)), 1))

    def _narrow(self, view: View, rows: list[list[str]], columns: int) -> None:
        """Have columns give way that have no value, or where all of them do not fit, unless they were asked for."""
        view.hidden.clear()
        if view.settings.fields_given:
            return
        names = [column.name for column in view.columns()]
        kept = [one.field for one in view.sorting[:1]]
        if not view.table.preserves:
            # What is no part of the key has no value.
            parts = parts_of(view.shape.keys)
            for at, name in enumerate(names):
                if name in FLOW - parts or (name == "dir" and not {"saddr", "daddr"} <= parts):
                    view.hidden.add(at)
        for name in GIVES_WAY:
            if self._wanted(view) <= columns:
                return
            if name == FRACTION:
                self._without_fractions(view, rows)
            elif name == MIDDLE:
                self._without_middles(view, columns)
            elif name in names and name not in kept:
                view.hidden.add(names.index(name))

    def _without_middles(self, view: View, columns: int) -> None:
        names = enumerate(column.name for column in view.columns())
        long = [at for at, name in names if name in ADDRESSES and name not in view.settings.widths and at not in view.hidden]
        while long and self._wanted(view) > columns:
            widest = max(long, key=lambda at: view.widths[at])
            if view.widths[widest] <= SHORTEST:
                break
            view.widths[widest] -= 1

    @staticmethod
    def _wanted(view: View) -> int:
        """The width of all columns that are not hidden."""
        return sum(size + 1 for at, size in view.widths.items() if at not in view.hidden and at < len(view.columns())) - 1

    def _without_fractions(self, view: View, rows: list[list[str]]) -> None:
        for at, column in enumerate(view.columns()):
            if BY_NAME[column.name].kind == "time" and column.name not in view.settings.widths:
                for cells in rows:
                    cells[at] = cells[at].partition(FRACTION)[0]
                view.widths[at] = max([len(self.title(view, at)), *(len(cells[at]) for cells in rows)])

    def _place(self, view: View, columns: int) -> None:
        """Scroll to the side so far that the column of the cursor is on the screen, and put the columns; the last one may be cut."""
        if view.column in view.hidden:
            view.aside(0)
        shown = [at for at in range(len(view.columns())) if at not in view.hidden]
        view.left = min(view.left, view.column)
        while view.left < view.column and sum(view.widths[at] + 1 for at in shown if view.left <= at <= view.column) - 1 > columns:
            view.left += 1
        while view.left and sum(view.widths[at] + 1 for at in shown if at >= view.left - 1) - 1 <= columns:
            view.left -= 1
        self.places = []
        x = 0
        for at in shown:
            if at < view.left:
                continue
            if x >= columns:
                break
            self.places.append(Place(at, x, min(view.widths[at], columns - x)))
            x += view.widths[at] + 1

    def _bar_room(self, view: View, columns: int) -> int:
        left = columns - self._used() - 2
        complete = bool(self.places) and self.places[-1].column == len(view.columns()) - 1
        return min(BAR, left) if complete and left >= 6 and view.sorting and view.sorting[0].field in view.table.sums else 0

    def _used(self) -> int:
        return self.places[-1].x + self.places[-1].width if self.places else 0

    def _titles(self, view: View, columns: int, bar: int) -> Line:
        line: Line = []
        sorted_by = view.sorting[0].field if view.sorting else ""
        for place in self.places:
            name = view.columns()[place.column].name
            text = self.title(view, place.column)[: place.width]
            text = text.ljust(place.width) if BY_NAME[name].align == "L" else text.rjust(place.width)
            style = self.palette["sorted" if name == sorted_by else "title"]
            if place.column == view.column and place is not self.places[0]:
                style = self.palette["place"]
            line += [(text, style), (" ", self.palette["title"])]
        if bar >= 10 and view.table.parts:
            source, destination = (" src ", " dst ") if self.palette.coloured else ("━ src ", "─ dst") if self.unicode else BAR_LETTERS
            line += [(" ", self.palette["title"]), (source, self.palette["legend source"])]
            line.append((destination, self.palette["legend destination"]))
        line = fit(line, columns, self.palette["title"])
        left, right = ("‹", "›") if self.unicode else ("<", ">")
        if any(at < view.left and at not in view.hidden for at in range(len(view.columns()))):
            line = [(left, self.palette["place"]), *cut(line, 1, columns)]
        last = self.places[-1] if self.places else None
        if last is not None and (last.width < view.widths[last.column] or last.column < len(view.columns()) - 1):
            line = [*cut(line, 0, columns - 1), (right, self.palette["place"])]
        return fit(line, columns)

    def _row(self, view: View, row: Row, chosen: bool, now: int, columns: int, bar: int, top: float) -> Line:
        styles = self._styles(view, row)
        if self.live and now - row.last > QUIET * 1_000_000:
            styles = [self.palette["old"]] * len(styles)
        line = self._cells(view, row.cells, styles, row.cells)
        if bar:
            used = sum(len(text) for text, _ in line)
            line = [*line, (" " * (self._used() + 2 - used), ""), *self._bar(view, row, bar, top)]
        line = fit(line, columns)
        if chosen:
            line = overlay(line, self.palette["cursor"])
        if self.search is not None:
            text = "".join(piece for piece, _ in line)
            line = mark(line, (match.span() for match in self.search.finditer(text)), self.palette["match"])
        return line

    def _bar(self, view: View, row: Row, bar: int, top: float) -> Line:
        """The share of a row in the largest value, and of the two sides in it."""
        value = row.values.get(view.sorting[0].field, 0.0)
        halves = [row.values.get(name, 0.0) for name in view.table.parts]
        if len(halves) < 2 or not sum(halves):
            return [(plots.bar(value / top if top else 0.0, bar, self.unicode), self.palette["bar"])]
        source, destination, rest = plots.split_bar(halves[0], halves[1], top, bar, self.unicode, self.palette.coloured)
        return [(source, self.palette["source"]), (destination, self.palette["destination"]), (rest, "")]

    def _styles(self, view: View, row: Row) -> list[str]:
        if not self.palette.coloured:
            return [""] * len(view.columns())
        if row.styles or view.table.colours is not None:
            rest = row.styles.get("", "")
            return [row.styles.get(column.name, rest) for column in view.columns()]
        load = load_colour(row.load)
        cells = zip(view.columns(), row.cells, strict=False)
        return [self.palette.shown(self._colour(column.name, cell, row, load)) for column, cell in cells]

    @staticmethod
    def _colour(name: str, cell: str, row: Row, load: str) -> str:
        if name == "state":
            return state_colour(row.state)
        if name == "proto":
            return PROTOCOLS.get(cell, "")
        if name == "dport":
            return "green"
        if name in ("load", "rate") or is_sum(name):
            return load
        return ""

    def _cells(self, view: View, cells: list[str], styles: list[str], joined: list[str]) -> Line:
        """Cells in their columns; ports follow their addresses after a dot."""
        names = [column.name for column in view.columns()]
        line: Line = []
        for place in self.places:
            at = place.column
            text = printable(cells[at]) if at < len(cells) else ""
            if names[at] == "flgs":
                text = text.rstrip()
            left = BY_NAME[names[at]].align == "L" or names[at] == "flgs"
            if len(text) > place.width:
                # Of addresses the end tells more than the middle.
                end = (place.width - 1) // 2 if names[at] in ADDRESSES else 0
                text = text[: place.width - 1 - end] + MIDDLE + text[len(text) - end :]
            text = text.ljust(place.width) if left else text.rjust(place.width)
            gap = " "
            following = names[at + 1] if at + 1 < len(names) else ""
            if view.settings.join and (names[at], following) in (("saddr", "sport"), ("daddr", "dport")):
                gap = "." if at + 1 < len(joined) and joined[at + 1].strip() and joined[at].strip() else " "
            line.append((text, styles[at] if at < len(styles) else ""))
            line.append((gap, ""))
        return line

    def column_at(self, x: int) -> int | None:
        """The column of the table at a column of the screen."""
        for place in self.places:
            if place.x <= x <= place.x + place.width:
                return place.column
        return None


def searchable(text: str, ignore_case: bool = False) -> re.Pattern[str]:
    """A pattern for rows: a blank in it stands for one or more. Raises re.error for one that is wrong."""
    with warnings.catch_warnings():
        # What may mean something else in a later Python means now what it says.
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile(re.sub(r"(?<!\\) +", " +", text), re.MULTILINE | (re.IGNORECASE if ignore_case else 0))

