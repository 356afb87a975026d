"""POSIX extended expressions, the ways in which they are not Python's included."""

import pytest

from pyargus.clients.regex import compile_regex, occurs
from pyargus.errors import BadUse


@pytest.mark.parametrize(
    ("text", "data", "found"),
    [
        (r"\x41", b"A", False),
        (r"\x41", b"x41", True),
        (r"\.", b"a", False),
        (r"[\.]", b"\\", True),
        ("[]x]", b"]", True),
        ("[^]x]", b"]", False),
        ("[[:digit:]]{3}", b"a123", True),
        ("[[:digit:]]{3}", b"a12", False),
        ("[a-c[:digit:]]+$", b"zb7", True),
        ("a+?b", b"aab", True),
        ("a**b", b"b", True),
        ("(ab)+*c", b"c", True),
        ("^a++b", b"b", False),
        ("^a?+b", b"aab", True),
        ("^a{2}*b", b"aaaab", True),
        ("x.**[[:space:]]", b"x" * 5000, False),
        ("^*a", b"*a", True),
        ("*a", b"*a", True),
        ("^a{,2}b", b"aab", True),
        (r"(e)\1", b"feel", True),
        (r"\<el", b"feel", False),
        (r"el\>", b"feel", True),
        ("end$", b"end\n", False),
        ("a.b", b"a\nb", True),
        ("a{x", b"a{x", True),
        ("a)", b"a)", True),
    ],
)
def test_expressions(text: str, data: bytes, found: bool) -> None:
    assert occurs(compile_regex(text, False), data) is found


@pytest.mark.parametrize("text", ["[a", "(a", "a\\", "+a", "[[:no:]]"])
def test_what_is_no_expression_is_said(text: str) -> None:
    with pytest.raises(BadUse, match="regular expression"):
        compile_regex(text, False)


def test_texts_end_at_nul_bytes() -> None:
    assert occurs(compile_regex("^b$", False), b"a\0b\0c")
    assert not occurs(compile_regex("a.b", False), b"a\0b")
    assert occurs(compile_regex("B", True), b"b")
