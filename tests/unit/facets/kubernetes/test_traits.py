"""Labels, environment, phase, models, purchase, place, node pools, queues: what policies ask of Kubernetes objects."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.corpus.kubernetes.run import run, run_file, run_text

from spendgate.facets.kubernetes.serving import flags, parameters_billions
from spendgate.inputs.kubernetes import read_manifests
from spendgate.model.facets import Facets
from spendgate.model.values import Unknown


def pod(tmp_path: Path, spec: str, container: str = "image: x", regions: dict[str, str] | None = None) -> Facets:
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: w, namespace: n}}\nspec:\n  containers: [{{name: c, {container}}}]\n{spec}"
    return run_text(text, tmp_path, regions=regions or {}).only


GPU = "image: x, resources: {limits: {nvidia.com/gpu: 1}}"


class TestLabels:
    """The pod template's labels count, then the workload's, then the namespace's."""

    def test_the_nearest_wins_and_says_where_it_is_from(self) -> None:
        found = run_file("plain.yaml").facets["Deployment/shop/api"]
        assert found.tags == {
            "environment": "staging", "cost-center": "CC-100", "owner": "ada@example.com", "team": "checkout", "application": "api",
        }  # fmt: skip
        assert found.tags_source == {
            "environment": "namespace", "cost-center": "namespace", "owner": "namespace", "team": "pod template", "application": "pod template",
        }  # fmt: skip
        assert (found.env, found.env_source) == ("staging", "tag")

    def test_a_namespaces_name_hints_at_the_environment(self) -> None:
        assert run_file("ray.yaml").facets["RayCluster/research-dev/explore"].env == "dev"


@pytest.mark.parametrize(
    ("container", "phase", "class_"),
    [
        ("image: 'vllm/vllm-openai:v0.10'", "infer", "llm"),
        ("image: x, command: [vllm, serve, meta-llama/Llama-3.1-8B]", "infer", "llm"),
        ("image: 'nvcr.io/nvidia/tritonserver:24.08-py3'", "infer", None),
        ("image: 'ghcr.io/huggingface/text-embeddings-inference:1.5'", "embed", "llm"),
        ("image: x, command: [torchrun, train.py]", "train", None),
        ("image: x, args: ['accelerate launch sft.py --use_peft']", "tune", None),
        ("image: 'jupyter/scipy-notebook'", "notebook", None),
        ("image: nginx", None, None),
    ],
)
def test_phase_and_class_from_image_and_arguments(
    tmp_path: Path, container: str, phase: str | None, class_: str | None
) -> None:
    found = pod(tmp_path, "", container).workload
    assert (found.phase, found.class_) == (phase, class_)


def test_model_facts_of_a_server(tmp_path: Path) -> None:
    args = "args: [--model=Qwen/Qwen2.5-72B-Instruct-AWQ, --tensor-parallel-size, '4', --gpu-memory-utilization=0.92, --max-model-len, '8192', --enforce-eager]"
    llm = pod(tmp_path, "", f"image: vllm/vllm-openai, {args}, env: [{{name: OPENAI_API_KEY, value: s}}]").llm
    assert llm == {
        "engine": "vllm", "model": "Qwen/Qwen2.5-72B-Instruct-AWQ", "parameters_billions": 72, "quantization": "awq", "tensor_parallel": 4, "parallel": 4,
        "gpu_memory_utilization": Decimal("0.92"), "max_model_len": 8192, "enforce_eager": True, "provider_key": "OPENAI_API_KEY",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--dtype", "float16"], {"dtype": "float16"}),
        (["-tp", "8"], {"tensor_parallel": 8}),
        (["--no-enable-prefix-caching"], {"prefix_caching": False}),
        (["--model", "$(MODEL)"], {"model": "?"}),
        (["--model", "--dtype", "auto"], {"dtype": "auto"}),
        (["--tp", "lots"], {"tensor_parallel": "?"}),
        (["--unknown", "x", "-m", "y"], {}),
    ],
)
def test_flags(words: list[str], expected: dict[str, Any]) -> None:
    assert {name: "?" if isinstance(value, Unknown) else value for name, value in flags(words)} == expected


