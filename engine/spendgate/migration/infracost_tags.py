"""Tagging policies as Infracost Cloud keeps them, written down as YAML or JSON.

NOTE: they live behind a web page and an API, and no file format of theirs is published. What is read here is a layout of ours with the
names that their API has where it is known (`name`, `message`, `blockPr`, `prComment`, `tags`), and plain ones for the rest:

    tagging_policies:
      - name: Cost centres
        message: See the page on tags.
        resource_types: [aws_instance]        # all that can be tagged when left out
        tags:
          - {key: CostCenter, mandatory: true, pattern: "^CC-[0-9]+$"}
          - {key: env, values: [dev, prod]}   # may be left out, and is one of these when it is there
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from spendgate.documents import Document
from spendgate.errors import InputError
from spendgate.facets.tags import canonical_key
from spendgate.migration import CannotSay, Imported, PolicyDraft, maps

_LISTS = ("tagging_policies", "taggingPolicies")
_POLICY = frozenset({"name", "message", "blockPr", "prComment", "resource_types", "tags", "id"})
_TAG = frozenset({"key", "mandatory", "values", "pattern", "message"})
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_ -]*")


class InfracostTags:
    """A tagging policy becomes a policy: mandatory keys, allowed values, patterns, resource types. Filters do not."""

    name = "infracost-tags"
    what = "tagging policies of Infracost, written down as docs/governance.md says"

    def read(self, documents: Sequence[Document], names: Mapping[str, str]) -> Imported:
        """One policy for each, or why there is none. Raises InputError for another file."""
        found = Imported()
        for document in documents:
            data = document.data
            name = next((key for key in _LISTS if isinstance(data, Mapping) and isinstance(data.get(key), list)), None)
            if name is None:
                hint = "tagging_policies: and a list below it (docs/governance.md)"
                raise InputError("holds no tagging policies", file=document.origin, hint=hint)
            for number, stated in enumerate(data[name]):
                place = f"{document.origin}:{document.line_of((name, number))}"
                try:
                    if not isinstance(stated, Mapping):
                        raise CannotSay("it is no map of keys")
                    found.policies.append(PolicyDraft(str(stated.get("name", place)), _policy(stated)))
                except CannotSay as reason:
                    title = f" {stated['name']}:" if isinstance(stated, Mapping) and stated.get("name") else ""
                    found.left_out.append(f"{place}:{title} {reason}")
        return found


def _policy(stated: Mapping[str, Any]) -> dict[str, Any]:
    _only(stated, _POLICY, "it")
    tags = maps(stated.get("tags"))
    if not tags or len(tags) != len(stated["tags"]):
        raise CannotSay("it has no list of tags with a key each")
    types = _texts(stated.get("resource_types"), "resource_types")
    policy: dict[str, Any] = {
        "title": str(stated.get("name") or "Tags are as they must be").strip(),
        "severity": "medium",
        "match": {"taggable": True, **({"type": types} if types else {})},
        "assert": [condition for tag in tags for condition in _conditions(tag)],
    }
    if not policy["assert"]:
        raise CannotSay("it demands nothing: no tag is mandatory, and none has values or a pattern")
    said = [str(each["message"]).strip() for each in (stated, *tags) if each.get("message")]
    return {**policy, "remediation": {"summary": " ".join(said)}} if said else policy


def _conditions(tag: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What must be true of one tag. NOTE: keys are compared in their canonical form here, so `CostCenter` is `cost-center`."""
    _only(tag, _TAG, f"the tag {tag.get('key')!r}")
    stated = tag.get("key")
    if not isinstance(stated, str) or not _KEY.fullmatch(stated):
        raise CannotSay(f"the key {stated!r} is no plain one")
    key = canonical_key(stated, {})
    if not isinstance(tag.get("mandatory", False), bool):
        raise CannotSay(f"the tag {key}: mandatory is neither true nor false")
    field = f"tags.{key}"
    found: list[dict[str, Any]] = []
    if values := _texts(tag.get("values"), f"the tag {key}: values"):
        found.append({"field": field, "in": values})
    if (pattern := tag.get("pattern")) is not None:
        if not isinstance(pattern, str) or (len(pattern) > 1 and pattern[0] == "/" == pattern[-1]):
            raise CannotSay(f"the tag {key}: the pattern {pattern!r} is no plain regular expression")
        found.append({"field": field, "matches": pattern})
    if tag.get("mandatory", False):
        return [{"field": "tags", "has_keys": [key]}, *found]
    return [{"any": [{"field": field, "exists": False}, each]} for each in found]


def _texts(stated: Any, what: str) -> list[str]:
    if stated is None:
        return []
    if not isinstance(stated, list) or not stated or not all(isinstance(each, str) for each in stated):
        raise CannotSay(f"{what} is no list of texts")
    return list(stated)


def _only(stated: Mapping[str, Any], known: frozenset[str], what: str) -> None:
    if others := sorted(str(key) for key, value in stated.items() if key not in known and value not in (None, [], {})):
        raise CannotSay(f"{what} has {', '.join(others)}, which has no counterpart")


INFRACOST_TAGS = InfracostTags()
