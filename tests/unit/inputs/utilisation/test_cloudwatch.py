"""CloudWatch against moto's server with a day of values, and against a loopback that pages, refuses, breaks off and gives parts."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from spendgate.errors import SettingsError
from spendgate.inputs.utilisation import measure
from spendgate.inputs.utilisation.cloudwatch import ACTIONS, ask
from spendgate.inputs.utilisation.measured import Use
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Accelerators, Facets, Pool
from spendgate.model.resource import Observed, Resource
from spendgate.model.values import Unknown
from spendgate.prices.book import PriceBook

boto3 = pytest.importorskip("boto3")
moto_server = pytest.importorskip("moto.server")

REGION = "eu-west-1"
SECRET = "PLANTED-SECRET"
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
"""NOTE: moto keeps values by the clock of the machine, so the day before this hour is the one that is asked for."""
ASKED = NOW + timedelta(minutes=23)
"""When it is asked: values come late, so that the hour before is looked at from a quarter past on."""
HOURLY = timedelta(hours=1)


def sign_in(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """The environment of somebody who is signed in, and to nothing outside."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_CONFIG_FILE": "/nowhere",
        "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who is signed in to an endpoint where nothing listens."""
    sign_in(monkeypatch, "http://127.0.0.1:9")


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


def resource(type_: str, *names: str) -> Resource:
    return Resource(f"{type_}.{names[0]}", type_, names[0], "aws", Attributes(), observed=Observed(names[-1], names))


@pytest.fixture(scope="module")
def day(moto: str) -> Use:
    """What is measured over a day, of everything that there is."""
    with pytest.MonkeyPatch.context() as patched:
        sign_in(patched, moto)
        use = measure(f"cloudwatch://{REGION}?window=24h", ASKED)
    assert use.problems == ()
    use.catalog = PriceBook.open()
    return use


FOUR_CARDS = Facets(
    region=REGION, accel=Accelerators(4), pools=(Pool(("ml.g5.12xlarge",), service="sagemaker"),)
)  # fmt: skip


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


