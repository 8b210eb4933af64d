"""Plans and manifests for the starter policies of the other packs."""

from tests.policies.plans import plan
from tests.policies.plans import resource as r

DEV = {"environment": "dev"}
PROD = {"environment": "prod"}

_BUCKET = r("aws_s3_bucket.checkpoints", bucket="ml-checkpoints", tags=DEV)


def _rules(**more: object) -> str:
    rule = {"id": "all", "status": "Enabled", "filter": [{}], **more}
    return plan(
        _BUCKET,
        r(
            "aws_s3_bucket_lifecycle_configuration.checkpoints",
            rule=[rule],
            refs={"bucket": "aws_s3_bucket.checkpoints.id"},
        ),
    )


def _group(least: int, most: int | None, machine: str = "m6i.large", **tags: str) -> str:
    return plan(
        r(
            "aws_eks_node_group.pool",
            cluster_name="ml",
            instance_types=[machine],
            scaling_config=[{"min_size": least, "desired_size": least, "max_size": most}],
            tags={**DEV, **tags},
        )
    )


_JOB = """apiVersion: batch/v1
kind: Job
metadata: {{name: train, namespace: ml, labels: {{environment: dev, workload: train}}}}
spec:
  backoffLimit: 0
{deadline}  template:
    spec:
      restartPolicy: Never
      containers:
        - name: train
          image: registry.example.com/train:1
          resources: {{limits: {{nvidia.com/gpu: "1"}}, requests: {{cpu: "4", memory: 16Gi}}}}
"""

CASES = {
    "GPU-001": {
        "pass.t4-in-dev": plan(r("aws_instance.a", instance_type="g4dn.xlarge", tags=DEV)),
        "fail.h100-in-dev": plan(r("aws_instance.a", instance_type="p5.48xlarge", tags=DEV)),
        "pass.h100-in-prod": plan(r("aws_instance.a", instance_type="p5.48xlarge", tags=PROD)),
        "unknown.type-known-after-apply": plan(r("aws_instance.a", tags=DEV, unknown={"instance_type": True})),
        "skip.cpu-machine": plan(r("aws_instance.a", instance_type="m6i.large", tags=DEV)),
    },
    "SIZE-001": {
        "pass.three-nodes": _group(0, 3),
        "fail.forty-nodes-in-dev": _group(0, 40),
        "fail.two-machines-of-eight-gpus": _group(0, 2, "p4d.24xlarge"),
        "unknown.maximum-known-after-apply": plan(
            r("aws_eks_node_group.pool", cluster_name="ml", instance_types=["m6i.large"], tags=DEV,
              scaling_config=[{"min_size": 0, "desired_size": 0}], unknown={"scaling_config": [{"max_size": True}]})
        ),
        "skip.single-machine": plan(r("aws_instance.a", instance_type="m6i.large", tags=DEV)),
    },
    "SCHED-001": {
        "pass.office-hours": plan(r("aws_instance.a", instance_type="m6i.large", tags={**DEV, "Schedule": "12x5"})),
        "fail.nothing-stops-it": plan(r("aws_instance.a", instance_type="m6i.large", tags=DEV)),
        "skip.production": plan(r("aws_instance.a", instance_type="m6i.large", tags=PROD)),
        "unknown.schedule-known-after-apply": plan(
            r("aws_instance.a", instance_type="m6i.large", tags=DEV,
              unknown={"tags": {"Schedule": True}, "tags_all": {"Schedule": True}})
        ),
    },
    "SCHED-004": {
        "pass.deadline-of-a-day": _JOB.format(deadline="  activeDeadlineSeconds: 86400\n"),
        "fail.no-deadline": _JOB.format(deadline=""),
        "unknown.cap-known-after-apply": plan(
            r("aws_sagemaker_training_job.a", training_job_name="a", tags=DEV,
              resource_config=[{"instance_type": "ml.g5.xlarge", "instance_count": 1, "volume_size_in_gb": 50}],
              unknown={"stopping_condition": [{"max_runtime_in_seconds": True}]}, stopping_condition=[{}])
        ),
        "skip.endpoint": plan(r("aws_instance.a", instance_type="m6i.large", tags=DEV)),
    },
    "BUD-001": {
        "pass.a-small-machine": plan(r("aws_instance.a", instance_type="m6i.large", tags=DEV)),
        "fail.eight-h100": plan(r("aws_instance.a", instance_type="p5.48xlarge", tags=DEV)),
        "unknown.type-known-after-apply": plan(r("aws_instance.a", tags=DEV, unknown={"instance_type": True})),
    },
    "BUD-005": {
        "pass.everything-has-a-price": plan(r("aws_instance.a", instance_type="m6i.large", tags=DEV)),
        "fail.gpus-where-no-price-is": plan(
            r("aws_instance.a", instance_type="p5.48xlarge", region="af-south-1", tags=DEV)
        ),
        "unknown.a-machine-of-the-future": plan(r("aws_instance.a", instance_type="m99.large", tags=DEV)),
        "unknown.type-known-after-apply": plan(r("aws_instance.a", tags=DEV, unknown={"instance_type": True})),
    },
    "STO-001": {
        "pass.expires-after-ninety-days": _rules(
            expiration=[{"days": 90}], abort_incomplete_multipart_upload=[{"days_after_initiation": 7}]
        ),
        "fail.no-lifecycle": plan(_BUCKET),
        "fail.expires-after-a-year": _rules(
            expiration=[{"days": 365}], abort_incomplete_multipart_upload=[{"days_after_initiation": 7}]
        ),
        "skip.web-assets": plan(r("aws_s3_bucket.www", bucket="www-assets", tags=DEV)),
        "unknown.rules-known-after-apply": plan(
            _BUCKET,
            r("aws_s3_bucket_lifecycle_configuration.checkpoints", unknown={"rule": True},
              refs={"bucket": "aws_s3_bucket.checkpoints.id"}),
        ),
    },
}  # fmt: skip
