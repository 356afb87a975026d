"""The second process that puts half of many groups: what comes out is what one process makes."""

from pathlib import Path

import pytest

from pyargus.clients import halves, helper
from tests.clients.golden import GOLDEN
from tests.clients.programs import needs_samples, needs_two_processors, on
from tests.record.feed import compiled, decoded, records

pytestmark = [needs_samples, needs_two_processors]
MANY = 21_000
# What cannot be told by halves of the keys.
COMMANDS = [("racluster", "-M", "correct"), ("racluster", "-m", "saddr", "daddr", "-M", "norep"),
            ("rabins", "-M", "time", "10s", "norep"), ("rabins", "-M", "time", "1h", "norep", "-P", "bytes")]  # fmt: skip


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of more groups than one process puts alone, each of two records of flows of several kinds."""
    kernels = compiled()
    path = tmp_path_factory.mktemp("crowd") / "crowd.argus"
    source = GOLDEN / "data" / "mix.argus"
    flows = []
    for data in records(source):
        record = decoded(kernels, data)
        address = (record.saddr_lo & 0xFFFFFFFF).to_bytes(4)
        if record.family == 1 and data.count(address) == 1:
            flows.append((data, address))
    with path.open("wb") as file:
        file.write(source.read_bytes()[:128])
        for _ in range(2):
            for host in range(MANY):
                data, address = flows[host % len(flows)]
                file.write(data.replace(address, (0x0A000001 + host).to_bytes(4)))
    return path


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("write", [False, True], ids=["printed", "written"])
def test_two_processes_put_what_one_puts(words: tuple[str, ...], write: bool, crowd: Path) -> None:
    name, *more = words
    arguments = (name, "-X", "-n", *more, "-r", str(crowd), *(("-w", "-") if write else ()))
    one, two = on(1, *arguments), on(2, *arguments)
    assert one[1:] == (b"", 0)
    assert len(one[0]) > 80 * MANY
    assert one == two


def test_what_a_helper_that_fails_owes_is_made_here(crowd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A helper that ends after its first share is found out, and nothing is missing."""
    from pyargus.clients.frame import status_of
    from pyargus.clients.racluster import PROGRAM

    expected, found = tmp_path / "expected.argus", tmp_path / "found.argus"
    arguments = ["-X", "-r", str(crowd), "-w"]
    monkeypatch.setattr(halves, "worthwhile", lambda *_: False)
    monkeypatch.setattr(helper, "processors", lambda: 1)
    assert status_of(PROGRAM, [*arguments, str(expected)]) == 0
    asked = []

    def share(self: helper.Helper, outputs: int) -> list[bytes] | None:
        asked.append(outputs)
        return whole(self, outputs) if len(asked) == 1 else None

    whole = helper.Helper.share
    monkeypatch.setattr(helper, "processors", lambda: 2)
    monkeypatch.setattr(helper, "alone", lambda: True)
    monkeypatch.setattr(helper.Helper, "share", share)
    assert status_of(PROGRAM, [*arguments, str(found)]) == 0
    assert len(asked) == 2
    assert found.read_bytes() == expected.read_bytes()
