"""A row as a filter expression: what it is copied as, what its status records are found by, and what a drill-down goes on with."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pyargus.record.filter import compile_filter
from pyargus.record.filter_cy import Filter

if TYPE_CHECKING:
    from pyargus.record.record_cy import Record

FLOW = frozenset(("proto", "saddr", "sport", "daddr", "dport"))
V4, V6, ETHERNET, ARP, RARP = 1, 2, 3, 4, 5
PORTS = {6: "tcp", 17: "udp"}


def parts_of(keys: Iterable[str]) -> frozenset[str]:
    """The parts of a flow that the words of a key tell apart."""
    out: set[str] = set()
    for word in keys:
        name = word.partition("/")[0]
        out |= {"matrix": {"saddr", "daddr"}, "addr": {"saddr"}, "sport": {"proto", "sport"}, "dport": {"proto", "dport"},
                "port": {"proto", "sport"}}.get(name, {name})  # fmt: skip
    return frozenset(out & FLOW)


def address(record: Record, destination: bool) -> str:
    """The address of a side as a filter has it, `host A` or `net A/length`; empty where there is none."""
    high, low = (record.daddr_hi, record.daddr_lo) if destination else (record.saddr_hi, record.saddr_lo)
    if record.family == V6:
        mask = record.dmask if destination else record.smask
        text = str(ipaddress.IPv6Address(int(high) << 64 | int(low)))
        return f"net {text}/{mask}" if 0 < mask < 128 else f"host {text}"
    if record.family == V4:
        mask = (record.extra & 0xFF) if destination else (record.extra >> 8)
        text = str(ipaddress.IPv4Address(int(low)))
        ported = record.head[1] & 0x4000 and record.proto != 50
        return f"net {text}/{mask}" if ported and 0 < mask < 32 else f"host {text}"
    if record.family in (ARP, RARP):
        return f"host {ipaddress.IPv4Address(int(low))}"
    if record.family == ETHERNET:
        return "host " + ":".join(f"{low >> shift & 255:02x}" for shift in range(40, -8, -8))
    return ""


def expression(record: Record, parts: frozenset[str] = FLOW) -> str:
    """A filter that passes the record and others that share these parts of its flow; empty where none says it."""
    words = [_protocol(record)] if "proto" in parts else []
    if record.family == ETHERNET and ("saddr" in parts or "daddr" in parts):
        words = []
    link = "ether " if record.family == ETHERNET else ""
    for name, side, destination in (("saddr", "src", False), ("daddr", "dst", True)):
        text = address(record, destination) if name in parts else ""
        if text:
            words.append(f"{link}{side} {text}")
    if record.family in (V4, V6) and record.proto in PORTS:
        words += [f"src port {record.sport}"] if "sport" in parts else []
        words += [f"dst port {record.dport}"] if "dport" in parts else []
    text = " and ".join(word for word in words if word)
    return text if text and passes(record, text) else ""


def both_ways(text: str) -> str:
    """A filter that passes what another does, in either direction."""
    turned = " ".join({"src": "dst", "dst": "src"}.get(word, word) for word in text.split())
    return text if turned == text else f"({text}) or ({turned})"


def passes(record: Record, text: str) -> bool:
    """Whether a record passes a filter. Raises BadUse for one that is wrong."""
    return bool(Filter(compile_filter(text)).accepts(record))


def _protocol(record: Record) -> str:
    if record.family in (V4, V6):
        return {6: "tcp", 17: "udp", 1: "icmp"}.get(record.proto, f"proto {record.proto}")
    return {ARP: "arp", RARP: "rarp"}.get(record.family, "")
