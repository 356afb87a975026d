"""Records as XML elements: one empty element a record, an attribute a field.

The document is well-formed whatever the records hold: markup characters are entities, bytes that XML has no place for are dots, and
no attribute stands twice in an element.

Source: argus 3 "ra fields", section "XML".
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.print_cy import Printer
    from cython.cimports.pyargus.record.text_cy import Text
else:
    from pyargus.record.print_cy import Printer
    from pyargus.record.text_cy import Text

FOOT = b"</ArgusDataStream>\n"


class XmlPrinter(Printer):
    """Writes records as elements. attributes: the name of each column, empty for one that has none; header: the head of the document."""

    def __init__(self, style, columns, attributes):
        Printer.__init__(self, style, columns)
        self.attributes = list(attributes)

    def line(self, rec):
        """Write one record, and the head of the document before the first."""
        t: Text = self.out
        man: cython.bint = rec.kind & 0xF0 == 0x80
        name: bytes = b"ArgusManagementRecord" if man else b"ArgusFlowRecord"
        i: cython.int
        t.room(16384 + 6 * cython.cast(cython.Py_ssize_t, 4 * rec.words))
        if self.printed == 0:
            t.puts(self.header)
        self.printed += 1
        t.puts(b" <")
        t.puts(name)
        t.ch(32)
        for i in range(self.count):
            self.cell(rec, i)
        t.puts(b"></")
        t.puts(name)
        t.puts(b">\n")
        return 0

    def cell(self, rec, i):
        """One attribute."""
        t: Text = self.out
        field: cython.int = self.ids[i]
        start: cython.Py_ssize_t
        mark: cython.Py_ssize_t
        k: cython.Py_ssize_t
        attribute: bytes = self.attributes[i]
        if not attribute:
            return 0
        if rec.kind & 0xF0 == 0x80 and (self.mans[i] == 0 or field == 13 or field == 14 or field == 19 or field == 20 or field == 21):
            return 0
        t.ch(32)
        if field == 2 or field == 33:
            # Readers of these files put a second blank before the last time and the identifications.
            t.ch(32)
        if (field == 19 or field == 20) and rec.present & 2 and rec.family == 3:
            t.puts(b"SrcEtherLlcSap" if field == 19 else b"DstEtherLlcSap")
        else:
            t.puts(attribute)
        t.puts(b' = "')
        mark = t.n
        if field:
            self.value(rec, i)
        start = mark
        if field == 48 or field == 49:
            while start < t.n and t.s[start] != 61:
                start += 1
            start += start < t.n
        elif field == 21:
            while start < t.n and t.s[start] == 32:
                start += 1
        if start > mark:
            for k in range(t.n - start):
                t.s[mark + k] = t.s[start + k]
            t.n -= start - mark
        if t.n == mark and (field == 19 or field == 20) and rec.present & 2 and rec.family == 3:
            t.ch(32)
        if t.n == mark and field and not (13 <= field <= 30 or 48 <= field <= 50 or field == 53):
            t.ch(32)
            if 54 <= field <= 56:
                t.ch(32)
        if field == 23 or 57 <= field <= 59:
            while t.n < mark + 9:
                if 57 <= field <= 59 and t.n > mark + 1:
                    break
                t.ch(32)
        self.escape(mark)
        return t.ch(34)

    def escape(self, mark):
        """Make the text since `mark` fit for an attribute."""
        t: Text = self.out
        k: cython.Py_ssize_t
        octet: cython.uint
        plain: cython.bint = True
        for k in range(mark, t.n):
            octet = t.s[k]
            if octet == 38 or octet == 60 or octet == 62 or octet == 34 or octet < 32 or octet > 126:
                plain = False
        if plain:
            return 0
        text: bytes = bytes(memoryview(t.store)[mark:t.n])
        t.n = mark
        t.room(6 * len(text) + 64)
        for k in range(len(text)):
            octet = text[k]
            if octet == 38:
                t.puts(b"&amp;")
            elif octet == 60:
                t.puts(b"&lt;")
            elif octet == 62:
                t.puts(b"&gt;")
            elif octet == 34:
                t.puts(b"&quot;")
            else:
                t.ch(octet if 32 <= octet <= 126 else 46)
        return 0

    def end(self):
        """Close the document, if there is one."""
        if self.printed:
            self.out.puts(FOOT)
        return 0
