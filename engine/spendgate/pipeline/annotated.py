"""Waivers in annotations, applied to the findings on the objects that carry them, and on what is in a Namespace that does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from spendgate.governance.annotations import ANNOTATION, PinnedAnnotations, annotation_of, read_annotation
from spendgate.governance.matter import Governed, Matter, Scene
from spendgate.governance.waivers import apply_waivers
from spendgate.model.frozen import Frozen
from spendgate.model.resource import Location, Problem, Resource, Workload
from spendgate.pipeline.cases import Run

_KUBERNETES = "kubernetes"
_PATH = f"metadata.annotations.{ANNOTATION}"


class Holder(Frozen):
    """An object that carries the annotation, and the input that it was read from."""

    resource: Resource
    workload: Workload

    @property
    def text(self) -> str:
        """The annotation."""
        return annotation_of(self.resource.attributes.values)

    @property
    def place(self) -> Location:
        """Where it stands."""
        return self.workload.locate(self.resource.address, _PATH) or Location(self.workload.origin)


def holders(run: Run) -> Mapping[str, Holder]:
    """The objects with the annotation, by address, as they will be after the change."""
    return {
        item.change.address: Holder(item.change.after, item.workload)
        for item in run.assessed
        if item.change.after is not None
        and item.change.after.provider == _KUBERNETES
        and annotation_of(item.change.after.attributes.values)
    }


def apply_annotations(
    matters: Sequence[Matter],
    found: Mapping[str, Holder],
    scene: Scene,
    ref: str | None,
    today: date,
) -> Governed:
    """Clear what an annotation waives, object by object; one that the pinned ref lacks is shown, not honoured."""
    pinned = PinnedAnnotations(ref)
    done: list[Matter] = []
    problems: dict[Problem, None] = {}
    for matter in matters:
        counting = []
        for holder in _above(matter, found) if matter.is_open else ():
            for each in read_annotation(holder.text, matter, holder.place):
                if pinned.counts(each, holder.resource.attributes.values):
                    counting.append(each.waiver)
                else:
                    where = f"{each.waiver.file}:{each.waiver.line}" if each.waiver.line else each.waiver.file
                    said = f"The waiver at {where} is new in this change, so it is shown and not honoured."
                    matter = matter.noted(said)
        applied = apply_waivers([matter], counting, scene, today)
        done += applied.matters
        problems.update(dict.fromkeys(applied.problems))
    return Governed(tuple(done), tuple(problems))


def _above(matter: Matter, found: Mapping[str, Holder]) -> Iterator[Holder]:
    """The object itself, then its Namespace. NOTE: `Kind/namespace/name`; what stands outside namespaces has two parts."""
    address = matter.finding.address
    parts = address.split("/")
    for name in (address, f"Namespace/{parts[1]}" if len(parts) == 3 else ""):
        holder = found.get(name)
        if holder is not None and matter.finding.origin in ("", holder.workload.origin):
            yield holder
