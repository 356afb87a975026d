"""Records as lines of text: columns of fixed width, or fields with a delimiter between.

`Printer.line` writes one repaired record into the text buffer `out`; nothing of it is per-record Python. Fixed columns are padded, and cut
with a `*` where they overflow; variable ones are trimmed.

Source: argus 3 "ra fields", sections "Column layout", "Times".
"""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.endpoints_cy import address, classful, port, protocol, source, station
    from cython.cimports.pyargus.record.output_cy import Output
    from cython.cimports.pyargus.record.repair_cy import single
    from cython.cimports.pyargus.record.state_cy import Style, direction, encapsulation, flags, state, tcp_options
    from cython.cimports.pyargus.record.text_cy import Text
    from cython.cimports.pyargus.record.user_cy import hexadecimal_dump, user_data
    from cython.cimports.pyargus.record.values_cy import Values, last_f, last_s, start_f, start_s
else:
    from pyargus.record.endpoints_cy import address, classful, port, protocol, source, station
    from pyargus.record.output_cy import Output
    from pyargus.record.repair_cy import single
    from pyargus.record.state_cy import Style, direction, encapsulation, flags, state, tcp_options
    from pyargus.record.text_cy import Text
    from pyargus.record.user_cy import hexadecimal_dump, user_data
    from pyargus.record.values_cy import Values, last_f, last_s, start_f, start_s


UNSTEADY = 1 << 20


