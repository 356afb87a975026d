"""What a packet tells of its flow besides counters and protocol state: IP attributes, labels, MAC addresses, interpacket times.

Source: sensor behaviour, "Jitter", "MAC", "IP attributes".
"""

import cython

if cython.compiled:
    from cython.cimports.pyargus.capture.packet_cy import IPV4, IPV6, Packet
    from cython.cimports.pyargus.flow.flow_cy import NET_TCP, Flow, Gaps, Half
else:
    from pyargus.capture.packet_cy import IPV4, IPV6, Packet
    from pyargus.flow.flow_cy import NET_TCP, Flow, Gaps, Half

# The first second counts as no time.
_SECOND = cython.declare(cython.longlong, 1000000)


@cython.cfunc
@cython.exceptval(-1, check=False)
def attributes(p: Packet, flow: Flow, own: Half, from_src: cython.bint) -> cython.int:
    """IP attributes, labels and MAC addresses."""
    _ip_attributes(p, flow, own, from_src)
    if p.has_vlan:
        own.vlan = p.vlan
        own.has_vlan = True
    if p.has_mpls:
        own.mpls = p.mpls
        own.has_mpls = True
    if p.has_mac:
        if not flow.has_mac:
            flow.has_mac = True
            flow.ethertype = p.ethertype
            if from_src:
                flow.dmac, flow.smac = p.dmac, p.smac
            else:
                flow.dmac, flow.smac = p.smac, p.dmac
        elif from_src:
            if flow.dmac != p.dmac or flow.smac != p.smac or flow.ethertype != p.ethertype:
                flow.mac_paths |= 1
        elif flow.dmac != p.smac or flow.smac != p.dmac or flow.ethertype != p.ethertype:
            flow.mac_paths |= 2
    return 0


@cython.cfunc
@cython.exceptval(-1, check=False)
def _ip_attributes(p: Packet, flow: Flow, own: Half, from_src: cython.bint) -> cython.int:
    """TTL, TOS, identification and options of a direction's latest packet."""
    if p.kind == IPV4 or p.kind == IPV6:
        own.ttl = p.ttl
        own.tos = p.tos
        own.ident = p.ident
        flow.attributes |= 1 if from_src else 2
        own.options = p.options
        if p.options:
            flow.attributes |= 4 if from_src else 8
    return 0


@cython.cfunc
@cython.exceptval(-1, check=False)
def jitter_sample(flow: Flow, own: Half, now: cython.longlong, limit: cython.longlong) -> cython.int:
    gap: cython.longlong = now - own.before
    idle: cython.bint = False
    if flow.src.active is None:
        flow.src.active = Gaps()
        flow.src.idle = Gaps()
        flow.dst.active = Gaps()
        flow.dst.idle = Gaps()
    if own.before < _SECOND or gap <= 0 or gap >= limit:
        return 0
    if flow.net == NET_TCP:
        idle = flow.idle
    if idle:
        own.idle.add(gap)
    else:
        own.active.add(gap)
    return 0
