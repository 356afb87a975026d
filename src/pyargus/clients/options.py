"""The one table of options that every client shares.

A row says the letter, the long name, what the option takes, what to call the value in help, and one line of help. An option that
a client of this release does not carry out is refused by name. A client adds rows of its own (`program`).
"""

from __future__ import annotations

from pyargus.clients.argv import MANY, NONE, ONE, PAIR

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Final


class Option:
    """One row; `letter` is the long name where there is no letter. `refused`: why the option is turned down, empty if it works."""

    __slots__ = ("letter", "name", "refused", "takes", "text", "value")

    def __init__(self, letter: str, name: str, takes: str, value: str, text: str, refused: str = "") -> None:
        self.letter: Final = letter
        self.name: Final = name
        self.takes: Final = takes
        self.value: Final = value
        self.text: Final = text
        self.refused: Final = refused


OPTIONS: tuple[Option, ...] = (
    Option("r", "read", MANY, "FILE...", "read records from files, '-' is standard input"),
    Option("R", "read-folder", MANY, "FOLDER...", "read every file below the folders"),
    Option("w", "write", PAIR, "FILE [FILTER]", "write records to a file instead of printing, '-' is standard output"),
    Option("s", "columns", MANY, "FIELD...", "fields to print: name[:width], +name adds, +Nname inserts, -name removes"),
    Option("c", "delimiter", ONE, "CHAR", "put CHAR between fields and print them without padding"),
    Option("n", "numeric", NONE, "", "print numbers: once for ports, twice for protocols too, three times resolves hosts"),
    Option("u", "unix-time", NONE, "", "print times as seconds since 1970"),
    Option("p", "precision", ONE, "DIGITS", "digits after the dot (6)"),
    Option("L", "labels", ONE, "N", "title line: 0 once, -1 never, N before every N records"),
    Option("N", "records", ONE, "[io]N|A-B|A+K", "only these records, counted as read (i) or as printed (o)"),
    Option("Z", "tcp-flags", ONE, "b|s|d", "TCP flag letters as state: of both sides, source or destination"),
    Option("z", "tcp-states", NONE, "", "TCP state letters as state"),
    Option("H", "abbreviate", NONE, "", "print counters and rates with K, M, G ..."),
    Option("A", "totals", NONE, "", "print totals at the end"),
    Option("q", "quiet", NONE, "", "print no records"),
    Option("M", "mode", MANY, "MODE...", "man, noman, TZ=zone, printer=encoding, disa, oui, label=regex, dsrs=list, uni, rmon, xml"),
    Option("t", "time", ONE, "RANGE", "only records of a time range"),
    Option("e", "regex", ONE, "REGEX", "only records whose user data match"),
    Option("v", "invert", NONE, "", "only records whose user data do not match -e"),
    Option("i", "ignore-case", NONE, "", "ignore case in -e and -M label="),
    Option("E", "rejected", ONE, "FILE", "write the records that the filter rejects to a file; nothing is printed"),
    Option("F", "config", ONE, "FILE", "read an rc file"),
    Option("X", "no-config", NONE, "", "ignore the rc files and the options before this one, but -M -m -c -e -R -% and the program's own"),
    Option("b", "show-filter", NONE, "", "print the compiled filter and stop"),
    Option("O", "no-optimiser", NONE, "", "no effect: filters are compiled without an optimiser"),
    Option("S", "server", ONE, "URI", "read from a server: host[:port], argus+tls://host, cisco://:port; may be repeated"),
    Option("T", "seconds", ONE, "N", "stop after N seconds"),
    Option("C", "netflow", ONE, "[HOST]:PORT", "listen for NetFlow, as -S cisco:// does"),
    Option("tls-ca", "tls-ca", ONE, "FILE", "certificates that those of argus+tls:// servers are checked against"),
    Option("tls-cert", "tls-cert", ONE, "FILE", "certificate to show to argus+tls:// servers"),
    Option("tls-key", "tls-key", ONE, "FILE", "its key, where that is not in the same file"),
    Option("d", "daemon", NONE, "", "run in the background", "a reader does not run in the background"),
    Option("D", "debug", ONE, "LEVEL", "no effect: there are no debugging levels"),
    Option("m", "keys", MANY, "KEY...", "no effect but in clients that aggregate"),
    Option("U", "user", ONE, "USER/AUTH", "no effect: servers are told who we are by a TLS certificate"),
    Option("a", "address-count", ONE, "N", "no effect"),
    Option("B", "bin", ONE, "N", "no effect on files"),
    Option("f", "flow-file", ONE, "FILE", "no effect but in clients that take one"),
    Option("G", "graph", NONE, "", "no effect"),
    Option("l", "line", NONE, "", "no effect"),
    Option("P", "sort-keys", MANY, "KEY...", "no effect but in clients that sort"),
    Option("V", "verify", NONE, "", "no effect"),
    Option("J", "jitter", NONE, "", "no effect"),
    Option("Q", "queue", ONE, "N", "no effect"),
    Option("%", "percent", NONE, "", "fields as percentages", "ra, racluster and ratop have percentages"),
    Option("format", "format", ONE, "FORMAT", "text, csv, ndjson, json, xml, argus, parquet or arrow; -w FILE goes by the suffix"),
    Option("color", "color", ONE, "WHEN", "colour lines by state: auto (on a terminal, unless NO_COLOR is set), always or never"),
    Option("fields", "fields", NONE, "", "list all fields and stop"),
    Option("h", "help", NONE, "", "this help"),
)
