"""Kernel: find the packets of a pcapng section in a block of bytes (draft-ietf-opsawg-pcapng, blocks 2, 3 and 6)."""

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


@cython.cfunc
@cython.inline
def _nanoseconds(
    stamp: cython.ulonglong, binary: cython.bint, exponent: cython.int, scale: cython.ulonglong, shift: cython.longlong
) -> cython.longlong:
    """A time stamp in units of 10**-exponent or 2**-exponent seconds as nanoseconds since 1970, seconds modulo 2**32.

    scale: 10**exponent (decimal only); shift: seconds to add, 0 to 2**32 - 1.
    """
    seconds: cython.ulonglong
    rest: cython.ulonglong
    step: cython.ulonglong = 1
    places: cython.int = exponent
    mask: cython.ulonglong = 0xFFFFFFFF
    if binary:
        seconds = stamp >> places
        rest = stamp - (seconds << places)
        if places > 34:  # keeps the product below 2**64; what is dropped is less than a nanosecond
            rest >>= places - 34
            places = 34
        rest = (rest * 1000000000) >> places
    else:
        seconds = stamp // scale
        rest = stamp - seconds * scale
        while places < 9:
            step *= 10
            places += 1
        rest *= step
        while places > 9:
            step *= 10
            places -= 1
        if exponent > 9:
            rest //= step
    seconds = ((seconds & mask) + cython.cast(cython.ulonglong, shift)) & mask
    return cython.cast(cython.longlong, seconds) * 1000000000 + cython.cast(cython.longlong, rest)


def scan(
    buf: cython.const[cython.uchar][::1],
    pos: cython.longlong,
    end: cython.longlong,
    big: cython.bint,
    interfaces: cython.Py_ssize_t,
    linktype: cython.uint[::1],
    maximum: cython.longlong[::1],
    snaplen: cython.longlong[::1],
    binary: cython.uchar[::1],
    exponent: cython.uchar[::1],
    scale: cython.ulonglong[::1],
    shift: cython.longlong[::1],
    biggest: cython.longlong,
    ts: cython.longlong[::1],
    offset: cython.longlong[::1],
    caplen: cython.uint[::1],
    wirelen: cython.uint[::1],
) -> tuple[int, int, int, int, int]:
    """Fill the four arrays with the packets of one link type in the whole blocks of `buf[pos:end]`; other blocks are passed over.

    big: byte order of the section. interfaces: how many of the section are known, each with one item in the seven arrays that
    follow: link type; largest captured length that can be true; snapshot length, 0 for none; 1 if its time unit is a power of two;
    the exponent of that unit; ten to that exponent; seconds to add modulo 2**32. biggest: largest block that is accepted.

    Returns (packets found, position after the last block read, link type, why, bytes needed or the word that is wrong). Why:
    0 the arrays are full, or the next packet has another link type; 1 the block at that position is not wholly there (bytes needed);
    2 a section header and 3 an interface description come next, whole; faults of the block at that position: 4 length below 12,
    not a multiple of four or above `biggest` (that length), 5 lengths at head and tail differ (that of the tail), 6 no such interface
    (its number), 7 too short for its own fields or its packet (its length), 8 captured length that cannot be true (that length).
    """
    count: cython.Py_ssize_t = 0
    limit: cython.Py_ssize_t = ts.shape[0]
    link: cython.longlong = -1
    why: cython.int = 0
    word: cython.longlong = 0
    kind: cython.longlong
    length: cython.longlong
    captured: cython.longlong
    wire: cython.longlong
    number: cython.longlong
    first: cython.longlong
    stamp: cython.ulonglong
    while count < limit:
        if end - pos < 12:
            why = 1
            word = 12
            break
        kind = _u32(buf, pos, big)
        if kind == 0x0A0D0D0A:
            why = 2
            break
        length = _u32(buf, pos + 4, big)
        if length < 12 or length & 3 or length > biggest:
            why = 4
            word = length
            break
        if end - pos < length:
            why = 1
            word = length
            break
        word = _u32(buf, pos + length - 4, big)
        if word != length:
            why = 5
            break
        if kind == 1:
            why = 3
            break
        if kind != 6 and kind != 3 and kind != 2:
            pos += length
            continue
        first = 12 if kind == 3 else 28
        if length < first + 4:
            why = 7
            break
        number = 0
        stamp = 0
        if kind == 3:
            wire = _u32(buf, pos + 8, big)
            captured = wire
        else:
            if kind == 6:
                number = _u32(buf, pos + 8, big)
            elif big:
                number = (cython.cast(cython.longlong, buf[pos + 8]) << 8) | buf[pos + 9]
            else:
                number = (cython.cast(cython.longlong, buf[pos + 9]) << 8) | buf[pos + 8]
            stamp = (cython.cast(cython.ulonglong, _u32(buf, pos + 12, big)) << 32) | cython.cast(
                cython.ulonglong, _u32(buf, pos + 16, big)
            )
            captured = _u32(buf, pos + 20, big)
            wire = _u32(buf, pos + 24, big)
        if number >= interfaces:
            why = 6
            word = number
            break
        if kind == 3 and snaplen[number] and captured > snaplen[number]:
            captured = snaplen[number]
        if captured > maximum[number]:
            why = 8
            word = captured
            break
        if length - first - 4 < captured:
            why = 7
            break
        if link < 0:
            link = linktype[number]
        elif link != cython.cast(cython.longlong, linktype[number]):
            break
        if kind == 3:
            ts[count] = 0
        else:
            ts[count] = _nanoseconds(stamp, binary[number], exponent[number], scale[number], shift[number])
        offset[count] = pos + first
        caplen[count] = cython.cast(cython.uint, captured)
        wirelen[count] = cython.cast(cython.uint, wire)
        count += 1
        pos += length
    return count, pos, link, why, word
