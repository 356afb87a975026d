"""UDT over UDP: the object that the sensor keeps of a flow with port 9000.

Source: draft-gg-udt (packet structures, version 4); argus 3 record format, "Network DSR"; sensor behaviour as observed: both directions
share one block, and the flow's first packet is only looked at to recognise it.
"""

import cython

if cython.compiled:
    from cython.cimports.pyargus.capture.packet_cy import Packet
    from cython.cimports.pyargus.flow.flow_cy import NET_UDT, Flow, Udt
else:
    from pyargus.capture.packet_cy import Packet
    from pyargus.flow.flow_cy import NET_UDT, Flow, Udt

PORT = cython.declare(cython.uint, 9000)

# Places in the object, in words behind the DSR's header; those of the handshake are in network order, the others little-endian.
STATUS = cython.declare(cython.int, 1)
HANDSHAKE = cython.declare(cython.int, 2)
SECONDS = cython.declare(cython.int, 9)
SEQUENCE = cython.declare(cython.int, 11)
STAMP = cython.declare(cython.int, 12)
ACKNOWLEDGED = cython.declare(cython.int, 13)
SOLO = cython.declare(cython.int, 19)
FIRST = cython.declare(cython.int, 20)
MIDDLE = cython.declare(cython.int, 21)
LAST = cython.declare(cython.int, 22)
DROPS = cython.declare(cython.int, 23)
RETRANSMITTED = cython.declare(cython.int, 24)
NACKED = cython.declare(cython.int, 25)

_U32 = cython.declare(cython.ulonglong, 0xFFFFFFFF)
_CONTROL = cython.declare(cython.uint, 0x80000000)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def _turned(value: cython.uint) -> cython.uint:
    """A 32-bit number with its bytes the other way round."""
    return ((value & 0xFF) << 24) | ((value & 0xFF00) << 8) | ((value >> 8) & 0xFF00) | (value >> 24)


@cython.cfunc
@cython.exceptval(-1, check=False)
def udt_probe(p: Packet, flow: Flow) -> cython.int:
    """Is this first packet of a UDP flow UDT: data, or a handshake of version 4?"""
    o: cython.Py_ssize_t = p.l4 + 8
    i: cython.int
    if p.sport != PORT and p.dport != PORT:
        return 0
    if p.end - o < 16:
        return 0
    if p.buf[o] & 0x80:
        if p.u16(o) != 0x8000 or p.end - o < 44 or p.u32(o + 16) != 4:
            return 0
    flow.net = NET_UDT
    flow.udt = Udt()
    if p.buf[o] & 0x80:
        for i in range(7):
            flow.udt.words[HANDSHAKE + i] = _turned(p.u32(o + 16 + 4 * i))
    return 0


@cython.cfunc
@cython.exceptval(-1, check=True)
def udt_object(p: Packet, flow: Flow) -> cython.longlong:
    """A later packet of the flow, of either direction; its application bytes."""
    o: cython.Py_ssize_t = p.l4 + 8
    size: cython.longlong = p.length - 8
    words: cython.uint[::1] = flow.udt.words
    kind: cython.uint
    if p.end - o < 16:
        return size
    if not p.buf[o] & 0x80:
        _data(p, words, o)
        return size - 16
    kind = p.u16(o) & 0x7FFF
    if kind == 2:
        _acknowledged(p, words, o, size)
    elif kind == 3:
        words[NACKED] += _lost(p, o + 16, o + size if o + size < p.end else p.end)
    elif kind == 4:
        words[STATUS] |= 0xC000
    return size - 16


@cython.cfunc
@cython.exceptval(-1, check=False)
def _data(p: Packet, words: cython.uint[::1], o: cython.Py_ssize_t) -> cython.int:
    seq: cython.longlong = p.u32(o)
    before: cython.longlong = words[SEQUENCE]
    kind: cython.uint = p.buf[o + 4] >> 6
    words[SOLO if kind == 3 else FIRST if kind == 2 else LAST if kind == 1 else MIDDLE] += 1
    # 0 counts as none; a gap of one packet counts as a retransmission.
    if before == 0 or seq == before + 1:
        words[SEQUENCE] = cython.cast(cython.uint, seq)
        words[SECONDS] = cython.cast(cython.uint, (p.now // 1000000) & _U32)
        words[SECONDS + 1] = cython.cast(cython.uint, p.now % 1000000)
        words[STAMP] = p.u32(o + 8)
    elif seq > before + 2:
        words[DROPS] = cython.cast(cython.uint, (words[DROPS] + seq - before - 1) & _U32)
        words[STATUS] |= 0x30
        words[SEQUENCE] = cython.cast(cython.uint, seq)
    else:
        words[RETRANSMITTED] += 1
        words[STATUS] |= 0x300
    return 0


@cython.cfunc
@cython.exceptval(-1, check=False)
def _acknowledged(p: Packet, words: cython.uint[::1], o: cython.Py_ssize_t, size: cython.longlong) -> cython.int:
    """Sequence number, round trip time and its variance, buffer, rate and capacity, as many of them as there are."""
    i: cython.int
    for i in range(6):
        if size >= 20 + 4 * i and p.end - o >= 20 + 4 * i:
            words[ACKNOWLEDGED + i] = p.u32(o + 16 + 4 * i)
    return 0


@cython.cfunc
@cython.exceptval(-1, check=True)
def _lost(p: Packet, o: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.uint:
    """Packets in the loss list of a NAK: single numbers, and ranges whose first number has the highest bit set."""
    count: cython.ulonglong = 0
    first: cython.uint
    while o + 4 <= stop:
        first = p.u32(o)
        o += 4
        if first & _CONTROL:
            if o + 4 > stop:
                break
            count += (p.u32(o) - (first & 0x7FFFFFFF) + 1) & _U32
            o += 4
        else:
            count += 1
    return cython.cast(cython.uint, count & _U32)