@pytest.mark.parametrize(
    ("name", "billions"),
    [("meta-llama/Llama-3.1-8B", "8"), ("Mixtral-8x7B-Instruct", "56"), ("gemma_2_27b_it", "27"), ("phi-3.5-mini", None), ("Qwen1.5-0.5B", "0.5"), ("bert-base", None)],
)  # fmt: skip
def test_parameters_from_a_models_name(name: str, billions: str | None) -> None:
    assert parameters_billions(name) == (Decimal(billions) if billions else None)


@pytest.mark.parametrize(
    ("spec", "model", "share"),
    [
        ("  nodeSelector: {karpenter.sh/capacity-type: spot}\n", "spot", 1),
        ("  nodeSelector: {cloud.google.com/gke-spot: 'true'}\n", "spot", 1),
        ("  nodeSelector: {eks.amazonaws.com/capacityType: SPOT}\n", "spot", 1),
        ("  nodeSelector: {karpenter.sh/capacity-type: on-demand}\n", "on-demand", 0),
        ("  nodeSelector: {cloud.google.com/gke-flex-start: 'true'}\n", "flex", 0),
        ("  tolerations: [{key: kubernetes.azure.com/scalesetpriority, value: spot}]\n", "on-demand", "?"),
        ("", "on-demand", 0),
    ],
    ids=["karpenter", "gke", "eks", "on demand", "flex start", "a toleration permits only", "nothing"],
)
def test_purchase(tmp_path: Path, spec: str, model: str, share: Any) -> None:
    found = pod(tmp_path, spec).purchase
    assert found.model == model
    assert ("?" if isinstance(found.spot_share, Unknown) else found.spot_share) == share


AFFINITY = """  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms:
"""


@pytest.mark.parametrize(
    ("spec", "models", "provider", "region"),
    [
        ("  nodeSelector: {cloud.google.com/gke-accelerator: nvidia-l4, topology.kubernetes.io/zone: us-east4-b}\n", ("L4",), "google", "us-east4"),
        ("  nodeSelector: {node.kubernetes.io/instance-type: p5.48xlarge, topology.kubernetes.io/region: eu-west-1}\n", ("H100",), "aws", "eu-west-1"),
        ("  nodeSelector: {node.kubernetes.io/instance-type: Standard_NC24ads_A100_v4}\n", ("A100-80GB",), "azure", "?"),
        ("  nodeSelector: {karpenter.k8s.aws/instance-family: g6}\n", ("L4",), "aws", "us-west-2"),
        ("  nodeSelector: {karpenter.k8s.aws/instance-gpu-name: h100}\n", ("H100",), "aws", "us-west-2"),
        ("  nodeSelector: {gpu-type: h100}\n", ("H100",), "aws", "us-west-2"),
        ("  nodeSelector: {accelerator: nvidia}\n", "?", "aws", "us-west-2"),
        (AFFINITY + "        - matchExpressions: [{key: nvidia.com/gpu.product, operator: In, values: [NVIDIA-A10G, NVIDIA-L4]}]\n", ("A10G", "L4"), "aws", "us-west-2"),
        (AFFINITY + "        - matchExpressions: [{key: nvidia.com/gpu.product, operator: In, values: [NVIDIA-L4]}]\n        - matchExpressions: [{key: zone, operator: Exists}]\n", "?", "aws", "us-west-2"),
        ("", "?", "aws", "us-west-2"),
    ],
    ids=["gke accelerator", "instance type", "azure size without a region", "family", "karpenter name", "a label of their own", "a label that names none", "affinity", "only one term names it", "nothing"],
)  # fmt: skip
def test_where_a_gpu_pod_runs(tmp_path: Path, spec: str, models: Any, provider: str, region: str) -> None:
    found = pod(tmp_path, spec, GPU, {"aws": "us-west-2"})
    assert ("?" if isinstance(found.accel.models, Unknown) else found.accel.models) == models
    assert found.k8s["provider"] == provider
    assert ("?" if isinstance(found.region, Unknown) else found.region) == region


