"""A label for a merged record."""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.decode_cy import decode
    from cython.cimports.pyargus.record.group_cy import restore
    from cython.cimports.pyargus.record.merge_cy import join_labels
else:
    from pyargus.record.decode_cy import decode
    from pyargus.record.group_cy import restore
    from pyargus.record.merge_cy import join_labels


def put_label(joiner, rec, label, into):
    """Make `into` the record with a label, or with one more in the label that it has; `rec` is left in client form."""
    merged: cython.uint = rec.merged
    parts: cython.uint = rec.present
    joiner.label = join_labels(rec.label() or b"", label)[:1016]
    joiner.join(rec)
    data = joiner.take()
    joiner.label = None
    into.point_to(memoryview(data))
    decode(into, 0, rec.offset)
    restore(into, False, merged)
    into.present &= parts | 0x100000
    return 0
