"""A buffer of text and the formatters of numbers and addresses that write into it.

Numbers come out as C's printf writes them: `fixed` is `%.pf` with correct rounding of the exact binary value, including the sign of a
negative zero and of a NaN.
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.libc.math import copysign, isinf, isnan
    from cython.cimports.libc.string import memmove, memset
else:
    from math import copysign, isinf, isnan


class Text:
    """Bytes of text. `n`: how many there are."""

    def __init__(self):
        self.store = bytearray(1 << 17)
        self.s = memoryview(self.store)
        self.n = 0

    def room(self, more):
        """Make sure that `more` bytes can be put."""
        if self.n + more > self.s.shape[0]:
            store = bytearray(max(2 * len(self.store), self.n + more))
            store[: self.n] = self.store[: self.n]
            self.store = store
            self.s = memoryview(store)
        return 0

    def take(self):
        """What was written since the last call."""
        data = bytes(memoryview(self.store)[: self.n])
        self.n = 0
        return data

    def ch(self, c):
        self.s[self.n] = c
        self.n += 1
        return 0

    def puts(self, text):
        size: cython.Py_ssize_t = len(text)
        i: cython.Py_ssize_t
        if size > 24:
            return self.copy(text)
        for i in range(size):
            self.s[self.n + i] = text[i]
        self.n += size
        return 0

    def copy(self, text):
        """A long text; apart from `puts` because the slices need a stack frame that costs more than a short text."""
        size: cython.Py_ssize_t = len(text)
        view: cython.const[cython.uchar][::1] = text
        if size > 256:
            self.room(size + 256)
        self.s[self.n:self.n + size] = view
        self.n += size
        return 0

    def span(self, data, offset, count):
        """`count` bytes of `data` from `offset`, as they are. Raises IndexError for some that it does not have."""
        if count <= 0:
            return 0
        if offset < 0 or offset + count > data.shape[0]:
            raise IndexError("bytes beyond the data")
        self.room(count + 256)
        if cython.compiled:
            memmove(cython.address(self.s[self.n]), cython.address(data[offset]), count)
        else:
            self.s[self.n:self.n + count] = data[offset:offset + count]
        self.n += count
        return 0

    def fill(self, mark, width, right):
        """Blanks around what was put from `mark` on, which has no more than `width` bytes: before it, or behind it."""
        size: cython.Py_ssize_t = self.n - mark
        if mark < 0 or size < 0 or size > width or mark + width > self.s.shape[0]:
            raise IndexError("a column beyond the buffer")
        self.n = mark + width
        if size == width:
            return 0
        if cython.compiled:
            if right and size:
                memmove(cython.address(self.s[mark + width - size]), cython.address(self.s[mark]), size)
            memset(cython.address(self.s[mark if right else mark + size]), 32, width - size)
        elif right:
            self.s[mark : mark + width] = b" " * (width - size) + bytes(self.s[mark : mark + size])
        else:
            self.s[mark + size : mark + width] = b" " * (width - size)
        return 0

    def u64(self, v):
        """Decimal."""
        digits: cython.int = 1
        rest: cython.ulonglong = v
        at: cython.Py_ssize_t
        while rest >= 10:
            rest //= 10
            digits += 1
        at = self.n + digits
        self.n = at
        while digits:
            at -= 1
            self.s[at] = 48 + v % 10
            v //= 10
            digits -= 1
        return 0

    def i64(self, v):
        if v < 0:
            self.ch(45)
            return self.u64(cython.cast(cython.ulonglong, -v))
        return self.u64(v)

    def hexa(self, v, digits):
        """Lower-case hexadecimal, at least `digits` long."""
        need: cython.int = 1
        rest: cython.ulonglong = v >> 4
        nibble: cython.uint
        at: cython.Py_ssize_t
        while rest:
            rest >>= 4
            need += 1
        if need < digits:
            need = digits
        at = self.n + need
        self.n = at
        while need:
            at -= 1
            nibble = v & 15
            self.s[at] = nibble + (48 if nibble < 10 else 87)
            v >>= 4
            need -= 1
        return 0

    def zeros(self, v, digits):
        """Decimal in exactly `digits` digits, leading zeros."""
        at: cython.Py_ssize_t = self.n + digits
        self.n = at
        while digits > 0:
            at -= 1
            self.s[at] = 48 + v % 10
            v //= 10
            digits -= 1
        return 0

    def fixed(self, v, p):
        """`%.pf`. The product with the power of ten is trusted where it is not near a rounding boundary, else Python formats the number."""
        scale: cython.double = 1.0
        whole: cython.ulonglong
        part: cython.ulonglong
        rest: cython.double
        i: cython.int
        if isnan(v):
            if copysign(1.0, v) < 0:
                self.ch(45)
            return self.puts(b"nan")
        if copysign(1.0, v) < 0:
            self.ch(45)
            v = -v
        if isinf(v):
            return self.puts(b"inf")
        if v < 1e15 and p <= 9:
            for i in range(p):
                scale *= 10.0
            whole = cython.cast(cython.ulonglong, v) if cython.compiled else int(v)
            rest = (v - whole) * scale
            part = cython.cast(cython.ulonglong, rest) if cython.compiled else int(rest)
            rest -= part
            if p == 0:
                if rest > 0.5 or (rest == 0.5 and whole & 1):
                    whole += 1
                return self.u64(whole)
            if rest < 0.499999 or rest > 0.500001:
                if rest > 0.5:
                    part += 1
                    if part >= cython.cast(cython.ulonglong, scale) if cython.compiled else part >= int(scale):
                        part = 0
                        whole += 1
                self.u64(whole)
                self.ch(46)
                return self.zeros(part, p)
        return self.puts(b"%.*f" % (p, v))

    def mac(self, v):
        """Six bytes, colons between."""
        i: cython.int
        octet: cython.uint
        for i in range(6):
            if i:
                self.ch(58)
            octet = (v >> (40 - 8 * i)) & 0xFF
            self.ch((octet >> 4) + (48 if octet >> 4 < 10 else 87))
            self.ch((octet & 15) + (48 if octet & 15 < 10 else 87))
        return 0

    def ipv4(self, v):
        """Dotted quad."""
        i: cython.int
        octet: cython.uint
        at: cython.Py_ssize_t = self.n
        for i in range(4):
            if i:
                self.s[at] = 46
                at += 1
            octet = (v >> (24 - 8 * i)) & 0xFF
            if octet >= 100:
                self.s[at] = 48 + octet // 100
                at += 1
            if octet >= 10:
                self.s[at] = 48 + octet // 10 % 10
                at += 1
            self.s[at] = 48 + octet % 10
            at += 1
        self.n = at
        return 0

    def ipv6(self, hi, lo):
        """The form of inet_ntop: lower case, the longest run of two or more zero groups as `::`, embedded IPv4 dotted."""
        i: cython.int
        run: cython.int = 0
        best: cython.int = -1
        length: cython.int = 1
        group: cython.uint
        for i in range(8):
            group = (hi >> (48 - 16 * i)) & 0xFFFF if i < 4 else (lo >> (112 - 16 * i)) & 0xFFFF
            if group == 0:
                run += 1
                if run > length:
                    length = run
                    best = i - run + 1
            else:
                run = 0
        i = 0
        while i < 8:
            if i == best:
                self.puts(b"::")
                i += length
                continue
            if i and i != best + length:
                self.ch(58)
            elif i and best < 0:
                self.ch(58)
            if i == 6 and best == 0 and (length == 6 or (length == 5 and hi == 0 and (lo >> 32) & 0xFFFF == 0xFFFF)):
                return self.ipv4(cython.cast(cython.uint, lo & cython.cast(cython.ulonglong, 0xFFFFFFFF)))
            group = (hi >> (48 - 16 * i)) & 0xFFFF if i < 4 else (lo >> (112 - 16 * i)) & 0xFFFF
            self.hexa(group, 1)
            i += 1
        return 0
