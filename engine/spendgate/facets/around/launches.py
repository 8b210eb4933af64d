"""Which tags of a parent do not reach what it launches: `around.lost_tags`, canonical keys, unknown when it cannot be told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from spendgate.facets.tags import canonical_key
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown
from spendgate.ports import FacetContext

_TEMPLATE = "aws_launch_template"
_GROUP = "aws_autoscaling_group"

Reached = frozenset[str] | Unknown


def _keys(raw: Any, context: FacetContext) -> frozenset[str]:
    return (
        frozenset(canonical_key(str(key), context.aliases) for key in raw) if isinstance(raw, Mapping) else frozenset()
    )


def _group(resource: Resource, context: FacetContext) -> Reached:
    """Tags with `propagate_at_launch`, and those that the launch template gives to instances itself."""
    reached = _propagated(resource, context)
    if isinstance(reached, Unknown):
        return reached
    for attribute in ("launch_template", "mixed_instances_policy"):
        for template in context.neighbours.targets(resource, attribute, _TEMPLATE):
            theirs = _specified(template, "instance", context)
            if isinstance(theirs, Unknown):
                return theirs
            reached |= theirs
    return reached


def _propagated(group: Resource, context: FacetContext) -> Reached:
    blocks = group.attributes.blocks("tag")
    if isinstance(blocks, Unknown):
        return blocks
    found: set[str] = set()
    for block in blocks:
        key, reaches = block.text("key"), block.flag("propagate_at_launch")
        if isinstance(key, Unknown) or isinstance(reaches, Unknown):
            return key if isinstance(key, Unknown) else Unknown("whether its tags propagate is not known")
        if key and reaches:
            found.add(canonical_key(key, context.aliases))
    return frozenset(found)


def _specified(template: Resource, what: str, context: FacetContext) -> Reached:
    """The keys that a launch template's `tag_specifications` give to instances or volumes. Default tags do not reach them."""
    blocks = template.attributes.blocks("tag_specifications")
    if isinstance(blocks, Unknown):
        return blocks
    found: frozenset[str] = frozenset()
    for block in blocks:
        kind, stated = block.text("resource_type"), block.get("tags")
        if isinstance(kind, Unknown) or isinstance(stated, Unknown):
            return Unknown("its tag specifications are known only after apply")
        if kind == what:
            found |= _keys(stated, context)
    return found


def _template(resource: Resource, context: FacetContext) -> Reached:
    """Instances and volumes both; a group that uses the template may bring the instances their tags."""
    instances, volumes = _specified(resource, "instance", context), _specified(resource, "volume", context)
    if isinstance(instances, Unknown) or isinstance(volumes, Unknown):
        return instances if isinstance(instances, Unknown) else volumes
    for group in context.neighbours.users(resource, _GROUP):
        theirs = _propagated(group, context)
        if isinstance(theirs, Unknown):
            return theirs
        instances |= theirs
    return instances & volumes


def _node_group(resource: Resource, context: FacetContext) -> Reached:
    """NOTE: EKS does not pass a node group's tags on to its machines; only its launch template can give them some."""
    for template in context.neighbours.targets(resource, "launch_template", _TEMPLATE):
        return _specified(template, "instance", context)
    return frozenset()


def _batch_environment(resource: Resource, context: FacetContext) -> Reached:
    block = resource.attributes.block("compute_resources")
    if isinstance(block, Unknown):
        return block
    return _keys(block.get("tags"), context) if isinstance(block, Attributes) else frozenset()


def _by_switch(attribute: str, own: frozenset[str], attributes: Attributes) -> Reached:
    """All or nothing, as `propagate_tags` says."""
    stated = attributes.get(attribute)
    if isinstance(stated, Unknown):
        return stated
    return own if stated is True or (isinstance(stated, str) and stated not in ("", "NONE")) else frozenset()


