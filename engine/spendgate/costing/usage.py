"""The usage file: what people state about use that no configuration tells (gigabytes stored, requests, hours).

The layout is the one that cost estimators share: `resource_usage` by address, where `[*]` stands for any instance key, and
`resource_type_default_usage` by type. Beside it `defaults` hold for a tag, an environment or a kind (`usage_defaults`). A value at
an address wins over one at a wildcard, that over the type's, that over the defaults.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from re import sub
from typing import Any, NoReturn

from spendgate.costing.usage_defaults import SECTION as DEFAULTS
from spendgate.costing.usage_defaults import Defaults
from spendgate.costing.usage_defaults import read as read_defaults
from spendgate.costing.usage_values import FOR_ANY, SIZES, in_order, is_range, with_hours
from spendgate.documents import Document, read_yaml
from spendgate.errors import SettingsError
from spendgate.model.facets import Facets
from spendgate.model.frozen import Frozen

_SECTIONS = ("version", "resource_usage", "resource_type_default_usage", DEFAULTS)
_VAULT, _PROTECTED = "azurerm_recovery_services_vault.", "azurerm_backup_protected_vm."
_ANY_KEY = r"\[[^\]]*\]"

STATED_ALONE: Mapping[str, str] = {"aws_data_transfer": "aws", "llm_usage": "llm"}
"""Types that exist in usage files alone, with their provider: traffic and calls of models belong to no resource, so people state
them under an address of their own."""


class UsageValueError(SettingsError):
    """A usage value that cannot be meant, with the dotted key at which it stands."""

    def __init__(self, key: str, value: object, expected: str) -> None:
        super().__init__(f"usage {key} is {value!r}: {expected} was expected")
        self.key = key


class UsageFile(Frozen):
    """Stated use by address and by type; values are numbers or nested maps of numbers."""

    by_address: Mapping[str, Mapping[str, Any]] = {}
    by_type: Mapping[str, Mapping[str, Any]] = {}
    document: Document | None = None
    defaults: Defaults = Defaults()

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
        by_address, by_type = (_section(document, name) for name in _SECTIONS[1:3])
        return cls(_apart(by_address), by_type, document, read_defaults(document))

    def of(
        self, address: str, resource_type: str, facets: Facets | None = None, provider: str = ""
    ) -> Mapping[str, Any]:
        """Everything stated for one resource, the nearest statement winning key by key, within blocks too."""
        if not self:
            return {}
        merged: dict[str, Any] = {}
        for default in self.defaults.of(provider, resource_type, facets) if facets is not None else ():
            _lay(merged, default.use)
        for _, _, use in self._layers(address, resource_type):
            _lay(merged, use)
        return with_hours(merged)

    def __bool__(self) -> bool:
        """Whether anything is stated."""
        return bool(self.by_address or self.by_type or self.defaults)

    def _layers(self, address: str, resource_type: str) -> list[tuple[str, str, Mapping[str, Any]]]:
        """`(section, key, use)` of every statement about a resource, the weakest first."""
        found = []
        if resource_type in self.by_type:
            found.append((_SECTIONS[2], resource_type, self.by_type[resource_type]))
        keys = dict.fromkeys((sub(_ANY_KEY, "[*]", address), address))
        return found + [(_SECTIONS[1], key, self.by_address[key]) for key in keys if key in self.by_address]

    def placed(self, error: UsageValueError, address: str, resource_type: str) -> SettingsError:
        """The error with the file and line of the statement that caused it."""
        route: tuple[str, ...] = ()
        for section, key, use in self._layers(address, resource_type):
            if _holds(use, error.key.split(".")):
                route = (section, key, *error.key.split("."))
        line = self.document.line_of(route) if self.document and route else None
        return SettingsError(
            f"{error.message} ({address})", file=self.document.origin if self.document else None, line=line
        )

    def traffic(self) -> list[str]:
        """Addresses of stated traffic (`aws_data_transfer.*`, `llm_usage.*`), which no resource of the run stands for."""
        return [address for address in self.by_address if address.split(".")[0] in STATED_ALONE]

    def check(self, resources: Iterable[tuple[str, str]], keys_of: Mapping[str, Iterable[str]]) -> None:
        """Refuse what would have no effect: an address or type that the run does not hold, a key that no meter reads.

        `resources` are `(address, type)`; `keys_of` the keys of each type that has a meter, dotted where they stand in a
        block. Raises SettingsError with line and nearest name.
        """
        types: dict[str, str] = {address: address.split(".")[0] for address in self.traffic()}
        for address, resource_type in resources:
            types[address] = types[sub(_ANY_KEY, "[*]", address)] = resource_type
        for address, use in self.by_address.items():
            if address not in types:
                self._refuse(("resource_usage", address), f"no resource {address!r} in this run", types)
            self._check_keys(("resource_usage", address), use, keys_of.get(types[address], ()))
        for resource_type, use in self.by_type.items():
            if resource_type in keys_of:
                self._check_keys(("resource_type_default_usage", resource_type), use, keys_of[resource_type])
            elif resource_type not in types.values():
                self._refuse(
                    ("resource_type_default_usage", resource_type),
                    f"no meter reads usage of {resource_type!r}",
                    keys_of,
                )
        any_key = dict.fromkeys(key for keys in keys_of.values() for key in keys)
        for number, default in enumerate(self.defaults.entries):
            self._check_keys((DEFAULTS, number, "use"), default.use, any_key)

    def _check_keys(self, route: tuple[str | int, ...], use: Mapping[str, Any], known: Iterable[str]) -> None:
        names = {*known, *FOR_ANY}
        for path in _leaves(use, ()):
            if path[-1] in SIZES:
                path = path[:-1]
                self._no_range(route, path, f"range {'.'.join(path)} has no expected value")
            if (found := _at(use, path)) is not None and is_range(found) and not in_order(path[-1], found):
                self._no_range(route, path, f"range {'.'.join(path)} is out of order")
            if not _is_known(path, names):
                key = ".".join(path)
                of = f" of {route[1]}" if route[0] != DEFAULTS else ""
                self._refuse((*route, *path), f"unknown usage key {key!r}{of}", names, key)

    def _no_range(self, route: tuple[str | int, ...], path: tuple[str, ...], message: str) -> NoReturn:
        document = self.document
        raise SettingsError(
            message,
            file=document.origin if document else None,
            line=document.line_of((*route, *path)) if document else None,
            hint="write {low: 10, expected: 20, high: 50}, from small to large",
        )

    def _refuse(self, route: tuple[str | int, ...], message: str, known: Iterable[str], wrong: str = "") -> NoReturn:
        names = sorted(known)
        near = difflib.get_close_matches(wrong or str(route[-1]), names, n=1)
        hint = f"did you mean {near[0]}?" if near else (f"known: {', '.join(names[:12])}" if names else None)
        document = self.document
        raise SettingsError(
            message,
            file=document.origin if document else None,
            line=document.line_of(route) if document else None,
            hint=hint,
        )


def _lay(under: dict[str, Any], over: Mapping[str, Any]) -> None:
    for key, value in over.items():
        below = under.get(key)
        if isinstance(value, Mapping) and isinstance(below, Mapping) and not (is_range(value) or is_range(below)):
            block = dict(below)
            _lay(block, value)
            under[key] = block
        else:
            under[key] = value


def _holds(use: Any, path: list[str]) -> bool:
    for key in path:
        if not isinstance(use, Mapping) or key not in use:
            return False
        use = use[key]
    return True


def _at(use: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        use = use.get(key) if isinstance(use, Mapping) else None
    return use


def _leaves(use: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for key, value in use.items():
        path = (*above, str(key))
        if isinstance(value, Mapping) and value and not is_range(value):
            yield from _leaves(value, path)
        else:
            yield path


def _is_known(path: tuple[str, ...], known: set[str]) -> bool:
    """Whether a meter reads a key: as it stands, with `[*]` for a position, or as any name of its block (`block.*`)."""
    spelled = sub(_ANY_KEY, "[*]", ".".join(path))
    return spelled in known or path[0] in known or ".".join((*path[:-1], "*")) in known


def word(usage: Mapping[str, Any], key: str, allowed: Sequence[str]) -> str | None:
    """The word stated at a key, or None. Raises UsageValueError for one that is not allowed."""
    value = usage.get(key)
    if value is None:
        return None
    if value not in allowed:
        raise UsageValueError(key, value, f"one of {', '.join(allowed)}")
    return str(value)


def stated(usage: Mapping[str, Any], path: str) -> Decimal | None:
    """The number stated at a dotted key, or None. Raises UsageValueError for anything that is no number of zero or more."""
    if not usage:
        return None
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
        raise UsageValueError(path, value, "a number of zero or more")
    return amount


def _apart(by_address: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Mapping[str, Any]]:
    """The use by address, with that of machines which stands under their vault put at the address of the machine.

    NOTE: `resource_usage: {<vault>: {azurerm_backup_protected_vm.<name>: ...}}` is how shared usage files state it.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for address, use in by_address.items():
        module = address[: address.rfind(_VAULT)] if _VAULT in address else None
        inner = (
            {key: value for key, value in use.items() if str(key).startswith(_PROTECTED)} if module is not None else {}
        )
        if not inner or len(inner) < len(use):
            found[address] = {key: value for key, value in use.items() if key not in inner}
        for key, value in inner.items():
            found[f"{module}{key}"] = value if isinstance(value, Mapping) else {}
    return found


def _section(document: Document, name: str) -> Mapping[str, Mapping[str, Any]]:
    section = document.data.get(name) or {}
    if not isinstance(section, Mapping):
        raise SettingsError(f"{name} is no map", file=document.origin, line=document.line_of((name,)))
    for key, stated_use in section.items():
        if stated_use is not None and not isinstance(stated_use, Mapping):
            raise SettingsError(f"{name} of {key} is no map", file=document.origin, line=document.line_of((name, key)))
    return {key: stated_use or {} for key, stated_use in section.items()}
