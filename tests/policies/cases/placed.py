"""Plans and manifests for what joins say of training's place and of where captured requests go: NET-004, MAI-004."""

from typing import Any

from tests.policies.manifests import job, manifest, pod
from tests.policies.plans import Planned, plan
from tests.policies.plans import resource as r

DEV = {"environment": "dev"}
TRAIN = {**DEV, "workload": "train"}


def _group(*, placed: bool = True, efa: bool = True, template: bool = True, type_: str = "p4d.24xlarge") -> str:
    interface = [{"network_interfaces": [{"interface_type": "efa"}]}] if efa else [{}]
    stated: dict[str, Any] = {**interface[0], **({"placement": [{"group_name": "train"}]} if placed else {})}
    made = [r("aws_launch_template.a", instance_type=type_, **stated)] if template else []
    group = r(
        "aws_eks_node_group.a", cluster_name="ml", node_group_name="train", subnet_ids=["subnet-a"], tags=TRAIN, instance_types=[type_],
        scaling_config=[{"min_size": 0, "desired_size": 2, "max_size": 4}],
        **({"refs": {"launch_template.id": "aws_launch_template.a.id"}} if template else {"launch_template": [{"id": "lt-1", "version": "1"}]}),
    )  # fmt: skip
    return plan(*made, group)


def _pods(annotations: dict[str, str] | None = None, pods: int = 4, **spec: Any) -> str:
    made = job(pod(gpus=1, **spec), labels=TRAIN, parallelism=pods, completions=pods, activeDeadlineSeconds=3600)
    made["spec"]["template"]["metadata"]["annotations"] = dict(annotations or {})
    return manifest(made)


def _captured(*more: Planned, uri: str = "s3://capture/x") -> str:
    capture = [{"enable_capture": True, "initial_sampling_percentage": 10, "destination_s3_uri": uri}]
    variants = [{"instance_type": "ml.m5.large", "initial_instance_count": 1}]
    return plan(
        r(
            "aws_sagemaker_endpoint_configuration.a",
            name="a",
            tags=DEV,
            data_capture_config=capture,
            production_variants=variants,
        ),
        *more,
    )


_BUCKET = r("aws_s3_bucket.capture", bucket="capture", tags=DEV)
_EXPIRY = r(
    "aws_s3_bucket_lifecycle_configuration.capture", bucket="capture", refs={"bucket": "aws_s3_bucket.capture.id"},
    rule=[{"id": "all", "status": "Enabled", "expiration": [{"days": 30}]}],
)  # fmt: skip


def _bedrock(days: int) -> str:
    return plan(
        r("aws_cloudwatch_log_group.a", name="calls", retention_in_days=days),
        r(
            "aws_bedrock_model_invocation_logging_configuration.a",
            logging_config=[{"cloudwatch_config": [{"log_group_name": "calls"}]}],
        ),
    )


def _vertex(days: int | None) -> str:
    expiry = {"default_table_expiration_ms": days * 86_400_000} if days is not None else {}
    logging = [{"enabled": True, "sampling_rate": 0.1, "bigquery_destination": [{"output_uri": "bq://ml.calls.t"}]}]
    return plan(
        r("google_bigquery_dataset.a", dataset_id="calls", location="us-central1", **expiry),
        r(
            "google_vertex_ai_endpoint.a",
            name="a",
            display_name="a",
            location="us-central1",
            predict_request_response_logging_config=logging,
        ),
    )


_ZONE = {"topology.kubernetes.io/zone": "us-east-1a"}
_TOGETHER = {
    "podAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": [
            {"topologyKey": "topology.kubernetes.io/zone", "labelSelector": {}}
        ]
    }
}

CASES = {
    "NET-004": {
        "pass.placed-by-its-template": _group(),
        "fail.a-template-that-does-not-place-it": _group(placed=False),
        "fail.no-efa": _group(efa=False),
        "pass.small-machines-without-efa": _group(efa=False, type_="g5.xlarge"),
        "unknown.its-template-is-elsewhere": _group(template=False),
        "pass.pods-of-one-zone": _pods(nodeSelector=_ZONE),
        "pass.pods-kept-together": _pods(affinity=_TOGETHER),
        "pass.pods-that-a-queue-keeps-together": _pods(
            {"kueue.x-k8s.io/podset-required-topology": "topology.kubernetes.io/zone"}
        ),
        "fail.pods-spread-over-zones": _pods(
            topologySpreadConstraints=[
                {"topologyKey": "topology.kubernetes.io/zone", "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}
            ]
        ),
        "unknown.nothing-keeps-its-pods-together": _pods(),
        "skip.a-single-pod": _pods(pods=1),
    },
    "MAI-004": {
        "fail.captured-for-ever": _captured(_BUCKET),
        "pass.captured-for-a-month": _captured(_BUCKET, _EXPIRY),
        "unknown.a-bucket-elsewhere": _captured(uri="s3://elsewhere/x"),
        "fail.bedrock-logs-for-ever": _bedrock(0),
        "pass.bedrock-logs-for-a-month": _bedrock(30),
        "fail.vertex-logs-for-ever": _vertex(None),
        "pass.vertex-logs-for-a-month": _vertex(30),
    },
}
