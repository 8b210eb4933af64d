"""Resource addresses: `module.a["x.y"].aws_instance.web[0]` taken apart, whatever the keys hold."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

_STEP = re.compile(r"([^.\[\]\"]+)(?:\[(\d+|\"(?:[^\"\\]|\\.)*\"|\?|\*)\])?(?:\.|$)")


class Step(NamedTuple):
    """One name of an address with its instance key, if it has one."""

    name: str
    key: str | int | None


def steps(address: str) -> list[Step]:
    """The names of an address in order. Text that is no address comes back as one step."""
    found: list[Step] = []
    position = 0
    while position < len(address):
        match = _STEP.match(address, position)
        if match is None:
            return [*found, Step(address[position:], None)]
        found.append(Step(match.group(1), _key(match.group(2))))
        position = match.end()
    return found


def _key(text: str | None) -> str | int | None:
    if text is None:
        return None
    if text.isdecimal():
        return int(text)
    if text.startswith('"'):
        try:
            key = str(json.loads(text, strict=False))
        except ValueError:
            key = text[1:-1]
        # NOTE: Terraform writes a key's `${` as `$${`, since an address is also an expression.
        return key.replace("$${", "${").replace("%%{", "%{")
    return text


def module_steps(module_address: str) -> tuple[Step, ...]:
    """`module.a[0].module.b` as `(Step("a", 0), Step("b", None))`."""
    found = steps(module_address)
    return tuple(found[1::2])


def config_path(module: tuple[Step, ...]) -> tuple[str, ...]:
    """The names of the module calls on the way, without instance keys."""
    return tuple(step.name for step in module)
