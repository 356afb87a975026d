"""One decoded record, every DSR of it in typed attributes.

The attributes hold the wire form until `repair_cy` normalises them in place; `rewrite_cy` writes either form. All integers are in
host order whatever the byte order on the wire. Floats that travel as IEEE singles are kept as their 32 bits, so that writing
them again cannot change them. Addresses are integers: IPv4 and MAC in the low word, IPv6 in two.

Source: argus 3 record format, sections "Management records" and "Flow records".
"""

from array import array

# Index of each DSR: its place in the order of emission, its bit in `present`, its row in `head` and `tail`.
TRANSPORT, FLOW, TIME, METRIC, AGR, NETWORK, VLAN, MPLS, JITTER, IPATTR, PSIZE = range(11)
SUSER, DUSER, MAC, ICMP, ENCAPS = range(11, 16)
BEHAVIOR, COR, COUNTRY, LABEL, ASN = range(17, 22)
DSR_COUNT = 22


class Record:
    """A record that is filled again and again.

    data, base: the buffer the record was read from and where in it the record starts; spans (`tail`, user data, label) count from
    the start of the buffer. wide: the same bytes as words of four in the machine's order, none where nobody asked for them.
    offset: byte offset in the source.
    """

    def __init__(self) -> None:
        self.base = self.offset = 0
        self.kind = self.cause_option = self.words = 0
        self.present = self.opaque = 0
        # head[n]: header word of DSR n; tail[2n], tail[2n+1]: offset and length of the bytes of DSR n beyond its typed layout
        self.head = array("I", bytes(4 * 24))
        self.tail = array("I", bytes(4 * 48))
        # the DSRs in the order in which they stand: index, or 32 + n for the n-th of unknown type
        self.order_count = 0
        self.order = array("I", bytes(4 * 64))
        # offset and length of each DSR of unknown type, in order
        self.unknown_count = 0
        self.unknown = array("I", bytes(4 * 64))
        # what follows the last readable DSR
        self.rest_off = self.rest_len = 0
        self.mar_status = self.mar_argusid = self.mar_localnet = self.mar_netmask = self.mar_nextseq = 0
        self.mar_start_s = self.mar_start_f = self.mar_now_s = self.mar_now_f = 0
        self.mar_major = self.mar_minor = self.mar_iftype = self.mar_ifstatus = self.mar_interval = self.mar_mar_interval = 0
        self.mar_pkts = self.mar_bytes = self.mar_drift = 0
        self.mar_records = self.mar_flows = self.mar_dropped = self.mar_queue = self.mar_output = self.mar_clients = 0
        self.mar_bufs = self.mar_memory = 0
        self.mar_suserlen = self.mar_duserlen = self.mar_pad0 = self.mar_pad1 = self.mar_pad2 = self.mar_thisid = self.mar_reclen = 0
        self.srcid = self.inf = self.seq = self.srcid_hi = self.srcid_lo = 0
        # family: 0 no readable key, 1 IPv4, 2 IPv6, 3 Ethernet, 4 ARP, 5 RARP, 8 802.11, 9 LCP, 10 ISIS, 13 UDT;
        # 17, 18 layer-3 matrix over IPv4, IPv6; 20, 21 the older forms of ARP and RARP
        self.family = 0
        self.saddr_hi = self.saddr_lo = self.daddr_hi = self.daddr_lo = 0
        # sport: also ICMP type << 8 | code; dport: also the ICMP identifier as stored; extra: the last 16 bits of an IPv4 key
        self.proto = self.tproto = self.sport = self.dport = self.extra = self.label20 = self.smask = self.dmask = 0
        self.etype = self.ssap = self.dsap = 0
        self.arp_hrd = self.arp_pro = self.arp_hln = self.arp_pln = self.arp_op = 0
        self.isis_pdu = self.isis_version = self.isis_pad = self.isis_sum = self.isis_pad2 = self.isis_id_hi = self.isis_id_lo = 0
        # time_form: 0 no stamp, 1 one stamp, 2 start and end of the whole, 3 a pair per side bit, 4 first pair and µs offsets,
        # 5 unreadable but for the first pair. The fraction is in µs (ns where the qualifier of the header says 0x19).
        self.time_form = 0
        self.sstart_s = self.sstart_f = self.send_s = self.send_f = self.dstart_s = self.dstart_f = self.dend_s = self.dend_f = 0
        self.spkts = self.sbytes = self.sapp = self.dpkts = self.dbytes = self.dapp = 0
        # agr: 4 words of times, then activity and idle: n, min, mean, stdev, max (IEEE bits), 2 words of histogram
        self.agr_count = 0
        self.agr = array("I", bytes(4 * 18))
        # net: the layout of the network DSR (its subtype), 0 without
        self.net = 0
        self.tcp_status = self.tcp_state = self.tcp_options = self.tcp_synack = self.tcp_ackdat = self.tcp_pad = 0
        self.slast_s = self.slast_f = self.sstatus = self.sbase = self.snext = self.sacked = self.swinnum = self.sdata = 0
        self.sretrans = self.sroll = self.sflight = self.swin = self.sflags = self.swscale = self.smss = self.spad = 0
        self.dlast_s = self.dlast_f = self.dstatus = self.dbase = self.dnext = self.dacked = self.dwinnum = self.ddata = 0
        self.dretrans = self.droll = self.dflight = self.dwin = self.dflags = self.dwscale = self.dmss = self.dpad = 0
        self.net_status = self.net_spi = self.net_seq = self.net_lost = 0
        self.sdrop = self.ddrop = self.ssdev = self.dsdev = 0
        # netw: words of the objects without a use of their own (RTP and RTCP headers, ICMP, UDT, fragments)
        self.netw = array("I", bytes(4 * 48))
        self.resp_mac = 0
        self.svlan = self.dvlan = self.mpls_count = 0
        self.mpls = array("I", bytes(4 * 32))
        # jit: block b (src active, src idle, dst active, dst idle) at 16 b: n, min, mean, stdev, max (IEEE bits), what follows
        self.jit_blocks = self.jit_stride = 0
        self.jit = array("I", bytes(4 * 64))
        # sipid, dipid: as they stand on disk, which is byte-swapped against the packet
        self.sttl = self.stos = self.sipid = self.sipopt = self.dttl = self.dtos = self.dipid = self.dipopt = 0
        self.smin = self.smax = self.dmin = self.dmax = self.shist = self.dhist = 0
        # user data: span of the body, capacity, count; count may exceed the span
        self.suser_off = self.suser_len = self.suser_size = self.suser_count = 0
        self.duser_off = self.duser_len = self.duser_size = self.duser_count = 0
        self.smac = self.dmac = self.mac_etype = self.mac_dsap = self.mac_ssap = 0
        self.icmp_type = self.icmp_code = self.icmp_seq = self.icmp_src = self.icmp_dst = 0
        self.icmp_qsrc = self.icmp_qdst = self.icmp_gateway = self.icmp_pad = 0
        self.senc = self.denc = self.skeys = self.dkeys = 0
        self.cor_id = self.cor_count = self.cor_dur = self.cor_start = self.cor_last = self.cor_spkts = self.cor_dpkts = 0
        self.sco = self.dco = self.label_off = self.label_len = self.sas = self.das = self.ias = 0
        # merged: how many records were merged into this one, and the mark of `merge_network_cy`; 0 of a record as it was read
        self.reversed_ = self.repaired = self.rated = self.halved = self.merged = self.ordinal = 0
        self.sload = self.dload = self.srate = self.drate = self.raw_dur = 0.0
        self.data = memoryview(b"")
        self.none = self.wide = memoryview(b"").cast("I")

    def point_to(self, data):
        """Set the buffer the following records are read from; returns its length."""
        self.data = data
        self.wide = self.none
        return data.shape[0]

    def point_wide(self, data):
        """The same for a buffer of many records, which are read word by word where they stand at multiples of four."""
        whole = memoryview(data)
        self.data = data
        self.wide = whole[: len(whole) & ~3].cast("I")
        return data.shape[0]

    def raw(self):
        """The bytes of the record as they were read."""
        return bytes(self.data[self.base:self.base + 4 * self.words])

    def user_data(self, destination):
        """Captured user data of a side; empty without."""
        if not self.present & ~self.opaque & (0x1000 if destination else 0x800):
            return b""
        if destination:
            return bytes(self.data[self.duser_off:self.duser_off + min(self.duser_len, self.duser_count)])
        return bytes(self.data[self.suser_off:self.suser_off + min(self.suser_len, self.suser_count)])

    def label(self):
        """Text of the label DSR without its padding, or None."""
        if not self.present & 0x100000:
            return None
        return bytes([self.label_at(i) for i in range(self.label_len)]).rstrip(b"\0")

    def turned(self):
        """Whether source and destination are not those of the label that was read."""
        return (self.reversed_ ^ (self.repaired >> 2)) & 1 != 0

    def label_at(self, i):
        """A byte of the label: names that begin with the letter of a side begin with that of the other one if the record was reversed."""
        at = self.label_off + i
        end = self.label_off + self.label_len
        value = self.data[at]
        if not self.turned() or (value != 100 and value != 115) or (i and self.data[at - 1] != 58):
            return value
        while at < end and self.data[at] != 58:
            if self.data[at] == 61:
                return value ^ 23
            at += 1
        return value

    def span_micro(self):
        """Earliest and latest time of a repaired record in µs since 1970; of a management record its own time twice."""
        if self.kind & 0xF0 == 0x80:
            now = int(self.mar_now_s) * 1000000 + self.mar_now_f
            return now, now
        starts = [t for t in (int(self.sstart_s) * 1000000 + self.sstart_f, int(self.dstart_s) * 1000000 + self.dstart_f) if t]
        return (min(starts) if starts else 0), max(int(self.send_s) * 1000000 + self.send_f, int(self.dend_s) * 1000000 + self.dend_f)
