"""Filters as they are typed: whatever stands there so far compiles or is turned down in words."""

import contextlib
import random

import pytest

from pyargus.errors import BadUse
from pyargus.record.filter import check_filter, compile_filter
from pyargus.record.filter_cy import Filter
from pyargus.record.filter_words import vocabulary

WORDS = [*vocabulary(), "2", "443", "1.2.3.4", "10.0.0.0/8", "2001:db8::1", "::/64", "0x10", "1.5", "-3", "20-25", '"x"', "(", ")", "not",
         "and", "or", "gt", "lte", "99999999999999999999", "0xffffffffffffffffff", "00:11:22:33:44:55", "[", ">", "é", "\x00"]  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_any_words_compile_or_are_turned_down(seed: int) -> None:
    draw = random.Random(seed)
    compiled = 0
    for _ in range(300):
        text = " ".join(draw.choice(WORDS) for _ in range(draw.randrange(1, 7)))
        for end in (len(text), draw.randrange(len(text) + 1)):
            with contextlib.suppress(BadUse):
                check_filter(text[:end])
                compiled += 1
    assert compiled


@pytest.mark.parametrize("text", ["pkts gt 99999999999999999999", "vid 99999999999999999999999", "port 1-99999999999999999999999"])
def test_numbers_beyond_64_bits_are_turned_down(text: str) -> None:
    with pytest.raises(BadUse, match="more than 64 bits"):
        compile_filter(text)


def test_the_largest_numbers_are_taken() -> None:
    assert Filter(compile_filter("bytes gt 18446744073709551615")) is not None


def test_too_many_brackets_are_turned_down() -> None:
    with pytest.raises(BadUse, match="nested too deeply"):
        compile_filter("(" * 5000)


def test_names_of_hosts_are_not_looked_up_while_they_are_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object) -> None:
        raise AssertionError("a name was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    check_filter("src host www.example.com and port 80")
    with pytest.raises(BadUse):
        check_filter("src host www.example.com and port")
