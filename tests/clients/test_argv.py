"""The field's command syntax."""

import pytest

from pyargus.clients.argv import Arguments, normalise
from pyargus.clients.program import RA
from pyargus.clients.settings import Settings, from_argv
from pyargus.errors import BadUse


def split(argv: list[str]) -> Arguments:
    return normalise(argv, {row.letter: row.takes for row in RA.options}, {row.name: row.letter for row in RA.options})


def given(*argv: str) -> list[tuple[str, list[str]]]:
    return [(item.name, item.values) for item in split(argv).options]


def test_letters_combine_and_values_attach() -> None:
    assert given("-nr", "file") == [("n", []), ("r", ["file"])]
    assert given("-nrfile") == [("n", []), ("r", ["file"])]
    assert given("-r", "a", "b", "-n") == [("r", ["a", "b"]), ("n", [])]
    assert given("-L", "-1") == [("L", ["-1"])]
    assert given("-w", "out", "tcp") == [("w", ["out", "tcp"])]
    assert given("--read=a", "b", "--numeric") == [("r", ["a", "b"]), ("n", [])]


def test_words_are_permuted_and_a_dash_starts_the_filter() -> None:
    out = split(["tcp", "-n", "-", "-x", "and"])
    assert out.words == ["tcp", "-x", "and"]
    assert out.explicit


def test_field_lists() -> None:
    names = [column.name for column in from_argv(["-X", "-s", "+dur", "-dport"]).columns]
    assert "dur" in names and "dport" not in names
    assert [column.name for column in from_argv(["-X", "-s", "saddr,daddr", "pkts:4"]).columns] == ["saddr", "daddr", "pkts"]
    assert from_argv(["-X", "-s", "+1seq"]).columns[1].name == "seq"


@pytest.mark.parametrize("argv", [["-s", "saddr:0"], ["-s", "nothing"], ["-Z", "x"], ["-N", "x"], ["-L", "x"], ["-M", "nonsense"], ["-r"]])
def test_bad_use_is_refused(argv: list[str]) -> None:
    with pytest.raises(BadUse):
        from_argv(["-X", *argv])


def test_x_forgets_what_came_before() -> None:
    settings = from_argv(["-n", "-r", "a", "-X", "-r", "b"])
    assert settings.inputs == ["b"]
    assert settings.names == 1


def test_a_copy_of_the_settings_has_other_values_and_no_other_names() -> None:
    settings = from_argv(["-X", "-r", "a", "-n"])
    other = settings.but(quiet=True, inputs=["b"])
    assert (other.inputs, other.quiet, other.names, other.columns) == (["b"], True, settings.names, settings.columns)
    assert (settings.inputs, settings.quiet) == (["a"], False)
    assert Settings().inputs is not Settings().inputs
    for name in ("quite", "but"):
        with pytest.raises(AttributeError, match=name):
            settings.but(**{name: True})
        with pytest.raises(AttributeError, match=name):
            Settings(**{name: True})


def test_a_copy_of_a_program_has_other_values_and_no_other_names() -> None:
    before = RA.options
    other = RA.but(name="rb", without=frozenset({"n"}))
    assert (other.name, other.summary, RA.name) == ("rb", RA.summary, "ra")
    assert [option for option in before if option not in other.options] == [RA.by_letter["n"]]
    with pytest.raises(TypeError, match="naem"):
        RA.but(naem="rb")
