"""Sources of datagrams: argus records in UDP, and the exports of routers (NetFlow, IPFIX).

Source: argus 3 record format, section "UDP transport".
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import time
from collections.abc import Callable, Mapping
from ipaddress import ip_address

from pyargus.errors import BadUse, Unreachable
from pyargus.network.addresses import Uri, joined, parse_uri, resolve
from pyargus.network.pieces_cy import complete, cut, managements
from pyargus.network.ports import meaning
from pyargus.record.management import Cause, Management, encode
from pyargus.record.reader import COOKIES, INITIAL

# The system is asked for so much room for what has not been read yet; it may give less.
RECEIVE_BUFFER = 8 << 20
LARGEST = 1 << 16
MULTICAST_HOPS = 128

# Reasons why a datagram that is whole gives no records.
UNSUPPORTED = "NetFlow version 8 (aggregated flows) is not supported"
NO_TEMPLATE = "the template has not come yet"

Buffer = bytes | bytearray | memoryview
Decoder = Callable[[bytes, str], tuple[bytes, int]]


class Receiver:
    """A bound socket and what makes records of its datagrams.

    decode: takes a datagram and the address it came from, gives its records and how many of its parts are malformed.
    malformed: datagrams, or the rest of them, that could not be read. left_out: what gives no records for other reasons, by reason.
    """

    def __init__(self, sock: socket.socket, decode: Decoder, left_out: Mapping[str, int] | None = None) -> None:
        self.sock = sock
        self.decode = decode
        self.malformed = 0
        self.left_out = left_out if left_out is not None else {}
        self._said = False

    def initial(self) -> bytes:
        """A management record to begin the stream with: datagrams have none of their own, or it was sent before we listened."""
        now = time.time_ns() // 1000
        return encode(Management(Cause.START, now, now))

    def unsaid(self) -> str:
        """What is left out although it would be wanted, the first time; else empty."""
        if self._said or not self.left_out.get(UNSUPPORTED):
            return ""
        self._said = True
        return UNSUPPORTED

    def receive(self, limit: int) -> bytes:
        """Records of the datagrams that have come, up to about so many bytes."""
        out = bytearray()
        while len(out) < limit:
            try:
                data, address = self.sock.recvfrom(LARGEST)
            except (BlockingIOError, InterruptedError):
                break
            records, malformed = self.decode(data, address[0])
            out += records
            self.malformed += malformed
        return bytes(out)


def argus_records(data: bytes, address: str) -> tuple[bytes, int]:
    """The records of a datagram without the management record that begins a stream, and whether it ends with something else."""
    end = complete(memoryview(data))
    malformed = end < len(data) or not data
    data = data[:end]
    for at in reversed(managements(memoryview(data))):
        if data[at + 8 : at + 12] in COOKIES:
            data = data[:at] + data[at + INITIAL :]
    return data, int(malformed)


def open_receiver(uri: Uri) -> Receiver:
    """Listen for datagrams on the address of a URI, joining the group where it is one. Raises Unreachable."""
    family, address = resolve(uri.host, uri.port, socket.SOCK_DGRAM, True)[0]
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        if uri.host and ip_address(address[0]).is_multicast:
            _join(sock, family, address)
        sock.bind(address)
    except OSError as error:
        sock.close()
        raise Unreachable(f"cannot listen on UDP {joined(address[0], uri.port)}: {meaning(error, uri.port)}") from None
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    sock.setblocking(False)
    if uri.scheme == "argus-udp":
        return Receiver(sock, argus_records)
    from pyargus.network.netflow import Collector

    collector = Collector()
    return Receiver(sock, collector.records, collector.left_out)


class Sender:
    """A file of records that sends each as a datagram of its own, to a host or a group. Nobody says whether they arrive."""

    def __init__(self, sock: socket.socket, address: tuple[str, int]) -> None:
        self._sock = sock
        self._address = address

    def write(self, data: Buffer) -> int:
        """Send whole records. Raises OSError for one that is longer than a datagram, after the others are sent."""
        view = memoryview(data)
        too_long = False
        for start, end, _ in cut(view, 1):
            try:
                self._sock.sendto(view[start:end], self._address)
            except ConnectionRefusedError:
                # The receiver of an earlier one is not there; it may be soon.
                continue
            except OSError as error:
                if error.errno != errno.EMSGSIZE:
                    raise
                too_long = True
        if too_long:
            raise OSError(errno.EMSGSIZE, os.strerror(errno.EMSGSIZE))
        return len(view)

    def flush(self) -> None:
        """Nothing to do: a datagram does not wait."""

    def close(self) -> None:
        """Send no more."""
        self._sock.close()


def open_sender(text: str) -> Sender:
    """What sends records to `argus-udp://host[:port]`, or `udp://`.

    Raises BadUse for another URI, Unreachable for a host that is not known.
    """
    uri = parse_uri(text)
    if uri.scheme != "argus-udp" or not uri.host:
        raise BadUse(f"{text}: records are sent to argus-udp://host[:port] only; who wants them over TCP connects to -P")
    family, address = resolve(uri.host, uri.port, socket.SOCK_DGRAM)[0]
    sock = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, MULTICAST_HOPS)
    else:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, MULTICAST_HOPS)
    return Sender(sock, address)


def _join(sock: socket.socket, family: int, address: tuple[str, int]) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    group = socket.inet_pton(family, address[0])
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group + struct.pack("@I", 0))
    else:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group + struct.pack("!I", 0))
