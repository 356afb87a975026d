"""Kernel: find the packets of a pcap file in a block of bytes (draft-ietf-opsawg-pcap, "Packet Record")."""

import cython


@cython.cfunc
@cython.inline
def _u32(buf: cython.const[cython.uchar][::1], at: cython.longlong, big: cython.bint) -> cython.longlong:
    """An unsigned 32-bit number at `at`, most significant byte first if `big`."""
    if big:
        return (
            (cython.cast(cython.longlong, buf[at]) << 24)
            | (cython.cast(cython.longlong, buf[at + 1]) << 16)
            | (cython.cast(cython.longlong, buf[at + 2]) << 8)
            | cython.cast(cython.longlong, buf[at + 3])
        )
    return (
        (cython.cast(cython.longlong, buf[at + 3]) << 24)
        | (cython.cast(cython.longlong, buf[at + 2]) << 16)
        | (cython.cast(cython.longlong, buf[at + 1]) << 8)
        | cython.cast(cython.longlong, buf[at])
    )


def scan(
    buf: cython.const[cython.uchar][::1],
    pos: cython.longlong,
    end: cython.longlong,
    big: cython.bint,
    header: cython.longlong,
    swapped: cython.int,
    unit: cython.longlong,
    snaplen: cython.longlong,
    maximum: cython.longlong,
    ts: cython.longlong[::1],
    offset: cython.longlong[::1],
    caplen: cython.uint[::1],
    wirelen: cython.uint[::1],
) -> tuple[int, int, int, int]:
    """Fill the four arrays with the packets that lie wholly in `buf[pos:end]`.

    big: byte order of the file. header: bytes of a packet header, 16 or 24 (the first four words are the same). swapped: 0 captured
    length first, 1 wire length first (versions before 2.3), 2 the smaller of the two is the captured length (version 2.3). unit:
    nanoseconds in one step of the fraction, 1000 or 1. snaplen: a longer packet is handed out cut to this. maximum: a captured
    length above this cannot be true.

    Returns (packets found, position after the last of them, bytes needed from there, packets cut to snaplen). Bytes needed is 0 where
    the arrays are full, -1 where the captured length at that position lies, else the size of the packet, or of its header, that is
    not wholly there.
    """
    count: cython.Py_ssize_t = 0
    limit: cython.Py_ssize_t = ts.shape[0]
    cut: cython.longlong = 0
    need: cython.longlong = 0
    captured: cython.longlong
    wire: cython.longlong
    other: cython.longlong
    kept: cython.longlong
    while count < limit:
        if end - pos < header:
            need = header
            break
        captured = _u32(buf, pos + 8, big)
        wire = _u32(buf, pos + 12, big)
        if swapped == 1 or (swapped == 2 and captured > wire):
            other = captured
            captured = wire
            wire = other
        if captured > maximum:
            need = -1
            break
        if end - pos - header < captured:
            need = header + captured
            break
        kept = captured
        if kept > snaplen:
            kept = snaplen
            cut += 1
        ts[count] = _u32(buf, pos, big) * 1000000000 + _u32(buf, pos + 4, big) * unit
        offset[count] = pos + header
        caplen[count] = cython.cast(cython.uint, kept)
        wirelen[count] = cython.cast(cython.uint, wire)
        count += 1
        pos += header + captured
    return count, pos, need, cut
