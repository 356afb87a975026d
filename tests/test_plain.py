"""Classes of named values: they are made, compared, copied and refused as those of `dataclasses` are."""

import dataclasses
from typing import Any

import pytest

from pyargus import plain


def make(module: Any) -> tuple[Any, Any]:
    """A class with defaults and one that is frozen, made by a module."""

    @module.dataclass(slots=True)  # type: ignore[untyped-decorator]
    class Open:
        name: str
        count: int = 3
        items: list[int] = module.field(default_factory=list)

    @module.dataclass(frozen=True)  # type: ignore[untyped-decorator]
    class Shut:
        name: str
        value: int = 1

    return Open, Shut


@pytest.fixture(params=[plain, dataclasses], ids=["plain", "dataclasses"])
def classes(request: Any) -> tuple[Any, Any, Any]:
    """The two classes and the `replace` of their module."""
    return (*make(request.param), request.param.replace)


def test_values_by_place_and_by_name(classes: tuple[Any, Any, Any]) -> None:
    kind = classes[0]
    item = kind("a", items=[1])
    assert (item.name, item.count, item.items) == ("a", 3, [1])
    assert kind("a").items is not kind("a").items
    item.count = 4
    assert item == kind("a", 4, [1])
    assert item != kind("a", 5, [1])
    assert repr(item).endswith("Open(name='a', count=4, items=[1])")


def test_what_does_not_fit_is_an_error(classes: tuple[Any, Any, Any]) -> None:
    kind = classes[0]
    for values, named in (((), {}), (("a", 1, [], 2), {}), (("a",), {"name": "b"}), (("a",), {"other": 1})):
        with pytest.raises(TypeError):
            kind(*values, **named)


def test_frozen(classes: tuple[Any, Any, Any]) -> None:
    kind = classes[1]
    item = kind("a")
    with pytest.raises(AttributeError):
        item.name = "b"
    with pytest.raises(AttributeError):
        del item.name
    assert item.name == "a"
    assert len({item, kind("a"), kind("a", 2)}) == 2
    with pytest.raises(TypeError):
        hash(classes[0]("a"))


def test_replace(classes: tuple[Any, Any, Any]) -> None:
    opened, shut, replace = classes
    item = opened("a", 1, [2])
    other = replace(item, count=7)
    assert (other.name, other.count, other.items, item.count) == ("a", 7, [2], 1)
    assert replace(shut("a"), value=2) == shut("a", 2)
    with pytest.raises(TypeError):
        replace(item, unknown=1)


def test_replace_of_either_kind() -> None:
    item = make(dataclasses)[1]("a")
    assert plain.replace(item, value=5).value == 5
