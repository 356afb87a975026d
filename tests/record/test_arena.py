"""Large buffers: as long as asked for, in whole words, zero, and small in memory until they are written to."""

import resource
import sys

import pytest

from pyargus.record.arena import arena, words


@pytest.mark.parametrize("size", [1, 4, 1001, 1 << 20, (1 << 20) + 3, 3_000_001])
def test_length_and_content(size: int) -> None:
    view = memoryview(arena(size))
    assert size <= len(view) < size + 8192
    assert len(view) % 4 == 0
    assert not any(view[:: max(1, len(view) // 1000)])
    view[-1] = 255
    view.cast("I")[0] = 0xFFFFFFFF
    assert view[:4] == b"\xff" * 4


def test_memory_comes_with_writing() -> None:
    unit = 1 if sys.platform == "darwin" else 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    view = memoryview(arena(1 << 30))
    view[0] = view[-1] = 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit - before < 64 << 20


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(MemoryError):
        arena(1 << 62)


@pytest.mark.parametrize(("kind", "width"), [("I", 4), ("Q", 8)])
@pytest.mark.parametrize("count", [1, 3, 1 << 18])
def test_words_are_as_many_as_asked_for(kind: str, width: int, count: int) -> None:
    view = words(count, kind)
    assert (len(view), view.itemsize, view.format) == (count, width, kind)
    assert not any(view)
    view[-1] = (1 << 8 * width) - 1
    assert view[count - 1] == (1 << 8 * width) - 1
