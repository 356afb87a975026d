"""`Record` to bytes: each DSR's layout written once, from the typed attributes and the kept header words.

Of a record as `decode_cy` left it the result is the bytes it was read from; `client_cy.client_form` first changes headers and attributes to
what a client writes. Bytes that the format leaves undefined or that lie beyond a DSR's layout are copied from the source.

Source: argus 3 record format, sections "Flow records", "Types and order of emission".
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    pass
else:
    pass


class Rewriter:
    """A growing output buffer of records. `used`: bytes in it."""

    def __init__(self):
        self.store = bytearray(1 << 17)
        self.out = memoryview(self.store)
        self.used = 0

    def room(self, more):
        """Make sure that `more` bytes can be put."""
        if self.used + more > self.out.shape[0]:
            size: cython.Py_ssize_t = max(2 * self.out.shape[0], self.used + more)
            store = bytearray(size)
            store[: self.used] = self.store[: self.used]
            self.store = store
            self.out = memoryview(store)
        return 0

    def take(self):
        """The bytes written since the last call."""
        data = bytes(memoryview(self.store)[: self.used])
        self.used = 0
        return data

    def put8(self, v):
        self.out[self.used] = v & 0xFF
        self.used += 1
        return 0

    def put16(self, v):
        self.out[self.used] = (v >> 8) & 0xFF
        self.out[self.used + 1] = v & 0xFF
        self.used += 2
        return 0

    def putle16(self, v):
        self.out[self.used] = v & 0xFF
        self.out[self.used + 1] = (v >> 8) & 0xFF
        self.used += 2
        return 0

    def put32(self, v):
        self.out[self.used] = (v >> 24) & 0xFF
        self.out[self.used + 1] = (v >> 16) & 0xFF
        self.out[self.used + 2] = (v >> 8) & 0xFF
        self.out[self.used + 3] = v & 0xFF
        self.used += 4
        return 0

    def putle32(self, v):
        self.out[self.used] = v & 0xFF
        self.out[self.used + 1] = (v >> 8) & 0xFF
        self.out[self.used + 2] = (v >> 16) & 0xFF
        self.out[self.used + 3] = (v >> 24) & 0xFF
        self.used += 4
        return 0

    def put64(self, v):
        self.put32(cython.cast(cython.uint, v >> 32))
        self.put32(cython.cast(cython.uint, v & 0xFFFFFFFF))
        return 0

    def put48(self, v):
        self.put16(cython.cast(cython.uint, v >> 32))
        self.put32(cython.cast(cython.uint, v & 0xFFFFFFFF))
        return 0

    def span(self, rec, at, size):
        """Bytes of the source as they are."""
        if size > 0:
            self.out[self.used:self.used + size] = rec.data[at:at + size]
            self.used += size
        return 0

    def copy(self, rec):
        """The record as it was read."""
        size: cython.Py_ssize_t = 4 * cython.cast(cython.Py_ssize_t, rec.words)
        self.room(size)
        return self.span(rec, rec.base, size)

    def write(self, rec):
        """The record from its attributes; the length word is computed."""
        start: cython.Py_ssize_t = self.used
        size: cython.Py_ssize_t
        at: cython.Py_ssize_t
        index: cython.int
        i: cython.uint
        self.room(4096 + 8 * cython.cast(cython.Py_ssize_t, rec.words))
        self.put8(rec.kind)
        self.put8(rec.cause_option)
        self.put16(0)
        if rec.kind & 0xF0 == 0x80:
            self.management(rec)
        else:
            for i in range(rec.order_count):
                index = rec.order[i]
                if index >= 32:
                    index -= 32
                    self.span(rec, rec.unknown[2 * index], rec.unknown[2 * index + 1])
                elif rec.present & (cython.cast(cython.uint, 1) << index):
                    at = self.used
                    self.put32(rec.head[index])
                    if not rec.opaque & (cython.cast(cython.uint, 1) << index):
                        self.body(rec, index)
                    self.span(rec, rec.tail[2 * index], rec.tail[2 * index + 1])
                    if not rec.head[index] & 0x800000:
                        size = at + 4 * cython.cast(cython.Py_ssize_t, rec.head[index] & 0xFF)
                        while self.used < size:
                            self.put8(0)
            self.span(rec, rec.rest_off, rec.rest_len)
        size = (self.used - start) // 4
        self.out[start + 2] = (size >> 8) & 0xFF
        self.out[start + 3] = size & 0xFF
        return 0

    def management(self, rec):
        if 4 * rec.words >= 128:
            self.put32(rec.mar_status)
            self.put32(rec.mar_argusid)
            self.put32(rec.mar_localnet)
            self.put32(rec.mar_netmask)
            self.put32(rec.mar_nextseq)
            self.put32(rec.mar_start_s)
            self.put32(rec.mar_start_f)
            self.put32(rec.mar_now_s)
            self.put32(rec.mar_now_f)
            self.put8(rec.mar_major)
            self.put8(rec.mar_minor)
            self.put8(rec.mar_iftype)
            self.put8(rec.mar_ifstatus)
            self.put16(rec.mar_interval)
            self.put16(rec.mar_mar_interval)
            self.put64(rec.mar_pkts)
            self.put64(rec.mar_bytes)
            self.put64(rec.mar_drift)
            self.put32(rec.mar_records)
            self.put32(rec.mar_flows)
            self.put32(rec.mar_dropped)
            self.put32(rec.mar_queue)
            self.put32(rec.mar_output)
            self.put32(rec.mar_clients)
            self.put32(rec.mar_bufs)
            self.put32(rec.mar_memory)
            self.putle16(rec.mar_suserlen)
            self.putle16(rec.mar_duserlen)
            self.put32(rec.mar_pad0)
            self.put32(rec.mar_pad1)
            self.put32(rec.mar_pad2)
            self.put32(rec.mar_thisid)
            self.put32(rec.mar_reclen)
        return self.span(rec, rec.rest_off, rec.rest_len)

    def body(self, rec, index):
        """The typed part of a DSR, without its header word."""
        i: cython.uint
        b: cython.uint
        bits: cython.uint
        qual: cython.uint = (rec.head[index] >> 8) & 0xFF
        sub: cython.uint = (rec.head[index] >> 16) & 0xFF
        if index == 0:
            if rec.kind & 0x0F >= 5 and sub & 0x10:
                if sub & 1:
                    bits = qual & 0x2F
                    if bits == 0x22 or bits == 0x02:
                        self.put64(rec.srcid_hi)
                        self.put64(rec.srcid_lo)
                    elif bits == 0x03:
                        self.put64(rec.srcid_hi)
                    else:
                        self.put32(rec.srcid)
                    if qual & 0x10:
                        self.put32(rec.inf)
            elif sub & 1:
                self.put32(rec.srcid)
            if sub & 2:
                self.put32(rec.seq)
        elif index == 1:
            self.flow_key(rec)
        elif index == 2:
            self.time(rec)
        elif index == 3:
            self.metric(rec)
        elif index == 4:
            self.put32(rec.agr_count)
            if rec.head[4] & 0xFF == 20:
                for i in range(4):
                    self.put32(rec.agr[i])
                for i in range(4, 18):
                    self.putle32(rec.agr[i])
        elif index == 5:
            self.network(rec)
        elif index == 6:
            self.put16(rec.svlan)
            self.put16(rec.dvlan)
        elif index == 7:
            for i in range(rec.mpls_count):
                self.put32(rec.mpls[i])
        elif index == 8:
            for b in range(4):
                if rec.jit_blocks & (cython.cast(cython.uint, 1) << b):
                    for i in range(rec.jit_stride):
                        self.put32(rec.jit[16 * b + i])
        elif index == 9:
            if qual & 1:
                self.put8(rec.sttl)
                self.put8(rec.stos)
                self.put16(rec.sipid)
            if qual & 4:
                self.put32(rec.sipopt)
            if qual & 2:
                self.put8(rec.dttl)
                self.put8(rec.dtos)
                self.put16(rec.dipid)
            if qual & 8:
                self.put32(rec.dipopt)
        elif index == 10:
            qual &= 0x0F
            bits = 4
            if qual == 2 or qual == 6:
                self.put16(rec.smin)
                self.put16(rec.smax)
                bits += 4
            if qual == 2 or qual == 10:
                self.put16(rec.dmin)
                self.put16(rec.dmax)
                bits += 4
            i = 4 * (rec.head[10] & 0xFF)
            if sub & 4 and sub & 1 and bits < i:
                self.put32(rec.shist)
                bits += 4
            if sub & 4 and sub & 2 and bits < i:
                self.put32(rec.dhist)
        elif index == 11:
            self.put16(rec.suser_size)
            self.put16(rec.suser_count)
        elif index == 12:
            self.put16(rec.duser_size)
            self.put16(rec.duser_count)
        elif index == 13:
            self.put48(rec.dmac)
            self.put48(rec.smac)
            self.putle16(rec.mac_etype)
            self.put8(rec.mac_dsap)
            self.put8(rec.mac_ssap)
        elif index == 14:
            self.put8(rec.icmp_type)
            self.put8(rec.icmp_code)
            self.put16(rec.icmp_seq)
            self.put32(rec.icmp_src)
            self.put32(rec.icmp_dst)
            self.put32(rec.icmp_qsrc)
            self.put32(rec.icmp_qdst)
            self.put32(rec.icmp_gateway)
            self.put32(rec.icmp_pad)
        elif index == 15:
            self.put32(rec.senc)
            self.put32(rec.denc)
        elif index == 17:
            self.put32(rec.skeys)
            self.put32(rec.dkeys)
        elif index == 18:
            self.putle32(rec.cor_id)
            self.putle32(rec.cor_dur & 0xFFFFFFFF)
            self.putle32(rec.cor_start & 0xFFFFFFFF)
            self.putle32(rec.cor_last & 0xFFFFFFFF)
            self.putle32(rec.cor_spkts & 0xFFFFFFFF)
            self.putle32(rec.cor_dpkts & 0xFFFFFFFF)
        elif index == 19:
            self.put16(rec.sco)
            self.put16(rec.dco)
        elif index == 21:
            self.put32(rec.sas)
            self.put32(rec.das)
            if rec.head[21] & 0xFF >= 4:
                self.put32(rec.ias)
        return 0

    def flow_key(self, rec):
        family: cython.uint = rec.family
        if family == 1:
            self.put32(cython.cast(cython.uint, rec.saddr_lo))
            self.put32(cython.cast(cython.uint, rec.daddr_lo))
            self.put8(rec.proto)
            self.put8(rec.tproto)
            self.put16(rec.sport)
            self.put16(rec.dport)
            self.put16(rec.extra)
        elif family == 2:
            self.put64(rec.saddr_hi)
            self.put64(rec.saddr_lo)
            self.put64(rec.daddr_hi)
            self.put64(rec.daddr_lo)
            self.put32((rec.proto << 24) | rec.label20)
            self.put16(rec.sport)
            self.put16(rec.dport)
            if rec.head[1] & 0x4000 and rec.head[1] & 0xFF >= 12:
                self.putle16(rec.smask)
                self.putle16(rec.dmask)
        elif family == 3 or family == 13:
            self.put48(rec.daddr_lo)
            self.put48(rec.saddr_lo)
            self.put16(rec.etype)
            self.put8(rec.dsap)
            self.put8(rec.ssap)
        elif family == 4 or family == 5:
            self.put16(rec.arp_hrd)
            self.put16(rec.arp_pro)
            self.put8(rec.arp_hln)
            self.put8(rec.arp_pln)
            self.put16(rec.arp_op)
            if family == 4:
                self.put32(cython.cast(cython.uint, rec.saddr_lo))
                self.put32(cython.cast(cython.uint, rec.daddr_lo))
            else:
                self.put32(rec.extra)
                if rec.arp_hln == 6 and rec.head[1] & 0xFF >= 7:
                    self.put48(rec.daddr_lo)
                    self.put48(rec.saddr_lo)
        elif family == 20:
            self.put32(cython.cast(cython.uint, rec.saddr_lo))
            self.put32(cython.cast(cython.uint, rec.daddr_lo))
        elif family == 21:
            self.put32(rec.extra)
            self.put48(rec.daddr_lo)
            self.put48(rec.saddr_lo)
        elif family == 17:
            self.putle32(cython.cast(cython.uint, rec.saddr_lo))
            self.putle32(cython.cast(cython.uint, rec.daddr_lo))
        elif family == 18:
            self.put64(rec.saddr_hi)
            self.put64(rec.saddr_lo)
            self.put64(rec.daddr_hi)
            self.put64(rec.daddr_lo)
        elif family == 8:
            self.put48(rec.daddr_lo)
            self.put48(rec.saddr_lo)
            self.put48(rec.saddr_hi)
        elif family == 10:
            self.put32(rec.isis_pdu)
            self.put48(rec.saddr_lo)
            self.put48(rec.daddr_lo)
            self.put32((rec.isis_version << 24) | rec.isis_pad)
            self.put64(rec.isis_id_hi)
            self.put48(rec.isis_id_lo)
            self.put32(rec.isis_sum)
            self.put16(rec.isis_pad2)
        return 0

    def time(self, rec):
        form: cython.uint = rec.time_form
        bits: cython.uint = (rec.head[2] >> 19) & 15
        unit: cython.longlong = 1000000000 if (rec.head[2] >> 8) & 0xFF == 0x19 else 1000000
        first: cython.longlong = -1
        sec: cython.uint
        frac: cython.uint
        i: cython.int
        stamp: cython.longlong
        if form == 0:
            return 0
        if form == 1 or form == 5:
            self.put32(rec.sstart_s)
            self.put32(rec.sstart_f)
            return 0
        if form == 2:
            self.put32(rec.sstart_s)
            self.put32(rec.sstart_f)
            self.put32(rec.send_s)
            self.put32(rec.send_f)
            return 0
        for i in range(4):
            if not bits & (cython.cast(cython.uint, 1) << i):
                continue
            if i == 0:
                sec = rec.sstart_s
                frac = rec.sstart_f
            elif i == 1:
                sec = rec.send_s
                frac = rec.send_f
            elif i == 2:
                sec = rec.dstart_s
                frac = rec.dstart_f
            else:
                sec = rec.dend_s
                frac = rec.dend_f
            stamp = cython.cast(cython.longlong, sec) * unit + frac
            if form == 3 or first < 0:
                self.put32(sec)
                self.put32(frac)
                first = stamp
            else:
                self.put32(cython.cast(cython.uint, (stamp - first) & 0xFFFFFFFF))
        return 0

    def metric(self, rec):
        form: cython.uint = (rec.head[3] >> 8) & 0x0F
        apps: cython.bint = not (rec.head[3] >> 16) & 1
        width: cython.uint = cython.cast(cython.uint, 1) << ((form - 1) & 3)
        i: cython.int
        v: cython.ulonglong
        for i in range(6):
            if (i == 2 or i == 5) and not apps:
                continue
            if i < 3 and form > 8 or i >= 3 and 4 < form <= 8:
                continue
            if i == 0:
                v = rec.spkts
            elif i == 1:
                v = rec.sbytes
            elif i == 2:
                v = rec.sapp
            elif i == 3:
                v = rec.dpkts
            elif i == 4:
                v = rec.dbytes
            else:
                v = rec.dapp
            if width == 1:
                self.put8(cython.cast(cython.uint, v))
            elif width == 2:
                self.put16(cython.cast(cython.uint, v))
            elif width == 4:
                self.put32(cython.cast(cython.uint, v))
            else:
                self.put64(v)
        return 0

    def tcp_source(self, rec, wide):
        self.put32(rec.slast_s)
        self.put32(rec.slast_f)
        self.put32(rec.sstatus)
        self.put32(rec.sbase)
        self.put32(rec.snext)
        self.put32(rec.sacked)
        self.put32(rec.swinnum)
        self.put32(rec.sdata)
        self.put32(rec.sretrans)
        self.put32(rec.sroll)
        self.put32(rec.sflight)
        self.put16(rec.swin)
        self.put8(rec.sflags)
        self.put8(rec.swscale)
        if wide:
            self.put16(rec.smss)
            self.put16(rec.spad)
        return 0

    def tcp_destination(self, rec, wide):
        self.put32(rec.dlast_s)
        self.put32(rec.dlast_f)
        self.put32(rec.dstatus)
        self.put32(rec.dbase)
        self.put32(rec.dnext)
        self.put32(rec.dacked)
        self.put32(rec.dwinnum)
        self.put32(rec.ddata)
        self.put32(rec.dretrans)
        self.put32(rec.droll)
        self.put32(rec.dflight)
        self.put16(rec.dwin)
        self.put8(rec.dflags)
        self.put8(rec.dwscale)
        if wide:
            self.put16(rec.dmss)
            self.put16(rec.dpad)
        return 0

    def network(self, rec):
        kind: cython.uint = rec.net
        wide: cython.bint = (rec.head[5] >> 8) & 0xFF == 2
        i: cython.int
        if rec.head[5] & 0xFF == 1:
            return 0
        if kind == 0x05:
            self.put32(rec.tcp_status)
            self.put32(rec.tcp_state)
            self.put32(rec.tcp_options)
            self.put32(rec.tcp_synack)
            self.put32(rec.tcp_ackdat)
            self.tcp_source(rec, wide)
            if 4 * (rec.head[5] & 0xFF) >= (128 if wide else 120):
                self.tcp_destination(rec, wide)
        elif kind == 0x03:
            self.put32(rec.tcp_status)
            self.put32(rec.sbase)
            self.put32(rec.tcp_options)
            self.put16(rec.swin)
            self.put8(rec.sflags)
            self.put8(rec.swscale)
        elif kind == 0x04:
            self.put32(rec.tcp_status)
            self.put8(rec.sflags)
            self.put8(rec.dflags)
            self.put16(rec.tcp_pad)
        elif kind == 0x09:
            for i in range(4):
                self.put32(rec.netw[i])
            self.put16(rec.sdrop)
            self.put16(rec.ddrop)
        elif kind == 0x0A:
            for i in range(7):
                self.put32(rec.netw[i])
            self.put16(rec.sdrop)
            self.put16(rec.ddrop)
            self.put16(rec.ssdev)
            self.put16(rec.dsdev)
        elif kind == 0x0D:
            for i in range(43):
                self.putle32(rec.netw[i])
        elif kind == 0x10:
            self.put48(rec.resp_mac)
        elif kind == 0x34:
            self.put32(rec.netw[0])
            for i in range(1, 6):
                self.putle32(rec.netw[i])
        elif kind == 0x38:
            self.put32(rec.net_status)
            self.put32(rec.net_spi)
            self.put32(rec.net_seq)
            self.put32(rec.net_lost)
        elif kind == 0x45:
            for i in range(13):
                self.putle32(rec.netw[i])
        return 0
