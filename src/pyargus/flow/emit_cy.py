"""A flow's state to a flow record: which DSRs, in which form. The bytes themselves are `pyargus.record.encode_cy`'s.

Source: sensor behaviour, "Time DSR", "Metrics", "TCP engine: State kept"; argus 3 record format, "Types and order of emission".
"""

from array import array

import cython

if cython.compiled:
    from cython.cimports.libc.math import sqrt
    from cython.cimports.pyargus.capture.packet_cy import ARP, ETHERNET, IPV4, IPV6, ISIS, LCP, RARP
    from cython.cimports.pyargus.flow.flow_cy import (
        NET_ARP,
        NET_ESP,
        NET_FRAGMENT,
        NET_ICMP,
        NET_RTCP,
        NET_RTP,
        NET_TCP,
        NET_UDT,
        NOT_RTP,
        Flow,
        Gaps,
        Half,
    )
    from cython.cimports.pyargus.record.encode_cy import Encoder, metric_head
    from cython.cimports.pyargus.record.encode_network_cy import arp, esp, icmp, le_words, rtcp, rtp, shorts
else:
    from math import sqrt

    from pyargus.capture.packet_cy import ARP, ETHERNET, IPV4, IPV6, ISIS, LCP, RARP
    from pyargus.flow.flow_cy import (
        NET_ARP,
        NET_ESP,
        NET_FRAGMENT,
        NET_ICMP,
        NET_RTCP,
        NET_RTP,
        NET_TCP,
        NET_UDT,
        NOT_RTP,
        Flow,
        Gaps,
        Half,
    )
    from pyargus.record.encode_cy import Encoder, metric_head
    from pyargus.record.encode_network_cy import arp, esp, icmp, le_words, rtcp, rtp, shorts

# The start, in seconds, of a record whose packets all carry second 0: the reference's marker for "no time".
_NO_TIME = cython.declare(cython.longlong, 0xEFFFFFFF)


# The deviation of equal gaps can come out as the root of a rounding error below zero; the reference writes this for it.
_NAN = cython.declare(cython.double, float("nan"))

# Constants above 2**31 need a C type to stay out of Python integers.
_PAIRS = cython.declare(cython.uint, 0xFFF0C0FF)
_U32 = cython.declare(cython.ulonglong, 0xFFFFFFFF)

