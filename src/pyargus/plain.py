"""Classes of named values as `dataclasses` makes them, for what every program imports at its start.

The module of that name takes longer to load than all else that a reader needs to begin, for it reads source code and compiles methods.
Type checkers see the real one; here are the parts of it that are used: defaults, factories of defaults, `replace`, comparison, `frozen`.
"""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:

    class _Fresh:
        """A default that is made anew for each instance."""

        def __init__(self, make):
            self.make = make

    def field(*, default_factory):
        """The default of an attribute, made by a function for each instance."""
        return _Fresh(default_factory)

    def _init(self, *values, **named):
        cls = type(self)
        if len(values) > len(cls.__match_args__):
            raise TypeError(f"{cls.__name__} takes {len(cls.__match_args__)} values, not {len(values)}")
        held = dict(zip(cls.__match_args__, values, strict=False))
        for name in named:
            if name not in cls.__match_args__ or name in held:
                raise TypeError(f"{cls.__name__}: {'a second value for' if name in held else 'no attribute'} {name}")
        held.update(named)
        for name in cls.__match_args__[len(values) :]:
            if name not in held:
                try:
                    value = cls.__defaults__[name]
                except KeyError:
                    raise TypeError(f"{cls.__name__} needs a value for {name}") from None
                held[name] = value.make() if type(value) is _Fresh else value
        self.__dict__.update(held)

    def _values(self):
        return tuple(self.__dict__[name] for name in self.__match_args__)

    def _eq(self, other):
        return _values(self) == _values(other) if type(self) is type(other) else NotImplemented

    def _hash(self):
        return hash(_values(self))

    def _repr(self):
        return f"{type(self).__name__}({', '.join(f'{name}={self.__dict__[name]!r}' for name in self.__match_args__)})"

    def _refuse(self, name, *_):
        raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")

    def dataclass(cls=None, /, *, frozen=False, slots=False):
        """Make of a class with annotated attributes one whose instances are made of values for them. `slots` is for type checkers."""
        if cls is None:
            return lambda given: dataclass(given, frozen=frozen, slots=slots)
        names = tuple(dict.fromkeys(name for base in reversed(cls.__mro__) for name in getattr(base, "__annotations__", ())))
        defaults = dict(getattr(cls, "__defaults__", {}))
        for name in names:
            if name in cls.__dict__:
                defaults[name] = cls.__dict__[name]
                if type(defaults[name]) is _Fresh:
                    delattr(cls, name)
        cls.__match_args__, cls.__defaults__ = names, defaults
        cls.__init__, cls.__eq__, cls.__repr__ = _init, _eq, _repr
        cls.__hash__ = _hash if frozen else None
        if frozen:
            cls.__setattr__ = cls.__delattr__ = _refuse
        return cls

    def replace(item, /, **changes):
        """A copy of an instance, of a class made here or by `dataclasses`, with other values for some attributes."""
        if hasattr(item, "__dataclass_fields__"):
            import dataclasses

            return dataclasses.replace(item, **changes)
        return type(item)(**dict(zip(item.__match_args__, _values(item), strict=True)) | changes)


__all__ = ["dataclass", "field", "replace"]
