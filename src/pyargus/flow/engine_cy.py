"""The flow engine: packets in, flow records out. It knows no file, socket or clock; time is the packets' own.

`feed` takes a batch of frames, `take` hands out the records made so far, `finish` flushes what is held. Records come in the order in
which the reference emits them: flows are reported from a status queue by their entry time, and forgotten from time-out queues.
Sources: sensor behaviour, "Flow lifetime and record emission", "Metrics", "Fragments".
"""

import cython

from pyargus.flow.config import FlowConfig

if cython.compiled:
    from cython.cimports.pyargus.capture.bpf_cy import FilterProgram
    from cython.cimports.pyargus.capture.link_cy import decode
    from cython.cimports.pyargus.capture.packet_cy import ARP, ETHERNET, IPV4, IPV6, ISIS, NO_FLOW, RARP, Packet
    from cython.cimports.pyargus.flow.attributes_cy import attributes, jitter_sample
    from cython.cimports.pyargus.flow.emit_cy import Emitter, is_control
    from cython.cimports.pyargus.flow.flow_cy import (
        BY_FIRST_PACKET,
        BY_REPLY,
        BY_REQUEST,
        BY_SYN,
        BY_SYNACK,
        NET_FRAGMENT,
        NET_ICMP,
        NET_NONE,
        NET_RTCP,
        NET_RTP,
        NET_TCP,
        NET_UDT,
        NOT_RTP,
        Flow,
        Half,
        Key,
        Keystrokes,
    )
    from cython.cimports.pyargus.flow.fragments_cy import cover, merge
    from cython.cimports.pyargus.flow.key_cy import KeyMaker, key_hash
    from cython.cimports.pyargus.flow.keystroke_cy import KeystrokeDetector
    from cython.cimports.pyargus.flow.objects_cy import (
        arp_object,
        esp_object,
        icmp_bytes,
        icmp_data,
        icmp_object,
        rtp_object,
        rtp_probe,
    )
    from cython.cimports.pyargus.flow.table_cy import FlowTable
    from cython.cimports.pyargus.flow.tcp_cy import TcpMachine
    from cython.cimports.pyargus.flow.udt_cy import udt_object, udt_probe
else:
    from pyargus.capture.bpf_cy import FilterProgram
    from pyargus.capture.link_cy import decode
    from pyargus.capture.packet_cy import ARP, ETHERNET, IPV4, IPV6, ISIS, NO_FLOW, RARP, Packet
    from pyargus.flow.attributes_cy import attributes, jitter_sample
    from pyargus.flow.emit_cy import Emitter, is_control
    from pyargus.flow.flow_cy import (
        BY_FIRST_PACKET,
        BY_REPLY,
        BY_REQUEST,
        BY_SYN,
        BY_SYNACK,
        NET_FRAGMENT,
        NET_ICMP,
        NET_NONE,
        NET_RTCP,
        NET_RTP,
        NET_TCP,
        NET_UDT,
        NOT_RTP,
        Flow,
        Half,
        Key,
        Keystrokes,
    )
    from pyargus.flow.fragments_cy import cover, merge
    from pyargus.flow.key_cy import KeyMaker, key_hash
    from pyargus.flow.keystroke_cy import KeystrokeDetector
    from pyargus.flow.objects_cy import arp_object, esp_object, icmp_bytes, icmp_data, icmp_object, rtp_object, rtp_probe
    from pyargus.flow.table_cy import FlowTable
    from pyargus.flow.tcp_cy import TcpMachine
    from pyargus.flow.udt_cy import udt_object, udt_probe

START = cython.declare(cython.uint, 0x10)
STATUS = cython.declare(cython.uint, 0x20)
STOP = cython.declare(cython.uint, 0x30)
SHUTDOWN = cython.declare(cython.uint, 0x60)

# Microseconds between two passes over the queues, and after which a parent lets go of an unfinished datagram.
_PASS = cython.declare(cython.longlong, 200000)
_FRAGMENT_AGE = cython.declare(cython.longlong, 2000000)
_SECOND = cython.declare(cython.longlong, 1000000)

