"""A small capture of an office network, made and not taken: `python -m pyargus.capture.generate demo.pcap`.

The same seed makes the same bytes. Addresses are those kept for documentation (RFC 5737, RFC 3849) and 10/8.
"""

import random
import struct
import sys
from pathlib import Path

from pyargus.capture import frames
from pyargus.capture.frames import ACK, FIN, PSH, RST, SYN

BEGIN = 1_700_000_000_000_000
"""Time of the first frame, microseconds since 1970: 14 November 2023, 22:13:20 UTC."""
ROUTER, ROUTER_MAC = "10.1.0.1", "02:00:5e:01:00:01"
DNS_SERVER = "192.0.2.53"
SYN_OPTIONS = bytes.fromhex("020405b40402080a000000010000000001030307")
MSS = 1448


class Office:
    """Collects frames with their times; each method plays one conversation that begins at a given time (microseconds)."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.frames: list[tuple[int, bytes]] = []

    def _mac(self, address: str) -> str:
        """Hosts of the office have a card of their own, all others are behind the router."""
        if address.startswith("10.1.0.") and address != ROUTER:
            return f"02:00:5e:01:00:{int(address.rsplit('.', 1)[1]):02x}"
        if address.startswith("2001:db8:1::") and address != "2001:db8:1::1":
            return f"02:00:5e:01:00:{int(address.rsplit(':', 1)[1], 16):02x}"
        return ROUTER_MAC

    def send(self, at: int, source: str, target: str, packet: bytes) -> None:
        """One IP packet."""
        kind = frames.ETHER_IPV6 if ":" in source else frames.ETHER_IPV4
        self.frames.append((at, frames.ethernet(self._mac(source), self._mac(target), kind, packet)))

    def delay(self, usual: int) -> int:
        """Some time, microseconds, around the usual one and with a long tail."""
        return max(20, int(usual * self.draw.lognormvariate(0, 0.4)))

    def ask_arp(self, at: int, host: str) -> None:
        """A host asks for the router's card."""
        everyone, nobody = "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"
        card = self._mac(host)
        question = frames.arp(1, card, host, nobody, ROUTER)
        self.frames.append((at, frames.ethernet(card, everyone, frames.ETHER_ARP, question)))
        answer = frames.arp(2, ROUTER_MAC, ROUTER, card, host)
        self.frames.append((at + self.delay(300), frames.ethernet(ROUTER_MAC, card, frames.ETHER_ARP, answer)))

    def exchange(self, at: int, client: str, port: int, server: str, service: int, question: bytes, answer: bytes) -> int:
        """A question and an answer over UDP; returns the time of the answer."""
        self.send(at, client, server, frames.udp(client, port, server, service, question))
        back = at + self.delay(9_000)
        self.send(back, server, client, frames.udp(server, service, client, port, answer))
        return back

    def lookup(self, at: int, client: str, name: str, address: str | None, server: str = DNS_SERVER) -> int:
        """A DNS look-up; no address means that the name is unknown."""
        query = frames.dns_query(self.draw.getrandbits(16), name, 28 if address and ":" in address else 1)
        return self.exchange(at, client, self.port(), server, 53, query, frames.dns_answer(query, address))

    def port(self) -> int:
        """A port as a client is given one."""
        return self.draw.randrange(32768, 61000)

    def ntp(self, at: int, client: str, server: str) -> None:
        """A question for the time and its answer (RFC 5905, modes 3 and 4)."""
        question = struct.pack("!B3x", 0x23) + bytes(36) + self.draw.randbytes(8)
        answer = struct.pack("!BBbb", 0x24, 2, 6, -20) + self.draw.randbytes(44)
        self.exchange(at, client, 123, server, 123, question, answer)

    def ping(self, at: int, client: str, server: str, count: int, answered: bool = True) -> None:
        """Echo requests, one a second."""
        ident = self.draw.getrandbits(16)
        asks, answers = (128, 129) if ":" in client else (8, 0)
        for number in range(1, count + 1):
            rest = struct.pack("!HH", ident, number) + bytes(range(16, 72))
            self.send(at, client, server, frames.icmp(client, server, asks, 0, rest))
            if answered:
                self.send(at + self.delay(14_000), server, client, frames.icmp(server, client, answers, 0, rest))
            at += 1_000_000

    def refused_datagram(self, at: int, client: str, server: str, service: int) -> None:
        """A datagram to a closed port: port unreachable."""
        packet = frames.udp(client, self.port(), server, service, self.draw.randbytes(32))
        self.send(at, client, server, packet)
        self.send(at + self.delay(8_000), server, client, frames.icmp(server, client, 3, 3, bytes(4) + packet[:28]))

    def session(
        self, at: int, client: str, server: str, service: int, talk: list[tuple[bool, bytes]], lost: int = -1, reset: bool = False
    ) -> None:
        """A TCP connection: handshake, the pieces of talk (True from the client) in segments that are acknowledged, close.

        lost: number of the segment that is sent a second time; reset: the client ends with RST and not FIN.
        """
        port = self.port()
        trip = self.delay(12_000)
        seq = {True: self.draw.getrandbits(32), False: self.draw.getrandbits(32)}
        sent = {True: 0, False: 0}
        name = {True: (client, port, server, service), False: (server, service, client, port)}

        def segment(when: int, mine: bool, flags: int, payload: bytes = b"", options: bytes = b"", back: int = 0) -> None:
            source, sport, target, dport = name[mine]
            when = sent[mine] = max(when, sent[mine] + 25)  # neither side overtakes itself
            ack = seq[not mine] if flags & ACK else 0
            packet = frames.tcp(source, sport, target, dport, seq[mine] - back, ack, flags, payload, options)
            self.send(when, source, target, packet)
            seq[mine] += 0 if back else len(payload) + bool(flags & (SYN | FIN))

        segment(at, True, SYN, options=SYN_OPTIONS)
        segment(at + trip, False, SYN | ACK, options=SYN_OPTIONS)
        at += trip + self.delay(60)
        segment(at, True, ACK)
        number = 0
        for mine, text in talk:
            at += self.delay(2_000 if mine else trip)
            for start in range(0, len(text), MSS):
                payload = text[start : start + MSS]
                last = start + MSS >= len(text)
                segment(at, mine, PSH | ACK if last else ACK, payload)
                if number == lost:
                    at += 200_000 + self.delay(trip)
                    segment(at, mine, PSH | ACK, payload, back=len(payload))
                number += 1
                at += self.delay(80)
                if last or number % 2 == 0:
                    segment(at + self.delay(trip // 2), not mine, ACK)
            at += trip
        if reset:
            segment(at, True, RST | ACK)
            return
        segment(at, True, FIN | ACK)
        segment(at + trip, False, FIN | ACK)
        segment(at + trip + self.delay(60), True, ACK)

    def web(self, at: int, client: str, server: str, host: str, size: int, lost: int = -1) -> None:
        """An HTTP request and its answer."""
        request = f"GET /index.html HTTP/1.1\r\nHost: {host}\r\nUser-Agent: demo/1.0\r\nAccept: */*\r\n\r\n".encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {size}\r\n\r\n".encode()
        self.session(at, client, server, 80, [(True, request), (False, head + b"x" * size)], lost)

    def secure(self, at: int, client: str, server: str, host: str, rounds: int, reset: bool = False) -> None:
        """What TLS 1.2 looks like from outside: hello with the server's name, hello and certificate, keys, then sealed records."""

        def record(kind: int, body: bytes) -> bytes:
            return struct.pack("!BHH", kind, 0x0303, len(body)) + body

        name = struct.pack("!HBH", len(host) + 3, 0, len(host)) + host.encode()
        extensions = struct.pack("!HH", 0, len(name)) + name
        hello = b"\x03\x03" + self.draw.randbytes(32) + b"\0" + b"\0\x04\xc0\x2f\xc0\x30" + b"\x01\0"
        hello += struct.pack("!H", len(extensions)) + extensions
        answer = b"\x03\x03" + self.draw.randbytes(32) + b"\0\xc0\x2f\0" + b"\0\0"
        talk = [
            (True, record(22, b"\x01" + len(hello).to_bytes(3) + hello)),
            (False, record(22, b"\x02" + len(answer).to_bytes(3) + answer) + record(22, b"\x0b" + self.draw.randbytes(2800))),
            (True, record(22, self.draw.randbytes(70)) + record(20, b"\x01") + record(22, self.draw.randbytes(40))),
            (False, record(20, b"\x01") + record(22, self.draw.randbytes(40))),
        ]
        for _ in range(rounds):
            talk.append((True, record(23, self.draw.randbytes(self.draw.randrange(80, 900)))))
            talk.append((False, record(23, self.draw.randbytes(self.draw.randrange(300, 9_000)))))
        self.session(at, client, server, 443, talk, reset=reset)

    def scan(self, at: int, client: str, server: str, services: range) -> None:
        """A SYN to every port: most are refused, one in eight does not answer."""
        port = self.port()
        for service in services:
            seq = self.draw.getrandbits(32)
            self.send(at, client, server, frames.tcp(client, port, server, service, seq, 0, SYN))
            if service % 8:
                self.send(at + self.delay(700), server, client, frames.tcp(server, service, client, port, 0, seq + 1, RST | ACK))
            at += self.delay(3_000)


def play(office: Office) -> None:
    """A little less than two minutes of an office."""
    second = 1_000_000
    one, two, three = "10.1.0.11", "10.1.0.12", "10.1.0.13"
    sites = [("www.example.com", "198.51.100.80"), ("mail.example.net", "203.0.113.25"), ("files.example.org", "198.51.100.21")]
    for number, host in enumerate((one, two, three)):
        office.ask_arp(BEGIN + number * second, host)
        office.ntp(BEGIN + (5 + 32 * number) * second, host, "203.0.113.123")
    at = BEGIN + 2 * second
    for number in range(12):
        client = (one, two, three)[number % 3]
        host, address = sites[number % len(sites)]
        opened = office.lookup(at, client, host, address) + office.delay(1_000)
        if number % 2:
            office.secure(opened, client, address, host, office.draw.randrange(1, 5), reset=number == 7)
        else:
            office.web(opened, client, address, host, office.draw.randrange(400, 40_000), lost=3 if number == 4 else -1)
        at += office.delay(6 * second)
    office.lookup(BEGIN + 9 * second, two, "no-such-name.example.com", None)
    office.ping(BEGIN + 20 * second, one, "198.51.100.80", 5)
    office.ping(BEGIN + 40 * second, two, "203.0.113.200", 3, answered=False)
    office.refused_datagram(BEGIN + 33 * second, three, "198.51.100.21", 33_434)
    inside, outside = "2001:db8:1::11", "2001:db8:ffff::80"
    opened = office.lookup(BEGIN + 25 * second, inside, "six.example.com", outside, server="2001:db8:ffff::53")
    office.web(opened + 1_000, inside, outside, "six.example.com", 12_000)
    office.ping(BEGIN + 28 * second, inside, outside, 3)
    office.scan(BEGIN + 60 * second, "203.0.113.66", three, range(20, 36))


def generate(seed: int = 1) -> bytes:
    """The capture as a pcap file."""
    office = Office(seed)
    play(office)
    return pcap(office)


def pcap(office: Office) -> bytes:
    """What was played, in the order of time, as a pcap file: Ethernet, microseconds, least significant byte first."""
    parts = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)]
    for at, frame in sorted(office.frames, key=lambda item: item[0]):
        parts.append(struct.pack("<IIII", at // 1_000_000, at % 1_000_000, len(frame), len(frame)) + frame)
    return b"".join(parts)


def main(arguments: list[str]) -> int:
    """Write the capture to the file named."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("usage: python -m pyargus.capture.generate FILE", file=sys.stderr)
        return 2
    try:
        Path(arguments[0]).write_bytes(generate())
    except OSError as error:
        print(f"{arguments[0]}: {error.strerror}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
