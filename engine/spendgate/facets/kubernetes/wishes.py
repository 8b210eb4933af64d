"""Which nodes a pod may run on: node selector and required affinity, tolerations, and what a queue's flavour adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from spendgate.facets.kubernetes.reading import dig, mapping, maps, texts
from spendgate.model.frozen import Frozen

INSTANCE_TYPE = ("node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type")
REGION = ("topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region")
ZONE = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone", "topology.gke.io/zone")


ANY = "*"
"""The value of a label that may have any value."""
_GIVEN = (
    "kubernetes.io", "k8s.io", "gke.io", "google.com", "amazonaws.com", "azure.com", "k8s.aws", "karpenter.sh", "nvidia.com", "amd.com",
    "intel.com", "habana.ai",
)  # fmt: skip


def is_given_by_cloud(key: str) -> bool:
    """Whether a label is one that clouds, device plugins and autoscalers put on nodes by themselves."""
    domain = key.partition("/")[0]
    return "/" in key and any(domain == given or domain.endswith("." + given) for given in _GIVEN)


class Wishes(Frozen):
    """What a pod demands of node labels. `allowed` maps a key to the values that will do, in the order given.

    `refused` maps a key to values that will not do; `present` are keys that must exist with whatever value. Terms of an
    affinity are alternatives: only what *every* term restricts restricts the pod, to the union of their values.
    """

    allowed: Mapping[str, tuple[str, ...]] = {}
    refused: Mapping[str, tuple[str, ...]] = {}
    present: tuple[str, ...] = ()
    tolerations: tuple[tuple[str, str, str, str], ...] = ()
    """`(key, operator, value, effect)`; an empty key with Exists tolerates everything."""

    def values(self, *keys: str) -> tuple[str, ...]:
        """The values allowed for the first of these keys that is restricted."""
        return next((self.allowed[key] for key in keys if key in self.allowed), ())

    def key(self) -> tuple[Any, ...]:
        """What makes two sets of wishes equal; hashable."""
        return (
            tuple(sorted(self.allowed.items())),
            tuple(sorted(self.refused.items())),
            self.present,
            self.tolerations,
        )

    def label_keys(self) -> frozenset[str]:
        """The labels that are looked at."""
        return frozenset((*self.allowed, *self.refused, *self.present))

    def accepts_labels(self, labels: Mapping[str, tuple[str, ...]], *, strict: bool) -> bool:
        """Whether nodes with these possible label values will do. `strict`: a label that they lack rules them out.

        A pool's nodes get labels from their cloud that nobody wrote down: without `strict`, only people's own labels rule out.
        """
        for key, allowed in self.allowed.items():
            held = labels.get(key)
            if held is None:
                if strict or not is_given_by_cloud(key):
                    return False
            elif ANY not in held and not set(held) & set(allowed):
                return False
        for key, refused in self.refused.items():
            if key in labels and labels[key] and set(labels[key]) <= set(refused):
                return False
        return not strict or all(key in labels for key in self.present)

    def tolerates(self, taints: Iterable[tuple[str, str, str]]) -> bool:
        """Whether the pod stands every taint `(key, value, effect)` that keeps pods away."""
        return all(effect == "PreferNoSchedule" or self._tolerates(key, value, effect) for key, value, effect in taints)

    def _tolerates(self, key: str, value: str, effect: str) -> bool:
        for wanted, operator, held, on in self.tolerations:
            if on not in ("", effect) or wanted not in ("", key):
                continue
            if operator == "Exists" or (wanted == key and held == value):
                return True
        return False


def wishes_of(spec: Mapping[str, Any], flavours: Iterable[Mapping[str, Any]] = ()) -> Wishes:
    """The wishes of a pod spec; `flavours` are node labels that a queue adds, any one of which will do."""
    allowed: dict[str, tuple[str, ...]] = {}
    refused: dict[str, tuple[str, ...]] = {}
    present: set[str] = set()
    for key, value in mapping(spec.get("nodeSelector")).items():
        allowed[str(key)] = (_spelled(value),)
    terms = list(
        maps(
            dig(spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
        )
    )
    for union in (_union([_term(term) for term in terms]), _union([_labels(labels) for labels in flavours])):
        for key, (yes, no, exists) in union.items():
            if yes:
                allowed[key] = tuple(value for value in allowed[key] if value in yes) or yes if key in allowed else yes
            if no:
                refused[key] = no
            if exists:
                present.add(key)
    return Wishes(allowed, refused, tuple(sorted(present)), _tolerations(spec.get("tolerations")))


_Term = dict[str, tuple[tuple[str, ...], tuple[str, ...], bool]]


def _term(term: Mapping[str, Any]) -> _Term:
    found: _Term = {}
    for expression in maps(term.get("matchExpressions")):
        key, operator = str(expression.get("key")), expression.get("operator")
        values = tuple(texts(expression.get("values")))
        if operator == "In":
            found[key] = (values, (), False)
        elif operator == "NotIn":
            found[key] = ((), values, False)
        elif operator in ("Exists", "Gt", "Lt"):
            found[key] = ((), (), True)
    return found


def _labels(labels: Mapping[str, Any]) -> _Term:
    return {str(key): ((_spelled(value),), (), False) for key, value in labels.items()}


def _union(terms: list[_Term]) -> _Term:
    """What every alternative says of a key: the union of what they allow, the overlap of what they refuse."""
    if not terms:
        return {}
    found: _Term = {}
    for key in terms[0]:
        if all(key in term for term in terms):
            parts = [term[key] for term in terms]
            yes = tuple(dict.fromkeys(v for part in parts for v in part[0])) if all(p[0] for p in parts) else ()
            no = tuple(v for v in parts[0][1] if all(v in part[1] for part in parts))
            found[key] = (yes, no, all(part[2] for part in parts))
    return found


def _spelled(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tolerations(raw: Any) -> tuple[tuple[str, str, str, str], ...]:
    return tuple(
        (
            str(item.get("key") or ""),
            str(item.get("operator") or "Equal"),
            _spelled(item.get("value", "")),
            str(item.get("effect") or ""),
        )
        for item in maps(raw)
    )
