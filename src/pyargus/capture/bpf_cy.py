"""The classic BPF machine: accumulator A, index X, 16 memory words. Only `ja` jumps back, as `protochain` makes it.

A frame for which a program goes back more often than any chain of headers is long is rejected, and so is one of which an instruction
reads beyond the captured bytes, as the kernel's machine does. Source: McCanne and Jacobson, "The BSD Packet Filter", 1993; instruction
encoding of <pcap/bpf.h>.
"""

from array import array

import cython

# Constants above 2**31 need a C type to stay out of Python integers.
_U32 = cython.declare(cython.ulonglong, 0xFFFFFFFF)


@cython.final
@cython.cclass
class FilterProgram:
    """One compiled filter; the three arrays (type 'I') hold an instruction at each index, jumps as (if true << 8 | if false)."""

    def __init__(self, codes, jumps, constants) -> None:  # type: ignore[no-untyped-def]
        self.codes = memoryview(codes)
        self.jumps = memoryview(jumps)
        self.constants = memoryview(constants)
        self.memory = memoryview(array("I", [0] * 16))

    def matches(self, frame, wire: int) -> bool:  # type: ignore[no-untyped-def]
        """Whether a frame (bytes) that measured `wire` bytes passes."""
        view = memoryview(frame)
        return self.run(view, 0, len(frame), wire) != 0

    @cython.cfunc
    @cython.exceptval(0xFFFFFFFF, check=True)
    def run(
        self, buf: cython.const[cython.uchar][::1], start: cython.Py_ssize_t, size: cython.Py_ssize_t, wire: cython.uint
    ) -> cython.uint:
        """Bytes of the frame at `start` that are accepted, 0 for none."""
        pc: cython.Py_ssize_t = 0
        back: cython.int = 0
        code: cython.uint
        kind: cython.uint
        taken: cython.bint
        mode: cython.uint
        k: cython.uint
        a: cython.uint = 0
        x: cython.uint = 0
        value: cython.uint
        at: cython.ulonglong
        width: cython.Py_ssize_t
        while pc < self.codes.shape[0]:
            code = self.codes[pc]
            k = self.constants[pc]
            pc += 1
            kind = code & 0x07
            if kind == 0 or kind == 1:
                # load: mode 0x00 immediate, 0x20 absolute, 0x40 indirect, 0x60 memory, 0x80 length, 0xa0 IP header length
                mode = code & 0xE0
                if mode == 0x00:
                    value = k
                elif mode == 0x60:
                    value = self.memory[k & 15]
                elif mode == 0x80:
                    value = wire
                else:
                    at = k
                    if mode == 0x40:
                        at = (at + x) & _U32
                    width = 4
                    if mode == 0xA0 or code & 0x18 == 0x10:
                        width = 1
                    elif code & 0x18 == 0x08:
                        width = 2
                    if at + width > cython.cast(cython.ulonglong, size):
                        return 0
                    value = buf[start + at]
                    if width >= 2:
                        value = (value << 8) | buf[start + at + 1]
                    if width == 4:
                        value = (((value << 8) | buf[start + at + 2]) << 8) & _U32 | buf[start + at + 3]
                    if mode == 0xA0:
                        value = (value & 0x0F) * 4
                if kind == 0:
                    a = value
                else:
                    x = value
            elif kind == 2:
                self.memory[k & 15] = a
            elif kind == 3:
                self.memory[k & 15] = x
            elif kind == 4:
                value = x if code & 0x08 else k
                mode = code & 0xF0
                if mode == 0x00:
                    a = cython.cast(cython.uint, (cython.cast(cython.ulonglong, a) + value) & _U32)
                elif mode == 0x10:
                    a = cython.cast(cython.uint, (cython.cast(cython.longlong, a) - value) & _U32)
                elif mode == 0x20:
                    a = cython.cast(cython.uint, (cython.cast(cython.ulonglong, a) * value) & _U32)
                elif mode == 0x30 or mode == 0x90:
                    if value == 0:
                        return 0
                    a = a // value if mode == 0x30 else a % value
                elif mode == 0x40:
                    a |= value
                elif mode == 0x50:
                    a &= value
                elif mode == 0x60:
                    a = cython.cast(cython.uint, (cython.cast(cython.ulonglong, a) << value) & _U32) if value < 32 else 0
                elif mode == 0x70:
                    a = a >> value if value < 32 else 0
                elif mode == 0x80:
                    a = cython.cast(cython.uint, (-cython.cast(cython.longlong, a)) & _U32)
                elif mode == 0xA0:
                    a ^= value
            elif kind == 5:
                mode = code & 0xF0
                if mode == 0x00:
                    if k >> 31:
                        pc -= cython.cast(cython.Py_ssize_t, (cython.cast(cython.ulonglong, 1) << 32) - cython.cast(cython.ulonglong, k))
                        back += 1
                        if pc < 0 or back > 65536:
                            return 0
                    else:
                        pc += k
                    continue
                value = x if code & 0x08 else k
                if mode == 0x10:
                    taken = a == value
                elif mode == 0x20:
                    taken = a > value
                elif mode == 0x30:
                    taken = a >= value
                else:
                    taken = (a & value) != 0
                pc += (self.jumps[pc - 1] >> 8) if taken else (self.jumps[pc - 1] & 0xFF)
            elif kind == 6:
                return a if code & 0x18 == 0x10 else k
            elif code & 0xF8:
                a = x
            else:
                x = a
        return 0
