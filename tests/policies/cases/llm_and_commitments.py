"""Plans and manifests for the packs llm and commitments."""

import json

from tests.policies.manifests import deployment, job, manifest, pod, thing
from tests.policies.plans import plan
from tests.policies.plans import resource as r

DEV = {"environment": "dev"}
PROD = {"environment": "prod"}
_VLLM = "vllm/vllm-openai:v0.8.0"


def _azure(sku: str, capacity: int, model: str = "gpt-4o", **tags: str) -> str:
    return plan(
        r("azurerm_cognitive_account.a", name="ml", location="eastus", kind="OpenAI", sku_name="S0", tags={**DEV, **tags}),
        r("azurerm_cognitive_deployment.a", name="chat", refs={"cognitive_account_id": "azurerm_cognitive_account.a.id"},
          model=[{"format": "OpenAI", "name": model, "version": "1"}], sku=[{"name": sku, "capacity": capacity}]),
    )  # fmt: skip


_UNKNOWN_CAPACITY = plan(
    r("azurerm_cognitive_account.a", name="ml", location="eastus", kind="OpenAI", sku_name="S0", tags=DEV),
    r("azurerm_cognitive_deployment.a", name="chat", refs={"cognitive_account_id": "azurerm_cognitive_account.a.id"},
      model=[{"format": "OpenAI", "name": "gpt-4o", "version": "1"}], sku=[{"name": "Standard"}], unknown={"sku": [{"capacity": True}]}),
)  # fmt: skip


def _serving(*args: str, gpus: int = 1, node: str = "A100", **labels: str) -> str:
    return manifest(deployment(pod(*args, gpus=gpus, node=node, image=_VLLM), labels={**DEV, **labels}))


def _calling(**env: str) -> str:
    return manifest(deployment(pod(env=env), labels=DEV))


def _job(*args: str, hours: int = 24, node: str = "L4", **labels: str) -> str:
    spec = pod(*args, gpus=1, node=node)
    return manifest(
        job(spec, labels={**DEV, "workload": "train", **labels}, activeDeadlineSeconds=hours * 3600, backoffLimit=0)
    )


def _iam(resource: str) -> str:
    text = '{"Statement": [{"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "RESOURCE"}]}'.replace(
        "RESOURCE", resource
    )
    return plan(r("aws_iam_policy.a", name="a", policy=text))


def _reserved(*more: str, **fields: object) -> str:
    users = [r(f"aws_instance.{name}", instance_type="p4d.24xlarge", tags=DEV) for name in more]
    return plan(
        r("aws_ec2_capacity_reservation.a", instance_type="p4d.24xlarge", instance_platform="Linux/UNIX", instance_count=1,
          availability_zone="us-east-1a", tags=DEV, **fields),
        *users,
    )  # fmt: skip


def _four_reserved(used: int) -> str:
    return plan(
        r("google_compute_reservation.a", name="a", zone="us-central1-a",
          specific_reservation=[{"count": 4, "instance_properties": [{"machine_type": "a2-highgpu-1g"}]}]),
        *(r(f"google_compute_instance.a[{number}]", name=f"a{number}", machine_type="a2-highgpu-1g", zone="us-central1-a", labels=DEV)
          for number in range(used)),
    )  # fmt: skip


def _profile(source: str) -> str:
    arn = f"arn:aws:bedrock:us-east-1::{source}"
    return plan(
        r(
            "aws_bedrock_inference_profile.a",
            name="a",
            tags={**DEV, "task": "classify"},
            model_source=[{"copy_from": arn}],
        )
    )


def _statements(*statements: dict[str, object], type_: str = "aws_iam_policy") -> str:
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return plan(r(f"{type_}.a", name="a", policy=text))


