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
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from spendgate.documents import Document
from spendgate.errors import SettingsError
from spendgate.model.facets import Facets
from spendgate.model.frozen import Frozen

SECTION = "defaults"
_FIELDS = ("env", "kind", "type", "provider", "region", "phase")


class Default(Frozen):
    """What to assume (`use`) of resources that match; each condition is a pattern or several of them."""

    match: Mapping[str, tuple[str, ...]]
    use: Mapping[str, Any]

    def fits(self, provider: str, resource_type: str, facets: Facets) -> bool:
        """Whether all conditions hold; what is unknown about a resource holds for none."""
        return all(
            isinstance(value := _value(name, provider, resource_type, facets), str)
            and any(fnmatchcase(value.lower(), pattern.lower()) for pattern in patterns)
            for name, patterns in self.match.items()
        )


def read(document: Document) -> tuple[Default, ...]:
    """The defaults of a file. Raises SettingsError with the line of the entry that is not right."""
    stated = document.data.get(SECTION) or []
    if not isinstance(stated, list):
        raise _refusal(document, (SECTION,), "defaults is a list of entries, each with match and use")
    return tuple(_default(document, number, entry) for number, entry in enumerate(stated))


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
        str(name): tuple(map(str, wanted)) if isinstance(wanted, list) else (str(wanted),)
        for name, wanted in match.items()
    }
    return Default(conditions, use)


def _value(name: str, provider: str, resource_type: str, facets: Facets) -> Any:
    if name.startswith("tags."):
        tags = facets.tags
        return tags.get(name.removeprefix("tags.")) if isinstance(tags, Mapping) else None
    if name == "type":
        return resource_type
    if name == "provider":
        return provider
    return facets.workload.phase if name == "phase" else getattr(facets, name)


def _refusal(document: Document, route: tuple[str | int, ...], message: str, hint: str | None = None) -> SettingsError:
    return SettingsError(message, file=document.origin, line=document.line_of(route), hint=hint)
