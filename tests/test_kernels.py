"""The helper that loads kernels interpreted."""

import importlib
import sys

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
