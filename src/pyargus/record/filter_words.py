"""The vocabulary of the filter language: what each word tests.

Source: argus 3 "filter expressions", section "Meaning".
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pyargus.record import names

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    from pyargus.record.filter import Node, Token

PROTOCOLS = {
    "ether": "link", "link": "link", "ppp": "link", "slip": "link", "fddi": "link", "ip": "ip", "ipv4": "ipv4", "ipv6": "ipv6",
    "arp": "arp", "rarp": "rarp",
    "tcp": "tcp", "udp": "udp", "rtp": "rtp", "rtcp": "rtcp", "udt": "udt", "icmp": "icmp", "igmp": "igmp", "mpls": "mpls",
    "vlan": "vlan", "isis": "isis", "anon": "anon",
}  # fmt: skip

# TCP flag bits, or None where the word is a status test below.
_TCP_FLAGS = {"syn": 2, "rst": 4, "reset": 4, "ack": 16, "push": 8, "urg": 32, "ece": 64, "cwr": 128, "fin": 1}
_STATUS = {"retrans": (0x100, 0x200), "drop": (0x100, 0x200), "winshut": (0x400, 0x800), "ecn": (0x4000, 0x8000),
           "outoforder": (0x10000, 0x20000), "ooo": (0x10000, 0x20000), "dup": (0x40000, 0x80000)}  # fmt: skip
_ISIS = {"hello": (15, 17), "lsp": (18, 20), "csnp": (24, 25), "psnp": (26, 27)}
FLAGS = {*_TCP_FLAGS, *_STATUS, *_ISIS, "frag", "fragonly", "multipath", "mpath"}
_CAUSES = {"start": 0x10, "init": 0x10, "status": 0x20, "stop": 0x30, "timeout": 0x40, "shut": 0x60, "error": 0x80}
_KINDS = {"man": 0x80, "mar": 0x80, "far": 0x10, "event": 0x40, "index": 0x20}
# Types of an ICMP flow, and the qualifier of an ICMP message mapped onto another flow; a redirect is only the latter.
_ICMP = {"echo": (0, 8, 0), "unreach": (3, 3, 1), "redirect": (256, 256, 2), "timexed": (11, 11, 4)}
RECORDS = {*_CAUSES, *_KINDS, *_ICMP, "normal", "wait", "synack", "finack", "est", "con", "avail", "icmpmap", "rtr", "mbr", "lvg", "cocode"}
_OPTION_BITS = {"mss": 20, "wscale": 21, "selackok": 22, "selack": 23, "tcpecho": 24, "tcpechoreply": 25, "tcptimestamp": 26, "tcpcc": 27,
                "tcpccnew": 28, "tcpccecho": 29, "secn": 30, "decn": 31}  # fmt: skip
OPTIONS = {*_OPTION_BITS, "tcpopt"}

# Quantity: fields of source and destination, and the families it is limited to (bit mask, 0 any).
_INTEGERS = {
    "byte": (219, 220), "bytes": (219, 220), "data": (222, 223), "appbyte": (222, 223), "appbytes": (222, 223),
    "pkt": (216, 217), "pkts": (216, 217), "trans": (200, 200), "seq": (201, 201), "loss": (229, 230), "gap": (231, 232),
}  # fmt: skip
_SPECIAL = {"ttl": 1, "tos": 2, "dsb": 3, "dsbyte": 3, "ipid": 4, "vid": 5, "vpri": 6, "mid": 7, "tcpb": 8, "base": 8, "spi": 9,
            "nstroke": 10, "nstrokes": 10, "asn": 11, "as": 11, "co": 12, "encaps": 13}  # fmt: skip
_REALS = {
    "dur": (100, 100), "avgdur": (103, 103), "rate": (-1, -2), "load": (-3, -4), "pcr": (111, 111), "pcratio": (111, 111),
    "abr": (111, 111), "abratio": (111, 111), "intpkt": (139, 140), "inter": (139, 140), "intpktact": (139, 140), "intpktidle": (141, 142),
    "jit": (157, 158),
    "jitter": (157, 158), "jitact": (157, 158), "jitidle": (159, 160), "ploss": (123, 124), "tcprtt": (161, 161), "deldur": (166, 166),
    "delstime": (167, 167), "delltime": (168, 168),
}  # fmt: skip
KEYS = {"host", "net", "srcid", "inode", "gateway", "port", "proto", *_INTEGERS, *_SPECIAL, *_REALS}
ONE_SIDED = {"trans", "seq", "dur", "avgdur", "pcr", "pcratio", "abr", "abratio", "tcprtt", "deldur", "delstime", "delltime", "srcid",
             "inode",
             "proto", "spi"}  # fmt: skip
AND_ED = {"intpkt", "inter", "intpktact", "intpktidle", "jit", "jitter", "jitact", "jitidle"}
_LOGIC = {"and", "or", "not", "src", "dst", "mask", "len", "broadcast", "multicast", "inbound", "outbound", "auth", "recurs", "req", "rsp"}

# Ethertypes of which flows have kinds of their own: bit n for the kind n of key.
FLOW_ETHERTYPES = {0x0800: 0x20002, 0x0806: 0x100010, 0x8035: 0x200020, 0x86DD: 0x40004}
ENCAPS = (("eth", 0x2), ("802q", 0x4), ("llc", 0x8), ("pppoe", 0x10), ("isl", 0x20), ("gre", 0x40), ("ah", 0x80), ("ipnip", 0x100),
          ("ipnip6", 0x200), ("hdlc", 0x400), ("chdlc", 0x800), ("atm", 0x1000), ("sll", 0x2000), ("fddi", 0x4000), ("slip", 0x8000),
          ("arc", 0x10000), ("wlan", 0x20000), ("prism", 0x40000), ("avs", 0x80000), ("lrh", 0x100000), ("grh", 0x200000),
          ("teredo", 0x400000), ("udt", 0x800000), ("ipsec", 0x1000000), ("juniper", 0x2000000), ("erspan", 0x4000000),
          ("mpls", 0x1))  # fmt: skip

Fail = Callable[..., Exception]


def is_keyword(word: str) -> bool:
    """Whether a word has a meaning of its own, and is no name."""
    return word in PROTOCOLS or word in FLAGS or word in RECORDS or word in OPTIONS or word in KEYS or word in _LOGIC


def vocabulary() -> list[str]:
    """Every word, for completion."""
    return sorted({*PROTOCOLS, *FLAGS, *RECORDS, *OPTIONS, *KEYS, *_LOGIC})


def _build() -> Any:
    from pyargus.record import filter as build

    return build


def protocol(name: str) -> Node:
    """A protocol word alone."""
    b = _build()
    kind = PROTOCOLS[name]
    families = {"ip": 0x60006, "ipv4": 0x20002, "ipv6": 0x40004, "arp": 0x300030, "rarp": 0x200020, "isis": 0x400}
    numbers = {"tcp": 6, "udp": 17, "icmp": 1, "igmp": 2}
    objects = {"rtp": 0x0A, "rtcp": 0x09, "udt": 0x0D}
    dsrs = {"mpls": 7, "vlan": 6}
    if kind in families:
        return b.leaf(1, name, a=families[kind])  # type: ignore[no-any-return]
    if kind in numbers:
        return b.leaf(2, name, a=numbers[kind], b=6)  # type: ignore[no-any-return]
    if kind in objects:
        return b.leaf(3, name, a=objects[kind])  # type: ignore[no-any-return]
    if kind in dsrs:
        return b.leaf(4, name, a=dsrs[kind])  # type: ignore[no-any-return]
    return b.Node("true")  # type: ignore[no-any-return]


def simple(word: str, side: str) -> Node:
    """A flag, record or option word, with its direction."""
    b = _build()
    if word in _KINDS:
        return b.leaf(5, word, a=_KINDS[word])  # type: ignore[no-any-return]
    if word in _CAUSES:
        return b.Node("true") if word == "error" else b.leaf(6, word, a=_CAUSES[word])  # type: ignore[no-any-return]
    if word in _ICMP:
        first, second, mapped = _ICMP[word]
        return b.leaf(30, word, a=first, b=second, c=mapped)  # type: ignore[no-any-return]
    if word in _ISIS:
        first, second = _ISIS[word]
        return b.leaf(31, word, a=first, b=second)  # type: ignore[no-any-return]
    if word in _OPTION_BITS or word == "tcpopt":
        bits = 0xFFF00000 if word == "tcpopt" else 1 << _OPTION_BITS[word]
        return b.both(b.leaf(1, "ipv4", a=2), b.leaf(32, word, a=bits))  # type: ignore[no-any-return]
    if word in ("rtr", "mbr", "lvg"):
        return b.leaf(33, word, a=("rtr", "mbr", "lvg").index(word))  # type: ignore[no-any-return]
    if word == "icmpmap":
        return b.leaf(4, word, a=14)  # type: ignore[no-any-return]
    if word == "cocode":
        return b.leaf(4, word, a=19)  # type: ignore[no-any-return]
    if word in ("normal", "wait", "synack", "finack"):
        return b.leaf(34, word, a={"normal": 0x20, "wait": 0x40, "synack": 2, "finack": 0x10}[word])  # type: ignore[no-any-return]
    if word in ("con", "avail", "est"):
        return b.leaf(35, word)  # type: ignore[no-any-return]
    if word == "fragonly":
        return b.Node("true")  # type: ignore[no-any-return]
    made = []
    for number, name in enumerate(("src", "dst")):
        if side in ("", "or", "and", name):
            if word in _TCP_FLAGS:
                made.append(b.leaf(36, f"{name} {word}", side=number, a=_TCP_FLAGS[word]))
            elif word in _STATUS:
                made.append(b.leaf(34 if word != "dup" else 40, f"{name} {word}", a=_STATUS[word][number], b=word in ("retrans", "drop")))
            elif word == "frag":
                made.append(b.leaf(37, f"{name} frag", a=0x10 << number))
            else:
                made.append(b.leaf(38, f"{name} multipath", a=1 << number))
    node = made[0]
    for other in made[1:]:
        node = b.both(node, other) if side == "and" else b.either(node, other)
    return node  # type: ignore[no-any-return]


def cast(word: str, proto: str) -> Node:
    """broadcast and multicast."""
    b = _build()
    link = PROTOCOLS.get(proto) == "link"
    made = []
    for side in (0, 1):
        if link and word == "broadcast":
            made.append(b.leaf(12, "ether broadcast", side=side, a=0xFFFFFFFFFFFF))
        elif link:
            made.append(b.leaf(39, "ether multicast", side=side))
        elif word == "broadcast":
            made.append(b.leaf(10, "ip broadcast", side=side, a=0xFFFFFFFF, b=0xFFFFFFFF, c=2))
        else:
            made.append(b.leaf(10, "ip multicast", side=side, a=0xE0000000, b=0xE0000000, c=2))
    return b.either(made[0], made[1])  # type: ignore[no-any-return]


def host_families(proto: str, key: str, fail: Callable[[str], Exception]) -> int:
    """Families (bit mask) in which an address may be looked for."""
    kind = PROTOCOLS.get(proto, "")
    if kind in ("tcp", "udp", "rtp", "rtcp", "udt", "igmp"):
        raise fail(f"{proto!r} modifier applied to {key}")
    if kind in ("ipv4", "icmp"):
        return 0x20002
    if kind in ("arp", "rarp"):
        return 0x100010
    if kind == "ip":
        return 0x20002
    return 0x120012


def carries(proto: str, kind: str) -> bool:
    """Whether a protocol that qualifies an address has addresses of the kind: v4, v6, or any other, of which that is not asked."""
    return not (kind == "v6" and proto in ("arp", "rarp", "ipv4", "icmp")) and not (kind == "v4" and proto == "ipv6")


def mac_number(text: str) -> int:
    """Six hexadecimal parts as one number."""
    out = 0
    for part in text.split(":"):
        out = out << 8 | int(part, 16)
    return out


def srcid_number(kind: str, text: str) -> int:
    """The 32 bits of a source id: dotted quad, integer or up to four characters."""
    if kind == "v4":
        out = 0
        for part in text.split("."):
            out = out << 8 | int(part)
        return out
    if kind == "int":
        return int(text, 0) & 0xFFFFFFFF
    return int.from_bytes(text.encode()[:4].ljust(4, b"\0"), "big")


def service_port(name: str, protocols: int) -> int | None:
    """Port of a service by its name or an alias, of tcp (bit 1) or udp (bit 2)."""
    for bit, transport in ((1, "tcp"), (2, "udp")):
        port = names.service(name, transport) if protocols & bit else None
        if port is not None:
            return port
    return None


def ethertype(name: str) -> int | None:
    """Number of an Ethernet type by name."""
    if name == "llc":
        return 0
    for number, text in names.ethertypes().items():
        if text.decode() == name:
            return number
    return None


def ip_protocol(name: str) -> int | None:
    """Number of an IP protocol by name."""
    for number, text in enumerate(names.protocols()):
        if text.decode() == name:
            return number
    return names.protocol(name)


def limited_to(key: str) -> Node | None:
    """The test that must hold besides the comparison: IPv4 for header bytes, TCP for the IP identification, ESP for its index, a flow."""
    b = _build()
    if key in ("seq", "pcr", "pcratio", "abr", "abratio"):
        return b.leaf(5, "far", a=0x10)  # type: ignore[no-any-return]
    if key in ("ttl", "tos", "dsb", "dsbyte"):
        return b.leaf(1, "ipv4", a=2)  # type: ignore[no-any-return]
    if key == "spi":
        return b.leaf(2, "esp", a=50, b=2)  # type: ignore[no-any-return]
    if key == "ipid":
        return b.leaf(2, "tcp", a=6, b=6)  # type: ignore[no-any-return]
    return None


def quantity(key: str, side: str, token: Token, compare: int, fail: Fail) -> Node:
    """A comparison with a number, or with a name where the key takes names."""
    b = _build()
    number = 0 if side == "src" else 1
    text = f"{side} {key} {('eq', 'gt', 'gte')[compare]} {token.text}"
    if key == "encaps":
        for name, bit in ENCAPS:
            if token.text.startswith(name):
                return b.leaf(41, text, side=number, a=bit)  # type: ignore[no-any-return]
        raise fail("unknown encapsulation", token)
    if key == "co":
        if token.kind not in ("name", "string") or len(token.text) != 2:
            raise fail("a country is two letters", token)
        country = int.from_bytes(token.text.encode(), "big")
        return b.leaf(42, text, side=number, compare=compare, b=12, a=country)  # type: ignore[no-any-return]
    if key in ("dsb", "dsbyte") and token.kind == "name":
        for point, label in names.dscp().items():
            if token.text.lower().startswith(label.decode()):
                return b.leaf(42, text, side=number, compare=compare, b=3, a=point)  # type: ignore[no-any-return]
        raise fail("unknown code point", token)
    if token.kind not in ("int", "float"):
        raise fail("a number is expected", token)
    if key in _REALS:
        value = float(token.text) if token.kind == "float" else float(int(token.text, 0))
        return b.leaf(43, text, compare=compare, a=_REALS[key][number] & 0xFFFF, real=value)  # type: ignore[no-any-return]
    if token.kind == "float":
        raise fail("a whole number is expected", token)
    whole = int(token.text, 8) if re.fullmatch(r"0[0-7]+", token.text) else int(token.text, 0)
    if whole < 0:
        raise fail("a number of zero or more is expected", token)
    if key in _INTEGERS:
        return b.leaf(44, text, compare=compare, a=whole, b=_INTEGERS[key][number])  # type: ignore[no-any-return]
    if key in ("vid", "vpri"):
        compare = 0
    # Bits that the part of the header has no room for do not count.
    whole &= {"mid": 0xFFFFF, "vid": 0xFFF, "vpri": 0xF, "dsb": 0x3F, "dsbyte": 0x3F}.get(key, whole)
    return b.leaf(42, text, side=number, compare=compare, b=_SPECIAL[key], a=whole)  # type: ignore[no-any-return]
