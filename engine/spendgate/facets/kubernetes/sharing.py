"""How GPUs are shared, as the device plugin's configuration in a ConfigMap says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.documents.manifests import Part, parse_part
from spendgate.errors import InputError
from spendgate.facets.kubernetes.devices import Sharing
from spendgate.facets.kubernetes.reading import dig, mapping, maps, whole

_MEANS = (("timeSlicing", "time-slicing"), ("mps", "mps"))


def sharing_of(values: Mapping[str, Any]) -> Iterator[Sharing]:
    """The sharing rules in a ConfigMap; none for any other ConfigMap."""
    for text in mapping(values.get("data")).values():
        if isinstance(text, str) and "sharing:" in text and ("timeSlicing" in text or "mps" in text):
            try:
                config = parse_part(Part(text, 1), "ConfigMap")
            except InputError:
                continue
            yield from _rules(mapping(dig(config, "sharing")))


def _rules(sharing: Mapping[str, Any]) -> Iterator[Sharing]:
    for key, means in _MEANS:
        held = mapping(sharing.get(key))
        for rule in maps(held.get("resources")):
            replicas = whole(rule.get("replicas"), 1)
            if isinstance(replicas, int) and replicas > 1:
                renamed = held.get("renameByDefault") is True or bool(rule.get("rename"))
                yield Sharing(replicas, means, str(rule.get("name") or "nvidia.com/gpu"), renamed)
