"""The golden cases of racluster and rabins: same bytes, or a difference that is documented."""

from pathlib import Path

import pytest

from tests.clients import golden

PREFIX = "common prefixes in bits"
END = "may move back to the start of a later record"
EARLIER = "records earlier than the bin of the first one read"
# What differs, and words of the row of docs/reference/differences.md that says so.
DIFFERENT = {
    "racluster-m-saddr-dotted": "a dotted mask",
    "racluster-m-proto-l2": PREFIX,
    "racluster-filter": PREFIX,
    "racluster-conf-zero": PREFIX,
    "racluster-conf": "`RACLUSTER_PRESERVE_FIELDS` holds for all",
    "racluster-conf-skype": "`RACLUSTER_PRESERVE_FIELDS` holds for all",
    "racluster-m-macmatrix": "the pair is unordered by definition",
    "racluster-m-unknown": "a misspelt key",
    "racluster-m-proto-dport": "destination port of IPv6",
    "racluster-m-dport-implies-proto": "destination port of IPv6",
    "racluster-agr-norep": "it is no deviation",
    "rabins-time-10s-m": END,
    "rabins-frac": END,
    "rabins-1h": EARLIER,
    "rabins-time-10s-zero": EARLIER,
}
# What prints a line for every ten seconds of six years.
NOT_RUN = {"rabins-time-10s-zero"}
CASES = [(program, *case) for program in ("racluster", "rabins") for case in golden.cases(program)]


@pytest.mark.skipif(not CASES, reason="no golden cases: set PYARGUS_SHARED")
@pytest.mark.parametrize(("program", "ident", "arguments"), [case for case in CASES if case[1] not in NOT_RUN])
def test_case(program: str, ident: str, arguments: str, tmp_path: Path) -> None:
    got = golden.run_case(program, arguments, tmp_path)
    assert (got == golden.expected(ident)) == (ident not in DIFFERENT), got.decode(errors="replace")


def test_differences_are_documented() -> None:
    for word in DIFFERENT.values():
        assert golden.documented(word), word
