"""Addresses, ports, protocols and sources as text.

Source: argus 3 "ra fields", section "Addresses, protocols, ports".
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.text_cy import Text
else:
    from pyargus.record.record_cy import Record
    from pyargus.record.text_cy import Text


_U32 = cython.declare(cython.ulonglong, 0xFFFFFFFF)
_BROADCAST = cython.declare(cython.ulonglong, 0xFFFFFFFFFFFF)


@cython.cfunc
@cython.exceptval(-1)
def system_id(t: Text, hi: cython.ulonglong, lo: cython.ulonglong, node: cython.uint, with_node: cython.bint) -> cython.int:
    """Six bytes in groups of four digits, then the pseudonode."""
    t.hexa((hi >> 48) & 0xFFFF, 4)
    t.ch(46)
    t.hexa((hi >> 32) & 0xFFFF, 4)
    t.ch(46)
    t.hexa((hi >> 16) & 0xFFFF, 4)
    if with_node:
        t.ch(46)
        t.hexa(node, 2)
    return 0


@cython.cfunc
@cython.exceptval(-1)
def isis(t: Text, rec: Record, destination: cython.bint, variable: cython.bint) -> cython.int:
    """Hello: system and LAN id. The others: the id in the PDU as source, and for a link state PDU also as destination."""
    kind: cython.uint = rec.isis_pdu & 0x1F
    hi: cython.ulonglong = rec.isis_id_hi
    lo: cython.ulonglong = rec.isis_id_lo
    if kind < 15 or kind == 17 or kind == 19 or 20 < kind < 24 or kind > 27:
        return t.puts(b"(null)") if variable else 0
    if kind <= 16:
        if not destination:
            return system_id(t, hi, lo, 0, False)
        return system_id(t, ((hi & 0xFFFF) << 48) | (((lo >> 16) & _U32) << 16), 0, cython.cast(cython.uint, (lo >> 8) & 0xFF), True)
    if kind == 18 or kind == 20:
        if destination:
            t.puts(b"0x")
            return t.hexa((lo >> 16) & _U32, 8)
        system_id(t, hi, lo, cython.cast(cython.uint, (hi >> 8) & 0xFF), True)
        t.ch(45)
        return t.hexa(hi & 0xFF, 2)
    if destination:
        # A sequence number PDU has no second id; the reference's text for nothing shows where no width hides it.
        return t.puts(b"(null)") if variable else 0
    return system_id(t, hi, lo, cython.cast(cython.uint, (hi >> 8) & 0xFF), True)


def address(t, rec, destination, style):
    """saddr or daddr."""
    low: cython.ulonglong = rec.daddr_lo if destination else rec.saddr_lo
    high: cython.ulonglong = rec.daddr_hi if destination else rec.saddr_hi
    length: cython.uint
    if rec.kind & 0xF0 == 0x80:
        return t.u64(rec.mar_bufs if destination else rec.mar_queue)
    if not rec.present & 2:
        return t.puts(b"(null)") if style.variable else 0
    if rec.family == 1 or rec.family == 17 or rec.family == 4 or rec.family == 20:
        if style.resolve is not None:
            return t.puts(style.resolve(low))
        t.ipv4(cython.cast(cython.uint, low))
        if style.cidr:
            length = 0
            if rec.family == 1 or rec.family == 17:
                length = 32
                if (rec.head[1] >> 8) & 0x40:
                    length = rec.extra & 0xFF if destination else rec.extra >> 8
                    if length == 0 or length > 32:
                        length = 32
            if style.cidr_strict or (length < 32 and rec.family == 1):
                t.ch(47)
                t.u64(length)
        return 0
    if rec.family == 2 or rec.family == 18:
        t.ipv6(high, low)
        if style.cidr:
            length = rec.dmask if destination else rec.smask
            if length == 0 or length > 128:
                length = 128
            if style.cidr_strict or length < 128:
                t.ch(47)
                t.u64(length)
        return 0
    if rec.family == 10:
        return isis(t, rec, destination, style.variable)
    if rec.family:
        if low == _BROADCAST and style.broadcast:
            return t.puts(b"Broadcast")
        return t.mac(low)
    return 0


def classful(t, rec, destination, style):
    """snet or dnet: the address cut to its classful network."""
    low: cython.ulonglong = rec.daddr_lo if destination else rec.saddr_lo
    if rec.kind & 0xF0 != 0x80 and rec.present & 2:
        if rec.family == 1 or rec.family == 17:
            if low >> 31 == 0:
                low = low >> 24 << 24
            elif low >> 30 < 3:
                low = low >> 16 << 16
            elif low >> 29 < 7:
                low = low >> 8 << 8
            elif low >> 28 == 15:
                low = 0
            return t.ipv4(cython.cast(cython.uint, low))
        if rec.family == 4:
            return t.ipv4(0)
        if rec.family == 10 or (rec.family == 8 and not destination):
            return t.puts(b"(null)") if style.variable else 0
    return address(t, rec, destination, style)


def port(t, rec, destination, style):
    """sport or dport, or what stands for it in a flow without ports."""
    value: cython.uint = rec.dport if destination else rec.sport
    names: dict
    if rec.kind & 0xF0 == 0x80:
        return t.u64(rec.mar_clients if destination else rec.mar_dropped)
    if not rec.present & 2:
        return 0
    if rec.family == 1 or rec.family == 2:
        if rec.family == 1 and (rec.head[1] >> 8) & 0x80:
            value = 0
        if rec.proto == 6 or rec.proto == 17:
            if style.names <= 1:
                if value == 0:
                    return 0
                names = style.tcp if rec.proto == 6 else style.udp
                if value in names:
                    return t.puts(names[value])
            return t.u64(value)
        if rec.proto == 1 and rec.family == 1:
            t.puts(b"0x")
            return t.hexa(value if destination else ((value & 0xFF) << 8) | (value >> 8), 4)
        if rec.proto == 58 and rec.family == 2:
            value = rec.sport & 0xFF if destination else rec.sport >> 8
            if style.names <= 1:
                t.puts(b"0x")
                return t.hexa(value, 4)
            return t.u64(value)
        if rec.proto == 2 or rec.proto == 51:
            return 0
        if rec.proto == 50:
            if destination:
                t.puts(b"0x")
                if rec.family == 2:
                    return t.hexa((rec.sport << 16) | rec.dport, 1 if style.variable else 8)
                # Readers keep the mask lengths in the high half of the SPI, where they show; several SPIs merged are none.
                return t.hexa(0x20200000 | rec.extra if rec.extra or not rec.merged else 0, 1 if style.variable else 8)
            return 0
        if value == 0 or rec.proto == 0:
            return 0
        return t.u64(value)
    if rec.family == 3:
        value = rec.dsap if destination else rec.ssap
        if style.names > 1:
            return t.u64(value)
        if value == 0:
            return 0
        if value in style.saps:
            return t.puts(style.saps[value])
        t.puts(b"0x")
        return t.hexa(value, 2)
    if rec.family == 10 and destination:
        t.puts(b"0x")
        return t.hexa(rec.isis_sum, 1)
    return 0


def protocol(t, rec, style):
    """The name or number of the upper protocol."""
    if rec.kind & 0xF0 == 0x80:
        return t.puts(b"man")
    if rec.kind & 0xF0 == 0x40:
        return t.puts(b"evt")
    if not rec.present & 2:
        return 0
    if rec.family == 1 or rec.family == 2:
        if style.names > 2:
            return t.u64(rec.proto)
        if rec.proto == 17:
            if rec.net == 0x0A:
                return t.puts(b"rtp")
            if rec.net == 0x09:
                return t.puts(b"rtcp")
            if rec.net == 0x0D:
                return t.puts(b"udt")
        return t.puts(style.protocols[rec.proto])
    if rec.family == 17 or rec.family == 18:
        return t.puts(b"ip ")
    if rec.family == 3:
        if style.names > 2:
            return t.u64(rec.etype)
        if style.names == 2 and rec.etype not in style.ethertypes:
            return t.u64(rec.etype)
        return t.puts(style.ethertypes.get(rec.etype, b"unknown"))
    if rec.family == 4 or rec.family == 20:
        if style.names > 2:
            return t.u64(2054)
        return t.puts(b"arp")
    if rec.family == 5 or rec.family == 21:
        return t.puts(b"rarp")
    if rec.family == 10:
        return t.puts(b"isis")
    if rec.family == 8:
        return t.puts(b"wlan")
    if rec.family == 13:
        return t.puts(b"udt")
    return 0


def station(t, mac, style):
    """A MAC address; all ones is the word Broadcast while names are on."""
    vendor: bytes = style.vendors.get(mac >> 24) if style.vendors else None
    if vendor is not None:
        t.puts(vendor)
        t.ch(95)
        t.hexa((mac >> 16) & 0xFF, 2)
        t.ch(58)
        t.hexa((mac >> 8) & 0xFF, 2)
        t.ch(58)
        return t.hexa(mac & 0xFF, 2)
    if mac == _BROADCAST and style.vendors:
        return 0
    if mac == _BROADCAST and style.names <= 2:
        return t.puts(b"Broadcast")
    return t.mac(mac)


def source(t, rec):
    """srcid: dotted quad, integer or string by the qualifier of the transport DSR, of management records by their status."""
    qual: cython.uint
    value: cython.uint
    octet: cython.uint
    i: cython.int
    if rec.kind & 0xF0 == 0x80:
        value = rec.mar_argusid
        if rec.cause_option & 0xF0 == 0x10:
            value = rec.mar_thisid
        qual = rec.mar_status & 0xE00000
        if qual == 0x400000:
            qual = 0x20
        elif qual == 0x200000:
            qual = 0x21
            value = (value >> 24) | ((value >> 8) & 0xFF00) | ((value << 8) & 0xFF0000) | ((value & 0xFF) << 24)
        else:
            qual = 1
    else:
        if not rec.present & 1:
            return t.puts(b"0.0.0.0")
        qual = (rec.head[0] >> 8) & 0x2F
        value = rec.srcid
    if qual == 0x20:
        return t.i64(cython.cast(cython.longlong, value) - (cython.cast(cython.longlong, value >> 31) << 32))
    if qual == 0x21:
        for i in range(4):
            octet = (value >> (24 - 8 * i)) & 0xFF
            if octet == 0:
                return 0
            t.ch(octet)
        return 0
    return t.ipv4(value)
