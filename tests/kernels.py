"""Kernels in both builds, for tests that compare them."""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import cython

SOURCE = Path(__file__).resolve().parent.parent / "src"


def load_interpreted(name: str) -> ModuleType:
    """The kernel `name` ("pyargus.capture.pcap_cy") from its .py file, whether or not a compiled one is there.

    The module is a copy of its own: it is not put into `sys.modules`, and kernels that it imports are loaded in the same way.
    """
    path = SOURCE.joinpath(*name.split(".")).with_suffix(".py")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    assert not cython.compiled
    saved = dict(sys.modules)
    for other in SOURCE.rglob("*_cy.py"):
        dotted = ".".join(other.relative_to(SOURCE).with_suffix("").parts)
        if dotted != name:
            sys.modules.pop(dotted, None)
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.meta_path.remove(finder)
        for loaded in set(sys.modules) - set(saved):
            if loaded.endswith("_cy"):
                del sys.modules[loaded]
        sys.modules.update(saved)
    return module


class _Finder:
    """Finds kernels as .py files before the import system finds them compiled."""

    def find_spec(self, name: str, path: object, target: object = None) -> object:
        if not (name.startswith("pyargus.") and name.endswith("_cy")):
            return None
        return importlib.util.spec_from_file_location(name, SOURCE.joinpath(*name.split(".")).with_suffix(".py"))


def load_compiled(name: str) -> ModuleType | None:
    """The kernel `name` as the package has it, or None where it is not compiled."""
    module = importlib.import_module(name)
    return None if (module.__file__ or "").endswith(".py") else module
