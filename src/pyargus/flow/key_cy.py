"""Flow keys: which packets belong together, and which of the two endpoints sent this one.

A key is brought into canonical order so that both directions make the same one; `Key.swapped` keeps that the sender is the second
endpoint. Word values of k4 are the bytes as they stand in the flow key DSR, so little-endian fields are swapped here. Source:
sensor behaviour, "Flow keys and direction"; argus 3 record format, "Flow key".
"""

import cython

if cython.compiled:
    from cython.cimports.pyargus.capture.packet_cy import ARP, ETHERNET, IPV4, IPV6, RARP, Packet
    from cython.cimports.pyargus.flow.flow_cy import Flow, Key
else:
    from pyargus.capture.packet_cy import ARP, ETHERNET, IPV4, IPV6, RARP, Packet
    from pyargus.flow.flow_cy import Flow, Key

# values of KeyMaker.matrix
FIVE_TUPLE = 0
LAYER_2_MATRIX = 2
LAYER_3_MATRIX = 3


# Multipliers of the key hash; 64-bit constants need a C type to stay out of Python integers.
_ODD_1 = cython.declare(cython.ulonglong, 0x9E3779B97F4A7C15)
_ODD_2 = cython.declare(cython.ulonglong, 0xD6E8FEB86659FD93)
_ALL = cython.declare(cython.ulonglong, 0xFFFFFFFFFFFFFFFF)

# Constants above 2**31 need a C type to stay out of Python integers.
_U32 = cython.declare(cython.ulonglong, 0xFFFFFFFF)


@cython.cfunc
@cython.exceptval(0xFFFFFFFF, check=True)
def _le16(value: cython.uint) -> cython.uint:
    return ((value & 0xFF) << 8) | ((value >> 8) & 0xFF)


@cython.cfunc
@cython.exceptval(0, check=True)
def key_hash(key: Key) -> cython.uint:
    """32 bits, never 0 (an empty slot of the table)."""
    h: cython.ulonglong
    h = (key.k0 ^ (key.k4 * _ODD_1)) & _ALL
    h = ((h ^ (h >> 32)) * _ODD_2) & _ALL
    h = h ^ key.k1 ^ (key.k2 * _ODD_1) ^ (key.k3 * _ODD_2) ^ (key.k5 << 7)
    h = (((h ^ (h >> 32)) & _ALL) * _ODD_2) & _ALL
    if key.extra is not None:
        h ^= cython.cast(cython.ulonglong, hash(key.extra) & _U32)
    h = (h ^ (h >> 32)) & _U32
    return cython.cast(cython.uint, h | 1)


@cython.cfunc
@cython.exceptval(-1, check=False)
def same(key: Key, flow: Flow) -> cython.bint:
    return (
        key.k0 == flow.k0
        and key.k4 == flow.k4
        and key.k5 == flow.k5
        and key.k1 == flow.k1
        and key.k2 == flow.k2
        and key.k3 == flow.k3
        and (key.extra is None or key.extra == flow.extra)
    )


