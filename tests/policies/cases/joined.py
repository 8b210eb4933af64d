"""Plans, manifests and inventories for policies that join what the whole run holds, or what was measured of it."""

from tests.policies.manifests import deployment, job, manifest, pod, thing
from tests.policies.plans import plan
from tests.policies.plans import resource as r

DEV = {"environment": "dev"}


def _job(name: str, *args: str, **labels: str) -> dict:
    made = job(pod(*args, gpus=1, node="L4"), labels={**DEV, "workload": "train", **labels}, activeDeadlineSeconds=3600)
    return {**made, "metadata": {**made["metadata"], "name": name}}


def _training(name: str, image: str | None) -> object:
    unknown = {} if image else {"algorithm_specification": [{"training_image": True}]}
    algorithm = [{"training_input_mode": "File", **({"training_image": image} if image else {})}]
    return r(
        f"aws_sagemaker_training_job.{name}", training_job_name=name, tags=DEV, unknown=unknown, algorithm_specification=algorithm,
        hyper_parameters={"lr": "0.1"}, resource_config=[{"instance_type": "ml.g5.xlarge", "instance_count": 1}],
    )  # fmt: skip


def _stored(name: str, type_: str = "aws_s3_bucket", tags: str = "{}") -> str:
    return f"inventory: 1\nresources:\n  - {{type: {type_}, name: {name}, region: us-east-1, tags: {tags}}}\n"


def _machine(type_: str | None, region: str = "us-east-1", **more: object) -> str:
    stated = {"instance_type": type_} if type_ else {"unknown": {"instance_type": True}}
    return plan(r("aws_instance.a", tags=DEV, **stated, **more), regions={"aws": {"region": region}})


def _own(free: int, model: str = "A100-40GB", taken: str = "taken: 2026-11-23T12:00:00Z\n") -> str:
    return (
        f"inventory: 1\n{taken}resources:\n  - {{type: onprem_node, name: gpu01, region: oslo, state: mixed, tags: {{partition: train}}, "
        f"attributes: {{machine_type: dgx, accelerator: {model}, accelerators: 8, accelerators_used: {8 - free}}}}}\n"
    )


_SLURM = """{"meta": {"slurm": {"version": {"major": "24"}}}, "last_update": {"set": true, "infinite": false, "number": 1795435200},
 "nodes": [{"name": "gpu01", "state": ["IDLE"], "cpus": 128, "real_memory": 1048576, "gres": "gpu:a100:8", "partitions": ["train"]}]}
"""
_FOUR_A100 = plan(r("google_compute_instance.a", name="a", machine_type="a2-highgpu-4g", zone="us-central1-a"))
_READS_A_BUCKET = plan(
    r("aws_s3_bucket.data", bucket="data"),
    r(
        "aws_sagemaker_training_job.a",
        training_job_name="a",
        tags=DEV,
        stopping_condition=[{"max_runtime_in_seconds": 86400}],
        input_data_config=[{"channel_name": "train", "data_source": [{"s3_data_source": [{"s3_uri": "s3://data/x"}]}]}],
        resource_config=[{"instance_type": "ml.p4d.24xlarge", "instance_count": 1}],
    ),
)
_MULTIKUEUE = {
    "apiVersion": "kueue.x-k8s.io/v1beta1",
    "kind": "AdmissionCheck",
    "metadata": {"name": "own"},
    "spec": {"controllerName": "kueue.x-k8s.io/multikueue"},
}


def _pool(type_: str | None = "p4d.24xlarge", least: int = 1, most: int = 1) -> str:
    scaling = [{"min_size": least, "desired_size": least, "max_size": most}]
    types = (
        {"instance_types": [type_]}
        if type_
        else {
            "unknown": {"scaling_config": [{"min_size": True, "desired_size": True}]},
            "instance_types": ["p4d.24xlarge"],
        }
    )
    return plan(
        r("aws_eks_node_group.a", cluster_name="ml", node_group_name="gpu", tags=DEV, scaling_config=scaling, **types)
    )


def _on_pool(gpus: int | str, pods: int = 1, *args: str) -> str:
    spec = pod(*args, gpus=gpus, nodeSelector={"eks.amazonaws.com/nodegroup": "gpu"})
    return manifest(job(spec, labels=DEV, parallelism=pods, completions=pods))


