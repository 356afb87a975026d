"""The field table as text: what `ra --fields` prints."""

from __future__ import annotations

from pyargus.record.schema import FIELDS

TYPES = {"timestamp[us, UTC]": "time", "string": "text", "float64": "real", "uint64": "integer", "null": "-"}


def field_list() -> str:
    """A line for each field: name, title, type, unit, description."""
    rows = [("name", "title", "type", "unit", "description")]
    rows += [(field.name, field.title, TYPES[field.arrow], field.unit, field.text) for field in FIELDS]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = []
    for row in rows:
        padded = [text.ljust(width) for text, width in zip(row[:4], widths, strict=True)]
        lines.append("  ".join([*padded, row[4]]).rstrip() + "\n")
    return "".join(lines)
