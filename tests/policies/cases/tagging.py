"""Plans and manifests for the pack tagging."""

from tests.policies.plans import plan
from tests.policies.plans import resource as r

OWNED = {"owner": "team-ml", "environment": "dev", "application": "ranker", "cost-center": "CC-1042"}

_POD = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: ranker
  namespace: ml
  labels: {{owner: team-ml, environment: dev}}
spec:
  replicas: 1
  selector: {{matchLabels: {{app: ranker}}}}
  template:
    metadata:
      labels: {labels}
    spec:
      containers:
        - name: server
          image: registry.example.com/ranker:1
          resources: {{requests: {{cpu: "1", memory: 2Gi}}}}
"""

_GROUP_TAG = {"key": "cost-center", "value": "CC-1042"}


def _group(propagates: bool) -> str:
    return plan(
        r(
            "aws_autoscaling_group.workers",
            name="workers",
            min_size=0,
            max_size=2,
            tag=[{**_GROUP_TAG, "propagate_at_launch": propagates}],
            refs={"launch_template.id": "aws_launch_template.workers.id"},
        ),
        r("aws_launch_template.workers", instance_type="m6i.large"),
    )


def _trainer(**tags: str) -> str:
    return plan(r("aws_instance.trainer", instance_type="g5.xlarge", tags={**OWNED, **tags}))


CASES = {
    "TAG-001": {
        "pass.four-keys": plan(r("aws_instance.a", instance_type="m6i.large", tags=OWNED)),
        "fail.no-cost-center": plan(
            r("aws_instance.a", instance_type="m6i.large", tags={key: OWNED[key] for key in OWNED if key != "cost-center"})
        ),
        "unknown.tags-known-after-apply": plan(
            r("aws_instance.a", instance_type="m6i.large", unknown={"tags": True, "tags_all": True})
        ),
        "skip.a-role-takes-no-cost": plan(r("aws_iam_role.a", name="a", tags={})),
    },
    "TAG-002": {
        "pass.values-of-the-lists": plan(r("aws_instance.a", instance_type="m6i.large", tags=OWNED)),
        "fail.production-is-no-word": plan(
            r("aws_instance.a", instance_type="m6i.large", tags={**OWNED, "environment": "Production"})
        ),
        "fail.key-in-capitals": plan(r("aws_instance.a", instance_type="m6i.large", tags={"CostCentre": "CC-1042"})),
        "fail.two-spellings-of-one-key": plan(
            r("google_compute_instance.a", name="a", machine_type="e2-small", zone="us-central1-a",
              labels={"cost-center": "cc-1042", "costcenter": "cc-2000"},
              effective_labels={"cost-center": "cc-1042", "costcenter": "cc-2000"})
        ),
        "unknown.owner-known-after-apply": plan(
            r("aws_instance.a", instance_type="m6i.large", tags={"environment": "dev"},
              unknown={"tags": {"owner": True}, "tags_all": {"owner": True}})
        ),
    },
    "TAG-003": {
        "pass.group-propagates": _group(True),
        "fail.group-does-not-propagate": _group(False),
        "fail.node-group-without-template": plan(
            r("aws_eks_node_group.gpu", instance_types=["g5.xlarge"], tags=OWNED, cluster_name="ml",
              scaling_config=[{"min_size": 0, "desired_size": 0, "max_size": 2}])
        ),
        "pass.template-tags-machines-and-volumes": plan(
            r("aws_launch_template.a", instance_type="g5.xlarge", tags=OWNED,
              tag_specifications=[{"resource_type": "instance", "tags": OWNED}, {"resource_type": "volume", "tags": OWNED}])
        ),
        "fail.template-forgets-its-volumes": plan(
            r("aws_launch_template.a", instance_type="g5.xlarge", tags=OWNED,
              tag_specifications=[{"resource_type": "instance", "tags": OWNED}])
        ),
        "unknown.tag-specifications-after-apply": plan(
            r("aws_launch_template.a", instance_type="g5.xlarge", tags=OWNED, unknown={"tag_specifications": True})
        ),
        "fail.service-does-not-propagate": plan(
            r("aws_ecs_service.api", name="api", tags=OWNED, desired_count=1, propagate_tags="NONE")
        ),
        "pass.pods-carry-the-labels": _POD.format(labels="{app: ranker, owner: team-ml, environment: dev}"),
        "fail.pods-without-labels": _POD.format(labels="{app: ranker}"),
    },
    "TAG-004": {
        "pass.training-names-all": _trainer(workload="train", model="ranker", experiment="e1"),
        "fail.training-without-experiment": _trainer(workload="train", model="ranker"),
        "fail.gpu-machine-without-workload": _trainer(),
        "unknown.tags-known-after-apply": plan(
            r("aws_instance.trainer", instance_type="g5.xlarge", unknown={"tags": True, "tags_all": True})
        ),
        "skip.machine-without-accelerators": plan(r("aws_instance.web", instance_type="m6i.large", tags=OWNED)),
    },
    "TAG-005": {
        "pass.sandbox-until-december": plan(
            r("aws_instance.a", instance_type="m6i.large", tags={"environment": "sandbox", "expires-on": "2026-12-01"})
        ),
        "fail.sandbox-for-ever": plan(r("aws_instance.a", instance_type="m6i.large", tags={"environment": "sandbox"})),
        "fail.sandbox-until-next-year": plan(
            r("aws_instance.a", instance_type="m6i.large", tags={"environment": "sandbox", "expires-on": "2027-06-01"})
        ),
        "pass.ttl-of-a-week": plan(
            r("aws_instance.a", instance_type="m6i.large", tags={"environment": "sandbox", "ttl": "7d"})
        ),
        "unknown.end-date-known-after-apply": plan(
            r("aws_instance.a", instance_type="m6i.large", tags={"environment": "sandbox"},
              unknown={"tags": {"expires-on": True}, "tags_all": {"expires-on": True}})
        ),
        "skip.production": plan(r("aws_instance.a", instance_type="m6i.large", tags={"environment": "prod"})),
    },
}  # fmt: skip
