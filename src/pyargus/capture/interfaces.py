"""Network interfaces of this host: which there are, whether they are up, what they have dropped. Source: Linux netdevice(7), proc(5)."""

from __future__ import annotations

import fcntl
import socket
import struct
import sys
from pathlib import Path

UP, LOOPBACK, RUNNING = 0x1, 0x8, 0x40

_LINUX = sys.platform == "linux"
_SIOCGIFFLAGS, _SIOCGIFADDR, _SIOCGIFNETMASK, _SIOCGIFHWADDR = 0x8913, 0x8915, 0x891B, 0x8927
_NAME_SIZE = 16


def flags(name: str) -> int | None:
    """The interface's flags (UP, LOOPBACK, RUNNING and others), or None where there is no such interface."""
    if not _LINUX or len(name.encode()) >= _NAME_SIZE:
        return None if name not in names() else UP | RUNNING
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack(f"{_NAME_SIZE}sH14x", name.encode(), 0)
        try:
            answer = fcntl.ioctl(control, _SIOCGIFFLAGS, request)
        except OSError:
            return None
    return int(struct.unpack_from("H", answer, _NAME_SIZE)[0])


def hardware(name: str) -> int:
    """Kind of the interface's link layer (ARPHRD), -1 where there is no such interface. Linux only."""
    request = struct.pack(f"{_NAME_SIZE}s24x", name.encode()[: _NAME_SIZE - 1])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        try:
            answer = fcntl.ioctl(control, _SIOCGIFHWADDR, request)
        except OSError:
            return -1
    return int(struct.unpack_from("H", answer, _NAME_SIZE)[0])


def network(name: str) -> tuple[int, int]:
    """The interface's IPv4 network and mask as numbers, both 0 where it has none."""
    request = struct.pack(f"{_NAME_SIZE}s24x", name.encode()[: _NAME_SIZE - 1])
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for number in (_SIOCGIFADDR, _SIOCGIFNETMASK):
            try:
                found.append(int(struct.unpack_from("!I", fcntl.ioctl(control, number, request), _NAME_SIZE + 4)[0]))
            except OSError:
                return 0, 0
    return found[0] & found[1], found[1]


def is_up(name: str) -> bool:
    """Whether the interface is there and can have traffic."""
    return (flags(name) or 0) & (UP | RUNNING) == UP | RUNNING


def names() -> list[str]:
    """All interfaces, in the order in which one without a name is chosen, as libpcap has it: those that can have traffic first, and of
    them the loopback last."""
    found = [name for _, name in socket.if_nameindex()]
    if not _LINUX:
        return found

    def rank(name: str) -> tuple[bool, bool, bool]:
        value = flags(name) or 0
        return not value & RUNNING, not value & UP, bool(value & LOOPBACK)

    return sorted(found, key=rank)


def dropped(name: str, table: Path = Path("/proc/self/net/dev")) -> int:
    """Packets that the interface or its driver has dropped since it is there, 0 where that is not known."""
    try:
        lines = table.read_text().splitlines()
    except OSError:
        return 0
    for line in lines[2:]:
        device, _, numbers = line.partition(":")
        if device.strip() == name:
            # received: bytes, packets, errors, dropped, overruns of its queue
            columns = numbers.split()
            return int(columns[3]) + int(columns[4])
    return 0
