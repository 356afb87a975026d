"""Packet filter expressions (pcap-filter(7)), compiled by libpcap through pcapy-ng and run by `bpf_cy`."""

from array import array

from pyargus.capture.bpf_cy import FilterProgram
from pyargus.errors import BadUse, Unreachable

_SNAPLEN = 262144
_ANY_NETMASK = 0xFFFFFFFF


def instructions(expression: str, linktype: int, optimize: bool = True) -> list[tuple[int, int, int, int]]:
    """The compiled expression: (code, jump if true, jump if false, k) of each instruction.

    Raises BadUse for an expression that does not compile for this link type, Unreachable where pcapy-ng is not installed.
    """
    try:
        import pcapy
    except ImportError:
        raise Unreachable("packet filters need pcapy-ng (libpcap): pip install 'pyargus-flow[live]'") from None
    try:
        program = pcapy.compile(linktype, _SNAPLEN, expression, int(optimize), _ANY_NETMASK)
    except (pcapy.PcapError, pcapy.BPFError) as error:
        raise BadUse(f"packet filter {expression!r}: {error}") from None
    return list(program.get_bpf())


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
        name = _ARITHMETIC[code & 0xF0]
        return name, "" if name == "neg" else "x" if code & 8 else f"#{k:#x}"
    if kind == 6:
        return "ret", "A" if code & 0x18 == 0x10 else f"#{k}"
    return ("txa", "") if code & 0xF8 else ("tax", "")


def listing(expression: str, linktype: int, optimize: bool = True) -> str:
    """The compiled expression as text, an instruction a line, as tcpdump -d writes it."""
    lines = []
    for at, (code, if_true, if_false, k) in enumerate(instructions(expression, linktype, optimize)):
        if code & 7 == 5:
            if code & 0xF0 == 0:
                lines.append(f"({at:03d}) {'ja':<8} {at + 1 + k}")
                continue
            name, operand = _JUMPS[code & 0xF0], "x" if code & 8 else f"#{k:#x}"
            lines.append(f"({at:03d}) {name:<8} {operand:<16} jt {at + 1 + if_true}\tjf {at + 1 + if_false}")
        else:
            name, operand = _operand(code, k)
            lines.append(f"({at:03d}) {name:<8} {operand}".rstrip())
    return "\n".join(lines) + "\n"
