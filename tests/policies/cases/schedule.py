"""Plans and manifests for the pack schedule."""

from tests.policies.manifests import deployment, job, manifest, pod, template, thing
from tests.policies.plans import plan
from tests.policies.plans import resource as r

DEV = {"environment": "dev"}
PROD = {"environment": "prod"}


def _workbench(machine: str, *, gpu: bool, idle: str | None) -> str:
    metadata = {"idle-timeout-seconds": idle} if idle else {}
    cards = [{"type": "NVIDIA_TESLA_T4", "core_count": "1"}] if gpu else []
    setup = {"machine_type": machine, "accelerator_configs": cards, "metadata": metadata}
    return plan(r("google_workbench_instance.a", name="a", location="us-central1-a", labels=DEV, gce_setup=[setup]))


def _ray(**spec: object) -> str:
    group = {"groupName": "gpu", "replicas": 1, "minReplicas": 1, "maxReplicas": 1, **template(pod(gpus=1, node="L4"))}
    cluster = {"headGroupSpec": template(pod()), "workerGroupSpecs": [group]}
    return manifest(thing("RayJob", {"entrypoint": "python train.py", "rayClusterSpec": cluster, **spec}))


def _policy(*, attached: bool, zone: str = "Europe/Berlin") -> str:
    policy = r(
        "google_compute_resource_policy.office", name="office", region="us-central1",
        instance_schedule_policy=[{"time_zone": zone, "vm_start_schedule": [{"schedule": "0 8 * * 1-5"}],
                                   "vm_stop_schedule": [{"schedule": "0 18 * * 1-5"}]}],
    )  # fmt: skip
    refs = {"resource_policies": "google_compute_resource_policy.office.self_link"} if attached else {}
    return plan(
        policy,
        r("google_compute_instance.a", name="a", machine_type="e2-small", zone="us-central1-a", labels=DEV, refs=refs),
    )


CASES = {
    "SCHED-002": {
        "pass.gpu-notebook-stops-in-half-an-hour": _workbench("n1-standard-4", gpu=True, idle="1800"),
        "fail.gpu-notebook-with-the-default-of-three-hours": _workbench("n1-standard-4", gpu=True, idle=None),
        "pass.cpu-notebook-with-the-default": _workbench("n1-standard-4", gpu=False, idle=None),
        "fail.sagemaker-notebook-runs-for-ever": plan(
            r("aws_sagemaker_notebook_instance.a", name="a", instance_type="ml.g4dn.xlarge", tags=DEV)
        ),
        "unknown.idle-time-known-after-apply": plan(
            r("google_workbench_instance.a", name="a", location="us-central1-a", labels=DEV,
              gce_setup=[{"machine_type": "n1-standard-4"}], unknown={"gce_setup": [{"metadata": True}]},
              refs={"gce_setup.metadata": "terraform_data.settings.output"})
        ),
        "skip.machine": plan(r("aws_instance.a", instance_type="m6i.large", tags=DEV)),
    },
    "SCHED-003": {
        "pass.downscaler": manifest(
            deployment(pod(node="cpu"), replicas=4, labels=DEV, annotations={"downscaler/uptime": "Mon-Fri 08:00-20:00 Europe/Berlin"})
        ),
        "fail.awake-day-and-night": manifest(deployment(pod(node="cpu"), replicas=4, labels=DEV)),
        "pass.small": manifest(deployment(pod(node="cpu", requests={"cpu": "100m", "memory": "128Mi"}), labels=DEV)),
        "skip.production": manifest(deployment(pod(node="cpu"), replicas=4, labels=PROD)),
        "unknown.no-region-no-price": manifest(deployment(pod(gpus=1), replicas=4, labels=DEV)),
    },
    "SCHED-005": {
        "pass.goes-after-an-hour": manifest(job(pod(), ttlSecondsAfterFinished=3600)),
        "fail.stays": manifest(job(pod())),
        "fail.ray-cluster-stays": _ray(ttlSecondsAfterFinished=600),
        "pass.ray-cluster-goes": _ray(shutdownAfterJobFinishes=True, ttlSecondsAfterFinished=600),
        "fail.warm-pool-of-an-hour": plan(
            r("aws_sagemaker_training_job.a", training_job_name="a", tags=DEV,
              resource_config=[{"instance_type": "ml.g5.xlarge", "instance_count": 1, "keep_alive_period_in_seconds": 3600}])
        ),
        "unknown.warm-pool-known-after-apply": plan(
            r("aws_sagemaker_training_job.a", training_job_name="a", tags=DEV, unknown={"resource_config": True})
        ),
        "skip.service": manifest(deployment(pod())),
    },
    "SCHED-006": {
        "pass.attached": _policy(attached=True),
        "fail.attached-to-nothing": _policy(attached=False),
        "fail.zone-that-does-not-exist": _policy(attached=True, zone="Europe/Atlantis"),
        "fail.name-that-nobody-knows": plan(r("aws_instance.a", instance_type="m6i.large", tags={**DEV, "Schedule": "lab"})),
        "unknown.tag-known-after-apply": plan(
            r("aws_instance.a", instance_type="m6i.large", tags=DEV,
              unknown={"tags": {"Schedule": True}, "tags_all": {"Schedule": True}})
        ),
        "fail.keda-asks-for-nothing": manifest(
            deployment(pod(node="cpu"), labels=DEV),
            thing("ScaledObject", {"scaleTargetRef": {"name": "a"}, "minReplicaCount": 0, "maxReplicaCount": 2, "triggers": [
                {"type": "cron", "metadata": {"timezone": "Europe/Berlin", "start": "0 20 * * *", "end": "0 8 * * *",
                                              "desiredReplicas": "0"}}]}),
        ),
        "fail.window-over-midnight": manifest(
            deployment(pod(), labels=DEV, annotations={"downscaler/uptime": "Mon-Fri 20:00-08:00 Europe/Berlin"})
        ),
        "skip.no-schedule": plan(r("aws_instance.a", instance_type="m6i.large", tags=DEV)),
    },
}  # fmt: skip
