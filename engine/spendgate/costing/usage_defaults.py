"""Defaults of a usage file that hold for whatever has a tag, an environment or a kind.

    defaults:
      - match: {env: dev, kind: "compute.*"}
        use: {hours: 12x5}
      - match: {tags.team: search}
        use: {monthly_requests: {low: 1000000, expected: 5000000, high: 20000000}}

A later default wins over an earlier one; all of them stand under what is said of a type or an address.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from spendgate.documents import Document
from spendgate.errors import SettingsError
from spendgate.model.facets import Facets
from spendgate.model.frozen import Frozen
from spendgate.model.values import Unknown

SECTION = "defaults"
_FIELDS = ("env", "kind", "type", "provider", "region", "phase")


class Default(Frozen):
    """What to assume (`use`) of resources that match; each condition is a pattern or several of them, in lower case."""

    match: Mapping[str, tuple[str, ...]]
    use: Mapping[str, Any]

    def fits(self, values: Mapping[str, str | None]) -> bool:
        """Whether all conditions hold, given the values that they ask for; what is unknown of a resource (None) fits none."""
        return all(
            (value := values[name]) is not None and any(fnmatchcase(value, pattern) for pattern in patterns)
            for name, patterns in self.match.items()
        )


class Defaults:
    """The defaults of a file in its order. Resources that are alike in all that these ask for are compared with them once."""

    def __init__(self, entries: Sequence[Default] = ()) -> None:
        self.entries = tuple(entries)
        self._asked = tuple(dict.fromkeys(name for default in self.entries for name in default.match))
        self._fitting: dict[tuple[str | None, ...], tuple[Default, ...]] = {}

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.entries)

    def of(self, provider: str, resource_type: str, facets: Facets) -> tuple[Default, ...]:
        """Those that hold for a resource, the weakest first."""
        values = tuple(_value(name, provider, resource_type, facets) for name in self._asked)
        found = self._fitting.get(values)
        if found is None:
            by_name = dict(zip(self._asked, values, strict=True))
            found = self._fitting[values] = tuple(default for default in self.entries if default.fits(by_name))
        return found


def read(document: Document) -> Defaults:
    """The defaults of a file. Raises SettingsError with the line of the entry that is not right."""
    stated = document.data.get(SECTION) or []
    if not isinstance(stated, list):
        raise _refusal(document, (SECTION,), "defaults is a list of entries, each with match and use")
    return Defaults([_default(document, number, entry) for number, entry in enumerate(stated)])


def _default(document: Document, number: int, entry: Any) -> Default:
    route = (SECTION, number)
    if not isinstance(entry, Mapping) or set(entry) != {"match", "use"}:
        raise _refusal(document, route, "a default has exactly match and use")
    match, use = entry["match"], entry["use"]
    if not isinstance(match, Mapping) or not match:
        raise _refusal(document, (*route, "match"), "match is a map with at least one condition")
    if not isinstance(use, Mapping) or not use:
        raise _refusal(document, (*route, "use"), "use is a map of usage keys")
    for name in match:
        if name not in _FIELDS and not str(name).startswith("tags."):
            near = difflib.get_close_matches(str(name), [*_FIELDS, "tags.team"], n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(_FIELDS)}, tags.NAME"
            raise _refusal(document, (*route, "match", name), f"unknown condition {name!r}", hint)
    conditions = {
        str(name): tuple(str(each).lower() for each in (wanted if isinstance(wanted, list) else [wanted]))
        for name, wanted in match.items()
    }
    return Default(conditions, use)


def _value(name: str, provider: str, resource_type: str, facets: Facets) -> str | None:
    """What a condition is compared with, in lower case; None for what is absent or unknown."""
    if name.startswith("tags."):
        value = None if isinstance(facets.tags, Unknown) else facets.tags.get(name.removeprefix("tags."))
    else:
        own = {"type": resource_type, "provider": provider, "phase": facets.workload.phase}
        value = own[name] if name in own else getattr(facets, name)
    return value.lower() if isinstance(value, str) else None


def _refusal(document: Document, route: tuple[str | int, ...], message: str, hint: str | None = None) -> SettingsError:
    return SettingsError(message, file=document.origin, line=document.line_of(route), hint=hint)
