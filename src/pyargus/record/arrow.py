"""Arrow tables and Parquet files from typed columns.

Needs pyarrow, the extra `arrow`, and imports it only when called. Every field of a schema carries `title`, `unit` and `description` in its
metadata; types are those of the field table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyargus.errors import BadUse
from pyargus.record.schema import Field

# Cells held in memory before they become a row group.
_CELLS = 1 << 21


def load() -> Any:
    """The package pyarrow. Raises BadUse where it is not installed."""
    try:
        import pyarrow
    except ImportError as error:
        raise BadUse("Arrow and Parquet need the package pyarrow: pip install 'pyargus-flow[arrow]'") from error
    return pyarrow


def rows_at_a_time(columns: int) -> int:
    """Rows of a row group: enough to compress well, few enough to hold."""
    return max(1024, min(65536, _CELLS // max(1, columns)))


def arrow_schema(fields: Sequence[Field]) -> Any:
    """The schema of a table of these fields."""
    pa = load()
    types = {
        "timestamp[us, UTC]": pa.timestamp("us", "UTC"),
        "string": pa.string(),
        "float64": pa.float64(),
        "uint64": pa.uint64(),
        "null": pa.null(),
    }
    return pa.schema(
        [
            pa.field(field.name, types[field.arrow], metadata={"title": field.title, "unit": field.unit, "description": field.text})
            for field in fields
        ]
    )


def record_batch(columns: Any, schema: Any) -> Any:
    """A record batch of what a `Columns` holds; its buffers are copies."""
    pa = load()
    rows = columns.rows
    arrays = []
    for i, field in enumerate(schema):
        if field.type == pa.null():
            arrays.append(pa.nulls(rows))
            continue
        data, offsets = columns.data(i)
        valid, absent = columns.bitmap(i)
        buffers = [pa.py_buffer(valid) if absent else None]
        if offsets is not None:
            buffers.append(pa.py_buffer(offsets))
        buffers.append(pa.py_buffer(data))
        arrays.append(pa.Array.from_buffers(field.type, rows, buffers, absent))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


class ArrowWriter:
    """Writes columns to a file: `form` parquet, or arrow, which is the Arrow IPC file format, in a `stream` the IPC stream format."""

    def __init__(self, file: Any, form: str, fields: Sequence[Field], stream: bool = False) -> None:
        pa = load()
        self.schema = arrow_schema(fields)
        self._sink = pa.PythonFile(_File(file), mode="w")
        if form == "parquet":
            import pyarrow.parquet as pq

            self._writer = pq.ParquetWriter(self._sink, self.schema, compression="zstd")
        elif stream:
            self._writer = pa.ipc.new_stream(self._sink, self.schema)
        else:
            self._writer = pa.ipc.new_file(self._sink, self.schema)

    def write(self, columns: Any) -> None:
        """What the columns hold, as one row group."""
        self._writer.write_batch(record_batch(columns, self.schema))

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()


class _File:
    """What pyarrow needs to write: `write` and a file that is not its own to close."""

    closed = False

    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, data: Any) -> int:
        return int(self._file.write(bytes(data)))

    def flush(self) -> None:
        """Nothing is held here."""

    def close(self) -> None:
        self.closed = True

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False
