"""The AWS collector against moto's server, and against servers that refuse, break off and forget who asks."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from spendgate.errors import InputError, SettingsError
from spendgate.inputs import open_input

boto3 = pytest.importorskip("boto3")
moto_server = pytest.importorskip("moto.server")

from botocore.stub import Stubber  # noqa: E402 - after the skip

from spendgate.collectors.aws import CALLS, actions, collect  # noqa: E402 - after the skip

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
REGION = "eu-west-1"
NOT_IN_MOTO = {
    "ec2 describe-capacity-reservations",
    "bedrock list-provisioned-model-throughputs",
}
"""Calls that moto does not know: they are said to be missing, as those of a real account would be."""
DENIED = (
    b"<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no, PLANTED-SECRET</Message></Error>"
    b"<RequestId>r</RequestId></ErrorResponse>"
)


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The address of a running moto with a small estate in one region."""
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@pytest.fixture
def credentials(moto: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The environment of somebody who is signed in to moto, and to nothing else."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ENDPOINT_URL": moto,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "PLANTED-SECRET",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "2",
    }.items():
        monkeypatch.setenv(name, value)
    return moto


@pytest.fixture
def estate(credentials: str) -> dict[str, Any]:
    """A fresh estate: a machine, a stopped one, a disk, a group, a notebook, a bucket with a lifecycle, a function with a secret."""
    urlopen(Request(f"{credentials}/moto-api/reset", method="POST"), timeout=10).close()
    ec2 = boto3.client("ec2")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "team", "Value": "vision"}]}]
    started = ec2.run_instances(
        ImageId=image,
        InstanceType="g5.xlarge",
        MinCount=2,
        MaxCount=2,
        UserData="password=PLANTED-SECRET",
        TagSpecifications=tags,
    )["Instances"]
    ec2.stop_instances(InstanceIds=[started[1]["InstanceId"]])
    ec2.create_volume(Size=77, VolumeType="gp3", AvailabilityZone=f"{REGION}a")
    template = ec2.create_launch_template(
        LaunchTemplateName="gpu", LaunchTemplateData={"InstanceType": "g5.2xlarge", "UserData": "UExBTlRFRC1TRUNSRVQ="}
    )["LaunchTemplate"]["LaunchTemplateId"]
    boto3.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="pool", MinSize=0, MaxSize=6, DesiredCapacity=0, AvailabilityZones=[f"{REGION}a"],
        LaunchTemplate={"LaunchTemplateId": template, "Version": "$Latest"},
    )  # fmt: skip
    boto3.client("sagemaker").create_notebook_instance(
        NotebookInstanceName="nb",
        InstanceType="ml.p3.2xlarge",
        RoleArn="arn:aws:iam::123456789012:role/r",
        VolumeSizeInGB=50,
    )
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="models", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.create_bucket(Bucket="scratch", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_lifecycle_configuration(
        Bucket="models",
        LifecycleConfiguration={
            "Rules": [{"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30}}]
        },
    )
    for number in range(60):
        boto3.client("rds").create_db_instance(
            DBInstanceIdentifier=f"db{number:03}", DBInstanceClass="db.m5.large", Engine="postgres", AllocatedStorage=20,
            MasterUsername="admin", MasterUserPassword="PLANTED-SECRET",
        )  # fmt: skip
    return {"running": started[0]["InstanceId"], "stopped": started[1]["InstanceId"]}


def collected(tmp_path: Path, **options: Any) -> tuple[Any, str, list[str]]:
    """The workload of what was collected, the file's text, and the problems in it."""
    lines = [json.dumps(record) for record in collect(NOW, attempts=1, **options)]
    path = tmp_path / "estate.jsonl"
    path.write_text("\n".join(lines))
    problems = [record["problem"] for record in map(json.loads, lines) if "problem" in record]
    return open_input(str(path), {}), "\n".join(lines), problems


def test_an_estate_is_collected_and_read(estate: dict[str, Any], tmp_path: Path) -> None:
    workload, text, problems = collected(tmp_path)
    found = {change.resource.name.rsplit("/", 1)[-1]: change.resource for change in workload.changes}
    running, stopped = found[estate["running"]], found[estate["stopped"]]
    assert running.attributes.get("instance_type") == "g5.xlarge"
    assert running.attributes.get("tags") == {"team": "vision"}
    assert (running.observed.stopped, stopped.observed.stopped) == (False, True)
    assert running.observed.disks == "apart"
    kinds = {change.resource.type for change in workload.changes}
    assert {
        "aws_ebs_volume",
        "aws_autoscaling_group",
        "aws_launch_template",
        "aws_sagemaker_notebook_instance",
        "aws_s3_bucket",
        "aws_db_instance",
    } <= kinds
    assert sum(change.resource.type == "aws_db_instance" for change in workload.changes) == 60
    assert "PLANTED" not in text
    assert "UExBTlRFRC1TRUNSRVQ" not in text
    assert {problem.split(" in ")[0] for problem in problems} <= NOT_IN_MOTO


def test_lifecycles_are_known_where_there_are_none_too(estate: dict[str, Any], tmp_path: Path) -> None:
    workload, _, _ = collected(tmp_path)
    rules = {
        change.resource.name: change.resource.attributes.get("lifecycle_rule")
        for change in workload.changes
        if change.resource.type == "aws_s3_bucket"
    }
    assert rules["models"][0]["expiration"] == [{"days": 30}]
    assert rules["scratch"] == []


class Refusing:
    """A loopback server that answers every call of one service in one way, after so many good answers."""

    def __init__(self, status: int, body: bytes, good: list[bytes] | None = None) -> None:
        answers = list(good or [])

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                code, data = (200, answers.pop(0)) if answers else (status, body)
                self.send_response(code)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST  # noqa: N815

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Refusing:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_a_service_that_is_forbidden_is_said_and_forbids_a_plain_pass(
    estate: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with Refusing(403, DENIED) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_RDS", server.url)
        workload, text, problems = collected(tmp_path)
    said = [problem for problem in problems if problem.startswith("rds")]
    assert said[0] == (
        "rds describe-db-instances in eu-west-1 gave nothing (not allowed: AccessDenied): AWS::RDS::DBInstance is missing in this inventory"
    )
    assert len(said) == 2
    assert any(problem.undetermined and "rds" in problem.message for problem in workload.problems)
    assert any(change.resource.type == "aws_instance" for change in workload.changes), "the others are there"
    assert "PLANTED" not in text


def test_provisioned_throughput_is_read_in_the_documented_shape(
    credentials: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    arn = f"arn:aws:bedrock:{REGION}:123456789012:provisioned-model/p1"
    listed = {"provisionedModelName": "chat", "provisionedModelArn": arn, "modelUnits": 2, "status": "InService", "commitmentDuration": "OneMonth",
              "modelArn": f"arn:aws:bedrock:{REGION}::foundation-model/amazon.titan-text-express-v1", "creationTime": "2026-10-01T00:00:00Z"}  # fmt: skip
    answers = [{"provisionedModelSummaries": [listed]}, {"tags": [{"key": "team", "value": "chat"}]}]
    with Refusing(403, b"{}", [json.dumps(answer).encode() for answer in answers]) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK", server.url)
        workload, _, _ = collected(tmp_path)
    (model,) = [change.resource for change in workload.changes if change.resource.type.startswith("aws_bedrock")]
    assert model.attributes.get("model_units") == 2
    assert model.attributes.get("tags") == {"team": "chat"}
    assert model.observed.created.month == 10


def test_training_jobs_that_run_are_read_without_what_their_authors_wrote_into_them(credentials: str) -> None:
    arn = f"arn:aws:sagemaker:{REGION}:123456789012:training-job/run"
    (call,) = (call for call in CALLS if call.operation == "list_training_jobs")
    client = boto3.client("sagemaker")
    listed = {"TrainingJobName": "run", "TrainingJobArn": arn, "TrainingJobStatus": "InProgress", "CreationTime": NOW}
    machines = {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 2, "VolumeSizeInGB": 500}
    described = {
        **listed, "ResourceConfig": machines, "StoppingCondition": {"MaxRuntimeInSeconds": 3600}, "HyperParameters": {"key": "PLANTED-SECRET"},
        "Environment": {"KEY": "PLANTED-SECRET"}, "ModelArtifacts": {"S3ModelArtifacts": "s3://m"}, "SecondaryStatus": "Training",
        "AlgorithmSpecification": {"TrainingInputMode": "File"},
    }  # fmt: skip
    with Stubber(client) as stub:
        stub.add_response("list_training_jobs", {"TrainingJobSummaries": [listed]}, {"StatusEquals": "InProgress"})
        stub.add_response("describe_training_job", described, {"TrainingJobName": "run"})
        stub.add_response("list_tags", {"Tags": [{"Key": "team", "Value": "vision"}]}, {"ResourceArn": arn})
        assert call.detail is not None
        found = [
            each
            for page in client.list_training_jobs(**call.arguments)["TrainingJobSummaries"]
            for each in call.detail(client, page)
        ]
    assert found[0]["ResourceConfig"] == machines
    assert found[0]["Tags"] == [{"Key": "team", "Value": "vision"}]
    assert "PLANTED" not in str(found)


def test_a_page_that_fails_in_the_middle_keeps_what_came_before(
    credentials: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = (
        b'<DescribeDBInstancesResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><DescribeDBInstancesResult><Marker>next</Marker>'
        b"<DBInstances><DBInstance><DBInstanceIdentifier>first</DBInstanceIdentifier><DBInstanceClass>db.m5.large</DBInstanceClass>"
        b"<Engine>postgres</Engine></DBInstance></DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>"
    )
    with Refusing(400, DENIED.replace(b"AccessDenied", b"Throttling"), [page]) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_RDS", server.url)
        workload, _, problems = collected(tmp_path)
    assert "first" in {change.resource.name for change in workload.changes}
    assert any("rds describe-db-instances in eu-west-1 broke off after 1 (throttled" in problem for problem in problems)


@pytest.mark.parametrize(
    ("code", "said"),
    [("ExpiredToken", "the session has expired"), ("InvalidClientTokenId", "the access key is not known")],
)
def test_somebody_who_is_not_signed_in_gets_no_inventory(
    code: str, said: str, credentials: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Refusing(403, DENIED.replace(b"AccessDenied", code.encode())) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", server.url)
        with pytest.raises(SettingsError, match=said) as caught:
            list(collect(NOW, attempts=1))
    assert "PLANTED" not in str(caught.value)


def test_a_session_that_expires_while_collecting_ends_the_inventory(
    credentials: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Refusing(403, DENIED.replace(b"AccessDenied", b"ExpiredToken")) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_RDS", server.url)
        with pytest.raises(SettingsError, match="expired while collecting"):
            list(collect(NOW, attempts=1))


def test_nothing_answered_is_no_empty_estate(credentials: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Refusing(403, DENIED) as server:
        for call in CALLS:
            monkeypatch.setenv(f"AWS_ENDPOINT_URL_{_variable(call.service)}", server.url)
        with pytest.raises(InputError, match="answered none of the calls"):
            list(collect(NOW, attempts=1))


def _variable(service: str) -> str:
    """The service's part of `AWS_ENDPOINT_URL_<SERVICE>`, which is its service id."""
    identity: str = boto3.client(service, region_name=REGION).meta.service_model.service_id
    return identity.upper().replace(" ", "_")


def test_no_region_and_no_credentials_are_said(credentials: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(SettingsError, match="no region is named"):
        list(collect(NOW, attempts=1))
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(SettingsError, match="credentials"):
        list(collect(NOW, attempts=1))
    with pytest.raises(SettingsError, match="nobody"):
        list(collect(NOW, profile="nobody"))


def test_every_permission_only_reads() -> None:
    verbs = {action.split(":")[1] for action in actions()}
    assert all(verb.startswith(("Describe", "List", "Get")) for verb in verbs)
