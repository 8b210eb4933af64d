"""What changes between two states of the same source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spendgate.model.frozen import replace
from spendgate.model.resource import Action, Change, Location, Problem, References, Resource, Workload


def compare(base: Workload, head: Workload) -> Workload:
    """The changes that lead from one state to another, joined by address: create, update, delete, no-op.

    Lines are those of the head, or of the base for what is deleted. Problems of both are kept, those of the base are named so.
    NOTE: which attributes force a replacement only the provider knows: what differs is an update here.
    """
    before = _moved({change.address: change for change in base.changes}, head.facts.get("moved") or ())
    after = {change.address: change for change in head.changes}
    return replace(
        head,
        origin=f"{base.origin} → {head.origin}",
        changes=tuple(
            _change(address, before.get(address), after.get(address)) for address in sorted({*before, *after})
        ),
        problems=(*(_of_base(problem) for problem in base.problems), *head.problems),
        references=_Both(base.references, head.references, frozenset(after)),
        locate=_Either(base, head),
        facts={**head.facts, "base": base.origin},
    )


def _moved(changes: Mapping[str, Change], moves: Sequence[tuple[str, str]]) -> Mapping[str, Change]:
    """What there was, by the addresses that `moved` blocks give it, one after the other."""
    found = {address: address for address in changes}
    for old, new in moves:
        for address, now in found.items():
            if now == old or now.startswith((f"{old}.", f"{old}[")):
                found[address] = new + now[len(old) :]
    return {now: changes[address] for address, now in found.items()}


def _change(address: str, old: Change | None, new: Change | None) -> Change:
    before, after = old.after if old else None, new.after if new else None
    flags = (new.flags if new else frozenset()) | (old.flags if old else frozenset())
    if before is None or after is None:
        action = Action.CREATE if before is None else Action.DELETE
    elif _same(before, after):
        action, before = Action.NO_OP, after
    else:
        action = Action.UPDATE
    reason = next((change.reason for change in (new, old) if change is not None and change.reason), None)
    previous = old.address if old is not None and old.address != address else None
    if previous is not None:
        flags |= {"move"}
        action = Action.MOVE if action is Action.NO_OP else action
    return Change(address, action, before, after, previous, flags=flags, reason=reason)


def _same(old: Resource, new: Resource) -> bool:
    """NOTE: what is unknown on both sides for the same reason counts as the same: nothing says that it changes."""
    return (old.attributes, old.settings, old.type) == (new.attributes, new.settings, new.type)


def _of_base(problem: Problem) -> Problem:
    return replace(problem, message=f"base: {problem.message}")


class _Either:
    """Locates in the head, else in the base; implements `model.resource.Locate`."""

    def __init__(self, base: Workload, head: Workload) -> None:
        self._base = base
        self._head = head

    def __call__(self, address: str, path: str | None = None) -> Location | None:
        return self._head.locate(address, path) or self._base.locate(address, path)


class _Both:
    """References of both states; where a resource is in both, those of the head count."""

    def __init__(self, base: References, head: References, of_head: frozenset[str]) -> None:
        self._base = base
        self._head = head
        self._of_head = of_head

    def edges(self) -> list[tuple[str, str, str]]:
        gone = [edge for edge in self._base.edges() if edge[0] not in self._of_head]
        return [*self._head.edges(), *gone]

    def states(self, address: str, attribute: str) -> bool:
        return (self._head if address in self._of_head else self._base).states(address, attribute)
