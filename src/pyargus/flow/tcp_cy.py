"""The TCP engine: connection state, loss, windows and round trip of one flow, segment by segment.

`begin` takes the first segment of a connection, `later` every other. All sequence arithmetic is on 32-bit numbers that wrap. `own` is
the direction of the segment's sender, `peer` the other, `size` the payload's length. What the reference gets wrong is kept where
records would differ (identification compared byte-swapped, unsigned window comparison). Tables: `tcp_table`. Source: sensor
behaviour, "TCP engine", sections on the first segment, the sequence step, acknowledgements and the state step.
"""

import cython

from pyargus.flow import tcp_table

if cython.compiled:
    from cython.cimports.pyargus.capture.packet_cy import Packet
    from cython.cimports.pyargus.flow.flow_cy import Flow, Half
else:
    from pyargus.capture.packet_cy import Packet
    from pyargus.flow.flow_cy import Flow, Half

# results of `later`
GOES_ON = 0
NEW_CONNECTION = 1

# Constants above 2**31 need a C type to stay out of Python integers.
_DST_ECN = cython.declare(cython.uint, 0x80000000)
_U32 = cython.declare(cython.ulonglong, 0xFFFFFFFF)


@cython.cfunc
@cython.exceptval(0xFFFFFFFF, check=True)
def _u32(value: cython.longlong) -> cython.uint:
    return cython.cast(cython.uint, value & _U32)


