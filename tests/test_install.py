"""Installation without a C compiler, and what programs say then."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pyargus import kernels

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = """
import sys
from pyargus import kernels
from pyargus.capture.generate import generate
from pyargus.capture.reader import open_capture
open(sys.argv[1], "wb").write(generate())
kernels.tell_if_interpreted("demo")
kernels.tell_if_interpreted("demo")
print(sum(batch.count for batch in open_capture(sys.argv[1])))
"""


@pytest.mark.slow
@pytest.mark.parametrize("compiler", ["/bin/false", None])
def test_install_with_and_without_a_compiler(tmp_path: Path, compiler: str | None) -> None:
    tree, target = tmp_path / "tree", tmp_path / "target"
    tree.mkdir()
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree / name)
    wanted = ["pcap_cy.py", "pcapng_cy.py", "tsh_cy.py"]
    unwanted = shutil.ignore_patterns("*.so", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT / "src", tree / "src", ignore=unwanted)
    for path in (tree / "src").rglob("*_cy.p*"):  # three kernels show it as well as all of them
        if path.name not in wanted:
            path.unlink()
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    if compiler is not None:
        environment.update(CC=compiler, CXX=compiler, LDSHARED=compiler)
    elif shutil.which("cc") is None:
        pytest.skip("there is no C compiler")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    install = [*pip, "install", "--no-build-isolation", "--no-deps", "--target"]
    subprocess.run([*install, str(target), str(tree)], env=environment, check=True)
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "demo.pcap")],
        env={**environment, "PYTHONPATH": str(target)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == "464\n"
    if compiler is None:
        assert run.stderr == ""
    else:
        assert run.stderr.count("\n") == 1
        assert run.stderr.startswith("demo: 3 kernels run interpreted, which is slow (capture/pcap_cy, capture/pcapng_cy, capture/tsh_cy)")


def test_which_kernels_are_not_compiled(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in ("a/one_cy.py", "a/two_cy.py", "a/other.py", "three_cy.py", f"a/one_cy{kernels.EXTENSION_SUFFIXES[0]}"):
        (tmp_path / name).write_bytes(b"")
    assert kernels.interpreted(str(tmp_path)) == ["a/two_cy", "three_cy"]
