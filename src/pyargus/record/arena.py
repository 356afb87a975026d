"""Large buffers, of which the system gives memory only where something is written."""

from __future__ import annotations

import mmap

_PAGE = 4096
_SMALL = 1 << 20


def words(count: int, kind: str = "Q") -> memoryview:
    """So many zeros of eight bytes, or of another kind of `array`; memory is taken where something is written."""
    width = 4 if kind == "I" else 8
    return memoryview(arena(width * max(count, 1)))[: width * max(count, 1)].cast(kind)  # type: ignore[call-overload,no-any-return]


def arena(size: int) -> bytearray | mmap.mmap:
    """A buffer of zeros of at least so many bytes, its length a multiple of four."""
    if size >= _SMALL:
        try:
            # Memory that no other process shares comes faster, and in large pages.
            private = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}
            store = mmap.mmap(-1, (size + _PAGE - 1) & -_PAGE, **private)
        except (OSError, OverflowError):
            # There is no such room in the address space; what is smaller, or asked for later, may fit.
            return bytearray((size + 3) & ~3)
        if hasattr(mmap, "MADV_HUGEPAGE"):
            try:
                store.madvise(mmap.MADV_HUGEPAGE)
            except OSError:
                # A system without large pages gives small ones.
                return store
        return store
    return bytearray((size + 3) & ~3)
