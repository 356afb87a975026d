"""Sends the packets of a capture to an interface at a given rate, out of a ring that is shared with the kernel (AF_PACKET, PACKET_TX_RING).

`python -m bench.sender DEVICE FILE --rate 300000 --seconds 10` prints what was sent, as JSON; with `--serve` it sends for each line
`RATE SECONDS` that it reads. Linux, root. The packets lie in the ring once and are sent again and again: each costs this program the four
bytes that say so, and the kernel what a network card would have cost it. A network does not wait for the machine, so the sender goes
before all other programs.
Source: packet(7), Linux Documentation/networking/packet_mmap, TPACKET_V2.
"""

import argparse
import json
import mmap
import os
import socket
import struct
import sys
import time
from pathlib import Path

import numpy as np

from pyargus.capture.reader import open_capture

SOL_PACKET = 263
TX_RING, VERSION, LOSS, QDISC_BYPASS = 13, 10, 14, 20
TPACKET_V2 = 1
HEADER = 32
BLOCK = 1 << 20
REQUEST = 1
MOST_BYTES = 1 << 28
"""Bytes of the ring at most."""
PRIORITY = 2
"""Of the real-time ones, where 1 is the least."""


class Sender:
    """The first packets of a capture, each cut to the interface's MTU and to `size` bytes, ready to be sent."""

    def __init__(self, device: str, path: Path, most: int = 1 << 20, size: int = 96) -> None:
        frames = load(path, most, size)
        stride = -(-(HEADER + max(map(len, frames))) // 16) * 16
        while BLOCK % stride:
            stride += 16
        per_block = BLOCK // stride
        blocks = -(-min(len(frames), MOST_BYTES // stride) // per_block)
        self.count = min(len(frames), blocks * per_block)
        blocks = max(1, self.count // per_block)
        self.count = min(self.count, blocks * per_block)
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self._socket.setsockopt(SOL_PACKET, VERSION, TPACKET_V2)
        self._socket.setsockopt(SOL_PACKET, QDISC_BYPASS, 1)
        self._socket.setsockopt(SOL_PACKET, LOSS, 1)
        self._socket.setsockopt(SOL_PACKET, TX_RING, struct.pack("4I", BLOCK, blocks, stride, blocks * per_block))
        self._map = mmap.mmap(self._socket.fileno(), BLOCK * blocks, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
        self._socket.bind((device, 0))
        for number in range(blocks * per_block):
            frame = frames[number % len(frames)]
            at = number * stride
            self._map[at : at + 12] = struct.pack("3I", 0, len(frame), len(frame))
            self._map[at + HEADER : at + HEADER + len(frame)] = frame
        self.count = blocks * per_block
        self._status = np.frombuffer(self._map, dtype=np.uint32)[:: stride // 4]
        self._next = 0

    def send(self, count: int) -> None:
        """Send the next packets, and wait until the kernel has taken them."""
        while count:
            part = min(count, self.count - self._next)
            self._status[self._next : self._next + part] = REQUEST
            self._socket.send(b"")
            self._next = (self._next + part) % self.count
            count -= part

    def run(self, rate: int, seconds: float, tick: float = 0.0005) -> dict[str, float]:
        """Send at `rate` packets a second. Returns packets sent, seconds taken and rate reached."""
        begin = time.perf_counter()
        sent = 0
        total = int(rate * seconds)
        while sent < total:
            now = time.perf_counter() - begin
            due = min(total, int(now * rate) + 1)
            if due > sent:
                # Not in lumps, even after a pause.
                part = min(due - sent, max(64, int(rate * tick * 4)))
                self.send(part)
                sent += part
            else:
                time.sleep(tick)
        took = time.perf_counter() - begin
        return {"sent": sent, "seconds": round(took, 3), "rate": round(sent / took)}


def load(path: Path, most: int, size: int) -> list[bytes]:
    """The first packets of a capture."""
    frames: list[bytes] = []
    with open_capture(str(path)) as capture:
        for batch in capture:
            for i in range(min(batch.count, most - len(frames))):
                start = batch.offset[i]
                frames.append(bytes(batch.buf[start : start + min(batch.caplen[i], size)]))
            if len(frames) >= most:
                break
    return frames


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("device")
    parser.add_argument("file", type=Path)
    parser.add_argument("--rate", type=int, default=300_000)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--packets", type=int, default=1 << 20, help="packets of the file")
    parser.add_argument("--serve", action="store_true", help="say how many packets there are, then send for each line of standard input")
    options = parser.parse_args()
    sender = Sender(options.device, options.file, options.packets)
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
        first = True
    except PermissionError:
        # Containers may not; it sends all the same, as fast as it gets to.
        first = False
    if not options.serve:
        print(json.dumps(sender.run(options.rate, options.seconds)), flush=True)
        return
    print(json.dumps({"packets": sender.count, "first": first}), flush=True)
    for line in sys.stdin:
        rate, seconds = line.split()
        print(json.dumps(sender.run(int(rate), float(seconds))), flush=True)


if __name__ == "__main__":
    main()
