"""The detail of a row: its traffic over time, its status records, and every field that has a value."""

from __future__ import annotations

import time
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from pyargus.clients.ratop import plots
from pyargus.clients.ratop.express import both_ways, expression, parts_of
from pyargus.clients.ratop.grid import state_colour
from pyargus.clients.ratop.pages import TextPage
from pyargus.clients.ratop.styles import Line, Palette, printable
from pyargus.clients.ratop.table import SEPARATOR, cell_printer, combined
from pyargus.clients.settings import Column, Settings
from pyargus.record.decode_cy import decode
from pyargus.record.filter import compile_filter
from pyargus.record.filter_cy import Filter
from pyargus.record.record_cy import Record
from pyargus.record.repair_cy import repair
from pyargus.record.schema import BY_NAME, FIELDS
from pyargus.record.stage_cy import Stage

if TYPE_CHECKING:
    from pyargus.clients.ratop.engine import Engine
    from pyargus.clients.ratop.view import View
    from pyargus.record.group_cy import Aggregator

# Status records that are kept of a flow, the newest ones.
MOST = 4096
# Lines of a chart, and the widest one.
HEIGHT = 4
STATUS = ("stime", "ltime", "saddr", "sport", "spkts", "dpkts", "sbytes", "dbytes", "dur", "state")


@dataclass(slots=True)
class Status:
    """One status record. start, last: µs since 1970; turned: its source is the destination of the row."""

    start: int
    last: int
    turned: bool
    spkts: int
    dpkts: int
    sbytes: int
    dbytes: int
    seconds: float
    state: str


