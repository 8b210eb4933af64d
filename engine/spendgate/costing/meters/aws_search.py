"""OpenSearch domains: data, master and warm nodes, and a volume on *each* data node."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.meters.machines import unpriced, whole_amount
from spendgate.costing.meters.parts import ByType, Service, always, amount
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Component
from spendgate.model.values import Text, Unknown, Whole
from spendgate.ports import Subject

_DEFAULT_TYPE = "m4.large"
_DEFAULT_GIB = Decimal(8)
_MASTERS = 3
"""Instance type and volume of a domain without a statement; dedicated masters come in threes (OpenSearch guide)."""
_INCLUDED_IOPS, _INCLUDED_IOPS_PER_GIB = Decimal(3000), Decimal(3)
_INCLUDED_MIBPS, _LARGE_INCLUDED_MIBPS, _LARGE_GIB = Decimal(125), Decimal(250), Decimal(170)
"""What gp3 includes: 3,000 IOPS or three a GiB, 125 MiB/s or, above 170 GiB, 250 (Amazon OpenSearch Service pricing)."""


def _domain(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    block = attributes.block("cluster_config")
    config = block if isinstance(block, Attributes) else Attributes()
    if isinstance(block, Unknown) and subject.neighbours.points(subject.resource, "cluster_config"):
        yield unpriced("Data nodes", "hours", f"cluster_config is {block.reason}")
        return
    count: Whole = _known(config.whole("instance_count"), 1)
    yield _nodes(subject, "Data nodes", _type(config.text("instance_type"), _DEFAULT_TYPE), count)
    if config.flag("dedicated_master_enabled") is True:
        masters = _known(config.whole("dedicated_master_count"), _MASTERS)
        yield _nodes(subject, "Dedicated masters", _type(config.text("dedicated_master_type"), _DEFAULT_TYPE), masters)
    if config.flag("warm_enabled") is True:
        warm = _type(config.text("warm_type"), "ultrawarm1.medium")
        yield _nodes(subject, "Warm nodes", warm, config.whole("warm_count"))
    ebs = attributes.block("ebs_options")
    if isinstance(ebs, Attributes) and ebs.flag("ebs_enabled") is True:
        yield from _volumes(subject, ebs, count)


def _known(value: Whole, default: int) -> Whole:
    return default if value is None or isinstance(value, Unknown) else value


def _type(stated: Text, default: str) -> str:
    text = stated if isinstance(stated, str) else default
    return text.removesuffix(".elasticsearch").removesuffix(".search")


def _nodes(subject: Subject, name: str, type_: str, count: Whole) -> Component:
    return always(subject, f"{name} (on-demand, {type_})", ("opensearch", type_), count)


def _volumes(subject: Subject, ebs: Attributes, nodes: Whole) -> Iterator[Component]:
    """Storage, IOPS and throughput of all data nodes together: each has a volume of its own."""
    kind = ebs.text("volume_type")
    kind = kind if isinstance(kind, str) else "gp2"
    size = ebs.number("volume_size")
    count = whole_amount(nodes, "the number of data nodes")
    if isinstance(count, str):
        yield unpriced(f"Storage ({kind})", "GB-month", count)
        return
    gib = size if isinstance(size, Decimal) else _DEFAULT_GIB
    value = size if isinstance(size, Unknown) else (size * count if size is not None else None)
    yield amount(
        subject, f"Storage ({kind})", "GB-month", ("opensearch", f"{kind} storage"), value, default=gib * count
    )
    iops, throughput = ebs.number("iops"), ebs.number("throughput")
    if kind in ("io1", "io2"):
        total = iops * count if isinstance(iops, Decimal) else iops
        yield amount(subject, f"Provisioned IOPS ({kind})", "IOPS-month", ("opensearch", f"{kind} iops"), total)
    elif kind == "gp3":
        included = max(_INCLUDED_IOPS, gib * _INCLUDED_IOPS_PER_GIB)
        if isinstance(iops, Decimal) and iops > included:
            above = (iops - included) * count
            yield amount(subject, "IOPS above the included (gp3)", "IOPS-month", ("opensearch", "gp3 iops"), above)
        included = _LARGE_INCLUDED_MIBPS if gib > _LARGE_GIB else _INCLUDED_MIBPS
        if isinstance(throughput, Decimal) and throughput > included:
            above = (throughput - included) * count
            rate = ("opensearch", "gp3 throughput")
            yield amount(subject, "Throughput above the included (gp3)", "MiB/s-month", rate, above)


SEARCH = ByType({"aws_opensearch_domain": Service(_domain, {}), "aws_elasticsearch_domain": Service(_domain, {})})
