"""The pcapng format: sections, interfaces, time units, blocks, and what is wrong with them."""

import struct
from array import array
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyargus.capture.reader import open_capture
from pyargus.errors import BadInput
from tests.capture.craft import Frame, block, collect, enhanced, frames, interface, old_packet, option, pcapng, section
from tests.kernels import load_compiled, load_interpreted


def read(path: Path, data: bytes) -> list[Frame]:
    path.write_bytes(data)
    with open_capture(str(path)) as reader:
        return collect(reader)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("resolution", "step"), [(None, 1000), (6, 1000), (9, 1)])
def test_gives_back_what_was_written(tmp_path: Path, order: str, resolution: int | None, step: int) -> None:
    content = frames(9000, step=step)
    assert read(tmp_path / "a", pcapng(content, order, resolution)) == content


def test_sections_of_both_byte_orders_and_interfaces_of_several_link_types(tmp_path: Path) -> None:
    one, two = Frame(5_000_000, b"one", 3, 1), Frame(7_000_000_000, b"two!", 400, 101)
    data = section(">") + interface(1, ">") + enhanced(5000, one, ">") + interface(101, ">", resolution=0) + enhanced(7, two, ">", 1)
    data += section("<") + interface(101, "<", resolution=3) + old_packet(7000, two) + interface() + enhanced(5000, one, number=1) * 2
    assert read(tmp_path / "a", data) == [one, two, two, one, one]


def test_a_section_forgets_the_interfaces_of_the_one_before(tmp_path: Path) -> None:
    frame = Frame(1000, b"x", 1)
    with pytest.raises(BadInput, match="of the 0 interfaces described so far"):
        read(tmp_path / "a", section() + interface() + enhanced(1, frame) + section() + enhanced(1, frame))


def test_simple_packets_have_no_time_and_the_snapshot_length(tmp_path: Path) -> None:
    data = section() + interface(snaplen=8) + block(3, struct.pack("<I", 20) + b"12345678") + block(3, struct.pack("<I", 5) + b"12345")
    assert read(tmp_path / "a", data) == [Frame(0, b"12345678", 20), Frame(0, b"12345", 5)]


def test_other_blocks_are_passed_over(tmp_path: Path) -> None:
    frame = Frame(1000, b"x", 1)
    others = block(4, b"names") + block(5, bytes(8)) + block(0xBAD, bytes(70_000)) + block(0x40000BAD, b"") + block(10, b"secret")
    assert read(tmp_path / "a", section() + others + interface() + others + enhanced(1, frame) + others) == [frame]


def test_unknown_options_and_options_of_another_size_are_passed_over(tmp_path: Path) -> None:
    body = struct.pack("<HHI", 1, 0, 0) + option(2988, b"xyz") + option(9, b"\x01\x02") + option(14, b"\x01") + option(9, b"\x03")
    assert read(tmp_path / "a", section() + block(1, body) + enhanced(2, Frame(0, b"", 0))) == [Frame(2_000_000, b"", 0)]


@given(
    stamp=st.integers(0, (1 << 64) - 1),
    resolution=st.one_of(st.integers(0, 19), st.integers(128, 191)),
    shift=st.integers(-(1 << 63), (1 << 63) - 1),
)
@settings(deadline=None)
def test_time_is_exact_to_the_nanosecond_below(tmp_path_factory: pytest.TempPathFactory, stamp: int, resolution: int, shift: int) -> None:
    unit = Fraction(1, 2 ** (resolution & 0x7F) if resolution & 0x80 else 10**resolution)
    seconds, rest = divmod(stamp * unit, 1)
    expected = (seconds + shift) % (1 << 32) * 10**9 + int(rest * 10**9)
    data = section() + interface(resolution=resolution, shift=shift) + enhanced(stamp, Frame(0, b"x", 1))
    path = tmp_path_factory.getbasetemp() / "time.pcapng"
    found = read(path, data)[0].ts
    assert 0 <= expected - found <= 1  # a unit below 2**-34 is cut first
    if resolution & 0x80 == 0 or resolution & 0x7F <= 34:
        assert found == expected


