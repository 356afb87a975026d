"""What the loop over records writes into: lines of text, objects, rows, columns."""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.text_cy import Text
else:
    from pyargus.record.text_cy import Text


class Output:
    """One format. `out` holds the bytes that are ready; `begin` and `end` frame all records, `line` takes one, repaired.

    pause: no further record is wanted until what is held has been taken away.
    """

    def __init__(self):
        self.out = Text()
        self.pause = False

    def begin(self):
        """Write what comes before the first record."""
        return 0

    def heading(self):
        """Write the title that is due before a record, which is left out."""
        return 0

    def line(self, rec):
        """Write one record."""
        return 0

    def end(self):
        """Write what comes after the last record."""
        return 0
