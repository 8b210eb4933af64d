"""Waivers in comments: `# spendgate:waive GPU-001 until=2027-01-31 owner=ml reason="..."` on a resource or a module call."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping

from spendgate.inputs.terraform_source.blocks import Block
from spendgate.inputs.terraform_source.files import SourceFile
from spendgate.model.frozen import Frozen

_COMMENT = re.compile(r"^(?P<code>[^\n]*?)(?:#|//)[ \t]*spendgate:waive[ \t]+(?P<said>[^\n]+)$", re.MULTILINE)


class InlineWaiver(Frozen):
    """What a comment says. `address` is that of the block in its module, None for a comment that stands on nothing.

    `settings` are its `key=value` pairs as written; nothing is checked here.
    """

    policy: str
    address: str | None
    file: str
    line: int
    settings: Mapping[str, str]


def inline_waivers(file: SourceFile) -> Iterator[InlineWaiver]:
    """The waivers of a file in order: those inside a block, on its line, or in the lines of comment right above it."""
    for match in _COMMENT.finditer(file.text):
        if _in_text(match["code"]):
            continue
        line = file.lines.place(match.start("said"))[0]
        block = _block_at(file, match.start("said"), line)
        policy, *rest = _words(match["said"])
        pairs = (word.partition("=") for word in rest)
        settings = {key: value for key, mark, value in pairs if mark}
        yield InlineWaiver(policy, _address(block), file.path, line, settings)


def _in_text(code: str) -> bool:
    """Whether a comment's sign stands inside quotes."""
    return len(re.findall(r'(?<!\\)"', code)) % 2 == 1


def _words(said: str) -> list[str]:
    try:
        return shlex.split(said)
    except ValueError:
        return said.split()


def _block_at(file: SourceFile, position: int, line: int) -> Block | None:
    rows = file.text.split("\n")
    while line < len(rows) and rows[line].lstrip().startswith(("#", "//")):
        line += 1
    for block in file.body.blocks:
        first = file.lines.place(block.position)[0]
        last = file.lines.place(block.end)[0]
        if first == line + 1 or first <= file.lines.place(position)[0] <= last:
            return block
    return None


def _address(block: Block | None) -> str | None:
    if block is None or block.type not in ("resource", "module"):
        return None
    return ".".join(block.labels) if block.type == "resource" else f"module.{block.labels[0]}"
