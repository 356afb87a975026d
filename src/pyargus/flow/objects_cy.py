"""Network objects of protocols without a state machine: ICMP, ESP, ARP, RTP and RTCP.

Each function updates the flow from one packet. Sources: RFC 792, 4303, 826, 3550; sensor behaviour, "ICMP specifics" and
"ARP, ESP, RTP".
"""

import cython

if cython.compiled:
    from cython.cimports.pyargus.capture.packet_cy import IPV4, Packet
    from cython.cimports.pyargus.flow.flow_cy import NET_ARP, NET_ESP, NET_ICMP, NET_RTCP, NET_RTP, NOT_RTP, Flow, Half
else:
    from pyargus.capture.packet_cy import IPV4, Packet
    from pyargus.flow.flow_cy import NET_ARP, NET_ESP, NET_ICMP, NET_RTCP, NET_RTP, NOT_RTP, Flow, Half

# Constants above 2**31 need a C type to stay out of Python integers.
_U32 = cython.declare(cython.ulonglong, 0xFFFFFFFF)


@cython.cfunc
@cython.exceptval(-1, check=False)
def _replies(kind: cython.uint) -> cython.bint:
    """Whether an ICMP type answers a query."""
    return kind == 0 or kind == 14 or kind == 16 or kind == 18


@cython.cfunc
@cython.exceptval(-1, check=False)
def icmp_object(p: Packet, flow: Flow, new: cython.bint) -> cython.int:
    """Type, code, sequence and addresses, from a flow's first packet where at least 28 bytes of the message were captured; ICMPv6: type,
    code and checksum, from the first packet that is captured so far. A request that follows its reply gives the flow its type."""
    o: cython.Py_ssize_t = p.l4
    if p.proto == 58:
        if flow.net != NET_ICMP and p.end - o >= 8:
            flow.net = NET_ICMP
            flow.itype = p.buf[o]
            flow.icode = p.buf[o + 1]
            flow.iseq = p.u16(o + 2)
        return 0
    if p.end - o < 28:
        return 0
    if not new:
        if flow.net == NET_ICMP and flow.reply and not _replies(p.buf[o]):
            flow.itype = p.buf[o]
        return 0
    flow.net = NET_ICMP
    flow.itype = p.buf[o]
    flow.icode = p.buf[o + 1]
    flow.iseq = p.u16(o + 6)
    if p.kind == IPV4:
        flow.isource = cython.cast(cython.uint, p.s1 & _U32)
        flow.idest = cython.cast(cython.uint, p.d1 & _U32)
    if p.icmp_error(flow.itype):
        flow.iqsource = p.u32(o + 20)
        flow.iqdest = p.u32(o + 24)
        flow.igateway = p.u32(o + 4)
    elif flow.itype == 18:
        flow.iqsource = p.u32(o + 8)
    return 0


@cython.cfunc
@cython.exceptval(-1, check=True)
def icmp_bytes(p: Packet) -> cython.longlong:
    """Application bytes of an ICMP packet: those of the quoted datagram for errors that quote a header, else the whole message."""
    o: cython.Py_ssize_t = p.l4
    if p.end - o >= 28:
        if p.icmp_error(p.buf[o]):
            return cython.cast(cython.longlong, p.u16(o + 10)) - (p.buf[o + 8] & 0x0F) * 4
    return p.length


@cython.cfunc
@cython.exceptval(-1, check=True)
def icmp_data(p: Packet) -> cython.Py_ssize_t:
    """Where an ICMP packet's user data begin: behind the quoted header for errors that quote one, else at the message."""
    o: cython.Py_ssize_t = p.l4
    if p.end - o >= 28 and p.icmp_error(p.buf[o]):
        return o + 8 + (p.buf[o + 8] & 0x0F) * 4
    return o


@cython.cfunc
@cython.exceptval(-1, check=False)
def esp_object(p: Packet, flow: Flow) -> cython.int:
    """Sequence number and lost packets by its gaps; a late packet is one lost packet less, if need be below none, which later gaps make
    up for. Behind a number that came twice the rest of the interval is not looked at, as in the reference."""
    seq: cython.uint
    if p.end - p.l4 < 8:
        return 0
    seq = p.u32(p.l4 + 4)
    if flow.net != NET_ESP:
        flow.net = NET_ESP
        flow.spi = p.u32(p.l4)
    elif flow.status & 0x2000:
        return 0
    elif seq == flow.esp_seq:
        flow.status |= 0x2000
    elif seq == 0 and flow.esp_seq == cython.cast(cython.uint, 0xFFFFFFFF):
        flow.status |= 0x1000
    elif seq > flow.esp_seq:
        if seq > flow.esp_seq + 1:
            flow.esp_lost += cython.cast(cython.longlong, seq) - flow.esp_seq - 1
            flow.status |= 0x10
    else:
        flow.status |= 0x10000
        flow.esp_lost -= 1
        return 0
    flow.esp_seq = seq
    return 0