@cython.final
@cython.cclass
class TcpMachine:
    """The machine; it holds its tables, the state is in the flow. `track_duplicates` recognises a segment seen twice by its IP id."""

    def __init__(self, track_duplicates: bool = False) -> None:
        self.firsts = memoryview(tcp_table.first_table())
        self.steps = memoryview(tcp_table.step_table())
        self.track_duplicates = track_duplicates

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def parse_options(self, p: Packet, flow: Flow, own: Half) -> cython.int:
        """Set the bits of the options present. A bit is set before the option's size is checked against what was captured."""
        o: cython.Py_ssize_t = p.l4 + 20
        header: cython.Py_ssize_t = p.l4 + p.header
        stop: cython.Py_ssize_t = header if header < p.end else p.end
        kind: cython.uint
        size: cython.Py_ssize_t
        need: cython.Py_ssize_t
        while o < stop:
            kind = p.buf[o]
            if kind == 0:
                break
            if kind == 1:
                o += 1
                continue
            if o + 1 >= stop:
                break
            size = p.buf[o + 1]
            if size < 2 or o + size > header:
                break
            need = size - 2
            if kind == 2:
                flow.options |= 0x00100000
                need = 2
            elif kind == 3:
                flow.options |= 0x00200000
                need = 1
                if o + 2 < stop:
                    own.shift = p.buf[o + 2]
            elif kind == 4:
                flow.options |= 0x00400000
                need = 0
            elif kind == 5:
                flow.options |= 0x00800000
            elif kind == 6 or kind == 7:
                flow.options |= 0x01000000 if kind == 6 else 0x02000000
                need = 4
            elif kind == 8:
                flow.options |= 0x04000000
                need = 8
            elif kind >= 11 and kind <= 13:
                flow.options |= 0x08000000 << (kind - 11)
                need = 4
            if o + 2 + need > stop:
                break
            o += 2 + need
        return 0

    # ---- first segment

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def begin(self, p: Packet, flow: Flow, own: Half, peer: Half, size: cython.uint) -> cython.int:
        rule: cython.int = self.firsts[p.flags & 0xFF]
        flow.segments = 1
        flow.idle = False
        self.parse_options(p, flow, own)
        own.payload += size
        own.flags |= p.flags
        own.tcp_last = p.now
        if rule == 6:
            flow.status = 0x3000
            flow.state = 1
            own.status = 0x3000
            if p.seq != 0:
                own.base = _u32(cython.cast(cython.longlong, p.seq) - 1)
                own.seq = _u32(cython.cast(cython.longlong, p.seq) + size)
            else:
                own.base = _u32(cython.cast(cython.longlong, p.ack) - 1)
                own.seq = own.base
            peer.ack = _u32(cython.cast(cython.longlong, p.ack) - 1)
            return 0
        own.window = p.window
        if rule == 1:
            flow.status = 0x1
            flow.state = 2
            own.base = p.seq
            own.seq = p.seq
            if p.flags & 0xC0 == 0xC0:
                flow.options |= 0x40000000
            return 0
        if rule == 2:
            flow.status = 0x2
            flow.state = 3
            own.base = p.seq
            own.seq = p.seq
            peer.ack = _u32(cython.cast(cython.longlong, p.ack) - 1)
            if p.flags & 0xC0 == 0x40:
                flow.options |= _DST_ECN
            return 0
        own.base = _u32(cython.cast(cython.longlong, p.seq) - 1)
        own.seq = _u32(cython.cast(cython.longlong, p.seq) + size)
        if rule == 3:
            flow.status = 0x4
            flow.state = 4
            if p.flags & 0x10:
                peer.ack = _u32(cython.cast(cython.longlong, p.ack) - 1)
        elif rule == 4:
            flow.status = 0x8
            flow.state = 6
        else:
            flow.status = 0x4
            flow.state = 7
        return 0

    # ---- later segments

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def later(self, p: Packet, flow: Flow, own: Half, peer: Half, size: cython.uint, from_src: cython.bint) -> cython.int:
        """1 where the segment starts a new connection, which the caller then begins; the old one has not counted it."""
        result: cython.int = 0
        flow.idle = False
        flow.segments += 1
        self.parse_options(p, flow, own)
        own.flags |= p.flags
        if flow.options >> 30 and p.flags & 0x50 == 0x50:
            flow.status |= 0x4000 if from_src else 0x8000
        if p.flags != 0x02:
            result = self.sequence(p, flow, own, peer, size, from_src)
        if result == 0:
            result = self.advance(p, flow, own, peer, size)
            if result == 1:
                return 1
        own.tcp_last = p.now
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def sequence(self, p: Packet, flow: Flow, own: Half, peer: Half, size: cython.uint, from_src: cython.bint) -> cython.int:
        """Bytes, window, loss and reordering. 2 where the segment is a duplicate and nothing more is to be done."""
        following: cython.uint = _u32(cython.cast(cython.longlong, p.seq) + size)
        if not p.flags & 0x05:
            if p.window == 0:
                own.status |= 0xC00
                flow.idle = True
            else:
                own.window = p.window
        if size != 0 and peer.window != 0:
            own.payload = _u32(cython.cast(cython.longlong, own.payload) + size)
            if own.winbytes == 0:
                flow.idle = True
            if own.flags & 0x01:
                if p.seq < own.seq:
                    own.retrans += 1
                    own.status |= 0x300
                elif not p.flags & 0x01:
                    own.status |= 0x30000
            if not p.flags & 0x02:
                own.winbytes = _u32(cython.cast(cython.longlong, own.winbytes) + size)
        else:
            flow.idle = True
        if following < p.seq:
            own.ackbytes = _u32(cython.cast(cython.longlong, own.ackbytes) + own.seq - own.base)
            own.base = following
            own.seq = following
        elif own.base == 0:
            own.base = p.seq
            own.seq = following
        else:
            if size != 0:
                if self.track_duplicates and p.ident != 0 and _swap16(p.ident) == own.data_ident:
                    if from_src:
                        own.status |= 0x40000
                    else:
                        peer.status |= 0x80000
                    return 2
                if peer.window != 0:
                    self.in_order(p, flow, own, peer, size, following)
                own.data_ident = _swap16(p.ident)
        if p.flags & 0x10 and p.ack != 0:
            self.acknowledge(p, own, peer)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def in_order(
        self, p: Packet, flow: Flow, own: Half, peer: Half, size: cython.uint, following: cython.uint
    ) -> cython.int:
        """Is this payload new, sent again, or late?"""
        most: cython.uint
        step: cython.int
        if p.seq < peer.ack:
            if peer.ack - p.seq < (own.window >> own.shift if own.shift < 32 else 0):
                own.retrans += 1
                own.status |= 0x300
                own.winbytes = _u32(cython.cast(cython.longlong, own.winbytes) - size)
                flow.idle = True
            return 0
        most = following if following > own.seq else own.seq
        if own.window != 0:
            step = cython.cast(cython.int, _swap16(p.ident)) - cython.cast(cython.int, own.data_ident)
            if step < 0 and step > -5000:
                own.status |= 0x30000
            elif own.winbytes > _u32(cython.cast(cython.longlong, most) - 1 - peer.ack):
                own.retrans += 1
                own.status |= 0x300
                own.winbytes = _u32(cython.cast(cython.longlong, own.winbytes) - size)
                flow.idle = True
            elif following < own.seq:
                if p.seq == _u32(cython.cast(cython.longlong, peer.ack) + 1):
                    own.retrans += 1
                    own.status |= 0x300
                    own.winbytes = _u32(cython.cast(cython.longlong, own.winbytes) - size)
                else:
                    own.status |= 0x30000
        own.seq = most
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def acknowledge(self, p: Packet, own: Half, peer: Half) -> cython.int:
        before: cython.uint = _u32(cython.cast(cython.longlong, p.ack) - 1)
        gone: cython.uint
        if own.ack != 0 and peer.seq > own.ack:
            peer.winbytes = _u32(cython.cast(cython.longlong, peer.seq) - 1 - own.ack)
        if own.ack == before:
            return 0
        if own.ack == 0 or peer.seq == p.ack:
            peer.winbytes = 0
            if peer.seq == p.ack:
                peer.winnum += 1
        elif not p.flags & 0x02:
            gone = _u32(cython.cast(cython.longlong, before) - own.ack)
            if gone > peer.winbytes:
                gone = peer.winbytes
            peer.winbytes -= gone
            peer.winnum += 1
        own.ack = before
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def advance(self, p: Packet, flow: Flow, own: Half, peer: Half, size: cython.uint) -> cython.int:
        """The state step; 1 where a new connection begins."""
        action: cython.int = self.steps[((flow.state & 0xF) << 8) | (p.flags & 0xFF)]
        if action == 0:
            return 0
        if action == 1:
            flow.status |= 0x3000
            own.status |= 0x3000
            if flow.state == 2:
                if peer.seq != own.ack:
                    flow.state = 7
            elif p.seq >= own.ack and p.seq < _u32(
                cython.cast(cython.longlong, own.ack) + (own.window >> own.shift if own.shift < 32 else 0)
            ):
                flow.state = 0
            else:
                flow.state = 7
        elif action == 2:
            own.retrans += 1
            own.status |= 0x300
        elif action == 3:
            flow.state = 3
            flow.status |= 2
            own.status |= 2
            if peer.seq == own.ack:
                flow.synack = _elapsed(p.now, peer.tcp_last)
        elif action == 4:
            flow.state = 6
            flow.status |= 8
            own.status |= 8
        elif action == 5 or action == 6:
            flow.state = 4
            flow.status |= 4
            own.status |= 4
            if action == 6 and own.seq == peer.ack:
                flow.ackdat = _elapsed(p.now, peer.tcp_last)
        elif action == 7:
            own.retrans += 1
            own.status |= 0x300
            if p.flags & 0x10:
                flow.status |= 6
        elif action == 8:
            if p.flags == 0x02:
                return 1
        elif action == 9:
            if p.flags & 0x01:
                if not p.flags & 0x10:
                    if peer.status & 0x10:
                        own.retrans += 1
                        own.status |= 0x300
                else:
                    flow.status |= 8
                    own.status |= 8
            if p.flags & 0x10 and size == 0 and peer.status & 8 and peer.seq == own.ack:
                flow.state = 9
                flow.status |= 0x10
                peer.status |= 0x10
        elif action == 10:
            if own.seq == own.ack and peer.seq == own.ack:
                flow.state = 0
        return 0


@cython.cfunc
@cython.exceptval(0xFFFFFFFF, check=True)
def _swap16(value: cython.uint) -> cython.uint:
    return ((value & 0xFF) << 8) | ((value >> 8) & 0xFF)


@cython.cfunc
@cython.exceptval(0xFFFFFFFF, check=True)
def _elapsed(now: cython.longlong, then: cython.longlong) -> cython.uint:
    """Microseconds between two times, whichever is later."""
    if now < then:
        now, then = then, now
    return cython.cast(cython.uint, (now - then) & _U32)
