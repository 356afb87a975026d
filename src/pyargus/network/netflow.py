"""Flow exports of routers to argus records: NetFlow versions 1, 5, 7 and 9, and IPFIX.

A record says what the export says, in the way readers of the field know it: class 0x30, the exporter's address as source id, the counters
on the source's side, the numbers of the interfaces as MAC addresses where the export has no MAC addresses, TCP flags as a TCP state.

Source: Cisco NetFlow version 5; RFC 3954 (version 9); RFC 7011 (IPFIX), RFC 5103 (bidirectional flows), IANA's IPFIX information elements.
"""

from __future__ import annotations

import ipaddress
import struct
from collections import Counter, OrderedDict
from dataclasses import dataclass

from pyargus.network.datagrams import NO_TEMPLATE, UNSUPPORTED
from pyargus.record.client_cy import client_form
from pyargus.record.record_cy import ASN, FLOW, IPATTR, MAC, METRIC, NETWORK, TIME, TRANSPORT, VLAN, Record
from pyargus.record.rewrite_cy import Rewriter

# What an exporter, or who claims to be one, can make us remember.
MAX_TEMPLATES = 4096
MAX_FIELDS = 512

_FIX, _REVERSE = 10, 29305
_NTP_EPOCH = 2_208_988_800

# Fixed records: length of header and record, and the record's fields in their order.
_V1 = struct.Struct("!4s4s4xHHIIIIHH2xBBB7x")
_V5 = struct.Struct("!4s4s4xHHIIIIHHxBBBHH4x")
_V7 = struct.Struct("!4s4s4xHHIIIIHHxBBBHH8x")

# Information elements: number -> name here.
ELEMENTS = {
    1: "bytes", 2: "pkts", 4: "proto", 5: "tos", 6: "flags", 7: "sport", 8: "saddr4", 10: "input", 11: "dport", 12: "daddr4", 14: "output",
    16: "sas", 17: "das", 21: "last_up", 22: "first_up", 23: "out_bytes", 24: "out_pkts", 27: "saddr6", 28: "daddr6", 32: "icmp",
    52: "ttl", 55: "out_tos", 56: "smac", 58: "vlan", 59: "out_vlan", 80: "dmac", 57: "out_dmac", 81: "out_smac", 85: "bytes", 86: "pkts",
    139: "icmp", 150: "first_s", 151: "last_s", 152: "first_ms", 153: "last_ms", 154: "first_ntp", 155: "last_ntp", 156: "first_ntp",
    157: "last_ntp", 158: "first_ago", 159: "last_ago", 160: "boot_ms", 176: "icmp_type", 177: "icmp_code", 178: "icmp_type",
    179: "icmp_code", 180: "sport", 181: "dport", 182: "sport", 183: "dport", 192: "ttl", 231: "bytes", 232: "back_bytes", 298: "pkts",
    299: "back_pkts",
}  # fmt: skip
REVERSE = {1: "back_bytes", 2: "back_pkts", 5: "back_tos", 6: "back_flags", 52: "back_ttl", 85: "back_bytes", 86: "back_pkts",
           192: "back_ttl"}  # fmt: skip

# What the MAC addresses of a record are made of.
_ENDS = {"input", "output", "smac", "dmac"}
_OUTWARD = {"out_bytes": "bytes", "out_pkts": "pkts", "out_tos": "tos", "out_vlan": "vlan", "out_smac": "smac", "out_dmac": "dmac"}


@dataclass(slots=True)
class Template:
    """fields: (name or empty, length) in order, length -1 for one that says its own; least: bytes of the shortest record.

    data: whether its records are flows, and not options.
    """

    fields: list[tuple[str, int]]
    least: int
    data: bool


@dataclass(slots=True)
class Clock:
    """The exporter's clock in a datagram: when it was sent, µs since 1970, and the milliseconds it had then been up."""

    sent: int
    uptime: int

    def at(self, uptime: int) -> int:
        """µs since 1970 of a stamp in milliseconds since the exporter's start, which wraps every 49 days."""
        ago = (self.uptime - uptime) & 0xFFFFFFFF
        if ago > 0x7FFFFFFF:
            ago -= 1 << 32
        return self.sent - 1000 * ago