@cython.cfunc
@cython.exceptval(-1, check=False)
def arp_object(p: Packet, flow: Flow) -> cython.int:
    """The responder's MAC, from a reply."""
    data: bytes = p.extra
    i: cython.Py_ssize_t
    mac: cython.ulonglong = 0
    if data[7] != 2:
        return 0
    for i in range(6):
        mac = (mac << 8) | (cython.cast(cython.uint, data[8 + i]) if 8 + i < len(data) else 0)
    flow.responder = mac
    flow.net = NET_ARP
    return 0


@cython.cfunc
@cython.exceptval(-1, check=False)
def rtp_probe(p: Packet, flow: Flow) -> cython.int:
    """Is this first packet of a UDP flow RTP or RTCP?"""
    o: cython.Py_ssize_t = p.l4 + 8
    at: cython.Py_ssize_t
    if p.end - o < 12 or p.buf[o] >> 6 != 2:
        return 0
    if p.sport < 1024 or p.dport < 1024:
        return 0
    if (p.sport >= 7000 and p.sport <= 7010) or (p.dport >= 7000 and p.dport <= 7010):
        return 0
    at = o
    while p.end - at >= 4 and p.buf[at] >> 6 == 2:
        if p.buf[at + 1] == 200 or p.buf[at + 1] == 201:
            flow.net = NET_RTCP
            return 0
        at += 4 * (cython.cast(cython.Py_ssize_t, p.u16(at + 2)) + 1)
    flow.net = NET_RTP
    return 0


@cython.cfunc
@cython.exceptval(-1, check=True)
def rtp_object(p: Packet, flow: Flow, own: Half, new: cython.bint, side: cython.uint) -> cython.longlong:
    """RTCP: the header of the flow's first packet. RTP: the latest header, sequence gaps, silence; another source or a header extension
    after the first packet cancels RTP for the flow. side: 1 src, 2 dst. Returns the packet's application bytes."""
    o: cython.Py_ssize_t = p.l4 + 8
    size: cython.longlong = p.length - 8
    left: cython.longlong = size
    before: cython.uint
    seq: cython.uint
    if p.end - o < 12:
        return size
    if flow.net == NET_RTCP:
        if new:
            own.rtp0 = p.u32(o)
            own.rtp1 = p.u32(o + 4)
        return size
    if p.buf[o] >> 6 != 2:
        return size
    before = own.rtp0 & 0xFFFF
    # A stored number of 0 counts as none.
    if before == 0:
        own.rtp0 = p.u32(o)
        own.rtp1 = p.u32(o + 4)
        own.rtp2 = p.u32(o + 8)
        return size
    if p.u32(o + 8) != own.rtp2 or own.rtp2 == 0 or p.buf[o] & 0x10:
        flow.net = NOT_RTP
        return size
    if size + 8 >= 12 + 4 * (p.buf[o] & 0x0F):
        left = size - 12 - 4 * cython.cast(cython.longlong, p.buf[o] & 0x0F)
        if rtp_silence(p.buf[o + 1] & 0x7F, left):
            flow.quiet |= side
    seq = p.u16(o + 2)
    if seq > before + 1:
        own.drops += seq - before - 1
    elif seq < before and own.drops:
        own.drops -= 1
        flow.status |= side << 16
    own.rtp0 = p.u32(o)
    own.rtp1 = p.u32(o + 4)
    return left


@cython.cfunc
@cython.exceptval(-1, check=False)
def rtp_silence(kind: cython.uint, left: cython.longlong) -> cython.bint:
    """Whether a payload of this type (RFC 3551) is not a whole number of its codec's frames, as where silence is suppressed."""
    if kind == 0 or kind == 8 or kind == 9 or kind == 15 or kind == 18:
        return left == 0 or left % 10 != 0
    if kind == 4:
        return left == 0 or left == 4
    return False
