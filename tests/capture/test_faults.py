"""Whatever the bytes: the frames before the fault, then `BadInput`, and nothing else."""

import bz2
import errno
import gzip
import lzma
import os
import random
import struct
import subprocess
import sys
import threading
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from pyargus.capture.reader import CaptureReader, open_capture
from pyargus.errors import BadInput, Unreachable
from tests.capture.craft import Frame, collect, enhanced, frames, interface, pcap, pcapng, section
from tests.kernels import load_compiled, load_interpreted

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress,
}


def attempt(path: Path, data: bytes) -> tuple[list[Frame], BadInput | None]:
    """What a reader finds in these bytes, and the fault that ended it."""
    path.write_bytes(data)
    return drain(open_capture(str(path)))


def drain(reader: CaptureReader) -> tuple[list[Frame], BadInput | None]:
    found: list[Frame] = []
    try:
        collect(reader, found)
    except BadInput as fault:
        return found, fault
    return found, None


def through_pipe(data: bytes) -> tuple[list[Frame], BadInput | None]:
    """The same through a pipe, written in pieces of odd sizes."""
    out, into = os.pipe()

    def write() -> None:
        with open(into, "wb", buffering=0) as file:
            draw = random.Random(len(data))
            at = 0
            while at < len(data):
                size = draw.randrange(1, 70_000)
                file.write(data[at : at + size])
                at += size

    writer = threading.Thread(target=write)
    writer.start()
    try:
        return drain(CaptureReader("pipe", open(out, "rb", buffering=0)))
    finally:
        writer.join()


@pytest.mark.parametrize("make", [pcap, pcapng])
def test_cut_at_every_byte(tmp_path: Path, make: Callable[[list[Frame]], bytes]) -> None:
    content = frames(6)
    whole = make(content)
    ends = [len(make(content[:n])) for n in range(len(content) + 1)]
    for size in range(len(whole) + 1):
        found, fault = attempt(tmp_path / "a", whole[:size])
        complete = sum(end <= size for end in ends) - 1
        assert found == content[: max(complete, 0)]
        if size in ends or (make is pcapng and size == len(section())):
            assert fault is None
        else:
            assert fault is not None and fault.offset is not None and fault.offset <= size
        piped, again = through_pipe(whole[:size])
        assert piped == found and (again is None) == (fault is None)
        assert again is None or fault is None or (again.offset, again.expected) == (fault.offset, fault.expected)


@pytest.mark.parametrize("make", [pcap, pcapng])
def test_every_byte_changed(tmp_path: Path, make: Callable[[list[Frame]], bytes]) -> None:
    whole = make(frames(3, most=30))
    for at in range(len(whole)):
        for flip in (0x01, 0x80, 0xFF):
            data = bytearray(whole)
            data[at] ^= flip
            found, fault = attempt(tmp_path / "a", bytes(data))
            piped, again = through_pipe(bytes(data))
            assert piped == found and (again is None) == (fault is None)


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=400), start=st.sampled_from(["", "pcap", "pcapng", "gzip", "bzip2", "xz", "zstd"]))
def test_random_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes, start: str) -> None:
    heads = {
        "": b"",
        "pcap": pcap([]),
        "pcapng": section() + interface() + enhanced(1, Frame(1, b"x", 1)),
        "gzip": b"\x1f\x8b\x08",
        "bzip2": b"BZh9",
        "xz": b"\xfd7zXZ\x00",
        "zstd": b"\x28\xb5\x2f\xfd",
    }
    path = tmp_path_factory.getbasetemp() / "random"
    found, fault = attempt(path, heads[start] + data)
    assert fault is None or fault.source == str(path)
    assert start != "pcapng" or found


@pytest.mark.parametrize("kind", COMPRESS)
@pytest.mark.parametrize("make", [pcap, pcapng])
def test_compressed_is_the_same(tmp_path: Path, kind: str, make: Callable[[list[Frame]], bytes]) -> None:
    content = frames(20_000, seed=5)
    packed = COMPRESS[kind](make(content))
    assert attempt(tmp_path / "a", packed) == (content, None)
    assert through_pipe(packed) == (content, None)


@pytest.mark.parametrize("kind", COMPRESS)
def test_several_members_and_padding(tmp_path: Path, kind: str) -> None:
    content = frames(50)
    data = pcap(content)
    packed = COMPRESS[kind](data[:100]) + COMPRESS[kind](b"") + COMPRESS[kind](data[100:]) + bytes(512)
    assert attempt(tmp_path / "a", packed) == (content, None)


