"""CloudWatch against moto's server with a day of values, and against a loopback that pages, refuses, breaks off and gives parts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.inputs.utilisation.cloudwatch_server import FOUR_CARDS, NOW, REGION, resource, sign_in

from spendgate.errors import SettingsError
from spendgate.inputs.utilisation import measure
from spendgate.inputs.utilisation.cloudwatch import ACTIONS, ask
from spendgate.inputs.utilisation.measured import Use
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown
from spendgate.prices.book import PriceBook

boto3 = pytest.importorskip("boto3")
moto_server = pytest.importorskip("moto.server")
ASKED = NOW + timedelta(minutes=23)
"""When it is asked: values come late, so that the hour before is looked at from a quarter past on."""
HOURLY = timedelta(hours=1)


def put(client: Any, namespace: str, metric: str, dimensions: dict[str, str], *values: float, every: timedelta = HOURLY, count: int = 24) -> None:  # fmt: skip
    """Values before now, the given ones in turn. NOTE: moto looks at all values for each period of each query, so few they are."""
    named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    data = [
        {"MetricName": metric, "Dimensions": named, "Timestamp": NOW - every * (number + 1), "Value": values[number % len(values)]}
        for number in range(count)
    ]  # fmt: skip
    for start in range(0, count, 500):
        client.put_metric_data(Namespace=namespace, MetricData=data[start : start + 500])


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The address of a running moto with a day of metrics of one region, hourly unless said otherwise."""
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.client(
        "cloudwatch", region_name=REGION, endpoint_url=url, aws_access_key_id="t", aws_secret_access_key="t"
    )
    gpu = {"InstanceId": "i-1", "ImageId": "ami-1", "name": "H100", "index": "0"}
    put(client, "AWS/EC2", "CPUUtilization", {"InstanceId": "i-1"}, *[10.0] * 11, 82.0)
    put(client, "AWS/EC2", "CPUUtilization", {"InstanceId": "i-steady"}, 50.0, count=36)
    put(client, "AWS/EC2", "CPUUtilization", {"AutoScalingGroupName": "workers"}, 30.0)
    put(client, "AWS/EC2", "CPUUtilization", {"InstanceType": "m5.large"}, 99.0)
    put(client, "AWS/EC2", "CPUUtilization", {"InstanceId": "i-young"}, 10.0, count=5)
    put(client, "CWAgent", "nvidia_smi_utilization_gpu", gpu, 20.0)
    put(client, "CWAgent", "nvidia_smi_utilization_gpu", {**gpu, "index": "1"}, 40.0)
    for index in "01":
        put(client, "CWAgent", "nvidia_smi_memory_used", {**gpu, "index": index}, 20_000.0)
        put(client, "CWAgent", "nvidia_smi_memory_total", {**gpu, "index": index}, 80_000.0)
    variant = {"EndpointName": "chat", "VariantName": "AllTraffic"}
    put(client, "/aws/sagemaker/Endpoints", "GPUUtilization", variant, 200.0)
    put(client, "/aws/sagemaker/Endpoints", "GPUMemoryUtilization", variant, 300.0)
    put(client, "/aws/sagemaker/Endpoints", "CPUUtilization", variant, 480.0)
    put(client, "AWS/SageMaker", "Invocations", variant, 5.0, count=20)
    put(client, "AWS/SageMaker", "Invocations", {**variant, "ContainerName": "first"}, 5.0, count=20)
    put(client, "AWS/RDS", "CPUUtilization", {"DBInstanceIdentifier": "orders"}, 4.0)
    put(client, "AWS/RDS", "DatabaseConnections", {"DBInstanceIdentifier": "orders"}, 2.0, 4.0)
    put(client, "AWS/ApplicationELB", "RequestCount", {"LoadBalancer": "app/web/50dc6c"}, 7.0, count=3)
    put(client, "AWS/ApplicationELB", "RequestCount", {"LoadBalancer": "app/web/50dc6c", "AvailabilityZone": "a"}, 7.0)
    put(client, "AWS/NATGateway", "BytesOutToDestination", {"NatGatewayId": "nat-1"}, float(2**30))
    put(client, "AWS/EBS", "VolumeReadOps", {"VolumeId": "vol-1"}, 0.0)
    put(client, "AWS/EBS", "VolumeWriteOps", {"VolumeId": "vol-1"}, 0.0)
    for storage in ("StandardStorage", "GlacierStorage"):
        held = [float((33 - day) * 2**30) for day in range(33)]
        put(client, "AWS/S3", "BucketSizeBytes", {"BucketName": "data", "StorageType": storage}, *held, every=timedelta(days=1), count=33)  # fmt: skip
    put(client, "AWS/Bedrock", "InputTokenCount", {"ModelId": "arn:aws:bedrock:x"}, 1000.0, count=10)
    try:
        yield url
    finally:
        server.stop()


