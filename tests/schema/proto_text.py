"""A schema as the .proto file that would declare it."""

from __future__ import annotations

from caffe_ls.schema.model import Field, Schema


def proto_text(schema: Schema) -> str:
    """A .proto file in package caffe, with a comment behind every field that names it."""
    lines = ['syntax = "proto2";', "", "package caffe;"]

    def message(name: str, indent: str) -> None:
        declared = schema.messages[name]
        lines.append(f"{indent}// The message {name}.")
        lines.append(f"{indent}message {name.rpartition('.')[2]} {{")
        for inner in schema.messages:
            if inner.rpartition(".")[0] == name:
                message(inner, indent + "  ")
        for inner in schema.enums:
            if inner.rpartition(".")[0] == name:
                enum(inner, indent + "  ")
        lines.extend(f"{indent}  {field(item)}  // {name}.{item.name}" for item in declared.fields.values())
        lines.append(f"{indent}}}")

    def enum(name: str, indent: str) -> None:
        lines.append(f"{indent}enum {name.rpartition('.')[2]} {{")
        values = schema.enums[name].values
        if len(set(values.values())) < len(values):
            lines.append(f"{indent}  option allow_alias = true;")
        lines.extend(f"{indent}  {value} = {number};" for value, number in values.items())
        lines.append(f"{indent}}}")

    for top in schema.messages:
        if "." not in top:
            message(top, "")
    for top in schema.enums:
        if "." not in top:
            enum(top, "")
    return "\n".join(lines) + "\n"


def field(declared: Field) -> str:
    """The statement that declares a field."""
    options = []
    if declared.default is not None:
        quoted = '"' + declared.default.replace("\\", "\\\\").replace('"', '\\"') + '"'
        options.append(f"default = {quoted if declared.type in ('string', 'bytes') else declared.default}")
    if declared.packed:
        options.append("packed = true")
    if declared.deprecated:
        options.append("deprecated = true")
    behind = f" [{', '.join(options)}]" if options else ""
    type_name = declared.type_name or declared.type
    return f"{declared.label} {type_name} {declared.name} = {declared.number}{behind};"