def test_only_what_is_paid_for_has_to_carry_tags() -> None:
    done = [run_file(name).facets for name in ("plain.yaml", "nodes.json", "training.yaml", "karpenter.yaml")]
    taggable = {address.partition("/")[0] for facets in done for address, found in facets.items() if found.taggable}
    assert {
        "Deployment",
        "CronJob",
        "StatefulSet",
        "PersistentVolumeClaim",
        "Service",
        "NodePool",
        "PyTorchJob",
    } <= taggable
    assert not taggable & {"Namespace", "LimitRange", "StorageClass", "ScaledObject", "Node", "ClusterTrainingRuntime"}


@pytest.mark.parametrize(("policy", "supported"), [("Always", False), ("Never", True), ("OnFailure", True)])
def test_a_pod_that_is_not_started_again_is_work_that_ends(tmp_path: Path, policy: str, supported: bool) -> None:
    assert pod(tmp_path, f"  restartPolicy: {policy}\n").limits.cap_supported is supported


def test_a_queues_flavour_names_the_model() -> None:
    found = run_file("queue.yaml").facets["Job/team-a/queued"]
    assert found.accel.models == ("H100",)
    assert (found.k8s["queue"], found.k8s["has_quota"]) == ("mine", True)


def test_queues_and_their_bounds() -> None:
    by_address = run_file("queue.yaml").facets
    open_ended, bounded = by_address["ClusterQueue/research"].k8s, by_address["ClusterQueue/bounded"].k8s
    assert (open_ended["cohort"], open_ended["borrowing_bounded"], open_ended["accelerators"]) == ("all", False, None)
    assert (bounded["cohort"], bounded["borrowing_bounded"], bounded["accelerators"]) == ("all", True, 16)
    assert open_ended["nominal_accelerators"] == 32
    assert by_address["ResourceQuota/team-a/gpus"].k8s["accelerators"] == 8


def test_node_pools_and_their_bounds() -> None:
    by_address = run_file("karpenter.yaml").facets
    bounded, open_ended = by_address["NodePool/bounded"], by_address["NodePool/open-ended"]
    assert {facets.kind for address, facets in by_address.items() if address.startswith("NodePool")} == {"k8s.nodepool"}
    assert (bounded.k8s["gpu_limit"], bounded.k8s["tainted"], bounded.k8s["never_consolidates"]) == (16, True, False)
    assert (open_ended.k8s["gpu_limit"], open_ended.k8s["tainted"], open_ended.k8s["never_consolidates"]) == (
        None,
        False,
        True,
    )
    assert (open_ended.k8s["never_expires"], open_ended.k8s["blocks_disruption"]) == (True, True)
    assert (open_ended.capacity.max, open_ended.accel.max_total) == (None, None)
    assert isinstance(open_ended.accel.models, tuple)
    assert {"A10G", "H100"} <= set(open_ended.accel.models)
    assert isinstance(by_address["NodePool/anything"].accel.count, Unknown)
    assert by_address["NodePool/anything"].k8s["may_have_accelerators"] is True


def test_what_a_gpu_pod_leaves_out(tmp_path: Path) -> None:
    found = pod(tmp_path, "", "image: x, resources: {requests: {cpu: 4}, limits: {nvidia.com/gpu: 2}}").k8s
    assert found["gpu_requests_missing"] == ("memory",)
    assert found["pod"]["cpu_per_accelerator"] == 2
    assert "bare pod" in found["scale_down_blockers"]


