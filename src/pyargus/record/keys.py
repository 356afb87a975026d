"""Words of an aggregation key to the parts that the key kernel reads.

Source: argus 3 clients, "racluster", section "Keys".
"""

from __future__ import annotations

from collections.abc import Iterable

from pyargus.errors import BadUse

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Final

# Source and destination of a part differ in the lowest bit of its code; codes from 64 on have no sides.
_SIDED = ("addr", "port", "mac", "oui", "mpls", "vlan", "vid", "vpri", "tos", "dsb", "ttl", "ipid", "tcpb", "co", "as", "net")
CODES: dict[str, int] = {side + name: 2 * place + (side == "d") for place, name in enumerate(_SIDED) for side in "sd"}
CODES.update(srcid=64, proto=65, inode=66, ias=67)
MASKED = ("saddr", "daddr", "inode", "matrix", "addr")
GROUPS = {"matrix": ("saddr", "daddr"), "macmatrix": ("smac", "dmac"), "addr": ("saddr",), "mac": ("smac",), "port": ("proto", "sport")}
RMON = ("addr", "mac", "port")
DEFAULT: tuple[str, ...] = ("srcid", "proto", "saddr", "sport", "daddr", "dport")
RMON_DEFAULT: tuple[str, ...] = ("srcid", "proto", "saddr", "sport")
WORDS: dict[str, str] = {
    "srcid": "identity of the sensor",
    "proto": "protocol",
    "saddr": "source address, /LENGTH or /MASK cuts it to a network",
    "daddr": "destination address, likewise",
    "sport": "source port, with the protocol",
    "dport": "destination port, with the protocol",
    "snet": "source address cut to its classful network",
    "dnet": "destination address cut to its classful network",
    "smac": "source MAC address",
    "dmac": "destination MAC address",
    "soui": "vendor part of the source MAC address",
    "doui": "vendor part of the destination MAC address",
    "smpls": "top MPLS label of the source",
    "dmpls": "top MPLS label of the destination",
    "svlan": "VLAN tag of the source",
    "dvlan": "VLAN tag of the destination",
    "svid": "VLAN of the source",
    "dvid": "VLAN of the destination",
    "svpri": "VLAN priority of the source",
    "dvpri": "VLAN priority of the destination",
    "stos": "TOS byte of the source",
    "dtos": "TOS byte of the destination",
    "sdsb": "DiffServ code point of the source",
    "ddsb": "DiffServ code point of the destination",
    "sttl": "time to live of the source",
    "dttl": "time to live of the destination",
    "sipid": "IP identification of the source",
    "dipid": "IP identification of the destination",
    "stcpb": "first TCP sequence number of the source",
    "dtcpb": "first TCP sequence number of the destination",
    "inode": "node that sent an ICMP error about the flow, /LENGTH allowed",
    "sco": "country of the source",
    "dco": "country of the destination",
    "sas": "AS number of the source",
    "das": "AS number of the destination",
    "ias": "AS number of the intermediate node",
    "none": "keys before it do not count; at the end, nothing is merged",
    "matrix": "pair of addresses whichever is the source, /LENGTH allowed",
    "macmatrix": "pair of MAC addresses whichever is the source",
    "addr": "each host on its own: saddr with -M rmon, /LENGTH allowed",
    "mac": "each station on its own: smac with -M rmon",
    "port": "each service on its own: proto sport with -M rmon",
}


class Part:
    """A part of a key: its code, and for addresses the mask lengths of IPv4 and IPv6, 255 for the whole address."""

    __slots__ = ("code", "length4", "length6")

    def __init__(self, code: int, length4: int = 255, length6: int = 255) -> None:
        self.code: Final = code
        self.length4: Final = length4
        self.length6: Final = length6


class Key:
    """A parsed key.

    words: as given, for sorting the output; parts: empty for a key that merges nothing or everything. rmon: every record counts for both of
    its ends; matrix: the sides of a pair are exchanged as needed. nothing: no two records are merged. given: False for the default key.
    """

    __slots__ = ("given", "matrix", "nothing", "parts", "rmon", "words")

    def __init__(
        self,
        words: tuple[str, ...],
        parts: tuple[Part, ...],
        rmon: bool = False,
        matrix: bool = False,
        nothing: bool = False,
        given: bool = True,
    ) -> None:
        self.words: Final = words
        self.parts: Final = parts
        self.rmon: Final = rmon
        self.matrix: Final = matrix
        self.nothing: Final = nothing
        self.given: Final = given

    @property
    def whole(self) -> bool:
        """Whether the key has both addresses and both ports."""
        return {CODES[name] for name in ("saddr", "daddr", "sport", "dport")} <= {part.code for part in self.parts}


def mask_lengths(word: str, text: str) -> tuple[int, int]:
    """Mask lengths for IPv4 and IPv6 of what stands after the slash. Raises BadUse for what is neither a length nor a mask."""
    if text.isdigit() and int(text) <= 128:
        return min(int(text), 255 if int(text) > 32 else 32), int(text)
    import ipaddress

    try:
        mask = ipaddress.ip_address(text)
    except ValueError:
        raise BadUse(f"key {word!r}: {text!r} is neither a length nor a mask") from None
    bits = f"{int(mask):0{mask.max_prefixlen}b}"
    length = len(bits.rstrip("0"))
    if "0" in bits[:length]:
        raise BadUse(f"key {word!r}: {text!r} is not a mask of a network")
    return (length, 255) if mask.version == 4 else (255, length)


def parse_key(words: Iterable[str], rmon: bool = False) -> Key:
    """The key of the words of -m, or of a model of racluster.conf; without words the default key, of `rmon` if each end counts.

    Raises BadUse for a word that is no key, with the nearest that is one, and for a mask that cannot be followed.
    """
    given = tuple(word.lower() for item in words for word in item.replace(",", " ").split())
    if not given:
        return Key((), tuple(Part(CODES[name]) for name in (RMON_DEFAULT if rmon else DEFAULT)), rmon, given=False)
    parts: list[Part] = []
    matrix = nothing = False
    for word in given:
        name, slash, mask = word.partition("/")
        if name not in WORDS:
            import difflib

            close = difflib.get_close_matches(name, list(WORDS), 1)
            raise BadUse(f"no such key: {word!r}" + (f" (nearest: {close[0]})" if close else ""))
        if slash and name not in MASKED:
            raise BadUse(f"key {word!r}: only addresses are cut to networks ({', '.join(MASKED)})")
        lengths = mask_lengths(word, mask) if slash else (255, 255)
        matrix = matrix or name in ("matrix", "macmatrix")
        rmon = rmon or name in RMON
        if name == "none":
            nothing, matrix = True, False
            continue
        if nothing:
            # The keys before it do not count, those after it do.
            nothing, parts = False, []
        for member in GROUPS.get(name, (name,)):
            if member in ("sport", "dport") and not any(part.code == CODES["proto"] for part in parts):
                parts.append(Part(CODES["proto"]))
            before = next((part for part in parts if part.code == CODES[member]), None)
            if before is not None:
                parts.remove(before)
            # A length that was given holds until another is.
            parts.append(Part(CODES[member], *lengths) if slash or before is None else before)
    return Key(given, tuple(parts), rmon, matrix, nothing)
