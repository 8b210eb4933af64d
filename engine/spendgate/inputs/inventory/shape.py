"""The table that maps what APIs answer to the attributes that facets and meters read, and the resources made with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from spendgate.inputs.inventory.fields import MISSING, Read, labels, moment, pick, read, text
from spendgate.inputs.inventory.secrets import secret_tags
from spendgate.model.attributes import Attributes
from spendgate.model.frozen import Frozen, replace
from spendgate.model.resource import Action, Change, Observed, ProviderSettings, Resource
from spendgate.model.values import Unknown

NOT_SAID = Unknown("not said in the export")
_OFTEN = ("region", "location", "zone")


class Item(Frozen):
    """One thing in an export, before it is mapped: its kind in the provider's words and the record as it stands.

    `kind` is a type of AWS Config (`AWS::EC2::Instance`), of Cloud Asset Inventory (`compute.googleapis.com/Instance`) or of
    Azure (`microsoft.compute/virtualmachines`). `columns`: a field without a column is unknown, not absent. `partial`: nothing but
    what the record says is known.
    """

    kind: str
    record: Mapping[str, Any]
    provider: str
    identity: str = ""
    name: str = ""
    region: str | None = None
    account: str | None = None
    tags: Mapping[str, str] | None = None
    columns: bool = False
    partial: bool = False


class Shape(Frozen):
    """How one kind of thing becomes a resource type.

    `fields` maps attributes to ways of reading them; only they are taken over, so that user data, environment values and the
    like never get into a run. `needs` are those that every such thing has: not in the record, they are unknown rather than
    absent. `type` may depend on the record; `None` leaves it out. `owner` names what it is a part of and counted with.
    """

    type: str | Callable[[Mapping[str, Any]], str | None]
    id: tuple[str, ...] = ("Arn", "Id", "Name")
    name: tuple[str, ...] = ("Name",)
    fields: Mapping[str, Read] = {}
    needs: tuple[str, ...] = ()
    state: tuple[str, ...] = ("State", "Status")
    stopped: tuple[str, ...] = ("stopped", "stopping")
    gone: tuple[str, ...] = ("terminated", "deleted", "deleting", "shutting-down", "inactive")
    created: tuple[str, ...] = ("CreateTime", "CreatedTime", "CreationTime", "CreationDate", "CreatedAt")
    last_used: tuple[str, ...] = ()
    idle: Callable[[Mapping[str, Any]], bool | None] | None = None
    disks_apart: bool = False
    owner: Callable[[Item], str | None] | None = None
    owns: Callable[[Item], tuple[str, ...]] | None = None
    size: Callable[[Item], int | None] | None = None
    """How many machines the group runs now, for the one that it belongs to."""
    resized: Callable[[dict[str, Any], int | None], tuple[dict[str, Any], dict[str, bool]]] | None = None
    """Attributes, and marks of unknown ones, for as many machines as the groups that it owns run now; None when that is not known."""
    unique: bool = False
    """Whether its id is one in the whole world, so that neither account nor region need stand in its address."""
    tagged: bool = True
    tags_apart: bool = False
    """Whether answers that list it never hold its tags: without any in the record they are unknown, and not absent."""
    waits: bool = False
    """Whether it is a machine that may be stopped: an export that does not say counts it as running, and the run says so."""
    assumed: tuple[str, ...] = ()
    """Attributes that hardly anything has: an export of few fields that leaves them out is taken to mean that this one has none."""


class OnlyKnown(Mapping[str, Any]):
    """A marker tree that calls everything unknown but the attributes that are known."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known

    def __getitem__(self, key: str) -> bool:
        return key not in self._known

    def get(self, key: str, default: Any = None) -> bool:
        """Whether an attribute is unknown."""
        return key not in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class InventoryReferences:
    """References of an inventory: joins go over ids alone, and an unknown attribute is unknown in earnest."""

    def edges(self) -> list[tuple[str, str, str]]:
        """None."""
        return []

    def states(self, address: str, attribute: str) -> bool:
        """Every attribute: nothing is filled in later."""
        return True


def identities(item: Item, shape: Shape) -> tuple[str, ...]:
    """The names by which others mean this item, the first one its identity."""
    own = [item.identity, *(found for path in shape.id if (found := text(item.record, path)))]
    return tuple(dict.fromkeys(name for name in own if name))


