"""One evaluation of a root: its bounds, what is being worked out at the moment, and what went wrong on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from spendgate.errors import InputError
from spendgate.inputs.terraform_source.files import SourceFile
from spendgate.inputs.terraform_source.functions import call
from spendgate.inputs.terraform_source.modules import Library
from spendgate.inputs.terraform_source.nodes import Expression, Scope, Step
from spendgate.inputs.terraform_source.values import MOST_ELEMENTS, EvaluationError
from spendgate.model.resource import Level, Problem
from spendgate.model.values import Unknown

MOST_INSTANCES = 100_000
_MOST_WORK = 4_000_000
_MOST_TROUBLES = 20


@dataclass(slots=True)
class Evaluation:
    """What the modules of one root share."""

    library: Library
    workspace: str | None
    left: int = _MOST_WORK
    instances: int = 0
    running: dict[str, None] = field(default_factory=dict)
    troubles: dict[tuple[str, int, str], Problem] = field(default_factory=dict)
    read_file: Callable[[str], str | Unknown] | None = None

    def spend(self) -> None:
        """One step of work. Raises InputError when there have been too many."""
        self.left -= 1
        if self.left < 0:
            raise InputError(
                f"evaluating it takes more than {_MOST_WORK:,} steps", file=self.library.root, hint="is a range huge?"
            )

    def count(self, more: int, what: str, file: SourceFile, position: int) -> None:
        """Count instances. Raises InputError beyond what any real source has."""
        if more > MOST_INSTANCES:
            raise file.error(f"{what} has {more:,} instances; the limit is {MOST_INSTANCES:,}", position)
        self.instances += more
        if self.instances > MOST_INSTANCES:
            raise file.error(f"with {what} there are more than {MOST_INSTANCES:,} instances", position)

    @contextmanager
    def working_on(self, name: str, file: SourceFile, position: int) -> Iterator[None]:
        """Mark a thing as being worked out. Raises InputError when it is already: its value would hang on itself."""
        if name in self.running:
            names = list(self.running)
            circle = " → ".join([*names[names.index(name) :], name])
            raise file.error(f"values that need each other: {circle}", position, hint="break the circle")
        self.running[name] = None
        try:
            yield
        finally:
            del self.running[name]

    def value(self, expression: Expression, scope: Scope, file: SourceFile, what: str, position: int) -> Any:
        """The value of an expression; what Terraform would refuse is unknown, and a problem tells of it."""
        try:
            return expression.value(scope)
        except EvaluationError as error:
            self.trouble(f"{what}: {error}; taken as unknown", file, position)
            return Unknown(f"cannot be evaluated: {error}")
        except RecursionError:
            raise file.error(f"{what} is nested too deeply", position) from None

    def trouble(self, message: str, file: SourceFile, position: int, *, undetermined: bool = False) -> None:
        """Note a problem once for each line."""
        place = file.location(position)
        key = (place.file, place.line or 0, message)
        if len(self.troubles) < _MOST_TROUBLES or undetermined:
            self.troubles.setdefault(
                key, Problem(Level.WARNING, message, file=place.file, line=place.line, undetermined=undetermined)
            )


class Inner:
    """A scope inside another one, with more names."""

    def __init__(self, outer: Scope, bindings: Mapping[str, Any]) -> None:
        self._outer = outer
        self.bindings = bindings
        self.resolve: Callable[[str, tuple[Step, ...]], tuple[Any, int]] = outer.resolve
        self.spend: Callable[[], None] = outer.spend
        self.call: Callable[[str, list[Any]], Any] = outer.call

    def bind(self, names: Mapping[str, Any]) -> Scope:
        """A scope with still more names."""
        return Inner(self._outer, {**self.bindings, **names})


class Bare:
    """A scope without anything in it: for values of variables, and for types."""

    bindings: Mapping[str, Any] = {}

    def __init__(self) -> None:
        self._left = MOST_ELEMENTS

    def resolve(self, root: str, steps: tuple[Step, ...]) -> tuple[Any, int]:
        """Nothing has a name here. Raises EvaluationError."""
        raise EvaluationError(f"{root} has no value here")

    def bind(self, names: Mapping[str, Any]) -> Scope:
        """A scope with names."""
        return Inner(self, names)

    def call(self, name: str, arguments: list[Any]) -> Any:
        """What a function answers."""
        return call(name, arguments)

    def spend(self) -> None:
        """Constants are short: one that is not has no place where this scope is used."""
        self._left -= 1
        if self._left < 0:
            raise EvaluationError("a value takes too long to work out")
