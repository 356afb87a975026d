"""Records into an aggregator and out of it, in either build of the kernels."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pyargus.clients.inputs import open_input
from pyargus.record.keys import parse_key
from tests.kernels import load_interpreted


class Kernels(NamedTuple):
    """The kernels of one build."""

    record: Any
    decode: Any
    repair: Any
    group: Any


def compiled() -> Kernels:
    """Those that the package has."""
    from pyargus.record import decode_cy, group_cy, record_cy, repair_cy

    return Kernels(record_cy, decode_cy, repair_cy, group_cy)


def interpreted() -> Kernels:
    """Those of the same sources run as Python; they share their classes."""
    group = load_interpreted("pyargus.record.group_cy")
    record = _module(group.Record)
    return Kernels(record, _module(group.decode), _module(group.repair), group)


class _Names:
    def __init__(self, names: dict[str, Any]) -> None:
        self.__dict__.update(names)


def _module(member: Any) -> Any:
    function = member if hasattr(member, "__globals__") else member.__init__
    return _Names(function.__globals__)


def records(path: Path) -> Iterator[bytes]:
    """The bytes of each flow record of a file."""
    source = open_input(str(path))
    source.start()
    data = b"".join(bytes(chunk) for chunk, _ in source.chunks())
    source.close()
    at = 0
    while at + 4 <= len(data):
        size = 4 * int.from_bytes(data[at + 2 : at + 4])
        if data[at] & 0xF0 in (0x10, 0x30):
            yield data[at : at + size]
        at += size


def decoded(kernels: Kernels, data: bytes) -> Any:
    """A repaired record of the bytes."""
    record = kernels.record.Record()
    record.point_to(memoryview(data))
    kernels.decode.decode(record, 0, 0)
    kernels.repair.repair(record)
    return record


def cluster(kernels: Kernels, stream: Iterable[bytes], words: Iterable[str] = (), **options: Any) -> Any:
    """An aggregator that has taken the records of a stream."""
    table = kernels.group.Aggregator(parse_key(words), **options)
    table.raw = True
    for data in stream:
        table.add(decoded(kernels, data))
    return table


def taken(kernels: Kernels, table: Any) -> list[Any]:
    """The records of all groups, each in an object of its own."""
    out = []
    for handle in table.handles():
        record = kernels.record.Record()
        table.record_of(handle, record)
        out.append(record)
    return out


PLAIN = ("spkts", "dpkts", "sbytes", "dbytes", "sapp", "dapp", "agr_count", "sstart_s", "sstart_f", "send_s", "send_f", "dstart_s",
         "dstart_f", "dend_s", "dend_f", "saddr_hi", "saddr_lo", "daddr_hi", "daddr_lo", "sport", "dport", "proto",
         "tcp_status", "sretrans", "dretrans", "smax", "dmax", "smin", "dmin", "sttl", "dttl", "stos", "dtos",
         "senc", "denc", "smac", "dmac")  # fmt: skip


def values(record: Any) -> dict[str, int]:
    """What two builds are compared by."""
    return {name: int(getattr(record, name)) for name in PLAIN}
