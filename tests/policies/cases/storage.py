"""Plans for the pack storage."""

from tests.policies.plans import plan
from tests.policies.plans import resource as r

DEV = {"environment": "dev"}
PROD = {"environment": "prod"}
_BUCKET = r("aws_s3_bucket.checkpoints", bucket="ml-checkpoints", tags=DEV)


def _expiring(**rule: object) -> str:
    stated = {"id": "all", "status": "Enabled", "filter": [{}], **rule}
    return plan(
        _BUCKET,
        r("aws_s3_bucket_lifecycle_configuration.a", rule=[stated], refs={"bucket": "aws_s3_bucket.checkpoints.id"}),
    )


def _google(location: str, **labels: str) -> str:
    return plan(r("google_storage_bucket.a", name="a", location=location, labels={**DEV, **labels}))


def _lustre(**more: object) -> str:
    stated = {"storage_capacity": 1200, "deployment_type": "SCRATCH_2", "data_compression_type": "LZ4", **more}
    return plan(r("aws_fsx_lustre_file_system.a", tags=DEV, **stated))


def _replicated(**tags: str) -> str:
    rule = {"id": "all", "status": "Enabled", "destination": [{"bucket": "arn:aws:s3:::elsewhere"}]}
    return plan(
        r("aws_s3_bucket.runs", bucket="runs", tags=tags),
        r("aws_s3_bucket_replication_configuration.a", rule=[rule], refs={"bucket": "aws_s3_bucket.runs.id"}),
    )


CASES = {
    "STO-002": {
        "pass.expires-after-a-month": _expiring(expiration=[{"days": 30}]),
        "pass.a-rule-for-checkpoints": _expiring(expiration=[{"days": 30}], filter=[{"prefix": "runs/ckpt/"}]),
        "unknown.a-rule-for-something-else": _expiring(expiration=[{"days": 7}], filter=[{"prefix": "tmp/"}]),
        "unknown.a-rule-by-tags": _expiring(expiration=[{"days": 7}], filter=[{"tag": [{"key": "keep", "value": "no"}]}]),
        "pass.google-deletes-checkpoints": plan(
            r("google_storage_bucket.checkpoints", name="checkpoints", location="us-central1", labels=DEV,
              lifecycle_rule=[{"action": [{"type": "Delete"}], "condition": [{"age": 30, "matches_prefix": ["checkpoints/"]}]}])
        ),
        "fail.only-moves": _expiring(transition=[{"days": 30, "storage_class": "GLACIER"}]),
        "fail.kept-for-ever": plan(_BUCKET),
        "unknown.rules-known-after-apply": plan(
            _BUCKET,
            r("aws_s3_bucket_lifecycle_configuration.a", unknown={"rule": True}, refs={"bucket": "aws_s3_bucket.checkpoints.id"}),
        ),
        "skip.datasets": plan(r("aws_s3_bucket.datasets", bucket="datasets", tags=DEV)),
    },
    "STO-003": {
        "pass.one-region": _google("EUROPE-WEST4"),
        "fail.all-of-europe": _google("EU"),
        "fail.replicated-bucket": _replicated(environment="dev"),
        "skip.replicated-bucket-of-production": _replicated(environment="prod"),
        "skip.replicated-bucket-that-cannot-be-made-again": _replicated(environment="dev", reproducible="false"),
        "skip.cannot-be-made-again": _google("EU", reproducible="false"),
        "fail.geo-redundant-account": plan(
            r("azurerm_storage_account.a", name="mldata", location="westeurope", account_tier="Standard",
              account_replication_type="GRS", tags=DEV)
        ),
        "unknown.replication-known-after-apply": plan(
            r("azurerm_storage_account.a", name="mldata", location="westeurope", account_tier="Standard", tags=DEV,
              unknown={"account_replication_type": True})
        ),
    },
    "STO-004": {
        "pass.a-month": plan(r("aws_cloudwatch_log_group.a", name="/ml/train", retention_in_days=30, tags=DEV)),
        "fail.for-ever": plan(r("aws_cloudwatch_log_group.a", name="/ml/train", retention_in_days=0, tags=DEV)),
        "fail.workspace-without-a-quota": plan(
            r("azurerm_log_analytics_workspace.a", name="ml", location="westeurope", retention_in_days=30,
              daily_quota_gb=-1, tags=DEV)
        ),
        "unknown.known-after-apply": plan(
            r("aws_cloudwatch_log_group.a", name="/ml/train", tags=DEV, unknown={"retention_in_days": True})
        ),
        "skip.audit": plan(r("aws_cloudwatch_log_group.a", name="/org/audit", retention_in_days=0, tags=DEV)),
    },
    "STO-005": {
        "pass.scratch-and-compressed": _lustre(),
        "fail.not-compressed": _lustre(data_compression_type="NONE"),
        "fail.persistent-in-dev": _lustre(deployment_type="PERSISTENT_2", per_unit_storage_throughput=125),
        "fail.forty-eight-tib": _lustre(storage_capacity=49152),
        "unknown.capacity-known-after-apply": plan(
            r("google_lustre_instance.a", name="a", location="us-central1-a", labels=DEV, unknown={"capacity_gib": True})
        ),
        "skip.efs": plan(r("aws_efs_file_system.a", creation_token="a", tags=DEV)),
    },
    "STO-006": {
        "pass.gp3": plan(r("aws_ebs_volume.a", availability_zone="us-east-1a", size=100, type="gp3", tags=DEV)),
        "fail.gp2": plan(r("aws_ebs_volume.a", availability_zone="us-east-1a", size=100, type="gp2", tags=DEV)),
        "fail.provisioned-in-dev": plan(
            r("aws_ebs_volume.a", availability_zone="us-east-1a", size=100, type="io2", iops=5000, tags=DEV)
        ),
        "fail.large-boot-disk": plan(
            r("aws_instance.a", instance_type="g5.xlarge", tags=DEV, root_block_device=[{"volume_type": "gp3", "volume_size": 500}])
        ),
        "unknown.type-known-after-apply": plan(
            r("aws_ebs_volume.a", availability_zone="us-east-1a", size=100, tags=DEV, refs={"type": "terraform_data.disk.output"})
        ),
        "skip.bucket": plan(r("aws_s3_bucket.a", bucket="a", tags=DEV)),
    },
}  # fmt: skip
