"""`--nodes FILE`: the nodes that may be started, as a list of live nodes or as shapes that somebody wrote down.

```yaml
nodes:
  - {machine_type: g5.12xlarge, provider: aws, region: eu-central-1, labels: {role: gpu}, most: 4}
  - {name: dgx, vcpu: 224, memory_gib: 2048, accelerators: 8, model: H100, hourly: 40.00}
```
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from spendgate.costing.node_shape import NodeShape
from spendgate.documents import Document, read_yaml
from spendgate.errors import SettingsError
from spendgate.facets.kubernetes.node_shapes import Market
from spendgate.facets.kubernetes.placement import default_cloud
from spendgate.facets.kubernetes.wishes import INSTANCE_TYPE
from spendgate.model.accelerator_names import expand
from spendgate.model.frozen import replace

_KEYS = (
    "name", "machine_type", "provider", "region", "purchase", "labels", "taints", "most", "vcpu", "memory_gib", "accelerators", "model",
    "hourly",
)  # fmt: skip
_EFFECTS = ("NoSchedule", "NoExecute", "PreferNoSchedule")


def is_written_by_hand(path: str) -> bool:
    """Whether a file states shapes, rather than objects of Kubernetes."""
    head = Path(path).read_bytes()[:65_536] if Path(path).is_file() else b""
    return b"apiVersion" not in head


def read_shapes(path: str, market: Market) -> list[NodeShape]:
    """The shapes that a file states. Raises SettingsError with file and line, InputError when it cannot be read."""
    document = read_yaml(path)
    stated = document.data.get("nodes") if isinstance(document.data, Mapping) else None
    if not isinstance(stated, list) or not stated or set(document.data) != {"nodes"}:
        raise SettingsError(
            "states no nodes",
            file=path,
            line=1,
            hint="a list under `nodes:`, each with machine_type, or kubectl get nodes -o json",
        )
    return [_Entry(document, number, entry).shape(market) for number, entry in enumerate(stated)]


class _Entry:
    """One entry of the list, with its place for messages."""

    def __init__(self, document: Document, number: int, entry: Any) -> None:
        self._document = document
        self._number = number
        if not isinstance(entry, Mapping):
            self._refuse("is no map: a node has machine_type, or vcpu, memory_gib and hourly")
        self._entry: Mapping[str, Any] = entry
        for key in entry:
            if key not in _KEYS:
                self._refuse(f"unknown key {key!r}; known are {', '.join(_KEYS)}", key)

    def _refuse(self, message: str, *inner: str | int) -> NoReturn:
        line = self._document.line_of(("nodes", self._number, *inner))
        raise SettingsError(message, file=self._document.origin, line=line)

    def shape(self, market: Market) -> NodeShape:
        """The node: a machine type of the price book, its size and price replaced by what is stated."""
        type_ = self._text("machine_type")
        listed = self._listed(type_, market) if type_ else NodeShape("", Decimal(0), Decimal(0))
        name = self._text("name") or type_ or f"node {self._number + 1}"
        labels = {str(key): (str(value),) for key, value in self._map("labels").items()}
        if type_:
            labels = {INSTANCE_TYPE[0]: (type_,), **labels}
        model = self._text("model")
        found = replace(
            listed,
            name=name,
            vcpu=self._number_of("vcpu", listed.vcpu),
            memory_gib=self._number_of("memory_gib", listed.memory_gib),
            accelerators=self._number_of("accelerators", listed.accelerators),
            models=tuple(expand(model)) if model else listed.models,
            hourly=self._number_of("hourly", listed.hourly),
            labels=labels,
            taints=self._taints(),
            most=self._most(),
            machine_type=type_ or name,
        )
        if not found.vcpu or not found.memory_gib:
            self._refuse("states no size: vcpu and memory_gib, or a machine_type that is known")
        return found

    def _listed(self, type_: str, market: Market) -> NodeShape:
        provider = self._text("provider") or default_cloud(market.regions)
        purchase = self._text("purchase") or "on-demand"
        if purchase not in ("on-demand", "spot"):
            self._refuse(f"purchase is {purchase!r}, not on-demand or spot", "purchase")
        found = market.shape(provider, self._text("region"), type_, purchase)
        if found is None and "vcpu" not in self._entry:
            where = f"of {provider}" if provider else "(state its provider)"
            self._refuse(
                f"machine type {type_} {where} is not known: state vcpu, memory_gib and hourly", "machine_type"
            )
        return found or NodeShape(type_, Decimal(0), Decimal(0))

    def _text(self, key: str) -> str | None:
        value = self._entry.get(key)
        if value is not None and not isinstance(value, str):
            self._refuse(f"{key} is no text", key)
        return value or None

    def _map(self, key: str) -> Mapping[str, Any]:
        value = self._entry.get(key) or {}
        if not isinstance(value, Mapping):
            self._refuse(f"{key} is no map", key)
        return value

    def _number_of(self, key: str, otherwise: Any) -> Any:
        value = self._entry.get(key)
        if value is None:
            return otherwise
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or value < 0:
            self._refuse(f"{key} is {value!r}: a number that is not negative was expected", key)
        return Decimal(value)

    def _most(self) -> int | None:
        value = self._entry.get("most")
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            self._refuse(f"most is {value!r}: a whole number of nodes was expected", "most")
        return value

    def _taints(self) -> tuple[tuple[str, str, str], ...]:
        stated = self._entry.get("taints") or []
        if not isinstance(stated, list):
            self._refuse("taints is no list", "taints")
        found = []
        for number, taint in enumerate(stated):
            if not isinstance(taint, Mapping) or not taint.get("key") or taint.get("effect") not in _EFFECTS:
                self._refuse(f"a taint has key and effect ({', '.join(_EFFECTS)})", "taints", number)
            found.append((str(taint["key"]), str(taint.get("value") or ""), str(taint["effect"])))
        return tuple(found)
