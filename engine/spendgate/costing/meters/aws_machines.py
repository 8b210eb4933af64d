"""EC2 and SageMaker machines in every form, and EKS control planes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.aws_disks import pool_disks
from spendgate.costing.meters.machines import label, machine_components, needs_usage, sizes, unpriced
from spendgate.costing.usage import stated
from spendgate.model.cost import Basis, Component, Quantity, RateQuery
from spendgate.model.facets import Pool
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_DETAILED_METRICS = Decimal(7)
"""Metrics per instance under detailed monitoring, each billed as a custom metric (Amazon CloudWatch pricing)."""
_JOB_TYPES = ("aws_sagemaker_training_job", "aws_sagemaker_hyper_parameter_tuning_job")


class Machines:
    """Machine hours, volumes, detailed monitoring and CPU credits of everything that runs EC2 or SageMaker machines."""

    types = (
        "aws_instance",
        "aws_spot_instance_request",
        "aws_autoscaling_group",
        "aws_eks_node_group",
        "aws_batch_compute_environment",
        "aws_sagemaker_notebook_instance",
        "aws_sagemaker_endpoint",
        "aws_sagemaker_app",
        "aws_sagemaker_cluster",
        "aws_ec2_capacity_reservation",
        "aws_ec2_capacity_block_reservation",
        *_JOB_TYPES,
    )
    usage_keys = {
        "monthly_hrs": "hours a month that the machines run",
        "instances": "machines that run on average, instead of the desired size",
        "monthly_cpu_credit_hrs": "vCPU hours above the baseline of burstable machines",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """The metered parts, pool by pool."""
        pools = subject.facets.pools
        if not pools:
            yield from _without_pools(subject)
        for pool in pools:
            if subject.resource.type in _JOB_TYPES:
                yield from _job(subject, pool)
            else:
                yield from self._running(subject, pool)

    def _running(self, subject: Subject, pool: Pool) -> Iterator[Component]:
        pool = _with_usage(subject, pool)
        hours = stated(subject.usage, "monthly_hrs")
        for component in machine_components(subject, pool):
            if hours is not None and component.quantity is not None:
                component = _rescaled(component, hours / subject.hours_per_month)
            if pool.purchase.model == "capacity-block" and component.quantity is not None:
                component = unpriced(component.name, "hours", "capacity blocks are bought at a price of their own")
            if pool.tenancy not in ("shared", "default") and component.quantity is not None:
                component = unpriced(component.name, "hours", f"no price of {pool.tenancy} tenancy is known")
            yield component
        yield from pool_disks(subject, pool)
        yield from _monitoring(subject, pool)
        yield from _credits(subject, pool)


def _without_pools(subject: Subject) -> Iterator[Component]:
    if subject.resource.type == "aws_sagemaker_endpoint":
        query = RateQuery("aws", str(subject.facets.region), "sagemaker", "serverless inference")
        yield needs_usage("Serverless inference", "GB-seconds", query, "the requests (no rate is known yet)")
    elif subject.resource.type == "aws_batch_compute_environment":
        query = RateQuery("aws", str(subject.facets.region), "fargate", "vcpu")
        yield needs_usage("Fargate jobs", "vCPU-hours", query, "the jobs' vCPU hours")


def _with_usage(subject: Subject, pool: Pool) -> Pool:
    count = stated(subject.usage, "instances")
    if count is None or count != count.to_integral_value():
        return pool
    capacity = type(pool.capacity)(int(count), int(count), int(count))
    return Pool(
        pool.machine_types, capacity, pool.purchase, pool.accelerators, pool.disks, pool.name,
        pool.operating_system, pool.tenancy, pool.service, pool.region, pool.details,
    )  # fmt: skip


def _rescaled(component: Component, factor: Decimal) -> Component:
    assert component.quantity is not None
    return Component(
        component.name, component.unit, component.query, component.quantity.times(factor),
        basis=Basis.USAGE, alternatives=component.alternatives, note=component.note,
    )  # fmt: skip


def _job(subject: Subject, pool: Pool) -> Iterator[Component]:
    """A job costs per run: how often it runs is nobody's configuration."""
    first = pool.machine_types[0] if isinstance(pool.machine_types, tuple) and pool.machine_types else "machine"
    query = RateQuery("aws", str(subject.facets.region), pool.service, first)
    hours = stated(subject.usage, "monthly_hrs")
    size = sizes(pool.capacity, hours if hours is not None else 0)
    if isinstance(pool.machine_types, Unknown) or isinstance(size, str):
        yield from machine_components(subject, pool)
    elif hours is None:
        yield needs_usage(f"Machine ({first})", "hours", query, "monthly_hrs")
    else:
        yield Component(f"Machine ({first})", "hours", query, size, basis=Basis.USAGE)


def _monitoring(subject: Subject, pool: Pool) -> Iterator[Component]:
    if pool.details.get("monitoring") is True and isinstance(subject.facets.region, str):
        quantity = sizes(pool.capacity, _DETAILED_METRICS)
        if isinstance(quantity, Quantity):
            query = RateQuery("aws", subject.facets.region, "cloudwatch", "metric")
            yield Component(label(pool, "Detailed monitoring"), "metrics", query, quantity)


def _credits(subject: Subject, pool: Pool) -> Iterator[Component]:
    """CPU credits of burstable machines in unlimited mode, the default of T3 and T4g."""
    if not isinstance(pool.machine_types, tuple) or not isinstance(subject.facets.region, str):
        return
    family = pool.machine_types[0].split(".")[0] if pool.machine_types else ""
    mode = pool.details.get("cpu_credits")
    unlimited = mode == "unlimited" or (mode != "standard" and family in ("t3", "t3a", "t4g"))
    if family in ("t2", "t3", "t3a", "t4g") and unlimited:
        query = RateQuery("aws", subject.facets.region, "ec2 credits", family)
        hours = stated(subject.usage, "monthly_cpu_credit_hrs")
        if hours is None:
            yield needs_usage(label(pool, "CPU credits"), "vCPU-hours", query, "monthly_cpu_credit_hrs")
        else:
            yield Component(label(pool, "CPU credits"), "vCPU-hours", query, Quantity.exactly(hours), basis=Basis.USAGE)


class Cluster:
    """The control plane of an EKS cluster, at the extended-support price where that is stated."""

    types = ("aws_eks_cluster",)
    usage_keys: dict[str, str] = {}

    def components(self, subject: Subject) -> Iterable[Component]:
        """One hourly part; auto mode adds a fee per node that no configuration fixes."""
        region = subject.facets.region
        if not isinstance(region, str):
            yield unpriced(
                "Control plane", "hours", f"region: {region.reason if isinstance(region, Unknown) else 'unknown'}"
            )
            return
        query = RateQuery("aws", region, "eks", "cluster")
        yield Component("Control plane", "hours", query, Quantity.exactly(HOURS_PER_MONTH))
        if subject.resource.attributes.flag("compute_config.0.enabled") is True:
            fee = RateQuery("aws", region, "eks", "auto mode")
            yield needs_usage("Auto mode nodes", "hours", fee, "the nodes that it starts (no rate is known yet)")


MACHINES = Machines()
CLUSTER = Cluster()
