"""The names that the package ships for systems without /etc/services or /etc/protocols.

`python tools/make_names.py [--services FILE] [--protocols FILE] [--to FOLDER]` writes `services` and `protocols` in that form. A FILE is
one of IANA's registries as CSV (service-names-port-numbers.csv, protocol-numbers.csv; www.iana.org/assignments) or, the default, the
system's own file, which its maker derives from the registries. Kept are names, numbers and aliases, of services those of tcp and udp.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "src/pyargus/record/iana"
REGISTRY = {
    "services": "Service Name and Transport Protocol Port Number Registry",
    "protocols": "Protocol Numbers registry",
}
CSV = {
    "services": ("Service Name", "Port Number", "Transport Protocol"),
    "protocols": ("Decimal", "Keyword"),
}
TRANSPORTS = ("tcp", "udp")
_WORD = re.compile(r"[!-\"$-~]+")

Row = tuple[str, str, tuple[str, ...]]


def span(text: str) -> range:
    """Numbers of `6000` or `6000-6063`; none of anything else."""
    found = re.fullmatch(r"(\d+)(?:-(\d+))?", text.strip())
    return range(int(found[1]), int(found[2] or found[1]) + 1) if found else range(0)


def services_of_registry(rows: Iterator[dict[str, str]]) -> Iterator[Row]:
    """Name, `port/transport`, no aliases: the registry has a row for each name."""
    for row in rows:
        name, transport = row["Service Name"].strip(), row["Transport Protocol"].strip()
        if _WORD.fullmatch(name) and transport in TRANSPORTS:
            yield from ((name, f"{port}/{transport}", ()) for port in span(row["Port Number"]))


def protocols_of_registry(rows: Iterator[dict[str, str]]) -> Iterator[Row]:
    """Name in small letters, number, and the keyword as the registry writes it; without rows that have none."""
    for row in rows:
        keyword = row["Keyword"].partition("(")[0].strip()
        numbers = span(row["Decimal"])
        if _WORD.fullmatch(keyword) and len(numbers) == 1:
            yield keyword.lower(), str(numbers[0]), (keyword,) if keyword != keyword.lower() else ()


def rows_of_system(kind: str, text: str) -> Iterator[Row]:
    """Name, number and aliases of a file in the form of /etc/services or /etc/protocols."""
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        number, _, transport = words[1].partition("/") if len(words) > 1 else ("", "", "")
        if number.isdigit() and (kind == "protocols" or transport in TRANSPORTS):
            yield words[0], words[1], tuple(words[2:])


def rows_of(kind: str, path: Path) -> tuple[str, list[Row]]:
    """Where the rows are from, and the rows. Raises SystemExit for a file of neither form."""
    text = path.read_text(encoding="utf-8-sig")
    first = next(csv.reader(text.splitlines()[:1]), [])
    if set(CSV[kind]) <= set(first):
        table = iter(csv.DictReader(text.splitlines(keepends=True)))
        rows = list(services_of_registry(table) if kind == "services" else protocols_of_registry(table))
        source = f"IANA's {REGISTRY[kind]} ({path.name})"
    else:
        rows = list(rows_of_system(kind, text))
        source = f"a system's /etc/{kind}, which is derived from IANA's {REGISTRY[kind]}"
    if not rows:
        raise SystemExit(f"{path}: neither {', '.join(CSV[kind])} as CSV nor lines of the form of /etc/{kind}")
    return source, rows


def file_of(kind: str, path: Path) -> str:
    """The file to ship."""
    source, rows = rows_of(kind, path)
    head = f"# Names, numbers and aliases of {source}.\n# Written by tools/make_names.py; not to be edited.\n"
    return head + "".join(" ".join((name, number, *aliases)) + "\n" for name, number, aliases in dict.fromkeys(rows))


def main(arguments: Sequence[str]) -> int:
    """Write both files."""
    parser = argparse.ArgumentParser(description="Write the names of services and protocols that the package ships.")
    parser.add_argument("--services", type=Path, default=Path("/etc/services"), help="CSV of the registry, or a file as /etc/services")
    parser.add_argument("--protocols", type=Path, default=Path("/etc/protocols"), help="CSV of the registry, or a file as /etc/protocols")
    parser.add_argument("--to", type=Path, default=FOLDER, help="folder to write to")
    asked = parser.parse_args(arguments)
    texts = {kind: file_of(kind, getattr(asked, kind)) for kind in CSV}
    asked.to.mkdir(parents=True, exist_ok=True)
    for kind, text in texts.items():
        (asked.to / kind).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
