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
# Names of the counters of a management record where those of packets and bytes of a flow would stand.
MANAGED = (b"PktsRcvd", b"Records", b"", b"BytesRcvd", b"PktsDropped")


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
        """One attribute. What stands for an absent value, or that there is no attribute then, is as in the files that readers know."""
        t: Text = self.out
        field: cython.int = self.ids[i]
        man: cython.bint = rec.kind & 0xF0 == 0x80
        start: cython.Py_ssize_t
        mark: cython.Py_ssize_t
        k: cython.Py_ssize_t
        before: cython.Py_ssize_t = t.n
        attribute: bytes = self.attributes[i]
        if not attribute or (man and unmanaged(field)):
            return 0
        t.ch(32)
        if field == 2 or field == 33:
            # Readers of these files put a second blank before the last time and the identifications.
            t.ch(32)
        if (field == 19 or field == 20) and rec.present & 2 and rec.family == 3 and self.style.names <= 1:
            t.puts(b"SrcEtherLlcSap" if field == 19 else b"DstEtherLlcSap")
        elif man and 216 <= field <= 220 and field != 218:
            t.puts(MANAGED[field - 216])
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
        if field == 23:
            while t.n < mark + 9:
                t.ch(32)
        if t.n == mark and field:
            if man:
                if field == 200 or 166 <= field <= 172 or 249 <= field <= 254:
                    t.ch(32)
            elif field == 47 or field == 215 or field == 231 or field == 232 or field == 28 or field == 29:
                t.n = before
                return 0
            else:
                self.absent(rec, field)
        if field == 161 and (rec.net != 0x05 or not rec.present & 2 or (rec.tcp_synack == 0 and rec.tcp_ackdat == 0)):
            t.n = before
            return 0
        self.escape(mark, field)
        return t.ch(34)

    def absent(self, rec, field):
        """What stands for a value that a flow record lacks."""
        t: Text = self.out
        k: cython.int
        if 13 <= field <= 16:
            return t.puts(b"(null)")
        if 54 <= field <= 56:
            return t.puts(b"  ")
        if field == 22 and not rec.present & 2:
            return t.puts(b"   ")
        if 57 <= field <= 59:
            for k in range(9):
                t.ch(32)
            return 0
        if field == 19 or field == 20:
            return t.ch(32) if rec.family == 3 or rec.proto == 6 or rec.proto == 17 else 0
        if field == 138 or field == 53 or field == 201 or field == 104 or field == 105 or 113 <= field <= 115 or 215 <= field <= 223:
            return 0
        if 137 <= field <= 160 or 41 <= field <= 46:
            return t.ch(32) if rec.present & 0x100 else 0
        if 224 <= field <= 227 or field == 39 or field == 40:
            return t.ch(32) if rec.present & 0x400 else 0
        if 205 <= field <= 210 or 31 <= field <= 34 or field == 37 or field == 38 or 21 <= field <= 30 or 48 <= field <= 50 or field == 18:
            return 0
        return t.ch(32)

    def escape(self, mark, field):
        """Make the text since `mark` fit for an attribute; apostrophes are entities in the user data of the source."""
        t: Text = self.out
        k: cython.Py_ssize_t
        octet: cython.uint
        plain: cython.bint = True
        for k in range(mark, t.n):
            octet = t.s[k]
            if octet == 38 or octet == 60 or octet == 62 or octet == 34 or octet == 39 or octet < 32 or octet > 126:
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
            elif octet == 39 and field == 48:
                t.puts(b"&#39;")
            else:
                t.ch(octet if 32 <= octet <= 126 else 46)
        return 0

    def end(self):
        """Close the document, if there is one."""
        if self.printed:
            self.out.puts(FOOT)
        return 0


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def unmanaged(field: cython.int) -> cython.bint:
    """Whether management records have no attribute for a field."""
    return (
        13 <= field <= 17
        or 19 <= field <= 21
        or 28 <= field <= 30
        or field == 47
        or 50 <= field <= 56
        or 111 <= field <= 115
        or field == 142
        or field == 143
        or field == 144
        or field == 161
        or field == 204
        or 221 <= field <= 223
        or field == 231
        or field == 232
    )
