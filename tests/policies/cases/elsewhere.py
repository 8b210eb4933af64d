"""Plans and manifests for policies that ask what another machine, place or model would cost."""

from tests.policies.manifests import deployment, manifest, pod
from tests.policies.plans import plan
from tests.policies.plans import resource as r

TRAIN = {"environment": "dev", "workload": "train", "data-gb": "100"}
_VLLM = "vllm/vllm-openai:v0.8.0"
_STOCKHOLM = {"aws": {"region": "eu-north-1"}}
_SAO_PAULO = {"aws": {"region": "sa-east-1"}}
_SEOUL = {"aws": {"region": "ap-northeast-2"}}
_MUMBAI = {"aws": {"region": "ap-south-1"}}


def _serving(*args: str, node: str | None = "A100", gpus: int = 1) -> str:
    return manifest(deployment(pod(*args, gpus=gpus, node=node, image=_VLLM)))


CASES = {
    "GPU-002": {
        "fail.a10g-where-l4-does-twice-the-work": plan(r("aws_instance.a", instance_type="g5.xlarge", tags={})),
        "pass.t4": plan(r("aws_instance.a", instance_type="g4dn.xlarge", tags={})),
    },
    "GPU-006": {
        "fail.eight-billion-on-an-a100": _serving("--model=meta-llama/Llama-3.1-8B-Instruct"),
        "fail.machine-whose-tag-says-how-large-the-model-is": plan(
            r("google_compute_instance.a", name="a", zone="us-central1-a", machine_type="a2-ultragpu-1g",
              labels={"model-params": "8", "workload": "infer"})
        ),
        "pass.eight-billion-on-an-l4": _serving("--model=meta-llama/Llama-3.1-8B-Instruct", node="L4"),
        "pass.nothing-smaller-holds-it": _serving("--model=acme/llama-405b", gpus=8),
        "unknown.node-not-named": _serving("--model=meta-llama/Llama-3.1-8B-Instruct", node=None),
        "skip.model-not-named": _serving("--port=8000"),
    },
    "GPU-007": {
        "fail.data-is-prepared-on-a-gpu-machine": plan(
            r("aws_instance.a", instance_type="g5.2xlarge", tags={"workload": "prepare"})
        ),
    },
    "MC-002": {
        "fail.half-the-price-in-another-region": plan(
            r("aws_instance.a", instance_type="g5.xlarge", tags=TRAIN), regions=_SAO_PAULO
        ),
        "pass.a-quarter-less-elsewhere": plan(
            r("aws_instance.a", instance_type="p4d.24xlarge", tags=TRAIN), regions=_SEOUL
        ),
        "pass.moving-the-data-costs-more": plan(
            r("aws_instance.a", instance_type="g5.xlarge", tags={**TRAIN, "data-gb": "90000"}), regions=_SAO_PAULO
        ),
        "pass.data-may-not-leave-and-it-is-cheap-here": plan(
            r("aws_instance.a", instance_type="g6.xlarge", tags={**TRAIN, "data-class": "us-only"})
        ),
        "unknown.nobody-says-how-much-data-moves": plan(
            r("aws_instance.a", instance_type="g5.xlarge", tags={"workload": "train"}), regions=_SAO_PAULO
        ),
        "unknown.type-known-after-apply": plan(
            r("aws_instance.a", tags=TRAIN, unknown={"instance_type": True})
        ),
        "skip.serving": plan(r("aws_instance.a", instance_type="p4d.24xlarge", tags={"workload": "infer"})),
    },
    "SUS-001": {
        "fail.dirty-grid": plan(
            r("aws_instance.a", instance_type="g5.xlarge", tags={"workload": "train"}), regions=_MUMBAI
        ),
        "pass.clean-grid": plan(
            r("aws_instance.a", instance_type="g5.xlarge", tags={"workload": "train"}), regions=_STOCKHOLM
        ),
        "pass.sold-in-no-other-region": plan(
            r("google_compute_instance.a", name="a", zone="us-central1-a", machine_type="a2-ultragpu-1g",
              labels={"workload": "train"})
        ),
        "unknown.type-known-after-apply": plan(
            r("aws_instance.a", tags={"workload": "train"}, unknown={"instance_type": True}), regions=_MUMBAI
        ),
        "skip.serving": plan(r("aws_instance.a", instance_type="g5.xlarge", tags={"workload": "infer"}), regions=_MUMBAI),
    },
}  # fmt: skip
