"""Whatever comes: no exception, and what comes out can be read."""

import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyargus.capture.link_cy import supported
from pyargus.clients.argus import run as sensor
from pyargus.clients.sensor_settings import from_argv
from pyargus.flow.config import FlowConfig
from pyargus.record.management import LENGTH
from tests.flow.craft import CAPTURES, Packet, counts, parse, run, split
from tests.flow.noise import LINKTYPES, traffic
from tests.kernels import load_interpreted

EVERYTHING = {"app_bytes": True, "jitter": True, "macs": True, "sizes": True, "control_data": True, "four_times": True}
CONFIGURATIONS = [
    FlowConfig(**EVERYTHING, user_size=-1, tunnels=True),
    FlowConfig(**EVERYTHING, user_size=64, one_way=True, by_vlan=True, by_mpls=True, interval=1_000_000, track_duplicates=True),
    FlowConfig(**EVERYTHING, user_size=8, matrix=3, interval=0),
    FlowConfig(**EVERYTHING, matrix=2, interval=500_000, start_records=True),
]
FILES = 40
"""Captures that are cut, out of all."""


@pytest.mark.parametrize("linktype", LINKTYPES)
def test_mutated_and_cut_frames_of_every_link_type(linktype: int) -> None:
    for number, config in enumerate(CONFIGURATIONS):
        packets = traffic(1000 * linktype + number, 600 if linktype == 1 else 200, linktype)
        records = run(packets, config, linktype, interrupted=bool(number & 1))
        assert counts(records)[0] <= len(packets)
        assert len(records) > 0 or linktype in (6, 7, 10, 11, 19, 51, 109, 114, 226)


def test_link_types_above_are_all_that_can_be_read() -> None:
    assert [linktype for linktype in range(300) if supported(linktype)] == LINKTYPES


