"""The value of every numeric field of a repaired record, keyed by the field's id in `schema`.

Units are those of the field table: seconds, bits per second, milliseconds, packets, bytes. Durations, rates, loads and means are
computed in IEEE singles, as readers of the format do.

Source: argus 3 "ra fields", sections "Field tables" and "Derived quantities".
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.libc.math import copysign, ldexp, sqrt
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.repair_cy import rates, single
else:
    from math import copysign, ldexp, sqrt

    from pyargus.record.record_cy import Record
    from pyargus.record.repair_cy import rates, single


# A literal beyond 31 bits is a Python object in a kernel, a declared constant is not.
_U32 = cython.declare(cython.longlong, 0xFFFFFFFF)


def from_bits(bits):
    """The number whose IEEE single form is `bits`."""
    sign: cython.double = -1.0 if bits >> 31 else 1.0
    exponent: cython.int = (bits >> 23) & 0xFF
    mantissa: cython.uint = bits & 0x7FFFFF
    if exponent == 255:
        return copysign(float("nan") if mantissa else float("inf"), sign)
    if exponent == 0:
        return sign * ldexp(cython.cast(cython.double, mantissa), -149)
    return sign * ldexp(cython.cast(cython.double, mantissa | 0x800000), exponent - 150)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def before(a_s: cython.uint, a_f: cython.uint, b_s: cython.uint, b_f: cython.uint) -> cython.bint:
    return a_s < b_s or (a_s == b_s and a_f < b_f)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def destination_first(rec: Record) -> cython.bint:
    if (rec.dstart_s | rec.dstart_f) == 0:
        return False
    return (rec.sstart_s | rec.sstart_f) == 0 or before(rec.dstart_s, rec.dstart_f, rec.sstart_s, rec.sstart_f)


def start_s(rec):
    """Seconds of the earliest stamp."""
    return rec.dstart_s if destination_first(rec) else rec.sstart_s


def start_f(rec):
    """Microseconds of the earliest stamp."""
    return rec.dstart_f if destination_first(rec) else rec.sstart_f


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def destination_last(rec: Record) -> cython.bint:
    """Whether the destination's end is the latest stamp. The end of a side of one packet does not count beside one of more."""
    if not before(rec.send_s, rec.send_f, rec.dend_s, rec.dend_f):
        return False
    if rec.dend_s != rec.dstart_s or rec.dend_f != rec.dstart_f:
        return True
    return rec.send_s == rec.sstart_s and rec.send_f == rec.sstart_f


def last_s(rec):
    """Seconds of the latest end."""
    return rec.dend_s if destination_last(rec) else rec.send_s


def last_f(rec):
    """Microseconds of the latest end."""
    return rec.dend_f if destination_last(rec) else rec.send_f


def first_micro(rec):
    """The earliest stamp in µs since 1970."""
    if destination_first(rec):
        return cython.cast(cython.longlong, rec.dstart_s) * 1000000 + rec.dstart_f
    return cython.cast(cython.longlong, rec.sstart_s) * 1000000 + rec.sstart_f


def last_micro(rec):
    """The latest end in µs since 1970."""
    if destination_last(rec):
        return cython.cast(cython.longlong, rec.dend_s) * 1000000 + rec.dend_f
    return cython.cast(cython.longlong, rec.send_s) * 1000000 + rec.send_f


def moment(rec, field):
    """A time of a flow record in µs since 1970, by the field's number: stime, ltime, then start and end of source and destination."""
    if field == 1:
        return first_micro(rec)
    if field == 2:
        return last_micro(rec)
    if field == 3:
        return cython.cast(cython.longlong, rec.sstart_s) * 1000000 + rec.sstart_f
    if field == 4:
        return cython.cast(cython.longlong, rec.send_s) * 1000000 + rec.send_f
    if field == 5:
        return cython.cast(cython.longlong, rec.dstart_s) * 1000000 + rec.dstart_f
    return cython.cast(cython.longlong, rec.dend_s) * 1000000 + rec.dend_f


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def seconds(a_s: cython.uint, a_f: cython.uint, b_s: cython.uint, b_f: cython.uint) -> cython.double:
    """b - a as a single."""
    sec: cython.longlong = cython.cast(cython.longlong, b_s) - a_s
    frac: cython.longlong = cython.cast(cython.longlong, b_f) - a_f
    if frac < 0 and sec > 0:
        sec -= 1
        frac += 1000000
    return single(cython.cast(cython.double, sec) + cython.cast(cython.double, frac) / 1000000.0)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def ratio(a: cython.double, b: cython.double) -> cython.double:
    """a / b in singles; 0 where b is 0."""
    if b == 0:
        return 0.0
    return single(a / b)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def hops(ttl: cython.uint) -> cython.uint:
    top: cython.uint = 1
    while top < ttl:
        top <<= 1
    return top - ttl


