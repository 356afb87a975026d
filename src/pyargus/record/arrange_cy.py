"""What a reader does to records beside repairing them: parts left out, one direction kept, sides exchanged by ports and networks.

Source: argus 3 "ra command line", sections "modes" (uni, rmon, dsrs) and "Extra direction".
"""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.repair_cy import rates, reverse
else:
    from pyargus.record.repair_cy import rates, reverse


def strip(rec, keep):
    """Remove the DSRs that are not in `keep` (bit n for index n) from a record."""
    gone: cython.uint = rec.present & ~keep
    if rec.kind & 0xF0 == 0x80 or not gone:
        return 0
    rec.present &= keep
    rec.opaque &= keep
    if gone & 1:
        rec.srcid = rec.inf = rec.seq = 0
    if gone & 2:
        rec.family = rec.proto = 0
    if gone & 4:
        rec.time_form = 0
        rec.sstart_s = rec.sstart_f = rec.send_s = rec.send_f = 0
        rec.dstart_s = rec.dstart_f = rec.dend_s = rec.dend_f = 0
    if gone & 8:
        rec.spkts = rec.sbytes = rec.sapp = rec.dpkts = rec.dbytes = rec.dapp = 0
    if gone & 32:
        rec.net = 0
        rec.tcp_status = 0
    return 0


def one_way(rec, destination):
    """Keep what one side of a repaired record sent; of the destination, as the source of a record of its own.

    Counters and times of the other side become zero, and so do its rates; everything else stays.
    """
    rates(rec)
    rec.halved = 1
    if destination:
        turn(rec)
        rec.srate = rec.drate
    rec.dpkts = rec.dbytes = rec.dapp = 0
    rec.dstart_s = rec.dstart_f = rec.dend_s = rec.dend_f = 0
    rec.dload = rec.drate = 0.0
    return 0


def turn(rec):
    """Exchange source and destination of a repaired record of any kind of flow; ports of every protocol that has them go along."""
    flow: cython.uint = rec.head[1]
    reverse(rec)
    # The marks of a direction that was put right belong to repaired records.
    rec.head[1] = flow
    return 0


def put_right(rec):
    """Exchange the sides of a record whose direction was in doubt; it is marked, so that a reader of what is written finds the old one."""
    turn(rec)
    if rec.family <= 2:
        rec.head[1] ^= 0x402000
    return 0


class Arranger:
    """Which side of a TCP record without a recorded handshake is the initiator, by ports and by networks.

    wellknown, services, registered: the port rules to try, in this order. named: whether a TCP port has a name, a set of numbers.
    local_is_source, local_is_destination: what the local networks decide. networks: pairs of (version, network, mask) as integers.
    """

    def __init__(self, networks=()):
        self.wellknown = self.services = self.registered = self.local_is_source = self.local_is_destination = False
        self.named = frozenset()
        self.networks = list(networks)
        self.count = len(self.networks)
        words = []
        low = (1 << 64) - 1
        for version, network, mask in self.networks:
            words += [version, network >> 64, network & low, mask >> 64, mask & low]
        self.bits = array("Q", words + [0])

    def local(self, family, high, low):
        i: cython.int
        version: cython.ulonglong = 4 if family == 1 else 6
        for i in range(self.count):
            if self.bits[5 * i] == version and high & self.bits[5 * i + 3] == self.bits[5 * i + 1]:
                if low & self.bits[5 * i + 4] == self.bits[5 * i + 2]:
                    return True
        return False

    def by_ports(self, rec):
        """Apply the first port rule that decides; whether one did."""
        s: cython.uint = rec.sport
        d: cython.uint = rec.dport
        if self.wellknown and (s < 1024 or d < 1024):
            if s < d:
                put_right(rec)
            return True
        if self.services and (s in self.named or d in self.named):
            if s in self.named and (d not in self.named or s < d):
                put_right(rec)
            return True
        if self.registered and (1024 <= s <= 49151 or 1024 <= d <= 49151):
            if s < d:
                put_right(rec)
            return True
        return False

    def by_networks(self, rec):
        """Put the local side where it belongs; whether the networks decided."""
        source: cython.bint = self.local(rec.family, rec.saddr_hi, rec.saddr_lo)
        destination: cython.bint = self.local(rec.family, rec.daddr_hi, rec.daddr_lo)
        if source == destination:
            return False
        if source if self.local_is_destination else destination:
            put_right(rec)
        return True

    def arrange(self, rec):
        """Decide the direction of a repaired record whose direction is in doubt."""
        if (rec.family != 1 and rec.family != 2) or rec.proto != 6 or not rec.present & 8 or rec.head[1] & 0x8000:
            return 0
        if (rec.net != 0x03 and rec.net != 0x04 and rec.net != 0x05) or rec.tcp_status & 3:
            return 0
        if self.by_ports(rec):
            return 0
        if self.local_is_source or self.local_is_destination:
            self.by_networks(rec)
        return 0
