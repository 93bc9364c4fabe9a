"""The parameter that a refusal blames, and the edits that change, add or remove parameters of its layer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from caffe_ls.net.values import Group
from caffe_ls.rules.finding import Fix, fix
from caffe_ls.rules.rewriting import beside, removal
from caffe_ls.rules.rule import RefusalView
from caffe_ls.rules.written import field_at, field_span
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span


class Parameter(NamedTuple):
    """A field of one of the layer's messages; `owner` holds it, and `position` is the value that is meant."""

    owner: Group
    name: str
    position: int

    @property
    def span(self) -> Span:
        """The value, relative to the layer's entry."""
        return self.owner.place(self.name, self.position)


def blamed(view: RefusalView) -> Parameter | None:
    """The parameter whose value the refusal stands at; None where it stands at something else."""
    field = field_at(view.document, view.place(view.refusal.span))
    layer = view.layer
    if field is None or layer is None:
        return None
    for owner in _groups(layer.spec.fields):
        for index in range(owner.count(field.name)):
            if owner.place(field.name, index) == view.refusal.span:
                return Parameter(owner, field.name, index)
    return None


def _groups(fields: Group) -> Iterable[Group]:
    """The messages of a layer and those in them, which hold its fillers and shapes."""
    for name in fields.fields:
        for group in fields.groups(name):
            yield group
            for inner in group.fields:
                yield from group.groups(inner)


def set_value(view: RefusalView, parameter: Parameter, value: str, *, safe: bool = False) -> Fix:
    """Give the parameter another value."""
    title = f"Set `{parameter.name}: {value}`"
    return fix(title, Edit(view.place(parameter.span), value), safe=safe)


def remove_fields(
    view: RefusalView, owner: Group, names: Iterable[str], title: str, *, safe: bool = False
) -> list[Fix]:
    """Take all values of some fields away; nothing where one of them stands in a list with others."""
    edits = []
    for name in names:
        for index in range(owner.count(name)):
            span = field_span(view.document, view.place(owner.place(name, index)))
            if span is None:
                return []
            edits.append(removal(view.document.text, span))
    return [fix(title, *edits, safe=safe)] if edits else []


def add_beside(view: RefusalView, parameter: Parameter, content: str, *, safe: bool = False) -> list[Fix]:
    """Give another field behind the parameter."""
    span = field_span(view.document, view.place(parameter.span))
    if span is None:
        return []
    return [fix(f"Add `{content}`", beside(view.document.source, span, [content]), safe=safe)]


def in_words(names: Iterable[str]) -> str:
    """Field names in a title: `kernel_h` and `kernel_w`."""
    quoted = [f"`{name}`" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def pool_over_whole_input(view: RefusalView) -> list[Fix]:
    """Let the window of an average be the input: global_pooling in the place of kernel, stride and pad."""
    layer = view.layer
    parameter = blamed(view)
    if layer is None or layer.type != "Pooling" or parameter is None or not parameter.name.startswith("kernel"):
        return []
    if parameter.owner.choice("pool", ("MAX", "AVE")) != "AVE":
        return []
    first = field_span(view.document, view.place(parameter.span))
    others = [
        name
        for what in ("kernel_size", "kernel", "stride", "pad")
        for name in ((what,) if what == "kernel_size" else (what, f"{what}_h", f"{what}_w"))
        if parameter.owner.has(name) and name != parameter.name
    ]
    removals = [change.edit for one in remove_fields(view, parameter.owner, others, "") for change in one.edits]
    if first is None or (others and not removals):
        return []
    edits = (Edit(first, "global_pooling: true"), *removals)
    return [fix("Pool over the whole input: `global_pooling: true`", *edits)]