# Constants above 2**31 need a C type to stay out of Python integers.
_U32 = cython.declare(cython.ulonglong, 0xFFFFFFFF)


@cython.final
@cython.cclass
class Engine:
    """Flow state of one source of packets.

    packets, bytes: what was fed; ignored, ignored_bytes: the part that makes no flow; ignored_cut: of it, packets that were not captured
    whole; flows: flows created; now: time of the last packet, microseconds since 1970.
    """

    def __init__(self, config: FlowConfig) -> None:
        self.p = Packet(config.tunnels)
        self.key = Key()
        self.maker = KeyMaker(config.one_way, config.matrix, config.by_vlan, config.by_mpls)
        self.table = FlowTable()
        self.machine = TcpMachine(config.track_duplicates)
        self.emitter = Emitter(
            config.app_bytes,
            config.macs,
            config.sizes,
            config.four_times,
            config.ident_kind,
            config.ident,
            config.user_size if config.user_size >= 0 else 0xFFFF,
            config.control_data,
        )
        self.interval = config.interval
        self.jitter_limit = 2 * config.interval
        # The DSR counts in 16 bits.
        self.user_size = config.user_size if 0 <= config.user_size < 0xFFFF else 0xFFFF
        self.keep_user = config.user_size != 0
        self.control_data = config.control_data
        self.start_records = config.start_records
        self.jitter = config.jitter
        self.keystroke = config.keystroke
        self.detector = KeystrokeDetector(config.keystroke_limits)
        self.tcp_timeout = config.tcp_timeout
        self.ip_timeout = config.ip_timeout
        self.icmp_timeout = config.icmp_timeout
        self.arp_timeout = config.arp_timeout
        self.filter = None
        self.running = False
        self.live = False
        self.timer = 0
        self.now = 0
        self.packets = 0
        self.bytes = 0
        self.ignored = 0
        self.ignored_bytes = 0
        self.ignored_cut = 0
        self.flows = 0
        self.sequence = 0

    def feed(self, batch, first: cython.Py_ssize_t = 0, last: cython.Py_ssize_t = -1) -> None:  # type: ignore[no-untyped-def]
        """Take frames `first` to `last` (all of them by default) of a batch; the batch is not needed afterwards."""
        i: cython.Py_ssize_t
        self.p.load(batch)
        if last < 0 or last > batch.count:
            last = batch.count
        for i in range(first, last):
            if self.filter is not None and not self.filter.run(
                self.p.buf, self.p.offsets[i], self.p.caplens[i], self.p.wirelens[i]
            ):
                continue
            decode(self.p, i)
            self.packet()

    def tick(self, now: cython.longlong) -> None:
        """Let time pass without packets, for live capture: `now`, in microseconds since 1970, is a moment that all packets up to it have
        been fed for. Until then only packets move the clock, and a clock that was set back is not noticed; from the first call on it is:
        what waits in the queues waits no longer than its interval."""
        self.live = True
        if not self.running:
            return
        if now < self.now - _SECOND:
            self.step(now)
        if now > self.now:
            self.now = now
            self.passes()

    def select(self, program: FilterProgram | None) -> None:
        """Take only frames that pass this packet filter from now on."""
        self.filter = program

    def take(self) -> bytes:
        """The records made since the last call."""
        self.emitter.take_decided()
        return self.emitter.encoder.take()

    def take_with_directions(self) -> tuple[bytes, bytes]:
        """The records made since the last call, and for each of them a byte that says how its source and destination were decided.

        0: by the first packet seen, 1: by a SYN, 2: by a SYN-ACK, 3: by a request, 4: by a reply. They are no part of the record.
        """
        return self.emitter.encoder.take(), self.emitter.take_decided()

    @property
    def pending(self) -> int:
        """Bytes of records that `take` would hand out."""
        return self.emitter.encoder.size()

    @property
    def records(self) -> int:
        """Flow records made so far."""
        return self.emitter.encoder.records

    @property
    def active(self) -> int:
        """Flows held now."""
        return self.table.count

    @property
    def most_flows(self) -> int:
        """The largest number of flows held at once."""
        return self.table.most

    @property
    def last_sequence(self) -> int:
        """Sequence number of the newest flow that has been reported."""
        return self.sequence

    def finish(self, interrupted: bool = False) -> None:
        """Report everything held: as at the end of a file, or (interrupted) all of it with cause Shutdown."""
        flow: Flow
        i: cython.Py_ssize_t
        if not interrupted:
            self.interval = self.interval % _SECOND
            self.process_status()
            self.process_timeouts()
        while True:
            flow = self.table.oldest(0)
            if flow is None:
                break
            self.merge_fragments(flow, True)
            if not flow.reported:
                self.report(flow, SHUTDOWN)
            self.forget(flow)
        for i in range(len(self.table.queues) - 1, 0, -1):
            while True:
                flow = self.table.oldest(i)
                if flow is None:
                    break
                if not flow.reported:
                    self.report(flow, SHUTDOWN)
                self.forget(flow)

    # ---- one packet

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def packet(self) -> cython.int:
        p: Packet = self.p
        flow: Flow
        h: cython.uint
        new: cython.bint = False
        self.packets += 1
        self.bytes += p.wire
        if self.live and p.now < self.now - _SECOND:
            self.step(p.now)
        self.now = p.now
        if not self.running:
            self.running = True
            self.timer = p.now
        if p.kind == NO_FLOW:
            self.ignored += 1
            self.ignored_bytes += p.wire
            if p.end - p.start < p.wire:
                self.ignored_cut += 1
        elif p.fragment and self.maker.matrix == 0:
            self.later_fragment()
        else:
            self.maker.make(p, self.key)
            h = key_hash(self.key)
            flow = self.table.find(self.key, h)
            if flow is None:
                flow = self.table.insert(self.key, h)
                flow.timeout = self.timeout_of()
                self.table.push(flow, 0, p.now)
                self.flows += 1
                if flow.reply:
                    flow.provenance = BY_REPLY
                elif p.kind == ARP or p.kind == RARP or (p.kind == IPV4 and p.proto == 1):
                    flow.provenance = BY_REQUEST
                new = True
            else:
                self.touch(flow)
            self.count(flow, new)
            if p.first_fragment and p.kind == IPV4 and self.maker.matrix == 0:
                self.link_fragment(flow)
            if p.kind == IPV4 and p.proto == 1:
                self.map_error()
        return self.passes()

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def timeout_of(self) -> cython.int:
        """Seconds of silence after which the packet's flow is forgotten."""
        p: Packet = self.p
        if self.key.kind == ARP or self.key.kind == RARP:
            return self.arp_timeout
        if self.key.kind > 2:
            return 30
        if p.proto == 6:
            return self.tcp_timeout
        if (p.proto == 1 and p.kind == IPV4) or (p.proto == 58 and p.kind == IPV6):
            return self.icmp_timeout
        if p.proto == 50 or p.proto == 2:
            return 30
        return self.ip_timeout

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def touch(self, flow: Flow) -> cython.int:
        """Traffic on a known flow: report what is due, and give the flow its place in the status queue."""
        if flow.queue == 0:
            if self.interval == 0 or self.now - flow.entry >= self.interval:
                self.process_status()
                if not flow.reported and self.unblocked():
                    self.merge_fragments(flow, True)
                    self.report(flow, STATUS if flow.started else START)
                self.table.push(flow, 0, self.now)
        elif flow.queue > 0 and not (flow.k5 >> 24) & 1:
            self.table.push(flow, 0, self.now)
        if flow.reported:
            flow.clear_interval()
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def unblocked(self) -> cython.bint:
        """Whether a flow is reported by its own traffic though one that was entered at a later time, before a step back, stands before
        it: so does the reference, on links without addresses that are not of Ethernet's kind (NULL, SLIP, PPP, raw IP)."""
        kind: cython.int = self.p.linktype
        return kind == 0 or kind == 8 or kind == 9 or kind == 12 or kind == 16 or kind == 101

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def count(self, flow: Flow, new: cython.bint) -> cython.int:
        p: Packet = self.p
        from_src: cython.bint = self.key.swapped == flow.src_second
        own: Half
        peer: Half
        app: cython.longlong
        if from_src:
            own = flow.src
            peer = flow.dst
        else:
            own = flow.dst
            peer = flow.src
        if flow.src.first >= _SECOND or flow.dst.first >= _SECOND:
            flow.time_form = 2
        # A time in second 0 counts as unset.
        if own.first < _SECOND:
            own.first = p.now
        else:
            own.last = p.now
        attributes(p, flow, own, from_src)
        if own.packets and own.encaps != p.encaps:
            flow.encaps_changed |= 0x04 if from_src else 0x08
        own.encaps |= p.encaps
        app = self.transport(flow, own, peer, from_src, new)
        # A connection that begins on a used key makes its sender the src side.
        if not from_src and self.key.swapped == flow.src_second:
            own = flow.src
            from_src = True
        own.encaps |= p.encaps
        own.packets += 1
        own.bytes += p.wire
        if app > 0:
            own.app += app
        elif app < 0 and (flow.net == NET_RTP or flow.net == NET_UDT) and own.app >= cython.cast(cython.ulonglong, -app):
            # An RTP or UDT header that claims a little more than there is takes bytes away.
            own.app -= cython.cast(cython.ulonglong, -app)
        if not p.fragment or flow.net == NET_FRAGMENT:
            # 16 bits on disk, and compared as they are stored.
            if p.wire < own.minsz:
                own.minsz = cython.cast(cython.uint, p.wire)
            if p.wire > own.maxsz:
                own.maxsz = cython.cast(cython.uint, p.wire & 0xFFFF)
        if self.jitter:
            jitter_sample(flow, own, p.now, self.jitter_limit)
        # A time that has jumped back is no new start.
        if p.now > own.before:
            own.before = p.now
        if self.start_records and new:
            self.report(flow, START)
        return 0

    # ---- transport

    @cython.cfunc
    @cython.exceptval(-1, check=True)
    def transport(self, flow: Flow, own: Half, peer: Half, from_src: cython.bint, new: cython.bint) -> cython.longlong:
        """Protocol state; the packet's application bytes."""
        p: Packet = self.p
        app: cython.longlong
        shift: cython.Py_ssize_t
        size: cython.Py_ssize_t
        start: cython.Py_ssize_t = p.l4
        if p.kind == ARP or p.kind == RARP:
            shift = p.l3 - p.start - (40 if p.encaps & 0x20 else 14) if p.linktype == 1 else 0
            # Less than an ARP packet of Ethernet and IPv4 is all of it data, and so is every one over 802.11.
            size = 28 if p.end - p.l3 >= 28 and not p.encaps & 0x20000 else 0
            if p.kind == ARP and shift == 0:
                arp_object(p, flow)
            if self.keep_user or self.control_data:
                # The reference looks for both where they are in a frame without tags.
                p.shortfall = shift + (p.shortfall if p.shortfall > 0 else 0)
                self.user_data(flow, own, p.l3 + size - shift, p.wire - size)
            return p.wire - size
        if p.kind > 2:
            app = p.wire - (p.l3 - p.start) if p.keytype == 0x83 or p.kind == ISIS else p.wire
            if self.keep_user or self.control_data:
                self.user_data(flow, own, p.l3, app)
            return app
        if self.key.kind == ETHERNET:
            return p.wire
        app = p.length
        if self.maker.matrix == 3:
            pass
        elif p.fragment:
            if p.kind == IPV4:
                # The header is among the data, but not counted in what was captured; links of IP alone have none.
                start = p.l3
                p.shortfall = p.end - start if self.unblocked() else p.shortfall + p.l4 - start
        elif p.proto == 6:
            if p.tcp:
                app = self.tcp(flow, own, peer, from_src)
                if self.keystroke:
                    if flow.strokes is None:
                        flow.strokes = Keystrokes(self.keystroke)
                    self.detector.packet(flow.strokes, p.now, p.length - p.header, self.key.swapped == flow.src_second)
                start += p.length - app
                if self.key.swapped == flow.src_second:
                    own = flow.src
        elif p.proto == 17:
            if flow.src.packets + flow.dst.packets > 2:
                flow.timeout = 30
            if p.end - p.l4 >= 8:
                app -= 8
                start += 8
            if flow.net == NOT_RTP:
                flow.net = NET_NONE
            if new and p.sport and p.dport:
                rtp_probe(p, flow)
            if new and flow.net == NET_NONE:
                udt_probe(p, flow)
            if flow.net == NET_RTP or flow.net == NET_RTCP:
                app = rtp_object(p, flow, own, new, 1 if from_src else 2)
                start += p.length - 8 - app
                if app == 0 and self.keep_user and own.user is None:
                    # Silence, too, is user data.
                    own.user = bytearray()
            elif flow.net == NET_UDT and not new:
                app = udt_object(p, flow)
                start += p.length - 8 - app
        elif p.proto == 1 and p.kind == IPV4:
            icmp_object(p, flow, new)
            app = icmp_bytes(p)
            start = icmp_data(p)
            if p.end - p.l4 >= 28 and (p.buf[p.l4] == 8 or p.buf[p.l4] == 13 or p.buf[p.l4] == 15 or p.buf[p.l4] == 17):
                # A long query does not add to the user data, it begins them anew.
                own.user = None
        elif p.proto == 58 or p.proto == 1:
            icmp_object(p, flow, new)
        elif p.proto == 50:
            esp_object(p, flow)
            if self.keep_user:
                self.host_order_data(flow, own, p.l4, app, 0, 8)
            return app
        if self.keep_user:
            if p.proto == 1 and new and flow.net == NET_ICMP and flow.itype == 18:
                self.host_order_data(flow, own, start, app, 8, 12)
            else:
                self.user_data(flow, own, start, app)
        return app

    @cython.cfunc
    @cython.exceptval(-1, check=True)
    def tcp(self, flow: Flow, own: Half, peer: Half, from_src: cython.bint) -> cython.longlong:
        """One segment; a new connection on a finished one is reported and begun here. Application bytes."""
        p: Packet = self.p
        size: cython.longlong = p.length - p.header
        segment: cython.uint = cython.cast(cython.uint, size & _U32)
        if flow.net != NET_TCP:
            flow.net = NET_TCP
            self.machine.begin(p, flow, own, peer, segment)
            flow.provenance = BY_SYN if flow.status == 1 else (BY_SYNACK if flow.status == 2 else BY_FIRST_PACKET)
            return size
        if flow.state == 1:
            if p.flags & 0x02:
                self.replace(flow, from_src)
                own.flags |= p.flags
                return size
            own.flags |= p.flags
            return p.length
        if self.machine.later(p, flow, own, peer, segment, from_src) == 1:
            own.payload = cython.cast(cython.uint, (own.payload - segment) & _U32)
            self.replace(flow, from_src)
        return size

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def replace(self, flow: Flow, from_src: cython.bint) -> cython.int:
        """The connection is over and its key is used again: report it with cause Stop, begin the new one in its place."""
        p: Packet = self.p
        own: Half
        peer: Half
        size: cython.uint = cython.cast(cython.uint, (p.length - p.header) & _U32)
        self.merge_fragments(flow, False)
        if flow.src.packets or flow.dst.packets:
            self.report(flow, STOP)
            flow.clear_interval()
        flow.started = False
        flow.clear_network()
        flow.src.clear_tcp()
        flow.dst.clear_tcp()
        flow.net = NET_TCP
        flow.time_form = 2
        if not from_src:
            # The reference clears the record's bit here and does not set it where it was clear.
            flow.reversed = False
            flow.src_second = self.key.swapped
            # The packet is taken in once more, from the other side.
            attributes(p, flow, flow.src, True)
        self.table.push(flow, 0, self.now)
        own = flow.src
        peer = flow.dst
        own.first = p.now
        self.machine.begin(p, flow, own, peer, size)
        flow.provenance = BY_SYN
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def user_data(self, flow: Flow, own: Half, start: cython.Py_ssize_t, limit: cython.longlong) -> cython.int:
        """Append captured payload from `start`, `limit` bytes at most, until the direction has its configured number of bytes; all of
        what control protocols say, where that is wanted."""
        p: Packet = self.p
        stop: cython.Py_ssize_t = p.end - p.shortfall if p.shortfall > 0 else p.end
        room: cython.longlong = 0xFFFF if self.control_data and is_control(flow) else self.user_size if self.keep_user else 0
        if limit <= 0 or room == 0:
            return 0
        if own.user is None:
            own.user = bytearray()
        room -= len(own.user)
        if limit > room:
            limit = room
        if stop - start > limit:
            stop = start + limit
        if start < stop:
            own.user += p.buf[start:stop]
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def host_order_data(
        self, flow: Flow, own: Half, start: cython.Py_ssize_t, limit: cython.longlong, first: cython.int, last: cython.int
    ) -> cython.int:
        """User data of which the reference keeps the words from `first` to `last` in its host's byte order: SPI and sequence number of
        ESP, the mask of an ICMP address mask reply."""
        size: cython.Py_ssize_t = 0 if own.user is None else len(own.user)
        i: cython.Py_ssize_t
        self.user_data(flow, own, start, limit)
        if own.user is not None:
            for i in range(size + first, size + last, 4):
                if i + 4 <= len(own.user):
                    own.user[i : i + 4] = own.user[i : i + 4][::-1]
        return 0

    # ---- ICMP errors

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def map_error(self) -> cython.int:
        """Note an ICMP error on the flow that it quotes."""
        p: Packet = self.p
        o: cython.Py_ssize_t = p.l4
        kind: cython.uint
        flow: Flow
        if p.end - o < 28:
            return 0
        kind = p.buf[o]
        if not p.icmp_error(kind):
            return 0
        if not self.maker.quoted(p, o + 8, self.key):
            return 0
        flow = self.table.find(self.key, key_hash(self.key))
        if flow is None:
            return 0
        # The bit above the qualifier's says that there is one. Others than these three types leave the qualifier as it is.
        if kind == 3 or kind == 5 or kind == 11:
            flow.mapped = 0x101 if kind == 3 else (0x102 if kind == 5 else 0x104)
        flow.mapped |= 0x100
        flow.mtype = kind
        flow.mcode = p.buf[o + 1]
        flow.msource = cython.cast(cython.uint, p.s1)
        flow.mdest = cython.cast(cython.uint, p.d1)
        flow.mqsource = p.u32(o + 20)
        flow.mqdest = p.u32(o + 24)
        if kind != 3:
            flow.mseq = p.u16(o + 6)
            flow.mgateway = p.u32(o + 4)
        # The error counts as a moment of src, its first where that has sent nothing in the interval.
        if flow.src.first < _SECOND:
            flow.src.first = p.now
        else:
            flow.src.last = p.now
            flow.time_form = 2
        return 0

    # ---- fragments

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def link_fragment(self, parent: Flow) -> cython.int:
        """The first fragment of a datagram has been counted in its flow: tie the datagram's other fragments to it."""
        h: cython.uint
        flow: Flow
        self.maker.fragment(self.p, self.key)
        h = key_hash(self.key)
        flow = self.table.find(self.key, h)
        parent.attributes |= 0x10
        if flow is None:
            flow = self.table.insert(self.key, h)
            flow.timeout = self.ip_timeout
            flow.entry = self.now
            flow.net = NET_FRAGMENT
        elif flow.parent >= 0:
            return self.register_range(flow)
        else:
            self.table.unlink(flow)
        flow.parent = parent.index
        if parent.fragments is None:
            parent.fragments = []
        parent.fragments.append(flow)
        return self.register_range(flow)

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def later_fragment(self) -> cython.int:
        p: Packet = self.p
        h: cython.uint
        flow: Flow
        new: cython.bint = False
        self.maker.make(p, self.key)
        h = key_hash(self.key)
        flow = self.table.find(self.key, h)
        if flow is None:
            flow = self.table.insert(self.key, h)
            flow.timeout = self.ip_timeout
            flow.net = NET_FRAGMENT
            flow.fragment_start = p.fragment_offset
            self.table.push(flow, 0, p.now)
            self.flows += 1
            new = True
        else:
            self.touch(flow)
        self.count(flow, new)
        flow.fragment_count += 1
        return self.register_range(flow)

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def register_range(self, flow: Flow) -> cython.int:
        """Note the bytes that this fragment covers; a complete datagram is merged into its parent."""
        p: Packet = self.p
        parent: Flow
        size: cython.uint = cython.cast(cython.uint, p.length if p.length > 0 else 0)
        start: cython.uint = p.fragment_offset
        if flow.ranges is None:
            flow.ranges = set()
            flow.covered = []
        flow.fragment_bytes += size
        if (start, size) not in flow.ranges:
            flow.ranges.add((start, size))
            cover(flow, start, cython.cast(cython.longlong, start) + size)
        elif start + size < flow.fragment_end:
            flow.overlaps = True
        if start < flow.fragment_start:
            flow.fragment_start = start
        if size > flow.fragment_max:
            flow.fragment_max = size
        if start + size > flow.fragment_end:
            flow.fragment_end = start + size
        if not p.more:
            flow.fragment_total = start + size
        # The reference counts the extension headers of IPv6 in: such a datagram never becomes complete.
        if flow.fragment_total == 0 or flow.fragment_total != flow.fragment_sum or p.kind == IPV6:
            return 0
        parent = self.table.at(flow.parent)
        if parent is None:
            self.report(flow, STOP)
        else:
            merge(flow, parent)
            parent.fragments.remove(flow)
        return self.forget(flow)

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def merge_fragments(self, parent: Flow, leaving: cython.bint) -> cython.int:
        """Count what the parent's fragments have gathered; a parent that leaves the status queue lets go of old ones."""
        flow: Flow
        kept: list
        if parent.fragments is None:
            return 0
        kept = []
        for flow in parent.fragments:
            merge(flow, parent)
            if leaving and self.now - flow.entry > _FRAGMENT_AGE:
                self.forget(flow)
            else:
                kept.append(flow)
        parent.fragments = kept if kept else None
        return 0

    # ---- reporting

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def report(self, flow: Flow, cause: cython.uint) -> cython.int:
        """Write the flow's record unless it has counted no packet."""
        if flow.src.packets == 0 and flow.dst.packets == 0:
            return 0
        if flow.sequence == 0:
            self.sequence += 1
            flow.sequence = self.sequence
        self.emitter.flow_record(flow, cause)
        flow.reported = True
        flow.started = True
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def passes(self) -> cython.int:
        """Every 0.2 s of packet time, look for what is due."""
        if self.now < self.timer:
            return 0
        self.timer += _PASS
        if self.timer <= self.now:
            self.timer = self.now + _PASS
        self.process_status()
        return self.process_timeouts()

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def step(self, now: cython.longlong) -> cython.int:
        """The clock was set back: what waits goes on to wait for as long as it would have."""
        self.table.shift(now - self.now)
        self.timer += now - self.now
        self.now = now
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def process_status(self) -> cython.int:
        flow: Flow
        while True:
            flow = self.table.oldest(0)
            if flow is None or (self.interval and self.now - flow.entry < self.interval):
                return 0
            self.merge_fragments(flow, True)
            if not flow.reported:
                self.report(flow, STATUS if flow.started else START)
            self.table.push(flow, self.table.queue_for(flow.timeout), self.now)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def process_timeouts(self) -> cython.int:
        flow: Flow
        i: cython.Py_ssize_t
        for i in range(1, len(self.table.queues)):
            while True:
                flow = self.table.oldest(i)
                if flow is None or self.now - flow.entry < flow.timeout * _SECOND:
                    break
                self.forget(flow)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def forget(self, flow: Flow) -> cython.int:
        """Delete a flow and the fragments that wait for it; what has not been reported is, so that nothing counted is lost."""
        part: Flow
        if flow.fragments is not None:
            for part in flow.fragments:
                merge(part, flow)
                self.table.remove(part)
            flow.fragments = None
        if not flow.reported:
            self.report(flow, STATUS if flow.started else START)
        return self.table.remove(flow)
