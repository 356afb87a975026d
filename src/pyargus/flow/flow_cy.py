"""The state of one flow: its key, its place in the table, and what each direction has done in the current interval.

`Half` is one direction. `Flow.src` is the side that sent the first packet. Times are microseconds since 1970, 0 where unset;
sequence numbers and windows are 32-bit host numbers and wrap. Source: sensor behaviour, "Flow lifetime and record emission",
"Metrics" and "TCP engine".
"""

from array import array

import cython

# network objects (subtypes of the network DSR); NOT_RTP: an RTP object that was just cancelled
NET_NONE = cython.declare(cython.int, 0x00)
NET_TCP = cython.declare(cython.int, 0x05)
NET_RTCP = cython.declare(cython.int, 0x09)
NET_RTP = cython.declare(cython.int, 0x0A)
NET_UDT = cython.declare(cython.int, 0x0D)
NET_ARP = cython.declare(cython.int, 0x10)
NET_ICMP = cython.declare(cython.int, 0x34)
NET_ESP = cython.declare(cython.int, 0x38)
NET_FRAGMENT = cython.declare(cython.int, 0x45)
NOT_RTP = cython.declare(cython.int, 0xFF)

# how source and destination of a flow were decided
BY_FIRST_PACKET = cython.declare(cython.int, 0)
BY_SYN = cython.declare(cython.int, 1)
BY_SYNACK = cython.declare(cython.int, 2)
BY_REQUEST = cython.declare(cython.int, 3)
BY_REPLY = cython.declare(cython.int, 4)

# Constants above 2**31 need a C type to stay out of Python integers.
_LASTING = cython.declare(cython.uint, 0xFFFC007F)


@cython.final
@cython.cclass
class Key:
    """A flow key in canonical order, rebuilt for every packet.

    IPv4: k0 both addresses. IPv6: k0, k1 and k2, k3. k4: the protocol's words (ports, ids). k5: protocol, family and labels.
    `extra`: the key DSR's body for families that are not compared as numbers. `swapped`: the packet's sender is the second endpoint.
    """

    def __init__(self) -> None:
        self.kind = 0
        self.k0 = self.k1 = self.k2 = self.k3 = self.k4 = self.k5 = 0
        self.extra = None
        self.swapped = False
        self.reply = False


@cython.final
@cython.no_gc
@cython.cclass
class Gaps:
    """Running statistics of interpacket times, microseconds. The total is kept in single precision, as the reference keeps it."""

    def __init__(self) -> None:
        self.cell = memoryview(array("f", [0.0, 0.0]))
        self.clear()

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def clear(self) -> cython.int:
        self.n = 0
        self.minimum = 0
        self.maximum = 0
        self.cell[0] = 0.0
        self.squares = 0
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def add(self, value: cython.longlong) -> cython.int:
        if self.n == 0 or value < self.minimum:
            self.minimum = value
        if value > self.maximum:
            self.maximum = value
        self.n += 1
        # The value is rounded before it is added; interpreted, only a cell does that.
        self.cell[1] = value
        self.cell[0] += self.cell[1]
        self.squares += value * value
        return 0


@cython.final
@cython.no_gc
@cython.cclass
class Udt:
    """The words of a flow's UDT object, behind the DSR's header."""

    def __init__(self) -> None:
        self.words = memoryview(array("I", bytes(4 * 43)))


@cython.final
@cython.no_gc
@cython.cclass
class Keystrokes:
    """What is known of the keystrokes of one flow. The last echoed client packet is kept as its time, that of its echo and its number
    among the flow's packets; `typing`: the last two made a stroke each; `shown`: the interval's record has a behaviour DSR."""

    def __init__(self, algorithm: cython.uint) -> None:
        self.algorithm = algorithm
        self.source = self.destination = 0
        self.seen = 0
        self.shown = self.pending = self.has_last = self.typing = False
        self.client = self.last_client = self.last_server = 0
        self.number = self.last_number = 0