@pytest.mark.parametrize(
    ("tail", "text"),
    [
        (b"\0" * 12, "block length of 12 to"),
        (struct.pack("<III", 5, 15, 15) + bytes(8), "not 15"),
        (struct.pack("<II", 0xBAD, 1 << 25) + bytes(100), f"not {1 << 25}"),
        (struct.pack("<IIII", 5, 16, 0, 20), "block length 16 expected again at its end, not 20"),
        (struct.pack("<IIII", 6, 16, 0, 16), "long enough for its packet"),
        (block(6, struct.pack("<IIIII", 0, 0, 0, 59, 59) + bytes(57)), None),
        (block(6, struct.pack("<IIIII", 0, 0, 0, 65, 65) + bytes(60)), "long enough for its packet"),
        (block(6, struct.pack("<IIIII", 1, 0, 0, 60, 60) + bytes(60)), "interfaces described so far expected, not of interface 1"),
        (block(6, struct.pack("<IIIII", 0, 0, 0, 262145, 262145) + bytes(262145)), "not 262145"),
        (block(1, b"\0" * 4), "at least 20 bytes"),
        (block(1, bytes(8) + struct.pack("<HH", 2, 9) + bytes(4)), "option of at most 4 bytes expected, not 9"),
        (interface(resolution=20), r"10\*\*-20"),
        (interface(resolution=0xC0), r"2\*\*-64"),
        (struct.pack("<III", 0x0A0D0D0A, 28, 0x11223344) + bytes(16), "byte-order magic"),
        (block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 2, 0, -1)), "version 1.0 expected, not 2.0"),
        (struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 29), "expected again at its end, not 29"),
        (struct.pack("<III", 0x0A0D0D0A, 24, 0x1A2B3C4D) + bytes(16), "section header block of 28 to"),
        (section()[:20], "cut inside this section header"),
        (section()[:8], "cut inside this block"),
        (interface()[:-1], "cut inside this block"),
    ],
)
def test_a_fault_is_told_after_what_came_before(tmp_path: Path, tail: bytes, text: str | None) -> None:
    before = frames(3)
    path = tmp_path / "a.pcapng"
    data = pcapng(before)
    path.write_bytes(data + tail)
    found: list[Frame] = []
    if text is None:  # bytes of padding that are counted as captured are nobody's fault to find
        assert len(collect(open_capture(str(path)))) == 4
        return
    with pytest.raises(BadInput, match=text) as fault:
        collect(open_capture(str(path)), found)
    assert found == before
    assert fault.value.offset is not None and len(data) <= fault.value.offset < len(data) + len(tail)


def test_a_snapshot_length_above_the_usual_is_believed(tmp_path: Path) -> None:
    content = Frame(0, bytes(300_000), 300_000)
    assert read(tmp_path / "a", section() + interface(snaplen=1 << 20) + enhanced(0, content)) == [content]


def test_compiled_and_interpreted_kernels_find_the_same() -> None:
    compiled = load_compiled("pyargus.capture.pcapng_cy")
    if compiled is None:
        pytest.skip("kernels are not compiled")
    interpreted = load_interpreted("pyargus.capture.pcapng_cy")
    data = b"".join(enhanced((frame.ts * 11 + (1 << 62)) % (1 << 64), frame, ">", i % 3) for i, frame in enumerate(frames(200)))
    data += block(3, struct.pack(">I", 20) + b"12345678", ">") + block(3, struct.pack(">I", 0xFFFFFFFF) + bytes(8), ">")
    columns = (
        array("I", [1, 1, 1]), array("q", [262144] * 3), array("q", [8, 0, 0xFFFFFFFF]), array("B", [0, 1, 0]),
        array("B", [12, 40, 7]), array("Q", [10**12, 1, 10**7]), array("q", [0, 0xFFFFFFFF, 5]),
    )  # fmt: skip
    for end in (*range(0, len(data), 97), len(data)):
        results = []
        for kernel in (compiled, interpreted):
            out = [array("q", bytes(8 * 150)), array("q", bytes(8 * 150)), array("I", bytes(4 * 150)), array("I", bytes(4 * 150))]
            answer = kernel.scan(memoryview(data), 0, end, True, 3, *map(memoryview, columns), 1 << 24, *map(memoryview, out))
            results.append((answer, out))
        assert results[0] == results[1]
