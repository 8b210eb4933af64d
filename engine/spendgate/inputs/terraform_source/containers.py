"""Lists, maps, `for` and the arguments of calls, as the grammar reads them."""

from __future__ import annotations

from spendgate.inputs.terraform_source.blocks import GrammarError
from spendgate.inputs.terraform_source.grammar import Reader
from spendgate.inputs.terraform_source.nodes import Call, Expression, ListOf, Literal, ObjectOf, Selection, Traversal
from spendgate.inputs.terraform_source.operations import For


def container(reader: Reader) -> Expression:
    """What begins with `[` or `{`. Raises GrammarError."""
    start, opening = reader.at, reader.next()
    closing = "]" if opening == "[" else "}"
    reader.at += 1
    outer, reader.open = reader.open, 1
    reader.skip()
    if _is_for(reader):
        found: Expression = _for(reader, start, closing)
    elif opening == "[":
        found = ListOf(start, _items(reader, closing))
    else:
        reader.open = 0
        found = ObjectOf(start, _pairs(reader))
    reader.open = outer
    if reader.next() != closing:
        raise GrammarError(f"`{closing}` or `,` was expected, not {reader.found()}", reader.at)
    reader.at += 1
    return found


def arguments(reader: Reader, name: str, start: int) -> Expression:
    """The arguments of a call, from its opening bracket on. Raises GrammarError."""
    reader.at += 1
    outer, reader.open = reader.open, 1
    reader.skip()
    items: list[Expression] = []
    expand = False
    while reader.next() != ")":
        items.append(reader.expression())
        reader.skip()
        if reader.take("..."):
            expand = True
            break
        if not reader.take(","):
            break
    reader.take(",")
    reader.open = outer
    if reader.next() != ")":
        raise GrammarError(f"`)` or `,` was expected in the call of {name}, not {reader.found()}", reader.at)
    reader.at += 1
    return Call(start, name, items, expand)


def _items(reader: Reader, closing: str) -> list[Expression]:
    items: list[Expression] = []
    while reader.next() != closing:
        items.append(reader.expression())
        reader.skip()
        if not reader.take(","):
            break
    return items


def _pairs(reader: Reader) -> list[tuple[Expression, Expression]]:
    """Keys and values; a comma or a line end parts them. A key that is a word stands for itself."""
    pairs: list[tuple[Expression, Expression]] = []
    while True:
        _lines(reader)
        if reader.next() in ("}", ""):
            return pairs
        key = reader.expression()
        if isinstance(key, Traversal) and not key.steps:
            key = Literal(key.position, key.root)
        elif isinstance(key, Literal) and not isinstance(key.constant, (str, int)):
            key = Literal(key.position, {True: "true", False: "false"}.get(key.constant, "null"))
        reader.skip()
        if not reader.take("="):
            reader.need(":", "behind a key")
        _lines(reader)
        pairs.append((key, reader.expression()))
        reader.skip()
        if not reader.take(",") and reader.next() not in ("\n", "}"):
            raise GrammarError(f"`,` or a new line was expected in a map, not {reader.found()}", reader.at)


def _lines(reader: Reader) -> None:
    reader.open = 1
    reader.skip()
    reader.open = 0


def _is_for(reader: Reader) -> bool:
    if not reader.text.startswith("for", reader.at):
        return False
    here = reader.at
    word = reader.name()
    reader.skip()
    found = word == "for" and reader.name() is not None
    reader.at = here
    return found


def _for(reader: Reader, start: int, closing: str) -> Expression:
    reader.name()
    names = loop_names(reader)
    collection = reader.expression()
    reader.skip()
    reader.need(":", "behind the collection of a `for`")
    key: Expression | None = None
    result = reader.expression()
    reader.skip()
    if closing == "}":
        reader.need("=>", "in a `for` that makes a map")
        key, result = result, reader.expression()
        reader.skip()
    group = closing == "}" and reader.take("...")
    test = None
    if _word(reader, "if"):
        test = reader.expression()
        reader.skip()
    return Selection(start, For(start, names, collection, key, result, test, group), ())


def loop_names(reader: Reader) -> tuple[str, ...]:
    """`k, v in`, up to the collection. Raises GrammarError."""
    names = []
    while True:
        reader.skip()
        name = reader.name()
        if name is None:
            raise GrammarError(f"a name was expected in a `for`, not {reader.found()}", reader.at)
        names.append(name)
        reader.skip()
        if not reader.take(","):
            break
    if not _word(reader, "in") or len(names) > 2:
        raise GrammarError(f"`in` was expected in a `for`, not {reader.found()}", reader.at)
    return tuple(names)


def _word(reader: Reader, word: str) -> bool:
    here = reader.at
    if reader.name() == word:
        reader.skip()
        return True
    reader.at = here
    return False
