"""What an expression of the configuration stands for, as far as a plan tells: constants, and variables through module calls."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from spendgate.inputs.terraform.format import ConfigModule, PlanVariable
from spendgate.model.values import Unknown

_MOST_HOPS = 64
_STEP = re.compile(r'\.([^.\[\]"]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]')


class Expressions:
    """Evaluates expressions within the modules of one configuration. What cannot be told is an `Unknown` with its reason."""

    def __init__(self, root: ConfigModule, variables: Mapping[str, PlanVariable]) -> None:
        self.modules = dict(modules(root))
        self._variables = variables

    def value(self, expression: Any, path: tuple[str, ...], hops: int = 0) -> Any:
        """The value of an expression in the module at `path`; None when there is no expression.

        NOTE: a plan does not tell `var.region` from `"${var.region}-a"`; a lone variable is followed, and a text that
        comes out is checked by whoever reads it (a region against the form of regions).
        """
        if expression is None:
            return None
        if not isinstance(expression, dict):
            return Unknown("is a block, not a value")
        if "constant_value" in expression:
            return expression["constant_value"]
        given = expression.get("references")
        references = [text for text in given if isinstance(text, str)] if isinstance(given, list) else []
        longest = max(references, key=len, default="")
        if not longest.startswith("var.") or hops >= _MOST_HOPS or not all(map(longest.startswith, references)):
            return Unknown(f"depends on {', '.join(references)}" if references else "is not a constant")
        name, steps = _parts(longest)
        found = self._variable(name, path, hops)
        for step in steps:
            found = _step(found, step)
        return Unknown(f"depends on {longest}") if found is _NOT_THERE else found

    def _variable(self, name: str, path: tuple[str, ...], hops: int) -> Any:
        module = self.modules.get(path)
        declared = module.variables.get(name) if module else None
        if declared is not None and declared.sensitive:
            return Unknown("sensitive")
        if not path:
            if name in self._variables:
                return self._variables[name].value
        else:
            parent = self.modules.get(path[:-1])
            call = parent.module_calls.get(path[-1]) if parent else None
            if call is not None and name in call.expressions:
                return self.value(call.expressions[name], path[:-1], hops + 1)
        if declared is not None and declared.default is not msgspec.UNSET:
            return declared.default
        return Unknown(f"var.{name} has no value in the plan")


def modules(root: ConfigModule) -> Iterator[tuple[tuple[str, ...], ConfigModule]]:
    """Every module of a configuration with the names of the calls that lead to it, a caller before those it calls."""
    queue: list[tuple[tuple[str, ...], ConfigModule]] = [((), root)]
    for path, module in queue:
        yield path, module
        queue.extend(((*path, name), call.module) for name, call in module.module_calls.items() if call.module)


_NOT_THERE = object()


def _parts(reference: str) -> tuple[str, list[str | int]]:
    """`var.settings.regions[0]` as `("settings", ["regions", 0])`."""
    steps: list[str | int] = []
    for name, index, key in _STEP.findall(reference.removeprefix("var")):
        if key:
            try:
                steps.append(str(json.loads(key)))
            except ValueError:
                steps.append(key[1:-1])
        else:
            steps.append(int(index) if index else name)
    return (str(steps[0]), steps[1:]) if steps else ("", [])


def _step(value: Any, step: str | int) -> Any:
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Mapping):
        return value.get(str(step), _NOT_THERE)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return _NOT_THERE
