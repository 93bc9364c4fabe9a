"""`dataclass`, `field` and `replace` for data that nobody changes, quick to define, to make and to copy.

Type checkers see those of the standard library and refuse to set a field; at run time nothing guards the fields. There
the standard library's would cost each command some 20 ms, for the import of `inspect` and for the code that they
generate, and frozen objects are four times as slow to make: this program makes them by the hundred thousand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import field as field
    from dataclasses import replace as replace
else:
    from operator import attrgetter

    class _Field:
        """What a class body says of one field."""

        __slots__ = ("compare", "default", "default_factory", "repr")

        def __init__(self, default, default_factory, compare, repr):
            self.default, self.default_factory, self.compare, self.repr = default, default_factory, compare, repr

    _MISSING = object()

    def field(*, default=_MISSING, default_factory=_MISSING, compare=True, repr=True):
        """A field with a default made for each object, or one that is not compared or not shown."""
        return _Field(default, default_factory, compare, repr)

    def dataclass(*, frozen, slots=False, eq=True):
        """A class that takes its annotated names; with `eq`, equal and of the same hash when its fields are."""
        assert frozen, "data that changes is for dataclasses.dataclass"

        def decorated(cls):
            own = dict(vars(cls))
            fields = {name: _field_of(own.get(name, _MISSING)) for name in own.get("__annotations__", ())}
            names = tuple(fields)
            for name, one in fields.items():
                if one.default is _MISSING:
                    own.pop(name, None)
                else:
                    own[name] = one.default
            own["__init__"] = _initializer(cls, fields)
            own["__match_args__"] = names
            own["_values"] = staticmethod(_values_of(names))
            own["__repr__"] = _shown([name for name, one in fields.items() if one.repr])
            if eq:
                compared = _values_of([name for name, one in fields.items() if one.compare])
                own["__eq__"], own["__hash__"] = _comparison(compared)
            if slots:
                for name in names:
                    own.pop(name, None)
                own["__slots__"] = names
            own.pop("__dict__", None)
            own.pop("__weakref__", None)
            made = type(cls)(cls.__name__, cls.__bases__, own)
            made.__qualname__ = cls.__qualname__
            return made

        return decorated

    def _field_of(given):
        return given if isinstance(given, _Field) else _Field(given, _MISSING, compare=True, repr=True)

    def _initializer(cls, fields):
        """`__init__`, which is worth generated code: it takes most of the time of making an object."""
        scope = {"_MISSING": _MISSING}
        parameters, lines = [], []
        for name, one in fields.items():
            scope[f"_default_{name}"] = one.default
            value = name
            if one.default_factory is not _MISSING:
                scope[f"_make_{name}"] = one.default_factory
                value = f"_make_{name}() if {name} is _MISSING else {name}"
            has_default = one.default is not _MISSING or one.default_factory is not _MISSING
            parameters.append(f"{name}=_default_{name}" if has_default else name)
            lines.append(f" self.{name} = {value}\n")
        exec(f"def __init__(self, {', '.join(parameters)}):\n{''.join(lines)}", scope)
        made = scope["__init__"]
        made.__qualname__ = f"{cls.__qualname__}.__init__"
        made.__module__ = cls.__module__
        return made

    def _values_of(names):
        """A function from an object to the tuple of the values of these fields."""
        if len(names) > 1:
            return attrgetter(*names)
        return lambda one: tuple([getattr(one, name) for name in names])

    def _comparison(values):
        def is_equal(self, other):
            return values(self) == values(other) if self.__class__ is other.__class__ else NotImplemented

        return is_equal, lambda self: hash(values(self))

    def _shown(names):
        def words(self):
            return f"{type(self).__qualname__}({', '.join([f'{name}={getattr(self, name)!r}' for name in names])})"

        return words

    def replace(one, /, **changes):
        """A copy with some fields changed; a name that is no field is a TypeError."""
        cls = type(one)
        names = cls.__match_args__
        for name in changes:
            if name not in names:
                raise TypeError(f"{cls.__qualname__} has no field `{name}`")
        # By position, which takes half the time.
        return cls(*map(changes.get, names, cls._values(one)))