def to_change(item: Item, shape: Shape) -> Change | None:
    """The resource of an item as a change of action `exists`, or None for what is gone or no resource of its own."""
    type_ = shape.type(item.record) if callable(shape.type) else shape.type
    state = _state(item.record, shape)
    if type_ is None or state in shape.gone:
        return None
    names = identities(item, shape)
    values, unknown = _attributes(item, shape)
    tags = item.tags if item.tags is not None else labels(pick(item.record, "Tags"))
    key = _TAGS.get(item.provider, "tags")
    secrets: dict[str, Any] = {}
    if tags is not None and shape.tagged:
        values[key] = dict(tags)
        if told := secret_tags(tags):
            secrets[key] = told
    elif shape.tagged and (shape.tags_apart or item.columns) and not item.partial:
        unknown[key] = True
    name = item.name or next((found for path in shape.name if (found := text(item.record, path))), "") or _last(names)
    address = f"{type_}.{_place(item, names, name, shape)}"
    marks: Any = unknown or False
    if item.partial:
        often = _OFTEN if shape.tagged else (*_OFTEN, key)
        known = (name for name in (*values, *often, *shape.assumed) if name not in unknown)
        marks = OnlyKnown(frozenset(known))
    attributes = Attributes(values, marks, secrets or False, NOT_SAID)
    observed = Observed(
        identity=names[0] if names else name,
        aliases=names[1:],
        state=state,
        stopped=state in shape.stopped,
        idle=shape.idle(item.record) if shape.idle else None,
        created=_moment(item.record, shape.created),
        last_used=_moment(item.record, shape.last_used),
        expires=expiry(tags),
        disks="apart" if shape.disks_apart else "own",
    )
    settings = ProviderSettings(region=item.region, project=item.account)
    resource = Resource(address, type_, name, item.provider, attributes, settings=settings, observed=observed)
    return exists(resource)


def resized(change: Change, shape: Shape, size: int | None) -> Change:
    """A pool at the size that its groups have now, which its own record does not tell."""
    assert shape.resized is not None
    own = change.resource.attributes
    values, unknown = shape.resized(dict(own.values), size)
    marks = (
        {**own.unknown, **unknown}
        if isinstance(own.unknown, Mapping) and not isinstance(own.unknown, OnlyKnown)
        else unknown
    )
    attributes = replace(
        own, values=values, unknown=own.unknown if isinstance(own.unknown, OnlyKnown) else marks or False
    )
    resource = replace(change.resource, attributes=attributes)
    return replace(change, before=resource, after=resource)


def exists(resource: Resource, *flags: str) -> Change:
    """A live resource as a change: one object for both sides, since nothing about it moves."""
    return Change(resource.address, Action.EXISTS, resource, resource, flags=frozenset(flags))


def renamed(change: Change, address: str) -> Change:
    """The same live resource under another address."""
    resource = replace(change.resource, address=address)
    return replace(change, address=address, before=resource, after=resource)


_TAGS: Mapping[str, str] = {"google": "labels"}
_EXPIRY = ("expires", "expiry", "expires-on", "expiration", "end-date", "ttl-date", "delete-after")


def expiry(tags: Mapping[str, str] | None) -> Any:
    """The day on which a resource's tags say that it may go, or None."""
    for key, value in (tags or {}).items():
        if key.lower().replace("_", "-") in _EXPIRY and (found := moment(value)):
            return found
    return None


def _attributes(item: Item, shape: Shape) -> tuple[dict[str, Any], dict[str, bool]]:
    values: dict[str, Any] = {}
    unknown: dict[str, bool] = {}
    for attribute, how in shape.fields.items():
        value = read(item.record, how)
        if value is MISSING:
            if (item.columns and attribute not in shape.assumed) or attribute in shape.needs:
                unknown[attribute] = True
        elif value is not None:
            values[attribute] = value
        elif attribute in shape.needs:
            unknown[attribute] = True
    if item.identity.startswith("arn:"):
        values.setdefault("arn", item.identity)
    return values, unknown


def _state(record: Mapping[str, Any], shape: Shape) -> str | None:
    for path in shape.state:
        value = pick(record, path)
        if isinstance(value, str) and value:
            return value.lower()
    return None


def _moment(record: Mapping[str, Any], paths: tuple[str, ...]) -> Any:
    return next((found for path in paths if (found := moment(pick(record, path))) is not None), None)


def _last(names: tuple[str, ...]) -> str:
    return names[0].rsplit("/", 1)[-1].rsplit(":", 1)[-1] if names else "?"


def _place(item: Item, names: tuple[str, ...], name: str, shape: Shape) -> str:
    if shape.unique:
        return _last(names)
    parts = [item.account, item.region, name]
    return "/".join(str(part) for part in parts if part)
