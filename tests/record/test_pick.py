"""Sets of ranges of addresses, in both builds."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pyargus.record.pick_cy import Ranges
from tests.kernels import load_interpreted

NUMBERS = st.integers(0, 60) | st.integers(0, (1 << 128) - 1) | st.sampled_from([(1 << 64) - 1, 1 << 64, (1 << 128) - 1])
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS).map(sorted).map(tuple), max_size=12)


@settings(deadline=None)
@given(PAIRS, st.lists(NUMBERS, max_size=20))
def test_ranges_hold_what_a_list_holds(pairs: list[tuple[int, int]], numbers: list[int]) -> None:
    found = Ranges(pairs)
    for number in [*numbers, *(end for pair in pairs for end in pair)]:
        assert found.holds(number >> 64, number & (1 << 64) - 1) == any(first <= number <= last for first, last in pairs)


def test_builds_agree() -> None:
    pairs = [(5, 9), (1 << 64, (1 << 64) + 5), (8, 20), (1 << 127, 1 << 127)]
    mine, other = Ranges(pairs), load_interpreted("pyargus.record.pick_cy").Ranges(pairs)
    assert mine.count == other.count == 3
    for number in (0, 5, 20, 21, 1 << 64, (1 << 64) + 6, 1 << 127):
        assert mine.holds(number >> 64, number & (1 << 64) - 1) == other.holds(number >> 64, number & (1 << 64) - 1)