class Printer(Output):
    """Writes records into `out` by a list of columns.

    variable: no padding; `delimiter` stands between the fields. join: a port right after its address is joined to it with a dot.
    even: every line has as many delimiters, also where the reference leaves one out or writes one twice.
    header: the title line; label_every: 0 print it once before the first record, -1 never, n before every n records.
    clock: function of seconds that gives the text of a time, with a byte 1 for each place of the fraction. fraction: whether that follows
    the text anyway.
    offset: None, or for clocks of the form %H:%M:%S a function of quarters of an hour since 1970 that gives the seconds local time is
    ahead of UTC during that quarter, or UNSTEADY where that changes within.
    """

    def __init__(self, style, columns):
        """columns: for each (field id, width, alignment 0 right 1 left, absent 0 blank 1 zero, man 0 blank 1 zero 2 value, limit, format).

        limit: how many bytes of user data are shown.
        """
        self.out = Text()
        self.pause = False
        self.style = style
        self.values = Values()
        self.count = len(columns)
        self.ids = array("i", [c[0] for c in columns] + [0])
        self.widths = array("i", [c[1] for c in columns] + [0])
        self.aligns = array("i", [c[2] for c in columns] + [0])
        self.absents = array("i", [c[3] for c in columns] + [0])
        self.mans = array("i", [c[4] for c in columns] + [0])
        self.formats = [c[6] for c in columns]
        self.limits = array("i", [c[5] for c in columns] + [0])
        self.variable = self.even = False
        self.join = self.padded = self.fraction = True
        self.delimiter = b" "
        self.header = b""
        self.label_every = 0
        self.printed = 0
        self.clock = self.offset = None
        self.whole = array("d", [-1.0] * (len(columns) + 1))
        self.block_key = array("i", [-1] * 256)
        self.block_shift = array("i", [0] * 256)
        self.clock_text = [b""] * 1024
        self.clock_key = array("q", [-1] * 1024)

    def shares(self, totals):
        """From now on print columns as percentages of these numbers, one for each, negative ones and management records as they are."""
        i: cython.int
        for i in range(self.count):
            self.whole[i] = totals[i]
        return 0

    def heading(self):
        """Print the title line where it is due before a line, which is counted and left out."""
        if self.label_every >= 0:
            if self.printed == 0 or (self.label_every > 0 and self.printed % self.label_every == 0):
                self.out.puts(self.header)
        self.printed += 1
        return 0

    def line(self, rec):
        """Print one record, and the title line before it where it is due."""
        t: Text = self.out
        i: cython.int
        width: cython.Py_ssize_t
        size: cython.Py_ssize_t
        k: cython.Py_ssize_t
        mark: cython.Py_ssize_t
        start: cython.Py_ssize_t
        field: cython.int
        gap: cython.int = self.delimiter[0] if len(self.delimiter) == 1 else -1
        t.room(16384)
        if self.label_every >= 0:
            if self.printed == 0 or (self.label_every > 0 and self.printed % self.label_every == 0):
                t.puts(self.header)
        self.printed += 1
        start = t.n
        for i in range(self.count):
            field = self.ids[i]
            mark = t.n
            if field:
                self.value(rec, i)
            size = t.n - mark
            if field == 19 or field == 20:
                if self.join and i > 0 and self.ids[i - 1] == field - 6 and size > 0 and rec.kind & 0xF0 != 0x80:
                    t.s[mark - 1] = 46
            if self.variable and field == 21 and size and size != self.widths[i]:
                # The direction keeps its columns.
                width = self.widths[i]
                if size > width:
                    t.n = mark + width
                else:
                    t.fill(mark, width, True)
            if size == 0 and not self.even and (field == 60 or ((field == 30 or field == 215) and rec.kind & 0xF0 != 0x80)):
                # A flow without a response or counters has no column for them, nor has the placeholder in any line.
                if self.variable and i + 1 == self.count and t.n > start:
                    t.n -= len(self.delimiter)
                continue
            if self.variable and not self.even and self.style.user_encoding == 2 and (field == 48 or field == 49):
                # User data that are dumped below the line have no column in it.
                if i + 1 == self.count and t.n > start:
                    t.n -= len(self.delimiter)
                continue
            if self.variable and size == 0 and (field == 19 or field == 20) and self.delimiter == b" ":
                # A port that is missing keeps its columns where blanks are between the columns.
                for k in range(self.widths[i]):
                    t.ch(32)
                self.separate()
                continue
            if self.variable:
                if field != 23:
                    while t.n > mark and t.s[t.n - 1] == 32:
                        t.n -= 1
                elif size and self.delimiter != b" ":
                    t.ch(32)
                if i + 1 < self.count:
                    if gap >= 0:
                        t.s[t.n] = gap
                        t.n += 1
                    else:
                        self.separate()
                if field == 20 and rec.family == 10 and rec.present & 2 and gap != 32 and gap != 9 and not self.even:
                    # The reference writes the delimiter twice after the check sum of an ISIS flow, unless it is a blank.
                    self.separate()
                continue
            width = self.widths[i]
            if size > width:
                if (field == 19 or field == 20) and self.style.names > 1 and (t.s[mark + 1] != 120 or rec.family == 1 and rec.proto == 1):
                    pass
                else:
                    t.n = mark + width
                    if field != 47 and field != 21 and field != 11:
                        t.s[t.n - 1] = 42
            elif size < width:
                if self.aligns[i] and rec.kind & 0xF0 != 0x80:
                    if self.padded:
                        t.fill(mark, width, False)
                else:
                    t.fill(mark, width, True)
            if field == 23 and not self.padded:
                t.ch(32)
            if self.padded or i + 1 < self.count:
                if gap >= 0:
                    t.s[t.n] = gap
                    t.n += 1
                else:
                    self.separate()
        if not self.variable or gap == 32 or gap == 9:
            while t.n > start and (t.s[t.n - 1] == 32 or 9 <= t.s[t.n - 1] <= 13):
                t.n -= 1
        t.ch(10)
        if self.style.user_encoding == 2:
            for i in range(self.count):
                if self.ids[i] == 48 or self.ids[i] == 49:
                    self.dump(rec, self.ids[i] == 49, i)
        return 0

    def dump(self, rec, destination, i):
        """User data of a side as a hexadecimal dump below the line."""
        at: cython.Py_ssize_t = rec.duser_off if destination else rec.suser_off
        size: cython.Py_ssize_t = rec.duser_len if destination else rec.suser_len
        if not rec.present & ~rec.opaque & (0x1000 if destination else 0x800):
            return 0
        size = min(size, rec.duser_count if destination else rec.suser_count)
        return hexadecimal_dump(self.out, rec, at, min(size, self.limits[i]))

    def value(self, rec, i):
        """The text of column `i`, unpadded."""
        t: Text = self.out
        v: Values = self.values
        field: cython.int = self.ids[i]
        man: cython.bint = rec.kind & 0xF0 == 0x80
        number: cython.double
        count: cython.ulonglong
        if man and self.mans[i] == 0:
            return 0
        if self.formats[i] is not None and not man:
            return self.formatted(rec, i)
        if field < 10:
            return self.moment(rec, field)
        if field < 100:
            return self.word(rec, field, i)
        if field < 200:
            if man:
                number = 0.0
                if self.mans[i] == 2:
                    number = cython.cast(cython.double, rec.mar_now_s) - rec.mar_start_s
                    number += (cython.cast(cython.double, rec.mar_now_f) - rec.mar_start_f) / 1000000.0
            else:
                number = v.real(rec, field)
                if not v.ok:
                    if self.absents[i] == 0:
                        return 0
                    number = 0.0
            if self.style.abbreviate and abbreviated(field):
                return self.short(number, False)
            return t.fixed(number, self.style.precision)
        if man:
            count = managed(rec, field)
        else:
            count = v.integer(rec, field)
            if not v.ok:
                if self.style.abbreviate and (field == 231 or field == 232):
                    # The reference shortens the mark of an absent gap, too.
                    return self.short(-1.0, True)
                if self.absents[i] == 0:
                    return 0
                count = 0
        if self.whole[i] >= 0 and not man:
            number = single(100.0 * cython.cast(cython.double, count) / self.whole[i]) if self.whole[i] > 0 else 0.0
            return t.fixed(number, self.style.precision)
        if (field == 231 or field == 232) and count >> 31 and not self.style.abbreviate:
            # The reference turns the gap into a signed 32-bit number, which saturates at the lowest one.
            return t.puts(b"-2147483648")
        if self.style.abbreviate and abbreviated(field) and not man:
            return self.short(cython.cast(cython.double, count), True)
        return t.u64(count)

    def formatted(self, rec, i):
        """A number through the printf format given for its column; an address is its number."""
        field: cython.int = self.ids[i]
        if field == 13 or field == 14:
            if rec.family != 1 and rec.family != 2 and rec.family != 4:
                return address(self.out, rec, field == 14, self.style)
            low = int(rec.daddr_lo if field == 14 else rec.saddr_lo)
            high = int(rec.daddr_hi if field == 14 else rec.saddr_hi)
            return self.out.puts(self.formats[i] % (high << 64 | low))
        if field == 19 or field == 20:
            return self.out.puts(self.formats[i] % (rec.dport if field == 20 else rec.sport))
        number = self.values.integer(rec, field)
        return self.out.puts(self.formats[i] % number) if self.values.ok or self.absents[i] else 0

    def short(self, v, whole):
        """A number with three decimals, or as many as the precision, and a letter for its power of thousand."""
        t: Text = self.out
        step: cython.int = 0
        letters: bytes = b" KMGTPEZY"
        while v >= 1000.0 and step < 8:
            v /= 1000.0
            step += 1
        t.fixed(v, 3)
        if self.style.precision < 3:
            t.n -= 3 - self.style.precision
        return t.ch(letters[step])

    def moment(self, rec, field):
        """A time."""
        if rec.kind & 0xF0 == 0x80:
            if field == 1 or field == 4 or field == 6:
                return self.stamp(rec.mar_now_s, rec.mar_now_f)
            return self.stamp(rec.mar_start_s, rec.mar_start_f)
        if field == 1:
            return self.stamp(start_s(rec), start_f(rec))
        if field == 2:
            return self.stamp(last_s(rec), last_f(rec))
        if field == 3:
            return self.stamp(rec.sstart_s, rec.sstart_f)
        if field == 4:
            return self.stamp(rec.send_s, rec.send_f)
        if field == 5:
            return self.stamp(rec.dstart_s, rec.dstart_f)
        return self.stamp(rec.dend_s, rec.dend_f)

    def stamp(self, sec, frac):
        t: Text = self.out
        p: cython.int = self.style.precision
        slot: cython.Py_ssize_t = sec & 1023
        k: cython.int
        block: cython.int = sec // 900
        place: cython.Py_ssize_t = block & 255
        local: cython.longlong
        if self.style.epoch:
            t.u64(sec)
            k = 1
        elif self.offset is None:
            k = 0
        else:
            if self.block_key[place] != block:
                self.block_shift[place] = self.offset(block)
                self.block_key[place] = block
            k = self.block_shift[place] != 1048576
            if k:
                local = (cython.cast(cython.longlong, sec) + self.block_shift[place] + 86400) % 86400
                t.zeros(local // 3600, 2)
                t.ch(58)
                t.zeros(local // 60 % 60, 2)
                t.ch(58)
                t.zeros(local % 60, 2)
        if k == 0:
            if self.clock_key[slot] != sec:
                self.clock_text[slot] = self.clock(sec)
                self.clock_key[slot] = sec
            self.dated(self.clock_text[slot], frac)
        if p > 0 and (self.fraction or self.style.epoch):
            t.ch(46)
            self.digits(frac)
        return 0

    def dated(self, text, frac):
        """The text of a clock, with the fraction of a second in its places."""
        t: Text = self.out
        i: cython.Py_ssize_t
        if 1 not in text:
            return t.puts(text)
        for i in range(len(text)):
            if text[i] == 1:
                self.digits(frac)
            else:
                t.ch(text[i])
        return 0

    def digits(self, frac):
        """The digits of a fraction of a second, at most six."""
        p: cython.int = min(self.style.precision, 6)
        k: cython.int
        for k in range(6 - p):
            frac //= 10
        return self.out.zeros(frac, p)

    def separate(self):
        """Put the delimiter."""
        if len(self.delimiter) == 1:
            return self.out.ch(self.delimiter[0])
        return self.out.puts(self.delimiter)

    def word(self, rec, field, i):
        """A field of text."""
        t: Text = self.out
        have: cython.uint = rec.present & ~rec.opaque
        style: Style = self.style
        cause: cython.uint
        value: cython.uint
        if field == 13 or field == 14:  # saddr, daddr
            return address(t, rec, field == 14, style)
        if field == 19 or field == 20:  # sport, dport
            return port(t, rec, field == 20, style)
        if field == 18:  # proto
            return protocol(t, rec, style)
        if field == 21:  # dir
            direction(t, rec, self.variable)
            return 0
        if field == 22:  # state
            return state(t, rec, style)
        if field == 23:  # flgs
            return flags(t, rec)
        if field == 11:  # cause
            cause = rec.cause_option & 0xF0
            if cause == 0x10:
                return t.puts(b"Start")
            if cause == 0x20:
                return t.puts(b"Status")
            if cause == 0x30:
                return t.puts(b"Stop")
            if cause == 0x40:
                return t.puts(b"Timeout")
            if cause == 0x60:
                return t.puts(b"Shutdown")
            if cause == 0x80:
                return t.puts(b"Error")
            return t.puts(b"Unknown")
        if field == 12:  # srcid
            if rec.kind & 0xF0 != 0x80 and not rec.present & 1:
                return 0
            return source(t, rec)
        if rec.kind & 0xF0 == 0x80:
            return t.ch(48) if field == 15 or field == 16 else 0
        if field == 15 or field == 16:  # snet, dnet
            return classful(t, rec, field == 16, style)
        if field == 10:  # rank
            return t.u64(rec.ordinal)
        if field == 17:  # inode
            if have & 0x4000 and rec.head[14] & 0x700:
                return t.ipv4(rec.icmp_src)
            return 0
        if field == 26 or field == 27:  # soui, doui
            if have & 0x2000:
                return t.puts(style.vendors.get((rec.smac if field == 26 else rec.dmac) >> 24, b""))
            return 0
        if field == 24 or field == 25:  # smac, dmac
            if have & 0x2000:
                return station(t, rec.smac if field == 24 else rec.dmac, style)
            return 0
        if field == 28:  # bssid
            return t.mac(rec.saddr_hi) if have & 2 and rec.family == 8 else 0
        if field == 29:  # ssid
            if have & 2 and rec.family == 8:
                for i in range(min(32, rec.tail[3])):
                    value = rec.data[rec.tail[2] + i]
                    if value == 0:
                        break
                    t.ch(value if 32 <= value < 127 else 46)
            return 0
        if field == 39 or field == 40:  # spktsz, dpktsz
            value = (rec.head[10] >> 16) & 7 if have & 0x400 else 0
            if value & 4:
                return t.hexa(rec.shist if field == 39 else rec.dhist, 8)
            return 0
        if field == 30:  # resp
            return t.mac(rec.resp_mac) if rec.net == 0x10 else 0
        if 31 <= field <= 34:
            value = (rec.head[9] >> 8) & 3 if have & 0x200 else 0
            if not value & (1 if field & 1 else 2):
                return 0
            if field <= 32:  # sdsb, ddsb
                value = (rec.stos if field == 31 else rec.dtos) >> 2
                if (style.names < 3 or style.disa) and value in style.dscp:
                    return t.puts(style.dscp[value])
                if value < 10:
                    t.ch(32)
                return t.u64(value)
            t.puts(b"0x")  # sipid, dipid
            return t.hexa(rec.sipid if field == 33 else rec.dipid, 4)
        if field == 35 or field == 36:  # svlan, dvlan
            if have & 0x40 and (rec.head[6] >> 8) & (field - 34):
                t.puts(b"0x")
                return t.hexa(rec.svlan if field == 35 else rec.dvlan, 4)
            return 0
        if field == 37 or field == 38:  # senc, denc
            return encapsulation(t, rec.senc if field == 37 else rec.denc) if have & 0x8000 else 0
        if field == 47:  # tcpopt
            return tcp_options(t, rec)
        if field == 48 or field == 49:  # suser, duser
            return self.user(rec, field == 49, i)
        if field == 50:  # label
            if have & 0x100000:
                for i in range(rec.label_len):
                    value = rec.label_at(i)
                    if value == 0:
                        break
                    t.ch(value)
            return 0
        if field == 51 or field == 52:  # sco, dco
            if have & 0x80000:
                value = rec.sco if field == 51 else rec.dco
                t.ch(value >> 8)
                t.ch(value & 0xFF)
            return 0
        if 54 <= field <= 56:  # sas, das, ias
            if not have & 0x200000 or (field == 56 and rec.head[21] & 0xFF < 4):
                # What stands for no number takes two columns.
                return t.puts(b"  ")
            value = rec.sas if field == 54 else rec.das if field == 55 else rec.ias
            if (style.asn == 2 and field != 56) or (style.asn == 1 and value > 65535):
                t.u64(value >> 16)
                t.ch(46)
                value &= 0xFFFF
            return t.u64(value)
        if 57 <= field <= 59:  # nstroke, snstroke, dnstroke
            if have & 0x20000:
                t.u64(rec.skeys + rec.dkeys if field == 57 else rec.skeys if field == 58 else rec.dkeys)
                return t.ch(32)
            return 0
        return 0

    def user(self, rec, destination, i):
        """Captured user data: `s[n]=` and the bytes, as the style's encoding has them."""
        at: cython.Py_ssize_t
        size: cython.Py_ssize_t
        if not rec.present & ~rec.opaque & (0x1000 if destination else 0x800):
            return 0
        at = rec.duser_off if destination else rec.suser_off
        size = rec.duser_len if destination else rec.suser_len
        size = min(size, rec.duser_count if destination else rec.suser_count)
        size = min(size, self.limits[i])
        if size == 0:
            return 0
        return user_data(self.out, rec, at, size, destination, self.style)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def abbreviated(field: cython.int) -> cython.bint:
    """Whether -H shortens the field: counters, sizes, rates, loads, windows; not durations, identifiers or ratios."""
    return (
        109 <= field <= 110
        or 116 <= field <= 121
        or 161 <= field <= 165
        or 215 <= field <= 223
        or field == 231
        or field == 232
        or field == 245
        or field == 246
    )


def managed(rec, field):
    """What a management record shows as a counter: the numbers that stand where the reference looks for those of a flow."""
    if field == 201:
        return rec.mar_nextseq
    if field == 203:
        return rec.offset
    if field == 215:
        return rec.mar_pkts
    if field == 217:
        return rec.mar_records
    if field == 218 or field == 221:
        return rec.mar_memory
    if field == 222:
        return rec.mar_bufs
    return 0
