"""What options and rc files ask for, gathered in the order given."""

from __future__ import annotations

import re
import time

from pyargus.clients.argv import Given, normalise
from pyargus.clients.program import RA, Program
from pyargus.errors import BadUse
from pyargus.record.schema import BY_NAME, DEFAULT, WITHOUT_COLUMN

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "0": "\0", "\\": "\\"}
REFUSED_MODES = {
    "rtime": "files are read as fast as they can be",
    "realtime": "files are read as fast as they can be",
    "poll": "a server that is not told to start sends nothing",
    "saslmech": "servers are told who we are by a TLS certificate",
    "sql": "it only matters for clients of a database",
    "merge": "merging clients merge, and ra does not",
    "nomerge": "ra prints records as they are",
    "net": "-m saddr/24 merges by networks",
    "probe": "-m srcid merges by sensors",
    "nocolor": "--color never",
    "nocontrol": "there is no channel of control",
    "replace": "racluster and rasort put their results in the place of files",
}
DSRS = ("trans", "flow", "time", "metric", "agr", "net", "vlan", "mpls", "jitter", "ipattr", "psize", "suser", "duser", "mac", "icmp",
        "encaps", "tadj", "behavior", "cor", "cocode", "label", "asn")  # fmt: skip
ENCODINGS = {"ascii": 0, "obfuscate": 1, "hex": 2, "encode32": 3, "encode64": 4}

# The width of a time that was named without one: what its format needs.
FITTED = -1


class Column:
    """A field of the output: its name, the printf format given for it, and the width that held when it was named, 0 for the field's own."""

    __slots__ = ("format", "name", "width")

    def __init__(self, name: str, format: str = "", width: int = 0) -> None:
        self.name = name
        self.format = format
        self.width = width


class Range:
    """-N: records first to last (both included); last None is open. printed: counted as printed, not as read.

    The initial management record of the first source is number 0.
    """

    __slots__ = ("first", "last", "printed")

    def __init__(self, printed: bool = False) -> None:
        self.first = 0
        self.last: int | None = None
        self.printed = printed


class Settings:
    """Everything a client's run depends on.

    own: values of the program's own options by letter, in the order given; an empty text for each time one without a value was given.
    mode_values: the program's own words of -M with what followed them.
    rc_inputs, rc_servers: those of rc files, which count where no option names a source.
    """

    program: Program
    own: dict[str, list[str]]
    mode_values: dict[str, str]
    inputs: list[str]
    folders: list[str]
    rc_inputs: list[str]
    writes: list[tuple[str, str]]
    rejected: str = ""
    columns: list[Column]
    widths: dict[str, int]
    default_list: bool = True
    delimiter: str = " "
    variable: bool = False
    join: bool = True
    join_given: bool = False
    names: int = 1
    precision: int = 6
    unix: bool = False
    time_format: str = ""
    labels: int = 0
    span: Range
    tcp_letters: int = 0
    abbreviate: bool = False
    totals: bool = False
    quiet: bool = False
    man: bool = False
    events: bool = False
    bin_edges: bool = False
    disa: bool = False
    encoding: int = 0
    cidr: int = 0
    asn: int = 0
    quote: str = ""
    zone: str = ""
    time_range: list[str]
    regex: str = ""
    label: str = ""
    vendors: str = ""
    print_vendors: bool = False
    invert: bool = False
    ignore_case: bool = False
    show_filter: bool = False
    filter: str = ""
    ignore_rc: bool = False
    help: bool = False
    format: str = ""
    color: str = "auto"
    list_fields: bool = False
    fields_given: bool = False
    list_begun: bool = False
    parts: int = 0xFFFFFFFF
    uni: bool = False
    rmon: bool = False
    xml: bool = False
    run_time: float = 0.0
    port_rules: list[str]
    local_file: str = ""
    local_rule: str = ""
    local_only: bool = False
    domain_only: bool = False
    servers: list[str]
    rc_servers: list[str]
    server_port: int = 561
    insist: bool = False
    tls_ca: str = ""
    tls_cert: str = ""
    tls_key: str = ""
    remote_filter: str = ""
    color_support: bool = False
    color_config: str = ""
    update_interval: float = 0.0
    idle_timeout: float | None = None
    warnings: list[str]

    def __init__(self, program: Program = RA, **given: Any) -> None:
        """given: values by name. Raises AttributeError for a name that no setting has."""
        self.program = program
        self.own = {}
        self.mode_values = {}
        self.inputs = []
        self.folders = []
        self.rc_inputs = []
        self.writes = []
        self.columns = [Column(name) for name in DEFAULT]
        self.widths = {}
        self.span = Range()
        self.time_range = []
        self.port_rules = []
        self.servers = []
        self.rc_servers = []
        self.warnings = []
        self._set(given)

    def _set(self, values: dict[str, Any]) -> None:
        for name, value in values.items():
            if name not in Settings.__annotations__:
                raise AttributeError(f"there is no setting {name!r}")
            setattr(self, name, value)

    def but(self, **changes: Any) -> Settings:
        """A copy with other values, which shares the rest with this one. Raises AttributeError for a name that no setting has."""
        other = object.__new__(Settings)
        vars(other).update(vars(self))
        other._set(changes)
        return other


