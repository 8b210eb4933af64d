"""Edits of source text: set an attribute, add tags. Everything around stays as it was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spendgate.inputs.terraform_source.blocks import Attribute, Block
from spendgate.inputs.terraform_source.files import SourceFile
from spendgate.inputs.terraform_source.nodes import Literal, ObjectOf
from spendgate.inputs.terraform_source.taggable import tag_attribute

_STEP = "  "
_TAG_BLOCKS = frozenset({"aws_autoscaling_group"})
"""Types that take tags as blocks, and not those of the provider."""


def set_attribute(file: SourceFile, block: Block, path: str, value: Any) -> str | None:
    """The text with an attribute set (`scaling_config.max_size`); None when a block on the way is not there as such."""
    names = [name for name in path.split(".") if not name.isdecimal()]
    for name in names[:-1]:
        inner = [found for found in block.body.blocks if found.type == name]
        if len(inner) != 1:
            return None
        block = inner[0]
    attribute = block.body.attributes.get(names[-1])
    written = literal(value)
    if written is None:
        return None
    if attribute is not None:
        return _replaced(file.text, attribute.value_at, attribute.end, written)
    return _added(file, block, f"{names[-1]} = {written}")


def add_tags(file: SourceFile, block: Block, tags: Mapping[str, Any]) -> str | None:
    """The text with tags added to a resource; None for a type whose tags are not known to stand anywhere."""
    type_ = block.labels[0]
    if type_ in _TAG_BLOCKS:
        return _added(file, block, "\n".join(_tag_block(key, tags[key]) for key in tags))
    name = next((name for name in ("tags", "labels") if name in block.body.attributes), tag_attribute(type_))
    if name is None:
        return None
    attribute = block.body.attributes.get(name)
    if attribute is None:
        return _added(file, block, f"{name} = {{ {_pairs(tags)} }}")
    if isinstance(attribute.expression, ObjectOf):
        return _into_map(file, attribute, attribute.expression, tags)
    text = file.text[attribute.value_at : attribute.end]
    return _replaced(file.text, attribute.value_at, attribute.end, f"merge({text}, {{ {_pairs(tags)} }})")


def literal(value: Any) -> str | None:
    """A plain value as it is written in source; None for what is none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return '"' + escaped.replace("${", "$${").replace("%{", "%%{") + '"'
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, list):
        items = [literal(item) for item in value]
        return None if None in items else "[" + ", ".join(str(item) for item in items) + "]"
    return None


def _pairs(tags: Mapping[str, Any]) -> str:
    return ", ".join(f"{_key(key)} = {literal(str(value))}" for key, value in tags.items())


def _key(key: str) -> str:
    return key if key.replace("-", "").replace("_", "").isalnum() and not key[0].isdigit() else str(literal(key))


def _tag_block(key: str, value: Any) -> str:
    rows = (
        f"key                 = {literal(key)}",
        f"value               = {literal(str(value))}",
        "propagate_at_launch = true",
    )
    return "tag {\n" + "\n".join(f"{_STEP}{row}" for row in rows) + "\n}"


def _replaced(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def _into_map(file: SourceFile, attribute: Attribute, node: ObjectOf, tags: Mapping[str, Any]) -> str | None:
    """Into a map that is written out: on its one line, or on lines of their own as the others are. Keys that stand there: None."""
    present = {key.constant for key, _ in node.items if isinstance(key, Literal)}
    if present & set(tags):
        return None
    text = file.text
    closing = attribute.end - 1
    inside = text[attribute.value_at + 1 : closing]
    if "\n" not in inside:
        kept = inside.strip().rstrip(",")
        return _replaced(
            text, attribute.value_at, attribute.end, "{ " + ", ".join(filter(None, (kept, _pairs(tags)))) + " }"
        )
    start = text.rfind("\n", 0, closing) + 1
    indent = _indent(text, start) + _STEP
    rows = "".join(f"{indent}{_key(key)} = {literal(str(value))}\n" for key, value in tags.items())
    return text[:start] + rows + text[start:]


def _added(file: SourceFile, block: Block, said: str) -> str | None:
    """Lines at the end of a block, indented as its body is."""
    text, closing = file.text, block.end - 1
    if text[closing : closing + 1] != "}":
        return None
    first = text.rfind("\n", 0, block.position) + 1
    outer = _indent(text, first)
    rows = "".join(f"{outer}{_STEP}{row}\n" for row in said.split("\n"))
    start = text.rfind("\n", 0, closing) + 1
    if text[start:closing].strip():
        # NOTE: the block ends on the line of its last attribute, or is empty: `resource "a" "b" {}`.
        return text[:closing].rstrip(" \t") + "\n" + rows + outer + text[closing:]
    return text[:start] + rows + text[start:]


def _indent(text: str, start: int) -> str:
    end = start
    while text[end : end + 1] in (" ", "\t"):
        end += 1
    return text[start:end]
