"""Waivers in comments of source files, applied to the findings on what stands below them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from spendgate.governance.inline import Comments
from spendgate.governance.matter import Governed, Matter, Scene
from spendgate.governance.waivers import apply_waivers
from spendgate.model.resource import Problem
from spendgate.pipeline.cases import Run


def apply_comments(matters: Sequence[Matter], scene: Scene, run: Run, ref: str | None, today: date) -> Governed:
    """Clear what a comment waives, resource by resource; a comment that the pinned ref lacks is shown, not honoured."""
    workloads = {item.change.address: item.workload for item in run.assessed}
    comments = Comments(ref)
    done: list[Matter] = []
    problems: dict[Problem, None] = {}
    for matter in matters:
        workload = workloads.get(matter.finding.address)
        stated = (
            comments.of(matter, partial(workload.locate, matter.finding.address)) if matter.is_open and workload else []
        )
        for each in stated:
            if not comments.counts(each):
                place = f"{each.waiver.file}:{each.waiver.line}"
                matter = matter.noted(f"The waiver at {place} is new in this change, so it is shown and not honoured.")
        applied = apply_waivers([matter], [each.waiver for each in stated if comments.counts(each)], scene, today)
        done += applied.matters
        problems.update(dict.fromkeys(applied.problems))
    return Governed(tuple(done), tuple(problems))