def width_of(settings: Settings, name: str, given: int | None = None) -> int:
    """The number of columns of a field, the digits of a time's fraction included.

    given: `Column.width`, None for the last width that was given for the name.
    """
    row = BY_NAME[name]
    given = settings.widths.get(name, 0) if given is None else given
    width = given or row.width
    if row.kind != "time":
        return width
    fitted = len(time.strftime(settings.time_format.replace("%f", "0" * settings.precision), time.localtime()))
    if given == FITTED:
        return fitted
    if name == "stime" and settings.time_format and not re.search(r"\.|%f", settings.time_format):
        # Room for the fraction is made only where the format shows one.
        return given or max(12, fitted)
    return (given or 12) + settings.precision


def parse_fields(settings: Settings, words: list[str], fresh: bool = True) -> None:
    """Carry out `-s`: each word `[+[N]|-]name[:width[:format]]`, words separated by blanks or commas.

    fresh: the first word without a sign begins a new list. Of several -s only one does, so that the others add to it.

    A name without a column is left out with a warning. Raises BadUse for an unknown field or a width below one.
    """
    for word in [part for item in words for part in re.split(r"[ ,\t]+", item) if part]:
        match = re.match(r"(?:(\+)(\d*)|(-))?([^:]*)(?::([^:]*))?(?::(.*))?$", word)
        assert match is not None
        plus, place, minus, name, width, form = match.groups()
        if name in WITHOUT_COLUMN:
            settings.warnings.append(f"-s {name}: left out, {WITHOUT_COLUMN[name]}")
            continue
        if name not in BY_NAME:
            raise BadUse(f"no such field: {name!r}{nearest(name, BY_NAME)}")
        if width and width.lstrip("-").isdigit():
            if int(width) < 1:
                raise BadUse(f"-s {word} length must be greater than 0")
            settings.widths[name] = int(width)
        settings.list_begun = True
        if minus:
            fresh = False
            for at, column in enumerate(settings.columns):
                if column.name == name:
                    del settings.columns[at]
                    break
            continue
        if not plus and fresh:
            settings.columns = []
        fresh = False
        if settings.time_format and BY_NAME[name].kind == "time" and not width:
            settings.widths[name] = FITTED
        column = Column(name, form or "", settings.widths.get(name, 0))
        if plus and place:
            settings.columns.insert(int(place), column)
        else:
            settings.columns.append(column)
    settings.fields_given = True


def nearest(name: str, names: object) -> str:
    """`` (nearest: x)`` for the closest of the names, or nothing."""
    import difflib

    close = difflib.get_close_matches(name, [str(n) for n in names], 1)  # type: ignore[attr-defined]
    return f" (nearest: {close[0]})" if close else ""


def parse_delimiter(text: str) -> str:
    """The delimiter that -c or the rc variable names: its first character, C escapes understood."""
    if len(text) >= 2 and text[0] == "\\" and text[1] in ESCAPES:
        return ESCAPES[text[1]]
    return text[:1]