@pytest.mark.parametrize("kind", COMPRESS)
def test_compressed_and_cut(tmp_path: Path, kind: str) -> None:
    content = frames(3000, seed=9)
    packed = COMPRESS[kind](pcap(content))
    found, fault = attempt(tmp_path / "a", packed[: len(packed) * 3 // 4])
    assert fault is not None and "end here, before their end mark" in fault.expected
    assert fault.offset == len(packed) * 3 // 4
    assert found == content[: len(found)]
    assert kind == "bzip2" or len(found) > 500


@pytest.mark.parametrize("kind", COMPRESS)
def test_compressed_and_corrupt(tmp_path: Path, kind: str) -> None:
    content = frames(3000, seed=9)
    packed = bytearray(COMPRESS[kind](pcap(content)))
    middle = len(packed) // 2
    for at in range(middle, middle + 64):
        packed[at] ^= 0xA5
    found, fault = attempt(tmp_path / "a", bytes(packed))
    assert fault is not None
    sure = 0 if kind == "bzip2" else 1000  # what a decoder makes of corrupt data before it notices is not ours to judge
    assert len(found) >= sure and found[:sure] == content[:sure]


@pytest.mark.parametrize("kind", COMPRESS)
def test_a_fault_in_compressed_content_is_told_with_the_plain_offset(tmp_path: Path, kind: str) -> None:
    data = pcap(frames(2))
    found, fault = attempt(tmp_path / "a", COMPRESS[kind](data + b"123"))
    assert len(found) == 2 and fault is not None and fault.offset == len(data) and "in the decompressed data" in fault.expected


def test_garbage_after_compressed_data(tmp_path: Path) -> None:
    found, fault = attempt(tmp_path / "a", gzip.compress(pcap(frames(2))) + b"garbage")
    assert len(found) == 2 and fault is not None and "gzip compressed data are corrupt here" in fault.expected


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "expected, but it is empty"),
        (b"\xd4\xc3", "but it has only 2 bytes"),
        (b"GET / HTTP", "begins with 47455420"),
        (pcap([])[:23], "inside the 24 bytes"),
    ],
)
def test_what_is_no_capture(tmp_path: Path, data: bytes, text: str) -> None:
    for found, fault in (attempt(tmp_path / "a", data), through_pipe(data), attempt(tmp_path / "a", gzip.compress(data))):
        assert found == [] and fault is not None and text in fault.expected


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="No such file"):
        open_capture(str(tmp_path / "missing"))
    with pytest.raises(Unreachable, match="Is a directory"):
        open_capture(str(tmp_path))
    with pytest.raises(Unreachable, match="null byte"):
        open_capture("a\0b")
    if os.geteuid() != 0:
        (tmp_path / "closed").write_bytes(b"")
        (tmp_path / "closed").chmod(0)
        with pytest.raises(Unreachable, match="Permission denied"):
            open_capture(str(tmp_path / "closed"))


def test_packet_larger_than_a_block_of_a_stream() -> None:
    content = [Frame(0, bytes(range(256)) * 20_000, 6_000_000, 249), *(Frame(1000, b"a" * 60, 60, 249) for _ in range(9))]
    assert through_pipe(pcap(content * 2, snaplen=1 << 24, network=249)) == (content * 2, None)


def test_a_file_that_cannot_be_mapped_is_read_as_a_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = frames(5000)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENODEV, "No such device")

    monkeypatch.setattr("mmap.mmap", refuse)
    assert attempt(tmp_path / "a", pcap(content)) == (content, None)


def test_without_a_zstd_library_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    monkeypatch.setitem(sys.modules, "compression", None)
    found, fault = attempt(tmp_path / "a", COMPRESS["zstd"](pcap(frames(2))))
    assert found == [] and fault is not None and "pip install zstandard" in fault.expected


@pytest.mark.parametrize("kind", COMPRESS)
def test_little_data_that_unpack_to_much_are_not_held_in_memory(tmp_path: Path, kind: str) -> None:
    if not os.path.exists("/proc/self/status"):
        pytest.skip("peak memory of a process is not to be had")
    path = tmp_path / "a"
    one = pcap([Frame(0, b"", 60)])
    path.write_bytes(COMPRESS[kind](one + one[24:] * 2_999_999))
    script = (
        "import re, sys\n"
        "from pyargus.capture.reader import open_capture\n"
        "print(sum(batch.count for batch in open_capture(sys.argv[1])))\n"
        "print(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1])\n"
    )
    result = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    count, kilobytes = map(int, result.stdout.split())
    assert path.stat().st_size < 500_000 and count == 3_000_000 and kilobytes < 50_000


def test_standard_input_is_a_stream(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap(frames(10)) + b"tail")
    script = (
        "from pyargus.capture.reader import open_capture\n"
        "from pyargus.errors import BadInput\n"
        "reader = open_capture('-')\n"
        "try:\n"
        "    print(sum(batch.count for batch in reader))\n"
        "except BadInput as fault:\n"
        "    print(reader.packets, fault)\n"
    )
    with path.open("rb") as file:
        result = subprocess.run([sys.executable, "-c", script], stdin=file, capture_output=True, text=True, check=True)
    size = path.stat().st_size - 4
    assert result.stdout == f"10 standard input at byte {size}: the file is cut inside this header: 16 bytes expected, 4 there\n"


def test_closing_early_lets_go_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap(frames(20_000)))
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    reader = open_capture(str(path))
    view = next(reader).buf[:4]
    reader.close()
    assert bytes(view) == struct.pack("<I", 0xA1B2C3D4)  # a view that is still held stays good
    view.release()
    del reader
    if before:
        assert len(os.listdir("/proc/self/fd")) == before


def test_compiled_and_interpreted_kernels_find_the_same() -> None:
    compiled = load_compiled("pyargus.capture.pcap_cy")
    if compiled is None:
        pytest.skip("kernels are not compiled")
    interpreted = load_interpreted("pyargus.capture.pcap_cy")
    draw = random.Random(4)
    data = b"".join(struct.pack(">IIII", *(draw.getrandbits(32) for _ in range(2)), n, 1 << 31) + bytes(n) for n in range(200))
    data += b"\xff" * 40
    for end in (*range(0, len(data), 61), len(data)):
        for swapped in range(3):
            results = []
            for kernel in (compiled, interpreted):
                out = [array("q", bytes(8 * 150)), array("q", bytes(8 * 150)), array("I", bytes(4 * 150)), array("I", bytes(4 * 150))]
                answer = kernel.scan(memoryview(data), 0, end, True, 16, swapped, 1000, 100, 262144, *map(memoryview, out))
                results.append((answer, out))
            assert results[0] == results[1]
