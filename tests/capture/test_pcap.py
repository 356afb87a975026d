"""The pcap format: variants, limits, and dpkt as the oracle."""

import io
import struct
from decimal import Decimal
from pathlib import Path

import dpkt
import pytest

from pyargus.capture.reader import open_capture
from pyargus.errors import BadInput
from tests.capture.craft import Frame, collect, frames, pcap

US, NS, KUZNETZOV = 0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34


def read(path: Path, data: bytes) -> list[Frame]:
    path.write_bytes(data)
    with open_capture(str(path)) as reader:
        return collect(reader)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("magic", "step"), [(US, 1000), (NS, 1), (KUZNETZOV, 1000)])
def test_every_variant_gives_back_what_was_written(tmp_path: Path, order: str, magic: int, step: int) -> None:
    content = frames(300, step=step)
    assert read(tmp_path / "a.pcap", pcap(content, order, magic)) == content


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("magic", [US, NS])
def test_same_frames_as_dpkt(tmp_path: Path, order: str, magic: int) -> None:
    data = pcap(frames(500, seed=7, step=1000 if magic == US else 1), order, magic)
    oracle = dpkt.pcap.Reader(io.BytesIO(data))
    expected = [(int((Decimal(ts) * 10**9).to_integral_value()) if magic == NS else round(float(ts) * 1e6), buf) for ts, buf in oracle]
    unit = 1 if magic == NS else 1000
    assert [(frame.ts // unit, frame.data) for frame in read(tmp_path / "a.pcap", data)] == expected


def test_more_frames_than_one_batch_holds(tmp_path: Path) -> None:
    content = frames(20_000, seed=3)
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap(content))
    with open_capture(str(path)) as reader:
        assert [batch.count for batch in reader] == [8192, 8192, 3616]
    assert read(path, pcap(content)) == content


def test_times_and_lengths_above_31_bits(tmp_path: Path) -> None:
    frame = Frame(4_294_967_295_999_999_000, b"x" * 60, 0xFFFFFFFF)
    assert read(tmp_path / "a.pcap", pcap([frame], ">")) == [frame]


@pytest.mark.parametrize(("version", "lengths"), [((2, 3), (60, 40)), ((2, 3), (40, 60)), ((2, 2), (60, 40)), ((543, 0), (60, 40))])
def test_old_versions_have_the_lengths_swapped(tmp_path: Path, version: tuple[int, int], lengths: tuple[int, int]) -> None:
    data = struct.pack("<IHHiIII", US, *version, 0, 0, 65535, 1) + struct.pack("<IIII", 1, 2, *lengths) + b"y" * 40
    assert read(tmp_path / "a.pcap", data) == [Frame(1_000_002_000, b"y" * 40, 60)]


def test_a_packet_above_the_snapshot_length_is_cut_and_noted(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap([Frame(0, b"a" * 100, 100), Frame(1000, b"b" * 70, 70)], snaplen=70))
    with open_capture(str(path)) as reader:
        assert collect(reader) == [Frame(0, b"a" * 70, 100), Frame(1000, b"b" * 70, 70)]
    assert reader.problems == [f"{path}: 1 packet longer than the snapshot length, cut to 70 bytes"]


@pytest.mark.parametrize("snaplen", [0, 0xFFFFFFFF])
def test_no_snapshot_length_means_the_largest(tmp_path: Path, snaplen: int) -> None:
    content = [Frame(0, bytes(262144), 262144)]
    assert read(tmp_path / "a.pcap", pcap(content, snaplen=snaplen)) == content


def test_captured_more_than_was_on_the_wire_is_put_up_with(tmp_path: Path) -> None:
    content = [Frame(0, b"z" * 100, 50)]
    assert read(tmp_path / "a.pcap", pcap(content)) == content


def test_frame_check_sequence_bits_are_no_link_type(tmp_path: Path) -> None:
    content = [Frame(0, b"z" * 100, 100, 228)]
    assert read(tmp_path / "a.pcap", pcap(content, network=0xF40000E4)) == content


@pytest.mark.parametrize(
    ("network", "length", "good"), [(1, 262144, True), (1, 262145, False), (249, 300_000, True), (249, (1 << 27) + 1, False)]
)
def test_a_lying_length_ends_the_file_after_what_came_before(tmp_path: Path, network: int, length: int, good: bool) -> None:
    before = Frame(1000, b"q" * 60, 60, network)
    path = tmp_path / "a.pcap"
    data = pcap([before], snaplen=1 << 30, network=network)
    path.write_bytes(data + struct.pack("<IIII", 1, 0, length, length) + bytes(length if good else 100))
    found: list[Frame] = []
    reader = open_capture(str(path))
    if good:
        assert [len(frame.data) for frame in collect(reader)] == [60, length]
        return
    with pytest.raises(BadInput, match=f"captured bytes expected, not {length}") as fault:
        collect(reader, found)
    assert (found, fault.value.offset, fault.value.source) == ([before], len(data), str(path))


@pytest.mark.parametrize("version", [(2, 5), (3, 4), (1, 0)])
def test_unknown_versions_are_refused(tmp_path: Path, version: tuple[int, int]) -> None:
    with pytest.raises(BadInput, match=r"pcap version 2\.0 to 2\.4 expected"):
        read(tmp_path / "a.pcap", pcap([], version=version))