def _machine_with_script(script: str) -> str:
    return plan(r("aws_instance.a", instance_type="p4d.24xlarge", tags=DEV, user_data=f"#!/bin/bash\n{script}\n"))


_SHARING = plan(
    r(
        "google_container_node_pool.a",
        name="shared",
        cluster="ml",
        location="us-central1-a",
        node_count=1,
        node_config=[
            {
                "machine_type": "g2-standard-4",
                "guest_accelerator": [
                    {
                        "type": "nvidia-l4",
                        "count": 1,
                        "gpu_sharing_config": [
                            {"gpu_sharing_strategy": "TIME_SHARING", "max_shared_clients_per_gpu": 4}
                        ],
                    }
                ],
            }
        ],
    )
)
_SHARED_PODS = manifest(
    job(
        pod(
            gpus=1,
            requests={"cpu": "500m", "memory": "1Gi"},
            nodeSelector={
                "cloud.google.com/gke-nodepool": "shared",
                "cloud.google.com/gke-max-shared-clients-per-gpu": "4",
                "cloud.google.com/gke-gpu-sharing-strategy": "time-sharing",
            },
            tolerations=[{"key": "nvidia.com/gpu", "operator": "Exists"}],
        ),
        labels=DEV,
        parallelism=4,
        completions=4,
    )
)