class Loopback:
    """A CloudWatch of the documented shape: what is listed, and answers of GetMetricData one after the other."""

    def __init__(self, listed: list[dict[str, Any]], answers: list[tuple[int, dict[str, Any]]]) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        asked, left = self.asked, list(answers)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                operation = self.headers["X-Amz-Target"].rpartition(".")[2]
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                asked.append((operation, body))
                status, answer = 200, {"Metrics": [one for one in listed if one["MetricName"] == body.get("MetricName") and one["Namespace"] == body["Namespace"]]}  # fmt: skip
                if operation == "GetMetricData" or not listed:
                    status, answer = left.pop(0) if len(left) > 1 else left[0]
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.0")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Loopback:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def machines(count: int) -> list[dict[str, Any]]:
    return [
        {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Dimensions": [{"Name": "InstanceId", "Value": f"i-{number}"}]}
        for number in range(count)
    ]  # fmt: skip


def values(number: int, count: int, status: str = "Complete", value: float = 50.0) -> dict[str, Any]:
    return {"Id": f"m{number}", "Values": [value] * count, "Timestamps": [0] * count, "StatusCode": status}


def refused(code: str) -> tuple[int, dict[str, Any]]:
    return 400, {"__type": f"com.amazonaws.cloudwatch#{code}", "message": SECRET}


@pytest.fixture
def asked_of(signed_in: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[Loopback], Use]:
    """Asks a loopback for what there is."""

    def run(server: Loopback) -> Use:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        return ask(REGION, NOW, attempts=1)

    return run


CPU = resource("aws_instance", "i-0")


def test_values_of_one_metric_go_on_on_the_next_page(asked_of: Callable[[Loopback], Use]) -> None:
    pages = [
        (200, {"MetricDataResults": [values(0, 1000, "PartialData")], "NextToken": "more"}),
        (200, {"MetricDataResults": [values(0, 1016)]}),
    ]
    with Loopback(machines(1), pages) as server:
        use = asked_of(server)
    found = use.of(CPU, Facets(), NOW)
    assert (found["cpu"], found["samples"], use.problems) == (Decimal("0.5"), 2016, ())
    calls = [body for operation, body in server.asked if operation == "GetMetricData"]
    assert [call.get("NextToken") for call in calls] == [None, "more"]


def test_no_call_asks_for_more_than_five_hundred_metrics(asked_of: Callable[[Loopback], Use]) -> None:
    with Loopback(machines(501), [(200, {"MetricDataResults": [values(0, 2016)]})]) as server:
        asked_of(server)
    calls = [body["MetricDataQueries"] for operation, body in server.asked if operation == "GetMetricData"]
    assert [len(queries) for queries in calls] == [500, 1]


def test_only_the_metrics_of_the_run_are_asked_for(signed_in: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback(machines(9), [(200, {"MetricDataResults": [values(0, 2016)]})]) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        use = measure(f"cloudwatch://{REGION}", NOW, about=[resource("aws_instance", "I-7")])
    assert use.of(resource("aws_instance", "I-7"), Facets(), NOW)["cpu"] == Decimal("0.5")
    lists = {body["Namespace"] for operation, body in server.asked if operation == "ListMetrics"}
    assert lists == {"AWS/EC2", "CWAgent"}
    (query,) = [body["MetricDataQueries"] for operation, body in server.asked if operation == "GetMetricData"]
    assert [one["MetricStat"]["Metric"]["Dimensions"][0]["Value"] for one in query] == ["i-7"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (refused("AccessDenied"), "forbids it (AccessDenied)"),
        (refused("ExpiredTokenException"), "says that the session has expired (ExpiredTokenException)"),
        (refused("ThrottlingException"), "is overloaded, however often it was asked (ThrottlingException)"),
        (refused("OptInRequired"), "is not switched on (OptInRequired)"),
        ((200, {"MetricDataResults": [values(0, 2016, "PartialData", 0.0)]}), "gave 1 metric in part only (PartialData)"),
        ((200, {"MetricDataResults": [values(0, 2016, "InternalError", 0.0)]}), "in part only (InternalError)"),
        ((200, {"MetricDataResults": [values(0, 0, "Forbidden")]}), "in part only (Forbidden)"),
        ((200, {"MetricDataResults": []}), "in part only (no answer)"),
        ((200, {"MetricDataResults": [values(0, 0)]}), "has no metric of anything"),
    ],
    ids=["403", "expired", "throttled", "off", "a part", "broken", "another account", "forgotten", "no values"],
)  # fmt: skip
def test_what_fails_is_said_and_is_no_idleness(
    answer: tuple[int, dict[str, Any]], said: str, asked_of: Callable[[Loopback], Use]
) -> None:
    with Loopback(machines(1), [answer]) as server:
        use = asked_of(server)
    (problem,) = use.problems
    assert said in problem.message
    assert problem.undetermined
    assert SECRET not in problem.message
    gap = use.of(CPU, Facets(), NOW)["cpu"]
    assert isinstance(gap, Unknown)
    assert said in gap.reason


def test_a_list_that_is_refused_is_said(asked_of: Callable[[Loopback], Use]) -> None:
    with Loopback([], [refused("AccessDenied")]) as server:
        use = asked_of(server)
    assert [problem.message for problem in use.problems] == [
        f"CloudWatch in {REGION} forbids it (AccessDenied): how much is used there is not known"
    ]


def test_what_came_before_a_failure_is_kept(asked_of: Callable[[Loopback], Use]) -> None:
    first = (200, {"MetricDataResults": [values(number, 168) for number in range(500)]})
    with Loopback(machines(501), [first, refused("ThrottlingException")]) as server:
        use = asked_of(server)
    assert use.of(CPU, Facets(), NOW)["cpu"] == Decimal("0.5")
    assert isinstance(use.of(resource("aws_instance", "i-500"), Facets(), NOW)["cpu"], Unknown)
    assert "is overloaded" in use.problems[0].message


def test_one_card_in_part_leaves_the_use_of_all_unknown(asked_of: Callable[[Loopback], Use]) -> None:
    listed = [
        {"Namespace": "CWAgent", "MetricName": "nvidia_smi_utilization_gpu", "Dimensions": [{"Name": "InstanceId", "Value": "i-0"}, {"Name": "index", "Value": index}]}
        for index in "01"
    ]  # fmt: skip
    with Loopback(listed, [(200, {"MetricDataResults": [values(0, 2016), values(1, 9, "PartialData")]})]) as server:
        assert isinstance(asked_of(server).of(CPU, Facets(), NOW)["gpu"], Unknown)


def series(namespace: str, metric: str, **dimensions: str) -> dict[str, Any]:
    """A series as it is listed."""
    named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    return {"Namespace": namespace, "MetricName": metric, "Dimensions": named}


ALB, LB = "AWS/ApplicationELB", {"LoadBalancer": "app/web/50dc6c"}
ASKED_FOR, HEALTHY = series(ALB, "RequestCount", **LB), series(ALB, "HealthyHostCount", TargetGroup="t/1", **LB)
CALLED = series("AWS/SageMaker", "Invocations", EndpointName="chat", VariantName="A")
WORKS = series("/aws/sagemaker/Endpoints", "CPUUtilization", EndpointName="chat", VariantName="A")
BALANCER = resource("aws_lb", "web", f"arn:aws:elasticloadbalancing:{REGION}:1:loadbalancer/app/web/50dc6c")
CLASSIC = resource("aws_elb", "old")
ENDPOINT = resource("aws_sagemaker_endpoint", "chat")


@pytest.mark.parametrize(
    ("what", "listed", "answers"),
    [
        pytest.param(BALANCER, [HEALTHY], [values(0, 2016)], id="a balancer with targets and no requests"),
        pytest.param(
            BALANCER, [ASKED_FOR, HEALTHY], [values(0, 0), values(1, 2016)], id="one that had requests before"
        ),
        pytest.param(
            CLASSIC,
            [series("AWS/ELB", "HealthyHostCount", LoadBalancerName="old")],
            [values(0, 2016)],
            id="a classic one",
        ),
        pytest.param(ENDPOINT, [WORKS, CALLED], [values(0, 2016), values(1, 0)], id="an endpoint called before"),
    ],
)
def test_nothing_published_of_what_was_watched_is_nothing_counted(
    what: Resource, listed: list[dict[str, Any]], answers: list[Any], asked_of: Callable[[Loopback], Use]
) -> None:
    with Loopback(listed, [(200, {"MetricDataResults": answers})]) as server:
        found = asked_of(server).of(what, FOUR_CARDS, NOW)
    assert (found["requests"], found["samples"], found["window_days"]) == (0, 2016, 7)
    assert "was published in 7 days, while " in found["source"]


@pytest.mark.parametrize(
    ("what", "listed", "answers"),
    [
        pytest.param(BALANCER, [ASKED_FOR], [values(0, 0)], id="nothing watched it"),
        pytest.param(BALANCER, [HEALTHY], [values(0, 600)], id="watched for two days of seven"),
        pytest.param(BALANCER, [ASKED_FOR, HEALTHY], [values(0, 0, "PartialData"), values(1, 2016)], id="in part"),
        pytest.param(BALANCER, [ASKED_FOR, HEALTHY], [values(0, 0), values(1, 2016, "InternalError")], id="a witness in part"),
        pytest.param(BALANCER, [HEALTHY, ASKED_FOR], [values(0, 0), values(1, 0)], id="no values at all"),
        pytest.param(ENDPOINT, [WORKS], [values(0, 2016)], id="an endpoint never called, or an asynchronous one"),
        pytest.param(
            resource("aws_bedrock_provisioned_model_throughput", "m", "arn:aws:bedrock:x"),
            [series("AWS/Bedrock", "Invocations", ModelId="arn:aws:bedrock:x")],
            [values(0, 0)],
            id="a model, of which nothing else is watched",
        ),
        pytest.param(
            resource("aws_db_instance", "orders"),
            [series("AWS/RDS", "CPUUtilization", DBInstanceIdentifier="orders"), series("AWS/RDS", "DatabaseConnections", DBInstanceIdentifier="orders")],
            [values(0, 2016), values(1, 0)],
            id="a database, which tells zeros itself",
        ),
    ],
)  # fmt: skip
def test_silence_alone_is_no_idleness(
    what: Resource, listed: list[dict[str, Any]], answers: list[Any], asked_of: Callable[[Loopback], Use]
) -> None:
    with Loopback(listed, [(200, {"MetricDataResults": answers})]) as server:
        found = asked_of(server).of(what, FOUR_CARDS, NOW)
    field = "connections" if what.type == "aws_db_instance" else "requests"
    assert isinstance(found[field], Unknown)


def test_a_list_that_breaks_off_proves_no_idleness(asked_of: Callable[[Loopback], Use]) -> None:
    others = [series("AWS/EC2", "CPUUtilization", InstanceId=f"i-{number}") for number in range(500)]
    with Loopback([*others, HEALTHY], [(200, {"MetricDataResults": []}), refused("ThrottlingException")]) as server:
        assert isinstance(asked_of(server).of(BALANCER, FOUR_CARDS, NOW)["requests"], Unknown)


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
