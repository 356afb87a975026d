"""The golden cases of the programs that sort, count, split and search: same bytes, or a difference that is documented."""

from pathlib import Path

import pytest

from tests.clients import golden

PROGRAMS = ("rasort", "racount", "rasplit", "rastream", "rastrip", "ratimerange", "ragrep", "rafilteraddr", "rahisto")
# What differs, and a word of the row of docs/reference/differences.md that says so.
DIFFERENT = {
    "rasort-m-dport": "destination port of IPv6",
    "rasort-v": "destination port of IPv6",
    "rasort-bad-key": "`smeansz`",
    "rastrip-plus-vlan-mac": "several `+` words",
    "racount-addr-mix": "kinds of addresses",
    "racount-addr-l2": "kinds of addresses",
    "racount-addr-v6": "kinds of addresses",
    "racount-addr-icmp": "kinds of addresses",
    "racount-addr-skype": "kinds of addresses",
    "racount-proto-addr": "kinds of addresses",
}
CASES = [(program, ident, arguments) for program in PROGRAMS for ident, arguments in golden.cases(program)]


@pytest.mark.skipif(not golden.GOLDEN.exists(), reason="no golden cases: set PYARGUS_SHARED")
@pytest.mark.parametrize(("program", "ident", "arguments"), CASES, ids=[case[1] for case in CASES])
def test_case(program: str, ident: str, arguments: str, tmp_path: Path) -> None:
    got = golden.run_case(program, arguments, tmp_path)
    assert (got == golden.expected(ident)) == (ident not in DIFFERENT), got.decode(errors="replace")


def test_differences_are_documented() -> None:
    for word in DIFFERENT.values():
        assert golden.documented(word), word
