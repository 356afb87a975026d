"""Management records (MAR): the first, periodic and last records of a stream.

128 bytes, big-endian but for the two user data lengths. Source: argus 3 record format, "Management records".
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

COOKIE = 0xE5712DCB
LENGTH = 128

# status word: kind of source id; by transport qualifier
_ID_STATUS = {0x00: 0, 0x01: 0x00800000, 0x20: 0x00400000, 0x21: 0x00200000}
_STRING_ID = 0x21

_HEAD = struct.Struct(">BBH5IQQ")
_BODY = struct.Struct(">4B2H2Qq8I")


class Cause(IntEnum):
    """Why a management record was written."""

    START = 0x10
    STATUS = 0x20
    STOP = 0x30


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


def _micro(when: int) -> int:
    """Seconds and microseconds as one 64-bit word."""
    return ((when // 1_000_000) & 0xFFFFFFFF) << 32 | when % 1_000_000


def encode(mar: Management) -> bytes:
    """The record's 128 bytes."""
    ident = mar.ident
    if mar.ident_kind == _STRING_ID:
        # A text id is stored reversed here, and only here.
        ident = int.from_bytes(ident.to_bytes(4, "big"), "little")
    start = mar.cause is Cause.START
    head = _HEAD.pack(
        0x83,
        mar.cause,
        LENGTH // 4,
        _ID_STATUS[mar.ident_kind],
        COOKIE if start else ident,
        mar.network,
        mar.netmask,
        mar.sequence,
        _micro(mar.before),
        _micro(mar.now),
    )
    body = _BODY.pack(
        3,
        0,
        mar.link,
        0,
        mar.interval & 0xFFFF,
        mar.mar_interval & 0xFFFF,
        mar.packets,
        mar.bytes,
        0,
        mar.records,
        mar.flows,
        mar.dropped,
        mar.queue,
        0,
        mar.clients,
        0,
        0,
    )
    user = struct.pack("<HH", mar.user_size & 0xFFFF, mar.user_size & 0xFFFF)
    return head + body + user + bytes(12) + struct.pack(">II", ident if start else 0, 0xFFFFFFFF)