@pytest.fixture(scope="module")
def day(moto: str) -> Use:
    """What is measured over a day, of everything that there is."""
    with pytest.MonkeyPatch.context() as patched:
        sign_in(patched, moto)
        use = measure(f"cloudwatch://{REGION}?window=24h", ASKED)
    assert use.problems == ()
    use.catalog = PriceBook.open()
    return use


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        pytest.param(
            resource("aws_instance", "i-1"),
            {"cpu": "0.16", "cpu_p95": "0.82", "gpu": "0.3", "gpu_p95": "0.4", "gpu_memory": "0.25", "gpu_memory_p95": "0.25", "samples": 24, "window_days": 1},
            id="a machine and its two cards",
        ),
        pytest.param(resource("aws_autoscaling_group", "workers"), {"cpu": "0.3"}, id="a group"),
        pytest.param(
            resource("aws_sagemaker_endpoint", "chat", f"arn:aws:sagemaker:{REGION}:1:endpoint/chat"),
            {"gpu": "0.5", "gpu_memory": "0.75", "cpu": "0.1", "requests": "100", "samples": 24},
            id="an endpoint whose cards and processors are added up",
        ),
        pytest.param(
            resource("aws_db_instance", "orders", f"arn:aws:rds:{REGION}:1:db:orders"),
            {"cpu": "0.04", "connections": "3", "connections_p95": "4"},
            id="a database",
        ),
        pytest.param(
            resource("aws_lb", "web", f"arn:aws:elasticloadbalancing:{REGION}:1:loadbalancer/app/web/50dc6c"),
            {"requests": "21", "samples": 3},
            id="a balancer with a few requests",
        ),
        pytest.param(resource("aws_nat_gateway", "nat-1"), {"egress_gib": "24"}, id="a NAT gateway"),
        pytest.param(resource("aws_ebs_volume", "vol-1"), {"operations": "0", "samples": 24}, id="a disk without work"),
        pytest.param(resource("aws_s3_bucket", "data"), {"stored_gib": "66", "stored_gib_before": "6", "stored_days": 30, "stored_gib_a_month": "60"}, id="a bucket of two classes that grows"),
        pytest.param(
            resource("aws_bedrock_provisioned_model_throughput", "m", "arn:aws:bedrock:x"),
            {"input_tokens": "10000"},
            id="a model",
        ),
    ],
)  # fmt: skip
def test_each_metric_fills_the_fields_of_its_resource(what: Resource, expected: dict[str, Any], day: Use) -> None:
    found = day.of(what, FOUR_CARDS, NOW)
    assert {key: found[key] for key in expected} == {key: Decimal(value) for key, value in expected.items()}


@pytest.mark.parametrize(
    ("what", "facets", "reason"),
    [
        pytest.param(resource("aws_instance", "i-young"), FOUR_CARDS, "only 5 samples in 1 day,", id="too few"),
        pytest.param(resource("aws_instance", "i-2"), FOUR_CARDS, "nothing was measured of it", id="not there"),
        pytest.param(resource("aws_instance", "orders"), FOUR_CARDS, "nothing was measured", id="a name of another type"),
        pytest.param(
            resource("aws_instance", "i-1"), Facets(region="us-east-1"), "nothing was measured", id="another region"
        ),
        pytest.param(
            resource("aws_sagemaker_endpoint", "chat"), Facets(), "processors are added up", id="processors unknown"
        ),
    ],
)  # fmt: skip
def test_what_is_not_or_too_little_measured_is_unknown(what: Resource, facets: Facets, reason: str, day: Use) -> None:
    gap = day.of(what, facets, NOW)["cpu"]
    assert isinstance(gap, Unknown)
    assert reason in gap.reason


@pytest.mark.parametrize("minutes_ago", [0, 1, 14, 15, 16, 37, 44, 45, 46, 59, 61, 200])
def test_a_day_of_an_hourly_metric_has_all_its_values_whatever_the_clock_says(
    minutes_ago: int, moto: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(monkeypatch, moto)
    now = NOW - timedelta(minutes=minutes_ago, seconds=7)
    use = measure(f"cloudwatch://{REGION}?window=24h", now, about=[resource("aws_instance", "i-steady")])
    found = use.of(resource("aws_instance", "i-steady"), Facets(), now)
    assert (found["cpu"], found["samples"], found["window_days"]) == (Decimal("0.5"), 24, 1)


def test_a_server_that_is_not_there_is_said(signed_in: None) -> None:
    (problem,) = ask(REGION, NOW, attempts=1).problems
    assert "broke off (Could not connect" in problem.message


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("cloudwatch://europe", "'europe' is no region"),
        ("cloudwatch://eu-west-1?window=soon", "its window is none"),
        ("cloudwatch://eu-west-1?window=99d", "its window is none"),
        ("cloudwatch://eu-west-1?speed=1", "speed is no option"),
        ("cloudwatch://", "no region is named"),
        ("cloudwatch://eu-west-1?profile=nobody", "nobody"),
    ],
)
def test_addresses_that_are_wrong_are_named(address: str, said: str, signed_in: None) -> None:
    with pytest.raises(SettingsError, match=said):
        measure(address, NOW)


def test_nobody_who_is_signed_in_is_said(signed_in: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(SettingsError, match="no credentials"):
        measure("cloudwatch://eu-west-1", NOW)


def test_two_permissions_are_all_that_it_needs() -> None:
    assert ACTIONS == ("cloudwatch:GetMetricData", "cloudwatch:ListMetrics")
