"""Kernel: the packets of two sources as one, in the order of their times."""

import cython


def merge(
    a_buf: cython.const[cython.uchar][::1],
    a_ts: cython.const[cython.longlong][::1],
    a_offset: cython.const[cython.longlong][::1],
    a_caplen: cython.const[cython.uint][::1],
    a_wirelen: cython.const[cython.uint][::1],
    a_at: cython.Py_ssize_t,
    a_end: cython.Py_ssize_t,
    b_buf: cython.const[cython.uchar][::1],
    b_ts: cython.const[cython.longlong][::1],
    b_offset: cython.const[cython.longlong][::1],
    b_caplen: cython.const[cython.uint][::1],
    b_wirelen: cython.const[cython.uint][::1],
    b_at: cython.Py_ssize_t,
    b_end: cython.Py_ssize_t,
    buf: cython.uchar[::1],
    ts: cython.longlong[::1],
    offset: cython.longlong[::1],
    caplen: cython.uint[::1],
    wirelen: cython.uint[::1],
) -> int:
    """Copy packets `a_at` to `a_end` of one batch and `b_at` to `b_end` of another into a third, oldest first; of two with the same time
    the one of the first batch comes first. The third has room for all of them. Returns how many there are."""
    count: cython.Py_ssize_t = 0
    place: cython.Py_ssize_t = 0
    start: cython.Py_ssize_t
    size: cython.Py_ssize_t
    while a_at < a_end or b_at < b_end:
        if b_at >= b_end or (a_at < a_end and a_ts[a_at] <= b_ts[b_at]):
            ts[count] = a_ts[a_at]
            caplen[count] = a_caplen[a_at]
            wirelen[count] = a_wirelen[a_at]
            start = a_offset[a_at]
            size = a_caplen[a_at]
            buf[place : place + size] = a_buf[start : start + size]
            a_at += 1
        else:
            ts[count] = b_ts[b_at]
            caplen[count] = b_caplen[b_at]
            wirelen[count] = b_wirelen[b_at]
            start = b_offset[b_at]
            size = b_caplen[b_at]
            buf[place : place + size] = b_buf[start : start + size]
            b_at += 1
        offset[count] = place
        place += size
        count += 1
    return count


def before(ts: cython.const[cython.longlong][::1], at: cython.Py_ssize_t, end: cython.Py_ssize_t, horizon: cython.longlong) -> int:
    """The first packet of `at` to `end` whose time is not before `horizon`; the times are in order."""
    middle: cython.Py_ssize_t
    while at < end:
        middle = (at + end) // 2
        if ts[middle] < horizon:
            at = middle + 1
        else:
            end = middle
    return at
