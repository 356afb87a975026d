"""Kernel: frames of raw IPv4 out of the records of a TSH file (NLANR Passive Measurement and Analysis, "Time Sequenced Headers").

A record is 44 bytes, big-endian: seconds, 8 bits of interface and 24 of microseconds, the IPv4 header without its options (20 bytes),
the first 16 bytes behind it.
"""

import cython


def scan(
    buf: cython.const[cython.uchar][::1],
    pos: cython.longlong,
    end: cython.longlong,
    out: cython.uchar[::1],
    ts: cython.longlong[::1],
    offset: cython.longlong[::1],
    caplen: cython.uint[::1],
    wirelen: cython.uint[::1],
) -> tuple[int, int, bool]:
    """Fill the four arrays with the records that lie wholly in `buf[pos:end]`, and `out`, of 80 bytes for each, with the frames.

    Options of the IPv4 header, which are not recorded, are zeros, so that what follows stands where the header says. So are checksum
    and urgent pointer of TCP. A frame's length on the wire is that of the IPv4 datagram.

    Returns (frames, position after the last record, whether the record there has no IPv4 header).
    """
    count: cython.Py_ssize_t = 0
    limit: cython.Py_ssize_t = ts.shape[0]
    at: cython.longlong = 0
    i: cython.longlong
    head: cython.longlong
    total: cython.longlong
    size: cython.longlong
    while count < limit and end - pos >= 44:
        head = 4 * cython.cast(cython.longlong, buf[pos + 8] & 0x0F)
        if buf[pos + 8] >> 4 != 4 or head < 20:
            return count, pos, True
        total = (cython.cast(cython.longlong, buf[pos + 10]) << 8) | buf[pos + 11]
        for i in range(20):
            out[at + i] = buf[pos + 8 + i]
        for i in range(20, head):
            out[at + i] = 0
        for i in range(16):
            out[at + head + i] = buf[pos + 28 + i]
        size = head + 16
        if buf[pos + 17] == 6 and not (buf[pos + 14] & 0x1F or buf[pos + 15]):
            for i in range(4):
                out[at + size + i] = 0
            size += 4
        ts[count] = (
            (cython.cast(cython.longlong, buf[pos]) << 24)
            | (cython.cast(cython.longlong, buf[pos + 1]) << 16)
            | (cython.cast(cython.longlong, buf[pos + 2]) << 8)
            | buf[pos + 3]
        ) * 1000000000 + (
            (cython.cast(cython.longlong, buf[pos + 5]) << 16) | (cython.cast(cython.longlong, buf[pos + 6]) << 8) | buf[pos + 7]
        ) * 1000
        offset[count] = at
        caplen[count] = cython.cast(cython.uint, size if size < total else total)
        wirelen[count] = cython.cast(cython.uint, total)
        count += 1
        at += 80
        pos += 44
    return count, pos, False
