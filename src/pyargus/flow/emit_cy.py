"""A flow's state to a flow record: which DSRs, in which form. The bytes themselves are `pyargus.record.encode_cy`'s.

Source: sensor behaviour, "Time DSR", "Metrics", "TCP engine: State kept"; argus 3 record format, "Types and order of emission".
"""

import cython

if cython.compiled:
    from cython.cimports.libc.math import sqrt
    from cython.cimports.pyargus.flow.flow_cy import Flow, Gaps, Half
    from cython.cimports.pyargus.record.encode_cy import Encoder
else:
    from math import sqrt

    from pyargus.flow.flow_cy import Flow, Gaps, Half
    from pyargus.record.encode_cy import Encoder

# The start, in seconds, of a record whose packets all carry second 0: the reference's marker for "no time".
_NO_TIME = cython.declare(cython.longlong, 0xEFFFFFFF)


# The deviation of equal gaps can come out as the root of a rounding error below zero; the reference writes this for it.
_NAN = cython.declare(cython.double, float("nan"))

# Constants above 2**31 need a C type to stay out of Python integers.
_PAIRS = cython.declare(cython.uint, 0xFFF0C0FF)
_U32 = cython.declare(cython.ulonglong, 0xFFFFFFFF)


@cython.final
@cython.cclass
class Emitter:
    """Writes flow records to its Encoder.

    app_bytes, macs, sizes: the DSRs of `-A`, `-m`, `-Z`; four_times: bidirectional time stamps; ident_kind, ident: the source id's
    transport qualifier and value; user_size: configured bytes of user data.
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
    ) -> None:
        self.encoder = Encoder()
        self.decided = bytearray()
        self.app_bytes = app_bytes
        self.macs = macs
        self.sizes = sizes
        self.four_times = four_times
        self.ident_kind = ident_kind
        self.ident = ident
        self.user_size = user_size if user_size < 0xFFFF else 0xFFFF

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
        form: cython.uint = 4 if self.app_bytes and (src.app or dst.app) else 1
        qualifier: cython.uint
        view: cython.const[cython.uchar][::1]
        out.begin(0x13, cause)
        out.transport(self.ident_kind, self.ident, flow.sequence)
        self.key(flow)
        self.times(flow)
        out.metric(form, src.packets, src.bytes, src.app, dst.packets, dst.bytes, dst.app)
        self.network(flow)
        if src.has_vlan or dst.has_vlan:
            out.vlan((1 if src.has_vlan else 0) | (2 if dst.has_vlan else 0), src.vlan, dst.vlan)
        if src.has_mpls or dst.has_mpls:
            qualifier = (0x10 if src.has_mpls else 0) | (0x01 if dst.has_mpls else 0)
            out.dsr(
                0x44,
                (1 if src.has_mpls else 0) | (2 if dst.has_mpls else 0),
                qualifier,
                1 + (1 if src.has_mpls else 0) + (1 if dst.has_mpls else 0),
            )
            if src.has_mpls:
                out.u32(src.mpls)
            if dst.has_mpls:
                out.u32(dst.mpls)
        if src.active is not None:
            self.jitter(flow)
        if flow.attributes:
            self.attributes(flow)
        if self.sizes:
            out.packet_size(src.minsz & 0xFFFF, src.maxsz & 0xFFFF, dst.minsz & 0xFFFF, dst.maxsz & 0xFFFF)
        if src.user is not None:
            view = memoryview(src.user)
            out.user_data(0x90, self.user_size, view, view.shape[0])
        if dst.user is not None:
            view = memoryview(dst.user)
            out.user_data(0xA0, self.user_size, view, view.shape[0])
        if self.macs and flow.has_mac:
            out.mac(flow.mac_paths, flow.dmac, flow.smac, flow.ethertype, flow.dsap, flow.ssap)
        if flow.mapped:
            out.icmp_mapped(
                flow.mapped, flow.mtype, flow.mcode, flow.mseq, flow.msource, flow.mdest, flow.mqsource, flow.mqdest, flow.mgateway
            )
        out.encapsulation(flow.encaps_changed, src.encaps, dst.encaps)
        if flow.strokes is not None:
            self.keystrokes(flow)
        out.end()
        self.decided.append(flow.provenance)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def keystrokes(self, flow: Flow) -> cython.int:
        out: Encoder = self.encoder
        out.dsr(0x54, flow.strokes.algorithm, 0, 3)
        out.u32(flow.strokes.source)
        out.u32(flow.strokes.destination)
        return 0

    # ---- key

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def key(self, flow: Flow) -> cython.int:
        out: Encoder = self.encoder
        subtype: cython.uint = 0x41 if flow.reversed else 0x01
        qualifier: cython.uint = flow.kind
        kind: cython.uint = cython.cast(cython.uint, (flow.k5 >> 16) & 0xFF)
        fragment: cython.bint = (flow.k5 >> 24) & 1
        proto: cython.uint = cython.cast(cython.uint, flow.k5 & 0xFF)
        w14: cython.uint = cython.cast(cython.uint, (flow.k4 >> 32) & 0xFFFF)
        w16: cython.uint = cython.cast(cython.uint, (flow.k4 >> 16) & 0xFFFF)
        w18: cython.uint = cython.cast(cython.uint, flow.k4 & 0xFFFF)
        a: cython.uint = cython.cast(cython.uint, (flow.k0 >> 32) & _U32)
        b: cython.uint = cython.cast(cython.uint, flow.k0 & _U32)
        body: bytes
        if kind == 1 and (flow.k5 >> 25) & 1:
            out.key_matrix_ipv4(a, b)
        elif kind == 1:
            if fragment:
                qualifier |= 0xA0 if flow.reversed else 0x80
            elif flow.reply and flow.reversed:
                qualifier |= 0x20
            if proto == 1 and not fragment:
                out.key_ipv4(subtype, qualifier, a, b, 1, cython.cast(cython.uint, (flow.k5 >> 8) & 0xFF), w14, w16, w18)
            else:
                out.key_ipv4(subtype, qualifier, a, b, proto, 0, w14, w16, w18)
        elif kind == 2:
            if fragment:
                qualifier |= 0x80
            out.key_ipv6(
                subtype, qualifier, flow.k0, flow.k1, flow.k2, flow.k3, proto, cython.cast(cython.uint, flow.k4 & _U32)
            )
        elif kind == 3:
            out.key_ethernet(
                subtype,
                qualifier,
                flow.k0,
                flow.k1,
                w16,
                cython.cast(cython.uint, (flow.k4 >> 8) & 0xFF),
                cython.cast(cython.uint, flow.k4 & 0xFF),
            )
        elif kind == 4:
            # The record has room for the requester's MAC by the words of its length less one address word, not for all of it.
            if flow.reversed:
                body = flow.extra[:48].ljust(48, b"\0")
            else:
                body = flow.extra[: 12 + 4 * ((flow.extra[4] + 3) // 4)]
                body = body.ljust(12 + 4 * ((flow.extra[4] + 3) // 4), b"\0")
            self.raw_key(0x46 if flow.reversed else 0x06, 4, body)
        elif kind == 5:
            body = flow.extra
            self.raw_key(0x06, 5, body.ljust((len(body) + 3) & ~3, b"\0"))
        else:
            self.raw_key(0x01, kind, flow.extra)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def raw_key(self, subtype: cython.uint, qualifier: cython.uint, body: bytes) -> cython.int:
        view: cython.const[cython.uchar][::1] = memoryview(body)
        self.encoder.dsr(0x02, subtype, qualifier, cython.cast(cython.uint, 1 + len(body) // 4))
        self.encoder.octets(view, 0, view.shape[0])
        return 0

    # ---- time

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def times(self, flow: Flow) -> cython.int:
        out: Encoder = self.encoder
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
                    count += 1
            out.dsr(0x03, flow.time_form | bits, 0x18, 1 + 2 * count)
            for i in range(4):
                if stamps[i] != 0:
                    out.stamp(stamps[i])
            return 0
        # The earliest whole second wins, the first of them in this order; microseconds are not compared.
        for i in range(4):
            if stamps[i] >= 1000000:
                if stamps[i] // 1000000 < start // 1000000:
                    start = stamps[i]
                if stamps[i] > end:
                    end = stamps[i]
        out.time_range(flow.time_form, start, end)
        return 0

    # ---- network

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def network(self, flow: Flow) -> cython.int:
        out: Encoder = self.encoder
        i: cython.int
        if flow.net == 0x05:
            return self.tcp(flow)
        if flow.net == 0x34:
            return out.icmp(
                flow.itype, flow.icode, flow.iseq, flow.isource, flow.idest, flow.iqsource, flow.iqdest, flow.igateway
            )
        if flow.net == 0x38:
            return out.esp(flow.status, flow.spi, flow.esp_seq, flow.esp_lost)
        if flow.net == 0x10:
            out.dsr(0x30, 0x10, 0, 44)
            out.mac48(flow.responder)
            for i in range(83):
                out.u16(0)
            return 0
        if flow.net == 0x0A:
            out.dsr(0x30, 0x0A, 0, 10)
            out.u32(0)
            self.rtp_half(flow.src)
            self.rtp_half(flow.dst)
            out.u16(flow.src.drops & 0xFFFF)
            out.u16(flow.dst.drops & 0xFFFF)
            out.u32(0)
            return 0
        if flow.net == 0x09:
            out.dsr(0x30, 0x09, 0, 6)
            out.u16(flow.src.rtp0 >> 16)
            out.le16(flow.src.rtp0 & 0xFFFF)
            out.le32(flow.src.rtp1)
            out.u16(flow.dst.rtp0 >> 16)
            out.le16(flow.dst.rtp0 & 0xFFFF)
            out.le32(flow.dst.rtp1)
            out.u16(flow.src.drops & 0xFFFF)
            out.u16(flow.dst.drops & 0xFFFF)
            return 0
        if flow.net == 0x45:
            out.dsr(0x30, 0x45, 0, 14)
            out.le32(flow.fragment_count)
            out.le32(0)
            out.le32(0)
            out.le32(flow.fragment_sum)
            out.le32(flow.fragment_sum)
            out.le16(flow.fragment_total)
            out.le16(0)
            out.le16(flow.fragment_max)
            out.le16(0)
            for i in range(4):
                out.u32(0)
            out.le32(flow.fragment_start)
            out.le32(flow.fragment_end)
            return 0
        out.dsr(0x30, 0, 0, 1)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def tcp(self, flow: Flow) -> cython.int:
        src: Half = flow.src
        dst: Half = flow.dst
        status: cython.uint
        own: Half
        if flow.segments <= 1:
            own = dst if dst.tcp_last and not src.tcp_last else src
            return self.encoder.tcp_initial(flow.status, own.base, flow.options, own.flags, own.shift)
        # The pairs of the overall word are made from the two directions: lower bit src, upper bit dst.
        status = flow.status & _PAIRS
        status |= src.status & 0x11500
        status |= dst.status & 0x22A00
        if src.status & 0xC0000:
            status |= 0x40000
        if dst.status & 0xC0000:
            status |= 0x80000
        self.encoder.tcp_full(status, flow.state, flow.options, flow.synack, flow.ackdat)
        self.tcp_half(src)
        self.tcp_half(dst)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def tcp_half(self, half: Half) -> cython.int:
        return self.encoder.tcp_side(
            half.tcp_last,
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

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def rtp_half(self, half: Half) -> cython.int:
        self.encoder.u32(half.rtp0)
        self.encoder.u32(half.rtp1)
        self.encoder.u32(half.rtp2)
        return 0

    # ---- metrics

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def jitter(self, flow: Flow) -> cython.int:
        qualifier: cython.uint = 0
        blocks: cython.uint = 0
        if flow.src.active.n:
            qualifier |= 1
            blocks += 1
        if flow.src.idle.n:
            qualifier |= 2
            blocks += 1
        if flow.dst.active.n:
            qualifier |= 4
            blocks += 1
        if flow.dst.idle.n:
            qualifier |= 8
            blocks += 1
        if not blocks:
            return 0
        self.encoder.jitter(qualifier, blocks)
        self.gaps(flow.src.active)
        self.gaps(flow.src.idle)
        self.gaps(flow.dst.active)
        self.gaps(flow.dst.idle)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def gaps(self, gaps: Gaps) -> cython.int:
        mean: cython.double
        spread: cython.double
        if gaps.n == 0:
            return 0
        # Mean in single precision, mean square cut to a whole number: the record's last digits follow from it.
        gaps.cell[0] = gaps.cell[0] / gaps.n
        mean = gaps.cell[0]
        gaps.cell[0] = mean * gaps.n
        spread = cython.cast(cython.double, gaps.squares // cython.cast(cython.ulonglong, gaps.n)) - mean * mean
        return self.encoder.jitter_block(gaps.n, gaps.minimum, mean, sqrt(spread) if spread >= 0 else -_NAN, gaps.maximum)

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def attributes(self, flow: Flow) -> cython.int:
        out: Encoder = self.encoder
        bits: cython.uint = flow.attributes
        words: cython.uint = 1
        i: cython.int
        for i in range(4):
            if (bits >> i) & 1:
                words += 1
        out.dsr(0x48, 0, bits, words)
        if bits & 1:
            out.ip_side(flow.src.ttl, flow.src.tos, flow.src.ident)
        if bits & 4:
            out.u32(flow.src.options)
        if bits & 2:
            out.ip_side(flow.dst.ttl, flow.dst.tos, flow.dst.ident)
        if bits & 8:
            out.u32(flow.dst.options)
        return 0
