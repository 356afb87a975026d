"""Live capture on Linux from a packet ring that the kernel shares with us (AF_PACKET, TPACKET_V3), a block at a time.

Source: packet(7), Linux Documentation/networking/packet_mmap, <linux/if_packet.h>, <linux/filter.h>.
"""

from __future__ import annotations

import errno
import mmap
import platform
import select
import socket
import struct
from array import array
from collections.abc import Iterator, Sequence

from pyargus.capture.batch import TURNS, Batch, Slots
from pyargus.capture.live_cy import walk
from pyargus.errors import BadUse, Unreachable

BLOCK = 1 << 20
"""Bytes of a block; the kernel hands over a block that is full, or has waited for `RETIRE` milliseconds."""
RETIRE = 60
LINKTYPES = {1: 1, 772: 1, 65534: 12, 519: 12, 801: 105, 802: 119, 803: 127}
"""Kind of hardware (ARPHRD) to link type: Ethernet, loopback, tunnels without a link header, 802.11 with three kinds of header."""

_ETH_P_ALL = 0x0003
_SOL_PACKET = 263
_ADD_MEMBERSHIP, _RX_RING, _STATISTICS, _VERSION, _RESERVE = 1, 5, 6, 10, 12
_TPACKET_V3 = 2
_PROMISCUOUS = 1
_SO_ATTACH_FILTER = 26
_MOST_INSTRUCTIONS = 4096
_RETURN = 0x06
_FRAME = 1 << 11
_USER = 1
# Words of a block's header: 2 status, 3 packets, 4 offset of the first packet.
_STATUS, _PACKETS, _FIRST = 2, 3, 4

# Where the processor may read a packet before the status of its block, a system call between the two keeps them in order.
_IN_ORDER = platform.machine() in ("x86_64", "AMD64", "i686")

Instruction = tuple[int, int, int, int]


