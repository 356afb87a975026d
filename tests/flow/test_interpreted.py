"""The flow kernels run as plain Python make the same records, byte for byte, as compiled ones."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pyargus.capture.generate import generate
from tests.capture.craft import Frame, pcap
from tests.flow import play as player
from tests.flow.craft import GOLDEN, ROOT, case_argv, parse, shown
from tests.flow.noise import LINKTYPES, traffic
from tests.kernels import load_compiled

KERNELS = [
    "pyargus.capture.bpf_cy",
    "pyargus.capture.link_cy",
    "pyargus.capture.packet_cy",
    *(f"pyargus.flow.{name}_cy" for name in ("emit", "engine", "flow", "key", "objects", "table", "tcp")),
    "pyargus.record.encode_cy",
]
EVERYTHING = ["-AJRZCm", "-U", "64", "-S", "1"]
CONFIGURATIONS = {
    "labels": 'ARGUS_FLOW_KEY="CLASSIC_5_TUPLE+VLAN+LOCAL_MPLS"\nARGUS_TUNNEL_DISCOVERY=yes\nARGUS_GENERATE_BIDIRECTIONAL_TIMESTAMPS=yes\n',
    "layer2": 'ARGUS_FLOW_KEY="LAYER_2_MATRIX"\n',
    "layer3": 'ARGUS_FLOW_KEY="LAYER_3_MATRIX"\n',
    "one-way": 'ARGUS_FLOW_TYPE="Unidirectional"\nARGUS_GENERATE_START_RECORDS=yes\nARGUS_TRACK_DUPLICATES=yes\n',
}


def write(path: Path, seed: int, count: int, linktype: int) -> str:
    """A capture of noise."""
    content = [Frame(packet.at * 1000, packet.data, packet.size, linktype) for packet in traffic(seed, count, linktype)]
    path.write_bytes(pcap(content, network=linktype))
    return str(path)


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """What both builds play: golden cases, noise of every link type, the demo capture with every option."""
    folder = tmp_path_factory.mktemp("captures")
    demo = folder / "demo.pcap"
    demo.write_bytes(generate())
    found = [
        ["-X", "-r", str(demo)],
        ["-X", *EVERYTHING, "-r", str(demo)],
        ["-X", "-S", "0.5", "-r", str(demo), "-", "ip6", "or", "port", "53"],
    ]
    for linktype in LINKTYPES:
        name = write(folder / f"link{linktype}.pcap", linktype, 300 if linktype == 1 else 60, linktype)
        found += [["-X", *EVERYTHING, "-r", name], ["-X", "-r", name]]
    ethernet = write(folder / "ethernet.pcap", 99, 1500, 1)
    for seed, (name, text) in enumerate(CONFIGURATIONS.items()):
        (folder / name).write_text(text)
        found.append(["-F", str(folder / name), "-AJm", "-U", "16", "-S", str(seed), "-r", ethernet])
    found += [
        ["-X", *EVERYTHING, "-r", ethernet],
        ["-X", "-S", "0", "-r", ethernet],
        ["-X", "-r", ethernet, "-", "tcp", "and", "not", "vlan"],
    ]
    cases = sorted(path.parent for path in GOLDEN.glob("*/expected.argus"))
    return found + [case_argv(case) for case in cases]


def test_interpreted_and_compiled_records_are_the_same(tmp_path: Path, jobs: list[list[str]]) -> None:
    missing = [name for name in KERNELS if load_compiled(name) is None]
    if missing:
        pytest.skip(f"not compiled, so there is nothing to compare: {', '.join(missing)}")
    tree = tmp_path / "tree"
    shutil.copytree(ROOT / "src/pyargus", tree / "pyargus", ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__"))
    (tmp_path / "jobs").write_text(json.dumps(jobs))
    (tmp_path / "out").mkdir()
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONHASHSEED": "1", "PYTHONSAFEPATH": "1"}
    command = [sys.executable, player.__file__, str(tmp_path / "jobs"), str(tmp_path / "out")]
    subprocess.run(command, env=environment, cwd=tmp_path, check=True)
    total = 0
    for number, (argv, compiled) in enumerate(zip(jobs, player.play_all(jobs), strict=True)):
        interpreted = (tmp_path / "out" / str(number)).read_bytes()
        if interpreted != compiled:
            assert [shown(record) for record in parse(interpreted)] == [shown(record) for record in parse(compiled)], argv
        assert interpreted == compiled, argv
        total += len(compiled)
    assert total > 1_000_000
