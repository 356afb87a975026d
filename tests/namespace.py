"""A network of its own for a test: a namespace with a pair of virtual Ethernet interfaces. Linux, root."""

import ctypes
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from pyargus.capture import interfaces
from tests.capture.craft import Frame

CLONE_NEWNET = 0x40000000
LARGEST = 9000


@dataclass(frozen=True)
class Wire:
    """Two interfaces that are connected; what is sent on one comes in on the other."""

    near: str = "wire0"
    far: str = "wire1"

    def send(self, frames: Sequence[bytes | Frame], device: str = "") -> None:
        """Send frames as fast as possible, in their order."""
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sender:
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
            sender.bind((device or self.near, 0))
            for frame in frames:
                sender.send(frame if isinstance(frame, bytes) else frame.data)


def run(*command: str) -> str:
    """What a command prints; it must succeed."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def why_not() -> str:
    """Why there can be no namespace here, or empty."""
    if sys.platform != "linux":
        return "namespaces are Linux's"
    if os.geteuid() != 0:
        return "needs root"
    return "" if subprocess.run(["sh", "-c", "command -v ip"], capture_output=True, check=False).returncode == 0 else "needs ip(8)"


@contextmanager
def namespace() -> Iterator[Wire]:
    """Inside it this thread, and every process that it starts, is in a network of its own, which vanishes with the last of them."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net") as before:
        if libc.unshare(CLONE_NEWNET) != 0:
            pytest.skip(f"no network namespace: {os.strerror(ctypes.get_errno())}")
        try:
            # Without IPv6 no packets come that no test has sent.
            for name in ("default", "all"):
                with open(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6", "w") as switch:
                    switch.write("1")
            wire = Wire()
            run("ip", "link", "add", wire.near, "mtu", str(LARGEST), "type", "veth", "peer", "name", wire.far, "mtu", str(LARGEST))
            for device in ("lo", wire.near, wire.far):
                run("ip", "link", "set", device, "up")
            assert until(lambda: all(interfaces.is_up(device) for device in ("lo", wire.near, wire.far)))
            yield wire
        finally:
            libc.setns(before.fileno(), CLONE_NEWNET)


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A pair of interfaces; a test without the means for it is skipped."""
    if reason := why_not():
        pytest.skip(reason)
    with namespace() as made:
        yield made


def until(condition, seconds: float = 30.0) -> bool:  # type: ignore[no-untyped-def]
    """Whether a condition has come true within so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def tagged(frame: bytes, tag: int, kind: int = 0x8100) -> bytes:
    """An Ethernet frame with a VLAN tag."""
    return frame[:12] + struct.pack("!HH", kind, tag) + frame[12:]
