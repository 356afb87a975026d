"""Live capture from a network interface: with a packet ring on Linux, with libpcap (pcapy-ng) everywhere.

Both hand out the same batches as a capture file does, are ready when their descriptor is, and never wait.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any, Protocol

from pyargus.capture import interfaces
from pyargus.capture.batch import FRAMES, TURNS, Batch, Slots
from pyargus.capture.bpf import instructions
from pyargus.capture.live_cy import unpack
from pyargus.errors import BadUse, Unreachable

RING_SIZE = 128 << 20
"""Bytes of packets that the kernel holds for us while we do something else."""
AUTO, RING, PCAP = "auto", "ring", "pcap"

# libpcap's largest captured length. It hands out no length on the wire, so packets are taken whole and cut here.
_WHOLE = 262144
_WAIT = 60
_MEANINGS = {
    -5: "no such interface",
    -8: "capturing needs the capability CAP_NET_RAW: run as root, or as a service with AmbientCapabilities=CAP_NET_RAW",
    -9: "the interface is down",
    -11: "promiscuous mode needs the capability CAP_NET_ADMIN; -p does without",
}


class LiveCapture(Protocol):
    """Packets of one interface as they come. kind: "ring" or "pcap"; device: its name; linktype: of its frames."""

    kind: str
    device: str
    linktype: int

    def fileno(self) -> int:
        """The descriptor that is ready when there are packets."""

    def batches(self) -> Iterator[Batch]:
        """What there is now, `TURNS` batches or, of a ring, blocks at most; a batch is valid until the next is asked for. Raises
        Unreachable where the interface is gone."""

    def check(self) -> None:
        """Raises Unreachable where the interface is gone."""

    def statistics(self) -> tuple[int, int]:
        """Packets that passed the filter, and those of them that the kernel dropped, since the start."""

    def close(self) -> None:
        """Let go of the interface."""


class Pcap:
    """Packets of one interface through libpcap.

    expression: packet filter (pcap-filter(7)), or empty. Raises Unreachable where the interface is not there or capturing is not
    permitted, BadUse for a filter that does not compile.
    """

    kind = "pcap"

    def __init__(self, device: str, snaplen: int, promiscuous: bool, expression: str, size: int) -> None:
        try:
            import pcapy
        except ImportError:
            raise Unreachable("capturing with libpcap needs pcapy-ng: pip install 'pyargus-flow[live]'") from None
        self.device = device
        self.snaplen = snaplen
        self._error: type[Exception] = pcapy.PcapError
        self._slots = Slots()
        self._reader: Any = pcapy.create(device)
        self._reader.set_snaplen(_WHOLE)
        self._reader.set_promisc(int(promiscuous))
        self._reader.set_timeout(_WAIT)
        self._reader.set_buffer_size(size)
        status = self._reader.activate()
        if status < 0:
            raise Unreachable(f"{device}: {_MEANINGS.get(status, f'libpcap says {status}')}")
        if expression:
            try:
                self._reader.setfilter(expression)
            except self._error as error:
                raise BadUse(f"packet filter {expression!r}: {error}") from None
        self._reader.setnonblock(1)
        self.linktype = self._reader.datalink()
        self.index = index_of(device)

    def fileno(self) -> int:
        """The descriptor that is ready when there are packets."""
        return int(self._reader.getfd())

    def batches(self) -> Iterator[Batch]:
        """What there is now; a batch is valid until the next is asked for. Raises Unreachable where the interface is gone."""
        slots = self._slots
        for _ in range(TURNS):
            try:
                packets, meta = self._reader.next_batch(FRAMES)
            except self._error:
                # It went down, and comes back if it was not removed.
                self.check()
                return
            if not meta:
                return
            count = unpack(
                memoryview(meta).cast("I"), self.snaplen,
                memoryview(slots.ts), memoryview(slots.offset), memoryview(slots.caplen), memoryview(slots.wirelen),
            )  # fmt: skip
            yield slots.batch(self.linktype, count, memoryview(packets))

    def check(self) -> None:
        """Raises Unreachable where the interface is gone."""
        if index_of(self.device) != self.index:
            raise Unreachable(f"{self.device}: the interface was removed")

    def statistics(self) -> tuple[int, int]:
        """Packets that passed the filter, and those of them that the kernel dropped, since the start."""
        received, drops, _ = self._reader.stats()
        return int(received), int(drops)

    def close(self) -> None:
        """Let go of the interface."""
        self._reader.close()


def index_of(device: str) -> int:
    """The interface's number, 0 where there is none (or where it is no interface, as libpcap's own devices)."""
    try:
        return socket.if_nametoindex(device)
    except OSError:
        return 0


def _speaks_of_tags(expression: str) -> bool:
    """Whether a filter looks at VLAN tags, which the kernel has taken off the frames that it filters."""
    return "vlan" in expression


def open_live(
    device: str,
    *,
    snaplen: int,
    promiscuous: bool = True,
    expression: str = "",
    optimise: bool = True,
    how: str = AUTO,
    size: int = RING_SIZE,
) -> LiveCapture:
    """Begin to capture: with the ring where this system has it and it knows the interface's link layer, else with libpcap.

    expression: packet filter, or empty; how: AUTO, RING or PCAP; size: bytes of packets that the kernel holds for us. Raises
    Unreachable or BadUse with a message that names the interface, and the capability where one is missing.
    """
    if how == PCAP or (how == AUTO and not _ring_knows(device, expression)):
        return Pcap(device, snaplen, promiscuous, expression, size)
    from pyargus.capture.ring import Ring

    if not hasattr(socket, "AF_PACKET"):
        raise BadUse("--capture ring: only Linux has packet rings")
    if expression and _speaks_of_tags(expression):
        raise BadUse(f"--capture ring: the filter {expression!r} speaks of VLAN tags; use --capture pcap")
    program = instructions(expression, _linktype(device), optimise) if expression else None
    return Ring(device, snaplen, promiscuous, program, size)


def _ring_knows(device: str, expression: str) -> bool:
    return hasattr(socket, "AF_PACKET") and _linktype(device) >= 0 and not (expression and _speaks_of_tags(expression))


def _linktype(device: str) -> int:
    """Link type of an interface's frames as the ring gives them, -1 where it has none for them."""
    from pyargus.capture.ring import LINKTYPES

    return LINKTYPES.get(interfaces.hardware(device), -1)