@settings(max_examples=300, deadline=None)
@given(
    frames=st.lists(st.tuples(st.integers(0, 2**62 // 1000), st.binary(max_size=120), st.integers(0, 2**32 - 1)), max_size=8),
    linktype=st.sampled_from(LINKTYPES),
    config=st.sampled_from(CONFIGURATIONS),
)
def test_random_bytes_at_random_times(frames: list[tuple[int, bytes, int]], linktype: int, config: FlowConfig) -> None:
    packets = [Packet(at, data, wire) for at, data, wire in frames]
    assert counts(run(packets, config, linktype))[0] <= len(packets)


def test_headers_nested_without_end() -> None:
    """Each layer claims that another follows, to the end of the frame and beyond."""
    vlan = bytes(12) + b"\x81\x00" * 700
    mpls = bytes(12) + b"\x88\x47" + bytes(1400)
    tunnel = b"\x45\x00\x05\xdc" + bytes(5) + b"\x2f" + bytes(10) + b"\0\0\x08\0"
    extensions = bytes(12) + b"\x86\xdd\x60" + bytes(5) + b"\0\x40" + bytes(32) + bytes(1400)
    snap = bytes(12) + b"\0\x10" + b"\xaa\xaa\x03\0\0\0\x81\0\0\0\0\x10" * 100
    for data in (vlan, mpls, bytes(12) + b"\x08\x00" + tunnel * 60, extensions, snap, b"\x01\0\x0c\0\0" * 300):
        for size in range(0, len(data), 7):
            assert counts(run([Packet(1, data[:size], len(data))], CONFIGURATIONS[0]))[0] <= 1


# ---- real captures, cut


def test_captures_cut_anywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = sorted(path for path in CAPTURES.glob("*.pcap*") if path.stat().st_size < 3_000_000)
    if not found:
        pytest.skip("no captures: set PYARGUS_SHARED")
    draw = random.Random(3)
    codes = set()
    for path in draw.sample(found, min(FILES, len(found))):
        data = path.read_bytes()
        cut, out = tmp_path / "cut", tmp_path / "out"
        for _ in range(3):
            cut.write_bytes(data[: draw.choice((len(data), draw.randrange(len(data) + 1)))])
            out.unlink(missing_ok=True)
            code = sensor(from_argv(["-X", "-AJmZ", "-U", "64", "-r", str(cut), "-w", str(out)]))
            said = capsys.readouterr().err
            assert code in (0, 1) and (said or code == 0), (path.name, code, said)
            assert all(line.startswith(f"argus: {cut}") for line in said.splitlines()), said
            records = list(split(out.read_bytes()))
            assert (records[0][:2], records[-1][:2]) == (b"\x83\x10", b"\x83\x30")
            assert len(records[0]) == len(records[-1]) == LENGTH
            assert all(
                record.has(0x01) and record.has(0x02) and record.has(0x03) and record.has(0x30) for record in parse(out.read_bytes())
            )
            codes.add(code)
    assert codes == {0, 1}


def test_a_damaged_capture_through_the_program(tmp_path: Path) -> None:
    found = sorted(CAPTURES.glob("*.pcap"))
    if not found:
        pytest.skip("no captures: set PYARGUS_SHARED")
    path = max((path for path in found if path.stat().st_size < 1_000_000), key=lambda path: path.stat().st_size)
    (tmp_path / "cut").write_bytes(path.read_bytes()[:-5])
    command = [sys.executable, "-c", "from pyargus.clients.argus import main; main()", "-X", "-r", str(tmp_path / "cut"), "-w", "-"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert done.stderr.startswith(b"argus: ") and b" at byte " in done.stderr
    assert len(list(parse(done.stdout))) > 0


# ---- the table


def test_table_against_a_dictionary() -> None:
    """Insertions, searches and removals in random order, with hashes that collide; the queues in the order of their entries."""
    module = load_interpreted("pyargus.flow.table_cy")
    key_type = load_interpreted("pyargus.flow.flow_cy").Key
    for seed in range(12):
        draw = random.Random(seed)
        table = module.FlowTable()
        model = {}
        queues: dict[int, list[int]] = {0: [], table.queue_for(5): [], table.queue_for(60): []}
        assert table.queue_for(5) in queues and len(queues) == 3
        for now in range(2500):
            number = draw.randrange(400)
            key = key_type()
            key.k0 = number
            code = (number % 11 + 1) * 4096 + (number % 3) | 1
            flow = table.find(key, code)
            assert (flow is None) == (number not in model)
            if flow is None:
                flow = model[number] = table.insert(key, code)
                assert table.find(key, code) is flow and table.at(flow.index) is flow
            else:
                assert flow is model[number]
            where = next((queue for queue, members in queues.items() if number in members), None)
            assert flow.queue == (-1 if where is None else where)
            what = draw.choice(("push", "push", "push", "unlink", "remove"))
            if where is not None:
                queues[where].remove(number)
            if what == "push":
                queue = draw.choice(list(queues))
                table.push(flow, queue, now)
                queues[queue].append(number)
                assert (flow.queue, flow.entry) == (queue, now)
            elif what == "unlink":
                table.unlink(flow)
                assert flow.queue == -1
            else:
                table.remove(flow)
                del model[number]
                assert table.find(key, code) is None
            assert table.count == len(model)
            for queue, members in queues.items():
                oldest = table.oldest(queue)
                assert (None if oldest is None else oldest.k0) == (members[0] if members else None)
                assert table.queues[queue].size == len(members)
        for queue, members in queues.items():
            for number in list(members):
                assert table.oldest(queue) is model[number]
                table.remove(model.pop(number))
        assert table.count == len(model)
        assert table.most >= 300


def test_table_grows() -> None:
    module = load_interpreted("pyargus.flow.table_cy")
    key_type = load_interpreted("pyargus.flow.flow_cy").Key
    table = module.FlowTable()
    flows = {}
    for number in range(5000):
        key = key_type()
        key.k4 = number
        flows[number] = table.insert(key, (number * 2654435761) & 0xFFFFFFFF | 1)
    assert table.mask + 1 >= 2 * 5000
    for number, flow in flows.items():
        key = key_type()
        key.k4 = number
        assert table.find(key, (number * 2654435761) & 0xFFFFFFFF | 1) is flow
