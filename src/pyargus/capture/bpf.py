"""Packet filter expressions (pcap-filter(7)), compiled by libpcap through pcapy-ng and run by `bpf_cy`."""

from array import array
from collections.abc import Iterable

from pyargus.capture.bpf_cy import FilterProgram
from pyargus.errors import BadUse, Unreachable

_SNAPLEN = 262144
_ANY_NETMASK = 0xFFFFFFFF

# What an expression may speak of depends on the link: Ethernet, raw IP, 802.11 with radiotap, Linux cooked, PPP.
_LINKTYPES = (1, 12, 127, 113, 9)

# Where the number of a link type in files (LINKTYPE) is not that of libpcap (DLT): ATM, raw IP, SLIP and PPP of BSD/OS, ATM CLIP.
_DLT = {100: 11, 101: 12, 102: 15, 103: 16, 106: 19}


def instructions(expression: str, linktype: int, optimize: bool = True) -> list[tuple[int, int, int, int]]:
    """The compiled expression: (code, jump if true, jump if false, k) of each instruction.

    Raises BadUse for an expression that does not compile for this link type, Unreachable where pcapy-ng is not installed.
    """
    try:
        import pcapy
    except ImportError:
        raise Unreachable("packet filters need pcapy-ng (libpcap): pip install 'pyargus-flow[live]'") from None
    try:
        program = pcapy.compile(_DLT.get(linktype, linktype), _SNAPLEN, expression, int(optimize), _ANY_NETMASK)
    except (pcapy.PcapError, pcapy.BPFError) as error:
        raise BadUse(f"packet filter {expression!r}: {error}") from None
    return list(program.get_bpf())


def check(expression: str) -> None:
    """Raises BadUse, with the message for Ethernet, for an expression that compiles for no link type; Unreachable as `instructions`."""
    first: BadUse | None = None
    for linktype in _LINKTYPES:
        try:
            instructions(expression, linktype)
        except BadUse as error:
            first = first or error
        else:
            return
    if first:
        raise first


def compile_filter(expression: str, linktype: int, optimize: bool = True) -> FilterProgram:
    """A filter for frames of this link type; raises as `instructions`."""
    codes, jumps, constants = array("I"), array("I"), array("I")
    for code, if_true, if_false, k in instructions(expression, linktype, optimize):
        codes.append(code)
        jumps.append((if_true << 8) | if_false)
        constants.append(k & 0xFFFFFFFF)
    return FilterProgram(codes, jumps, constants)


_LOADS = {0x00: "ld", 0x08: "ldh", 0x10: "ldb"}
_ARITHMETIC = {
    code << 4: name for code, name in enumerate(("add", "sub", "mul", "div", "or", "and", "lsh", "rsh", "neg", "mod", "xor"))
}
_JUMPS = {0x10: "jeq", 0x20: "jgt", 0x30: "jge", 0x40: "jset"}


def _operand(code: int, k: int) -> tuple[str, str]:
    """Mnemonic and operand of one instruction that is no conditional jump."""
    kind, mode = code & 7, code & 0xE0
    if kind in (0, 1):
        name = _LOADS.get(code & 0x18, "ld") if kind == 0 else "ldx"
        if mode == 0xA0:
            return "ldxb", f"4*([{k}]&0xf)"
        return name, {0x00: f"#{k:#x}", 0x20: f"[{k}]", 0x40: f"[x + {k}]", 0x60: f"M[{k}]", 0x80: "#pktlen"}[mode]
    if kind in (2, 3):
        return ("st", "stx")[kind - 2], f"M[{k}]"
    if kind == 4:
        # Masks are shown in hexadecimal, numbers with their sign.
        number = f"#{k:#x}" if code & 0xF0 in (0x40, 0x50, 0xA0) else f"#{k - 2**32 if k >> 31 else k}"
        name = _ARITHMETIC[code & 0xF0]
        return name, "" if name == "neg" else "x" if code & 8 else number
    if kind == 6:
        return "ret", "A" if code & 0x18 == 0x10 else f"#{k}"
    return ("txa", "") if code & 0xF8 else ("tax", "")


def listing(program: Iterable[tuple[int, int, int, int]]) -> str:
    """Instructions as text, one a line, as tcpdump -d writes them."""
    lines = []
    for at, (code, if_true, if_false, k) in enumerate(program):
        if code & 7 == 5 and code & 0xF0:
            name, operand = _JUMPS[code & 0xF0], "x" if code & 8 else f"#{k:#x}"
            lines.append(f"({at:03d}) {name:<8} {operand:<16} jt {at + 1 + if_true}\tjf {at + 1 + if_false}")
        else:
            name, operand = ("ja", str((at + 1 + k) & 0xFFFFFFFF)) if code & 7 == 5 else _operand(code, k)
            lines.append(f"({at:03d}) {name:<8} {operand}")
    return "\n".join(lines) + "\n"
