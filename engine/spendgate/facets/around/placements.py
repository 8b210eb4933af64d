"""Whether the machines of a group stand close together on a fast network, as its template says: `around.placed`, `around.fast_network`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown
from spendgate.ports import FacetContext

_AWS = ("aws_autoscaling_group", "aws_eks_node_group")
_GOOGLE = "google_compute_instance_group_manager"
TYPES = (*_AWS, _GOOGLE)
_TEMPLATES = ("aws_launch_template", "google_compute_instance_template")
_POINTERS = ("launch_template", "mixed_instances_policy", "version")
_EFA = ("efa", "efa-only")


def facts(resource: Resource, facets: Facets, context: FacetContext) -> Mapping[str, Any]:
    """`placed` in a group of close machines, and of AWS `fast_network` (an EFA interface); unknown where a template is not known yet."""
    if facets.accel.count == 0:
        return {}
    templates = [each for name in _POINTERS for each in context.neighbours.targets(resource, name, *_TEMPLATES)]
    if not templates and _points_elsewhere(resource):
        gap = Unknown("its template is not in this run")
        return {"placed": _own(resource, gap), "fast_network": gap} if resource.type in _AWS else {"placed": gap}
    if resource.type == _GOOGLE:
        return {"placed": _compact(templates, context)}
    stated = _any([_stated(each, "placement.0.group_name") for each in templates])
    return {"placed": _own(resource, stated), "fast_network": _any([_efa(each) for each in templates])}


def _points_elsewhere(resource: Resource) -> bool:
    """Whether it names a template that the run does not hold."""
    return any(resource.attributes.has_block(name) for name in _POINTERS)


def _own(resource: Resource, template: bool | Unknown) -> bool | Unknown:
    own = resource.attributes.text("placement_group") if resource.type == _AWS[0] else None
    if isinstance(own, str):
        return True
    return own if isinstance(own, Unknown) and template is not True else template


def _stated(template: Resource, path: str) -> bool | Unknown:
    found = template.attributes.text(path)
    return found if isinstance(found, Unknown) else found is not None


def _efa(template: Resource) -> bool | Unknown:
    blocks = template.attributes.blocks("network_interfaces")
    if isinstance(blocks, Unknown):
        return blocks
    kinds = [block.text("interface_type") for block in blocks]
    return _any([kind if isinstance(kind, Unknown) else kind in _EFA for kind in kinds])


def _compact(templates: Sequence[Resource], context: FacetContext) -> bool | Unknown:
    policies = [
        policy
        for template in templates
        for policy in context.neighbours.targets(template, "resource_policies", "google_compute_resource_policy")
    ]
    found = [policy.attributes.text("group_placement_policy.0.collocation") for policy in policies]
    return _any([each if isinstance(each, Unknown) else each == "COLLOCATED" for each in found])


def _any(found: Sequence[bool | Unknown]) -> bool | Unknown:
    if any(each is True for each in found):
        return True
    return next((each for each in found if isinstance(each, Unknown)), False)
