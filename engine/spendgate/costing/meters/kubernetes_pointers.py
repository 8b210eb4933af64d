"""Objects that name what a controller deploys from elsewhere: their cost is that of objects which are not in the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spendgate.costing.meters.machines import unpriced
from spendgate.model.cost import Component
from spendgate.ports import Subject

_HOW = {"HelmRelease": "helm template", "Kustomization": "kustomize build"}


class Pointers:
    """Releases and applications of GitOps controllers: never nothing, since what they deploy runs."""

    types = ("Application", "ApplicationSet", "HelmRelease", "Kustomization", "PipelineRun", "TaskRun")
    usage_keys: Mapping[str, str] = {}

    def components(self, subject: Subject) -> Iterable[Component]:
        """One part without a price, with what to do about it."""
        kind = subject.resource.type
        how = f"render it ({_HOW[kind]}) and check that" if kind in _HOW else "check that too"
        yield unpriced("Deployed objects", "hours", f"what a {kind} deploys is not read here: {how}")


POINTERS = Pointers()
