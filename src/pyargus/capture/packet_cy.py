"""Header walk: one captured frame to the fields that flows are made of.

`Packet` is a cursor over the frames of a batch (`load`) that holds the decoded headers of one frame at a time. Offsets are absolute
in the batch's buffer; a header is read only where its bytes were captured (below `end`), the buffer's own bounds are checked on top
of that. `kind` says what the frame is for the flow table; 0 is a frame that makes no flow.

Integers are host numbers. An IPv4 address is in `s1`/`d1` (with `s0`/`d0` 0), an IPv6 address in two 64-bit halves, a MAC in 48
bits. `length` is the number of bytes after the network header that the headers claim (IPv4: total length - header; IPv6: bytes of the
frame after the extension headers, as the reference counts them). `wire` is the frame's length on the wire without capture headers.

Sources: RFC 791, 8200, 2784, 2637, 3032, 2516, 826, 4302, 4380, IEEE 802.1Q and 802.2, and what the reference makes of them
(sensor behaviour, "Packet decoding").
"""

import cython

# kinds of flow; the values are the address families of the flow key DSR
NO_FLOW = cython.declare(cython.int, 0)
IPV4 = cython.declare(cython.int, 1)
IPV6 = cython.declare(cython.int, 2)
ETHERNET = cython.declare(cython.int, 3)
ARP = cython.declare(cython.int, 4)
RARP = cython.declare(cython.int, 5)
WLAN = cython.declare(cython.int, 8)
LCP = cython.declare(cython.int, 9)
ISIS = cython.declare(cython.int, 10)

# A frame may nest headers (tunnels, tags); deeper than this it is hostile and what has been decoded so far stands.
_MAX_DEPTH = cython.declare(cython.int, 32)