class Collector:
    """Decodes the datagrams of any number of exporters; templates are kept by exporter, domain and number.

    left_out: what is whole and yet gives no records, by reason (`UNSUPPORTED`: datagrams; `NO_TEMPLATE`: sets).
    """

    def __init__(self) -> None:
        self.templates: OrderedDict[tuple[str, int, int, int], Template] = OrderedDict()
        self.left_out: Counter[str] = Counter()
        self._writer = Rewriter()
        self._record = Record()
        self._exporter = 0

    def records(self, data: bytes, address: str) -> tuple[bytes, int]:
        """The flow records of a datagram, and how many of its parts are malformed: what is before them is delivered."""
        exporter = ipaddress.ip_address(address.partition("%")[0])
        mapped = getattr(exporter, "ipv4_mapped", None) or exporter
        self._exporter = int(mapped) if mapped.version == 4 else 0
        malformed = 0
        try:
            self._datagram(data, address)
        except (struct.error, ValueError, IndexError):
            malformed = 1
        return self._writer.take(), malformed

    def _datagram(self, data: bytes, address: str) -> None:
        version, count = struct.unpack_from("!HH", data)
        if version in (1, 5, 7):
            uptime, seconds, nanoseconds = struct.unpack_from("!III", data, 4)
            clock = Clock(1_000_000 * seconds + nanoseconds // 1000, uptime)
            self._fixed(data, version, count, clock)
        elif version == 9:
            uptime, seconds, _, domain = struct.unpack_from("!IIII", data, 4)
            self._sets(data, 20, len(data), (address, domain, 9), Clock(1_000_000 * seconds, uptime))
        elif version == _FIX:
            seconds, _, domain = struct.unpack_from("!III", data, 4)
            if not 16 <= count <= len(data):
                raise ValueError
            self._sets(data, 16, count, (address, domain, _FIX), Clock(1_000_000 * seconds, 0))
        elif version == 8:
            self.left_out[UNSUPPORTED] += 1
        else:
            raise ValueError

    # ---- versions with records of one form

    def _fixed(self, data: bytes, version: int, count: int, clock: Clock) -> None:
        form, at = {1: (_V1, 16), 5: (_V5, 24), 7: (_V7, 24)}[version]
        for _ in range(count):
            source, target, inward, outward, pkts, octets, first, last, sport, dport, *rest = form.unpack_from(data, at)
            at += form.size
            flow: dict[str, int] = {"saddr4": int.from_bytes(source, "big"), "daddr4": int.from_bytes(target, "big")}
            flow |= {"input": inward, "output": outward, "pkts": pkts, "bytes": octets, "sport": sport, "dport": dport}
            flow |= {"first": clock.at(first), "last": clock.at(last)}
            if version == 1:
                flow["proto"], flow["tos"], flow["flags"] = rest
            else:
                flow["flags"], flow["proto"], flow["tos"], flow["sas"], flow["das"] = rest
            self._write(flow)

    # ---- versions with templates

    def _sets(self, data: bytes, at: int, end: int, domain: tuple[str, int, int], clock: Clock) -> None:
        fix = domain[2] == _FIX
        while at + 4 <= end:
            number, length = struct.unpack_from("!HH", data, at)
            if length < 4 or at + length > end:
                raise ValueError
            body = data[at + 4 : at + length]
            at += length
            if number == (2 if fix else 0):
                self._take_templates(body, domain)
            elif number == (3 if fix else 1):
                self._take_options(body, domain)
            elif number >= 256:
                template = self.templates.get((*domain, number))
                if template is None:
                    self.left_out[NO_TEMPLATE] += 1
                elif template.data:
                    self._flows(body, template, clock)
        if data[at:end].strip(b"\0"):
            raise ValueError

    def _keep(self, domain: tuple[str, int, int], number: int, template: Template) -> None:
        key = (*domain, number)
        self.templates[key] = template
        self.templates.move_to_end(key)
        if len(self.templates) > MAX_TEMPLATES:
            self.templates.popitem(last=False)

    def _take_templates(self, body: bytes, domain: tuple[str, int, int]) -> None:
        at = 0
        while at + 4 <= len(body):
            number, count = struct.unpack_from("!HH", body, at)
            at += 4
            if number < 256:
                # Padding at the end of the set.
                if body[at - 4 :].strip(b"\0"):
                    raise ValueError
                return
            if count == 0:
                self.templates.pop((*domain, number), None)
                continue
            fields, at = self._specifiers(body, at, count, domain[2] == _FIX)
            self._keep(domain, number, self._template(fields, True))

    def _take_options(self, body: bytes, domain: tuple[str, int, int]) -> None:
        """Options are told from flows by their templates; what they say is not used."""
        at = 0
        while at + 6 <= len(body):
            number, first, second = struct.unpack_from("!HHH", body, at)
            at += 6
            if number < 256:
                if body[at - 6 :].strip(b"\0"):
                    raise ValueError
                return
            if domain[2] == _FIX:
                fields, at = self._specifiers(body, at, first, True)
            else:
                fields, at = self._specifiers(body, at, (first + second) // 4, False)
            self._keep(domain, number, self._template(fields, False))

    def _specifiers(self, body: bytes, at: int, count: int, fix: bool) -> tuple[list[tuple[str, int]], int]:
        if count > MAX_FIELDS:
            raise ValueError
        fields = []
        for _ in range(count):
            element, length = struct.unpack_from("!HH", body, at)
            at += 4
            names = ELEMENTS
            if fix and element & 0x8000:
                (enterprise,) = struct.unpack_from("!I", body, at)
                at += 4
                element &= 0x7FFF
                names = REVERSE if enterprise == _REVERSE else {}
            fields.append((names.get(element, ""), -1 if fix and length == 0xFFFF else length))
        return fields, at

    def _template(self, fields: list[tuple[str, int]], data: bool) -> Template:
        least = sum(1 if length < 0 else length for _, length in fields)
        if least == 0:
            raise ValueError
        return Template(fields, least, data)

    def _flows(self, body: bytes, template: Template, clock: Clock) -> None:
        at = 0
        while len(body) - at >= template.least:
            flow: dict[str, int] = {}
            for name, length in template.fields:
                if length < 0:
                    length = body[at]
                    at += 1
                    if length == 255:
                        (length,) = struct.unpack_from("!H", body, at)
                        at += 2
                if at + length > len(body):
                    raise ValueError
                if name and length <= 16:
                    flow[name] = int.from_bytes(body[at : at + length], "big")
                at += length
            self._normalise(flow, clock)
            self._write(flow)

    def _normalise(self, flow: dict[str, int], clock: Clock) -> None:
        """The many ways to say a thing to the one that `_write` knows."""
        for out, name in _OUTWARD.items():
            if out in flow:
                flow.setdefault(name, flow[out])
        boot = flow.get("boot_ms")
        for end in ("first", "last"):
            if f"{end}_up" in flow:
                stamp = flow[f"{end}_up"]
                flow[end] = 1000 * (boot + stamp) if boot is not None else clock.at(stamp)
            elif f"{end}_ms" in flow:
                flow[end] = 1000 * flow[f"{end}_ms"]
            elif f"{end}_s" in flow:
                flow[end] = 1_000_000 * flow[f"{end}_s"]
            elif f"{end}_ntp" in flow:
                stamp = flow[f"{end}_ntp"]
                flow[end] = 1_000_000 * ((stamp >> 32) - _NTP_EPOCH) + ((stamp & 0xFFFFFFFF) * 1_000_000 >> 32)
            elif f"{end}_ago" in flow:
                flow[end] = clock.sent - flow[f"{end}_ago"]
        if "first" not in flow:
            flow["first"] = flow.get("last", clock.sent)
        flow.setdefault("last", flow["first"])
        if "icmp_type" in flow:
            flow["icmp"] = flow["icmp_type"] << 8 | flow.get("icmp_code", 0)
        if "icmp" in flow and flow.get("proto") in (1, 58):
            flow["dport"] = flow["icmp"]

    # ---- one flow

    def _write(self, flow: dict[str, int]) -> None:
        get = flow.get
        rec = self._record
        rec.kind, rec.cause_option, rec.words = 0x33, 0x20, 0
        rec.present = rec.opaque = rec.net = rec.family = rec.unknown_count = rec.rest_len = rec.order_count = 0
        self._head(TRANSPORT, 0x01010102 if self._exporter else 0x01010002)
        rec.srcid, rec.seq = self._exporter, 0
        if not self._key(flow):
            raise ValueError
        # Times beyond 32 bits of seconds, or from before 1970, are what a broken clock says.
        first, last = (max(0, min(flow[end], 0xFFFFFFFF_000000)) for end in ("first", "last"))
        last = max(first, last)
        rec.sstart_s, rec.sstart_f = divmod(first, 1_000_000)
        rec.send_s, rec.send_f = divmod(last, 1_000_000)
        rec.dstart_s, rec.dstart_f, rec.dend_s, rec.dend_f = rec.sstart_s, rec.sstart_f, rec.send_s, rec.send_f
        self._head(TIME, 0)
        rec.spkts, rec.sbytes, rec.dpkts, rec.dbytes = (get(n, 0) & 2**64 - 1 for n in ("pkts", "bytes", "back_pkts", "back_bytes"))
        rec.sapp = rec.dapp = 0
        self._head(METRIC, 0)
        if get("proto") == 6:
            self._head(NETWORK, 0x30040003)
            rec.net, rec.tcp_pad = 0x04, 0
            rec.sflags, rec.dflags = get("flags", 0) & 0xFF, get("back_flags", 0) & 0xFF
            rec.tcp_status = tcp_status(rec.sflags) | tcp_status(rec.dflags)
        if "vlan" in flow:
            self._head(VLAN, 0x40000102)
            rec.svlan, rec.dvlan = get("vlan", 0) & 0xFFFF, 0
        back = rec.dpkts and ("back_tos" in flow or "back_ttl" in flow)
        if back or "tos" in flow or "ttl" in flow:
            self._head(IPATTR, 0x48000303 if back else 0x48000102)
        rec.stos, rec.sttl, rec.sipid = get("tos", 0) & 0xFF, get("ttl", 0) & 0xFF, 0
        rec.dtos, rec.dttl, rec.dipid = get("back_tos", 0) & 0xFF, get("back_ttl", 0) & 0xFF, 0
        if not flow.keys().isdisjoint(_ENDS):
            self._head(MAC, 0x42000405)
        rec.smac, rec.dmac = get("smac", get("input", 0)) & 2**48 - 1, get("dmac", get("output", 0)) & 2**48 - 1
        rec.mac_etype = rec.mac_dsap = rec.mac_ssap = 0
        if "sas" in flow or "das" in flow:
            self._head(ASN, 0x32000004)
            rec.sas, rec.das, rec.ias = get("sas", 0) & 0xFFFFFFFF, get("das", 0) & 0xFFFFFFFF, 0
        client_form(rec, False)
        self._writer.write(rec)

    def _head(self, index: int, word: int) -> None:
        self._record.head[index] = word
        self._record.tail[2 * index] = self._record.tail[2 * index + 1] = 0
        self._record.present |= 1 << index

    def _key(self, flow: dict[str, int]) -> bool:
        """The addresses and what is above them; whether there are any."""
        rec = self._record
        get = flow.get
        rec.proto, rec.tproto, rec.extra, rec.label20 = get("proto", 0) & 0xFF, 0, 0, 0
        rec.sport, rec.dport = get("sport", 0) & 0xFFFF, get("dport", 0) & 0xFFFF
        if rec.proto in (1, 58):
            # Type and code are exported as destination port.
            rec.sport, rec.dport = rec.dport, 0
        elif rec.proto not in (6, 17, 33, 132, 136):
            rec.sport = rec.dport = 0
        if "saddr6" in flow and "daddr6" in flow and (flow["saddr6"] or flow["daddr6"] or "saddr4" not in flow):
            rec.family = 2
            rec.saddr_hi, rec.saddr_lo = divmod(flow["saddr6"], 1 << 64)
            rec.daddr_hi, rec.daddr_lo = divmod(flow["daddr6"], 1 << 64)
            rec.smask = rec.dmask = 0
            self._head(FLOW, 0x0201020B)
            return True
        if "saddr4" in flow or "daddr4" in flow:
            rec.family = 1
            rec.saddr_hi = rec.daddr_hi = 0
            rec.saddr_lo, rec.daddr_lo = get("saddr4", 0) & 0xFFFFFFFF, get("daddr4", 0) & 0xFFFFFFFF
            self._head(FLOW, 0x02010105)
            return True
        return False


def tcp_status(flags: int) -> int:
    """The state of a TCP flow in which these flags were seen, by the bits of the argus format."""
    status = (0x08 if flags & 0x01 else 0) | (0x3000 if flags & 0x04 else 0)
    if flags & 0x12 == 0x12:
        return status | 0x02
    return status | (0x01 if flags & 0x02 else 0) | (0x04 if flags & 0x38 else 0)
