"""What changes between two states of the same objects: two folders, or a saved list of a cluster and a folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.inputs.kubernetes.objects import essence, metadata_of
from spendgate.inputs.kubernetes.references import ObjectReferences
from spendgate.model.resource import Action, Change, Level, Location, Problem, Resource, Workload


def compare(base: Workload, head: Workload) -> Workload:
    """The changes that lead from one state to another, joined by address: create, update, delete, no-op.

    A server's bookkeeping and the status make no update. Live objects that the head does not hold go on as they are: applying
    manifests deletes nothing that is not in them. Problems of both sides are kept; those of the base are named so. Lines are
    those of the head, or of the base for what is deleted.
    """
    before, after = _objects(base), _objects(head)
    changes = tuple(_changes(before, after))
    going_on = sum(change.action is Action.NO_OP and change.address not in after for change in changes)
    return Workload(
        origin=f"{base.origin} → {head.origin}",
        source=head.source,
        changes=changes,
        problems=(*(_of_base(problem) for problem in base.problems), *head.problems, *_going_on(going_on, base)),
        references=ObjectReferences(changes),
        locate=_Either(base, head),
        variables=head.variables,
        facts={**head.facts, "base": base.origin},
    )


def _objects(workload: Workload) -> Mapping[str, Resource]:
    return {change.address: change.after for change in workload.changes if change.after is not None}


def _changes(before: Mapping[str, Resource], after: Mapping[str, Resource]) -> Iterator[Change]:
    for address in sorted({*before, *after}):
        old, new = before.get(address), after.get(address)
        if old is None:
            action = Action.CREATE
        elif new is None:
            action = Action.NO_OP if _is_live(old) else Action.DELETE
            new = old if _is_live(old) else None
        else:
            action = Action.NO_OP if _same(old, new) else Action.UPDATE
        yield Change(address, action, old, new)


def _same(old: Resource, new: Resource) -> bool:
    left, right = old.attributes.values, new.attributes.values
    return left == right or _plain(essence(left)) == _plain(essence(right))


def _is_live(resource: Resource) -> bool:
    """Whether a server has seen the object: only a server gives a `uid`."""
    return bool(metadata_of(resource.attributes.values).get("uid"))


def _going_on(count: int, base: Workload) -> list[Problem]:
    if not count:
        return []
    said = f"live objects of {base.origin} that stand in no manifest and go on as they are: {count:,}"
    return [Problem(Level.INFO, said)]


def _plain(value: Any) -> Any:
    """The value without nulls and empty maps, which mean the same as nothing."""
    if isinstance(value, Mapping):
        kept = {key: _plain(child) for key, child in value.items()}
        return {key: child for key, child in kept.items() if child is not None and child != {}}
    return [_plain(child) for child in value] if isinstance(value, list) else value


def _of_base(problem: Problem) -> Problem:
    return Problem(problem.level, f"base: {problem.message}", problem.file, problem.line, problem.undetermined)


class _Either:
    """Locates in the head, else in the base."""

    def __init__(self, base: Workload, head: Workload) -> None:
        self._base = base
        self._head = head

    def __call__(self, address: str, path: str | None = None) -> Location | None:
        return self._head.locate(address, path) or self._base.locate(address, path)
