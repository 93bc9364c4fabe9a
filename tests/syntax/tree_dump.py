"""A tree as plain data, to compare and to read."""

from __future__ import annotations

from caffe_ls.syntax.tree import Field, File, ListValue, Message, Scalar


def dump(file: File) -> list[object]:
    """All that a file's tree says."""
    return [
        (
            entry.text,
            None if entry.field is None else _node(entry.field),
            [(p.code, p.span, p.message, p.other, p.replacement) for p in entry.problems],
            entry.template,
        )
        for entry in file.entries
    ]


def _node(node: Field | Message | ListValue | Scalar | None) -> object:
    if node is None:
        return None
    if isinstance(node, Scalar):
        return (node.kind, node.start, node.end, node.text)
    if isinstance(node, ListValue):
        return ("[", node.start, node.end, [_node(value) for value in node.values])
    if isinstance(node, Message):
        return ("{", node.start, node.end, node.closed, [_node(field) for field in node.fields])
    return (node.name, node.start, node.name_end, node.end, node.colon, _node(node.value))
