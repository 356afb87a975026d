"""Kernels in both builds, for tests that compare them."""

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

SOURCE = Path(__file__).resolve().parent.parent / "src"


def _spec(name: str) -> ModuleSpec:
    spec = importlib.util.spec_from_file_location(name, SOURCE.joinpath(*name.split(".")).with_suffix(".py"))
    assert spec is not None
    return spec


class _Finder:
    """Finds kernels as .py files, before the import system finds them compiled."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, target: ModuleType | None = None, /) -> ModuleSpec | None:
        return _spec(name) if name.startswith("pyargus.") and name.endswith("_cy") else None


def load_interpreted(name: str) -> ModuleType:
    """The kernel `name` ("pyargus.capture.pcap_cy") from its .py file, whether or not a compiled one is there.

    The module is a copy of its own, and so are the kernels that it imports: `sys.modules` and the packages stay as they were.
    """
    spec = _spec(name)
    module = importlib.util.module_from_spec(spec)
    known = {other: sys.modules.pop(other) for other in list(sys.modules) if other.startswith("pyargus.") and other.endswith("_cy")}
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        assert spec.loader is not None
        spec.loader.exec_module(module)
    finally:
        sys.meta_path.remove(finder)
        for other in [other for other in sys.modules if other.startswith("pyargus.") and other.endswith("_cy")]:
            package, _, last = other.rpartition(".")
            del sys.modules[other]
            vars(sys.modules[package]).pop(last, None)
        for other, original in known.items():
            package, _, last = other.rpartition(".")
            sys.modules[other] = original
            setattr(sys.modules[package], last, original)
    return module


def load_compiled(name: str) -> ModuleType | None:
    """The kernel `name` as the package has it, or None where it is not compiled."""
    module = importlib.import_module(name)
    return None if (module.__file__ or "").endswith(".py") else module