def test_ray_switches() -> None:
    by_address = run_file("ray.yaml").facets
    assert by_address["RayCluster/research-dev/explore"].k8s["ray"] == {
        "autoscaling": True, "bounded": False, "idle_seconds": 900, "head_accelerators": 0, "suspended": False, "shuts_down": False, "reuses_cluster": False,
    }  # fmt: skip
    job = by_address["RayJob/research-dev/sweep"].k8s["ray"]
    assert (job["bounded"], job["shuts_down"]) == (True, True)


@pytest.mark.parametrize(
    ("strategy", "extra"),
    [("", 1), ("strategy: {type: Recreate}, ", 0), ("strategy: {rollingUpdate: {maxSurge: 0}}, ", 0), ("strategy: {rollingUpdate: {maxSurge: '50%'}}, ", 1)],
    ids=["a quarter, rounded up", "recreate", "none", "half of one, rounded up"],
)  # fmt: skip
def test_pods_more_during_a_rollout(tmp_path: Path, strategy: str, extra: int) -> None:
    text = f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: w}}\nspec: {{{strategy}template: {{spec: {{containers: [{{name: c, {GPU}}}]}}}}}}\n"
    assert run_text(text, tmp_path).only.k8s["surge_pods"] == extra


def test_a_device_plugins_plain_name_is_sliced_where_its_configuration_says_so(tmp_path: Path) -> None:
    config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: p}\ndata:\n  any: "sharing: {timeSlicing: {resources: [{name: nvidia.com/gpu, replicas: 4}]}}"\n---\n'
    text = config + f"apiVersion: v1\nkind: Pod\nmetadata: {{name: w}}\nspec: {{containers: [{{name: c, {GPU}}}]}}\n"
    accel = run_text(text, tmp_path).only.accel
    assert (accel.count, accel.fraction, accel.sharing, accel.max_total) == (
        1,
        Decimal("0.25"),
        "time-slicing",
        Decimal("0.25"),
    )


def test_facets_do_not_depend_on_the_order_of_files(tmp_path: Path) -> None:
    from tests.corpus.kubernetes.run import FOLDER

    files = sorted(FOLDER.glob("*.yaml"))
    one, other = (run(read_manifests(order, {})) for order in (files, files[::-1]))
    assert one.facets.keys() == other.facets.keys()
    assert all(one.facets[address] == other.facets[address] for address in one.facets)


@pytest.mark.parametrize(
    ("rest", "key", "value"),
    [
        ("image: vllm/vllm-openai, args: [--model=acme/a]", "parallel", 1),
        ("image: vllm/vllm-openai, args: [--model=acme/a, --config=a.yaml]", "parallel", None),
        ("image: vllm/vllm-openai, args: [--model=acme/a, -tp, '2', -pp, '2']", "parallel", 4),
        ("image: ghcr.io/huggingface/text-generation-inference, args: [--model-id=acme/a]", "parallel", None),
        ("image: a, args: [train.py, --save_strategy=steps]", "checkpoints", True),
        ("image: a, args: [train.py, --save_strategy=no]", "checkpoints", None),
        ("image: a, args: [train.py, trainer.checkpoint.dir=/a]", "checkpoints", True),
        ("image: a, env: [{name: CHECKPOINT_DIR, value: /a}]", "checkpoints", True),
        ("image: a, volumeMounts: [{name: work, mountPath: /ckpt}]", "checkpoints", True),
        ("image: a, args: [train.py, trainer.precision=bf16-mixed]", "dtype", "bf16-mixed"),
        ("image: a, args: [train.py, training.bf16=true]", "mixed_precision", True),
        ("image: a, args: [tune.py, --n-trials, '300']", "trials", 300),
    ],
)
def test_what_arguments_and_mounts_tell_of_the_work(tmp_path: Path, rest: str, key: str, value: object) -> None:
    assert pod(tmp_path, "", rest).llm.get(key) == value