# Bytes of a record up to the end of its TCP object of one segment, with the longest key, times and counters.
_IMAGE = cython.declare(cython.Py_ssize_t, 192)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def seconds(when: cython.longlong) -> cython.uint:
    """The whole seconds of a time in microseconds."""
    return cython.cast(cython.uint, (when // 1000000) & cython.cast(cython.ulonglong, 0xFFFFFFFF))


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def micro(when: cython.longlong) -> cython.uint:
    """The microseconds of a time beyond its whole seconds."""
    return cython.cast(cython.uint, when % 1000000)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def swapped(value: cython.uint) -> cython.uint:
    """A 16-bit number with its bytes exchanged."""
    return ((value & 0xFF) << 8) | ((value >> 8) & 0xFF)


@cython.cfunc
@cython.exceptval(-1, check=False)
def is_control(flow: Flow) -> cython.bint:
    """Whether the flow is of a protocol that networks are controlled by, as far as `-C` goes: ARP, LCP, IS-IS."""
    if flow.kind == ETHERNET:
        return (flow.k4 >> 16) & 0xFFFF == 0x83
    return flow.kind == ARP or flow.kind == RARP or flow.kind == LCP or flow.kind == ISIS


@cython.final
@cython.cclass
class Emitter:
    """Writes flow records to its Encoder.

    app_bytes, macs, sizes: the DSRs of `-A`, `-m`, `-Z`; four_times: bidirectional time stamps; ident_kind, ident: the source id's
    transport qualifier and value; user_size: configured bytes of user data; control: those of control protocols are kept whole.
    """

    def __init__(
        self,
        app_bytes: bool,
        macs: bool,
        sizes: bool,
        four_times: bool,
        ident_kind: int,
        ident: int,
        user_size: int,
        control: bool = False,
    ) -> None:
        self.encoder = Encoder()
        self.decided = bytearray()
        self.words = memoryview(array("I", bytes(4 * 64)))
        self.app_bytes = app_bytes
        self.macs = macs
        self.sizes = sizes
        self.four_times = four_times
        self.ident_kind = ident_kind
        self.ident = ident
        self.user_size = user_size if user_size < 0xFFFF else 0xFFFF
        self.control = control
        self.image = memoryview(bytearray(_IMAGE))

    def take_decided(self) -> bytes:
        """How source and destination were decided, a byte for each record since the last call (`flow_cy.BY_...`)."""
        taken = bytes(self.decided)
        self.decided.clear()
        return taken

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def flow_record(self, flow: Flow, cause: cython.uint) -> cython.int:
        out: Encoder = self.encoder
        src: Half = flow.src
        dst: Half = flow.dst
        apps: cython.bint = self.app_bytes and (src.app or dst.app)
        head: cython.uint
        bits: cython.uint
        out.begin(0x13, cause)
        out.transport(0x01030003 | (self.ident_kind << 8), self.ident, flow.sequence)
        self.key(flow)
        self.times(flow)
        head = metric_head(apps, src.packets, src.bytes, src.app, dst.packets, dst.bytes, dst.app)
        out.metric(head, src.packets, src.bytes, src.app, dst.packets, dst.bytes, dst.app)
        out.pad()
        self.network(flow)
        bits = (1 if src.has_vlan else 0) | (2 if dst.has_vlan else 0)
        if bits:
            out.pair16(0x40000002 | (bits << 8), src.vlan, dst.vlan)
        if src.has_mpls or dst.has_mpls:
            self.labels(src, dst)
        if src.active is not None:
            self.jitter(flow)
        if flow.attributes:
            self.attributes(flow)
        if self.sizes:
            self.frame_sizes(src.minsz & 0xFFFF, src.maxsz & 0xFFFF, dst.minsz & 0xFFFF, dst.maxsz & 0xFFFF)
        if src.user is not None:
            self.user_data(flow, 0x90, src.user)
        if dst.user is not None:
            self.user_data(flow, 0xA0, dst.user)
        if self.macs and flow.has_mac:
            out.mac(0x42000005 | (flow.mac_paths << 8), flow.dmac, flow.smac, flow.ethertype, flow.dsap, flow.ssap)
        if flow.mapped:
            out.icmp_mapped(
                0x34000008 | ((flow.mapped & 0xFF) << 8),
                (flow.mtype << 8) | flow.mcode,
                flow.mseq,
                flow.msource,
                flow.mdest,
                flow.mqsource,
                flow.mqdest,
                flow.mgateway,
                0,
            )
        out.pair32(0x20000003 | (flow.encaps_changed << 8), src.encaps, dst.encaps)
        if flow.strokes is not None and flow.strokes.shown:
            out.pair32(0x54000003 | (flow.strokes.algorithm << 16), flow.strokes.source, flow.strokes.destination)
        out.end()
        self.remember()
        self.decided.append(flow.provenance)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def remember(self) -> cython.int:
        """Lay the record just made over those before it, as in the one buffer in which the reference makes all of a source's."""
        start: cython.Py_ssize_t = self.encoder.start
        size: cython.Py_ssize_t = self.encoder.pos - start
        if size > _IMAGE:
            size = _IMAGE
        self.image[:size] = self.encoder.out[start : start + size]
        return 0

    # ---- key

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def key(self, flow: Flow) -> cython.int:
        out: Encoder = self.encoder
        head: cython.uint = 0x02410000 if flow.reversed else 0x02010000
        qualifier: cython.uint = flow.kind
        kind: cython.uint = cython.cast(cython.uint, (flow.k5 >> 16) & 0xFF)
        fragment: cython.bint = (flow.k5 >> 24) & 1
        proto: cython.uint = cython.cast(cython.uint, flow.k5 & 0xFF)
        w14: cython.uint = cython.cast(cython.uint, (flow.k4 >> 32) & 0xFFFF)
        w16: cython.uint = cython.cast(cython.uint, (flow.k4 >> 16) & 0xFFFF)
        w18: cython.uint = cython.cast(cython.uint, flow.k4 & 0xFFFF)
        a: cython.uint = cython.cast(cython.uint, (flow.k0 >> 32) & _U32)
        b: cython.uint = cython.cast(cython.uint, flow.k0 & _U32)
        inner: cython.uint = 0
        body: bytes
        if kind == IPV4 and (flow.k5 >> 25) & 1:
            out.key_matrix_ipv4(0x02030103, a, b)
        elif kind == IPV4:
            if fragment:
                qualifier |= 0xA0 if flow.reversed else 0x80
            elif flow.reply and flow.reversed:
                qualifier |= 0x20
            if proto == 1 and not fragment:
                inner = cython.cast(cython.uint, (flow.k5 >> 8) & 0xFF)
            if proto == 50 and fragment:
                w16, w18 = swapped(w18), swapped(w16)
            elif proto == 2 and fragment:
                w18 = swapped(w18)
            out.key_ipv4(head | (qualifier << 8) | 5, a, b, proto, inner, w14, w16, w18)
        elif kind == IPV6:
            if fragment:
                qualifier |= 0x80
            out.key_ipv6(head | (qualifier << 8) | 11, flow.k0, flow.k1, flow.k2, flow.k3, proto << 24, w16, w18, 0, 0)
        elif kind == ETHERNET:
            out.key_ethernet(
                head | (qualifier << 8) | 5,
                flow.k0,
                flow.k1,
                w16,
                cython.cast(cython.uint, (flow.k4 >> 8) & 0xFF),
                cython.cast(cython.uint, flow.k4 & 0xFF),
            )
        elif kind == ARP:
            # The record has room for the requester's MAC by the words of its length less one address word, not for all of it.
            if flow.reversed:
                body = flow.extra[:48].ljust(48, b"\0")
            else:
                body = flow.extra[: 12 + 4 * ((flow.extra[4] + 3) // 4)]
                body = body.ljust(12 + 4 * ((flow.extra[4] + 3) // 4), b"\0")
            self.raw_key(0x46 if flow.reversed else 0x06, ARP, body)
        elif kind == RARP:
            body = flow.extra
            self.raw_key(0x06, RARP, body)
        else:
            self.raw_key(0x01, kind, flow.extra)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def raw_key(self, subtype: cython.uint, qualifier: cython.uint, body: bytes) -> cython.int:
        words: cython.uint = cython.cast(cython.uint, 1 + (len(body) + 3) // 4)
        return self.encoder.key_octets(0x02000000 | (subtype << 16) | (qualifier << 8) | (words & 0xFF), body)

    # ---- time

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def times(self, flow: Flow) -> cython.int:
        stamps: cython.longlong[4]
        start: cython.longlong = _NO_TIME * 1000000
        end: cython.longlong = 0
        i: cython.int
        bits: cython.uint = 0
        count: cython.uint = 0
        if not cython.compiled:
            stamps = [0, 0, 0, 0]
        stamps[0] = flow.src.first
        stamps[1] = flow.src.last
        stamps[2] = flow.dst.first
        stamps[3] = flow.dst.last
        if self.four_times:
            for i in range(4):
                if stamps[i] != 0:
                    bits |= 0x08 << i
                    count += 2
            bits |= flow.time_form
            return self.stamps(0x03001801 + (bits << 16) + count, 3, stamps[0], stamps[1], stamps[2], stamps[3])
        # The earliest whole second wins, the first of them in this order; microseconds are not compared.
        for i in range(4):
            if stamps[i] >= 1000000:
                if stamps[i] // 1000000 < start // 1000000:
                    start = stamps[i]
                if stamps[i] > end:
                    end = stamps[i]
        if start == end:
            return self.stamps(0x03001803 | (flow.time_form << 16), 1, start, 0, 0, 0)
        return self.stamps(0x03001805 | (flow.time_form << 16), 2, start, end, 0, 0)

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def stamps(
        self, head: cython.uint, form: cython.uint, s: cython.longlong, t: cython.longlong, d: cython.longlong, e: cython.longlong
    ) -> cython.int:
        return self.encoder.time(
            head, form, seconds(s), micro(s), seconds(t), micro(t), seconds(d), micro(d), seconds(e), micro(e)
        )

    # ---- network

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def network(self, flow: Flow) -> cython.int:
        out: Encoder = self.encoder
        src: Half = flow.src
        dst: Half = flow.dst
        i: cython.int
        lost: cython.uint = 0
        if flow.net == NET_TCP:
            return self.tcp(flow)
        if flow.net == NET_ICMP:
            return icmp(
                out,
                0x30340007,
                (flow.itype << 8) | flow.icode,
                flow.iseq,
                flow.isource,
                flow.idest,
                flow.iqsource,
                flow.iqdest,
                flow.igateway,
            )
        if flow.net == NET_ESP:
            if flow.esp_lost > 0:
                lost = cython.cast(cython.uint, flow.esp_lost & _U32)
            return esp(out, 0x30380005, flow.status, flow.spi, flow.esp_seq, lost)
        if flow.net == NET_ARP:
            arp(out, 0x3010002C, flow.responder)
            return out.pad()
        if flow.net == NET_RTP:
            rtp(out, 0x300A000A | (flow.quiet << 8), flow.status, src.rtp0, src.rtp1, src.rtp2, dst.rtp0, dst.rtp1, dst.rtp2)
            shorts(out, src.drops & 0xFFFF, dst.drops & 0xFFFF)
            return shorts(out, 0, 0)
        if flow.net == NET_RTCP:
            rtcp(out, 0x30090006, src.rtp0, src.rtp1, dst.rtp0, dst.rtp1)
            return shorts(out, src.drops & 0xFFFF, dst.drops & 0xFFFF)
        if flow.net == NET_UDT:
            return le_words(out, 0x300D002C, flow.udt.words, 43)
        if flow.net == NET_FRAGMENT:
            for i in range(13):
                self.words[i] = 0
            self.words[0] = flow.fragment_count
            self.words[3] = flow.fragment_sum
            self.words[4] = flow.fragment_bytes
            self.words[5] = flow.fragment_total & 0xFFFF
            self.words[6] = flow.fragment_max & 0xFFFF
            self.words[11] = flow.fragment_start
            self.words[12] = flow.fragment_end
            return le_words(out, 0x3045000E | (0x200 if flow.overlaps else 0), self.words, 13)
        if flow.net == NOT_RTP:
            # RTP that was just found to be none.
            return 0
        return out.dsr(0x30000001)

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def tcp(self, flow: Flow) -> cython.int:
        src: Half = flow.src
        dst: Half = flow.dst
        status: cython.uint
        own: Half
        place: cython.Py_ssize_t
        if flow.segments <= 1:
            own = dst if dst.tcp_last and not src.tcp_last else src
            # The reference does not fill in the window: there stays what the records before left at this place, bytes exchanged.
            place = self.encoder.pos - self.encoder.start + 16
            return self.encoder.tcp_initial(
                0x30030005,
                flow.status,
                own.base,
                flow.options,
                (cython.cast(cython.uint, self.image[place + 1]) << 8) | self.image[place],
                own.flags,
                own.shift,
            )
        # The pairs of the overall word are made from the two directions: lower bit src, upper bit dst.
        status = flow.status & _PAIRS
        status |= src.status & 0x11500
        status |= dst.status & 0x22A00
        if src.status & 0xC0000:
            status |= 0x40000
        if dst.status & 0xC0000:
            status |= 0x80000
        self.encoder.tcp_full(0x3005001E, status, flow.state, flow.options, flow.synack, flow.ackdat)
        self.tcp_half(src)
        self.tcp_half(dst)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def tcp_half(self, half: Half) -> cython.int:
        return self.encoder.tcp_side(
            seconds(half.tcp_last),
            micro(half.tcp_last),
            half.status,
            half.base,
            half.seq,
            half.ack,
            half.winnum,
            half.payload,
            half.retrans,
            half.ackbytes,
            half.winbytes,
            half.window,
            half.flags,
            half.shift,
        )

    # ---- attributes and statistics

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def labels(self, src: Half, dst: Half) -> cython.int:
        count: cython.uint = 0
        sides: cython.uint = 0
        each: cython.uint = 0
        if src.has_mpls:
            self.words[0] = src.mpls
            count, sides, each = 1, 1, 0x10
        if dst.has_mpls:
            self.words[count] = dst.mpls
            count, sides, each = count + 1, sides | 2, each | 1
        return self.encoder.mpls(0x44000001 + (sides << 16) + (each << 8) + count, self.words, count)

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def frame_sizes(self, smin: cython.uint, smax: cython.uint, dmin: cython.uint, dmax: cython.uint) -> cython.int:
        """Smallest and largest frame of each direction; one whose maximum is 0 is absent, nothing is written without any."""
        if not smax and not dmax:
            return 0
        return self.encoder.packet_size(
            0x12000203 if smax and dmax else 0x12000602 if smax else 0x12000A02, smin, smax, dmin, dmax, 0, 0
        )

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def user_data(self, flow: Flow, subtype: cython.uint, user: bytearray) -> cython.int:
        size: cython.uint = 0xFFFF if self.control and is_control(flow) else self.user_size
        view: cython.const[cython.uchar][::1] = memoryview(user)
        count: cython.Py_ssize_t = view.shape[0]
        words: cython.uint = cython.cast(cython.uint, 2 + (count + 3) // 4)
        self.encoder.user_data(0x50000000 | (subtype << 16) | words, size, cython.cast(cython.uint, count))
        self.encoder.span(view, 0, count)
        return self.encoder.pad()

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def jitter(self, flow: Flow) -> cython.int:
        blocks: cython.uint = self.gaps(flow.src.active, 0)
        count: cython.uint
        blocks |= self.gaps(flow.src.idle, 1)
        blocks |= self.gaps(flow.dst.active, 2)
        blocks |= self.gaps(flow.dst.idle, 3)
        if not blocks:
            return 0
        count = (blocks & 1) + ((blocks >> 1) & 1) + ((blocks >> 2) & 1) + (blocks >> 3)
        return self.encoder.jitter(0x46000001 + (blocks << 8) + 5 * count, blocks, 5, self.words)

    @cython.cfunc
    @cython.exceptval(16, check=False)
    def gaps(self, gaps: Gaps, block: cython.uint) -> cython.uint:
        """Statistics of one kind of gaps into `words`; returns its bit, 0 where there were none."""
        at: cython.uint = 16 * block
        mean: cython.double
        spread: cython.double
        if gaps.n == 0:
            return 0
        # Mean in single precision, mean square cut to a whole number: the record's last digits follow from it.
        gaps.cell[0] = gaps.cell[0] / gaps.n
        mean = gaps.cell[0]
        gaps.cell[0] = mean * gaps.n
        spread = cython.cast(cython.double, gaps.squares // cython.cast(cython.ulonglong, gaps.n)) - mean * mean
        self.words[at] = cython.cast(cython.uint, gaps.n)
        self.words[at + 1] = self.encoder.single(gaps.minimum)
        self.words[at + 2] = self.encoder.single(mean)
        self.words[at + 3] = self.encoder.single(sqrt(spread) if spread >= 0 else -_NAN)
        self.words[at + 4] = self.encoder.single(gaps.maximum)
        return cython.cast(cython.uint, 1) << block

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def attributes(self, flow: Flow) -> cython.int:
        src: Half = flow.src
        dst: Half = flow.dst
        bits: cython.uint = flow.attributes
        words: cython.uint = 1 + (bits & 1) + ((bits >> 1) & 1) + ((bits >> 2) & 1) + ((bits >> 3) & 1)
        return self.encoder.attributes(
            0x48000000 | (bits << 8) | words,
            src.ttl,
            src.tos,
            swapped(src.ident),
            src.options,
            dst.ttl,
            dst.tos,
            swapped(dst.ident),
            dst.options,
        )
