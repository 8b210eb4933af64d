"""EC2 and SageMaker machines in every form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters import aws_reserved
from spendgate.costing.meters.aws_disks import pool_disks
from spendgate.costing.meters.machines import label, machine_components, needs_usage, sizes, unpriced
from spendgate.costing.usage import stated, word
from spendgate.model.cost import Basis, Component, Quantity, RateQuery
from spendgate.model.facets import Capacity, Pool
from spendgate.model.frozen import replace
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_DETAILED_METRICS = Decimal(7)
"""Metrics per instance under detailed monitoring, each billed as a custom metric (Amazon CloudWatch pricing)."""
_BURSTABLE = ("t2", "t3", "t3a", "t4g")
_UNLIMITED_BY_DEFAULT = ("t3", "t3a", "t4g")
"""Burstable families, and those that run in unlimited mode unless told otherwise (Amazon EC2 user guide)."""
_EBS_OPTIMIZED_FEE = ("c1", "c3", "g2", "i2", "m1", "m2", "m3", "r3")
"""Families for which EBS optimisation costs extra; later ones include it (Amazon EC2 user guide)."""
_SYSTEMS = ("linux", "windows", "rhel", "suse")
_JOB_TYPES = ("aws_sagemaker_training_job", "aws_sagemaker_hyper_parameter_tuning_job")


class Machines:
    """Machine hours, volumes and what is billed beside them, for everything that runs EC2 or SageMaker machines."""

    types: tuple[str, ...] = (
        "aws_instance",
        "aws_spot_instance_request",
        "aws_autoscaling_group",
        "aws_eks_node_group",
        "aws_batch_compute_environment",
        "aws_ec2_fleet",
        "aws_spot_fleet_request",
        "aws_sagemaker_notebook_instance",
        "aws_sagemaker_endpoint",
        "aws_sagemaker_app",
        "aws_sagemaker_cluster",
        "aws_ec2_capacity_reservation",
        "aws_ec2_capacity_block_reservation",
        *_JOB_TYPES,
    )
    usage_keys: Mapping[str, str] = {
        "monthly_hrs": "hours a month that each machine runs",
        "instances": "machines that run on average, instead of the desired size",
        "operating_system": "linux, windows, rhel or suse, where the image tells it and the configuration does not",
        "monthly_cpu_credit_hrs": "hours a month that a burstable machine runs above its baseline",
        "vcpu_count": "vCPUs of a burstable machine, if the catalogue does not know it",
        "image_root_volume_gb": "size of the root volume that comes with the image",
        "monthly_standard_io_requests": "I/O requests a month of magnetic volumes",
        **aws_reserved.KEYS,
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """The metered parts, pool by pool."""
        if subject.resource.type in _JOB_TYPES:
            for pool in subject.facets.pools:
                yield from _job(subject, pool)
            return
        for pool in subject.facets.pools:
            yield from _running(subject, _with_usage(subject, pool))


def _running(subject: Subject, pool: Pool) -> Iterator[Component]:
    if not pool.details.get("stopped"):
        yield from _machine_hours(subject, pool)
    yield from pool_disks(subject, pool)
    yield from _image_root(subject, pool)
    if not pool.details.get("stopped"):
        yield from _beside(subject, pool)


def _machine_hours(subject: Subject, pool: Pool) -> Iterator[Component]:
    if pool.tenancy == "host":
        return  # NOTE: the dedicated host that it runs on is what costs.
    hours = stated(subject.usage, "monthly_hrs")
    reservation = aws_reserved.of(subject) if pool.purchase.model == "on-demand" else None
    month = sizes(pool.capacity, HOURS_PER_MONTH)
    assumed = bool(pool.details.get("is_assumed"))
    for component in machine_components(subject, pool):
        if component.quantity is None or isinstance(month, str):
            yield component
            continue
        item = component.query.item
        if hours is not None:
            component = _for_hours(component, subject, pool, hours)
        if assumed:
            note = "no desired size is stated and the minimum is none: one machine is assumed"
            component = replace(component, basis=Basis.ASSUMED, note=note)
        elif component.quantity is not None and not component.quantity.expected and component.quantity.high:
            component = replace(component, note="starts from no machine; high is the largest size")
        if component.query.service == "licence":
            yield component
        elif (service := _price_list(pool)) is not None:
            yield replace(component, query=replace(component.query, service=service), alternatives=())
        else:
            offered = f"{item} {pool.operating_system}" if pool.operating_system != "linux" else item
            yield from aws_reserved.instead(component, reservation, "ec2", offered, month)


def _price_list(pool: Pool) -> str | None:
    """The price list of machines that are not sold at the common one; what it does not hold stays unpriced."""
    if pool.purchase.model == "capacity-block":
        return "ec2 capacity block"
    if pool.purchase.model == "reserved" and pool.service == "sagemaker":
        return "sagemaker training plan"
    return None if pool.tenancy == "shared" else f"ec2 {pool.tenancy}"


def _with_usage(subject: Subject, pool: Pool) -> Pool:
    """The pool as people say that it is used: its average size and its operating system."""
    system = word(subject.usage, "operating_system", _SYSTEMS)
    if system is not None:
        pool = replace(pool, operating_system=system)
    count = stated(subject.usage, "instances")
    if count is not None and count == count.to_integral_value():
        details = {key: value for key, value in pool.details.items() if key != "on_demand"}
        return replace(pool, capacity=Capacity(int(count), int(count), int(count)), details=details)
    capacity = pool.capacity
    if pool.details.get("desired_is_unstated") and capacity.desired == 0 and capacity.max != 0:
        # NOTE: a group without machines at first is not one without cost; nobody makes it to stay empty.
        return replace(pool, capacity=replace(capacity, desired=1), details={**pool.details, "is_assumed": True})
    return pool


def _for_hours(component: Component, subject: Subject, pool: Pool, hours: Decimal) -> Component:
    """A component for the stated hours of each machine instead of those of the schedule."""
    quantity = sizes(pool.capacity, hours)
    if isinstance(quantity, str) or component.quantity is None:
        return component
    if pool.purchase.spot_share not in (Decimal(0), Decimal(1)) and subject.hours_per_month:
        quantity = component.quantity.times(hours / subject.hours_per_month) if hours else quantity
    return replace(component, quantity=quantity, basis=Basis.USAGE)


def _job(subject: Subject, pool: Pool) -> Iterator[Component]:
    """A job costs per run: how often it runs is nobody's configuration."""
    first = pool.machine_types[0] if isinstance(pool.machine_types, tuple) and pool.machine_types else "machine"
    purchase = "spot" if pool.purchase.model == "spot" else "on-demand"
    query = RateQuery("aws", str(subject.facets.region), pool.service, first, purchase)
    hours = stated(subject.usage, "monthly_hrs")
    size = sizes(pool.capacity, hours if hours is not None else 0)
    name = label(pool, f"Machine ({purchase}, {first})")
    if isinstance(pool.machine_types, Unknown) or isinstance(size, str) or not isinstance(subject.facets.region, str):
        yield from machine_components(subject, pool)
    elif hours is None:
        yield needs_usage(name, "hours", query, "monthly_hrs")
    else:
        yield Component(name, "hours", query, size, basis=Basis.USAGE)


