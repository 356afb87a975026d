"""Tables of figures for programs that count: rows with names, in the formats that other programs read."""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

FORMATS = ("csv", "ndjson", "json")


def print_rows(rows: Sequence[dict[str, Any]], columns: Sequence[str], form: str) -> bytes:
    """Rows in one of `FORMATS`. columns: those of CSV, in their order; what a row does not have is empty there."""
    if form == "csv":
        import csv
        import io

        out = io.StringIO()
        writer = csv.DictWriter(out, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return out.getvalue().encode()
    import json

    lines = [json.dumps(row) for row in rows]
    if form == "ndjson":
        return "".join(line + "\n" for line in lines).encode()
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()