class Values:
    """Reads fields out of records. ok: whether the record had the part that the last field asked for needs.

    mask: the DSRs that were not taken off after the reading, bit n for index n.
    """

    def __init__(self):
        self.ok = True
        self.mask = 0xFFFFFFFF

    def integer(self, rec, field):
        """An integer field; 0 with `ok` false where the record lacks it."""
        have: cython.uint = rec.present & ~rec.opaque
        qual: cython.uint
        tcp: cython.bint
        self.ok = True
        if 215 <= field <= 223:
            self.ok = (have & 8) != 0
            if field == 215:  # pkts
                return rec.spkts + rec.dpkts
            if field == 216:  # spkts
                return rec.spkts
            if field == 217:  # dpkts
                return rec.dpkts
            if field == 218:  # bytes
                return rec.sbytes + rec.dbytes
            if field == 219:  # sbytes
                return rec.sbytes
            if field == 220:  # dbytes
                return rec.dbytes
            if field == 221:  # appbytes
                return rec.sapp + rec.dapp
            if field == 222:  # sappbytes
                return rec.sapp
            return rec.dapp
        if field == 200:  # trans
            if have & 16:
                return rec.agr_count
            self.ok = self.mask & 16 != 0 and have & 8 != 0
            return 1 if self.ok else 0
        if field == 201:  # seq
            self.ok = (have & 1) != 0
            return rec.seq if self.ok else 0
        if field == 202:  # autoid
            return 0
        if field == 203:  # offset
            return rec.offset
        if 204 < field < 211:
            qual = (rec.head[9] >> 8) & 0xFF if have & 0x200 else 0
            if field & 1:
                self.ok = (qual & 1) != 0
            else:
                self.ok = (qual & 2) != 0
            if not self.ok:
                return 0
            if field == 205:  # stos
                return rec.stos
            if field == 206:  # dtos
                return rec.dtos
            if field == 207:  # sttl
                return rec.sttl
            if field == 208:  # dttl
                return rec.dttl
            if field == 209:  # shops
                return hops(rec.sttl)
            return hops(rec.dttl)
        if field == 211 or field == 212:  # smpls, dmpls
            qual = (rec.head[7] >> 16) & 3 if have & 0x80 else 0
            self.ok = (qual & (field - 210)) != 0
            if not self.ok:
                return 0
            qual = 0 if field == 211 else (rec.head[7] >> 12) & 15
            return rec.mpls[qual] >> 12
        if field == 213 or field == 214:  # svid, dvid
            qual = (rec.head[6] >> 8) & 3 if have & 0x40 else 0
            self.ok = (qual & (1 if field == 213 else 2)) != 0
            return (rec.svlan if field == 213 else rec.dvlan) & 0xFFF
        if 224 <= field <= 227:
            if not have & 0x400:
                self.ok = False
                return 0
            qual = rec.smax if field == 224 else rec.smin if field == 225 else rec.dmax if field == 226 else rec.dmin
            self.ok = qual != 0
            return qual
        if 228 <= field <= 230:
            if not have & 2 or (rec.net == 0x05 and rec.proto != 6):
                return 0
            if field == 228:  # loss
                if rec.net == 0x05:
                    # Without packets from the source the loss of a TCP flow is not added up, without those from the destination it is.
                    return rec.sretrans + rec.dretrans if rec.spkts and rec.tcp_status and rec.tcp_state else 0
                return self.integer(rec, 229) + self.integer(rec, 230)
            if rec.net == 0x05:
                if rec.tcp_status == 0 or rec.tcp_state == 0:
                    return 0
                if field == 229:
                    return rec.sretrans if rec.spkts else 0
                return rec.dretrans if rec.dpkts else 0
            if rec.net == 0x0A or rec.net == 0x09:
                return rec.sdrop if field == 229 else rec.ddrop
            if rec.net == 0x38:
                return rec.net_lost if field == 229 else 0
            return 0
        if field == 204:  # icmpid
            self.ok = False
            if rec.family == 2 and rec.proto == 58 and have & 2:
                self.ok = True
                return rec.dport
            if rec.family == 1 and rec.proto == 1 and have & 2:
                self.ok = True
                return rec.dport
            return 0
        # What merging clients wrote of several protocols may hold a TCP object, which says nothing of the whole.
        tcp = have & 2 != 0 and rec.proto == 6 and (rec.net == 0x05 or rec.net == 0x03)
        if 231 <= field <= 232:
            self.ok = tcp
            return gap(rec, field == 232)
        if 233 <= field <= 244:
            return self.udt(rec, field)
        if 245 <= field <= 248:
            self.ok = tcp
            if not tcp:
                return 0
            if field == 245:  # swin
                self.ok = rec.spkts != 0
                return cython.cast(cython.ulonglong, rec.swin) << (rec.swscale & 31)
            if field == 246:  # dwin
                self.ok = rec.spkts != 0 and rec.dpkts != 0
                return cython.cast(cython.ulonglong, rec.dwin) << (rec.dwscale & 31)
            qual = rec.sbase if field == 247 else rec.dbase
            self.ok = qual != 0 or (rec.family == 2 and field == 248)
            return qual
        self.ok = False
        return 0

    def udt(self, rec, field):
        """Counters of the UDT object: retrans, nacks, solo, first; whole, src, dst each."""
        group: cython.int = (field - 233) // 3
        side: cython.int = (field - 233) % 3
        word: cython.int
        if rec.net != 0x0D:
            return 0
        if side == 0:
            return self.udt(rec, field + 1) + self.udt(rec, field + 2)
        # side block: 10 words, then solo, first, middle, last, drops, retrans, nacked
        word = 15 if group == 0 else 16 if group == 1 else 10 if group == 2 else 11
        return rec.netw[(9 if side == 1 else 26) + word]

    def real(self, rec, field):
        """A real field; 0 with `ok` false where the record lacks it."""
        have: cython.uint = rec.present & ~rec.opaque
        a: cython.double
        b: cython.double
        self.ok = True
        if field == 100:  # dur
            if before(rec.send_s, rec.send_f, rec.dend_s, rec.dend_f):
                return seconds(start_s(rec), start_f(rec), rec.dend_s, rec.dend_f)
            return seconds(start_s(rec), start_f(rec), rec.send_s, rec.send_f)
        if field == 101:  # sdur
            return seconds(rec.sstart_s, rec.sstart_f, rec.send_s, rec.send_f)
        if field == 102:  # ddur
            return seconds(rec.dstart_s, rec.dstart_f, rec.dend_s, rec.dend_f)
        if 103 <= field <= 108:
            if not have & 16:
                # A record with counters is one record, whose duration is all its statistics.
                if not (self.mask & 16 and have & 8):
                    self.ok = False
                    return 0.0
                return 0.0 if field == 108 else rec.raw_dur
            if field == 104:  # min
                return from_bits(rec.agr[5])
            if field == 105:  # max
                return from_bits(rec.agr[8])
            a = from_bits(rec.agr[6])
            if field == 103:  # mean
                return a
            if field == 106 or field == 107:  # sum, runtime
                return single(a * rec.agr[4])
            return from_bits(rec.agr[7])
        if field == 109:  # smeansz
            return ratio(single(rec.sbytes), single(rec.spkts))
        if field == 110:  # dmeansz
            return ratio(single(rec.dbytes), single(rec.dpkts))
        if field == 111 or field == 112:  # pcr, abr
            if not have & 8:
                self.ok = False
                return 0.0
            a = rec.sapp
            b = rec.dapp
            if a + b == 0:
                return -0.0
            return (a - b) / (a + b)
        if 113 <= field <= 115:
            if not have & 8:
                self.ok = False
                return 0.0
            if field == 113:  # tf
                a = single(rec.sapp + rec.dapp)
                b = single(rec.sbytes + rec.dbytes)
            elif field == 114:  # stf
                a = single(rec.sapp)
                b = single(rec.sbytes)
            else:
                a = single(rec.dapp)
                b = single(rec.dbytes)
            if b == 0:
                return -0.0
            return single(a / b)
        if field == 117:  # sload
            rates(rec)
            return rec.sload
        if field == 118:  # dload
            rates(rec)
            return rec.dload
        if field == 120 or field == 121:  # srate, drate
            a = self.real(rec, field - 19)
            if a <= 0:
                a = self.real(rec, 100)
            b = rec.spkts if field == 120 else rec.dpkts
            if b < 2 or a <= 0:
                return 0.0
            return single(single(b - 1) / a)
        if field == 116:  # load
            a = self.real(rec, 100)
            if a <= 0 and not rec.halved:
                return 0.0
            rates(rec)
            if rec.merged:
                return single(self.shared_load(rec, a) / a)
            if rec.halved:
                # What a side carried in its own time is spread over that of both.
                return single(self.shared_load(rec, rec.raw_dur) / rec.raw_dur) if rec.raw_dur > 0 else 0.0
            if rec.reversed_ and not rec.halved:
                # Loads are those of the sides as they were recorded.
                b = single(single(rec.dload * self.real(rec, 101)) + single(rec.sload * self.real(rec, 102)))
            else:
                b = single(single(rec.sload * self.real(rec, 101)) + single(rec.dload * self.real(rec, 102)))
            return single(b / a)
        if field == 119:  # rate
            a = self.real(rec, 100)
            if rec.spkts + rec.dpkts < 2 or a <= 0:
                return 0.0
            return single(single(rec.spkts + rec.dpkts - 1) / a)
        if 122 <= field <= 124:
            a = self.integer(rec, field + 106)
            b = self.integer(rec, field + 93)
            self.ok = True
            if a + b == 0:
                return 0.0
            return a * 100.0 / (a + b)
        if 125 <= field <= 136:
            a = self.udt(rec, field + 108)
            b = self.integer(rec, 215 + (field - 125) % 3)
            self.ok = True
            if a + b == 0:
                return 0.0
            return single(a * 100.0 / (a + b))
        if 137 <= field <= 160:
            return self.jitter(rec, field)
        if 161 <= field <= 165:
            if rec.net != 0x05 or not have & 2 or rec.proto != 6:
                return 0.0
            a = rec.tcp_synack
            b = rec.tcp_ackdat
            if field == 161:  # tcprtt
                return (a + b) / 1000000.0
            if field == 162:  # synack
                return a / 1000000.0
            if field == 163:  # ackdat
                return b / 1000000.0
            if rec.tcp_ackdat < 100:
                b = 0.0
            elif rec.tcp_synack < 100:
                a = 0.0
            a = (a + b) / 1000000.0
            if a <= 0:
                return 0.0
            if field == 164:  # stcpmax
                return (cython.cast(cython.double, cython.cast(cython.ulonglong, rec.dwin) << (rec.dwscale & 31)) * 8.0) / (a * 1000)
            return (cython.cast(cython.double, cython.cast(cython.ulonglong, rec.swin) << (rec.swscale & 31)) * 8.0) / a
        if 166 <= field <= 168:
            if not have & 0x40000:
                self.ok = False
                return 0.0
            a = rec.cor_dur if field == 166 else rec.cor_start if field == 167 else rec.cor_last
            return single(a / 1000000.0)
        self.ok = False
        return 0.0

    def shared_load(self, rec, whole):
        """Bits of both sides of a merged record, each over its own time, or over that of the whole where it has none."""
        a: cython.double = self.real(rec, 101)
        b: cython.double = self.real(rec, 102)
        return single(single(rec.sload * (a if a > 0 else whole)) + single(rec.dload * (b if b > 0 else whole)))

    def jitter(self, rec, field):
        """Inter-packet times and jitter in ms, from µs."""
        act: cython.int = 0
        idle: cython.int = 16
        na: cython.double = 0.0
        ni: cython.double = 0.0
        n: cython.double
        ma: cython.double = 0.0
        mi: cython.double = 0.0
        mean: cython.double
        total: cython.double
        destination: cython.bint
        if not rec.present & 0x100 or rec.opaque & 0x100:
            self.ok = False
            return 0.0
        if field <= 142:
            destination = (field & 1) == 0
        elif field <= 146:
            destination = field >= 145
        elif field <= 154:
            destination = ((field - 147) & 2) != 0
        else:
            destination = (field & 1) == 0
        if destination:
            act = 32
            idle = 48
        if rec.jit_blocks & (4 if destination else 1):
            na = rec.jit[act]
            ma = from_bits(rec.jit[act + 2])
        if rec.jit_blocks & (8 if destination else 2):
            ni = rec.jit[idle]
            mi = from_bits(rec.jit[idle + 2])
        n = na + ni
        if field == 137 or field == 138:  # sintpkt, dintpkt
            if n == 0:
                self.ok = not destination
                return 0.0
            if destination and (na == 0 or ni == 0):
                return (ma if ni == 0 else mi) / 1000.0
            return single(single(single(na * ma) + single(ni * mi)) / n) / 1000.0
        if field == 139 or field == 140:  # sintpktact, dintpktact
            return ma / 1000.0
        if field == 141 or field == 142:  # sintpktidl, dintpktidl
            return mi / 1000.0
        if field == 143 or field == 144:  # sintpktmax, sintpktmin
            ma = from_bits(rec.jit[act + (4 if field == 143 else 1)]) if na > 0 else 0.0
            mi = from_bits(rec.jit[idle + (4 if field == 143 else 1)]) if ni > 0 else 0.0
            return (ma if ma > mi else mi) / 1000.0
        if field == 145 or field == 147 or field == 149:  # dintpktmax, sintpktactmax, dintpktactmax
            return from_bits(rec.jit[act + 4]) / 1000.0 if na > 0 else 0.0
        if field == 146 or field == 148 or field == 150:  # dintpktmin, sintpktactmin, dintpktactmin
            return from_bits(rec.jit[act + 1]) / 1000.0 if na > 0 else 0.0
        if 151 <= field <= 154:
            return from_bits(rec.jit[idle + (4 if field & 1 else 1)]) / 1000.0 if ni > 0 else 0.0
        if field == 157 or field == 158:  # sjitact, djitact
            self.ok = na > 0
            return from_bits(rec.jit[act + 3]) / 1000.0
        if field == 159 or field == 160:
            self.ok = ni > 0
            return from_bits(rec.jit[idle + 3]) / 1000.0
        # sjit, djit
        self.ok = n > 0
        if n == 0:
            return 0.0
        if ni == 0:
            return from_bits(rec.jit[act + 3]) / 1000.0
        if na == 0:
            return from_bits(rec.jit[idle + 3]) / 1000.0
        mean = single(single(single(single(na * ma) + single(ni * mi)) / n) / 1000.0)
        total = spread(na, ma, from_bits(rec.jit[act + 3])) + spread(ni, mi, from_bits(rec.jit[idle + 3]))
        total = total / 1000.0 / n - mean * mean
        return sqrt(total) if total >= 0 else -float("nan")


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def spread(n: cython.double, mean: cython.double, deviation: cython.double) -> cython.double:
    """n times the square of the deviation, and the square of the sum over n."""
    whole: cython.double = single(mean * n)
    return n * (deviation * deviation) + whole * whole / n


def gap(rec, destination):
    """Bytes that no packet carried: the advance of the sequence numbers less the bytes seen; 0 without any, or with retransmissions."""
    advance: cython.longlong
    data: cython.longlong
    if rec.net != 0x05:
        return 0
    if destination:
        if rec.dretrans:
            return 0
        advance = (cython.cast(cython.longlong, rec.dnext) - rec.dbase) & _U32
        data = rec.ddata
    else:
        if rec.sretrans:
            return 0
        advance = (cython.cast(cython.longlong, rec.snext) - rec.sbase) & _U32
        data = rec.sdata
    return advance - data - 1 if advance > data and data else 0