def _image_root(subject: Subject, pool: Pool) -> Iterator[Component]:
    """The root volume that comes with an image: it is there and it costs, but its size stands in no template."""
    if not pool.details.get("image_root_volume") or not isinstance(subject.facets.region, str):
        return
    query = RateQuery("aws", subject.facets.region, "ebs", "gp2 storage")
    name = label(pool, "Root volume of the image")
    gib = stated(subject.usage, "image_root_volume_gb")
    quantity = sizes(pool.capacity, gib) if gib is not None else None
    if isinstance(quantity, Quantity):
        yield Component(name, "GB-month", query, quantity, basis=Basis.USAGE)
    else:
        yield needs_usage(name, "GB-month", query, "image_root_volume_gb")


def _beside(subject: Subject, pool: Pool) -> Iterator[Component]:
    """Detailed monitoring, EBS optimisation, CPU credits and public addresses of running machines."""
    region = subject.facets.region
    types = pool.machine_types
    if not isinstance(region, str) or not isinstance(types, tuple) or not types:
        return
    family = types[0].partition(".")[0]
    parts = [
        (pool.details.get("monitoring") is True, "Detailed monitoring", "metrics", "cloudwatch", "metric"),
        (
            pool.details.get("ebs_optimized") is True and family in _EBS_OPTIMIZED_FEE,
            "EBS optimisation",
            "hours",
            "ec2 ebs-optimized",
            types[0],
        ),
        (pool.details.get("public_ip") is True, "Public IPv4 address", "hours", "ip", "public ipv4"),
    ]
    for applies, name, unit, service, item in parts:
        factor = _DETAILED_METRICS if unit == "metrics" else subject.hours_per_month
        if applies and isinstance(quantity := sizes(pool.capacity, factor), Quantity):
            yield Component(
                label(pool, name), unit, RateQuery("aws", region, service, item), quantity, stops=unit == "hours"
            )
    if family in _BURSTABLE:
        yield from _credits(subject, pool, RateQuery("aws", region, "ec2 credits", family), types[0])


def _credits(subject: Subject, pool: Pool, query: RateQuery, machine_type: str) -> Iterator[Component]:
    """CPU credits of burstable machines in unlimited mode: vCPU hours above the baseline."""
    mode = pool.details.get("cpu_credits")
    if mode == "standard" or (mode != "unlimited" and query.item not in _UNLIMITED_BY_DEFAULT):
        return
    name = label(pool, "CPU credits")
    hours = stated(subject.usage, "monthly_cpu_credit_hrs")
    if hours is None:
        yield needs_usage(name, "vCPU-hours", query, "monthly_cpu_credit_hrs")
        return
    spec = subject.catalog.machine("aws", machine_type)
    vcpu = stated(subject.usage, "vcpu_count") or (spec.vcpu if spec else None)
    quantity = sizes(pool.capacity, hours * vcpu) if vcpu is not None else "its vCPUs are not known: state vcpu_count"
    if isinstance(quantity, str):
        yield unpriced(name, "vCPU-hours", quantity)
    else:
        yield Component(name, "vCPU-hours", query, quantity, basis=Basis.USAGE)


MACHINES = Machines()
