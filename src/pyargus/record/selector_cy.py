"""Records that pass a filter, copied byte for byte from a buffer of them."""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.decode_cy import decode
    from cython.cimports.pyargus.record.filter_cy import Filter
    from cython.cimports.pyargus.record.frames_cy import frame
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.repair_cy import repair
else:
    from pyargus.record.decode_cy import decode
    from pyargus.record.filter_cy import Filter
    from pyargus.record.frames_cy import frame
    from pyargus.record.record_cy import Record
    from pyargus.record.repair_cy import repair


@cython.final
@cython.cclass
class Selector:
    """Copies records by a filter (`pyargus.record.filter_cy.Filter`); a record is judged as a reader sees it and copied as it stands."""

    record: Record
    filter: Filter

    def __init__(self, program: Filter) -> None:
        self.record = Record()
        self.filter = program

    def select(self, data: bytes) -> bytes:
        """The records of `data`, which holds whole records only, that pass."""
        out = bytearray()
        view = memoryview(data)
        rec: Record = self.record
        at: cython.Py_ssize_t = 0
        length: cython.Py_ssize_t
        end: cython.Py_ssize_t = rec.point_to(data)
        while at < end:
            length = frame(view, at)
            if length <= 0:
                break
            decode(rec, at, at)
            repair(rec)
            if self.filter.accepts(rec):
                out += view[at : at + length]
            at += length
        rec.point_to(b"")
        return bytes(out)
