"""Findings between judging and the decision: named, placed, and cleared by waivers, approvals and the baseline, in that order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from spendgate.errors import SettingsError
from spendgate.governance.fingerprint import fingerprint
from spendgate.governance.matter import Governed, Matter, Scene
from spendgate.governance.root import joined, root_of, shown_path
from spendgate.model.case import Case, look_up, split_path
from spendgate.model.finding import Finding, PolicyTally, Verdict
from spendgate.model.frozen import Frozen, replace
from spendgate.model.policy import Policy
from spendgate.model.resource import Problem, Workload
from spendgate.pipeline.cases import Run
from spendgate.ports import Docket
from spendgate.settings import Settings

if TYPE_CHECKING:
    from spendgate.pipeline.annotated import Holder

_MARK = b"spendgate:waive"
_MOST_BYTES = 4 * 1024 * 1024
_ADDED = split_path("cost.delta_monthly.expected")
_THERE = split_path("cost.monthly.expected")
_CHANGE = split_path("change.delta_monthly.expected")
_GROUP = split_path("group.delta_monthly.expected")


class Settled(Frozen):
    """Findings ready for the decision, their roots in the same order, the tallies after clearing, and what is to be said."""

    findings: tuple[Finding, ...]
    roots: tuple[str, ...]
    tallies: Mapping[str, PolicyTally]
    problems: tuple[Problem, ...] = ()


def input_roots(inputs: Sequence[str], settings: Settings) -> dict[str, str]:
    """The root of each input, by its origin. Raises SettingsError when one name is to stand for several inputs."""
    if settings.root_name and len(inputs) > 1:
        raise SettingsError(
            f"--root-name {settings.root_name} cannot name {len(inputs)} inputs", hint="check them one by one"
        )
    return {path: root_of(path, settings.root_name) for path in inputs}


def settle(
    findings: Sequence[Finding],
    tallies: Mapping[str, PolicyTally],
    policies: Sequence[Policy],
    run: Run,
    docket: Docket,
    inputs: Sequence[str],
    settings: Settings,
) -> Settled:
    """Give each finding its fingerprint and place, in order of address and policy, and clear what may be cleared."""
    roots = input_roots(inputs, settings)
    matters = tuple(_placed(findings, run, roots))
    beside = _has_comments(matters)
    noted = _annotated(run)
    if beside or noted or settings.waivers or settings.approvals or settings.baseline:
        governed = _governed(matters, policies, run, docket, roots, settings, beside, noted)
    else:
        governed = Governed(matters)
    return Settled(
        tuple(matter.finding for matter in governed.matters),
        tuple(matter.root for matter in governed.matters),
        _tallied(tallies, matters, governed.matters),
        governed.problems,
    )


def _placed(findings: Sequence[Finding], run: Run, roots: Mapping[str, str]) -> list[Matter]:
    everywhere = joined(roots.values())
    holders: dict[str, list[Workload]] = {}
    for item in run.assessed:
        held = holders.setdefault(item.change.address, [])
        if not held or held[-1] is not item.workload:
            held.append(item.workload)
    found = []
    for finding in sorted(findings, key=lambda each: (each.address, each.policy, each.path or "")):
        # NOTE: a finding that does not say which of several inputs it is in is named after all of them, and has no place.
        held = holders.get(finding.address, [])
        within = [each for each in held if finding.origin in ("", each.origin)] or held
        place = within[0].locate(finding.address, finding.path) if len(within) == 1 else None
        several = len(roots) > 1 and within
        root = joined({roots.get(each.origin, each.origin) for each in within}) if several else everywhere
        named = replace(finding, fingerprint=fingerprint(finding, root), location=finding.location or place)
        found.append(Matter(named, root))
    return found


def _governed(
    matters: tuple[Matter, ...],
    policies: Sequence[Policy],
    run: Run,
    docket: Docket,
    roots: Mapping[str, str],
    settings: Settings,
    beside: bool,
    noted: Mapping[str, Holder],
) -> Governed:
    today = docket.now.date()
    scene = Scene(
        policies={policy.id: policy for policy in policies},
        roots=frozenset({*roots.values(), joined(roots.values())}),
        addresses=frozenset(item.change.address for item in run.assessed),
        currency=run.currency,
    )
    problems: list[Problem] = []

    def step(apply: Callable[[tuple[Matter, ...]], Governed]) -> None:
        nonlocal matters
        done = apply(matters)
        matters = done.matters
        problems.extend(done.problems)

    if beside:
        from spendgate.pipeline.commented import apply_comments

        matters = tuple(_with_money(matters, docket))
        step(lambda given: apply_comments(given, scene, run, settings.config_ref, today))
    if noted:
        from spendgate.pipeline.annotated import apply_annotations

        matters = tuple(_with_money(matters, docket))
        step(lambda given: apply_annotations(given, noted, scene, settings.config_ref, today))
    if settings.waivers:
        from spendgate.governance.waivers import apply_waivers, load_waivers

        waivers = load_waivers(settings.waivers)
        if any(waiver.up_to is not None for waiver in waivers):
            matters = tuple(_with_money(matters, docket))
        step(lambda given: apply_waivers(given, waivers, scene, today))
    if settings.approvals:
        step(lambda given: _approved(given, scene, roots, settings, today))
    if settings.baseline:
        from spendgate.governance.baseline import apply_baseline, load_baseline

        baseline = load_baseline(settings.baseline)
        step(lambda given: apply_baseline(given, baseline, scene))
    return Governed(matters, tuple(_on_any_machine(problem) for problem in problems))


def _has_comments(matters: Sequence[Matter]) -> bool:
    """Whether a source file that findings lie in has a waiver in a comment: looked at without reading it line by line."""
    files = {matter.finding.location.file for matter in matters if matter.is_open and matter.finding.location}
    return any(_MARK in _head(file) for file in files)


def _annotated(run: Run) -> Mapping[str, Holder]:
    """The objects with waivers in annotations; nothing is loaded where there is no object of Kubernetes."""
    if not any(workload.source == "k8s" for workload in run.workloads):
        return {}
    from spendgate.pipeline.annotated import holders

    return holders(run)


def _head(file: str) -> bytes:
    try:
        with Path(file).open("rb") as source:
            return source.read(_MOST_BYTES)
    except (OSError, ValueError):
        return b""


def _on_any_machine(problem: Problem) -> Problem:
    return replace(problem, file=shown_path(problem.file)) if problem.file else problem


def _approved(
    matters: tuple[Matter, ...], scene: Scene, roots: Mapping[str, str], settings: Settings, today: date
) -> Governed:
    from spendgate.governance.approvals import Authority, apply_approvals, load_approvals
    from spendgate.governance.digests import digest_of_all, digests_of

    approvals = [each for path in settings.approvals for each in load_approvals(path)]
    if not approvals:
        return Governed(matters)
    plan = digest_of_all(digests_of({root: path for path, root in roots.items()}))
    authority = Authority(settings.teams, settings.approvers, settings.author)
    return apply_approvals(matters, approvals, scene, authority, plan, today)


def _with_money(matters: Sequence[Matter], docket: Docket) -> list[Matter]:
    """The matters with what the change adds there a month; for what is live already, with what it costs."""
    added: dict[str, Decimal | None] = {}
    for case in docket.resources:
        added[case.address] = _known(case, _THERE if case.change.action.value == "exists" else _ADDED)
    for path, groups in docket.groups.items():
        added.update((f"{path}={name}", _known(group, _GROUP)) for name, group in groups.items())
    if docket.change is not None:
        added[""] = _known(docket.change, _CHANGE)
    return [replace(matter, added_monthly=added.get(matter.finding.address)) for matter in matters]


def _known(case: Case, keys: tuple[str, ...]) -> Decimal | None:
    value = look_up(case, keys)
    return value if isinstance(value, Decimal) and value.is_finite() else None


def _tallied(
    tallies: Mapping[str, PolicyTally], before: Sequence[Matter], after: Sequence[Matter]
) -> Mapping[str, PolicyTally]:
    """The tallies with what was cleared moved from failed or unknown to excepted."""
    moved = Counter(
        (was.finding.policy, was.finding.verdict)
        for was, now in zip(before, after, strict=True)
        if was.finding.verdict is not now.finding.verdict
    )
    changed = dict(tallies)
    for (policy, verdict), count in moved.items():
        tally = changed.get(policy)
        if tally is None:
            continue
        failed, unknown = (count, 0) if verdict is Verdict.FAIL else (0, count)
        changed[policy] = replace(
            tally,
            failed=max(0, tally.failed - failed),
            unknown=max(0, tally.unknown - unknown),
            excepted=tally.excepted + count,
        )
    return changed