@cython.final
@cython.cclass
class Packet:
    """The decoded headers of one frame. `tunnels` turns on the search for IPv6 in UDP (Teredo)."""

    def __init__(self, tunnels: bool = False) -> None:
        self.tunnels = tunnels
        self.linktype = 1
        self.count = 0
        if not cython.compiled:
            self.clear_attributes()

    def clear_attributes(self) -> None:
        """Give every attribute its zero; the compiled class starts that way."""
        for name in (
            "now start end wire kind encaps has_mac dmac smac ethertype keytype dsap ssap has_vlan vlan has_mpls mpls depth shortfall "
            "s0 s1 d0 d1 proto ttl tos ident options fragment first_fragment more fragment_id fragment_offset authenticated l3 l4 length "
            "sport dport tcp seq ack flags window header"
        ).split():
            setattr(self, name, 0)
        self.extra = None

    def load(self, batch) -> None:  # type: ignore[no-untyped-def]
        """Point the cursor at a batch of frames (`pyargus.capture.batch.Batch`)."""
        self.buf = batch.buf
        self.stamps = memoryview(batch.ts)
        self.offsets = memoryview(batch.offset)
        self.caplens = memoryview(batch.caplen)
        self.wirelens = memoryview(batch.wirelen)
        self.linktype = batch.linktype
        self.count = batch.count

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def clear(self, index: cython.Py_ssize_t) -> cython.int:
        """Move to frame `index` of the batch and forget the headers of the one before."""
        self.now = self.stamps[index] // 1000
        self.start = self.offsets[index]
        self.end = self.start + self.caplens[index]
        self.wire = self.wirelens[index]
        self.kind = NO_FLOW
        self.encaps = 0
        self.has_mac = False
        self.has_vlan = False
        self.has_mpls = False
        self.depth = 0
        self.shortfall = 0
        self.ethertype = 0
        self.keytype = 0
        self.dsap = 0
        self.ssap = 0
        self.sport = 0
        self.dport = 0
        self.tcp = False
        self.fragment = False
        self.first_fragment = False
        self.authenticated = 0
        self.extra = None
        return 0

    # ---- reading

    @cython.cfunc
    @cython.exceptval(0xFFFFFFFF, check=True)
    def u16(self, o: cython.Py_ssize_t) -> cython.uint:
        return (cython.cast(cython.uint, self.buf[o]) << 8) | self.buf[o + 1]

    @cython.cfunc
    @cython.exceptval(0xFFFFFFFF, check=True)
    def u32(self, o: cython.Py_ssize_t) -> cython.uint:
        return (
            (cython.cast(cython.uint, self.buf[o]) << 24)
            | (cython.cast(cython.uint, self.buf[o + 1]) << 16)
            | (cython.cast(cython.uint, self.buf[o + 2]) << 8)
            | self.buf[o + 3]
        )

    @cython.cfunc
    @cython.exceptval(0xFFFFFFFFFFFFFFFF, check=True)
    def mac48(self, o: cython.Py_ssize_t) -> cython.ulonglong:
        return (cython.cast(cython.ulonglong, self.u16(o)) << 32) | self.u32(o + 2)

    @cython.cfunc
    @cython.exceptval(0xFFFFFFFFFFFFFFFF, check=True)
    def mac_captured(self, o: cython.Py_ssize_t) -> cython.ulonglong:
        """As much of a MAC as was captured, zeros for the rest."""
        mac: cython.ulonglong = 0
        i: cython.Py_ssize_t
        for i in range(o, o + 6):
            mac = (mac << 8) | self.captured(i)
        return mac

    @cython.cfunc
    @cython.exceptval(0xFFFFFFFF, check=True)
    def captured(self, o: cython.Py_ssize_t) -> cython.uint:
        """The byte at `o`, 0 where it was not captured."""
        return self.buf[o] if o < self.end else 0

    @cython.cfunc
    @cython.exceptval(0xFFFFFFFF, check=True)
    def captured16(self, o: cython.Py_ssize_t) -> cython.uint:
        """As much of 16 bits as was captured, zeros for the rest."""
        return (self.captured(o) << 8) | self.captured(o + 1)

    # ---- link layers

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def ethernet(self, o: cython.Py_ssize_t) -> cython.int:
        etype: cython.uint
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            return 0
        if self.end - o < 14:
            # Bytes that were not captured count as zeros: the frame is still a flow of its link.
            self.dmac = self.mac_captured(o)
            self.smac = self.mac_captured(o + 6)
            self.ethertype = 0
            self.has_mac = True
            self.encaps |= 0x2
            self.l3 = self.end
            return self.ether_flow(0)
        self.dmac = self.mac48(o)
        self.smac = self.mac48(o + 6)
        etype = self.u16(o + 12)
        self.ethertype = etype
        self.has_mac = True
        self.encaps |= 0x2
        if (self.dmac >> 8) == cython.cast(cython.ulonglong, 0x01000C0000) and etype <= 1500:
            self.encaps |= 0x20
            # The reference takes the inner frame's header off the captured length twice.
            self.shortfall = 14
            return self.ethernet(o + 26)
        if etype <= 1500:
            return self.llc(o + 14, etype)
        return self.network(etype, o + 14)

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def network(self, etype: cython.uint, o: cython.Py_ssize_t) -> cython.int:
        """What follows an EtherType."""
        tagged: cython.bint = etype == 0x8100
        self.l3 = o
        while etype == 0x8100:
            if self.end - o < 4:
                return self.ether_flow(etype)
            self.encaps |= 0x4
            self.has_vlan = True
            self.vlan = self.u16(o)
            etype = self.u16(o + 2)
            o += 4
            self.l3 = o
            if etype <= 1500:
                return self.llc(o, etype)
        if etype == 0x0800:
            if self.end - o < 20 or self.u16(o + 2) < 20:
                return self.ether_flow(0x8100 if tagged else etype)
            return self.ip_any(o)
        if etype == 0x86DD:
            return self.ipv6(o)
        if etype == 0x8847 or etype == 0x8848:
            return self.labels(0x8100 if tagged else etype, o)
        if etype == 0x8864 or etype == 0x8863:
            self.encaps |= 0x10
            # Code 0 is session data (RFC 2516, 4), whatever the EtherType says.
            if self.end - o < 10 and (self.end - o < 2 or self.buf[o + 1] == 0):
                self.l3 = self.end
                return self.ether_flow(0x8100 if tagged else etype)
            if self.buf[o + 1] != 0:
                return self.ether_flow(0x8100 if tagged else etype)
            return self.ppp(o + 6)
        if etype == 0x880B:
            return self.ppp(o)
        if etype == 0x0806 or etype == 0x8035:
            self.keytype = etype
            return self.arp(o)
        # Behind a tag, what is not followed counts as a tagged frame and no more.
        return self.ether_flow(0x8100 if tagged else etype)

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def ether_flow(self, etype: cython.uint) -> cython.int:
        """A frame whose content is not followed: a flow between two MACs, where the link has them."""
        if not self.has_mac:
            return 0
        self.kind = ETHERNET
        self.keytype = etype
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def llc(self, o: cython.Py_ssize_t, length: cython.uint) -> cython.int:
        """IEEE 802.2 behind a length field."""
        self.l3 = o
        if self.end - o < 3:
            return self.ether_flow(length)
        self.encaps |= 0x8
        # Information and supervisory frames have two control bytes, unnumbered ones have one.
        self.l3 = o + (3 if self.buf[o + 2] & 3 == 3 else 4)
        self.dsap = self.buf[o]
        self.ssap = self.buf[o + 1]
        if self.dsap == 0xFF and self.ssap == 0xFF:
            # IPX directly in IEEE 802.3: these are the first bytes of its header, there is no LLC.
            self.l3 = o
        elif self.dsap == 0xAA and self.ssap == 0xAA:
            if self.buf[o + 2] == 3:
                return self.snap(o)
            # The reference reads SNAP with another control field as far as here.
            self.l3 = o
        elif self.buf[o + 2] & 0xEF == 0xAF and self.end - o > 3 and self.buf[o + 3] == 0x81:
            # XID in the format of IEEE 802.2, 5.4.1.1.2: format, classes and window are part of the header.
            self.l3 = o + 6
        if self.dsap == 0xFE and self.ssap == 0xFE and self.buf[o + 2] == 3 and self.end - o >= 4 and self.buf[o + 3] == 0x83:
            return self.isis(o + 3)
        return self.ether_flow(0)

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def snap(self, o: cython.Py_ssize_t) -> cython.int:
        """SNAP: IP, ARP, VLAN, MPLS and PPPoE are followed, everything else stays an LLC flow."""
        etype: cython.uint
        self.l3 = o + 8
        if self.end - o < 8:
            return self.ether_flow(0)
        etype = self.u16(o + 6)
        if (
            etype == 0x0800
            or etype == 0x86DD
            or etype == 0x0806
            or etype == 0x8035
            or etype == 0x8100
            or etype == 0x8847
            or etype == 0x8848
            or etype == 0x8864
        ):
            self.dsap = 0
            self.ssap = 0
            return self.network(etype, o + 8)
        if etype == 0x8863:
            self.encaps |= 0x10
        return self.ether_flow(0)

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def labels(self, etype: cython.uint, o: cython.Py_ssize_t) -> cython.int:
        """An MPLS stack; the first label word is kept, the payload is told by its first nibble (RFC 4928). What is not IP is taken for an
        Ethernet frame, a control word too."""
        nibble: cython.uint = 0
        word: cython.uint
        self.encaps |= 0x1
        while self.end - o >= 4:
            word = self.u32(o)
            if not self.has_mpls:
                self.has_mpls = True
                self.mpls = word
            o += 4
            if word & 0x100:
                break
        self.l3 = o
        if self.end - o >= 4:
            nibble = self.buf[o] >> 4
        if nibble == 4 and self.u16(o + 2) >= 20:
            return self.ip_any(o) if self.end - o >= 20 else self.ether_flow(etype)
        if nibble == 6:
            return self.ipv6(o)
        if self.end - o >= 4 and (self.u16(o + 2) == 0x0800 or self.u16(o + 2) == 0x86DD):
            # The rest of a VLAN tag, without the frame that it belongs to.
            self.encaps |= 0x4
            self.has_vlan = True
            self.vlan = self.u16(o)
            self.l3 = o + 4
            if self.u16(o + 2) == 0x86DD:
                return self.ipv6(o + 4)
            return self.ip_any(o + 4) if self.end - o >= 24 and self.u16(o + 6) >= 20 else self.ether_flow(etype)
        return self.ethernet(o)

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def ppp(self, o: cython.Py_ssize_t) -> cython.int:
        """PPP on a link: what is neither IP nor MPLS is a flow of the link, where that has addresses."""
        self.ppp_content(o)
        if self.kind == NO_FLOW and not self.followed:
            return self.ether_flow(self.ethertype)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def ppp_content(self, o: cython.Py_ssize_t) -> cython.int:
        """PPP from its address and control fields on, which may be left out, as may the protocol field's first byte where it is 0 (RFC
        1661, 6.5 and 6.6). `l3` is where the content begins; `followed` says whether it was looked into."""
        protocol: cython.uint
        self.followed = False
        self.l3 = o
        if self.end - o < 4:
            return 0
        self.encaps |= 0x10
        if self.u16(o) == 0xFF03:
            o += 2
        if self.buf[o] & 1:
            protocol = self.buf[o]
            o += 1
        else:
            protocol = self.u16(o)
            o += 2
        self.l3 = o
        if protocol == 0x0021 and self.end - o >= 20 and self.u16(o + 2) >= 20:
            self.followed = True
            return self.ip_any(o)
        if protocol == 0x0057:
            self.followed = True
            return self.ipv6(o)
        if protocol == 0x0281 or protocol == 0x0283:
            self.followed = True
            return self.labels(0x8847 if protocol == 0x0281 else 0x8848, o)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def isis(self, o: cython.Py_ssize_t) -> cython.int:
        """IS-IS hellos, LSPs and sequence number PDUs (ISO 10589, 9.5 to 9.13): the flow key's body is kept in `extra`. Other PDUs, and
        headers that are not those of version 1 with system ids of six bytes, are Ethernet flows of type 0x83."""
        pdu: cython.uint
        size: cython.uint
        if self.end - o < 6 or not self.has_mac:
            return self.ether_flow(0x83)
        size = self.buf[o + 1]
        pdu = self.buf[o + 4]
        if self.buf[o + 2] != 1 or self.buf[o + 5] != 1 or (self.buf[o + 3] != 0 and self.buf[o + 3] != 6):
            return self.ether_flow(0x83)
        key = bytearray(40)
        key[3] = pdu
        for i in range(6):
            key[4 + i] = (self.smac >> (40 - 8 * i)) & 0xFF
            key[10 + i] = (self.dmac >> (40 - 8 * i)) & 0xFF
        key[16] = self.buf[o + 5]
        if (pdu == 15 or pdu == 16) and size == 27:
            for i in range(6):
                key[20 + i] = self.captured(o + 9 + i)
            for i in range(7):
                key[26 + i] = self.captured(o + 20 + i)
        elif (pdu == 18 or pdu == 20) and size == 27:
            for i in range(8):
                key[20 + i] = self.captured(o + 12 + i)
            for i in range(4):
                key[28 + i] = self.captured(o + 23 - i)
            key[36] = self.captured(o + 24)
            key[37] = self.captured(o + 25)
        elif ((pdu == 24 or pdu == 25) and size == 33) or ((pdu == 26 or pdu == 27) and size == 17):
            for i in range(7):
                key[20 + i] = self.captured(o + 10 + i)
        else:
            return self.ether_flow(0x83)
        self.kind = ISIS
        self.extra = bytes(key)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def arp(self, o: cython.Py_ssize_t) -> cython.int:
        """ARP and RARP: `extra` is hardware type .. target protocol address, zeros where they were not captured; the flow table maps
        replies onto requests."""
        hln: cython.Py_ssize_t
        pln: cython.Py_ssize_t
        size: cython.Py_ssize_t
        if self.end - o < 8:
            return 0
        hln = self.buf[o + 4]
        pln = self.buf[o + 5]
        if self.u16(o + 6) < 1 or self.u16(o + 6) > 4:
            return 0
        size = 8 + 2 * (hln + pln)
        self.l3 = o
        self.l4 = o
        self.length = self.end - o
        self.extra = bytes(self.buf[o : o + size if o + size < self.end else self.end]).ljust(size, b"\0")
        # The operation says which of the two it is, not the EtherType.
        self.kind = ARP if self.u16(o + 6) <= 2 else RARP
        return 0

    # ---- network layers

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def ip_any(self, o: cython.Py_ssize_t) -> cython.int:
        """IP by its version nibble; everything that is not 6 is taken as 4."""
        if self.end - o < 20:
            return 0
        if self.buf[o] >> 4 == 6:
            return self.ipv6(o)
        return self.ipv4(o)

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def ipv4(self, o: cython.Py_ssize_t) -> cython.int:
        ihl: cython.Py_ssize_t = (self.buf[o] & 0x0F) * 4
        frag: cython.uint = self.u16(o + 6)
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            return 0
        self.kind = IPV4
        self.l3 = o
        self.l4 = o + ihl
        self.tos = self.buf[o + 1]
        self.length = cython.cast(cython.longlong, self.u16(o + 2)) - ihl
        self.ident = self.u16(o + 4)
        self.ttl = self.buf[o + 8]
        self.proto = self.buf[o + 9]
        self.s0 = 0
        self.d0 = 0
        self.s1 = self.u32(o + 12)
        self.d1 = self.u32(o + 16)
        self.options = 0
        if ihl > 20:
            self.ip_options(o + 20, o + ihl if o + ihl < self.end else self.end)
        self.fragment_offset = (frag & 0x1FFF) * 8
        self.more = (frag & 0x2000) != 0
        self.fragment_id = self.ident
        self.fragment = self.fragment_offset != 0
        self.first_fragment = self.more and not self.fragment
        if self.fragment:
            return 0
        if self.proto == 47:
            return self.gre(self.l4)
        if self.proto == 51:
            self.encaps |= 0x80
            if self.end - self.l4 < 16:
                return 0
            # ICMP, IGMP and ESP behind it are told apart, and no more.
            self.proto = self.buf[self.l4]
            if self.proto == 1 or self.proto == 2 or self.proto == 50:
                self.authenticated = self.proto
                self.proto = 51
            self.l4 += 16
        return self.transport()

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def ip_options(self, o: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.int:
        kind: cython.uint
        size: cython.Py_ssize_t
        while o < stop:
            kind = self.buf[o]
            if kind == 0:
                break
            if kind == 1:
                o += 1
                continue
            if kind == 7:
                self.options |= 0x01
            elif kind == 68:
                self.options |= 0x02
            elif kind == 130:
                self.options |= 0x04
            elif kind == 131:
                self.options |= 0x08
            elif kind == 136:
                self.options |= 0x10
            elif kind == 137:
                self.options |= 0x20
            elif kind == 148:
                self.options |= 0x40
            if o + 1 >= stop:
                break
            size = self.buf[o + 1]
            if size == 0 or o + size > stop:
                break
            o += size
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def ipv6(self, o: cython.Py_ssize_t) -> cython.int:
        if self.end - o < 40:
            return 0
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            return 0
        self.kind = IPV6
        self.l3 = o
        # The reference reads the traffic class from the flow label's bits.
        self.tos = ((self.buf[o + 2] & 0x0F) << 4) | (self.buf[o + 3] >> 4)
        self.ttl = self.buf[o + 7]
        self.ident = 0
        # `options` keeps what the latest IPv4 packet had: the reference lets it leak into IPv6 records.
        self.s0 = (cython.cast(cython.ulonglong, self.u32(o + 8)) << 32) | self.u32(o + 12)
        self.s1 = (cython.cast(cython.ulonglong, self.u32(o + 16)) << 32) | self.u32(o + 20)
        self.d0 = (cython.cast(cython.ulonglong, self.u32(o + 24)) << 32) | self.u32(o + 28)
        self.d1 = (cython.cast(cython.ulonglong, self.u32(o + 32)) << 32) | self.u32(o + 36)
        self.fragment = False
        self.first_fragment = False
        return self.ipv6_extensions(self.buf[o + 6], o + 40)

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def ipv6_extensions(self, protocol: cython.uint, o: cython.Py_ssize_t) -> cython.int:
        # Every header's length is read as that of options, a fragment header's from its reserved byte. What was not captured counts as 0.
        while protocol == 0 or protocol == 43 or protocol == 60 or protocol == 44:
            if self.end - o < 1:
                break
            if protocol == 44:
                self.fragment_offset = self.captured16(o + 2) & 0xFFF8
                self.more = self.captured16(o + 2) & 1 != 0
                self.fragment_id = (self.captured16(o + 4) << 16) | self.captured16(o + 6)
                self.fragment = self.fragment_offset != 0
            protocol = self.buf[o]
            o += (self.buf[o + 1] + 1) * 8 if self.end - o >= 2 else 8
            if self.fragment:
                break
        self.proto = protocol
        self.l4 = o
        self.length = self.wire - (o - self.start) - self.shortfall
        if self.fragment:
            return 0
        if protocol == 50:
            self.kind = NO_FLOW
            return 0
        if protocol == 51:
            self.encaps |= 0x80
            if self.end - o < 16:
                return 0
            self.proto = self.buf[o]
            self.l4 = o + 16
            if self.proto == 50:
                self.kind = NO_FLOW
                return 0
        return self.transport()

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def gre(self, o: cython.Py_ssize_t) -> cython.int:
        """GRE (RFC 2784, 2890, 2637): followed into what is known behind an EtherType, transparent Ethernet and ERSPAN type II; anything
        else stays a flow of protocol 47.

        The reference takes the key for four bytes gained, not lost: IPv6 payloads are eight bytes longer behind one. Of a packet that is
        not followed, it keeps user data without as many bytes as there were headers.
        """
        flags: cython.uint
        inner: cython.uint
        outer: cython.Py_ssize_t = self.l3
        key: cython.Py_ssize_t
        if self.end - o < 4:
            self.shortfall = self.end - o
            return 0
        flags = self.u16(o)
        inner = self.u16(o + 2)
        key = 8 if flags & 0x2000 else 0
        self.encaps |= 0x40
        if flags & 0x4000:
            # Source routes: nothing behind them is looked at, but what needs more than an IPv4 header makes no flow.
            self.shortfall = self.end - o
            if inner == 0x86DD or inner == 0x6558 or inner == 0x0806 or inner == 0x8035:
                self.kind = NO_FLOW
            return 0
        o += 4
        if flags & 0x8000:
            o += 4
        if flags & 0x2000:
            o += 4
        if flags & 0x1000:
            o += 4
        if flags & 0x87 == 0x81:
            o += 4
        self.shortfall -= key
        if inner == 0x0800 and self.end - o >= 20 and self.u16(o + 2) >= 20:
            return self.ip_any(o)
        if (inner == 0x86DD and self.end - o < 40) or (inner == 0x6558 and self.end - o < 14):
            # As little of these as of IPv6 on its own link.
            self.kind = NO_FLOW
            return 0
        if inner == 0x86DD:
            return self.ipv6(o)
        if inner == 0x6558:
            return self.ethernet(o)
        if inner == 0x8100 or inner == 0x8847 or inner == 0x8848:
            return self.network(inner, o)
        if inner == 0x88BE and self.end - o + key > 8 and self.end - o >= 8 and self.buf[o] >> 4 == 1:
            self.encaps |= 0x4000000
            return self.ethernet(o + 8)
        if inner == 0x0806 or inner == 0x8035:
            self.kind = NO_FLOW
            return 0
        if inner == 0x8863 or inner == 0x8864:
            self.encaps |= 0x10
            inner = 0x880B if self.end - o >= 8 and self.buf[o + 1] == 0 else 0
            o += 6 if inner else 0
        if inner == 0x880B:
            self.kind = NO_FLOW
            self.ppp_content(o)
            if self.followed:
                return 0
            self.kind = IPV4
            o = self.l3
            self.l3 = outer
        self.shortfall += o - outer
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def teredo(self, o: cython.Py_ssize_t) -> cython.int:
        """IPv6 in a UDP payload (RFC 4380), after optional authentication and origin headers. 1 where it was followed."""
        if self.end - o >= 13 and self.u16(o) == 0x0001:
            o += 13 + self.buf[o + 2] + self.buf[o + 3]
        if self.end - o >= 8 and self.u16(o) == 0x0000:
            o += 8
        if self.end - o < 40 or self.buf[o] >> 4 != 6:
            return 0
        self.encaps |= 0x400000
        self.ipv6(o)
        return 1

    # ---- transport

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def icmp_error(self, kind: cython.uint) -> cython.bint:
        """Whether an ICMP type is taken to quote a datagram: all but the queries, their replies and router discovery."""
        return not (kind == 0 or (kind >= 8 and kind <= 10) or (kind >= 13 and kind <= 18))

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def too_short(self, left: cython.Py_ssize_t) -> cython.bint:
        """Whether `left` bytes of the transport header are too few for a flow, as the reference has it."""
        if self.kind == IPV4:
            if self.proto == 1 or self.authenticated == 1:
                return left < 1
            if self.proto == 2 or self.authenticated == 2:
                return left < 4
            return (self.proto == 50 or self.authenticated == 50) and left < 8
        return (self.proto == 58 or self.proto == 2) and left < 8

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def transport(self) -> cython.int:
        o: cython.Py_ssize_t = self.l4
        left: cython.Py_ssize_t = self.end - o
        if self.proto == 6:
            if self.kind == IPV6 or (left >= 4 and self.length >= 20):
                self.sport = self.captured16(o)
                self.dport = self.captured16(o + 2)
            if left >= 20:
                self.tcp = True
                self.seq = self.u32(o + 4)
                self.ack = self.u32(o + 8)
                self.header = (self.buf[o + 12] >> 4) * 4
                self.flags = self.buf[o + 13]
                self.window = self.u16(o + 14)
        elif self.too_short(left):
            self.kind = NO_FLOW
        elif self.proto == 1 and self.kind == IPV4 and left >= 28 and self.u16(o + 14) & 0x1FFF and self.icmp_error(self.buf[o]):
            # Nor of an error about a fragment other than a datagram's first.
            self.kind = NO_FLOW
        elif self.proto == 17:
            if self.kind == IPV6 or (left >= 4 and self.length >= 8):
                self.sport = self.captured16(o)
                self.dport = self.captured16(o + 2)
                if self.tunnels and self.kind == IPV4:
                    self.teredo(o + 8)
        return 0
