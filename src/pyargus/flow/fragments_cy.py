"""A datagram's later fragments: what they cover of it, and how they are counted in the flow of its first one.

Source: RFC 791, 3.2; sensor behaviour, "Fragments".
"""

from bisect import bisect_left
from operator import itemgetter

import cython

if cython.compiled:
    from cython.cimports.pyargus.flow.flow_cy import Flow, Half
else:
    from pyargus.flow.flow_cy import Flow, Half

_END = itemgetter(1)


@cython.cfunc
@cython.exceptval(-1, check=False)
def cover(flow: Flow, start: cython.longlong, end: cython.longlong) -> cython.int:
    """Count the bytes that a fragment adds to those covered; `covered` holds stretches that neither overlap nor touch, in order."""
    covered: list = flow.covered
    first: cython.Py_ssize_t = bisect_left(covered, start, key=_END)
    last: cython.Py_ssize_t = first
    low: cython.longlong = start
    high: cython.longlong = end
    before: cython.longlong = 0
    while last < len(covered) and covered[last][0] <= high:
        low = min(low, covered[last][0])
        high = max(high, covered[last][1])
        before += covered[last][1] - covered[last][0]
        last += 1
    covered[first:last] = [(low, high)]
    if high - low - before < end - start:
        flow.overlaps = True
    flow.fragment_sum += cython.cast(cython.uint, high - low - before)
    return 0


@cython.cfunc
@cython.exceptval(-1, check=False)
def merge(flow: Flow, parent: Flow) -> cython.int:
    """Add what a fragment flow has counted since its last report to its parent."""
    straight: cython.bint = flow.src_second == parent.src_second
    if flow.reported:
        flow.clear_interval()
    if flow.src.packets:
        _merge_half(flow.src, parent, straight)
    if flow.dst.packets:
        _merge_half(flow.dst, parent, not straight)
    return 0


@cython.cfunc
@cython.exceptval(-1, check=False)
def _merge_half(part: Half, parent: Flow, to_src: cython.bint) -> cython.int:
    own: Half
    latest: cython.longlong = part.last if part.last else part.first
    if parent.reported:
        parent.clear_interval()
    own = parent.src if to_src else parent.dst
    if own.packets == 0 or own.first == 0:
        own.first = part.first
        own.last = part.last
    elif parent.time_form == 1:
        # A parent that has seen one packet in its life takes over the fragments' range.
        if part.first < own.first:
            own.first = part.first
        own.last = latest
    elif latest > own.first and latest > own.last:
        own.last = latest
    parent.time_form = 2
    own.packets += part.packets
    own.bytes += part.bytes
    parent.attributes |= 0x10 if to_src else 0x20
    part.packets = 0
    part.bytes = 0
    part.app = 0
    part.first = 0
    part.last = 0
    return 0