def parse_range(text: str) -> Range:
    """-N. Raises BadUse if it is not `[io]n`, `[io]a-b` or `[io]a+k`."""
    match = re.fullmatch(r"([io]?)(\d+)(?:([-+])(\d+))?", text)
    if match is None:
        raise BadUse(f"-N {text}: expected n, a-b or a+k, with i or o before it")
    letter, a, sign, b = match.groups()
    out = Range(printed=letter == "o")
    if sign is None:
        out.last = int(a)
        if out.printed and int(a) == 0:
            out.last = None
    elif sign == "-":
        out.first, out.last = int(a), int(b)
    else:
        out.first, out.last = int(a), int(a) + int(b)
    if sign is not None and not out.printed and out.last is not None and out.last < out.first:
        out.last = out.first
    return out


def parse_parts(text: str) -> int:
    """-M dsrs=: the parts of a record to keep, bit n for DSR n. A plain name starts from nothing, `-name` and `+name` from everything.

    Raises BadUse for a name that no part has.
    """
    keep = 0
    for place, word in enumerate(text.split(",")):
        sign, name = (word[0], word[1:]) if word[:1] in ("+", "-") else ("", word)
        if name not in DSRS:
            raise BadUse(f"dsrs={text}: no such part: {name!r}{nearest(name, DSRS)}")
        if place == 0 and sign:
            keep = 0xFFFFFFFF
        bit = 1 << DSRS.index(name)
        keep = keep & ~bit if sign == "-" else keep | bit
    return keep


def parse_modes(settings: Settings, words: list[str]) -> None:
    """-M, in letters of either case; where there are bins of time, a length alone is that of `time`.

    Raises BadUse for a word that is no mode of the program, or one whose value is missing.
    """
    rest = iter(words)
    known = settings.program.words
    lower = {word.lower(): word for word in known}
    for word in rest:
        name, equals, value = word.partition("=")
        if word[0:1].isdigit() and "time" in known:
            settings.mode_values["time"] = word
            continue
        name = name if name in known else lower.get(name.lower(), name)
        mode = known.get(name)
        if mode is None or (bool(equals) != mode.value.startswith("=")):
            reason = REFUSED_MODES.get(word.partition(":")[0].partition("=")[0])
            if reason:
                raise BadUse(f"mode {word!r}: {reason}")
            spelled = [other + ("=" if row.value.startswith("=") else "") for other, row in known.items()]
            raise BadUse(f"no such mode: {word!r}{nearest(word, spelled)}")
        if settings.program.owns(name):
            if mode.value and not equals:
                value = next(rest, "")
                if not value:
                    raise BadUse(f"-M {name} needs a value: {mode.value}")
            settings.mode_values[name] = value
        elif name in ("uni", "rmon", "xml", "disa", "man"):
            setattr(settings, name, True)
        elif name == "noman":
            settings.man = False
        elif name == "TZ":
            settings.zone = value
        elif name == "printer":
            settings.encoding = ENCODINGS.get(value, 0)
        elif name == "oui":
            settings.print_vendors = True
        elif name == "label":
            settings.label = value
        elif name == "dsrs":
            settings.parts = parse_parts(value)


