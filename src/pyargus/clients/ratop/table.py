"""A table of merged records: what one screen shows.

Records go in as bytes; out come rows in order. The merging itself is that of racluster (`pyargus.record.aggregate_cy`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyargus.clients.output import make_printer, make_style
from pyargus.clients.ratop.feed_cy import Feed
from pyargus.clients.ratop.rows_cy import Rows
from pyargus.clients.settings import Column, Settings
from pyargus.record.models_cy import Models
from pyargus.record.print_cy import Printer
from pyargus.record.record_cy import Record
from pyargus.record.schema import BY_NAME
from pyargus.record.values_cy import Values

if TYPE_CHECKING:
    import re

    from pyargus.clients.cluster_conf import Rule
    from pyargus.clients.ratop.colours import Colours
    from pyargus.record.cluster_cy import Statement
    from pyargus.record.filter_cy import Filter
    from pyargus.record.group_cy import Aggregator
    from pyargus.record.keys import Key

DEFAULT_KEYS = ("srcid", "proto", "saddr", "sport", "daddr", "dport")
SEPARATOR = "\x1f"
LOAD = BY_NAME["load"].id
# How often in an idle time it is looked for rows that have been silent, while a table is made anew.
AGEING = 12


@dataclass(frozen=True)
class Shape:
    """What is merged into a row. keys: words of -m; hosts: every record counts for each of its hosts; filter: of the records, in words.

    models: a file of statements, which take the place of the keys (racluster.conf).
    """

    keys: tuple[str, ...] = DEFAULT_KEYS
    hosts: bool = False
    filter: str = ""
    models: str = ""


@dataclass(frozen=True, slots=True)
class Sorting:
    """A field that rows are sorted by. down: large values first."""

    field: str
    down: bool = True


@dataclass(slots=True)
class Row:
    """A row as printed.

    group: what it is in its table; cells: texts of the columns; state: of its record; load: bits a second; last: its last time, µs since
    1970; values: the fields that are added up, and those of `parts`. styles: what a colour file says, by field.
    """

    group: Any
    cells: list[str]
    state: str
    load: float
    last: int
    values: dict[str, float]
    styles: dict[str, str]


def combined(*filters: str) -> str:
    """A filter that passes what all of them pass; empty ones pass everything."""
    given = [text for text in filters if text.strip()]
    return given[0] if len(given) == 1 else " and ".join(f"({text})" for text in given)


class Table:
    """The groups of a shape, and their rows in order.

    settings: how records are selected and printed. parts: fields whose values rows have besides those that are added up. preserves: fields
    that are no keys are kept. clock: µs, for the time since a row was touched by a record. Of several threads only one at a time may use
    it.
    """

    def __init__(self, shape: Shape, settings: Settings) -> None:
        self.shape = shape
        self.settings = settings
        self.statements = self._statements()
        self.preserves = self._preserves()
        self.groups = Models(self._tables())
        self.flow = Feed(self.groups)
        self.batch = self._make_batch()
        self.record = Record()
        self.rows = Rows(_words_printer(settings, []))
        self.printer = cell_printer(settings)
        self.searched = row_printer(settings)
        self.colours: Colours | None = None
        self.sorting: tuple[Sorting, ...] = ()
        self.pattern: re.Pattern[str] | None = None
        self.sums: tuple[str, ...] = ()
        self.parts: tuple[str, ...] = ()
        self.clock: Callable[[], int] = lambda: time.monotonic_ns() // 1000
        self._values = Values()
        self._stale = True
        self._gone = False
        self._changed: set[int] = set()
        self._aged = 0

    def _statements(self) -> list[Rule]:
        """The statements of the file of models."""
        from pyargus.clients.cluster_conf import read_conf

        return read_conf(self.shape.models, self.shape.hosts).rules if self.shape.models else []

    def _tables(self) -> list[Statement]:
        """What the rows are merged by: the statements of the file, or one for everything."""
        from pyargus.record.cluster_cy import Statement

        if not self.statements:
            return [Statement(self._aggregator(self._key()))]
        from pyargus.clients.racluster import make_statements

        settings = self.settings.but(own={"f": [self.shape.models]}, rmon=self.shape.hosts)
        return make_statements(settings, "nopreserve" not in self.settings.mode_values)

    def _statement_of(self, group: Any) -> Rule | None:
        return self.statements[group % len(self.statements)] if self.statements else None

    def keys_of(self, group: Any) -> tuple[str, ...]:
        """The words of the key of a row."""
        statement = self._statement_of(group)
        return self.shape.keys if statement is None else tuple(statement.key.words) or DEFAULT_KEYS

    def filter_of(self, group: Any) -> str:
        """A filter that the records of a row passed."""
        statement = self._statement_of(group)
        return self.shape.filter if statement is None else combined(self.shape.filter, statement.filter)

    def _preserves(self) -> bool:
        key, modes = self._key(), self.settings.mode_values
        if self.statements:
            return "nopreserve" not in modes
        # A host is the source of one record and the destination of the next, so that neither may be left out.
        return self.shape.hosts or key.rmon or ("nopreserve" not in modes and ("preserve" in modes or not key.words))

    def _key(self) -> Key:
        from pyargus.record.keys import parse_key

        return parse_key(self.shape.keys if self.shape.keys != DEFAULT_KEYS else (), self.shape.hosts)

    def _aggregator(self, key: Key, twin: bool = False) -> Aggregator:
        """Groups of a key; a twin leaves the records that it is given as they are."""
        from pyargus.clients.select import is_raw
        from pyargus.record.group_cy import Aggregator

        modes = self.settings.mode_values
        correct = "nocorrect" not in modes and ("correct" in modes or not key.words)
        hosts = self.shape.hosts or key.rmon
        preserve = twin or self.preserves
        made = Aggregator(key, correct, preserve, hosts and not twin, "norep" in modes)
        made.raw = not twin and is_raw(self.settings)
        return made

    def twin(self, group: Any, record: Record) -> Aggregator:
        """Groups of the key of a row that hold a record and nothing else."""
        statement = self._statement_of(group)
        made = self._aggregator(self._key() if statement is None else statement.key, True)
        made.add(record)
        return made

    def _make_batch(self) -> Any:
        from pyargus.clients.frame import make_batch
        from pyargus.clients.select import make_filter
        from pyargus.record.output_cy import Output

        settings = self.settings.but(filter=combined(self.settings.filter, self.shape.filter))
        batch = make_batch(settings, Output())
        batch.stage = self.flow
        batch.filter = make_filter(settings)
        return batch

    @property
    def past(self) -> bool:
        """Whether it shows some time ago."""
        return bool(self.flow.until)

    def feed(self, data: bytes | memoryview) -> None:
        """Take whole records."""
        view = memoryview(data)
        at = 0
        try:
            while at < len(view) and not self.batch.done:
                at = self.batch.run(view, at, 0)
                if self.batch.trouble:
                    break
        finally:
            self.batch.record.point_to(b"")
            view.release()

    @property
    def count(self) -> int:
        """Rows in the table."""
        return int(self.groups.count())

    @property
    def listed(self) -> int:
        """Rows that are shown."""
        return int(self.rows.listed)

    def sort(self, sorting: Sequence[Sorting]) -> None:
        """Set the order."""
        if tuple(sorting) == self.sorting:
            return
        self.sorting = tuple(sorting)
        ids = [BY_NAME[one.field].id for one in sorting]
        self.rows.printer = _words_printer(self.settings, ids)
        self.rows.sort_by(ids, [int(one.down) for one in sorting])
        self._stale = True

    def add_up(self, fields: Sequence[str]) -> None:
        """Set the fields whose sums are wanted."""
        if tuple(fields) != self.sums:
            self.sums = tuple(fields)
            self.rows.add_up([BY_NAME[name].id for name in fields])
            self._stale = True

    def show(self, program: Filter | None) -> None:
        """Show only rows whose record passes a filter."""
        self.rows.show(program)
        self._stale = True

    def match(self, pattern: re.Pattern[str] | None) -> None:
        """Show only rows in whose text, as printed, a pattern occurs."""
        self.pattern = pattern
        self._stale = True

    def clear(self) -> None:
        """Forget everything."""
        self.groups.clear()
        self.flow.clear()
        self.rows.clear()
        self._stale = True
        self._gone = False
        self._changed.clear()

    def turn(self, group: Any) -> bool:
        """Exchange source and destination of a group; whether it could be done."""
        self.groups.reverse(group)
        return True

    def expire(self, now: int, idle: int) -> None:
        """Drop the groups that no record has come for in the `idle` µs before `now`, on the clock of `touch`."""
        self.touch(now)
        number = len(self.statements)
        if not any(statement.idle for statement in self.statements):
            self._remove(self.rows.silent(now - idle))
            return
        for at, statement in enumerate(self.statements):
            self._remove([row for row in self.rows.silent(now - (statement.idle or idle)) if row % number == at])

    def age(self, now: int, idle: int) -> None:
        """As `expire`, while records are fed to the table that came before; it only looks once in a while."""
        if now - self._aged >= idle // AGEING:
            self._aged = now
            self.expire(now, idle)

    def expire_before(self, moment: int) -> None:
        """Drop the groups whose last record ended before a moment, µs since 1970."""
        self._remove(self.groups.expired(moment))

    def _remove(self, groups: list[int]) -> None:
        for group in groups:
            self.groups.remove(group)
            self.rows.drop(group)
            self._gone = True

    def print_as(self, settings: Settings) -> None:
        """Print rows by other settings."""
        self.settings = settings
        self.printer = cell_printer(settings)
        self.searched = row_printer(settings)
        if self.pattern is not None:
            self._stale = True

    def touch(self, now: int) -> None:
        """Note that records came at a time, µs, for what has changed."""
        changed = self.groups.changed()
        for at in changed:
            self.rows.touch(at, now)
        self._changed.update(changed)

    def arrange(self, limit: int = 0) -> bool:
        """Bring the order up to date; whether a row has changed."""
        self.touch(self.clock())
        changed = self.groups.rows() if self._stale else [at for at in self._changed if self.rows.holds(at)]
        self._changed.clear()
        self.rows.update(self.groups, self.record, changed)
        if self.pattern is not None:
            for at in changed:
                if self.rows.is_shown(at) and not self._matches(self.load(at)):
                    self.rows.hide(at)
        if changed or self._stale or self._gone:
            self.rows.arrange(limit)
        self._stale = self._gone = False
        return bool(changed)

    def _matches(self, record: Record) -> bool:
        assert self.pattern is not None
        self.searched.line(record)
        return self.pattern.search(self.searched.out.take().decode("utf-8", "replace").rstrip("\n")) is not None

    def holds(self, group: Any) -> bool:
        """Whether there is such a group."""
        return bool(self.rows.holds(group))

    def find(self, program: Filter) -> Any:
        """A group whose record passes a filter, None without."""
        for group in self.groups.rows():
            if program.accepts(self.load(group)):
                return group
        return None

    def load(self, group: Any) -> Record:
        """The record of a group; the next call changes it."""
        self.groups.record_of(group, self.record)
        return self.record

    def group_at(self, place: int) -> Any:
        """The group at a place of the order."""
        return self.rows.row_at(place)

    def place_of(self, group: Any) -> int:
        """The place of a group, -1 if it is not listed."""
        return -1 if group is None else self.rows.place_of(group)

    def texts(self, first: int, count: int) -> str:
        """Rows as they are searched, a line each, from a place of the order on."""
        self.rows.print_rows(self.groups, self.record, self.searched, first, count)
        text: str = self.searched.out.take().decode("utf-8", "replace")
        return text

    def listing(self, first: int, count: int) -> Iterator[Row]:
        """Rows from a place of the order on."""
        for place in range(first, min(first + count, self.listed)):
            group = self.group_at(place)
            record = self.load(group)
            self.printer.line(record)
            cells = self.printer.out.take().decode("utf-8", "replace").rstrip("\n").split(SEPARATOR)
            state = cells.pop().strip()
            load = self._values.real(record, LOAD)
            values = {name: self._value(record, name) for name in (*self.sums, *self.parts)}
            styles = self.colours.styles(record) if self.colours is not None else {}
            yield Row(group, cells, state, load, self.rows.last_time(group), values, styles)

    def _value(self, record: Record, name: str) -> float:
        field = BY_NAME[name].id
        value = self._values.real(record, field) if field < 200 else float(self._values.integer(record, field))
        return value if self._values.ok and value == value else 0.0

    def totals(self) -> dict[str, float]:
        """The sums over all rows that are shown."""
        return dict(zip(self.sums, self.rows.sums(), strict=True))

    def greatest(self, name: str) -> float:
        """The largest value among the rows that are shown, of a field that is added up."""
        return float(self.rows.greatest(self.sums.index(name)))


def row_printer(settings: Settings) -> Printer:
    """A printer of rows as they are searched: a blank between fields, ports after their addresses and a dot."""
    return make_printer(_one_line(settings).but(delimiter=" ", join_given=False))


def cell_printer(settings: Settings) -> Printer:
    """A printer of the cells of a row, a separator between them; the state follows."""
    columns = [*settings.columns, Column("state")]
    printer: Printer = make_printer(_one_line(settings).but(columns=columns, delimiter=SEPARATOR, join=False, join_given=True))
    printer.even = True
    return printer


def _one_line(settings: Settings) -> Settings:
    """Settings by which a record is one line without padding; a dump below it is hexadecimal digits in it."""
    return settings.but(variable=True, labels=-1, xml=False, encoding=3 if settings.encoding == 2 else settings.encoding)


def _words_printer(settings: Settings, ids: Sequence[int]) -> Printer:
    """A printer of the texts that rows are sorted by."""
    return Printer(make_style(settings.but(variable=True)), [(field, 0, 0, 0, 2, 16, None) for field in ids if 10 <= field < 100])
