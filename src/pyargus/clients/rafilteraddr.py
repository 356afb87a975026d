"""rafilteraddr: flow records that have an address of a list."""

from __future__ import annotations

import ipaddress

from pyargus.clients import frame
from pyargus.clients.argv import MANY, NONE, ONE
from pyargus.clients.options import Option
from pyargus.clients.program import Program
from pyargus.errors import BadInput, BadUse, Unreachable

TYPE_CHECKING = False

if TYPE_CHECKING:
    from pyargus.clients.settings import Settings
    from pyargus.record.pick_cy import AddressFilter


def parse_line(text: str) -> tuple[int, int, int]:
    """Version, first and last address of `address`, `address/length`, `address/mask` or `first-last`. Raises ValueError for all else.

    Of the address before a length zeros may be left out at the end, as in `10/8`.
    """
    first, dash, last = text.partition("-")
    if dash:
        low, high = ipaddress.ip_address(first), ipaddress.ip_address(last)
        if low.version != high.version or int(low) > int(high):
            raise ValueError(f"{text!r} is no range")
        return low.version, int(low), int(high)
    address, slash, length = text.partition("/")
    if slash and ":" not in address:
        text = address + ".0" * (3 - address.count(".")) + slash + length
    network = ipaddress.ip_network(text, strict=False)
    return network.version, int(network.network_address), int(network.broadcast_address)


def range_of(words: list[str]) -> tuple[int, int, int]:
    """What the words of a line say: the first of them, or two addresses with a dash between. Raises ValueError for all else."""
    if len(words) > 2 and words[1] == "-":
        try:
            return parse_line(words[0] + "-" + words[2])
        except ValueError:
            # The dash is part of the text behind an address, unless it is one that follows.
            if is_address(words[2]):
                raise
    return parse_line(words[0])


def is_address(text: str) -> bool:
    """Whether a word is an address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def read_list(name: str) -> dict[int, list[tuple[int, int]]]:
    """The ranges of a file by version of IP: the first word of each line, `#` begins a comment.

    Raises Unreachable if it cannot be read and BadInput, with the line, for what is no address.
    """
    out: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
    try:
        with open(name, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError as error:
        raise Unreachable(f"{name}: {error.strerror}") from error
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].replace(",", " ").split()
        if not words:
            continue
        try:
            version, first, last = range_of(words)
        except ValueError:
            raise BadInput(name, None, f"line {number}: no address, prefix or range: {words[0]!r}") from None
        out[version].append((first, last))
    return out


def make_stage(settings: Settings) -> AddressFilter:
    """The stage that looks addresses up. Raises BadUse without a list."""
    from pyargus.record.pick_cy import AddressFilter, Ranges

    names = settings.own.get("f", [])
    if not names:
        raise BadUse("-f FILE: expected a list of addresses")
    found: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
    for name in names:
        for version, ranges in read_list(name).items():
            found[version] += ranges
    stage = AddressFilter(Ranges(found[4]), Ranges(found[6]))
    sides = settings.own.get("m", ["saddr", "daddr"])
    if not set(sides) <= {"saddr", "daddr"}:
        raise BadUse(f"-m {' '.join(sides)}: expected saddr or daddr")
    stage.by_source, stage.by_destination = "saddr" in sides, "daddr" in sides
    stage.invert = "v" in settings.own
    stage.blank = settings.format in ("", "text", "xml") and not settings.writes
    return stage


PROGRAM = Program(
    "rafilteraddr",
    "Select flow records by a list of addresses, and print or write them.",
    own=(
        Option("f", "addresses", ONE, "FILE", "addresses, prefixes and ranges (first-last), one a line; more than one -f adds up"),
        Option("m", "side", MANY, "saddr|daddr", "look at this side only"),
        Option("v", "invert", NONE, "", "records that have none of the addresses"),
    ),
    make_stage=make_stage,
)


def main() -> None:
    """Entry point of the program."""
    frame.main(PROGRAM)
