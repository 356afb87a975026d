"""Records to bytes: one writer for each DSR of the argus 3 record format.

`Encoder` is a growing buffer. A record is `begin`, its DSRs in the order of the format's table (transport, flow key, time, metric,
network, ...), `end`, which fills in the length. Integers are big-endian on disk except where the format says little-endian
(names with `le`). Addresses are host integers (IPv4 as one 32-bit number, IPv6 as two 64-bit halves, MAC as 48 bits), times are
microseconds since 1970. Source: argus 3 record format, "Flow records" and "Byte-order exceptions".
"""

from array import array

import cython

_FIRST_SIZE = cython.declare(cython.Py_ssize_t, 1 << 16)

# Constants above 2**31 need a C type to stay out of Python integers.
_U32 = cython.declare(cython.ulonglong, 0xFFFFFFFF)


@cython.final
@cython.cclass
class Encoder:
    """A buffer of encoded records; `take` hands out what is complete and starts afresh."""

    def __init__(self) -> None:
        self.out = memoryview(bytearray(_FIRST_SIZE))
        self.pos = 0
        self.start = 0
        self.mark = 0
        self.records = 0
        word = memoryview(array("f", [0.0]))
        self.real = word
        self.bits = word.cast("B").cast("I")

    def size(self) -> int:
        """Bytes held, complete records only when called between records."""
        return self.pos

    def take(self) -> bytes:
        """Everything encoded since the last call."""
        data = bytes(self.out[: self.pos])
        self.pos = 0
        return data

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def room(self, size: cython.Py_ssize_t) -> cython.int:
        if self.pos + size > self.out.shape[0]:
            grown = bytearray(2 * self.out.shape[0] + size)
            grown[: self.pos] = bytes(self.out[: self.pos])
            self.out = memoryview(grown)
        return 0

    # ---- words

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def u8(self, value: cython.uint) -> cython.int:
        self.out[self.pos] = value & 0xFF
        self.pos += 1
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def u16(self, value: cython.uint) -> cython.int:
        self.out[self.pos] = (value >> 8) & 0xFF
        self.out[self.pos + 1] = value & 0xFF
        self.pos += 2
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def le16(self, value: cython.uint) -> cython.int:
        self.out[self.pos] = value & 0xFF
        self.out[self.pos + 1] = (value >> 8) & 0xFF
        self.pos += 2
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def u32(self, value: cython.uint) -> cython.int:
        self.out[self.pos] = (value >> 24) & 0xFF
        self.out[self.pos + 1] = (value >> 16) & 0xFF
        self.out[self.pos + 2] = (value >> 8) & 0xFF
        self.out[self.pos + 3] = value & 0xFF
        self.pos += 4
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def le32(self, value: cython.uint) -> cython.int:
        self.out[self.pos] = value & 0xFF
        self.out[self.pos + 1] = (value >> 8) & 0xFF
        self.out[self.pos + 2] = (value >> 16) & 0xFF
        self.out[self.pos + 3] = (value >> 24) & 0xFF
        self.pos += 4
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def u64(self, value: cython.ulonglong) -> cython.int:
        self.u32(cython.cast(cython.uint, (value >> 32) & _U32))
        self.u32(cython.cast(cython.uint, value & _U32))
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def f32(self, value: cython.double) -> cython.int:
        self.real[0] = value
        self.u32(self.bits[0])
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def stamp(self, when: cython.longlong) -> cython.int:
        """Seconds and microseconds, four bytes each."""
        self.u32(cython.cast(cython.uint, (when // 1000000) & _U32))
        self.u32(cython.cast(cython.uint, when % 1000000))
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def mac48(self, value: cython.ulonglong) -> cython.int:
        self.u16(cython.cast(cython.uint, (value >> 32) & 0xFFFF))
        self.u32(cython.cast(cython.uint, value & _U32))
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def octets(self, data: cython.const[cython.uchar][::1], offset: cython.Py_ssize_t, count: cython.Py_ssize_t) -> cython.int:
        """`count` bytes of `data` from `offset`, zero padded to a word."""
        i: cython.Py_ssize_t
        self.room(count + 4)
        for i in range(count):
            self.out[self.pos + i] = data[offset + i]
        self.pos += count
        while (self.pos - self.start) & 3:
            self.out[self.pos] = 0
            self.pos += 1
        return 0

    # ---- record frame

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def begin(self, kind: cython.uint, cause: cython.uint) -> cython.int:
        """Open a record: `kind` is the first byte (class and version), `cause` the second. 1 KiB is reserved for fixed-size DSRs."""
        self.room(1024)
        self.start = self.pos
        self.u8(kind)
        self.u8(cause)
        self.u16(0)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def end(self) -> cython.int:
        """Close the record: its length in words is written; one longer than the format can say (262,140 bytes) is an error."""
        words: cython.Py_ssize_t = (self.pos - self.start) >> 2
        if words > 0xFFFF:
            self.pos = self.start
            raise OverflowError("record longer than 65535 words")
        self.out[self.start + 2] = (words >> 8) & 0xFF
        self.out[self.start + 3] = words & 0xFF
        self.records += 1
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def dsr(self, type_: cython.uint, subtype: cython.uint, qualifier: cython.uint, words: cython.uint) -> cython.int:
        self.room(4 * words + 4)
        self.u8(type_)
        self.u8(subtype)
        self.u8(qualifier)
        self.u8(words)
        return 0

    # ---- identity of the flow

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def transport(self, qualifier: cython.uint, ident: cython.uint, sequence: cython.uint) -> cython.int:
        self.dsr(0x01, 0x03, qualifier, 3)
        self.u32(ident)
        self.u32(sequence)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def key_ipv4(
        self,
        subtype: cython.uint,
        qualifier: cython.uint,
        a: cython.uint,
        b: cython.uint,
        protocol: cython.uint,
        inner: cython.uint,
        w14: cython.uint,
        w16: cython.uint,
        w18: cython.uint,
    ) -> cython.int:
        """IPv4 key; w14, w16, w18 are the three 16-bit words after the protocol bytes, as they stand on disk."""
        self.dsr(0x02, subtype, qualifier, 5)
        self.u32(a)
        self.u32(b)
        self.u8(protocol)
        self.u8(inner)
        self.u16(w14)
        self.u16(w16)
        self.u16(w18)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def key_ipv6(
        self,
        subtype: cython.uint,
        qualifier: cython.uint,
        a0: cython.ulonglong,
        a1: cython.ulonglong,
        b0: cython.ulonglong,
        b1: cython.ulonglong,
        protocol: cython.uint,
        last: cython.uint,
    ) -> cython.int:
        """IPv6 key; `last` is the word at offset 40 (ports, ICMPv6 type and code, SPI or fragment id)."""
        self.dsr(0x02, subtype, qualifier, 11)
        self.u64(a0)
        self.u64(a1)
        self.u64(b0)
        self.u64(b1)
        self.u32(protocol << 24)
        self.u32(last)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def key_ethernet(
        self,
        subtype: cython.uint,
        qualifier: cython.uint,
        first: cython.ulonglong,
        second: cython.ulonglong,
        ethertype: cython.uint,
        sap1: cython.uint,
        sap2: cython.uint,
    ) -> cython.int:
        self.dsr(0x02, subtype, qualifier, 5)
        self.mac48(first)
        self.mac48(second)
        self.u16(ethertype)
        self.u8(sap1)
        self.u8(sap2)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def key_matrix_ipv4(self, a: cython.uint, b: cython.uint) -> cython.int:
        self.dsr(0x02, 0x03, 0x01, 3)
        self.le32(a)
        self.le32(b)
        return 0

    # ---- time and counters

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def time_range(self, subtype: cython.uint, start: cython.longlong, end: cython.longlong) -> cython.int:
        """Start and end of both directions together; one stamp where they are equal."""
        self.dsr(0x03, subtype, 0x18, 3 if start == end else 5)
        self.stamp(start)
        if start != end:
            self.stamp(end)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def metric_value(self, width: cython.uint, value: cython.ulonglong) -> cython.int:
        if width == 1:
            self.u8(cython.cast(cython.uint, value & 0xFF))
        elif width == 2:
            self.u16(cython.cast(cython.uint, value & 0xFFFF))
        elif width == 4:
            self.u32(cython.cast(cython.uint, value & _U32))
        else:
            self.u64(value)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def metric(
        self,
        subtype: cython.uint,
        spkts: cython.ulonglong,
        sbytes: cython.ulonglong,
        sapp: cython.ulonglong,
        dpkts: cython.ulonglong,
        dbytes: cython.ulonglong,
        dapp: cython.ulonglong,
    ) -> cython.int:
        """Packets, bytes and (subtype 4) application bytes in the narrowest form that the format's selection rule allows."""
        qualifier: cython.uint
        width: cython.uint
        values: cython.uint = 3 if subtype == 4 else 2
        most: cython.ulonglong
        if spkts and dpkts:
            most = sbytes if sbytes > dbytes else dbytes
            if sapp > most and subtype == 4:
                most = sapp
            if dapp > most and subtype == 4:
                most = dapp
            if most <= 0xFF and spkts <= 0xFF and dpkts <= 0xFF:
                qualifier, width = 1, 1
            elif most <= 0xFFFF:
                qualifier, width = 2, 2
            elif most <= _U32:
                qualifier, width = 3, 4
            else:
                qualifier, width = 4, 8
            self.dsr(0x10, subtype, qualifier, 1 + (2 * values * width + 3) // 4)
        else:
            most = dbytes if dpkts else sbytes
            if subtype == 4:
                if sapp > most and spkts:
                    most = sapp
                if dapp > most and dpkts:
                    most = dapp
            if most <= 0xFFFF:
                qualifier, width = 6, 2
            elif most <= _U32:
                qualifier, width = 7, 4
            else:
                qualifier, width = 8, 8
            if dpkts:
                qualifier += 4
            self.dsr(0x10, subtype, qualifier, 1 + (values * width + 3) // 4)
        if spkts:
            self.metric_value(width, spkts)
            self.metric_value(width, sbytes)
            if subtype == 4:
                self.metric_value(width, sapp)
        if dpkts:
            self.metric_value(width, dpkts)
            self.metric_value(width, dbytes)
            if subtype == 4:
                self.metric_value(width, dapp)
        while (self.pos - self.start) & 3:
            self.u8(0)
        return 0

    # ---- network

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def tcp_initial(
        self, status: cython.uint, sequence: cython.uint, options: cython.uint, flags: cython.uint, shift: cython.uint
    ) -> cython.int:
        """TCP of a flow of one segment. The window word is left 0: the reference does not fill it either."""
        self.dsr(0x30, 0x03, 0, 5)
        self.u32(status)
        self.u32(sequence)
        self.u32(options)
        self.u16(0)
        self.u8(flags)
        self.u8(shift)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def tcp_full(
        self, status: cython.uint, state: cython.uint, options: cython.uint, synack: cython.uint, ackdat: cython.uint
    ) -> cython.int:
        """Head of the full TCP object; two `tcp_side` follow, src first."""
        self.dsr(0x30, 0x05, 0, 30)
        self.u32(status)
        self.u32(state)
        self.u32(options)
        self.u32(synack)
        self.u32(ackdat)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def tcp_side(
        self,
        last: cython.longlong,
        status: cython.uint,
        base: cython.uint,
        seq: cython.uint,
        ack: cython.uint,
        winnum: cython.uint,
        payload: cython.uint,
        retrans: cython.uint,
        ackbytes: cython.uint,
        winbytes: cython.uint,
        window: cython.uint,
        flags: cython.uint,
        shift: cython.uint,
    ) -> cython.int:
        self.stamp(last)
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

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def icmp(
        self,
        type_: cython.uint,
        code: cython.uint,
        sequence: cython.uint,
        source: cython.uint,
        destination: cython.uint,
        quoted_source: cython.uint,
        quoted_destination: cython.uint,
        gateway: cython.uint,
    ) -> cython.int:
        """ICMP object of an ICMP flow; everything but type and code is little-endian on disk."""
        self.dsr(0x30, 0x34, 0, 7)
        self.u8(type_)
        self.u8(code)
        self.le16(sequence)
        self.le32(source)
        self.le32(destination)
        self.le32(quoted_source)
        self.le32(quoted_destination)
        self.le32(gateway)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def icmp_mapped(
        self,
        qualifier: cython.uint,
        type_: cython.uint,
        code: cython.uint,
        sequence: cython.uint,
        source: cython.uint,
        destination: cython.uint,
        quoted_source: cython.uint,
        quoted_destination: cython.uint,
        gateway: cython.uint,
    ) -> cython.int:
        """An ICMP error that quoted this flow: qualifier 1 unreachable, 2 redirect, 4 time exceeded."""
        self.dsr(0x34, 0, qualifier, 8)
        self.u8(type_)
        self.u8(code)
        self.u16(sequence)
        self.u32(source)
        self.u32(destination)
        self.u32(quoted_source)
        self.u32(quoted_destination)
        self.u32(gateway)
        self.u32(0)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def esp(self, status: cython.uint, spi: cython.uint, sequence: cython.uint, lost: cython.uint) -> cython.int:
        self.dsr(0x30, 0x38, 0, 5)
        self.u32(status)
        self.u32(spi)
        self.u32(sequence)
        self.u32(lost)
        return 0

    # ---- attributes and metrics

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def vlan(self, qualifier: cython.uint, source: cython.uint, destination: cython.uint) -> cython.int:
        self.dsr(0x40, 0, qualifier, 2)
        self.u16(source)
        self.u16(destination)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def jitter(self, qualifier: cython.uint, blocks: cython.uint) -> cython.int:
        """Head of the jitter DSR; `blocks` calls of `jitter_block` follow."""
        self.dsr(0x46, 0, qualifier, 1 + 5 * blocks)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def jitter_block(
        self, n: cython.int, minimum: cython.double, mean: cython.double, deviation: cython.double, maximum: cython.double
    ) -> cython.int:
        self.u32(cython.cast(cython.uint, n))
        self.f32(minimum)
        self.f32(mean)
        self.f32(deviation)
        self.f32(maximum)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def ip_side(self, ttl: cython.uint, tos: cython.uint, ident: cython.uint) -> cython.int:
        self.u8(ttl)
        self.u8(tos)
        self.le16(ident)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def packet_size(self, smin: cython.uint, smax: cython.uint, dmin: cython.uint, dmax: cython.uint) -> cython.int:
        """Smallest and largest frame of each direction; a direction whose maximum is 0 is absent, nothing is written without any."""
        if smax and dmax:
            self.dsr(0x12, 0, 0x02, 3)
        elif smax:
            self.dsr(0x12, 0, 0x06, 2)
        elif dmax:
            self.dsr(0x12, 0, 0x0A, 2)
        if smax:
            self.u16(smin)
            self.u16(smax)
        if dmax:
            self.u16(dmin)
            self.u16(dmax)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def user_data(
        self, subtype: cython.uint, size: cython.uint, data: cython.const[cython.uchar][::1], count: cython.Py_ssize_t
    ) -> cython.int:
        """User data with the 16-bit length form; subtype 0x90 src, 0xA0 dst; `size` is the configured capture length."""
        self.room(16)
        self.u8(0x50)
        self.u8(subtype)
        self.u16(cython.cast(cython.uint, 2 + (count + 3) // 4))
        self.u16(size)
        self.u16(cython.cast(cython.uint, count))
        self.octets(data, 0, count)
        self.room(512)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def mac(
        self,
        qualifier: cython.uint,
        dmac: cython.ulonglong,
        smac: cython.ulonglong,
        ethertype: cython.uint,
        dsap: cython.uint,
        ssap: cython.uint,
    ) -> cython.int:
        self.dsr(0x42, 0, qualifier, 5)
        self.mac48(dmac)
        self.mac48(smac)
        self.le16(ethertype)
        self.u8(dsap)
        self.u8(ssap)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def encapsulation(self, qualifier: cython.uint, source: cython.uint, destination: cython.uint) -> cython.int:
        self.dsr(0x20, 0, qualifier, 3)
        self.u32(source)
        self.u32(destination)
        return 0
