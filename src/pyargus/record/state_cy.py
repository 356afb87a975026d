"""The columns that describe a transaction: direction, state, indicator flags, TCP options, encapsulation letters.

Source: argus 3 "ra fields", sections "flgs" and "dir, state, tcpopt".
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.text_cy import Text
    from cython.cimports.pyargus.record.values_cy import gap
else:
    from pyargus.record.record_cy import Record
    from pyargus.record.text_cy import Text
    from pyargus.record.values_cy import gap


class Style:
    """How values are written.

    names: 0 resolve hosts, 1 port names, 2 protocol names, 3 numbers only. precision: digits after the dot.
    tcp_letters: 0 state word, 1 TCP state letters, 2, 3, 4 TCP flag letters of both sides, source, destination.
    broadcast: the all-ones MAC address is a word in saddr and daddr too, which readers do where smac or dmac is a column.
    user_encoding: 0 ascii, 1 obfuscated, 2 hexadecimal dump, 3 hexadecimal digits, 4 base64. asn: 0 plain, 1 asdot, 2 asdot+.
    """

    def __init__(self):
        self.names = 1
        self.precision = 6
        self.tcp_letters = self.user_encoding = self.asn = 0
        self.epoch = self.abbreviate = self.cidr = self.cidr_strict = self.rmon = self.variable = self.disa = self.broadcast = False
        self.protocols = []
        self.unreachable = []
        self.unreachable6 = []
        self.ethertypes = {}
        self.saps = {}
        self.tcp = {}
        self.udp = {}
        self.dscp = {}
        self.icmp = {}
        self.icmp6 = {}
        self.vendors = {}
        self.resolve = None


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def is_tcp(rec: Record) -> cython.bint:
    return (rec.family == 1 or rec.family == 2) and rec.proto == 6 and not (rec.head[1] >> 8) & 0x80


def direction(t, rec, variable):
    """`->`, `<->` ... by which sides have packets; `who` and `tel` for ARP and RARP."""
    middle: cython.uint = 45
    left: cython.bint = True
    right: cython.bint = True
    if rec.kind & 0xF0 == 0x80:
        return 0
    if not rec.present & 8:
        return 0
    if rec.family == 4 or rec.family == 20 or rec.family == 5 or rec.family == 21:
        return t.puts(b"who")
    if is_tcp(rec):
        if rec.net == 0x03 or rec.net == 0x04 or rec.net == 0x05:
            if not rec.tcp_status & 3:
                middle = 63
            elif rec.spkts or rec.dpkts:
                # Merged into a record that ports or networks had put right.
                return t.puts(b"<- " if rec.head[1] & 0x400000 else b" ->")
    if rec.dpkts == 0:
        left = False
    if rec.spkts == 0:
        right = False
    if rec.spkts == 0 and rec.dpkts == 0:
        middle = 32
    t.ch(60 if left else 32)
    t.ch(middle)
    t.ch(62 if right else 32)
    return 0


@cython.cfunc
@cython.exceptval(-1)
def connection(t: Text, rec: Record, rmon: cython.bint) -> cython.int:
    """CON where both sides have packets, else INT, REQ or RSP; rmon: whichever host is printed first, it is the one that sent.

    Without counters there is no telling, but for ARP.
    """
    if not rec.present & 8 and rec.family != 4 and rec.family != 5:
        return 0
    if rec.spkts and rec.dpkts:
        return t.puts(b"CON")
    if rec.spkts or rmon:
        return t.puts(b"INT" if rec.cause_option & 0xF0 == 0x10 or rec.family == 4 or rec.family == 5 else b"REQ")
    if rec.dpkts:
        return t.puts(b"RSP")
    return t.puts(b"INT")


@cython.cfunc
@cython.exceptval(-1)
def tcp_flags(t: Text, bits: cython.uint) -> cython.int:
    i: cython.int
    letters: bytes = b"FSRPAUEC"
    for i in range(8):
        if bits & (cython.cast(cython.uint, 1) << i):
            t.ch(letters[i])
    return 0


@cython.cfunc
@cython.exceptval(-1)
def tcp_state(t: Text, rec: Record, letters: cython.int) -> cython.int:
    bits: cython.uint = 0
    a: cython.uint
    b: cython.uint
    if rec.net == 0x03 or rec.net == 0x04 or rec.net == 0x05:
        bits = rec.tcp_status
    else:
        rec.sflags = rec.dflags = 0
    if letters == 1:
        if bits & 1:
            t.ch(115)
        if bits & 2:
            t.ch(83)
        if bits & 4:
            t.ch(69)
        if bits & 8:
            t.ch(102)
        if bits & 16:
            t.ch(70)
        if bits & 32:
            t.ch(67)
        if bits & 0x3000:
            t.ch(82)
        return 0
    if letters:
        a = rec.sflags
        b = rec.dflags
        if (a and not rec.spkts) or (b and not rec.dpkts):
            a, b = b, a
        if letters != 4:
            tcp_flags(t, a)
        if letters == 2:
            t.ch(95)
        if letters != 3:
            tcp_flags(t, b)
        return 0
    if bits & 0x3000:
        return t.puts(b"RST")
    if bits & 0x18:
        return t.puts(b"FIN")
    if bits & 0x20:
        return t.puts(b"CLO")
    if rec.cause_option & 0x40:
        return t.puts(b"TIM")
    if bits & 4:
        return t.puts(b"CON")
    if bits & 2:
        return t.puts(b"ACC")
    if bits & 1:
        return t.puts(b"REQ")
    if bits == 0 and not (rec.spkts and rec.dpkts):
        return t.puts(b"INT")
    return t.puts(b"CON")


def state(t, rec, style):
    """The state word of any record."""
    cause: cython.uint = rec.cause_option & 0xF0
    kind: cython.uint
    code: cython.uint
    name: bytes
    if rec.kind & 0xF0 == 0x80:
        if cause == 0x10:
            return t.puts(b"STA")
        if cause == 0x20:
            return t.puts(b"CON")
        if cause == 0x30:
            return t.puts(b"STP")
        if cause == 0x60:
            return t.puts(b"SHT")
        if cause == 0x80:
            return t.puts(b"MAX" if rec.cause_option & 2 else b"ADN" if rec.cause_option & 1 else b"ERR")
        return 0
    if cause == 0x80:
        return t.puts(b"ERR")
    if not rec.present & 2:
        return 0
    if is_tcp(rec):
        return tcp_state(t, rec, style.tcp_letters)
    if rec.family == 1 and rec.proto == 1:
        kind = rec.sport >> 8
        code = rec.sport & 0xFF
        if rec.present & ~rec.opaque & 0x4000:
            # An error that was received about it is what became of it.
            kind = rec.icmp_type
            code = rec.icmp_code
        if kind == 3:
            return t.puts(style.unreachable[code] if code < 16 else b"UR")
        return t.puts(style.icmp.get(kind, b"UNK"))
    if rec.family == 2 and rec.proto == 58:
        kind = rec.sport >> 8
        code = rec.sport & 0xFF
        name = style.icmp6.get(kind, b"UNK")
        if kind == 1:
            name = style.unreachable6[code] if code < 8 else b"UNK"
        elif kind == 3:
            name = b"TXT" if code == 0 else b"TXR" if code == 1 else b"UNK"
        elif kind == 4:
            name = b"PPH" if code == 0 else b"PPNH" if code == 1 else b"PPO" if code == 2 else b"UNK"
        return t.puts(name)
    if rec.family == 10:
        kind = rec.isis_pdu & 0x1F
        if kind == 15:
            return t.puts(b"L1-IIH")
        if kind == 16:
            return t.puts(b"L2-IIH")
        if kind == 18:
            return t.puts(b"L1-LSP")
        if kind == 20:
            return t.puts(b"L2-LSP")
        if kind == 24:
            return t.puts(b"L1-CSNP")
        if kind == 25:
            return t.puts(b"L2-CSNP")
        if kind == 26:
            return t.puts(b"L1-PSNP")
        if kind == 27:
            return t.puts(b"L2-PSNP")
        return t.puts(b"UNK")
    if rec.family == 17 or rec.family == 18:
        return t.puts(b"UNK")
    return connection(t, rec, style.rmon)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def encapsulation_letter(bit: cython.int) -> cython.uint:
    letters: bytes = b"mevlpiGaP6HCASFsRwza  T  JE "
    if bit >= 28:
        return 32
    return letters[bit]


def encapsulation(t, bits):
    """A letter for each encapsulation, in ascending order of bits."""
    i: cython.int
    letter: cython.uint
    for i in range(32):
        if bits & (cython.cast(cython.uint, 1) << i):
            letter = encapsulation_letter(i)
            if letter != 32:
                t.ch(letter)
    return 0


def flags(t, rec):
    """The nine indicator characters."""
    at: cython.Py_ssize_t = t.n
    i: cython.int = 0
    bits: cython.uint
    both: cython.uint
    have: cython.uint = rec.present & ~rec.opaque
    net: cython.uint = rec.net if have & 2 else 0
    if 0x03 <= net <= 0x05 and rec.proto != 6:
        net = 0
    t.fill(at, 9, False)
    if rec.kind & 0xF0 == 0x80:
        return 0
    if rec.kind & 0xF0 == 0x30:
        t.s[at] = 78
    if have & 4 and rec.head[2] & 0x100 and (rec.head[2] >> 8) & 0xFF != 0x19:
        t.s[at] = 84
    if have & 0x8000:
        both = rec.senc | rec.denc
        if both:
            if both & (both - 1):
                t.s[at + 1] = 42
            else:
                while both > 1:
                    both >>= 1
                    i += 1
                t.s[at + 1] = encapsulation_letter(i)
    else:
        if have & 0x80:
            t.s[at + 1] = 109
        if have & 0x2000:
            t.s[at + 1] = 101
        if have & 0x40:
            t.s[at + 1] = 118
    if have & 0x2000 and rec.head[13] & 0x300:
        t.s[at + 1] = 77
    if have & 0x4000 and rec.head[14] & 0x700:
        bits = rec.icmp_type
        t.s[at + 2] = 85 if bits == 3 else 82 if bits == 5 else 84 if bits == 11 else 73
    if net == 0x03 or net == 0x04 or net == 0x05:
        bits = rec.tcp_status
        if bits & 0x300:
            t.s[at + 3] = 42 if bits & 0x300 == 0x300 else 115 if bits & 0x100 else 100
        elif rec.family == 1 and (gap(rec, False) or gap(rec, True)):
            t.s[at + 3] = 103
        elif bits & 0x30000:
            t.s[at + 3] = 38 if bits & 0x30000 == 0x30000 else 105 if bits & 0x10000 else 114
        if bits & 0xC00:
            t.s[at + 4] = 64 if bits & 0xC00 == 0xC00 else 83 if bits & 0x400 else 68
        if bits & 0xC000:
            t.s[at + 5] = 69 if bits & 0xC000 == 0xC000 else 120 if bits & 0x4000 else 116
    elif net == 0x0A:
        if rec.sdrop or rec.ddrop:
            t.s[at + 3] = 42 if rec.sdrop and rec.ddrop else 115 if rec.sdrop else 100
        bits = rec.netw[0]
        if bits & 3:
            t.s[at + 4] = 100 if bits & 2 else 115
    elif net == 0x09:
        if rec.sdrop or rec.ddrop:
            t.s[at + 3] = 42 if rec.sdrop and rec.ddrop else 115 if rec.sdrop else 100
    elif net == 0x38:
        bits = rec.net_status
        if bits & 0x30000:
            t.s[at + 3] = 38 if bits & 0x30000 == 0x30000 else 105 if bits & 0x10000 else 114
        elif bits & 0x10 and rec.net_lost:
            t.s[at + 3] = 115
    elif net == 0x0D:
        if rec.netw[9 + 14] or rec.netw[26 + 14]:
            t.s[at + 3] = 115
    if have & 0x200:
        bits = (rec.head[9] >> 8) & 0xFF
        if bits & 0x30:
            t.s[at + 6] = 70
        both = (rec.sipopt if bits & 4 else 0) | (rec.dipopt if bits & 8 else 0)
        if bits & 0x0C and both:
            t.s[at + 7] = option_letter(both)
    if have & 2 and (rec.family == 1 or rec.family == 2) and (rec.head[1] >> 8) & 0x80:
        t.s[at + 6] = 102
    if have & 0x40000:
        t.s[at + 8] = 48 + rec.cor_count % 10
    return 0


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def option_letter(bits: cython.uint) -> cython.uint:
    if bits & (bits - 1):
        return 79
    if bits == 0x40:
        return 65
    if bits == 2:
        return 84
    if bits == 1:
        return 82
    if bits == 4:
        return 43
    if bits == 8:
        return 76
    if bits == 0x20:
        return 83
    if bits == 0x10:
        return 68
    return 85


def tcp_options(t, rec):
    """A letter for each TCP option seen."""
    letters: bytes = b"MwsSeETcNOSD"
    i: cython.int
    if not rec.present & 2 or rec.proto != 6 or (rec.net != 0x03 and rec.net != 0x05):
        return 0
    for i in range(12):
        t.ch(letters[i] if rec.tcp_options & (cython.cast(cython.uint, 0x100000) << i) else 32)
    return 0
