"""Tables of figures for programs that count: rows with names, in the formats that other programs read."""

from __future__ import annotations

from pyargus.errors import BadUse

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from pyargus.clients.settings import Settings

FORMATS = ("csv", "ndjson", "json")


def take_format(settings: Settings, says: str, others: str = "", besides: Sequence[str] = ()) -> str:
    """The word of --format if it is one of `FORMATS`, which the settings then no longer have; empty for text and what is in `besides`.

    Raises BadUse for any other; `says` is what is printed, as the subject of a sentence, `others` what may stand for a format.
    """
    form = settings.format
    if settings.xml or form not in ("", "text", *FORMATS, *besides):
        raise BadUse(f"--format {'xml' if settings.xml else form}: {says} text, {', '.join(FORMATS)}{others}")
    if form not in FORMATS:
        return ""
    settings.format = ""
    return form


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
