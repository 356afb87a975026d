"""Records to bytes: the layout of each DSR of the argus 3 record format, written once.

`Encoder` is a growing buffer. A record is `begin`, its DSRs in the order of the format's table (transport, flow key, time, metric,
network, ...), `end`, which fills in the length. Each DSR is one call; its first argument is the DSR's header word (type, subtype,
qualifier, length in words, from the highest byte down). Which form a DSR takes is the caller's choice and stands in the header: the
sensor's forms are `flow.emit_cy`'s, a reader's `client_cy`'s, and `rewrite_cy` passes the header that a record came with. What a header
promises beyond the layout, `pad` fills with zeros.

Integers are big-endian on disk except where the format says little-endian (names with `le`). Addresses are host integers (IPv4 as one
32-bit number, IPv6 as two 64-bit halves, MAC as 48 bits), times seconds and a fraction, both 32 bits. Floats are the 32 bits of an IEEE
single (`single` makes them). Values wider than their place lose their high bits.

Source: argus 3 record format, "Flow records" and "Byte-order exceptions".
"""
# mypy: ignore-errors

from __future__ import annotations

import sys
from array import array

import cython

if cython.compiled:
    from cython.cimports.libc.string import memmove

_LITTLE = cython.declare(cython.bint, sys.byteorder == "little")
_FIRST_SIZE = cython.declare(cython.Py_ssize_t, 1 << 16)

# Constants above 2**31 need a C type to stay out of Python integers.
_U32 = cython.declare(cython.ulonglong, 0xFFFFFFFF)