def _allow(action: object, resource: object, **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


_PROFILE = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/x"
_MODELS = "arn:aws:bedrock:*::foundation-model/*"
_TASK = json.dumps([{"name": "a", "image": "a", "secrets": [{"name": "ANTHROPIC_API_KEY", "valueFrom": "arn:a"}]}])
_CLOUD_RUN = [{"containers": [{"image": "a", "env": [{"name": "OPENAI_API_KEY", "value_source": [{}]}]}]}]
_CONTAINER_APP = [{"container": [{"name": "a", "image": "a", "cpu": 1, "memory": "2Gi", "env": [
    {"name": "OPENAI_API_KEY", "secret_name": "a"}, {"name": "OPENAI_BASE_URL", "value": "https://gateway.example.com"}]}]}]  # fmt: skip

CASES = {
    "LLM-001": {
        "fail.no-load-stated": _azure("ProvisionedManaged", 50),
        "pass.a-load-that-pays": _azure("ProvisionedManaged", 50, **{"planned-tokens-millions": "900000"}),
        "fail.a-load-that-does-not": _azure("ProvisionedManaged", 50, **{"planned-tokens-millions": "10"}),
        "skip.paid-by-the-token": _azure("Standard", 10),
        "unknown.units-known-after-apply": plan(
            r("azurerm_cognitive_account.a", name="ml", location="eastus", kind="OpenAI", sku_name="S0",
              tags={**DEV, "planned-tokens-millions": "10"}),
            r("azurerm_cognitive_deployment.a", name="chat", refs={"cognitive_account_id": "azurerm_cognitive_account.a.id"},
              model=[{"format": "OpenAI", "name": "gpt-4o", "version": "1"}], sku=[{"name": "ProvisionedManaged"}],
              unknown={"sku": [{"capacity": True}]}),
        ),
    },
    "LLM-002": {
        "pass.small-model-classifies": _azure("Standard", 10, "gpt-4o-mini", task="classify"),
        "fail.large-model-classifies": _azure("Standard", 10, "gpt-4o", task="classify"),
        "fail.large-model-served-for-routing": _serving("--model=meta-llama/Llama-3.1-405B", gpus=8, task="route"),
        "unknown.model-filled-in-later": _serving("--model=$(MODEL)", task="route"),
        "pass.no-task": _azure("Standard", 10),
        "skip.no-model": _calling(PORT="80"),
        "fail.large-model-behind-a-profile": _profile("foundation-model/anthropic.claude-3-opus-20240229-v1:0"),
        "pass.small-model-behind-a-profile": _profile("foundation-model/anthropic.claude-3-haiku-20240307-v1:0"),
    },
    "LLM-003": {
        "pass.ten-thousand-a-minute": _azure("Standard", 10),
        "fail.three-hundred-thousand-a-minute": _azure("Standard", 300),
        "fail.key-without-gateway": _calling(OPENAI_API_KEY="x"),
        "fail.key-in-a-function": plan(
            r("aws_lambda_function.a", function_name="a", tags=DEV, environment=[{"variables": {"OPENAI_API_KEY": "x"}}])
        ),
        "pass.key-of-a-gateway": _calling(OPENAI_API_KEY="x", OPENAI_BASE_URL="http://gateway"),
        "unknown.capacity-known-after-apply": _UNKNOWN_CAPACITY,
        "skip.no-model": _calling(PORT="80"),
    },
    "LLM-004": {
        "pass.nothing-said": _serving("--model=acme/llama-8b"),
        "fail.switched-off": _serving("--model=acme/llama-8b", "--no-enable-prefix-caching"),
        "fail.switched-off-in-sglang": manifest(
            deployment(pod("--model-path=acme/llama-8b", "--disable-radix-cache", gpus=1, node="A100", image="lmsysorg/sglang:v0.4"), labels=DEV)
        ),
        "pass.hardly-anything-repeats": _serving("--model=acme/llama-8b", "--no-enable-prefix-caching", **{"repeat-rate": "0.05"}),
        "fail.deployment-whose-prompts-repeat": _azure("Standard", 10, prompts="repeat"),
        "skip.deployment-of-which-nothing-is-stated": _azure("Standard", 10),
        "skip.no-engine": _calling(PORT="80"),
    },
    "LLM-005": {
        "pass.embedding-in-batches": _azure("GlobalBatch", 10, "text-embedding-3-large", workload="embed"),
        "fail.embedding-at-on-line-price": _azure("Standard", 10, "text-embedding-3-large", workload="embed"),
        "unknown.sku-known-after-apply": plan(
            r("azurerm_cognitive_account.a", name="ml", location="eastus", kind="OpenAI", sku_name="S0", tags={**DEV, "workload": "embed"}),
            r("azurerm_cognitive_deployment.a", name="chat", refs={"cognitive_account_id": "azurerm_cognitive_account.a.id"},
              model=[{"format": "OpenAI", "name": "text-embedding-3-large", "version": "1"}], sku=[{"capacity": 10}],
              unknown={"sku": [{"name": True}]}),
        ),
        "skip.chat": _azure("Standard", 10),
    },
    "LLM-006": {
        "fail.key-of-a-provider": _calling(ANTHROPIC_API_KEY="x"),
        "pass.key-of-a-gateway": _calling(ANTHROPIC_API_KEY="x", ANTHROPIC_BASE_URL="http://gateway"),
        "fail.key-in-a-function": plan(
            r("aws_lambda_function.a", function_name="a", tags=DEV, environment=[{"variables": {"OPENAI_API_KEY": "x"}}])
        ),
        "fail.key-among-secrets-of-a-task": plan(r("aws_ecs_task_definition.a", family="a", tags=DEV, container_definitions=_TASK)),
        "fail.key-in-cloud-run": plan(r("google_cloud_run_v2_service.a", name="a", location="us-central1", template=_CLOUD_RUN)),
        "pass.key-of-a-gateway-in-a-container-app": plan(r("azurerm_container_app.a", name="a", template=_CONTAINER_APP, tags=DEV)),
        "fail.key-in-a-service-of-knative": manifest(
            {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": {"name": "a", "namespace": "ml"},
             "spec": {"template": {"spec": pod(env={"OPENAI_API_KEY": "x"})}}}
        ),
        "fail.policy-on-a-list": _statements(_allow(["bedrock:InvokeModel"], ["*"])),
        "fail.policy-of-a-user": _statements(_allow("bedrock:*", "*"), type_="aws_iam_user_policy"),
        "pass.policy-on-a-profile-beside-buckets": _statements(_allow("bedrock:InvokeModel", _PROFILE), _allow("s3:ListAllMyBuckets", "*")),
        "pass.models-through-a-profile-alone": _statements(
            _allow("bedrock:InvokeModel", _PROFILE),
            _allow("bedrock:InvokeModel", _MODELS, Condition={"StringLike": {"bedrock:InferenceProfileArn": _PROFILE}}),
        ),
        "skip.policy-that-forbids": _statements({"Effect": "Deny", "Action": "bedrock:*", "Resource": "*"}),
        "skip.policy-that-lists-models": _statements(_allow("bedrock:List*", "*")),
        "unknown.policy-known-after-apply": plan(
            r("aws_iam_policy.a", name="a", unknown={"policy": True}, refs={"policy": "data.aws_iam_policy_document.a.json"})
        ),
        "fail.policy-on-foundation-models": _iam("arn:aws:bedrock:us-east-1::foundation-model/small"),
        "pass.policy-on-a-profile": _iam("arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/x"),
        "unknown.tags-known-after-apply": plan(
            r("azurerm_cognitive_account.a", name="ml", location="eastus", kind="OpenAI", sku_name="S0", unknown={"tags": True})
        ),
        "skip.no-key": _calling(PORT="80"),
    },
    "LLM-008": {
        "pass.all-four-gpus": _serving("--model=acme/llama-8b", "--tensor-parallel-size=4", gpus=4),
        "fail.two-of-four-gpus": _serving("--model=acme/llama-8b", "--tensor-parallel-size=2", gpus=4),
        "fail.one-gpu-unless-told-otherwise": _serving("--model=acme/llama-8b", gpus=4),
        "pass.two-times-two": _serving("--model=acme/llama-8b", "--tensor-parallel-size=2", "--pipeline-parallel-size=2", gpus=4),
        "fail.a-pipeline-of-one": _serving("--model=acme/llama-8b", "--tensor-parallel-size=2", "--pipeline-parallel-size=1", gpus=4),
        "fail.thirty-two-bits": _serving("--model=acme/llama-8b", "--dtype=float32"),
        "unknown.flag-filled-in-later": _serving("--model=acme/llama-8b", "--tensor-parallel-size=$(TP)", gpus=4),
        "skip.no-gpus": _calling(PORT="80"),
    },
    "COM-001": {
        "fail.on-demand-with-checkpoints": _job("--save_steps=500"),
        "pass.stands-spot-nodes": manifest(
            job(pod("--save_steps=500", gpus=1, node="L4", tolerations=[{"key": "karpenter.sh/capacity-type", "operator": "Exists"}]),
                labels={**DEV, "workload": "train"}, activeDeadlineSeconds=3600, backoffLimit=0)
        ),
        "pass.spot-node-group": plan(
            r("aws_eks_node_group.a", cluster_name="ml", instance_types=["g5.xlarge"], capacity_type="SPOT",
              tags={**DEV, "workload": "train", "interruptible": "true"}, scaling_config=[{"min_size": 0, "desired_size": 0, "max_size": 2}])
        ),
        "unknown.how-it-is-bought-after-apply": plan(
            r("aws_ssm_parameter.a", name="a", type="String", unknown={"value": True}),
            r("aws_eks_node_group.a", cluster_name="ml", instance_types=["g5.xlarge"], unknown={"capacity_type": True},
              refs={"capacity_type": "aws_ssm_parameter.a.value"}, tags={**DEV, "workload": "train", "interruptible": "true"},
              scaling_config=[{"min_size": 0, "desired_size": 0, "max_size": 2}])
        ),
        "skip.nothing-shows-checkpoints": _job(),
    },
    "COM-002": {
        "pass.a-day-with-checkpoints": _job("--save_steps=500"),
        "fail.a-day-without": _job(),
        "pass.a-tag-says-so": _job(checkpoints="hourly"),
        "pass.a-claim-for-checkpoints": manifest(
            job(pod(gpus=1, node="L4", volumes=[{"name": "work", "persistentVolumeClaim": {"claimName": "checkpoints"}}]),
                labels={**DEV, "workload": "train"}, activeDeadlineSeconds=86400, backoffLimit=0)
        ),
        "pass.a-variable-says-where": manifest(
            job(pod(gpus=1, node="L4", env={"CHECKPOINT_DIR": "/work"}), labels={**DEV, "workload": "train"},
                activeDeadlineSeconds=86400, backoffLimit=0)
        ),
        "pass.entry-point-of-ray": manifest(
            thing("RayJob", {"entrypoint": "python train.py --storage_path s3://runs", "activeDeadlineSeconds": 172800, "rayClusterSpec": {
                "headGroupSpec": {"template": {"spec": pod()}}, "workerGroupSpecs": [
                    {"groupName": "gpu", "replicas": 1, "maxReplicas": 1, "template": {"spec": pod(gpus=1, node="L4")}}]}},
                labels={**DEV, "workload": "train"})
        ),
        "unknown.checkpoints-known-after-apply": plan(
            r("aws_sagemaker_training_job.a", training_job_name="a", tags=DEV, unknown={"checkpoint_config": True},
              refs={"checkpoint_config.s3_uri": "aws_s3_bucket.a.id"}, stopping_condition=[{"max_runtime_in_seconds": 172800}],
              resource_config=[{"instance_type": "ml.g5.xlarge", "instance_count": 1}])
        ),
        "skip.an-hour-on-demand": _job(hours=1),
    },
    "COM-004": {
        "pass.used-and-ends": _reserved("a", end_date_type="limited", end_date="2026-12-31T00:00:00Z"),
        "fail.nobody-uses-it": _reserved(end_date_type="limited", end_date="2026-12-31T00:00:00Z"),
        "fail.one-of-four-is-used": _four_reserved(1),
        "pass.all-four-are-used": _four_reserved(4),
        "fail.future-reservation-of-nobody": plan(
            r("google_compute_future_reservation.a", name="a", zone="us-central1-a",
              specific_sku_properties=[{"total_count": "4", "instance_properties": [{"machine_type": "a3-highgpu-8g"}]}])
        ),
        "fail.for-ever": _reserved("a", end_date_type="unlimited"),
        "unknown.end-known-after-apply": _reserved("a", unknown={"end_date_type": True}),
        "skip.machine": plan(r("aws_instance.a", instance_type="m6i.large", tags=DEV)),
    },
    "COM-005": {
        "fail.three-years": plan(
            r("google_compute_region_commitment.a", name="a", region="us-central1", plan="THIRTY_SIX_MONTH", auto_renew=False,
              resources=[{"type": "VCPU", "amount": "8"}, {"type": "MEMORY", "amount": "32768"}])
        ),
        "pass.one-that-is-there": plan(
            r("google_compute_region_commitment.a", name="a", region="us-central1", plan="TWELVE_MONTH", auto_renew=False, description="b",
              resources=[{"type": "VCPU", "amount": "8"}],
              before={"name": "a", "region": "us-central1", "plan": "TWELVE_MONTH", "auto_renew": False, "description": "a",
                      "resources": [{"type": "VCPU", "amount": "8"}]})
        ),
        "unknown.renewal-known-after-apply": plan(
            r("google_compute_region_commitment.a", name="a", region="us-central1", plan="TWELVE_MONTH", unknown={"auto_renew": True},
              resources=[{"type": "VCPU", "amount": "8"}],
              before={"name": "a", "region": "us-central1", "plan": "TWELVE_MONTH", "resources": [{"type": "VCPU", "amount": "8"}]})
        ),
        "skip.model-by-the-hour": plan(
            r("aws_bedrock_provisioned_model_throughput.a", provisioned_model_name="a", model_units=1,
              model_arn="arn:aws:bedrock:us-east-1::foundation-model/small", tags=DEV)
        ),
    },
}  # fmt: skip
