"""Link types: how a frame of each starts, and where its network header is.

`decode` moves a Packet to a frame of its batch and walks the headers. `supported` answers for a link type (the LINKTYPE_ numbers of
the tcpdump project) whether frames of it can be read at all; of those that can, some make no flows. Source: sensor behaviour,
"Link types".
"""

import cython

if cython.compiled:
    from cython.cimports.pyargus.capture.packet_cy import LCP, WLAN, Packet
else:
    from pyargus.capture.packet_cy import LCP, WLAN, Packet

# Link types that are read. The second group is accepted by the reference and yields no flows.
FOLLOWED = frozenset({0, 1, 8, 9, 12, 14, 16, 50, 51, 101, 104, 105, 108, 113, 119, 127, 163, 178, 276})
SILENT = frozenset({6, 7, 10, 11, 19, 109, 114, 226})


def supported(linktype: int) -> bool:
    """Whether frames of this link type can be read."""
    return linktype in FOLLOWED or linktype in SILENT


@cython.cfunc
@cython.exceptval(-1, check=False)
def decode(p: Packet, index: cython.Py_ssize_t) -> cython.int:
    """Decode frame `index` of the Packet's batch; the Packet's `kind` says what it is."""
    link: cython.int = p.linktype
    p.clear(index)
    if link == 1:
        if p.wire >= 14:
            p.ethernet(p.start)
    elif link == 101 or link == 12 or link == 14:
        _raw(p)
    elif link == 113 or link == 276:
        _cooked(p)
    elif link == 0 or link == 108:
        _null(p)
    elif link == 9 or link == 50 or link == 16:
        _ppp(p)
    elif link == 104:
        _chdlc(p)
    elif link == 8:
        _slip(p)
    elif link == 178:
        _juniper(p)
    elif link == 105:
        _wlan(p, p.start)
    elif link == 127 or link == 119 or link == 163:
        _radio(p)
    return p.kind


@cython.cfunc
@cython.exceptval(-1, check=False)
def _strip(p: Packet, size: cython.Py_ssize_t) -> cython.int:
    """Leave a capture header out of the frame: it does not count as bytes of the flow. A wire length may claim less than that."""
    p.start += size
    p.wire = p.wire - size if p.wire > size else 0
    return 0


@cython.cfunc
@cython.exceptval(-1, check=False)
def _raw(p: Packet) -> cython.int:
    """IP and nothing else; what is not version 4 is taken for 6, as by the reference."""
    if p.end > p.start and p.buf[p.start] >> 4 == 4:
        return p.ip_any(p.start)
    return p.ipv6(p.start)


@cython.cfunc
@cython.exceptval(-1, check=False)
def _null(p: Packet) -> cython.int:
    """BSD loopback: an address family, in the byte order of the capturing host (NULL) or the network's (LOOP)."""
    family: cython.uint
    if p.end - p.start < 4:
        return 0
    family = p.u32(p.start)
    if family > 0xFFFF:
        family = (family >> 24) | ((family >> 8) & 0xFF00)
    _strip(p, 4)
    if family == 2 or family == 24 or family == 28 or family == 30:
        _raw(p)
    return 0


@cython.cfunc
@cython.exceptval(-1, check=False)
def _cooked(p: Packet) -> cython.int:
    """Linux cooked capture, version 1 (16 bytes) and 2 (20 bytes); the packet type stands in for the destination MAC."""
    o: cython.Py_ssize_t = p.start
    size: cython.Py_ssize_t = 16 if p.linktype == 113 else 20
    kind: cython.uint
    etype: cython.uint
    if p.end - o < size:
        return 0
    if p.linktype == 113:
        kind = p.u16(o)
        etype = p.u16(o + 14)
        p.smac = p.mac48(o + 6)
    else:
        kind = p.buf[o + 10]
        etype = p.u16(o)
        p.smac = p.mac48(o + 12)
    p.encaps |= 0x2002
    p.has_mac = True
    p.dmac = 1
    if kind == 1:
        p.dmac = cython.cast(cython.ulonglong, 0xFFFFFFFFFFFF)
    elif kind == 2:
        p.dmac = cython.cast(cython.ulonglong, 0x010000000000)
    elif kind == 4:
        p.dmac = 0
    p.ethertype = etype
    # The reference takes 14 bytes off IPv6 payloads and captured user data of version 1; it does not read version 2.
    if p.linktype == 113:
        p.shortfall = 14
    _strip(p, size)
    # Below the EtherTypes are the kernel's numbers of frames with an IEEE 802.2 header.
    if etype <= 1500:
        return p.llc(o + size, etype)
    return p.network(etype, o + size)