def metric_head(apps, spkts, sbytes, sapp, dpkts, dbytes, dapp):
    """Header word of a metric DSR: the narrowest form that the format's selection rule allows; `apps`: with application bytes."""
    form: cython.uint
    width: cython.uint
    most: cython.ulonglong = 0
    if spkts:
        most = sapp if apps and sapp > sbytes else sbytes
    if dpkts:
        most = dbytes if dbytes > most else most
        most = dapp if apps and dapp > most else most
    if spkts and dpkts:
        if most <= 0xFF and spkts <= 0xFF and dpkts <= 0xFF:
            form = 1
        else:
            form = 2 if most <= 0xFFFF else 3 if most <= _U32 else 4
    elif spkts or dpkts:
        form = (6 if most <= 0xFFFF else 7 if most <= _U32 else 8) + (0 if spkts else 4)
    else:
        form = 1
    width = (cython.cast(cython.uint, 1) << ((form - 1) & 3)) * (3 if apps else 2) * (2 if form <= 4 else 1)
    return cython.cast(cython.uint, (0x10040000 if apps else 0x10010000) | (form << 8) | (1 + (width + 3) // 4))


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def turned(value: cython.uint) -> cython.uint:
    """The four bytes of a word in the other order."""
    return ((value >> 24) & 0xFF) | ((value >> 8) & 0xFF00) | ((value & 0xFF00) << 8) | ((value & 0xFF) << 24)


@cython.final
@cython.cclass
class Encoder:
    """A buffer of encoded records; `take` hands out what is complete and starts afresh.

    pos: bytes held; records: encoded since the start.
    """

    def __init__(self):
        self.hold(bytearray(_FIRST_SIZE))
        self.pos = self.start = self.limit = 0
        self.records = 0
        word = memoryview(array("f", [0.0]))
        self.real = word
        self.bits = word.cast("B").cast("I")

    def size(self):
        """Bytes held, complete records only when called between records."""
        return self.pos

    def take(self):
        """Everything encoded since the last call."""
        data = bytes(self.out[: self.pos])
        self.pos = 0
        return data

    def held(self):
        """The same as a view, which is valid until something is encoded; it stays held until `clear`."""
        return memoryview(self.out)[: self.pos]

    def clear(self):
        """Forget what is held."""
        self.pos = 0
        return 0

    def room(self, size):
        """Make sure that `size` more bytes can be put."""
        # What grows the buffer stands apart: a function that has views of its own sets them up at every call.
        if self.pos + size > self.out.shape[0]:
            self.grow(size)
        return 0

    def grow(self, size):
        store = bytearray((2 * self.out.shape[0] + size + 3) & ~3)
        grown: cython.uchar[::1] = memoryview(store)
        grown[: self.pos] = self.out[: self.pos]
        return self.hold(store)

    def hold(self, store):
        """Write to this buffer from now on, whose length is a multiple of four; what it holds before `pos` is what was written."""
        self.out = memoryview(store)
        # The same bytes as words: most of what is written stands at a multiple of four.
        self.wide = memoryview(store).cast("I")
        return 0

    # ---- words

    def u8(self, value):
        self.out[self.pos] = value & 0xFF
        self.pos += 1
        return 0

    def u16(self, value):
        o: cython.Py_ssize_t = self.pos
        self.out[o] = (value >> 8) & 0xFF
        self.out[o + 1] = value & 0xFF
        self.pos = o + 2
        return 0

    def le16(self, value):
        o: cython.Py_ssize_t = self.pos
        self.out[o] = value & 0xFF
        self.out[o + 1] = (value >> 8) & 0xFF
        self.pos = o + 2
        return 0

    def u32(self, value):
        if self.pos & 3:
            return self.octets(value)
        self.wide[self.pos >> 2] = turned(value) if _LITTLE else cython.cast(cython.uint, value & _U32)
        self.pos += 4
        return 0

    def octets(self, value):
        """Four bytes in any place."""
        o: cython.Py_ssize_t = self.pos
        self.out[o] = (value >> 24) & 0xFF
        self.out[o + 1] = (value >> 16) & 0xFF
        self.out[o + 2] = (value >> 8) & 0xFF
        self.out[o + 3] = value & 0xFF
        self.pos = o + 4
        return 0

    def le32(self, value):
        o: cython.Py_ssize_t = self.pos
        if o & 3 == 0:
            self.wide[o >> 2] = cython.cast(cython.uint, value & _U32) if _LITTLE else turned(value)
            self.pos = o + 4
            return 0
        self.out[o] = value & 0xFF
        self.out[o + 1] = (value >> 8) & 0xFF
        self.out[o + 2] = (value >> 16) & 0xFF
        self.out[o + 3] = (value >> 24) & 0xFF
        self.pos = o + 4
        return 0

    def u64(self, value):
        self.u32(cython.cast(cython.uint, (value >> 32) & _U32))
        self.u32(cython.cast(cython.uint, value & _U32))
        return 0

    def u48(self, value):
        self.u16(cython.cast(cython.uint, (value >> 32) & 0xFFFF))
        self.u32(cython.cast(cython.uint, value & _U32))
        return 0

    def single(self, value):
        """The bits of the nearest IEEE single."""
        self.real[0] = value
        return self.bits[0]

    def span(self, data, offset, count):
        """`count` bytes of `data` from `offset`, as they are. Raises IndexError for some that it does not have."""
        if count <= 0:
            return 0
        if offset < 0 or offset + count > data.shape[0]:
            raise IndexError("bytes beyond the data")
        self.room(count)
        if cython.compiled:
            memmove(cython.address(self.out[self.pos]), cython.address(data[offset]), count)
        else:
            self.out[self.pos:self.pos + count] = data[offset:offset + count]
        self.pos += count
        return 0

    # ---- frames

    def begin(self, kind, cause):
        """Open a record: `kind` is the first byte (class and version), `cause` the second."""
        self.room(1024)
        self.start = self.pos
        self.u8(kind)
        self.u8(cause)
        self.u16(0)
        return 0

    def end(self):
        """Close the record: its length in words is written.

        Raises OverflowError for one longer than the format can say (262,140 bytes); what was put of it is taken back.
        """
        words: cython.Py_ssize_t = (self.pos - self.start) >> 2
        if words > 0xFFFF:
            self.pos = self.start
            raise OverflowError("record longer than 65535 words")
        self.out[self.start + 2] = (words >> 8) & 0xFF
        self.out[self.start + 3] = words & 0xFF
        self.records += 1
        return 0

    def dsr(self, head):
        """A DSR's header word. The methods below begin with it; alone it is the DSR without a body, or one whose body is only bytes."""
        size: cython.Py_ssize_t = 4 * cython.cast(cython.Py_ssize_t, head & 0xFFFF if head & 0x800000 else head & 0xFF)
        self.room(size + 1024)
        self.limit = self.pos + size
        self.u32(head)
        return 0

    def pad(self):
        """Zeros up to where the header of the DSR that was opened last says that it ends."""
        while self.pos < self.limit:
            self.out[self.pos] = 0
            self.pos += 1
        return 0

    # ---- identity of the flow

    def transport(self, head, ident, sequence):
        self.dsr(head)
        if head & 0x10000:
            self.u32(ident)
        if head & 0x20000:
            self.u32(sequence)
        return 0

    def transport_5(self, head, hi, lo, ident, interface, sequence):
        """The 5.x form: sources of 4, 8 or 16 bytes, an interface name."""
        kind: cython.uint = (head >> 8) & 0x2F
        self.dsr(head)
        if head & 0x10000:
            if kind == 0x22 or kind == 0x02 or kind == 0x03:
                self.u64(hi)
                if kind != 0x03:
                    self.u64(lo)
            else:
                self.u32(ident)
            if head & 0x1000:
                self.u32(interface)
        if head & 0x20000:
            self.u32(sequence)
        return 0

    def key_ipv4(self, head, a, b, protocol, inner, w14, w16, w18):
        """IPv4 key; w14, w16, w18 are the three 16-bit words after the protocol bytes, as they stand on disk."""
        self.dsr(head)
        self.u32(a)
        self.u32(b)
        self.u8(protocol)
        self.u8(inner)
        self.u16(w14)
        self.u16(w16)
        self.u16(w18)
        return 0

    def key_ipv6(self, head, a0, a1, b0, b1, protocol, w40, w42, smask, dmask):
        """IPv6 key.

        protocol: with the flow label below it; w40, w42: ports, ICMPv6 type and code, halves of SPI or fragment id; mask lengths are
        written where the header has a place for them.
        """
        self.dsr(head)
        self.u64(a0)
        self.u64(a1)
        self.u64(b0)
        self.u64(b1)
        self.u32(protocol)
        self.u16(w40)
        self.u16(w42)
        if head & 0x4000 and head & 0xFF >= 12:
            self.le16(smask)
            self.le16(dmask)
        return 0

    def key_ethernet(self, head, first, second, ethertype, sap1, sap2):
        """Ethernet key (and UDT's): destination first."""
        self.dsr(head)
        self.u48(first)
        self.u48(second)
        self.u16(ethertype)
        self.u8(sap1)
        self.u8(sap2)
        return 0

    def key_matrix_ipv4(self, head, a, b):
        self.dsr(head)
        self.le32(a)
        self.le32(b)
        return 0

    def key_matrix_ipv6(self, head, a0, a1, b0, b1):
        self.dsr(head)
        self.u64(a0)
        self.u64(a1)
        self.u64(b0)
        self.u64(b1)
        return 0

    def arp_head(self, head, hardware, protocol, hln, pln, operation, address):
        """Head of an ARP or RARP key with its first protocol address; the other addresses follow."""
        self.dsr(head)
        self.u16(hardware)
        self.u16(protocol)
        self.u8(hln)
        self.u8(pln)
        self.u16(operation)
        self.u32(address)
        return 0

    def key_octets(self, head, body):
        """A key that is a cut of the packet, in the packet's order: ARP, RARP, 802.11, ISIS."""
        view: cython.const[cython.uchar][::1] = memoryview(body)
        self.dsr(head)
        self.span(view, 0, view.shape[0])
        return self.pad()

    # ---- time and counters

    def time(self, head, form, s0, f0, s1, f1, s2, f2, s3, f3):
        """Up to four stamps: src start, src end, dst start, dst end, seconds and fraction each.

        form: 0 no stamp, 1 or 5 the first, 2 the first two for both directions together, 3 one for each side bit of the header, 4 the same
        but all after the first as offsets from it.
        """
        bits: cython.uint = (head >> 19) & 15
        unit: cython.longlong = 1000000000 if (head >> 8) & 0xFF == 0x19 else 1000000
        first: cython.longlong = -1
        self.dsr(head)
        if form < 3 or form == 5:
            bits = 0 if form == 0 else 3 if form == 2 else 1
        if bits & 1:
            self.stamp(first, unit, s0, f0)
            first = cython.cast(cython.longlong, s0) * unit + f0 if form == 4 else -1
        if bits & 2:
            self.stamp(first, unit, s1, f1)
            if form == 4 and first < 0:
                first = cython.cast(cython.longlong, s1) * unit + f1
        if bits & 4:
            self.stamp(first, unit, s2, f2)
            if form == 4 and first < 0:
                first = cython.cast(cython.longlong, s2) * unit + f2
        if bits & 8:
            self.stamp(first, unit, s3, f3)
        return 0

    def stamp(self, first, unit, sec, frac):
        """A stamp as seconds and fraction, or as the offset from the first where that is not below zero. unit: fractions of a second."""
        if first >= 0:
            return self.u32(cython.cast(cython.uint, (cython.cast(cython.longlong, sec) * unit + frac - first) & _U32))
        self.u32(sec)
        return self.u32(frac)

    def counter(self, width, value):
        if width == 1:
            self.u8(cython.cast(cython.uint, value & 0xFF))
        elif width == 2:
            self.u16(cython.cast(cython.uint, value & 0xFFFF))
        elif width == 4:
            self.u32(cython.cast(cython.uint, value & _U32))
        else:
            self.u64(value)
        return 0

    def metric(self, head, spkts, sbytes, sapp, dpkts, dbytes, dapp):
        """Packets, bytes and application bytes in the form that the header (`metric_head`) says."""
        form: cython.uint = (head >> 8) & 0x0F
        apps: cython.bint = not head & 0x10000
        width: cython.uint = cython.cast(cython.uint, 1) << ((form - 1) & 3)
        self.dsr(head)
        if form <= 8:
            self.counter(width, spkts)
            self.counter(width, sbytes)
            if apps:
                self.counter(width, sapp)
        if form <= 4 or form > 8:
            self.counter(width, dpkts)
            self.counter(width, dbytes)
            if apps:
                self.counter(width, dapp)
        return 0

    def aggregation(self, head, count, words):
        """words: four of times, then activity and idle statistics of seven each."""
        i: cython.int
        self.dsr(head)
        self.u32(count)
        if head & 0xFF == 20:
            for i in range(4):
                self.u32(words[i])
            for i in range(4, 18):
                self.le32(words[i])
        return 0

    # ---- network

    def tcp_initial(self, head, status, sequence, options, window, flags, shift):
        """TCP of a flow of one segment."""
        self.dsr(head)
        self.u32(status)
        self.u32(sequence)
        self.u32(options)
        self.u16(window)
        self.u8(flags)
        self.u8(shift)
        return 0

    def tcp_status(self, head, status, sflags, dflags, rest):
        self.dsr(head)
        self.u32(status)
        self.u8(sflags)
        self.u8(dflags)
        self.u16(rest)
        return 0

    def tcp_full(self, head, status, state, options, synack, ackdat):
        """Head of the full TCP object; two `tcp_side` follow, src first."""
        self.dsr(head)
        self.u32(status)
        self.u32(state)
        self.u32(options)
        self.u32(synack)
        self.u32(ackdat)
        return 0

    def tcp_side(self, last_s, last_f, status, base, seq, ack, winnum, payload, retrans, ackbytes, winbytes, window, flags, shift):
        self.u32(last_s)
        self.u32(last_f)
        self.u32(status)
        self.u32(base)
        self.u32(seq)
        self.u32(ack)
        self.u32(winnum)
        self.u32(payload)
        self.u32(retrans)
        self.u32(ackbytes)
        self.u32(winbytes)
        self.u16(window)
        self.u8(flags)
        self.u8(shift)
        return 0

    # ---- attributes and statistics

    def pair16(self, head, source, destination):
        """A value of 16 bits of each side: VLAN tags, country codes."""
        self.dsr(head)
        self.u16(source)
        self.u16(destination)
        return 0

    def pair32(self, head, source, destination):
        """A value of 32 bits of each side: encapsulations, keystrokes, AS numbers."""
        self.dsr(head)
        self.u32(source)
        self.u32(destination)
        return 0

    def mpls(self, head, labels, count):
        i: cython.uint
        self.dsr(head)
        for i in range(count):
            self.u32(labels[i])
        return 0

    def jitter(self, head, blocks, stride, words):
        """A block for each bit of `blocks` (src active, src idle, dst active, dst idle), block b of `stride` words at 16 b of `words`."""
        b: cython.uint
        i: cython.uint
        self.dsr(head)
        for b in range(4):
            if (blocks >> b) & 1:
                for i in range(stride):
                    self.u32(words[16 * b + i])
        return 0

    def attributes(self, head, sttl, stos, sident, soptions, dttl, dtos, dident, doptions):
        """IP attributes that the qualifier's bits announce; identifications as they stand on disk, byte-swapped against the packet."""
        self.dsr(head)
        if head & 0x100:
            self.u8(sttl)
            self.u8(stos)
            self.u16(sident)
        if head & 0x400:
            self.u32(soptions)
        if head & 0x200:
            self.u8(dttl)
            self.u8(dtos)
            self.u16(dident)
        if head & 0x800:
            self.u32(doptions)
        return 0

    def packet_size(self, head, smin, smax, dmin, dmax, shist, dhist):
        """Smallest and largest frame of the sides that the qualifier names, then the histograms for which there is room."""
        form: cython.uint = (head >> 8) & 0x0F
        self.dsr(head)
        if form == 2 or form == 6:
            self.u16(smin)
            self.u16(smax)
        if form == 2 or form == 10:
            self.u16(dmin)
            self.u16(dmax)
        if head & 0x50000 == 0x50000 and self.pos < self.limit:
            self.u32(shist)
        if head & 0x60000 == 0x60000 and self.pos < self.limit:
            self.u32(dhist)
        return 0

    def user_data(self, head, size, count):
        """Head of user data, with the 16-bit length form: capacity and count; the bytes follow."""
        self.dsr(head)
        self.u16(size)
        self.u16(count)
        return 0

    def mac(self, head, dmac, smac, ethertype, dsap, ssap):
        self.dsr(head)
        self.u48(dmac)
        self.u48(smac)
        self.le16(ethertype)
        self.u8(dsap)
        self.u8(ssap)
        return 0

    def icmp_mapped(self, head, kind, sequence, source, destination, quoted_source, quoted_destination, gateway, last):
        """An ICMP error that quoted this flow; kind: type and code; last: a word without meaning."""
        self.dsr(head)
        self.u16(kind)
        self.u16(sequence)
        self.u32(source)
        self.u32(destination)
        self.u32(quoted_source)
        self.u32(quoted_destination)
        self.u32(gateway)
        self.u32(last)
        return 0

    def correlation(self, head, ident, duration, start, last, spkts, dpkts):
        self.dsr(head)
        self.le32(ident)
        self.le32(cython.cast(cython.uint, duration & _U32))
        self.le32(cython.cast(cython.uint, start & _U32))
        self.le32(cython.cast(cython.uint, last & _U32))
        self.le32(cython.cast(cython.uint, spkts & _U32))
        self.le32(cython.cast(cython.uint, dpkts & _U32))
        return 0
