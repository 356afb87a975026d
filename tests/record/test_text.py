"""Numbers and addresses as C prints them."""

import ipaddress
import math
import socket

from hypothesis import given, settings
from hypothesis import strategies as st

from pyargus.record.text_cy import Text


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 12))
@settings(deadline=None)
def test_fixed_is_printf(value: float, digits: int) -> None:
    text = Text()
    text.fixed(value, digits)
    assert text.take() == b"%.*f" % (digits, value)


@given(st.integers(0, 10**9), st.integers(0, 9), st.integers(0, 9))
@settings(deadline=None)
def test_fixed_rounds_halves_as_printf(whole: int, divisor: int, digits: int) -> None:
    value = (whole + 0.5) / 10**divisor
    text = Text()
    text.fixed(value, digits)
    assert text.take() == b"%.*f" % (digits, value)


def test_fixed_shows_signs() -> None:
    text = Text()
    for value, want in ((-0.0, b"-0.000"), (math.nan, b"nan"), (math.copysign(math.nan, -1.0), b"-nan"), (math.inf, b"inf")):
        text.fixed(value, 3)
        assert text.take() == want


@given(st.integers(0, 2**64 - 1))
@settings(deadline=None)
def test_unsigned_numbers(value: int) -> None:
    text = Text()
    text.u64(value)
    assert text.take() == str(value).encode()
    text.hexa(value, 4)
    assert text.take() == f"{value:04x}".encode()


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_ipv4(value: int) -> None:
    text = Text()
    text.ipv4(value)
    assert text.take().decode() == str(ipaddress.IPv4Address(value))


@given(st.lists(st.sampled_from([0, 0, 0, 1, 255]), min_size=16, max_size=16))
@settings(deadline=None)
def test_ipv6(octets: list[int]) -> None:
    packed = bytes(octets)
    text = Text()
    text.ipv6(int.from_bytes(packed[:8], "big"), int.from_bytes(packed[8:], "big"))
    assert text.take().decode() == socket.inet_ntop(socket.AF_INET6, packed)