class Ring:
    """Packets of one interface.

    program: a compiled packet filter (pcap-filter(7)) for the kernel, or None. size: bytes of the ring. linktype: of the frames; drops:
    packets that found no room in the ring. Raises Unreachable where the interface is not there or capturing is not permitted, BadUse for
    an interface whose link layer needs libpcap.
    """

    kind = "ring"

    def __init__(self, device: str, snaplen: int, promiscuous: bool, program: Sequence[Instruction] | None, size: int) -> None:
        self.device = device
        self.snaplen = snaplen
        self.linktype = 0
        self.received = 0
        self.drops = 0
        self._block = 0
        self._slots = Slots(1 << 14)
        try:
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        except PermissionError:
            raise Unreachable(
                f"{device}: capturing needs the capability CAP_NET_RAW: run as root, or as a service with AmbientCapabilities=CAP_NET_RAW"
            ) from None
        try:
            self._open(promiscuous, program, size)
        except OSError as error:
            self._socket.close()
            raise Unreachable(f"{device}: {_meaning(error)}") from None
        except BadUse:
            self._socket.close()
            raise

    def _open(self, promiscuous: bool, program: Sequence[Instruction] | None, size: int) -> None:
        self.index = socket.if_nametoindex(self.device)
        sock = self._socket
        self._attach(program)
        sock.setsockopt(_SOL_PACKET, _VERSION, _TPACKET_V3)
        # Room before each frame for the tag that was taken off it.
        sock.setsockopt(_SOL_PACKET, _RESERVE, 4)
        self._map(size)
        # Bound only now, the socket holds no packet of other interfaces, and none that the filter has not seen.
        sock.bind((self.device, _ETH_P_ALL))
        hardware = sock.getsockname()[3]
        if hardware not in LINKTYPES:
            raise BadUse(f"{self.device}: the ring does not know link layers of kind {hardware}; use --capture pcap")
        self.linktype = LINKTYPES[hardware]
        self._incoming = hardware == 772
        if promiscuous:
            sock.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, struct.pack("iHH8s", self.index, _PROMISCUOUS, 0, b""))
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN | select.POLLERR)

    def _attach(self, program: Sequence[Instruction] | None) -> None:
        # What a filter returns is how much of a packet is kept; more would only cost the copying.
        program = [
            (code, if_true, if_false, self.snaplen if code == _RETURN and k else k)
            for code, if_true, if_false, k in program or [(_RETURN, 0, 0, self.snaplen)]
        ]
        if len(program) > _MOST_INSTRUCTIONS:
            raise BadUse(f"the packet filter has {len(program)} instructions; the kernel takes {_MOST_INSTRUCTIONS}")
        code = array("B", b"".join(struct.pack("HBBI", *instruction) for instruction in program))
        address, _ = code.buffer_info()
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HP", len(program), address))

    def _map(self, size: int) -> None:
        # Memory may be short; a smaller ring is better than none.
        blocks = max(4, size // BLOCK)
        while True:
            request = struct.pack("7I", BLOCK, blocks, _FRAME, BLOCK // _FRAME * blocks, RETIRE, 0, 0)
            try:
                self._socket.setsockopt(_SOL_PACKET, _RX_RING, request)
                break
            except OSError as error:
                if error.errno != errno.ENOMEM or blocks == 4:
                    raise
                blocks = max(4, blocks // 2)
        self._blocks = blocks
        self._map_object = mmap.mmap(self._socket.fileno(), BLOCK * blocks, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
        self._buf = memoryview(self._map_object)
        self._words = self._buf.cast("I")
        self._halves = self._buf.cast("H")

    @property
    def size(self) -> int:
        """Bytes of the ring."""
        return BLOCK * self._blocks

    def fileno(self) -> int:
        """The descriptor that is ready when a block is."""
        return self._socket.fileno()

    def _ready(self) -> bool:
        if not self._words[self._block * (BLOCK // 4) + _STATUS] & _USER:
            return False
        if not _IN_ORDER:
            self._poll.poll(0)
        return True

    def batches(self) -> Iterator[Batch]:
        """What there is now, in batches; a batch is valid until the next is asked for. Raises Unreachable where the interface is gone."""
        slots = self._slots
        done = 0
        while done < TURNS and self._ready():
            base = self._block * BLOCK
            left = self._words[base // 4 + _PACKETS]
            at = base + self._words[base // 4 + _FIRST]
            while left:
                count, at, left = walk(
                    self._buf, self._words, self._halves, at, left, self.snaplen, self.linktype == 1, self._incoming,
                    memoryview(slots.ts), memoryview(slots.offset), memoryview(slots.caplen), memoryview(slots.wirelen),
                )  # fmt: skip
                if count:
                    yield slots.batch(self.linktype, count, self._buf)
            if not _IN_ORDER:
                self._poll.poll(0)
            self._words[base // 4 + _STATUS] = 0
            self._block = (self._block + 1) % self._blocks
            done += 1
        if not done:
            self.check()

    def check(self) -> None:
        """Raises Unreachable where the interface is gone: the ring does not come back with a new one of its name."""
        # An interface that goes down says so once, and goes on when it is up again.
        self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        try:
            gone = socket.if_nametoindex(self.device) != self.index
        except OSError:
            gone = True
        if gone:
            raise Unreachable(f"{self.device}: the interface was removed")

    def statistics(self) -> tuple[int, int]:
        """Packets that passed the filter, and those of them that were dropped because the ring was full, since the start."""
        packets, drops, _ = struct.unpack("3I", self._socket.getsockopt(_SOL_PACKET, _STATISTICS, 12))
        self.received += packets
        self.drops += drops
        return self.received, self.drops

    def close(self) -> None:
        """Give the ring back."""
        self._halves.release()
        self._words.release()
        try:
            self._buf.release()
            self._map_object.close()
        except BufferError:  # a consumer still holds a view of the last batch; the map goes with it
            pass
        self._socket.close()


def _meaning(error: OSError) -> str:
    """What an error of the kernel means here."""
    if error.errno == errno.ENODEV or error.args[:1] == ("no interface with this name",):
        return "no such interface"
    if error.errno in (errno.EPERM, errno.EACCES):
        return f"{error.strerror}: capturing needs the capability CAP_NET_RAW"
    if error.errno == errno.ENETDOWN:
        return "the interface is down"
    return error.strerror or str(error)
