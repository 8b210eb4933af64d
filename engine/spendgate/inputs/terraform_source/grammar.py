"""Text of the configuration language into blocks and attributes, each with its place.

A reader without separate tokens: the text is walked once, patterns are compiled. It is ten times as fast as a generated parser
in Python and knows the place of every expression; what it cannot read is offered to `second_reader`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from spendgate.inputs.terraform_source.blocks import Attribute, Block, Body, GrammarError
from spendgate.inputs.terraform_source.nodes import Expression, Literal, Selection, Splat, Step, Traversal
from spendgate.inputs.terraform_source.operations import Binary, Condition, Unary
from spendgate.inputs.terraform_source.values import tidy

_INLINE = re.compile(r"(?:[ \t\r]+|/\*.*?\*/|(?:#|//)[^\n]*)*", re.DOTALL)
_ALL = re.compile(r"(?:[ \t\r\n]+|/\*.*?\*/|(?:#|//)[^\n]*)*", re.DOTALL)
_NAME = re.compile(r"[^\W\d][\w-]*")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_HEREDOC = re.compile(r"<<(-?)([^\W\d][\w-]*)[ \t\r]*\n")
_OPERATOR = re.compile(r"\|\||&&|==|!=|<=|>=|[<>+\-*/%]")
_RANK = {"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6}
_WORDS = {"true": True, "false": False, "null": None}
_DEEPEST = 60


def parse_body(text: str) -> Body:
    """A whole file. Raises GrammarError."""
    reader = Reader(text)
    body = reader.body(top=True)
    if reader.at < len(text):
        raise GrammarError("a closing brace without an opening one", reader.at)
    return body


def parse_expression(text: str) -> Expression:
    """A text that is one expression. Raises GrammarError."""
    reader = Reader(text)
    reader.open = 1
    reader.skip()
    expression = reader.expression()
    reader.skip()
    if reader.at < len(text):
        raise GrammarError("text behind the end of an expression", reader.at)
    return expression


class Reader:
    """Walks a text from `at` to its end. While `open` is not zero, line ends are mere space."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.open = 0
        self.depth = 0

    def skip(self) -> None:
        """Space and comments; line ends too where they mean nothing."""
        match = (_ALL if self.open else _INLINE).match(self.text, self.at)
        assert match is not None
        self.at = match.end()

    def next(self) -> str:
        """The character at hand, empty at the end."""
        return self.text[self.at : self.at + 1]

    def take(self, mark: str) -> bool:
        """Step over a mark if it is there, with the space behind it."""
        if self.text.startswith(mark, self.at):
            self.at += len(mark)
            self.skip()
            return True
        return False

    def need(self, mark: str, where: str) -> None:
        """Step over a mark that has to be there. Raises GrammarError."""
        if not self.take(mark):
            raise GrammarError(f"`{mark}` was expected {where}, not {self.found()}", self.at)

    def found(self) -> str:
        """What stands at hand, for messages."""
        if self.at >= len(self.text):
            return "the end of the file"
        match = re.compile(r"[\w-]{1,30}|.", re.DOTALL).match(self.text, self.at)
        return "the end of the line" if self.next() == "\n" else f"`{match[0] if match else ''}`"

    def name(self) -> str | None:
        """A word, if there is one."""
        match = _NAME.match(self.text, self.at)
        if match is None:
            return None
        self.at = match.end()
        return match[0]

    def body(self, *, top: bool = False) -> Body:
        """Attributes and blocks up to a closing brace or the end."""
        body = Body()
        while True:
            match = _ALL.match(self.text, self.at)
            assert match is not None
            self.at = match.end()
            if self.at >= len(self.text) or self.next() == "}":
                return body
            start = self.at
            name = self.name()
            if name is None:
                raise GrammarError(f"an attribute or a block was expected, not {self.found()}", self.at)
            self.skip()
            if self.next() == "=" and not self.text.startswith("==", self.at):
                self.at += 1
                self._attribute(body, name, start)
            else:
                body.blocks.append(self._block(name, start))
            self.skip()
            if self.at < len(self.text) and self.next() not in "\n}":
                raise GrammarError(f"a new line was expected, not {self.found()}", self.at, certain=True)
            if top and self.next() == "}":
                raise GrammarError("a closing brace without an opening one", self.at)

    def _attribute(self, body: Body, name: str, start: int) -> None:
        self.skip()
        if name in body.attributes:
            raise GrammarError(f"{name} is set a second time", start, certain=True)
        value_at = self.at
        expression = self.expression()
        body.attributes[name] = Attribute(name, start, expression, self.at, value_at)

    def _block(self, name: str, start: int) -> Block:
        labels = []
        while self.next() != "{":
            if self.next() == '"':
                labels.append(self._label())
            elif (word := self.name()) is not None:
                labels.append(word)
            else:
                raise GrammarError(f"`=` or `{{` was expected behind {name}, not {self.found()}", self.at)
            self.skip()
        self.at += 1
        self._deeper()
        block = Block(name, tuple(labels), start, self.body())
        self.depth -= 1
        if self.next() != "}":
            raise GrammarError(f"the block {name} is never closed", start)
        self.at += 1
        block.end = self.at
        return block

    def _label(self) -> str:
        from spendgate.inputs.terraform_source.templates import quoted_template

        node = quoted_template(self)
        if isinstance(node, Literal) and isinstance(node.constant, str):
            return node.constant
        raise GrammarError("a label cannot hold an expression", self.at)

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise GrammarError(f"nested deeper than {_DEEPEST} levels", self.at)

    def expression(self) -> Expression:
        """An expression. Raises GrammarError."""
        self._deeper()
        start = self.at
        found = self._operation(1)
        end = self.at
        self.skip()
        if self.next() == "?":
            self.at += 1
            self.skip()
            then = self.expression()
            self.skip()
            self.need(":", "in a condition")
            found = Condition(start, found, then, self.expression())
        else:
            self.at = end  # NOTE: a comment behind an expression is no part of it.
        self.depth -= 1
        return found

    def _operation(self, lowest: int) -> Expression:
        left = self._signed()
        while True:
            here = self.at
            self.skip()
            match = _OPERATOR.match(self.text, self.at)
            if match is None or _RANK[match[0]] < lowest:
                self.at = here
                return left
            self.at = match.end()
            self.skip()
            left = Binary(here, match[0], left, self._operation(_RANK[match[0]] + 1))

    def _signed(self) -> Expression:
        start, signs = self.at, []
        while self.next() in ("!", "-"):
            signs.append(self.next())
            self.at += 1
            self.skip()
        found = self._term()
        for sign in reversed(signs):
            found = Unary(start, sign, found)
        return found

    def _term(self) -> Expression:
        start = self.at
        found = self._primary()
        steps = tuple(self._steps())
        if isinstance(found, Traversal):
            found.steps = steps
            return found
        return Selection(start, found, steps) if steps else found

    def _steps(self) -> Iterator[Step]:
        while True:
            here = self.at
            self.skip()
            if self.next() == "[":
                yield from self._index()
            elif self.next() == "." and not self.text.startswith("...", self.at):
                yield self._member()
            else:
                self.at = here
                return

    def _index(self) -> Iterator[Step]:
        self.at += 1
        self.open += 1
        self.skip()
        splat = self.next() == "*" and self.take("*")
        key = None if splat else self.expression()
        self.skip()
        if self.next() != "]":
            raise GrammarError(f"`]` was expected behind an index, not {self.found()}", self.at)
        self.open -= 1
        self.at += 1
        # NOTE: all that follows `[*]` is taken in each element.
        yield Splat(tuple(self._steps())) if key is None else key

    def _member(self) -> Step:
        self.at += 1
        self.skip()
        if self.next() == "*":
            self.at += 1
            return Splat(())
        number = re.compile(r"\d+").match(self.text, self.at)
        if number is not None:
            start, self.at = self.at, number.end()
            return Literal(start, int(number[0]))
        name = self.name()
        if name is None:
            raise GrammarError(f"a name was expected behind the point, not {self.found()}", self.at)
        return name

    def _primary(self) -> Expression:
        start, sign = self.at, self.next()
        if sign == '"' or self.text.startswith("<<", start):
            return self._text()
        if sign == "(":
            self.open += 1
            self.need("(", "")
            found = self.expression()
            self.skip()
            self.open -= 1
            if self.next() != ")":
                raise GrammarError(f"`)` was expected, not {self.found()}", self.at)
            self.at += 1
            return Selection(start, found, ())
        if sign in ("[", "{"):
            from spendgate.inputs.terraform_source.containers import container

            return container(self)
        number = _NUMBER.match(self.text, start)
        if number is not None:
            self.at = number.end()
            return Literal(start, tidy(Decimal(number[0])))
        name = self.name()
        if name is None:
            raise GrammarError(f"a value was expected, not {self.found()}", start)
        return self._named(name, start)

    def _text(self) -> Expression:
        from spendgate.inputs.terraform_source.templates import heredoc, quoted_template

        if self.next() == '"':
            return quoted_template(self)
        match = _HEREDOC.match(self.text, self.at)
        if match is None:
            raise GrammarError("a heredoc needs a marker and a line end", self.at)
        return heredoc(self, match)

    def _named(self, name: str, start: int) -> Expression:
        while self.text.startswith("::", self.at):
            self.at += 2
            name = f"{name}::{self.name()}"
        if self.next() == "(":
            from spendgate.inputs.terraform_source.containers import arguments

            return arguments(self, name, start)
        if name in _WORDS:
            return Literal(start, _WORDS[name])
        return Traversal(start, name, ())
