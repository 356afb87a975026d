"""The helper that loads kernels interpreted."""

import ast
import importlib
import sys
from pathlib import Path

import pytest

from tests.kernels import SOURCE, load_compiled, load_interpreted

NAMES = [".".join(path.relative_to(SOURCE).with_suffix("").parts) for path in sorted(SOURCE.rglob("*_cy.py"))]


def test_every_kernel_runs_interpreted_and_leaves_the_compiled_ones_alone() -> None:
    assert "pyargus.capture.pcap_cy" in NAMES
    for name in NAMES:
        before = importlib.import_module(name)
        module = load_interpreted(name)
        assert module.__file__ == str(SOURCE.joinpath(*name.split(".")).with_suffix(".py"))
        for value in vars(module).values():
            owner = sys.modules.get(getattr(value, "__module__", None) or "")
            assert (
                owner is None or not owner.__name__.endswith("_cy") or value is not vars(owner).get(getattr(value, "__name__", ""), module)
            )
        assert sys.modules[name] is before is importlib.import_module(name)
        package, _, last = name.rpartition(".")
        assert getattr(sys.modules[package], last) is before
        assert load_compiled(name) in (before, None)


@pytest.mark.parametrize("name", NAMES)
def test_wide_literals_have_a_type(name: str) -> None:
    # A literal that does not fit in 32 bits with a sign is an object to the compiler, and so is all that is computed with it.
    path = (SOURCE / Path(*name.split("."))).with_suffix(".py")
    wide = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.BinOp):
            operands = [node.left, node.right]
        elif isinstance(node, ast.Compare):
            operands = [node.left, *node.comparators]
        elif isinstance(node, ast.AugAssign):
            operands = [node.value]
        else:
            continue
        wide += [f"line {item.lineno}: {item.value:#x}" for item in operands if isinstance(item, ast.Constant) and _wide(item.value)]
    assert not wide


def _wide(value: object) -> bool:
    return isinstance(value, int) and value >= 1 << 31
