"""What CloudWatch is asked for, one table: the metric, the resource that one of its dimensions names, the field it fills."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from spendgate.model.frozen import Frozen

_PERCENT = Decimal("0.01")
_GIB = 1 / Decimal(1024**3)
FIVE_MINUTES, AN_HOUR, A_DAY = 300, 3_600, 86_400
"""NOTE: basic monitoring has a value every five minutes, and those are kept for 63 days; sizes of buckets have one a day."""


class Measure(Frozen):
    """One metric: `dimension` names the resource, whose type is one of `types`; the value times `factor` is in the field's unit.

    `beside` are the dimensions that may stand beside it (None: any), since the same metric is published by more than one set of them.
    `summed`: all `accelerators` or `processors` of a machine are added up in it. `sparse`: nothing is published while there is
    nothing to count, so that few values are no sign of a gap. `witness` is the field of which values over the whole window show that the
    resource was there and watched: with it, no value at all is nothing counted. `listed`: only where this metric was ever published.
    """

    namespace: str
    metric: str
    field: str
    dimension: str
    types: tuple[str, ...]
    statistic: str = "Average"
    factor: Decimal = Decimal(1)
    beside: frozenset[str] | None = frozenset()
    period_seconds: int = FIVE_MINUTES
    summed: str = ""
    sparse: bool = False
    witness: str = ""
    listed: bool = False

    def fits(self, dimensions: Iterable[str]) -> bool:
        """Whether a series with these dimensions is one of the resource, and no sum over several."""
        others = set(dimensions) - {self.dimension}
        return self.beside is None or others <= self.beside


HOSTS = "hosts"
"""No field of its own: the targets of a balancer, healthy or not, which are counted whether or not anybody asks it for something."""
USED, TOTAL = "gpu_memory_used", "gpu_memory_total"
"""No fields of their own: the one over the other is `gpu_memory`."""

_MACHINE = ("aws_instance", "aws_spot_instance_request")
_GROUP = ("aws_autoscaling_group",)
_ENDPOINT = ("aws_sagemaker_endpoint",)
_DATABASE = ("aws_db_instance", "aws_rds_cluster_instance")
_CLUSTER = ("aws_rds_cluster",)
_MODEL = ("aws_bedrock_provisioned_model_throughput",)
_VARIANT = frozenset({"VariantName"})
_BALANCER, _CLASSIC = ("aws_lb", "aws_alb"), ("aws_elb",)
_TARGETS, _ZONE = frozenset({"TargetGroup"}), frozenset({"AvailabilityZone"})


def _agent(metric: str, field: str, factor: Decimal = Decimal(1)) -> Measure:
    """A metric of the CloudWatch agent, whose dimensions depend on how it is configured; `InstanceId` has to be among them."""
    return Measure("CWAgent", metric, field, "InstanceId", _MACHINE, factor=factor, beside=None)


def _endpoint(metric: str, field: str, summed: str = "") -> Measure:
    namespace = "/aws/sagemaker/Endpoints"
    return Measure(namespace, metric, field, "EndpointName", _ENDPOINT, factor=_PERCENT, beside=_VARIANT, summed=summed)


def _model(metric: str, field: str) -> Measure:
    return Measure("AWS/Bedrock", metric, field, "ModelId", _MODEL, "Sum", sparse=True)


MEASURES: tuple[Measure, ...] = (
    Measure("AWS/EC2", "CPUUtilization", "cpu", "InstanceId", _MACHINE, factor=_PERCENT),
    Measure("AWS/EC2", "CPUUtilization", "cpu", "AutoScalingGroupName", _GROUP, factor=_PERCENT),
    _agent("mem_used_percent", "memory", _PERCENT),
    _agent("nvidia_smi_utilization_gpu", "gpu", _PERCENT),
    _agent("nvidia_smi_memory_used", USED),
    _agent("nvidia_smi_memory_total", TOTAL),
    _endpoint("GPUUtilization", "gpu", "accelerators"),
    _endpoint("GPUMemoryUtilization", "gpu_memory", "accelerators"),
    _endpoint("CPUUtilization", "cpu", "processors"),
    _endpoint("MemoryUtilization", "memory"),
    Measure("AWS/SageMaker", "Invocations", "requests", "EndpointName", _ENDPOINT, "Sum", beside=_VARIANT, sparse=True,
            witness="cpu", listed=True),
    Measure("AWS/RDS", "CPUUtilization", "cpu", "DBInstanceIdentifier", _DATABASE, factor=_PERCENT),
    Measure("AWS/RDS", "CPUUtilization", "cpu", "DBClusterIdentifier", _CLUSTER, factor=_PERCENT),
    Measure("AWS/RDS", "DatabaseConnections", "connections", "DBInstanceIdentifier", _DATABASE),
    Measure("AWS/RDS", "DatabaseConnections", "connections", "DBClusterIdentifier", _CLUSTER),
    Measure("AWS/ApplicationELB", "RequestCount", "requests", "LoadBalancer", _BALANCER, "Sum", sparse=True, witness=HOSTS),
    Measure("AWS/ApplicationELB", "HealthyHostCount", HOSTS, "LoadBalancer", _BALANCER, beside=_TARGETS),
    Measure("AWS/ELB", "RequestCount", "requests", "LoadBalancerName", _CLASSIC, "Sum", sparse=True, witness=HOSTS),
    Measure("AWS/ELB", "HealthyHostCount", HOSTS, "LoadBalancerName", _CLASSIC, beside=_ZONE),
    Measure("AWS/NATGateway", "BytesOutToDestination", "egress_gib", "NatGatewayId", ("aws_nat_gateway",), "Sum", _GIB),
    Measure("AWS/EBS", "VolumeReadOps", "operations", "VolumeId", ("aws_ebs_volume",), "Sum"),
    Measure("AWS/EBS", "VolumeWriteOps", "operations", "VolumeId", ("aws_ebs_volume",), "Sum"),
    Measure("AWS/S3", "BucketSizeBytes", "stored_gib", "BucketName", ("aws_s3_bucket",), factor=_GIB,
            beside=frozenset({"StorageType"}), period_seconds=A_DAY),
    _model("Invocations", "requests"),
    _model("InputTokenCount", "input_tokens"),
    _model("OutputTokenCount", "output_tokens"),
)  # fmt: skip
"""Names and dimensions as the pages of each service on its CloudWatch metrics have them.

NOTE: `nvidia_smi_utilization_memory` is not here: it says how often memory was read or written, not how much of it is used.
NOTE: SageMaker adds up processors and cards of a machine: four of them reach 400 %.

What no value means: "CloudWatch metrics for your Application Load Balancer" and the same page on Classic Load Balancers say that without
requests none are reported, and that healthy hosts are while health checks are on (while instances are registered). SageMaker sends a value on each
request (API reference, ScalingPolicyMetric), but none ever of an asynchronous endpoint ("Monitor asynchronous endpoint"), hence `listed`:
CloudWatch lists what had a value within two weeks. Of Bedrock nothing of the kind was found, and databases report zeros themselves.
"""

ACTIONS = ("cloudwatch:GetMetricData", "cloudwatch:ListMetrics")
"""The IAM actions of all of it: the least privilege that measures everything."""
