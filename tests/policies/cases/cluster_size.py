"""Plans and manifests for the pack cluster-size."""

from tests.policies.manifests import deployment, manifest, pod
from tests.policies.plans import plan
from tests.policies.plans import resource as r

DEV = {"environment": "dev"}
PROD = {"environment": "prod"}


def _eks(least: int, most: int, machine: str = "g5.xlarge", tags: dict[str, str] = DEV, **more: object) -> str:
    return plan(
        r("aws_eks_node_group.gpu", cluster_name="ml", instance_types=[machine], tags=tags,
          scaling_config=[{"min_size": least, "desired_size": least, "max_size": most}], **more)
    )  # fmt: skip


def _gke(**settings: object) -> str:
    return plan(
        r("google_container_node_pool.gpu", name="gpu-dev", cluster="ml", location="us-central1-a", node_count=4,
          node_config=[{"machine_type": "g2-standard-8", "guest_accelerator": [{"type": "nvidia-l4", "count": 1}],
                        "resource_labels": DEV}],
          upgrade_settings=[settings])
    )  # fmt: skip


_OLD_GROUP = {
    "cluster_name": "ml", "instance_types": ["g5.xlarge"], "tags": DEV, "tags_all": DEV,
    "scaling_config": [{"min_size": 0, "desired_size": 0, "max_size": 6}],
}  # fmt: skip

CASES = {
    "SIZE-002": {
        "pass.two-more-in-dev": _eks(0, 2),
        "fail.six-more-in-dev": _eks(0, 6),
        "pass.six-more-in-prod": _eks(0, 6, tags=PROD),
        "pass.one-more-than-before": _eks(0, 7, before=_OLD_GROUP),
        "unknown.type-known-after-apply": plan(
            r("aws_eks_node_group.gpu", cluster_name="ml", tags=DEV, unknown={"instance_types": True},
              scaling_config=[{"min_size": 0, "desired_size": 0, "max_size": 6}],
              refs={"instance_types": "random_shuffle.types.result"})
        ),
        "skip.nothing-added": plan(r("aws_instance.a", instance_type="m6i.large", tags=DEV)),
    },
    "SIZE-003": {
        "pass.falls-to-zero": _eks(0, 4),
        "fail.keeps-two": _eks(2, 4),
        "skip.production": _eks(2, 4, tags=PROD),
        "fail.azure-ml-waits-two-hours": plan(
            r("azurerm_machine_learning_compute_cluster.a", name="a", location="eastus", vm_size="Standard_NC4as_T4_v3",
              vm_priority="Dedicated", tags=DEV,
              scale_settings=[{"min_node_count": 0, "max_node_count": 4, "scale_down_nodes_after_idle_duration": "PT2H"}])
        ),
        "unknown.minimum-known-after-apply": plan(
            r("aws_eks_node_group.gpu", cluster_name="ml", instance_types=["g5.xlarge"], tags=DEV,
              scaling_config=[{"max_size": 4}], unknown={"scaling_config": [{"min_size": True, "desired_size": True}]})
        ),
    },
    "SIZE-005": {
        "pass.one-by-one": _gke(strategy="SURGE", max_surge=1),
        "fail.blue-green": _gke(strategy="BLUE_GREEN"),
        "fail.four-beside-four": _gke(strategy="SURGE", max_surge=4),
        "unknown.surge-known-after-apply": plan(
            r("google_container_node_pool.gpu", name="gpu-dev", cluster="ml", location="us-central1-a", node_count=4,
              node_config=[{"machine_type": "g2-standard-8", "guest_accelerator": [{"type": "nvidia-l4", "count": 1}]}],
              unknown={"upgrade_settings": True})
        ),
        "fail.one-gpu-replica-becomes-two": manifest(deployment(pod(gpus=1, node="L4"))),
        "pass.replaced-without-surge": manifest(
            deployment(pod(gpus=1, node="L4"),
                       more={"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}})
        ),
        "skip.pool-of-cpus": _eks(0, 2, machine="m6i.large"),
    },
}  # fmt: skip
