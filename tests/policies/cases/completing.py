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


OWNED = {"owner": "ml", "cost-center": "CC-1042"}
_DEFINITION = r("aws_ecs_task_definition.t", family="t", container_definitions="[]", tags=OWNED)


def _scheduled(passed_on: str | None) -> str:
    task = {"task_count": 1, **({"propagate_tags": passed_on} if passed_on else {})}
    target = [{"arn": "arn:aws:ecs:us-east-1:111122223333:cluster/a", "ecs_parameters": [task]}]
    schedule = r(
        "aws_scheduler_schedule.a", name="a", schedule_expression="rate(1 day)", target=target,
        refs={"target.ecs_parameters.task_definition_arn": "aws_ecs_task_definition.t.arn"},
    )  # fmt: skip
    return plan(_DEFINITION, schedule)


def _piped(tags: dict[str, str]) -> str:
    task = {"task_definition_arn": "arn:aws:ecs:us-east-1:111122223333:task-definition/t:1", "tags": tags}
    return plan(r("aws_pipes_pipe.a", name="a", tags=OWNED, target_parameters=[{"ecs_task_parameters": [task]}]))


def _run(name: str, gpus: int, pods: int, **more: object) -> str:
    made = job(pod(gpus=gpus, node="A100"), labels={**DEV, "workload": "train", "experiment": "e1"}, activeDeadlineSeconds=172800,
               parallelism=pods, completions=pods, backoffLimit=0)  # fmt: skip
    return manifest({**made, "metadata": {**made["metadata"], "name": name}, **more})


_ENDED = {"status": {"completionTime": "2026-11-20T00:00:00Z", "conditions": [{"type": "Complete", "status": "True"}]}}


def _members_stop() -> str:
    stops = {"Schedule": "office-hours"}
    return plan(
        r(
            "aws_launch_template.a",
            instance_type="m6i.large",
            tag_specifications=[{"resource_type": "instance", "tags": stops}],
        ),
        r(
            "aws_autoscaling_group.a",
            name="a",
            min_size=1,
            max_size=2,
            refs={"launch_template.id": "aws_launch_template.a.id"},
        ),
    )


_GOOGLE_MEMBERS_STOP = plan(
    r("google_compute_resource_policy.office", name="office", region="us-central1", instance_schedule_policy=[
        {"time_zone": "UTC", "vm_start_schedule": [{"schedule": "0 8 * * 1-5"}], "vm_stop_schedule": [{"schedule": "0 18 * * 1-5"}]}]),
    r("google_compute_instance_template.a", name="a", machine_type="e2-small", refs={"resource_policies": "google_compute_resource_policy.office.id"}),
    r("google_compute_instance_group_manager.a", name="a", zone="us-central1-a", target_size=2, base_instance_name="a",
      refs={"version.instance_template": "google_compute_instance_template.a.id"}),
)  # fmt: skip

CASES = {
    "SCHED-006": {
        "fail.machines-of-a-group-stop-by-a-tag": _members_stop(),
        "fail.machines-of-a-google-group-stop": _GOOGLE_MEMBERS_STOP,
        "skip.a-group-without-a-schedule": plan(
            r("aws_launch_template.a", instance_type="m6i.large"),
            r("aws_autoscaling_group.a", name="a", min_size=1, max_size=2, refs={"launch_template.id": "aws_launch_template.a.id"}),
        ),
    },
    "EXP-005": {
        "pass.after-a-run-in-the-cluster": _run("large", 8, 8),
        "with/pass.after-a-run-in-the-cluster": _run("pilot", 1, 1, **_ENDED),
        "fail.a-pilot-that-failed": _run("large", 8, 8),
        "with/fail.a-pilot-that-failed": _run("pilot", 1, 1, status={"conditions": [{"type": "Failed", "status": "True"}]}),
    },
    "BUD-004": {"skip.nothing-changes": _NOTHING_CHANGES},
    "SUS-002": {
        "skip.nothing-changes": _NOTHING_CHANGES,
        "fail.a-team-beyond-its-goal": plan(r("aws_instance.a", instance_type="g5.12xlarge", tags={**DEV, "team": "vision"})),
        "pass.a-team-within-its-goal": plan(r("aws_instance.a", instance_type="m6i.large", tags={**DEV, "team": "vision"})),
        "pass.another-team-has-no-goal": plan(r("aws_instance.a", instance_type="g5.12xlarge", tags={**DEV, "team": "speech"})),
        "pass.less-than-before-beyond-the-goal": plan(
            r("aws_instance.a", instance_type="g5.12xlarge", tags={**DEV, "team": "vision"},
              before={"instance_type": "g5.48xlarge", "tags": {**DEV, "team": "vision"}})
        ),
    },
    "TAG-002": {"skip.no-tags": plan(r("aws_instance.a", instance_type="m6i.large"))},
    "TAG-003": {
        "fail.tasks-of-a-schedule": _scheduled(None),
        "pass.tasks-of-a-schedule-by-their-definition": _scheduled("TASK_DEFINITION"),
        "fail.tasks-of-a-pipe": _piped({}),
        "pass.tasks-of-a-pipe-state-their-own": _piped(OWNED),
        "skip.a-schedule-of-a-function": plan(
            r("aws_scheduler_schedule.a", name="a", schedule_expression="rate(1 day)", target=[{"arn": "arn:aws:lambda:us-east-1:111122223333:function:f"}])
        ),
        "skip.it-launches-nothing": plan(r("aws_instance.a", instance_type="m6i.large", tags=DEV)),
    },
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
