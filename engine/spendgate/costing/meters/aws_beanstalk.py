"""Elastic Beanstalk: an environment is machines, a load balancer, logs and perhaps a database, all named by settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from spendgate.costing.meters.aws_databases import DATABASES
from spendgate.costing.meters.aws_machines import MACHINES
from spendgate.costing.meters.aws_network import NETWORK
from spendgate.costing.meters.aws_operations import OPERATIONS
from spendgate.costing.meters.parts import ByType, Service
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Component
from spendgate.model.frozen import replace
from spendgate.model.values import Unknown
from spendgate.ports import Meter, Subject

_DATABASE = "aws:rds:dbinstance"
_DATABASE_SETTINGS = {
    "DBAllocatedStorage": "allocated_storage",
    "DBEngine": "engine",
    "DBEngineVersion": "engine_version",
    "DBInstanceClass": "instance_class",
    "MultiAZDatabase": "multi_az",
}
_DATABASE_DEFAULTS = {"allocated_storage": "5", "engine": "mysql", "instance_class": "db.t2.micro", "multi_az": "false"}
"""A coupled database without statements (Elastic Beanstalk guide, general options)."""


def _environment(subject: Subject) -> Iterator[Component]:
    found = _settings(subject.resource.attributes)
    yield from _part(subject, MACHINES, "aws_instance", "ec2", {}, "Machines")
    if found.get("aws:elasticbeanstalk:environment EnvironmentType") != "SingleInstance":
        kind = found.get("aws:elasticbeanstalk:environment LoadBalancerType", "classic")
        if kind == "classic":
            yield from _part(subject, NETWORK, "aws_elb", "elb", {}, "Balancer")
        else:
            yield from _part(subject, NETWORK, "aws_lb", "lb", {"load_balancer_type": kind}, "Balancer")
    if found.get("aws:elasticbeanstalk:cloudwatch:logs StreamLogs", "false").lower() == "true":
        yield from _part(subject, OPERATIONS, "aws_cloudwatch_log_group", "cloudwatch", {}, "Logs")
    database = {
        name: found[f"{_DATABASE} {key}"] for key, name in _DATABASE_SETTINGS.items() if f"{_DATABASE} {key}" in found
    }
    if database or found.get(f"{_DATABASE} HasCoupledDatabase", "false").lower() == "true":
        yield from _part(subject, DATABASES, "aws_db_instance", "db", {**_DATABASE_DEFAULTS, **database}, "Database")


def _settings(attributes: Attributes) -> dict[str, str]:
    """Known settings as `namespace name`; those known only after apply are left to the facets, which say so."""
    blocks = attributes.blocks("setting")
    found: dict[str, str] = {}
    for block in blocks if not isinstance(blocks, Unknown) else ():
        value = block.text("value")
        if isinstance(value, str):
            found[f"{block.text('namespace')} {block.text('name')}"] = value
    return found


def _part(
    subject: Subject, meter: Meter, type_: str, usage_block: str, attributes: Mapping[str, Any], title: str
) -> Iterable[Component]:
    """The components of one part, as if it stood in the configuration as a resource of its own."""
    usage = subject.usage.get(usage_block)
    resource = replace(subject.resource, type=type_, attributes=Attributes(attributes))
    inner = replace(subject, resource=resource, usage=usage if isinstance(usage, Mapping) else {})
    for component in meter.components(inner):
        yield replace(component, name=f"{title}: {component.name}")


_KEYS = {
    f"{block}.{key}": text
    for block, meter, type_ in (
        ("ec2", MACHINES, "aws_instance"),
        ("lb", NETWORK, "aws_lb"),
        ("elb", NETWORK, "aws_elb"),
        ("cloudwatch", OPERATIONS, "aws_cloudwatch_log_group"),
        ("db", DATABASES, "aws_db_instance"),
    )
    for key, text in (meter.keys_of(type_) if isinstance(meter, ByType) else meter.usage_keys).items()
}

BEANSTALK = ByType({"aws_elastic_beanstalk_environment": Service(_environment, _KEYS)})
