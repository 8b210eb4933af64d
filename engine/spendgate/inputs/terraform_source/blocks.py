"""What a file declares, before anything is evaluated: blocks and attributes, each with its place."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from spendgate.inputs.terraform_source.nodes import Expression


class GrammarError(Exception):
    """The text breaks the language's rules at an offset. `certain`: no other reader's word counts against it."""

    def __init__(self, message: str, position: int, *, certain: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.certain = certain


@dataclass(slots=True)
class Attribute:
    """`name = expression`: offsets of its first character, behind its last one, and of the expression's first."""

    name: str
    position: int
    expression: Expression
    end: int = 0
    value_at: int = 0


@dataclass(slots=True)
class Block:
    """A block with its labels and body; `end` is the offset behind its closing brace."""

    type: str
    labels: tuple[str, ...]
    position: int
    body: Body
    end: int = 0


@dataclass(slots=True)
class Body:
    """What stands in a file or between the braces of a block."""

    attributes: dict[str, Attribute] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class Lines:
    """Offsets into lines and columns, both counted from one."""

    starts: list[int]

    @classmethod
    def of(cls, text: str) -> Lines:
        """The lines of a text."""
        return cls([0, *(match.end() for match in re.finditer("\n", text))])

    def place(self, position: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect_right(self.starts, position)
        return line, position - self.starts[line - 1] + 1
