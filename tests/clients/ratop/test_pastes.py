"""Keys and pasted texts are told apart, however the input is cut."""

import random

import pytest

from pyargus.clients.ratop.pastes import BEGIN, END, ESCAPED, KEYS, LIMIT, PASTE, Pastes

EVIL = "tcp\x1b:q\r\x1b[A\x1b" + "x" * 40 + ":q\x03\x1b[200~\x1b[201"


def fed(pieces: list[str]) -> list[tuple[str, str]]:
    """What becomes of pieces, those of the same kind put together, and nothing held back."""
    pastes = Pastes()
    out: list[tuple[str, str]] = []
    for kind, text in [item for piece in pieces for item in pastes.feed(piece)] + list(pastes.tick()):
        if kind == KEYS and out and out[-1][0] == KEYS:
            out[-1] = (KEYS, out[-1][1] + text)
        else:
            out.append((kind, text))
    return out


def test_a_pasted_text_is_one_text() -> None:
    assert fed([f"j{BEGIN}{EVIL}{END}k"]) == [(KEYS, "j"), (PASTE, EVIL), (KEYS, "k")]
    assert fed([f"{BEGIN}{END}{BEGIN}a\x00b{END}"]) == [(PASTE, "ab")]


@pytest.mark.parametrize("seed", range(50))
def test_it_does_not_matter_where_the_input_is_cut(seed: int) -> None:
    draw = random.Random(seed)
    text = f"jk\x1b[B{BEGIN}{EVIL}{END}\x1b[Al{BEGIN}two{END}\x1bOP"
    wanted = fed([text])
    assert [kind for kind, _ in wanted] == [KEYS, PASTE, KEYS, PASTE, KEYS]
    pieces = []
    while text:
        size = draw.randrange(1, 12)
        pieces.append(text[:size])
        text = text[size:]
    assert fed(pieces) == wanted


def test_escape_is_a_key_if_nothing_follows() -> None:
    pastes = Pastes()
    assert list(pastes.feed("j\x1b")) == [(KEYS, "j")]
    assert pastes.patience == pastes.escape
    assert list(pastes.tick()) == [(ESCAPED, "")]
    assert pastes.patience is None and list(pastes.tick()) == []
    assert list(pastes.feed("\x1b")) == [] and list(pastes.feed("[A")) == [(KEYS, "\x1b[A")]


def test_escape_and_a_key_that_follows_closely_are_two() -> None:
    assert fed(["\x1bf\x1b\x1b[A\x1bq"]) == [(ESCAPED, ""), (KEYS, "f"), (ESCAPED, ""), (KEYS, "\x1b[A"), (ESCAPED, ""), (KEYS, "q")]


def test_a_text_without_an_end_is_as_it_is_after_a_while() -> None:
    pastes = Pastes()
    assert list(pastes.feed(f"{BEGIN}:q\r\x1b[20")) == []
    assert pastes.patience is not None and pastes.patience > pastes.escape
    assert list(pastes.tick()) == [(PASTE, ":q\r\x1b[20")]
    assert list(pastes.feed("j")) == [(KEYS, "j")]


def test_a_text_has_a_greatest_length() -> None:
    pastes = Pastes()
    out = list(pastes.feed(BEGIN)) + [item for _ in range(100) for item in pastes.feed("x" * 4096)] + list(pastes.feed(END + "k"))
    assert out == [(PASTE, "x" * LIMIT), (KEYS, "k")]
