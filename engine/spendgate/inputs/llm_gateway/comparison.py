"""What changes between two states of a gateway's configuration, joined by address."""

from __future__ import annotations

from spendgate.model.frozen import replace
from spendgate.model.resource import Action, Change, Location, Problem, Resource, Workload


def compare(base: Workload, head: Workload) -> Workload:
    """The changes that lead from one state to another: create, update, delete, no-op. The gateway is one, however its file is called."""
    before, after = _resources(base), _resources(head)
    changes = []
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        action = Action.UPDATE
        if old is None or new is None:
            action = Action.CREATE if old is None else Action.DELETE
        elif _same(old, new):
            action = Action.NO_OP
        side = new or old
        assert side is not None
        changes.append(Change(side.address, action, old, new))

    def locate(address: str, path: str | None = None) -> Location | None:
        return head.locate(address, path) or base.locate(address, path)

    return replace(
        head,
        origin=f"{base.origin} → {head.origin}",
        changes=tuple(sorted(changes, key=lambda change: change.address)),
        problems=(*(_of_base(problem) for problem in base.problems), *head.problems),
        locate=locate,
        facts={**head.facts, "base": base.origin},
    )


def _resources(workload: Workload) -> dict[str, Resource]:
    found = {}
    for change in workload.changes:
        if change.after is not None:
            found["" if change.after.type == "litellm_proxy" else change.address] = change.after
    return found


def _same(old: Resource, new: Resource) -> bool:
    left, right = ({**side.attributes.values, "gateway": ""} for side in (old, new))
    return left == right


def _of_base(problem: Problem) -> Problem:
    return Problem(problem.level, f"base: {problem.message}", problem.file, problem.line, problem.undetermined)