class Matching(Stage):
    """Hands on the records that fall into the one group that an aggregator holds."""

    def __init__(self, groups: Aggregator, target: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.groups, self.target = groups, target
        self.group = groups.handles()[0]

    def add(self, rec: Record) -> int:
        """Take a record."""
        if rec.kind & 0xF0 in (0x80, 0x40):
            return 0
        group = self.groups.add(rec)
        if group != self.group:
            self.groups.remove(group)
            return 0
        self.target.line(rec)
        return 0


class Gatherer:
    """The status records of a row: those that pass the filter `words`, and with `same` fall into the group that it holds.

    until: leave out records that end later, µs since 1970; past: none are to come.
    """

    def __init__(self, settings: Settings, words: str, source: tuple[Any, Any], same: Aggregator | None) -> None:
        from pyargus.clients.formats import make_columns
        from pyargus.clients.frame import make_batch
        from pyargus.clients.select import make_filter

        self.past = False
        self.until = 0
        self.source = source
        self.records: list[Status] = []
        self._columns: Any = make_columns(settings, [BY_NAME[name] for name in STATUS], 1024, self._taken)
        chosen = settings.but(filter=combined(settings.filter, words))
        self._batch = make_batch(chosen, self._columns)
        self._batch.filter = make_filter(chosen)
        if same is not None:
            self._batch.stage = Matching(same, self._columns)

    def feed(self, data: bytes) -> None:
        """Take whole records."""
        at = 0
        with memoryview(data) as view:
            try:
                while at < len(view) and not self._batch.trouble and not self._batch.done:
                    at = self._batch.run(view, at, 0)
            finally:
                self._batch.record.point_to(b"")
        if self._columns.rows:
            self._taken(self._columns)
            self._columns.clear()

    def _taken(self, columns: Any) -> None:
        lists = [columns.column(at) for at in range(len(STATUS))]
        for start, last, saddr, sport, *counts, dur, state in zip(*lists, strict=True):
            if self.until and (last or 0) > self.until:
                continue
            turned = (saddr, sport) != self.source
            spkts, dpkts, sbytes, dbytes = (count or 0 for count in counts)
            if turned:
                spkts, dpkts, sbytes, dbytes = dpkts, spkts, dbytes, sbytes
            self.records.append(Status(start or 0, last or 0, turned, spkts, dpkts, sbytes, dbytes, dur or 0.0, state or ""))
        del self.records[:-MOST]


class DetailPage(TextPage):
    """The page of the row that the cursor is on when it is opened."""

    name = "Detail"

    def __init__(self, palette: Palette, unicode: bool, view: View) -> None:
        super().__init__()
        self.palette, self.unicode, self.view = palette, unicode, view
        self.table, self.group = view.table, view.current()
        record = view.table.load(self.group)
        words = both_ways(expression(record, parts_of(view.table.keys_of(self.group))))
        self._filter = Filter(compile_filter(words)) if words else None
        self._kept = Record()
        self._keep(record)
        source = typed(view.settings, record, ("saddr", "sport"))
        same = None if words else view.table.twin(self.group, self._kept)
        self.gatherer = Gatherer(view.settings, combined(view.table.filter_of(self.group), words), (source[0], source[1]), same)

    def start(self, engine: Engine, moment: int) -> None:
        """Gather the status records so far, and those to come."""
        self.gatherer.until, self.gatherer.past = moment, bool(moment)
        engine.fill(self.gatherer, lambda: None)

    def stop(self, engine: Engine) -> None:
        """Gather no longer."""
        engine.forget(self.gatherer)

    def _keep(self, record: Record) -> None:
        self._kept.point_to(record.raw())
        decode(self._kept, 0, 0)
        repair(self._kept)

    def _record(self) -> Record:
        """The record of the row as it is now, or as it was last where it has gone."""
        table = self.view.table
        if table is not self.table:
            # Another table was made of the records: the row is somewhere else in it.
            self.table = table
            self.group = table.find(self._filter) if self._filter is not None else None
        if self.group is None or not table.holds(self.group):
            return self._kept
        record = table.load(self.group)
        if self._filter is not None and not self._filter.accepts(record):
            self.group = None
            return self._kept
        self._keep(record)
        return table.load(self.group)

    def content(self, columns: int) -> list[Line]:
        """Who, how much and when, the status records, the fields."""
        record = self._record()
        out = [*self._head(record, columns), []]
        out += self._charts(columns)
        out += self._statuses(columns)
        out += self._fields(record, columns)
        return out

    def _head(self, record: Record, columns: int) -> list[Line]:
        palette = self.palette
        names = ("proto", "saddr", "sport", "dir", "daddr", "dport", "state", "dur", "pkts", "bytes")
        got = dict(zip(names, texts(self.view.settings, record, names), strict=True))
        source = got["saddr"] + (f".{got['sport']}" if got["sport"] else "")
        target = got["daddr"] + (f".{got['dport']}" if got["dport"] else "")
        first: Line = [(got["proto"] + "  ", "bold"), (source, palette["source"]), (f"  {got['dir'].strip() or '->'}  ", "bold")]
        first += [(target, palette["destination"]), (f"  {got['state']}", palette.shown(f"bold {state_colour(got['state'])}".strip()))]
        second: Line = [("packets ", palette["label"]), (got["pkts"], "bold"), ("   bytes ", palette["label"]), (got["bytes"], "bold")]
        second += [("   seconds ", palette["label"]), (got["dur"], "bold"), ("   status records ", palette["label"])]
        second += [(str(len(self.gatherer.records)), "bold")]
        return [first, second]

    def _charts(self, columns: int) -> list[Line]:
        records = self.gatherer.records
        if not records:
            return []
        start = min(one.start for one in records)
        end = max(start + 1000, *(one.last for one in records))
        shares = self._shares(records, columns)
        if len(records) < 3:
            # What is spread evenly over its only record has no course to show.
            return shares
        beside = columns >= 100
        room = (columns - 3) // 2 if beside else columns
        out: list[Line] = []
        for side, role in (("source", "source"), ("destination", "destination")):
            pairs = [(one.start, one.last, one.spkts, one.sbytes) if side == "source" else (one.start, one.last, one.dpkts, one.dbytes)
                     for one in records]  # fmt: skip
            bits = self._chart(f"{side}, bits/s", role, [(a, b, 8.0 * octets) for a, b, _, octets in pairs], start, end, room)
            pkts = self._chart(f"{side}, packets/s", role, [(a, b, float(count)) for a, b, count, _ in pairs], start, end, room)
            if beside:
                out += [[*left, ("   ", ""), *right] for left, right in zip(bits, pkts, strict=True)]
            else:
                out += [*bits, *pkts]
        return [*shares, *out, []]

    def _shares(self, records: list[Status], columns: int) -> list[Line]:
        """How the traffic is divided between the two sides."""
        palette = self.palette
        out: list[Line] = []
        room = max(8, min(60, columns - 32))
        for name, pair in (("packets", [sum(one.spkts for one in records), sum(one.dpkts for one in records)]),
                           ("bytes", [sum(one.sbytes for one in records), sum(one.dbytes for one in records)])):  # fmt: skip
            for side, role, value in zip(("source", "destination"), ("source", "destination"), pair, strict=True):
                text = plots.short(float(value))
                share = value / max(1, *pair)
                out.append([(f"{name if side == 'source' else '':<8} {side:<11} ", palette["label"]), (f"{text:>6} ", "bold"),
                            (plots.bar(share, room, self.unicode), palette[role])])  # fmt: skip
        return [*out, []]

    def _chart(self, title: str, role: str, pieces: list[tuple[int, int, float]], start: int, end: int, room: int) -> list[Line]:
        palette = self.palette
        label = 6
        width = max(8, room - label - 1)
        rates = plots.spread(pieces, start, end, width)
        top = max(rates, default=0.0)
        out: list[Line] = [[(title.ljust(room)[:room], palette["heading"])]]
        for at, row in enumerate(plots.chart(rates, width, HEIGHT, self.unicode)):
            mark = plots.short(top) if at == 0 else "0" if at == HEIGHT - 1 else ""
            out.append([(mark.rjust(label) + " ", palette["label"]), (row.ljust(width), palette[role])])
        fine = end - start < 10_000_000
        times = [clock(start, self.view.settings, fine), clock(end, self.view.settings, fine)]
        axis = times[0].ljust(width - len(times[1])) + times[1] if len(times[0]) + len(times[1]) < width else times[0][:width].ljust(width)
        out.append([(" " * (label + 1), ""), (axis, palette["label"])])
        return out

    def _statuses(self, columns: int) -> list[Line]:
        palette = self.palette
        records = self.gatherer.records
        titles = ("StartTime", "Dur", "SrcPkts", "DstPkts", "SrcBytes", "DstBytes", "State")
        rows = []
        for one in records[-200:]:
            counts = (str(count) for count in (one.spkts, one.dpkts, one.sbytes, one.dbytes))
            rows.append((clock(one.start, self.view.settings, True), f"{one.seconds:.3f}", *counts, one.state))
        widths = [max([len(titles[at]), *(len(row[at]) for row in rows)]) for at in range(len(titles))]
        out: list[Line] = [[("status records", palette["heading"])]]
        out.append([(" ".join(title.rjust(size) for title, size in zip(titles, widths, strict=True)), palette["title"])])
        for row in rows:
            text = [cell.rjust(size) for cell, size in zip(row, widths, strict=True)]
            state = palette.shown(state_colour(row[6]))
            out.append([(" ".join(text[:2]) + " ", ""), (text[2] + " ", palette["source"]), (text[3] + " ", palette["destination"]),
                        (text[4] + " ", palette["source"]), (text[5] + " ", palette["destination"]), (text[6], state)])  # fmt: skip
        return [*out, []]

    def _fields(self, record: Record, columns: int) -> list[Line]:
        """Every field that has a value; those that are zero are only named."""
        palette = self.palette
        names = [field.name for field in FIELDS if field.id]
        printed = [(name, text.strip()) for name, text in zip(names, texts(self.view.settings, record, names), strict=True)]
        values = [(name, text) for name, text in printed if text.strip("-0.")]
        zeros = [name for name, text in printed if text and not text.strip("-0.")]
        label = max((len(name) for name, _ in values), default=0)
        count = max(1, columns // (label + 27))
        size = columns // count
        out: list[Line] = [[("fields", palette["heading"])]]
        height = -(-len(values) // count)
        for row in range(height):
            line: Line = []
            for at in range(row, len(values), height):
                name, text = values[at]
                room = max(1, size - label - 3)
                line += [(f"{name:<{label}} ", palette["label"]), (printable(text)[:room].ljust(room + 2), "")]
            out.append(line)
        if zeros:
            out += [[], *([(text, palette["label"])] for text in wrap("zero: " + " ".join(zeros), max(20, columns - 1)))]
        return out


def clock(micro: int, settings: Settings, fraction: bool = False) -> str:
    """A time of day."""
    text = time.strftime("%H:%M:%S", time.localtime(micro // 1_000_000))
    return f"{text}.{micro % 1_000_000:06d}"[: len(text) + 1 + min(6, settings.precision)] if fraction and settings.precision else text


def texts(settings: Settings, record: Record, names: tuple[str, ...] | list[str]) -> list[str]:
    """Fields of a record as printed."""
    printer = cell_printer(settings.but(columns=[Column(name) for name in names]))
    printer.line(record)
    cells: list[str] = printer.out.take().decode("utf-8", "replace").rstrip("\n").split(SEPARATOR)[:-1]
    return [cell.strip() for cell in cells]


def typed(settings: Settings, record: Record, names: tuple[str, ...]) -> list[Any]:
    """Fields of a record as values."""
    from pyargus.clients.formats import make_columns

    columns: Any = make_columns(settings, [BY_NAME[name] for name in names], 1, None)
    columns.line(record)
    return [columns.column(at)[0] for at in range(len(names))]
