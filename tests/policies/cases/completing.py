"""Cases for the verdicts that the other modules leave out: what is not judged, and what cannot be told yet."""

from tests.policies.manifests import deployment, job, manifest, pod, thing
from tests.policies.plans import plan
from tests.policies.plans import resource as r

DEV = {"environment": "dev"}
PROD = {"environment": "prod"}
_MACHINE = {"instance_type": "m6i.large", "tags": DEV}
_NOTHING_CHANGES = plan(r("aws_instance.a", before=_MACHINE, actions=("no-op",), **_MACHINE))
_SERVICE = manifest(deployment(pod(node="cpu"), labels=PROD))
_TRAINING = manifest(job(pod(gpus=1, node="L4"), labels={**DEV, "workload": "train"}, activeDeadlineSeconds=3600))


def _node_pool(gpus: str) -> str:
    spec = {
        "limits": {"nvidia.com/gpu": gpus, "cpu": 64},
        "disruption": {"consolidationPolicy": "WhenEmptyOrUnderutilized", "consolidateAfter": "5m"},
        "template": {
            "spec": {
                "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "a"},
                "taints": [{"key": "nvidia.com/gpu", "effect": "NoSchedule"}],
                "requirements": [
                    {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["g6.xlarge"]}
                ],
            }
        },
    }
    return manifest(thing("NodePool", spec, namespace=None, labels=DEV))


def _ray(idle: object) -> str:
    groups = [
        {
            "groupName": "gpu",
            "replicas": 0,
            "minReplicas": 0,
            "maxReplicas": 2,
            "template": {"spec": pod(gpus=1, node="L4")},
        }
    ]
    spec = {
        "enableInTreeAutoscaling": True,
        "autoscalerOptions": {"idleTimeoutSeconds": idle},
        "headGroupSpec": {"template": {"spec": pod()}},
        "workerGroupSpecs": groups,
    }
    return manifest(thing("RayCluster", spec, labels={**DEV, "expires-on": "2026-12-20"}))


def _held(gpus: int | str) -> str:
    blocked = {"annotations": {"karpenter.sh/do-not-disrupt": "true"}, "labels": {"app": "a"}}
    template = {"metadata": blocked, "spec": pod(gpus=gpus, node="A100")}
    spec = {"replicas": 1, "selector": {"matchLabels": {"app": "a"}}, "template": template}
    return manifest(thing("Deployment", spec, labels={"workload": "infer"}))


CASES = {
    "BUD-004": {"skip.nothing-changes": _NOTHING_CHANGES},
    "SUS-002": {"skip.nothing-changes": _NOTHING_CHANGES},
    "TAG-002": {"skip.no-tags": plan(r("aws_instance.a", instance_type="m6i.large"))},
    "TAG-003": {"skip.it-launches-nothing": plan(r("aws_instance.a", instance_type="m6i.large", tags=DEV))},
    "EXP-001": {
        "unknown.machines-known-after-apply": plan(
            *(r(f"aws_instance.e{number}", unknown={"instance_type": True},
                tags={**DEV, "team": "vision", "workload": "train", "experiment": f"e{number}"}) for number in range(6))
        ),
    },
    "SIZE-004": {"unknown.number-filled-in-later": manifest(job(pod(gpus="{{ gpus }}", node="L4"), labels=DEV))},
    "K8S-002": {"unknown.limit-filled-in-later": _node_pool("{{ gpus }}"), "skip.no-node-pool": _SERVICE},
    "K8S-003": {
        "unknown.replicas-filled-in-later": manifest(
            deployment(pod(gpus=1, node="L4", image="vllm/vllm-openai:v0.8.0"), labels=PROD, more={"replicas": "$(REPLICAS)"})
        ),
        "skip.training": _TRAINING,
    },
    "K8S-004": {
        "unknown.accelerators-filled-in-later": _held("{{ gpus }}"),
        "skip.part-of-the-cluster": manifest(deployment(pod(node="cpu"), namespace="kube-system")),
    },
    "K8S-005": {"unknown.idle-time-filled-in-later": _ray("{{ idle }}"), "skip.no-ray": _SERVICE},
}  # fmt: skip
