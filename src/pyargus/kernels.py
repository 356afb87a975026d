"""Are the kernels compiled? Without them everything works, slower, and a program says so once."""

import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES

_told = False


def interpreted(package: str = os.path.dirname(__file__)) -> list[str]:
    """Names of the kernels under a package's folder that have no compiled module beside them, such as "capture/pcap_cy"."""
    missing = []
    for folder, _, files in os.walk(package):
        there = set(files)
        for name in files:
            stem = name.removesuffix(".py")
            if name.endswith("_cy.py") and not any(stem + suffix in there for suffix in EXTENSION_SUFFIXES):
                missing.append(os.path.relpath(os.path.join(folder, stem), package))
    return sorted(missing)


def tell_if_interpreted(program: str) -> None:
    """Say on stderr, the first time it is called, that kernels run interpreted, where that is so."""
    global _told  # noqa: PLW0603
    if _told:
        return
    _told = True
    missing = interpreted()
    if missing:
        print(
            f"{program}: {len(missing)} kernels run interpreted, which is slow ({', '.join(missing)}); "
            "to have them compiled, install again with a C compiler",
            file=sys.stderr,
        )
