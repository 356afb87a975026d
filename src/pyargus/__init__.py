"""Network flow auditing, compatible with argus 3.

`read` opens files of flow records and captures from Python; it is loaded when it is first asked for.
"""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    from pyargus.reading import Reader, read

__all__ = ["Reader", "read"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from pyargus import reading

        return getattr(reading, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
