"""Effective tags with canonical keys: whatever the provider calls them, however the key is spelled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from spendgate.model.facets import NO_TAG_KEYS, TagKeys, TagValue
from spendgate.model.frozen import Frozen
from spendgate.model.values import AFTER_APPLY, Unknown

BUILT_IN_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "costcenter": "cost-center",
        "costcentre": "cost-center",
        "cost-centre": "cost-center",
        "env": "environment",
        "stage": "environment",
        "app": "application",
        "application-name": "application",
        "maintainer": "owner",
        "contact": "owner",
        "squad": "team",
        "group": "team",
        "business-unit": "department",
    }
)
"""Spellings of the common keys, after FinOps Foundation's container label list; `aliases:` of the config adds to them."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATORS = re.compile(r"[\s_./:]+")


@lru_cache(maxsize=4096)
def plain_key(raw: str) -> str:
    """A key in lower case with hyphens: `CostCenter`, `cost_center` and `Cost Center` are one. Prefixes before `/` stay."""
    return _SEPARATORS.sub("-", _CAMEL.sub("-", raw.strip())).lower().strip("-")


def canonical_key(raw: str, aliases: Mapping[str, str]) -> str:
    """The canonical spelling of a tag key: the config's aliases first, then the built-in ones."""
    key = plain_key(raw)
    return aliases.get(raw) or aliases.get(key) or BUILT_IN_ALIASES.get(key, key)


class Tags(Frozen):
    """Effective tags of one resource: canonical key to value, and where each came from."""

    values: Mapping[str, TagValue] | Unknown = {}
    source: Mapping[str, str] = {}
    keys: TagKeys = NO_TAG_KEYS

    def text(self, key: str) -> str | None:
        """The plain text of a tag; `None` when absent or unknown."""
        value = None if isinstance(self.values, Unknown) else self.values.get(key)
        return value if isinstance(value, str) else None


NO_TAGS = Tags()


def merge(layers: Iterable[tuple[str, Any]], aliases: Mapping[str, str]) -> Tags:
    """Merge layers `(origin, raw map)` into effective tags; later layers win, so the weakest comes first.

    A raw map is a mapping (values may be `Unknown`), an `Unknown` (then nothing can be told: the result's `values` is
    unknown), or anything else (no tags). A key whose canonical form is given twice within one layer keeps the first.
    Values are text; `null` is dropped; empty text stays, since an empty tag is not a missing one.
    """
    values: dict[str, TagValue] = {}
    source: dict[str, str] = {}
    written: dict[str, str] = {}
    conflicting: dict[str, None] = {}
    for origin, raw in layers:
        if isinstance(raw, Unknown):
            return Tags(raw, {})
        if not isinstance(raw, Mapping):
            continue
        seen: set[str] = set()
        for raw_key, value in raw.items():
            key = canonical_key(str(raw_key), aliases)
            if raw_key != key:
                written[str(raw_key)] = key
            if value is None:
                continue
            if key in seen:
                if value != values[key]:
                    conflicting[key] = None
                continue
            seen.add(key)
            values[key] = value if isinstance(value, (str, Unknown)) else _text(value)
            source[key] = origin
    if not written and not conflicting:
        return Tags(values, source)
    return Tags(values, source, TagKeys(tuple(dict.fromkeys(written.values())), tuple(written), tuple(conflicting)))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def marked(raw: Any, unknown: Any, sensitive: Any = False, gap: Unknown = AFTER_APPLY) -> Any:
    """A raw tag map with `Unknown` put in the places that a marker tree (`after_unknown.tags`) marks; `gap` says why they are.

    Returns `Unknown` when the whole map is marked; keys that exist only in the marker tree are added as unknown.
    NOTE: a sensitive tag value is unknown too, so that it reaches no report.
    """
    if unknown is True:
        return gap
    if sensitive is True:
        return Unknown("sensitive")
    if not isinstance(unknown, Mapping) and not isinstance(sensitive, Mapping):
        return raw
    result: dict[str, Any] = dict(raw) if isinstance(raw, Mapping) else {}
    for tree, reason in ((unknown, gap), (sensitive, Unknown("sensitive"))):
        if isinstance(tree, Mapping):
            result.update({key: reason for key, mark in tree.items() if mark is True})
    return result
