"""Flow records in Python: `pyargus.read`."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from os import PathLike, fspath
from types import TracebackType
from typing import Any, Self

from pyargus.errors import BadInput, BadUse
from pyargus.record.schema import BY_NAME, DEFAULT, Field

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = "timestamp[us, UTC]"


def read(
    source: str | PathLike[str], filter: str | None = None, fields: Iterable[str] | None = None, *, management: bool = False
) -> Reader:
    """Open a file of flow records, or a capture, which goes through the sensor on the way.

    source: path, `-` for standard input, or a `file://` URL; plain or compressed with gzip, bzip2, xz or zstd. filter: an expression of the
    filter language, as after `ra -`. fields: names of the field table (`ra --fields`), by default those that `ra` prints. management:
    management records too.

    Raises Unreachable if the source cannot be opened and BadUse for a field, filter or URL that cannot be followed. Iteration raises
    BadInput where the source is damaged, after the records before that place.
    """
    return Reader(source, filter, fields, management)


class Reader:
    """The records of one source; iterate once, over records, `batches` or with `to_arrow`. The source is closed at its end.

    A record is a named tuple: `record.saddr`, `record[0]`, `record._asdict()`. Values are `int`, `float`, `str`, `datetime` in UTC, or None
    where the record lacks them; units are those of the field table. `fields` is its rows in the order of the tuple.
    """

    def __init__(
        self, source: str | PathLike[str], filter: str | None = None, fields: Iterable[str] | None = None, management: bool = False
    ) -> None:
        from pyargus.clients.inputs import open_input
        from pyargus.record.filter import compile_filter

        if isinstance(fields, str):
            raise BadUse(f"fields: expected a list of names, not the text {fields!r}")
        names = list(dict.fromkeys(DEFAULT if fields is None else fields))
        for name in names:
            if name not in BY_NAME:
                from pyargus.clients.settings import nearest

                raise BadUse(f"no such field: {name!r}{nearest(name, BY_NAME)}")
        if not names:
            raise BadUse("fields: expected at least one name")
        self.fields: tuple[Field, ...] = tuple(BY_NAME[name] for name in names)
        self.name = _path(fspath(source))
        self._program = compile_filter(filter) if filter else None
        self._management = management
        self._source = open_input(self.name)
        self._running: Iterator[Any] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the source."""
        if self._running is not None and hasattr(self._running, "close"):
            self._running.close()
        self._source.close()

    def __iter__(self) -> Iterator[Any]:
        record = namedtuple("Record", [field.name for field in self.fields])  # type: ignore[misc]
        for columns in self._pieces(4096):
            yield from map(record._make, zip(*[self._values(columns, i) for i in range(len(self.fields))], strict=True))

    def batches(self, rows: int = 65536) -> Iterator[dict[str, list[Any]]]:
        """Columns of at most `rows` records each: field name to list of values."""
        for columns in self._pieces(rows):
            yield {field.name: self._values(columns, i) for i, field in enumerate(self.fields)}

    def arrow_batches(self, rows: int = 65536) -> Iterator[Any]:
        """`pyarrow.RecordBatch` objects of at most `rows` records. Raises BadUse where pyarrow is not installed."""
        from pyargus.record.arrow import arrow_schema, record_batch

        schema = arrow_schema(self.fields)
        for columns in self._pieces(rows):
            yield record_batch(columns, schema)

    def to_arrow(self) -> Any:
        """All records as a `pyarrow.Table`. Raises BadUse where pyarrow is not installed."""
        from pyargus.record.arrow import arrow_schema, load

        return load().Table.from_batches(list(self.arrow_batches()), arrow_schema(self.fields))

    def _values(self, columns: Any, i: int) -> list[Any]:
        values: list[Any] = columns.column(i)
        if self.fields[i].arrow == _TIME:
            return [None if micro is None else _EPOCH + timedelta(microseconds=micro) for micro in values]
        return values

    def _pieces(self, rows: int) -> Iterator[Any]:
        if rows < 1:
            raise BadUse(f"rows: expected at least 1, not {rows}")
        if self._running is not None:
            raise BadUse("the records of a source are read once; open it again for another pass")
        self._running = self._closing(rows)
        return self._running

    def _closing(self, rows: int) -> Iterator[Any]:
        try:
            yield from self._read(rows)
        finally:
            self._source.close()

    def _read(self, rows: int) -> Iterator[Any]:
        from pyargus.clients.formats import make_columns
        from pyargus.clients.settings import Settings
        from pyargus.record.batch_cy import Batch
        from pyargus.record.filter_cy import Filter

        columns: Any = make_columns(Settings(names=2), self.fields, rows, None)
        batch = Batch(columns)
        batch.delivery.show_man = self._management
        if self._program is not None:
            batch.filter = Filter(self._program, 6)
        source = self._source
        source.start()
        batch.opening(source.initial)
        chunks = source.chunks()
        fault: BadInput | None = None
        while fault is None:
            try:
                data, offset = next(chunks)
            except StopIteration:
                break
            except BadInput as error:
                fault = error
                break
            at = 0
            with memoryview(data) as view:
                try:
                    while at < len(view):
                        at = batch.run(view, at, offset)
                        if columns.pause:
                            yield columns
                            columns.clear()
                        elif batch.trouble:
                            fault = BadInput(self.name, offset + at, _TROUBLE[batch.trouble])
                            break
                finally:
                    batch.record.point_to(b"")
        if columns.rows:
            yield columns
        if fault is not None:
            raise fault


_TROUBLE = {1: "the file ends inside a record, or its length field is too large", 2: "a record of length zero"}


def _path(source: str) -> str:
    scheme, colon, rest = source.partition("://")
    if not colon or not scheme.isalpha():
        return source
    if scheme.lower() != "file":
        raise BadUse(f"{source}: sources of the kind {scheme}:// are not part of this release")
    from urllib.parse import unquote

    host, _, path = rest.partition("/")
    if host not in ("", "localhost"):
        raise BadUse(f"{source}: a file URL names a file of this machine")
    return "/" + unquote(path)