@cython.final
@cython.no_gc
@cython.cclass
class Half:
    """One direction of a flow."""

    def __init__(self) -> None:
        self.before = 0
        self.ttl = self.tos = self.ident = self.options = 0
        self.active = None
        self.idle = None
        self.user = None
        self.clear_tcp()
        self.clear()

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def clear(self) -> cython.int:
        """Forget the interval; what lasts for the flow's life stays."""
        self.packets = 0
        self.bytes = 0
        self.app = 0
        self.first = 0
        self.last = 0
        self.encaps = 0
        self.has_vlan = False
        self.has_mpls = False
        self.vlan = 0
        self.mpls = 0
        self.minsz = 0xFFFF
        self.maxsz = 0
        if self.active is not None:
            self.active.clear()
            self.idle.clear()
        self.user = None
        self.payload = 0
        self.retrans = 0
        self.ackbytes = 0
        self.winbytes = 0
        self.flags = 0
        self.base = self.seq
        # reset, retransmission, window shut, out of order, ECN, port reuse
        self.status &= _LASTING
        self.data_ident = 0
        self.drops = 0
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def clear_tcp(self) -> cython.int:
        """Forget the connection."""
        self.tcp_last = 0
        self.status = 0
        self.base = self.seq = self.ack = 0
        self.winnum = self.payload = self.retrans = self.ackbytes = self.winbytes = 0
        self.window = self.flags = self.shift = self.data_ident = 0
        self.rtp0 = self.rtp1 = self.rtp2 = 0
        self.drops = 0
        return 0


@cython.final
@cython.no_gc
@cython.cclass
class Flow:
    """One flow. Neighbours in queues and the table are indices, so flows never refer to each other.

    `src_second`: src is the key's second endpoint. `reversed`: what the record says of that; the two differ where the reference loses it.
    """

    def __init__(self) -> None:
        self.kind = 0
        self.k0 = self.k1 = self.k2 = self.k3 = self.k4 = self.k5 = 0
        self.extra = None
        self.hash = 0
        self.index = self.next = self.prev = -1
        self.queue = -1
        self.entry = 0
        self.timeout = 30
        self.reversed = self.src_second = self.reply = False
        self.provenance = BY_FIRST_PACKET
        self.sequence = 0
        self.reported = self.started = False
        self.time_form = 1
        self.src = Half()
        self.dst = Half()
        self.attributes = 0
        self.has_mac = False
        self.dmac = self.smac = 0
        self.ethertype = self.dsap = self.ssap = self.mac_paths = 0
        self.encaps_changed = 0
        self.parent = -1
        self.fragment_total = self.fragment_sum = self.fragment_bytes = self.fragment_count = 0
        self.overlaps = False
        self.fragment_start = self.fragment_max = self.fragment_end = 0
        self.ranges = None
        self.covered = None
        self.fragments = None
        self.strokes = None
        self.mapped = 0
        self.mtype = self.mcode = self.mseq = self.msource = self.mdest = self.mqsource = self.mqdest = self.mgateway = 0
        self.clear_network()

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def clear_network(self) -> cython.int:
        self.net = NET_NONE
        self.status = self.state = self.options = self.synack = self.ackdat = self.segments = 0
        self.idle = False
        self.itype = self.icode = self.iseq = self.isource = self.idest = self.iqsource = self.iqdest = self.igateway = 0
        self.spi = self.esp_seq = self.esp_lost = 0
        self.responder = 0
        self.quiet = 0
        self.udt = None
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def clear_interval(self) -> cython.int:
        """Start a new interval: the last one has been reported."""
        self.reported = False
        self.src.clear()
        self.dst.clear()
        self.encaps_changed = 0
        self.mapped = self.mseq = self.mgateway = 0
        self.attributes &= 0x0F
        if self.strokes is not None:
            self.strokes.source = 0
            self.strokes.shown = False
        if self.net == NET_ESP or self.net == NET_RTP:
            self.status = 0
            self.esp_lost = 0
            self.quiet = 0
        return 0
