"""Frames built from the outside in, checksums included, for captures that are made and not taken.

Addresses are text; ports, sizes and flags are numbers. Layouts: RFC 791 (IPv4), 8200 (IPv6), 9293 (TCP), 768 (UDP), 792 (ICMP), 4443
(ICMPv6), 826 (ARP), 1035 (DNS).
"""

import ipaddress
import struct

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
ETHER_IPV4, ETHER_ARP, ETHER_IPV6 = 0x0800, 0x0806, 0x86DD
ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    total: int = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + bytes(len(data) & 1)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def mac(text: str) -> bytes:
    """Six bytes from "02:00:00:00:00:01"."""
    return bytes.fromhex(text.replace(":", ""))


def ethernet(source: str, target: str, kind: int, payload: bytes) -> bytes:
    """An Ethernet II frame, padded to 60 bytes."""
    return (mac(target) + mac(source) + struct.pack("!H", kind) + payload).ljust(60, b"\0")


def arp(operation: int, mac_from: str, ip_from: str, mac_to: str, ip_to: str) -> bytes:
    """ARP for IPv4 on Ethernet; operation 1 asks, 2 answers."""
    ends = mac(mac_from) + ipaddress.IPv4Address(ip_from).packed + mac(mac_to) + ipaddress.IPv4Address(ip_to).packed
    return struct.pack("!HHBBH", 1, ETHER_IPV4, 6, 4, operation) + ends


def ip(source: str, target: str, proto: int, payload: bytes, ident: int = 0, ttl: int = 64) -> bytes:
    """An IPv4 or IPv6 packet, as the addresses say."""
    start, end = ipaddress.ip_address(source), ipaddress.ip_address(target)
    if start.version == 6:
        return struct.pack("!IHBB", 0x60000000, len(payload), proto, ttl) + start.packed + end.packed + payload
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), ident, 0x4000, ttl, proto, 0) + start.packed + end.packed
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def _pseudo(source: str, target: str, proto: int, length: int) -> bytes:
    start, end = ipaddress.ip_address(source), ipaddress.ip_address(target)
    return start.packed + end.packed + struct.pack("!II", length, proto)


def tcp(
    source: str, sport: int, target: str, dport: int, seq: int, ack: int, flags: int, payload: bytes = b"", options: bytes = b""
) -> bytes:
    """A TCP segment in its IP packet; options are padded by the caller to a multiple of four."""
    offset = (5 + len(options) // 4) << 4
    head = struct.pack("!HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, offset, flags, 64240, 0, 0) + options
    check = checksum(_pseudo(source, target, TCP, len(head) + len(payload)) + head + payload)
    return ip(source, target, TCP, head[:16] + struct.pack("!H", check) + head[18:] + payload, ident=seq & 0xFFFF)


def udp(source: str, sport: int, target: str, dport: int, payload: bytes) -> bytes:
    """A UDP datagram in its IP packet."""
    head = struct.pack("!HHHH", sport, dport, 8 + len(payload), 0)
    check = checksum(_pseudo(source, target, UDP, len(head) + len(payload)) + head + payload) or 0xFFFF
    return ip(source, target, UDP, head[:6] + struct.pack("!H", check) + payload, ident=sport)


def icmp(source: str, target: str, kind: int, code: int, rest: bytes) -> bytes:
    """An ICMP or ICMPv6 message in its IP packet; rest: everything after the checksum."""
    head = struct.pack("!BBH", kind, code, 0)
    if ipaddress.ip_address(source).version == 6:
        check = checksum(_pseudo(source, target, ICMPV6, 4 + len(rest)) + head + rest)
        return ip(source, target, ICMPV6, head[:2] + struct.pack("!H", check) + rest)
    return ip(source, target, ICMP, head[:2] + struct.pack("!H", checksum(head + rest)) + rest)


def dns_query(ident: int, name: str, kind: int = 1) -> bytes:
    """A question for a name; kind 1 asks for an IPv4 address, 28 for an IPv6 address."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack("!HHHHHH", ident, 0x0100, 1, 0, 0, 0) + labels + struct.pack("!BHH", 0, kind, 1)


def dns_answer(query: bytes, address: str | None) -> bytes:
    """The answer to a question: one address, or that there is no such name."""
    ident, kind = query[:2], query[-4:]
    if address is None:
        return ident + struct.pack("!HHHHH", 0x8183, 1, 0, 0, 0) + query[12:]
    packed = ipaddress.ip_address(address).packed
    record = struct.pack("!H", 0xC00C) + kind + struct.pack("!IH", 300, len(packed)) + packed
    return ident + struct.pack("!HHHHH", 0x8180, 1, 1, 0, 0) + query[12:] + record
