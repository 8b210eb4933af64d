"""From `resource_changes` to changes: actions, sides, flags. Nothing is derived, nothing is dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from spendgate.errors import InputError
from spendgate.inputs.terraform.format import ChangeBody, ResourceChange
from spendgate.model.attributes import Attributes, any_marked
from spendgate.model.resource import Action, Change, ProviderSettings, Resource

_ACTIONS: Mapping[tuple[str, ...], tuple[Action, frozenset[str]]] = {
    ("no-op",): (Action.NO_OP, frozenset()),
    ("create",): (Action.CREATE, frozenset()),
    ("read",): (Action.READ, frozenset()),
    ("update",): (Action.UPDATE, frozenset()),
    ("delete",): (Action.DELETE, frozenset()),
    ("delete", "create"): (Action.REPLACE, frozenset()),
    ("create", "delete"): (Action.REPLACE, frozenset({"create-before-destroy"})),
    ("forget",): (Action.FORGET, frozenset()),
    ("create", "forget"): (Action.REPLACE, frozenset({"create-before-destroy", "forget"})),
    ("forget", "create"): (Action.REPLACE, frozenset({"forget"})),
    ("open",): (Action.READ, frozenset({"ephemeral"})),
}
"""Terraform's action lists. Replacing by create and forget (the old one goes on, unmanaged) came with 1.7's `removed`."""

_PROVIDERS: Mapping[str, str] = {
    "aws": "aws",
    "awscc": "awscc",
    "google": "google",
    "google-beta": "google",
    "azurerm": "azure",
    "azapi": "azure",
    "azuread": "azuread",
    "kubernetes": "kubernetes",
}


def canonical_provider(provider_name: str, resource_type: str) -> str:
    """`registry.terraform.io/hashicorp/google-beta` is `google`; without a name the type's first word tells."""
    short = provider_name.rsplit("/", 1)[-1] if provider_name else resource_type.split("_", 1)[0]
    return _PROVIDERS.get(short, short)


def to_change(
    entry: ResourceChange,
    settings: Callable[[ResourceChange], ProviderSettings],
    origin: str,
    more_flags: frozenset[str] = frozenset(),
) -> Change:
    """One entry of the plan as a change. Raises InputError that names the address for actions that nobody defined."""
    body = entry.change
    known = _ACTIONS.get(tuple(body.actions))
    if known is None:
        raise InputError(
            f"{entry.address}: unknown actions {body.actions!r}", file=origin, hint="is this plan newer than spendgate?"
        )
    action, flags = known
    flags = flags | _flags(entry) | more_flags
    if action is Action.NO_OP and body.importing is not None:
        action = Action.IMPORT
    elif action is Action.NO_OP and entry.previous_address:
        action = Action.MOVE
    address = f"{entry.address} (deposed {entry.deposed})" if entry.deposed else entry.address
    own = settings(entry)
    attributes_before, attributes_after = _sides(body)
    before = _resource(entry, address, attributes_before, own)
    # NOTE: one object for both sides of what stays as it is tells that nothing about it has to be worked out twice.
    after = before if attributes_after is attributes_before else _resource(entry, address, attributes_after, own)
    return Change(
        address=address,
        action=action,
        before=before,
        after=after,
        previous_address=entry.previous_address,
        replace_paths=tuple(".".join(map(str, path)) for path in body.replace_paths or ()),
        flags=flags,
        reason=entry.action_reason,
    )


def refuse_twins(changes: Iterable[Change], origin: str) -> None:
    """Raise InputError when two changes have one address: no plan has that, and one would hide the other."""
    seen = set()
    for change in changes:
        if change.address in seen:
            raise InputError(
                f"{change.address} occurs twice in resource_changes",
                file=origin,
                hint="were plans merged? give each apart",
            )
        seen.add(change.address)


def _flags(entry: ResourceChange) -> frozenset[str]:
    found = {
        "import": entry.change.importing is not None,
        "move": bool(entry.previous_address),
        "deposed": entry.deposed is not None,
        "index-unknown": entry.index_unknown,
        "data": entry.mode == "data",
    }
    return frozenset(flag for flag, holds in found.items() if holds)


def _sides(body: ChangeBody) -> tuple[Attributes | None, Attributes | None]:
    """Both sides. A side that the actions promise but the plan leaves out is empty, not missing."""
    actions = body.actions
    has_before = body.before is not None or not {"create", "read", "open"}.issuperset(actions)
    has_after = body.after is not None or not {"delete", "forget"}.issuperset(actions)
    before = Attributes(body.before or {}, False, _marks(body.before_sensitive)) if has_before else None
    if not has_after:
        return before, None
    unchanged = actions == ["no-op"] and body.after == body.before and not any_marked(body.after_unknown)
    if unchanged and before is not None and body.after_sensitive == body.before_sensitive:
        return before, before
    return before, Attributes(body.after or {}, _marks(body.after_unknown), _marks(body.after_sensitive))


def _marks(tree: Any) -> Any:
    """A tree of marks, `False` when it marks nothing: Terraform writes empty containers for every block and map."""
    return tree if any_marked(tree) else False


def _resource(
    entry: ResourceChange, address: str, attributes: Attributes | None, settings: ProviderSettings
) -> Resource | None:
    if attributes is None:
        return None
    index: Any = entry.index
    return Resource(
        address=address,
        type=entry.type,
        name=entry.name,
        provider=canonical_provider(entry.provider_name, entry.type),
        attributes=attributes,
        module=entry.module_address,
        index=index if isinstance(index, (str, int)) else None,
        settings=settings,
    )
