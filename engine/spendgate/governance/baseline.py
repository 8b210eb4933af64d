"""The baseline: failures that were there when the gate was introduced, so that only new and worsened ones count.

A failure is known by its fingerprint. One whose number moved is looked up by place instead: closer to what the policy demands,
it stays known; further away, it is worse and fails. What the whole change adds is never recorded, since it says something of
one change and nothing of what was there; nor is what is unknown, since nobody has seen what it is.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from spendgate.documents import read_bytes
from spendgate.documents.machine import decode_any
from spendgate.errors import SettingsError
from spendgate.governance.fingerprint import plain_text
from spendgate.governance.matter import Governed, Matter, Scene
from spendgate.model.finding import Verdict
from spendgate.model.frozen import Frozen, asdict
from spendgate.model.resource import Level, Problem
from spendgate.policies.literals import as_date, number_for, plain_number
from spendgate.policies.mistakes import Mistake

VERSION = 1
COST_TOLERANCE_PERCENT = Decimal(10)
"""By how much the cost of a known failure may rise before it counts as worse: prices move a little by themselves."""

_HINT = "write it again with: spendgate baseline write plan.json"


class Known(Frozen):
    """One recorded failure. `cost_monthly` is what the resource cost when it was recorded, in USD; `count` how often it is there."""

    fingerprint: str
    root: str
    policy: str
    address: str
    path: str = ""
    actual: str = ""
    cost_monthly: str | None = None
    count: int = 1


class Baseline(Frozen):
    """What is known, since when, and how much its cost may move."""

    recorded: date
    findings: tuple[Known, ...]
    cost_tolerance_percent: Decimal = COST_TOLERANCE_PERCENT
    origin: str = ""
    by_fingerprint: Mapping[str, Known] = {}
    by_place: Mapping[tuple[str, str, str, str], Known] = {}


def baseline_of(
    recorded: date, findings: Iterable[Known], tolerance: Decimal = COST_TOLERANCE_PERCENT, origin: str = ""
) -> Baseline:
    """A baseline, its findings in order of root, address and policy and ready to be looked up."""
    ordered = tuple(sorted(findings, key=lambda each: (each.root, each.address, each.policy, each.path, each.actual)))
    return Baseline(
        recorded,
        ordered,
        tolerance,
        origin,
        {each.fingerprint: each for each in ordered},
        {(each.root, each.policy, each.address, each.path): each for each in ordered},
    )


def can_be_known(matter: Matter) -> bool:
    """Whether a baseline may hold it: a failure, of a resource or a group."""
    return matter.finding.verdict is Verdict.FAIL and bool(matter.finding.address)


def apply_baseline(matters: Sequence[Matter], baseline: Baseline, scene: Scene) -> Governed:
    """Clear what is known and no worse; say of what is worse how it got so, and which entries no longer fit anything."""
    left = Counter({each.fingerprint: each.count for each in baseline.findings})
    done = []
    met: set[str] = set()
    for matter in matters:
        if not can_be_known(matter):
            done.append(matter)
            continue
        known = _recorded_as(matter, baseline)
        if known is None:
            done.append(matter)
            continue
        met.add(known.fingerprint)
        worse = _worse(matter, known, baseline.cost_tolerance_percent)
        if worse is None and not left[known.fingerprint]:
            worse = f"there are more of it than the {known.count} that were recorded"
        if worse is None:
            left[known.fingerprint] -= 1
            done.append(matter.cleared(_said(baseline), baseline={"recorded": baseline.recorded.isoformat()}))
        else:
            done.append(matter.noted(f"It is worse than the baseline of {baseline.recorded.isoformat()}: {worse}."))
    gone = stale(baseline, met, scene)
    if not gone:
        return Governed(tuple(done))
    count = f"{len(gone)} finding{'' if len(gone) == 1 else 's'}"
    said = f"the baseline holds {count} that are no longer there: spendgate baseline prune removes them"
    return Governed(tuple(done), (Problem(Level.INFO, said, baseline.origin or None),))


def stale(baseline: Baseline, met: set[str], scene: Scene) -> tuple[Known, ...]:
    """Entries that this run should have met and did not: their root and policy were part of it."""
    return tuple(
        each
        for each in baseline.findings
        if each.fingerprint not in met and each.root in scene.roots and each.policy in scene.policies
    )


def _recorded_as(matter: Matter, baseline: Baseline) -> Known | None:
    finding = matter.finding
    known = baseline.by_fingerprint.get(finding.fingerprint)
    if known is not None or _distance(finding.actual, finding.expected, finding.path) is None:
        return known
    return baseline.by_place.get((matter.root, finding.policy, finding.address, finding.path or ""))


def _distance(actual: Any, expected: Any, path: str | None) -> Decimal | None:
    """How far a number is from what is demanded of it; None when either is no number."""
    if isinstance(actual, str) or expected is None or (here := plain_number(actual)) is None:
        return None
    try:
        return abs(here - number_for(expected, path or ""))
    except Mistake:
        return None


def _worse(matter: Matter, known: Known, tolerance: Decimal) -> str | None:
    """In which way a failure is worse than it was recorded, or None."""
    finding = matter.finding
    now = _distance(finding.actual, finding.expected, finding.path)
    then = _distance(plain_number(known.actual), finding.expected, finding.path)
    if now is not None and then is not None and now > then:
        return f"{finding.path} was {known.actual} and is {plain_text(finding.actual)}"
    if known.cost_monthly is None or finding.cost_monthly is None:
        return None
    cost = Decimal(known.cost_monthly)
    if finding.cost_monthly > cost * (1 + tolerance / 100) and finding.cost_monthly > cost:
        return f"it cost {cost:,.2f} USD a month and costs {finding.cost_monthly:,.2f}"
    return None


def _said(baseline: Baseline) -> str:
    return f"known since the baseline of {baseline.recorded.isoformat()}"


def dump(baseline: Baseline) -> str:
    """The baseline as JSON: one finding a line, in a fixed order, so that a review sees what was added."""
    lines = [json.dumps(asdict(each), ensure_ascii=False) for each in baseline.findings]
    body = ",\n    ".join(lines)
    return (
        f'{{\n  "version": {VERSION},\n  "recorded": "{baseline.recorded.isoformat()}",\n'
        f'  "cost_tolerance_percent": "{baseline.cost_tolerance_percent}",\n'
        f'  "findings": [{f"{chr(10)}    {body}{chr(10)}  " if lines else ""}]\n}}\n'
    )


def load_baseline(path: str) -> Baseline:
    """A saved baseline. Raises SettingsError or InputError that names the file and what is wrong."""
    data = decode_any(read_bytes(Path(path)), path)
    if not isinstance(data, Mapping) or data.get("version") != VERSION or not isinstance(data.get("findings"), list):
        raise SettingsError("is no baseline", file=path, hint=_HINT)
    day = as_date(data.get("recorded"))
    tolerance = plain_number(data.get("cost_tolerance_percent", COST_TOLERANCE_PERCENT))
    if day is None or tolerance is None or tolerance < 0:
        raise SettingsError("is no baseline: its date or its tolerance cannot be read", file=path, hint=_HINT)
    return baseline_of(
        day, [_read(each, path, number) for number, each in enumerate(data["findings"], 1)], tolerance, path
    )


_TEXTS = ("fingerprint", "root", "policy", "address", "path", "actual")


def _read(stated: Any, path: str, number: int) -> Known:
    cost = stated.get("cost_monthly") if isinstance(stated, Mapping) else None
    count = stated.get("count", 1) if isinstance(stated, Mapping) else None
    if (
        not isinstance(stated, Mapping)
        or any(not isinstance(stated.get(key, ""), str) for key in _TEXTS)
        or not stated.get("fingerprint")
        or (cost is not None and (not isinstance(cost, str) or plain_number(cost) is None))
        or not isinstance(count, int)
        or set(stated) - {*_TEXTS, "cost_monthly", "count"}
    ):
        raise SettingsError(f"is no baseline: finding {number} cannot be read", file=path, hint=_HINT)
    return Known(**stated)