@cython.final
@cython.cclass
class KeyMaker:
    """Makes keys by the configured flow model.

    one_way: each direction is a flow of its own; matrix: 2 for MAC pairs, 3 for address pairs; by_vlan, by_mpls: the label is part of
    the key.
    """

    def __init__(self, one_way: bool = False, matrix: int = 0, by_vlan: bool = False, by_mpls: bool = False) -> None:
        self.one_way = one_way
        self.matrix = matrix
        self.by_vlan = by_vlan
        self.by_mpls = by_mpls
        self.last_vlan = 0
        self.last_label = 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def make(self, p: Packet, key: Key) -> cython.int:
        """Fill `key` for the packet. k5: protocol, quoted protocol << 8, kind << 16, fragment << 24, address matrix << 25,
        labels above."""
        key.kind = p.kind
        key.k0 = key.k1 = key.k2 = key.k3 = key.k4 = 0
        key.k5 = cython.cast(cython.ulonglong, p.kind) << 16
        key.extra = None
        key.swapped = False
        key.reply = False
        if self.matrix == 2 and p.has_mac:
            key.kind = ETHERNET
            key.k0 = p.dmac
            key.k1 = p.smac
            key.k4 = cython.cast(cython.ulonglong, p.ethertype) << 16
            key.k5 = 3 << 16
            if not self.one_way:
                self.ethernet_order(p, key)
            return 0
        if self.by_vlan and p.has_vlan:
            self.last_vlan = p.vlan & 0xFFF
        if self.by_mpls and p.has_mpls:
            self.last_label = p.mpls >> 12
        if p.kind == IPV4:
            self.ipv4(p, key)
        elif p.kind == IPV6:
            self.ipv6(p, key)
        elif p.kind == ETHERNET:
            self.ethernet(p, key)
        elif p.kind == ARP:
            self.arp(p, key)
        elif p.kind == RARP:
            self.rarp(p, key)
        else:
            key.extra = p.extra
        # A packet without a tag takes the last tag seen, as the reference does.
        if self.by_vlan:
            key.k5 |= cython.cast(cython.ulonglong, self.last_vlan) << 28
        if self.by_mpls:
            key.k5 |= cython.cast(cython.ulonglong, self.last_label) << 40
        return 0

    # ---- address pairs

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def pair_ipv4(self, key: Key, source: cython.ulonglong, destination: cython.ulonglong, order: cython.bint) -> cython.int:
        """Both addresses in k0, the smaller first where the key is ordered."""
        if order and not self.one_way and not self.by_vlan and not self.by_mpls and source > destination:
            key.swapped = True
            key.k0 = (destination << 32) | source
        else:
            key.k0 = (source << 32) | destination
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def pair_ipv6(self, p: Packet, key: Key, order: cython.bint) -> cython.int:
        """The larger address first where the key is ordered."""
        if order and not self.one_way and (p.s0 < p.d0 or (p.s0 == p.d0 and p.s1 < p.d1)):
            key.swapped = True
            key.k0, key.k1, key.k2, key.k3 = p.d0, p.d1, p.s0, p.s1
        else:
            key.k0, key.k1, key.k2, key.k3 = p.s0, p.s1, p.d0, p.d1
        return 0

    # ---- families

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def ipv4(self, p: Packet, key: Key) -> cython.int:
        first: cython.uint = p.sport
        second: cython.uint = p.dport
        last: cython.uint = 0
        if self.matrix == 3:
            key.k0 = (p.s1 << 32) | p.d1
            key.k5 = (1 << 16) | (1 << 25)
            return 0
        if p.fragment:
            return self.fragment(p, key)
        key.k5 |= p.proto
        if p.proto == 6 or p.proto == 17:
            self.pair_ipv4(key, p.s1, p.d1, True)
            if p.s1 == p.d1 and p.sport > p.dport and not self.one_way:
                key.swapped = True
            if key.swapped:
                first, second = second, first
            if p.proto == 17 and (p.sport == 53 or p.dport == 53) and p.end - p.l4 >= 10:
                last = _le16(p.u16(p.l4 + 8))
            key.k4 = (cython.cast(cython.ulonglong, first) << 32) | (second << 16) | last
        elif p.proto == 1:
            self.icmp(p, key, p.l4, p.s1, p.d1)
        elif p.proto == 2:
            self.igmp(p, key, p.l4, p.s1, p.d1, p.ident)
        elif p.proto == 50:
            self.pair_ipv4(key, p.s1, p.d1, False)
            if p.end - p.l4 >= 4:
                key.k4 = p.u32(p.l4)
        else:
            self.pair_ipv4(key, p.s1, p.d1, p.authenticated == 0)
            if p.authenticated == 1:
                self.icmp(p, key, p.l4, p.s1, p.d1)
            elif p.authenticated == 2:
                self.igmp(p, key, p.l4, p.s1, p.d1, _le16(p.ident))
            elif p.authenticated == 50 and p.end - p.l4 >= 4:
                key.k4 = (_le16(p.u16(p.l4 + 2)) << 16) | _le16(p.u16(p.l4))
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def fragment(self, p: Packet, key: Key) -> cython.int:
        """The key of a datagram's fragments: ordered addresses, protocol and identification."""
        key.k1 = key.k2 = key.k3 = 0
        key.swapped = False
        key.reply = False
        key.extra = None
        key.kind = p.kind
        key.k5 = p.proto | (cython.cast(cython.ulonglong, p.kind) << 16) | (1 << 24)
        if p.kind == IPV4:
            self.pair_ipv4(key, p.s1, p.d1, True)
            key.k4 = _le16(p.fragment_id)
        else:
            self.pair_ipv6(p, key, True)
            key.k4 = (_le16(p.fragment_id & 0xFFFF) << 16) | _le16(p.fragment_id >> 16)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def igmp(
        self,
        p: Packet,
        key: Key,
        o: cython.Py_ssize_t,
        source: cython.ulonglong,
        destination: cython.ulonglong,
        ident: cython.uint,
    ) -> cython.int:
        """The message at `o`. Only a general query has no group, it stands for its destination."""
        group: cython.ulonglong = destination
        words: cython.ulonglong = 0
        if p.end - o >= 2:
            words = p.u16(o)
        if p.end - o < 8 and words >> 8 != 0x11:
            group = 0
        elif p.end - o >= 8 and (p.u32(o + 4) != 0 or words >> 8 != 0x11):
            group = p.u32(o + 4)
        self.pair_ipv4(key, source, group, False)
        key.k4 = (words << 32) | ident
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def icmp(
        self, p: Packet, key: Key, o: cython.Py_ssize_t, source: cython.ulonglong, destination: cython.ulonglong
    ) -> cython.int:
        """The message at `o`: a query and its reply share a key, errors have one of what they quote."""
        left: cython.Py_ssize_t = p.end - o
        kind: cython.uint = 0
        code: cython.uint = 0
        inner: cython.uint = 0
        words: cython.ulonglong = 0
        if left >= 1:
            kind = p.buf[o]
        if left >= 2:
            code = p.buf[o + 1]
        if kind == 0 or kind == 14 or kind == 16 or kind == 18:
            # A reply belongs to the flow of its request.
            key.swapped = True
            key.reply = True
            key.k0 = (destination << 32) | source
            kind = 8 if kind == 0 else kind - 1
        else:
            key.k0 = (source << 32) | destination
        if (kind >= 8 and kind <= 10) or (kind >= 13 and kind <= 18):
            code = 0
        if kind == 8 and left >= 6:
            words = (_le16(p.u16(o + 4)) << 16) | (_le16(p.u16(o + 6)) if left >= 8 else 0)
        elif (kind == 3 or kind == 5) and left >= 28:
            if code == 0 or code == 1:
                words = p.u32(o + 24)
            elif kind == 3 and code == 2:
                words = cython.cast(cython.ulonglong, p.buf[o + 17]) << 24
            elif kind == 3 and code == 3:
                inner = p.buf[o + 17]
                if left >= 32:
                    words = cython.cast(cython.ulonglong, _le16(p.u16(o + 8 + (p.buf[o + 8] & 0x0F) * 4 + 2))) << 16 if (
                        o + 12 + (p.buf[o + 8] & 0x0F) * 4 <= p.end
                    ) else 0
            elif kind == 5 and (code == 2 or code == 3):
                words = cython.cast(cython.ulonglong, p.buf[o + 9]) << 24
        key.k4 = (cython.cast(cython.ulonglong, (kind << 8) | code) << 32) | words
        key.k5 |= inner << 8
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def quoted(self, p: Packet, o: cython.Py_ssize_t, key: Key) -> cython.int:
        """The key of the datagram that an ICMP error quotes at `o`. 1 where there is one; its sender is the error's receiver."""
        proto: cython.uint
        first: cython.uint = 0
        second: cython.uint = 0
        last: cython.uint = 0
        t: cython.Py_ssize_t
        if p.end - o < 20 or p.buf[o] >> 4 != 4:
            return 0
        proto = p.buf[o + 9]
        t = o + (p.buf[o] & 0x0F) * 4
        key.kind = IPV4
        key.k1 = key.k2 = key.k3 = key.k4 = 0
        key.extra = None
        key.swapped = False
        key.reply = False
        key.k5 = proto | (1 << 16)
        if proto == 6 or proto == 17:
            # Ports, as in a packet, where the datagram is long enough for a whole header.
            if p.end - t >= 4 and p.u16(o + 2) >= t - o + (20 if proto == 6 else 8):
                first = p.u16(t)
                second = p.u16(t + 2)
            self.pair_ipv4(key, p.u32(o + 12), p.u32(o + 16), True)
            if p.u32(o + 12) == p.u32(o + 16) and first > second and not self.one_way:
                key.swapped = True
            if key.swapped:
                first, second = second, first
            if proto == 17 and (first == 53 or second == 53) and p.end - t >= 10:
                last = _le16(p.u16(t + 8))
            key.k4 = (cython.cast(cython.ulonglong, first) << 32) | (second << 16) | last
        elif proto == 1:
            self.icmp(p, key, t, p.u32(o + 12), p.u32(o + 16))
        elif proto == 2:
            self.igmp(p, key, t, p.u32(o + 12), p.u32(o + 16), p.u16(o + 4))
        else:
            self.pair_ipv4(key, p.u32(o + 12), p.u32(o + 16), proto != 50)
            if proto == 50 and p.end - t >= 4:
                key.k4 = p.u32(t)
        if self.by_vlan:
            key.k5 |= cython.cast(cython.ulonglong, self.last_vlan) << 28
        if self.by_mpls:
            key.k5 |= cython.cast(cython.ulonglong, self.last_label) << 40
        return 1

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def ipv6(self, p: Packet, key: Key) -> cython.int:
        kind: cython.uint
        if p.fragment:
            return self.fragment(p, key)
        key.k5 |= p.proto
        self.pair_ipv6(p, key, True)
        if p.proto == 6 or p.proto == 17:
            if key.swapped:
                key.k4 = (cython.cast(cython.ulonglong, p.dport) << 16) | p.sport
            else:
                key.k4 = (cython.cast(cython.ulonglong, p.sport) << 16) | p.dport
        elif p.proto == 58 and p.end - p.l4 >= 2:
            kind = p.buf[p.l4]
            if kind == 129 or kind == 131 or kind == 145:
                kind -= 1
            elif kind == 132:
                kind = 130
            elif kind == 134 or kind == 136:
                kind -= 1
            key.k4 = (cython.cast(cython.ulonglong, kind) << 24) | (cython.cast(cython.ulonglong, p.buf[p.l4 + 1]) << 16)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def ethernet(self, p: Packet, key: Key) -> cython.int:
        """MAC pair, destination first as in the frame, the larger first in canonical order; type or SAPs in k4."""
        key.k0 = p.dmac
        key.k1 = p.smac
        key.k4 = cython.cast(cython.ulonglong, p.keytype) << 16
        if p.keytype == 0 or p.keytype == 0x83:
            key.k4 |= (p.dsap << 8) | p.ssap
        return self.ethernet_order(p, key)

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def ethernet_order(self, p: Packet, key: Key) -> cython.int:
        # Of OSI frames that are no IS-IS flows each direction is a flow of its own.
        if self.matrix != 2 and not self.one_way and p.dmac < p.smac and p.keytype != 0x83:
            key.swapped = True
            key.k0 = p.smac
            key.k1 = p.dmac
            if p.keytype == 0:
                key.k4 = (p.ssap << 8) | p.dsap
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def arp(self, p: Packet, key: Key) -> cython.int:
        """The request's view: hardware and protocol type, lengths, operation 1, requester's address, target, requester's MAC."""
        data: bytes = p.extra
        hln: cython.Py_ssize_t = data[4]
        pln: cython.Py_ssize_t = data[5]
        sender: bytes = data[8 + hln : 8 + hln + pln]
        target: bytes = data[8 + 2 * hln + pln :]
        if pln != 4:
            # Of addresses that are not of IPv4 the reference keeps none: all such packets are one flow.
            key.extra = bytes(12)
        elif data[7] == 2:
            key.swapped = True
            key.reply = True
            key.extra = data[:6] + b"\0\1" + target + sender + data[8 + hln + pln : 8 + 2 * hln + pln]
        else:
            key.extra = data[:8] + sender + target + data[8 : 8 + hln]
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def rarp(self, p: Packet, key: Key) -> cython.int:
        """Target protocol address, source and target hardware address; a request is turned round and has no address."""
        data: bytes = p.extra
        hln: cython.Py_ssize_t = data[4]
        pln: cython.Py_ssize_t = data[5]
        target: bytes = data[8 + 2 * hln + pln :][:4].ljust(4, b"\0")[:: 1 if pln == 4 else -1]
        asker: bytes = data[8 : 8 + hln]
        asked: bytes = data[8 + hln + pln : 8 + 2 * hln + pln]
        if data[7] == 3:
            key.extra = data[:6] + b"\0\3\0\0\0\0" + asked + asker
        else:
            key.extra = data[:6] + b"\0\3" + target + asker + asked
        return 0
