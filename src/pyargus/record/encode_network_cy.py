"""Network objects to bytes, but for TCP's, which is the encoder's own: ICMP, ESP, ARP, RTP, RTCP, UDT and fragments.

Each takes the encoder, the header word of the network DSR and the values of the object. Source: argus 3 record format, "Network".
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.encode_cy import Encoder  # noqa: F401


def icmp(out, head, kind, sequence, source, destination, quoted_source, quoted_destination, gateway):
    """ICMP object of an ICMP flow; kind: type and code; everything else is little-endian on disk."""
    out.dsr(head)
    out.u16(kind)
    out.le16(sequence)
    out.le32(source)
    out.le32(destination)
    out.le32(quoted_source)
    out.le32(quoted_destination)
    out.le32(gateway)
    return 0


def esp(out, head, status, spi, sequence, lost):
    out.dsr(head)
    out.u32(status)
    out.u32(spi)
    out.u32(sequence)
    out.u32(lost)
    return 0


def arp(out, head, responder):
    """The responder's MAC; the rest of the object means nothing."""
    out.dsr(head)
    out.u48(responder)
    return 0


def rtp(out, head, state, s0, s1, s2, d0, d1, d2):
    """Two RTP headers as on the wire; `shorts` and the deviations follow."""
    out.dsr(head)
    out.u32(state)
    out.u32(s0)
    out.u32(s1)
    out.u32(s2)
    out.u32(d0)
    out.u32(d1)
    out.u32(d2)
    return 0


def rtcp(out, head, s0, s1, d0, d1):
    """Two RTCP headers; length and source are little-endian on disk; `shorts` follows."""
    out.dsr(head)
    out.u16(s0 >> 16)
    out.le16(s0 & 0xFFFF)
    out.le32(s1)
    out.u16(d0 >> 16)
    out.le16(d0 & 0xFFFF)
    out.le32(d1)
    return 0


def shorts(out, source, destination):
    """The pair of 16-bit values that ends a part of an object: drops, deviations, segment sizes."""
    out.u16(source)
    out.u16(destination)
    return 0


def le_words(out, head, words, count):
    """An object whose every word is little-endian: UDT (43 words), fragments (13)."""
    i: cython.int
    out.dsr(head)
    for i in range(count):
        out.le32(words[i])
    return 0
