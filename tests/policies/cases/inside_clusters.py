"""Cases that a reading of the catalogue line by line brought up: pools inside clusters, slices, notebooks, disks, text for numbers."""

import yaml
from tests.policies.manifests import deployment, manifest, pod, thing
from tests.policies.plans import plan
from tests.policies.plans import resource as r

DEV = {"environment": "dev"}
_A100 = {"machine_type": "a2-highgpu-8g", "guest_accelerator": [{"type": "nvidia-tesla-a100", "count": 8}], "taint": []}
_GKE = {"name": "c", "location": "us-central1-a", "resource_labels": DEV}
_PROVISIONED = {
    "enabled": True,
    "resource_limits": [{"resource_type": "nvidia-h100-80gb", "minimum": 0, "maximum": 100}],
}
_ASG_TAG = [{"key": "environment", "value": "dev", "propagate_at_launch": True}]
_TEMPLATE = r("aws_launch_template.t", instance_type="g5.xlarge", tags=DEV)


def _gke(least: int, most: int) -> str:
    pool = {"name": "gpu", "node_config": [_A100], "autoscaling": [{"min_node_count": least, "max_node_count": most}]}
    return plan(r("google_container_cluster.c", **_GKE, node_pool=[pool]))


def _aks(least: int, most: int) -> str:
    pool = {"name": "gpu", "vm_size": "Standard_NC24ads_A100_v4", "auto_scaling_enabled": True, "node_count": least}
    return plan(
        r("azurerm_kubernetes_cluster.c", name="c", location="westeurope", tags=DEV,
          default_node_pool=[{**pool, "min_count": least, "max_count": most}])
    )  # fmt: skip


def _group(**more: object) -> str:
    group = r("aws_autoscaling_group.g", tag=_ASG_TAG, launch_template=[{"version": "$Latest"}], desired_capacity=0,
              min_size=0, max_size=2, refs={"launch_template.id": "aws_launch_template.t.id"}, **more)  # fmt: skip
    return plan(_TEMPLATE, group)


def _ray(least: int) -> str:
    workers = {"groupName": "gpu", "replicas": least, "minReplicas": least, "maxReplicas": 2,
               "template": {"spec": pod(gpus=1, node="T4")}}  # fmt: skip
    head = {"template": {"spec": pod()}}
    spec = {"enableInTreeAutoscaling": True, "headGroupSpec": head, "workerGroupSpecs": [workers]}
    return manifest(thing("RayCluster", spec, labels=DEV))


def _karpenter(*types: str) -> str:
    requirement = {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": list(types)}
    spec = {"limits": {"nodes": "2"}, "template": {"spec": {"requirements": [requirement]}}}
    return manifest(thing("NodePool", spec, namespace=None))


def _aks_surge(surge: str) -> str:
    return plan(
        r("azurerm_kubernetes_cluster_node_pool.p", name="p", kubernetes_cluster_id="/clusters/c", node_count=8,
          vm_size="Standard_NC24ads_A100_v4", tags=DEV, upgrade_settings=[{"max_surge": surge}])
    )  # fmt: skip


def _studio(**idle: object) -> str:
    settings = [{"app_lifecycle_management": [{"idle_settings": [idle]}]}] if idle else []
    return plan(
        r(
            "aws_sagemaker_domain.d",
            domain_name="d",
            tags=DEV,
            default_user_settings=[{"jupyter_lab_app_settings": settings}],
        )
    )


def _checkpoints(days: int) -> str:
    rules = [
        {"action": [{"type": "Delete"}], "condition": [{"age": 60}]},
        {"action": [{"type": "AbortIncompleteMultipartUpload"}], "condition": [{"age": 7}]},
    ]
    return plan(
        r("google_storage_bucket.checkpoints", name="ml-checkpoints", location="us-central1", labels=DEV,
          lifecycle_rule=rules, soft_delete_policy=[{"retention_duration_seconds": days * 86400}])
    )  # fmt: skip


def _training(**more: object) -> str:
    machines = [{"instance_type": "ml.g5.xlarge", "instance_count": 1, "volume_size_in_gb": 10}]
    return plan(
        r("aws_sagemaker_training_job.t", training_job_name="t", tags={**DEV, "workload": "train"},
          resource_config=machines, **more)
    )  # fmt: skip


def _lustre(throughput: str) -> str:
    return plan(
        r("google_lustre_instance.l", instance_id="l", location="us-central1-a", filesystem="f", capacity_gib="4608",
          per_unit_storage_throughput=throughput, labels=DEV)
    )  # fmt: skip


def _os_disk(gib: int) -> str:
    disk = [{"storage_account_type": "Premium_LRS", "disk_size_gb": gib, "caching": "ReadWrite"}]
    return plan(
        r(
            "azurerm_linux_virtual_machine.x",
            name="x",
            location="westeurope",
            size="Standard_D4s_v5",
            tags=DEV,
            os_disk=disk,
        )
    )


def _sliced() -> str:
    spec = {"containers": [{"name": "m", "image": "x", "resources": {"limits": {"nvidia.com/mig-1g.10gb": 1}}}]}
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q", "namespace": "ml"},
             "spec": {"hard": {"requests.nvidia.com/mig-1g.10gb": "4"}}}  # fmt: skip
    return manifest(deployment(spec), quota)


