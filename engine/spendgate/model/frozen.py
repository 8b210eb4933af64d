"""The base of the values that a run makes by the ten thousand: immutable, compared and hashed by their content.

A frozen dataclass says the same. Making one takes ten times as long and declaring one a hundred times, which was a sixth of a
large run and a third of a small one.
"""

from __future__ import annotations

from typing import dataclass_transform

import msgspec
from msgspec import field as field
from msgspec.structs import asdict as asdict
from msgspec.structs import replace as replace


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Frozen(msgspec.Struct, frozen=True):
    """A value that does not change. `replace(value, name=...)` makes another one; `field` is for defaults from a
    factory, `asdict` gives one level of it and `field_names` those of its fields."""


def field_names(kind: type[Frozen]) -> tuple[str, ...]:
    """The names of the fields of a class, in their order."""
    return kind.__struct_fields__