def apply(settings: Settings, given: Given) -> None:
    """Carry out one option. Raises BadUse if its value cannot be used."""
    letter = given.name
    value = given.values[0] if given.values else ""
    if letter in settings.program.own_letters:
        settings.own.setdefault(letter, []).extend(given.values or [""])
    elif letter == "r":
        settings.inputs += given.values
    elif letter == "R":
        settings.folders += given.values
    elif letter == "w":
        settings.writes.append((value, given.values[1] if len(given.values) > 1 else ""))
    elif letter == "s":
        parse_fields(settings, given.values, not settings.list_begun)
    elif letter == "c":
        settings.delimiter = parse_delimiter(value)
        settings.variable = True
        settings.join_given = True
        settings.join = settings.delimiter == ""
    elif letter == "n":
        settings.names = (settings.names + 1) % 4
    elif letter == "u":
        settings.unix = True
    elif letter == "p":
        digits = re.match(r"\d*", value)
        settings.precision = int(digits.group() or 0) if digits else 0
    elif letter == "L":
        settings.labels = _number(value, "-L")
    elif letter == "N":
        settings.span = parse_range(value)
    elif letter == "Z":
        if value[:1] not in ("b", "s", "d"):
            raise BadUse(f"-Z {value}: expected b, s or d")
        if settings.tcp_letters != 1:
            settings.tcp_letters = 2 + "bsd".index(value[0])
    elif letter == "z":
        settings.tcp_letters = 1
    elif letter == "H":
        settings.abbreviate = True
    elif letter == "A":
        settings.totals = True
    elif letter == "q":
        settings.quiet = True
    elif letter == "M":
        parse_modes(settings, given.values)
    elif letter == "t":
        settings.time_range = list(given.values)
    elif letter == "e":
        settings.regex = value
    elif letter == "v":
        settings.invert = True
    elif letter == "i":
        settings.ignore_case = True
    elif letter == "E":
        settings.rejected = value
    elif letter == "F":
        from pyargus.clients.rc import read_rc

        read_rc(settings, value)
    elif letter == "T":
        settings.run_time = _number(value, "-T")
    elif letter == "b":
        settings.show_filter = True
    elif letter == "S":
        settings.servers += given.values
    elif letter == "C":
        settings.servers.append(f"cisco://{value if ':' in value else ':' + value}")
    elif letter in ("tls-ca", "tls-cert", "tls-key"):
        setattr(settings, letter.replace("-", "_"), value)
    elif letter == "h":
        settings.help = True
    elif letter == "format":
        from pyargus.clients.formats import parse_format

        settings.format = parse_format(value)
        if value == "xml":
            parse_modes(settings, ["xml"])
    elif letter == "color":
        if value not in ("auto", "always", "never"):
            raise BadUse(f"--color {value}: expected auto, always or never")
        settings.color = value
    elif letter == "fields":
        settings.list_fields = True


def _number(text: str, option: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise BadUse(f"{option} {text}: expected a number") from None


def split_filter(text: str) -> tuple[str, str]:
    """What a reader applies and what it sends to servers: both the same, unless the words `local`, `display` and `remote` set them apart.

    Each of these stands before a filter; `display` is as `local`. What is sent is not applied again unless there is nothing else.
    """
    if not any(word in text for word in ("local", "display", "remote")):
        return text.strip(), text.strip()
    found = re.split(r"(?:^|\s)(local|display|remote)\s+", text)
    parts = {"remote": [found[0].strip()], "local": []}
    for word, expression in zip(found[1::2], found[2::2], strict=True):
        parts["remote" if word == "remote" else "local"].append(expression.strip())
    remote, local = (" and ".join(f"({part})" if len(given) > 1 else part for part in given)
                     for given in ([part for part in parts[side] if part] for side in ("remote", "local")))  # fmt: skip
    return local or remote, remote


STAYING = frozenset("McmeR%")
"""Letters of what -X leaves as it is, besides a program's own options."""


def from_argv(argv: list[str], program: Program = RA) -> Settings:
    """The settings of a command line: rc files first (unless -X), then the options in their order.

    Raises BadUse for anything that cannot be followed.
    """
    rows = program.by_letter
    arguments = normalise(argv, {letter: row.takes for letter, row in rows.items()}, {row.name: row.letter for row in program.options})
    settings = Settings(program=program, man=program.man)
    for given in arguments.options:
        if given.name == "X":
            settings.ignore_rc = True
    if any(given.name == "h" for given in arguments.options):
        # Help does not depend on rc files, which may be at fault.
        return Settings(program=program, help=True)
    if not settings.ignore_rc:
        from pyargus.clients.rc import read_defaults

        read_defaults(settings)
    kept = program.own_letters | STAYING
    for number, given in enumerate(arguments.options):
        option = rows[given.name]
        if option.refused:
            raise BadUse(f"option -{option.letter} (--{option.name}): {option.refused}")
        if given.name == "X":
            settings = Settings(program=program, man=program.man, ignore_rc=True)
            for earlier in arguments.options[:number]:
                if earlier.name in kept:
                    apply(settings, earlier)
            continue
        apply(settings, given)
    if not settings.inputs and not settings.folders and not settings.servers:
        settings.inputs, settings.servers = settings.rc_inputs, settings.rc_servers
    if arguments.words:
        settings.filter = " ".join(arguments.words)
    settings.filter, settings.remote_filter = split_filter(settings.filter)
    if program.prepare is not None:
        program.prepare(settings)
    return settings