@cython.cfunc
@cython.exceptval(-1, check=False)
def _ppp(p: Packet) -> cython.int:
    """PPP in HDLC-like framing (RFC 1662)."""
    o: cython.Py_ssize_t = p.start
    if p.end - o < 4:
        return 0
    if p.linktype == 50 and p.buf[o] != 0xFF:
        return _chdlc(p)
    if p.linktype == 50:
        p.encaps |= 0x400
    _strip(p, 4 if p.u16(o) == 0xFF03 else 2)
    if p.linktype == 50 and p.u32(o) == cython.cast(cython.uint, 0xFF03C021) and p.end - o >= 6:
        return _lcp(p, o + 4)
    p.ppp(o)
    return 0


@cython.cfunc
@cython.exceptval(-1, check=False)
def _lcp(p: Packet, o: cython.Py_ssize_t) -> cython.int:
    """LCP (RFC 1661, section 5): a flow of its code and identifier; the link has no addresses, their place in the key stays empty."""
    p.encaps |= 0x10
    p.extra = bytes(14) + bytes(p.buf[o : o + 2])
    p.l3 = o
    p.kind = LCP
    return 0


@cython.cfunc
@cython.exceptval(-1, check=False)
def _chdlc(p: Packet) -> cython.int:
    """Cisco HDLC: address, control, EtherType."""
    o: cython.Py_ssize_t = p.start
    if p.end - o < 4:
        return 0
    p.encaps |= 0x800
    _strip(p, 4)
    p.network(p.u16(o + 2), o + 4)
    return 0


@cython.cfunc
@cython.exceptval(-1, check=False)
def _juniper(p: Packet) -> cython.int:
    """Juniper Ethernet: magic, flags and (flag 0x80) extensions with their length; the header counts as part of the frame."""
    o: cython.Py_ssize_t = p.start
    if p.end - o < 6 or p.u16(o) != 0x4D47 or p.buf[o + 2] != 0x43 or not p.buf[o + 3] & 0x80:
        return 0
    p.encaps |= 0x2000000
    p.ethernet(o + 6 + p.u16(o + 4))
    return 0


@cython.cfunc
@cython.exceptval(-1, check=False)
def _slip(p: Packet) -> cython.int:
    """SLIP with the 16-byte pseudo header of libpcap."""
    if p.end - p.start < 16:
        return 0
    p.encaps |= 0x8000
    _strip(p, 16)
    return _raw(p)


@cython.cfunc
@cython.exceptval(-1, check=False)
def _radio(p: Packet) -> cython.int:
    """Radiotap, Prism and AVS headers in front of an 802.11 frame; the reference counts the latter two among its bytes."""
    o: cython.Py_ssize_t = p.start
    size: cython.Py_ssize_t
    if p.linktype == 127:
        if p.end - o < 4:
            return 0
        size = p.buf[o + 2] | (cython.cast(cython.uint, p.buf[o + 3]) << 8)
    elif p.linktype == 119:
        size = 144
    else:
        if p.end - o < 8:
            return 0
        size = p.u32(o + 4)
    if size > p.end - o:
        return 0
    if p.linktype == 127:
        _strip(p, size)
    return _wlan(p, o + size)


@cython.cfunc
@cython.exceptval(-1, check=False)
def _wlan(p: Packet, o: cython.Py_ssize_t) -> cython.int:
    """IEEE 802.11: data frames are followed into SNAP, others are a flow of their addresses."""
    control: cython.uint
    protected: cython.bint
    size: cython.Py_ssize_t = 24
    if p.end - o < 10:
        return 0
    p.encaps |= 0x20000
    control = p.buf[o]
    if control & 0x0C == 0x08:
        if p.buf[o + 1] & 3 == 3:
            size += 6
        if control & 0x80:
            # QoS control, and HT control where the order bit announces it.
            size += 6 if p.buf[o + 1] & 0x80 else 2
        protected = (control | p.buf[o + 1]) & 0x40 != 0
        if not protected and p.end - o >= size + 8 and p.u16(o + size) == 0xAAAA:
            p.encaps |= 0x8
            # The reference counts the headers so far among the bytes of IPv6 payloads.
            p.shortfall = p.start - o - size
            p.snap(o + size)
            # IP of which nothing is made is no flow of the link either.
            if p.kind or p.depth:
                return 0
    key = bytearray(52)
    for i in range(18):
        if o + 4 + i < p.end:
            key[i] = p.buf[o + 4 + i]
    p.extra = bytes(key)
    p.l3 = o
    p.kind = WLAN
    return 0