CASES = {
    "GPU-001": {
        "fail.karpenter-by-machine-type": _karpenter("g5.xlarge"),
        "fail.provisioned-by-gke": plan(
            r("google_container_cluster.c", **_GKE, remove_default_node_pool=True, cluster_autoscaling=[_PROVISIONED])
        ),
    },
    "GPU-003": {"fail.pool-inside-a-cluster": _gke(1, 2)},
    "GPU-007": {"fail.only-pool-of-a-gke-cluster": _gke(0, 2), "fail.default-pool-of-aks": _aks(1, 2)},
    "SIZE-001": {
        "fail.pool-inside-a-gke-cluster": _gke(0, 100),
        "fail.default-pool-of-aks": _aks(1, 100),
        "pass.default-pool-of-aks": _aks(1, 2),
        "fail.provisioned-by-gke": plan(r("google_container_cluster.c", **_GKE, cluster_autoscaling=[_PROVISIONED])),
        "skip.gke-cluster-without-pools": plan(r("google_container_cluster.c", **_GKE, remove_default_node_pool=True)),
    },
    "SIZE-003": {
        "fail.pool-inside-a-gke-cluster": _gke(2, 4),
        "pass.pool-inside-a-gke-cluster": _gke(0, 4),
        "pass.workers-of-ray-fall-to-zero-the-head-stays": _ray(0),
        "fail.workers-of-ray-stay": _ray(1),
        "fail.running-warm-pool": _group(warm_pool=[{"pool_state": "Running", "min_size": 2}]),
        "pass.stopped-warm-pool": _group(warm_pool=[{"pool_state": "Stopped", "min_size": 2}]),
    },
    "SIZE-004": {"pass.quota-of-slices": _sliced()},
    "SIZE-005": {"pass.an-eighth-of-aks": _aks_surge("12%"), "fail.three-of-eight-of-aks": _aks_surge("3")},
    "SCHED-001": {
        "fail.always-on-without-a-reason": plan(r("aws_instance.x", instance_type="m6i.large", tags={**DEV, "always-on": "true"})),
        "pass.stopped-machine": plan(
            r("google_compute_instance.x", name="x", zone="us-central1-a", machine_type="n2-standard-4", labels=DEV,
              desired_status="TERMINATED")
        ),
    },
    "SCHED-002": {
        "fail.studio-stops-nothing": _studio(),
        "pass.studio-stops-after-an-hour": _studio(lifecycle_management="ENABLED", idle_timeout_in_minutes=60),
        "fail.colab-template-never-stops": plan(
            r("google_colab_runtime_template.c", location="us-central1", display_name="c", labels=DEV,
              machine_spec=[{"machine_type": "n1-standard-4"}], idle_shutdown_config=[{"idle_timeout": "0s"}])
        ),
    },
    "SCHED-004": {
        "fail.spot-waits-for-less-than-it-runs": _training(
            enable_managed_spot_training=True,
            stopping_condition=[{"max_runtime_in_seconds": 86400, "max_wait_time_in_seconds": 3600}],
        )
    },
    "SCHED-005": {
        "fail.xgboost-without-end": yaml.safe_dump(
            {"apiVersion": "kubeflow.org/v1", "kind": "XGBoostJob", "metadata": {"name": "p", "namespace": "ml"},
             "spec": {"xgbReplicaSpecs": {"Worker": {"replicas": 1, "template": {"spec": pod(gpus=1, node="T4")}}}}}
        )
    },
    "STO-001": {"fail.checkpoints-deleted-and-kept-a-month": _checkpoints(30), "pass.deleted-and-kept-a-week": _checkpoints(7)},
    "STO-005": {
        "fail.much-throughput-of-google": _lustre("1000"),
        "pass.little-throughput-of-google": _lustre("125"),
        "fail.model-written-uncompressed": _training(output_data_config=[{"s3_output_path": "s3://x", "compression_type": "NONE"}]),
    },
    "STO-006": {"fail.large-disk-of-azure": _os_disk(512), "pass.small-disk-of-azure": _os_disk(64)},
    "TAG-002": {
        "fail.placeholder-for-a-project": plan(r("aws_instance.x", instance_type="m6i.large", tags={**DEV, "project": "xxx"}))
    },
}  # fmt: skip
