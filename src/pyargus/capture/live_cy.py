"""Kernels: find the packets that live capture has put into memory, in a block of a packet ring or in what pcapy hands out.

Source: Linux, <linux/if_packet.h> and Documentation/networking/packet_mmap, TPACKET_V3. The ring is in the byte order of the host.
"""

import cython

# Offsets in a packet's header (struct tpacket3_hdr) and, behind it, its link address (struct sockaddr_ll at 48), in bytes:
# 0 next packet, 4 seconds, 8 nanoseconds, 12 captured length, 16 length on the wire, 20 status, 24 (16 bits) frame, 32 tag, 36 (16 bits)
# type of the tag, 58 (8 bits) kind of packet.
HEADER = 68

_TAG_VALID = cython.declare(cython.uint, 0x10)
_TAG_TYPE_VALID = cython.declare(cython.uint, 0x40)
_OUTGOING = cython.declare(cython.int, 4)
_DOT1Q = cython.declare(cython.uint, 0x8100)


def walk(
    buf: cython.uchar[::1],
    words: cython.uint[::1],
    halves: cython.ushort[::1],
    at: cython.Py_ssize_t,
    left: cython.Py_ssize_t,
    snaplen: cython.uint,
    ethernet: cython.bint,
    incoming: cython.bint,
    ts: cython.longlong[::1],
    offset: cython.longlong[::1],
    caplen: cython.uint[::1],
    wirelen: cython.uint[::1],
) -> tuple[int, int, int]:
    """Fill the four arrays with the packets of a block, from the one whose header is at byte `at`; `left` are still to come.

    buf, words, halves: the ring as bytes, 32-bit and 16-bit numbers. snaplen: a longer packet is cut to this. ethernet: a VLAN tag that
    the kernel took off a frame is put back, into the four bytes that the socket reserves before each frame. incoming: leave out
    packets that this host sends, as the loopback interface shows every packet twice.

    Returns (packets found, byte of the next packet's header, packets that are still to come).
    """
    count: cython.Py_ssize_t = 0
    limit: cython.Py_ssize_t = ts.shape[0]
    word: cython.Py_ssize_t
    start: cython.Py_ssize_t
    i: cython.Py_ssize_t
    captured: cython.uint
    wire: cython.uint
    status: cython.uint
    tag: cython.uint
    kind: cython.uint
    while left > 0 and count < limit:
        word = at // 4
        left -= 1
        if not (incoming and buf[at + 58] == _OUTGOING):
            captured = words[word + 3]
            wire = words[word + 4]
            status = words[word + 5]
            start = at + halves[at // 2 + 12]
            tag = words[word + 8]
            if ethernet and captured >= 12 and (tag != 0 or status & _TAG_VALID):
                kind = halves[at // 2 + 18]
                if kind == 0 and not status & _TAG_TYPE_VALID:
                    kind = _DOT1Q
                start -= 4
                for i in range(start, start + 12):
                    buf[i] = buf[i + 4]
                buf[start + 12] = cython.cast(cython.uchar, kind >> 8)
                buf[start + 13] = cython.cast(cython.uchar, kind & 0xFF)
                buf[start + 14] = cython.cast(cython.uchar, (tag >> 8) & 0xFF)
                buf[start + 15] = cython.cast(cython.uchar, tag & 0xFF)
                captured += 4
                wire += 4
            if captured > snaplen:
                captured = snaplen
            ts[count] = cython.cast(cython.longlong, words[word + 1]) * 1000000000 + words[word + 2]
            offset[count] = start
            caplen[count] = captured
            wirelen[count] = wire
            count += 1
        at += words[word]
    return count, at, left


def unpack(
    meta: cython.const[cython.uint][::1],
    snaplen: cython.uint,
    ts: cython.longlong[::1],
    offset: cython.longlong[::1],
    caplen: cython.uint[::1],
    wirelen: cython.uint[::1],
) -> int:
    """Fill the four arrays from what pcapy's `next_batch` says of whole packets, four numbers each: seconds, microseconds, offset and
    length. snaplen: a longer packet is cut to this. Returns the number of packets."""
    count: cython.Py_ssize_t = meta.shape[0] // 4
    i: cython.Py_ssize_t
    length: cython.uint
    if count > ts.shape[0]:
        count = ts.shape[0]
    for i in range(count):
        length = meta[4 * i + 3]
        ts[i] = cython.cast(cython.longlong, meta[4 * i]) * 1000000000 + cython.cast(cython.longlong, meta[4 * i + 1]) * 1000
        offset[i] = meta[4 * i + 2]
        wirelen[i] = length
        caplen[i] = length if length <= snaplen else snaplen
    return count