def _google_template(resource: Resource, context: FacetContext) -> Reached:
    """Labels of the template reach its machines; a boot disk takes only its own."""
    blocks = resource.attributes.blocks("disk")
    if isinstance(blocks, Unknown):
        return blocks
    for block in blocks:
        if block.flag("boot") is not False:
            stated = block.get("labels")
            return stated if isinstance(stated, Unknown) else _keys(stated, context)
    return frozenset()


def _pods(resource: Resource, context: FacetContext) -> Reached:
    stated = resource.attributes.get("spec.template.metadata.labels")
    return stated if isinstance(stated, Unknown) else _keys(stated, context)


_REACHED: Mapping[str, Callable[[Resource, FacetContext], Reached]] = {
    _GROUP: _group,
    _TEMPLATE: _template,
    "aws_eks_node_group": _node_group,
    "aws_batch_compute_environment": _batch_environment,
    "google_compute_instance_template": _google_template,
    "google_compute_region_instance_template": _google_template,
    "Deployment": _pods,
    "StatefulSet": _pods,
    "DaemonSet": _pods,
    "Job": _pods,
}
_SWITCHED = ("aws_batch_job_definition", "aws_ecs_service")
_TASKS: Mapping[str, tuple[str, str]] = {
    "aws_scheduler_schedule": ("target", "target.0.ecs_parameters"),
    "aws_pipes_pipe": ("target_parameters", "target_parameters.0.ecs_task_parameters"),
}
"""What runs tasks of ECS by itself: the block that points at their definition, and where the task is described."""
_TASK_DEFINITION = "aws_ecs_task_definition"
TYPES = (*_REACHED, *_SWITCHED, *_TASKS)


def facts(resource: Resource, facets: Facets, context: FacetContext) -> Mapping[str, Any]:
    """`lost_tags` of types that launch something."""
    if resource.type in _TASKS:
        return _tasks(resource, facets, context)
    own = _own(resource, facets, context)
    if isinstance(own, Unknown):
        return {"lost_tags": own}
    if resource.type in _SWITCHED:
        reached = _by_switch("propagate_tags", own, resource.attributes)
    else:
        reached = _REACHED[resource.type](resource, context)
    return {"lost_tags": reached if isinstance(reached, Unknown) else tuple(sorted(own - reached))}


def _tasks(resource: Resource, facets: Facets, context: FacetContext) -> Mapping[str, Any]:
    """Tags of a schedule or a pipe and of its task definition, less those that its tasks get; nothing where it runs no tasks."""
    pointing, path = _TASKS[resource.type]
    described = resource.attributes.block(path)
    if not isinstance(described, Attributes):
        return {"lost_tags": described} if isinstance(described, Unknown) else {}
    own = _own(resource, facets, context)
    stated, passed_on = described.get("tags"), described.text("propagate_tags")
    for gap in (own, stated, passed_on):
        if isinstance(gap, Unknown):
            return {"lost_tags": gap}
    defined: frozenset[str] = frozenset()
    for definition in context.neighbours.targets(resource, pointing, _TASK_DEFINITION):
        theirs = definition.attributes.get("tags_all")
        theirs = definition.attributes.get("tags") if not isinstance(theirs, Mapping) else theirs
        if isinstance(theirs, Unknown):
            return {"lost_tags": theirs}
        defined |= _keys(theirs, context)
    reached = _keys(stated, context) | (defined if passed_on == "TASK_DEFINITION" else frozenset())
    assert not isinstance(own, Unknown)
    return {"lost_tags": tuple(sorted((own | defined) - reached))}


def _own(resource: Resource, facets: Facets, context: FacetContext) -> Reached:
    """The keys of the parent itself; of a Kubernetes object its own labels, not those that its tags inherit."""
    if resource.provider == "kubernetes":
        return _keys(resource.attributes.get("metadata.labels"), context)
    tags: Iterable[str] | Unknown = facets.tags
    return tags if isinstance(tags, Unknown) else frozenset(tags)