CASES = {
    "GPU-004": {
        "fail.two-of-eight-on-a-pool": _pool(),
        "with/fail.two-of-eight-on-a-pool": _on_pool(2),
        "pass.four-jobs-fill-the-pool": _pool(),
        "with/pass.four-jobs-fill-the-pool": _on_pool(2, 4),
        "fail.threes-leave-two-of-eight": _pool(),
        "with/fail.threes-leave-two-of-eight": _on_pool(3, 2),
        "fail.nobody-asks": _pool(),
        "with/fail.nobody-asks": manifest(deployment(pod(node="cpu"), labels=DEV)),
        "pass.a-pool-that-grows-with-its-pods": _pool(least=0, most=4),
        "with/pass.a-pool-that-grows-with-its-pods": _on_pool(8, 2),
        "pass.four-share-one-by-time": _SHARING,
        "with/pass.four-share-one-by-time": _SHARED_PODS,
        "unknown.number-filled-in-later": _pool(),
        "with/unknown.number-filled-in-later": _on_pool("{{ gpus }}"),
        "unknown.size-known-after-apply": _pool(None),
        "with/unknown.size-known-after-apply": _on_pool(8),
        "fail.two-of-a-machine-that-comes-whole": manifest(job(pod(gpus=2, node="A100"), labels=DEV)),
        "pass.all-of-a-small-machine": manifest(job(pod(gpus=1, node="L4"), labels=DEV)),
        "skip.a-plan-without-pods": _pool(),
        "fail.two-processes-on-eight": _machine_with_script("torchrun --nproc_per_node=2 train.py"),
        "pass.eight-processes-on-eight": _machine_with_script("torchrun --nproc_per_node=8 train.py"),
        "fail.one-visible-device": _machine_with_script("CUDA_VISIBLE_DEVICES=0 python train.py"),
        "skip.nothing-said-of-processes": _machine_with_script("python train.py"),
    },
    "MC-001": {
        "fail.six-of-our-own-are-free": _FOUR_A100,
        "with/fail.six-of-our-own-are-free": _own(6),
        "fail.an-idle-node-of-slurm": _FOUR_A100,
        "with/fail.an-idle-node-of-slurm": _SLURM,
        "pass.two-of-our-own-are-free": _FOUR_A100,
        "with/pass.two-of-our-own-are-free": _own(2),
        "pass.ours-are-of-another-model": _FOUR_A100,
        "with/pass.ours-are-of-another-model": _own(8, "T4"),
        "unknown.seen-three-days-ago": _FOUR_A100,
        "with/unknown.seen-three-days-ago": _own(6, taken="taken: 2026-11-21T12:00:00Z\n"),
        "unknown.no-date": _FOUR_A100,
        "with/unknown.no-date": _own(6, taken=""),
        "unknown.how-much-data-would-leave": _READS_A_BUCKET,
        "with/unknown.how-much-data-would-leave": _own(8),
        "skip.none-of-our-own": _FOUR_A100,
        "fail.a-job-on-kubernetes": manifest(job(pod(gpus=8, node="A100"), labels=DEV)),
        "with/fail.a-job-on-kubernetes": _own(8, "A100-80GB"),
        "skip.a-queue-that-reaches-them": manifest(
            _MULTIKUEUE, job(pod(gpus=8, node="A100"), labels={"kueue.x-k8s.io/queue-name": "research"})
        ),
        "with/skip.a-queue-that-reaches-them": _own(8, "A100-80GB"),
    },
    "COM-003": {
        "pass.a-covered-family": _machine("m7i.xlarge"),
        "fail.another-family": _machine("m6i.xlarge"),
        "pass.nothing-is-free-for-gpus": _machine("g5.xlarge"),
        "pass.too-large-for-the-family": _machine("u-6tb1.112xlarge"),
        "pass.almost-used-up": _machine("r6i.xlarge", "us-west-2"),
        "pass.one-that-ends-soon": _machine("c6i.xlarge", "eu-west-1"),
        "unknown.looked-up-too-long-ago": _machine("m6i.xlarge", "eu-central-1"),
        "unknown.type-known-after-apply": _machine(None),
        "fail.a-reservation-of-one-type": plan(r("google_compute_instance.a", name="a", machine_type="n2d-standard-8", zone="us-central1-a")),
        "pass.larger-than-the-reservation": plan(r("google_compute_instance.a", name="a", machine_type="n2d-standard-16", zone="us-central1-a")),
        "skip.spot": _machine("m6i.xlarge", instance_market_options=[{"market_type": "spot"}]),
        "skip.a-cloud-without-commitments": plan(
            r("azurerm_linux_virtual_machine.a", name="a", location="eastus", size="Standard_D4s_v5", tags=DEV)
        ),
    },
    "EXP-003": {
        "pass.another-learning-rate": manifest(_job("a", "--lr=0.1"), _job("b", "--lr=0.2")),
        "fail.another-seed": manifest(_job("a", "--lr=0.1", "--seed=1"), _job("b", "--seed", "2", "--lr=0.1")),
        "fail.two-training-jobs": plan(_training("a", "registry.example.com/t:1"), _training("b", "registry.example.com/t:1")),
        "fail.three-that-one-gpu-would-hold": manifest(
            *(_job(f"small-{number}", f"--lr=0.{number}", team="vision") for number in (1, 2, 3))
        ),
        "pass.one-of-three-is-busy": manifest(
            *(_job(name, f"--data={name}", team="speech") for name in ("small-1", "small-2", "busy-1"))
        ),
        "unknown.image-known-after-apply": plan(_training("a", "registry.example.com/t:1"), _training("b", None)),
        "skip.a-study-over-seeds": manifest(
            _job("a", "--seed=1", **{"seed-study": "true"}), _job("b", "--seed=2", **{"seed-study": "true"})
        ),
        "skip.replicas-of-a-service": manifest(deployment(pod(gpus=1, node="L4"), replicas=2, labels=DEV)),
        "pass.suspended-copy": manifest(
            _job("a"), {**(copy := _job("b")), "spec": {**copy["spec"], "suspend": True}}
        ),
        "pass.finished-copy": manifest(_job("a"), {**_job("b"), "status": {"completionTime": "2026-11-20T00:00:00Z"}}),
        "pass.bare-pods-with-other-data": manifest(
            *(thing("Pod", pod(f"--data=s3://{name}/x", gpus=1, node="L4"), name=name) for name in ("a", "b"))
        ),
    },
    "STO-007": {
        "pass.a-tenth-more": _stored("steady"),
        "fail.two-fifths-more": _stored("ckpt"),
        "fail.too-much-in-a-year": _stored("archive"),
        "pass.so-much-was-planned": _stored("archive", tags='{storage-budget-gib: "90000"}'),
        "fail.a-new-bucket-fills-up": _stored("new"),
        "unknown.measured-once": _stored("once"),
        "skip.a-disk": _stored("disk", "aws_ebs_volume"),
    },
}  # fmt: skip
