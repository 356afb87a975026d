"""Management records (MAR): what a sensor says of itself in the first, periodic and last records of a stream.

The layout is the one of `rewrite_cy`: here are the values. Source: argus 3 record format, "Management records".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from pyargus.record.record_cy import Record
from pyargus.record.rewrite_cy import Rewriter

COOKIE = 0xE5712DCB
LENGTH = 128

# status word: kind of source id; by transport qualifier
_ID_STATUS = {0x00: 0, 0x01: 0x00800000, 0x20: 0x00400000, 0x21: 0x00200000}
_STRING_ID = 0x21


class Cause(IntEnum):
    """Why a management record was written."""

    START = 0x10
    STATUS = 0x20
    STOP = 0x30
    SHUTDOWN = 0x60


@dataclass(slots=True)
class Management:
    """What a sensor says of itself. Times in microseconds since 1970; counters since the previous management record.

    ident_kind: transport qualifier of the source id (0 none, 0x01 address, 0x20 number, 0x21 four characters); ident: its value.
    """

    cause: Cause
    before: int
    now: int
    ident_kind: int = 0
    ident: int = 0
    network: int = 0
    netmask: int = 0
    sequence: int = 0
    link: int = 0
    interval: int = 5
    mar_interval: int = 60
    packets: int = 0
    bytes: int = 0
    records: int = 0
    flows: int = 0
    dropped: int = 0
    queue: int = 0
    clients: int = 0
    user_size: int = 0


def encode(mar: Management) -> bytes:
    """The record's 128 bytes."""
    ident = mar.ident
    if mar.ident_kind == _STRING_ID:
        # A text id is stored reversed here, and only here.
        ident = int.from_bytes(ident.to_bytes(4, "big"), "little")
    start = mar.cause is Cause.START
    rec = Record()
    rec.kind, rec.cause_option, rec.words = 0x83, int(mar.cause), LENGTH // 4
    rec.mar_status = _ID_STATUS[mar.ident_kind]
    rec.mar_argusid = COOKIE if start else ident
    rec.mar_localnet, rec.mar_netmask, rec.mar_nextseq = mar.network, mar.netmask, mar.sequence
    before, rec.mar_start_f = divmod(mar.before, 1_000_000)
    now, rec.mar_now_f = divmod(mar.now, 1_000_000)
    rec.mar_start_s, rec.mar_now_s = before & 0xFFFFFFFF, now & 0xFFFFFFFF
    rec.mar_major, rec.mar_iftype = 3, mar.link
    rec.mar_interval, rec.mar_mar_interval = mar.interval & 0xFFFF, mar.mar_interval & 0xFFFF
    rec.mar_pkts, rec.mar_bytes = mar.packets, mar.bytes
    rec.mar_records, rec.mar_flows, rec.mar_dropped, rec.mar_queue = mar.records, mar.flows, mar.dropped, mar.queue
    rec.mar_clients = mar.clients
    rec.mar_suserlen = rec.mar_duserlen = mar.user_size & 0xFFFF
    rec.mar_thisid, rec.mar_reclen = ident if start else 0, 0xFFFFFFFF
    writer = Rewriter()
    writer.write(rec)
    return writer.take()  # type: ignore[no-any-return]
