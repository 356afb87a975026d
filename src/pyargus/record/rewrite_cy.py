"""`Record` to bytes: which of the encoder's layouts each DSR has, from the typed attributes and the kept header words.

Of a record as `decode_cy` left it the result is the bytes it was read from; `client_cy.client_form` first changes headers and attributes to
what a client writes. Bytes that the format leaves undefined or that lie beyond a DSR's layout are copied from the source.

Source: argus 3 record format, sections "Management records", "Flow records", "Types and order of emission".
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.encode_cy import Encoder
    from cython.cimports.pyargus.record.encode_network_cy import arp, esp, icmp, le_words, rtcp, rtp, shorts
else:
    from pyargus.record.encode_cy import Encoder
    from pyargus.record.encode_network_cy import arp, esp, icmp, le_words, rtcp, rtp, shorts


class Rewriter:
    """Writes records to an encoder of its own."""

    def __init__(self):
        self.out = Encoder()

    def size(self):
        """Bytes held."""
        return self.out.pos

    def take(self):
        """The bytes written since the last call."""
        return self.out.take()

    def held(self):
        """The same bytes as a view, which is valid until the next record is written; they stay held until `clear`."""
        return self.out.held()

    def clear(self):
        """Forget the bytes that are held."""
        return self.out.clear()

    def copy(self, rec):
        """The record as it was read."""
        return self.out.span(rec.data, rec.base, 4 * cython.cast(cython.Py_ssize_t, rec.words))

    def write(self, rec):
        """The record from its attributes; the length word is computed.

        A record whose client form is longer than a length word can say is written as it was read.
        """
        out: Encoder = self.out
        index: cython.int
        i: cython.uint
        out.begin(rec.kind, rec.cause_option)
        if rec.kind & 0xF0 == 0x80:
            self.management(rec)
        else:
            for i in range(rec.order_count):
                index = rec.order[i]
                if index >= 32:
                    index -= 32
                    out.span(rec.data, rec.unknown[2 * index], rec.unknown[2 * index + 1])
                elif rec.present & (cython.cast(cython.uint, 1) << index):
                    self.data(rec, index)
        if rec.rest_len:
            out.span(rec.data, rec.rest_off, rec.rest_len)
        try:
            out.end()
        except OverflowError:
            self.copy(rec)
        return 0

    def data(self, rec, index):
        """One DSR: what is in attributes, what follows it in the source, zeros up to the length in its header."""
        out: Encoder = self.out
        i: cython.Py_ssize_t
        head: cython.uint = rec.head[index]
        if rec.opaque & (cython.cast(cython.uint, 1) << index):
            out.dsr(head)
        elif index == 1:
            self.flow_key(rec, head)
        elif index == 5:
            self.network(rec, head)
        elif index < 10:
            self.measured(rec, index, head)
        else:
            self.described(rec, index, head)
        if rec.tail[2 * index + 1]:
            out.span(rec.data, rec.tail[2 * index], rec.tail[2 * index + 1])
            if index == 20 and rec.turned():
                for i in range(rec.label_len):
                    out.out[out.pos - rec.label_len + i] = rec.label_at(i)
        if not head & 0x800000:
            out.pad()
        return 0

    def management(self, rec):
        """The one place that lays a management record out."""
        out: Encoder = self.out
        if rec.words < 32:
            return 0
        out.u32(rec.mar_status)
        out.u32(rec.mar_argusid)
        out.u32(rec.mar_localnet)
        out.u32(rec.mar_netmask)
        out.u32(rec.mar_nextseq)
        out.u32(rec.mar_start_s)
        out.u32(rec.mar_start_f)
        out.u32(rec.mar_now_s)
        out.u32(rec.mar_now_f)
        out.u8(rec.mar_major)
        out.u8(rec.mar_minor)
        out.u8(rec.mar_iftype)
        out.u8(rec.mar_ifstatus)
        out.u16(rec.mar_interval)
        out.u16(rec.mar_mar_interval)
        out.u64(rec.mar_pkts)
        out.u64(rec.mar_bytes)
        out.u64(rec.mar_drift)
        out.u32(rec.mar_records)
        out.u32(rec.mar_flows)
        out.u32(rec.mar_dropped)
        out.u32(rec.mar_queue)
        out.u32(rec.mar_output)
        out.u32(rec.mar_clients)
        out.u32(rec.mar_bufs)
        out.u32(rec.mar_memory)
        out.le16(rec.mar_suserlen)
        out.le16(rec.mar_duserlen)
        out.u32(rec.mar_pad0)
        out.u32(rec.mar_pad1)
        out.u32(rec.mar_pad2)
        out.u32(rec.mar_thisid)
        out.u32(rec.mar_reclen)
        return 0

    def measured(self, rec, index, head):
        """Transport, time, counters and the rest up to IP attributes."""
        out: Encoder = self.out
        if index == 0:
            if rec.kind & 0x0F >= 5 and head & 0x100000:
                out.transport_5(head, rec.srcid_hi, rec.srcid_lo, rec.srcid, rec.inf, rec.seq)
            else:
                out.transport(head, rec.srcid, rec.seq)
        elif index == 2:
            out.time(
                head,
                rec.time_form,
                rec.sstart_s,
                rec.sstart_f,
                rec.send_s,
                rec.send_f,
                rec.dstart_s,
                rec.dstart_f,
                rec.dend_s,
                rec.dend_f,
            )
        elif index == 3:
            out.metric(head, rec.spkts, rec.sbytes, rec.sapp, rec.dpkts, rec.dbytes, rec.dapp)
        elif index == 4:
            out.aggregation(head, rec.agr_count, rec.agr)
        elif index == 6:
            out.pair16(head, rec.svlan, rec.dvlan)
        elif index == 7:
            out.mpls(head, rec.mpls, rec.mpls_count)
        elif index == 8:
            out.jitter(head, rec.jit_blocks, rec.jit_stride, rec.jit)
        else:
            out.attributes(head, rec.sttl, rec.stos, rec.sipid, rec.sipopt, rec.dttl, rec.dtos, rec.dipid, rec.dipopt)
        return 0

    def described(self, rec, index, head):
        """Packet sizes and what follows them in the order of DSRs."""
        out: Encoder = self.out
        if index == 10:
            out.packet_size(head, rec.smin, rec.smax, rec.dmin, rec.dmax, rec.shist, rec.dhist)
        elif index == 11:
            out.user_data(head, rec.suser_size, rec.suser_count)
        elif index == 12:
            out.user_data(head, rec.duser_size, rec.duser_count)
        elif index == 13:
            out.mac(head, rec.dmac, rec.smac, rec.mac_etype, rec.mac_dsap, rec.mac_ssap)
        elif index == 14:
            out.icmp_mapped(
                head,
                (rec.icmp_type << 8) | rec.icmp_code,
                rec.icmp_seq,
                rec.icmp_src,
                rec.icmp_dst,
                rec.icmp_qsrc,
                rec.icmp_qdst,
                rec.icmp_gateway,
                rec.icmp_pad,
            )
        elif index == 15:
            out.pair32(head, rec.senc, rec.denc)
        elif index == 17:
            out.pair32(head, rec.skeys, rec.dkeys)
        elif index == 18:
            out.correlation(head, rec.cor_id, rec.cor_dur, rec.cor_start, rec.cor_last, rec.cor_spkts, rec.cor_dpkts)
        elif index == 19:
            out.pair16(head, rec.sco, rec.dco)
        elif index == 21:
            out.pair32(head, rec.sas, rec.das)
            if head & 0xFF >= 4:
                out.u32(rec.ias)
        else:
            out.dsr(head)
        return 0

    def flow_key(self, rec, head):
        out: Encoder = self.out
        family: cython.uint = rec.family
        a: cython.uint = cython.cast(cython.uint, rec.saddr_lo & cython.cast(cython.ulonglong, 0xFFFFFFFF))
        b: cython.uint = cython.cast(cython.uint, rec.daddr_lo & cython.cast(cython.ulonglong, 0xFFFFFFFF))
        if family == 1:
            out.key_ipv4(head, a, b, rec.proto, rec.tproto, rec.sport, rec.dport, rec.extra)
        elif family == 2:
            out.key_ipv6(
                head,
                rec.saddr_hi,
                rec.saddr_lo,
                rec.daddr_hi,
                rec.daddr_lo,
                (rec.proto << 24) | rec.label20,
                rec.sport,
                rec.dport,
                rec.smask,
                rec.dmask,
            )
        elif family == 3 or family == 13:
            out.key_ethernet(head, rec.daddr_lo, rec.saddr_lo, rec.etype, rec.dsap, rec.ssap)
        elif family == 4:
            out.arp_head(head, rec.arp_hrd, rec.arp_pro, rec.arp_hln, rec.arp_pln, rec.arp_op, a)
            out.u32(b)
        elif family == 5:
            self.rarp(rec, head)
        elif family == 20:
            out.pair32(head, a, b)
        elif family == 21:
            out.dsr(head)
            out.u32(rec.extra)
            out.u48(rec.daddr_lo)
            out.u48(rec.saddr_lo)
        elif family == 17:
            out.key_matrix_ipv4(head, a, b)
        elif family == 18:
            out.key_matrix_ipv6(head, rec.saddr_hi, rec.saddr_lo, rec.daddr_hi, rec.daddr_lo)
        elif family == 8:
            out.dsr(head)
            out.u48(rec.daddr_lo)
            out.u48(rec.saddr_lo)
            out.u48(rec.saddr_hi)
        elif family == 10:
            out.dsr(head)
            out.u32(rec.isis_pdu)
            out.u48(rec.saddr_lo)
            out.u48(rec.daddr_lo)
            out.u32((rec.isis_version << 24) | rec.isis_pad)
            out.u64(rec.isis_id_hi)
            out.u48(rec.isis_id_lo)
            out.u32(rec.isis_sum)
            out.u16(rec.isis_pad2)
        else:
            out.dsr(head)
        return 0

    def rarp(self, rec, head):
        """The key's head is ARP's without a second protocol address; both hardware addresses follow where they are Ethernet's."""
        out: Encoder = self.out
        out.arp_head(head, rec.arp_hrd, rec.arp_pro, rec.arp_hln, rec.arp_pln, rec.arp_op, rec.extra)
        if rec.arp_hln == 6 and head & 0xFF >= 7:
            out.u48(rec.daddr_lo)
            out.u48(rec.saddr_lo)
        return 0

    def network(self, rec, head):
        out: Encoder = self.out
        kind: cython.uint = rec.net
        if head & 0xFF == 1:
            out.dsr(head)
        elif kind == 0x05:
            self.tcp(rec, head)
        elif kind == 0x03:
            out.tcp_initial(head, rec.tcp_status, rec.sbase, rec.tcp_options, rec.swin, rec.sflags, rec.swscale)
        elif kind == 0x04:
            out.tcp_status(head, rec.tcp_status, rec.sflags, rec.dflags, rec.tcp_pad)
        elif kind == 0x09:
            rtcp(out, head, rec.netw[0], rec.netw[1], rec.netw[2], rec.netw[3])
            shorts(out, rec.sdrop, rec.ddrop)
        elif kind == 0x0A:
            rtp(out, head, rec.netw[0], rec.netw[1], rec.netw[2], rec.netw[3], rec.netw[4], rec.netw[5], rec.netw[6])
            shorts(out, rec.sdrop, rec.ddrop)
            shorts(out, rec.ssdev, rec.dsdev)
        elif kind == 0x0D:
            le_words(out, head, rec.netw, 43)
        elif kind == 0x10:
            arp(out, head, rec.resp_mac)
        elif kind == 0x34:
            icmp(
                out,
                head,
                rec.netw[0] >> 16,
                rec.netw[0] & 0xFFFF,
                rec.netw[1],
                rec.netw[2],
                rec.netw[3],
                rec.netw[4],
                rec.netw[5],
            )
        elif kind == 0x38:
            esp(out, head, rec.net_status, rec.net_spi, rec.net_seq, rec.net_lost)
        elif kind == 0x45:
            le_words(out, head, rec.netw, 13)
        else:
            out.dsr(head)
        return 0

    def tcp(self, rec, head):
        out: Encoder = self.out
        wide: cython.bint = (head >> 8) & 0xFF == 2
        out.tcp_full(head, rec.tcp_status, rec.tcp_state, rec.tcp_options, rec.tcp_synack, rec.tcp_ackdat)
        out.tcp_side(
            rec.slast_s,
            rec.slast_f,
            rec.sstatus,
            rec.sbase,
            rec.snext,
            rec.sacked,
            rec.swinnum,
            rec.sdata,
            rec.sretrans,
            rec.sroll,
            rec.sflight,
            rec.swin,
            rec.sflags,
            rec.swscale,
        )
        if wide:
            shorts(out, rec.smss, rec.spad)
        if 4 * (head & 0xFF) < (128 if wide else 120):
            return 0
        out.tcp_side(
            rec.dlast_s,
            rec.dlast_f,
            rec.dstatus,
            rec.dbase,
            rec.dnext,
            rec.dacked,
            rec.dwinnum,
            rec.ddata,
            rec.dretrans,
            rec.droll,
            rec.dflight,
            rec.dwin,
            rec.dflags,
            rec.dwscale,
        )
        if wide:
            shorts(out, rec.dmss, rec.dpad)
        return 0
