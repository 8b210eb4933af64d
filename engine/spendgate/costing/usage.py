"""The usage file: what people state about use that no configuration tells (gigabytes stored, requests, hours).

The layout is the one that cost estimators share: `resource_usage` by address, where `[*]` stands for any instance key, and
`resource_type_default_usage` by type. A value at an address wins over one at a wildcard, that over the type's.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from re import sub
from typing import Any

from spendgate.documents import Document, read_yaml
from spendgate.errors import SettingsError

_SECTIONS = ("version", "resource_usage", "resource_type_default_usage")
_ANY_KEY = r"\[[^\]]*\]"


@dataclass(frozen=True, slots=True)
class UsageFile:
    """Stated use by address and by type; values are numbers or nested maps of numbers."""

    by_address: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    by_type: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    document: Document | None = None

    @classmethod
    def load(cls, path: Path | str) -> UsageFile:
        """Read a usage file. Raises SettingsError or InputError with file and line."""
        document = read_yaml(path)
        data = document.data
        if not isinstance(data, Mapping):
            raise SettingsError("is not a usage file (a map was expected)", file=document.origin, line=1)
        for key in data:
            if key not in _SECTIONS:
                near = difflib.get_close_matches(key, _SECTIONS, n=1)
                hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(_SECTIONS)}"
                raise SettingsError(
                    f"unknown key {key!r}", file=document.origin, line=document.line_of((key,)), hint=hint
                )
        sections = [_section(document, name) for name in _SECTIONS[1:]]
        return cls(sections[0], sections[1], document)

    def of(self, address: str, resource_type: str) -> Mapping[str, Any]:
        """Everything stated for one resource, the nearest statement winning key by key."""
        if not self.by_address and not self.by_type:
            return {}
        merged: dict[str, Any] = dict(self.by_type.get(resource_type, {}))
        merged.update(self.by_address.get(sub(_ANY_KEY, "[*]", address), {}))
        merged.update(self.by_address.get(address, {}))
        return merged

    def check(self, resources: Iterable[tuple[str, str]], keys_of: Mapping[str, Iterable[str]]) -> None:
        """Refuse what would have no effect: an address or type that the run does not hold, a key that no meter reads.

        `resources` are `(address, type)`; `keys_of` the keys of each type that has a meter. Raises SettingsError with line
        and nearest name.
        """
        types: dict[str, str] = {}
        for address, resource_type in resources:
            types[address] = types[sub(_ANY_KEY, "[*]", address)] = resource_type
        for address, stated in self.by_address.items():
            if address not in types:
                self._refuse(("resource_usage", address), f"no resource {address!r} in this run", types)
            self._check_keys(("resource_usage", address), stated, keys_of.get(types[address], ()))
        for resource_type, stated in self.by_type.items():
            if resource_type in keys_of:
                self._check_keys(("resource_type_default_usage", resource_type), stated, keys_of[resource_type])
            elif resource_type not in types.values():
                self._refuse(
                    ("resource_type_default_usage", resource_type),
                    f"no meter reads usage of {resource_type!r}",
                    keys_of,
                )

    def _check_keys(self, route: tuple[str, str], stated: Mapping[str, Any], known: Iterable[str]) -> None:
        for key in stated:
            if key not in known:
                self._refuse((*route, key), f"unknown usage key {key!r} of {route[1]}", known)

    def _refuse(self, route: tuple[str, ...], message: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(route[-1], names, n=1)
        hint = f"did you mean {near[0]}?" if near else (f"known: {', '.join(names[:12])}" if names else None)
        document = self.document
        raise SettingsError(
            message,
            file=document.origin if document else None,
            line=document.line_of(route) if document else None,
            hint=hint,
        )


def stated(usage: Mapping[str, Any], path: str) -> Decimal | None:
    """The number stated at a dotted key, or None. Raises SettingsError for anything that is no number of zero or more."""
    value: Any = usage
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    if value is None:
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal(-1)
    if isinstance(value, bool) or not amount.is_finite() or amount < 0:
        raise SettingsError(f"usage {path} is {value!r}: a number of zero or more was expected")
    return amount


def _section(document: Document, name: str) -> Mapping[str, Mapping[str, Any]]:
    section = document.data.get(name) or {}
    if not isinstance(section, Mapping):
        raise SettingsError(f"{name} is no map", file=document.origin, line=document.line_of((name,)))
    for key, stated_use in section.items():
        if stated_use is not None and not isinstance(stated_use, Mapping):
            raise SettingsError(f"{name} of {key} is no map", file=document.origin, line=document.line_of((name, key)))
    return {key: stated_use or {} for key, stated_use in section.items()}
