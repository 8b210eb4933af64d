"""CloudWatch page by page: what fails or was never published is said, and is no idleness."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from tests.unit.inputs.utilisation.cloudwatch_server import FOUR_CARDS, NOW, REGION, SECRET, resource, values

from spendgate.inputs.utilisation import measure
from spendgate.inputs.utilisation.cloudwatch import ask
from spendgate.inputs.utilisation.measured import Use
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown

pytest.importorskip("boto3")


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
