"""Plans and manifests for the pack budget."""

from tests.policies.manifests import job, manifest, pod
from tests.policies.plans import plan
from tests.policies.plans import resource as r

DEV = {"environment": "dev"}
PROD = {"environment": "prod"}
_TEAM = {**DEV, "team": "vision"}


def _machine(machine: str, **tags: str) -> str:
    return plan(r("aws_instance.a", instance_type=machine, tags={**DEV, **tags}))


def _group(most: int, machine: str = "m6i.large", tags: dict[str, str] = DEV) -> str:
    return plan(
        r("aws_eks_node_group.a", cluster_name="ml", instance_types=[machine], tags=tags,
          scaling_config=[{"min_size": 1, "desired_size": 1, "max_size": most}])
    )  # fmt: skip


def _job(hours: int, *, node: str = "L4", gpus: int = 1, tries: int = 0) -> str:
    return manifest(
        job(
            pod(gpus=gpus, node=node),
            labels={**DEV, "workload": "train"},
            activeDeadlineSeconds=hours * 3600,
            backoffLimit=tries,
        )
    )


def _work(billions: str | None, tokens: str) -> str:
    """A training run on eight A100 that states its work and no end."""
    size = {"model-parameters-billions": billions} if billions else {}
    labels = {**DEV, "workload": "train", **size, "training-tokens-billions": tokens}
    return manifest(job(pod(gpus=8, node="A100"), labels=labels, backoffLimit=0))


_GPU = r("aws_instance.gpu", instance_type="g5.xlarge", tags=DEV)


def _alert(kind: str, threshold: int, mails: list[str]) -> dict[str, object]:
    return {
        "notification_type": kind, "threshold": threshold, "threshold_type": "PERCENTAGE",
        "comparison_operator": "GREATER_THAN", "subscriber_email_addresses": mails,
    }  # fmt: skip


def _google_budget(scope: dict[str, object]) -> str:
    return plan(
        r("google_compute_instance.gpu", name="gpu", machine_type="g2-standard-4", zone="us-central1-a", project="ml", labels=DEV),
        r("google_billing_budget.ml", billing_account="000000-000000-000000", budget_filter=[scope],
          threshold_rules=[{"threshold_percent": 0.9, "spend_basis": "CURRENT_SPEND"},
                           {"threshold_percent": 1.0, "spend_basis": "FORECASTED_SPEND"}]),
    )  # fmt: skip


def _budget(*alerts: dict[str, object], **more: object) -> str:
    return plan(_GPU, r("aws_budgets_budget.ml", budget_type="COST", limit_amount="1000", limit_unit="USD",
                        time_unit="MONTHLY", notification=list(alerts), **more))  # fmt: skip


_MAIL = ["finops@example.com"]

CASES = {
    "BUD-002": {
        "pass.small-machine": _machine("m6i.large", team="vision"),
        "fail.over-the-budget": _machine("g5.2xlarge", team="vision"),
        "unknown.type-known-after-apply": plan(r("aws_instance.a", tags=_TEAM, unknown={"instance_type": True})),
        "skip.a-machine-goes": plan(
            r("aws_instance.a", actions=("delete",), before={"instance_type": "g5.2xlarge", "tags": _TEAM, "tags_all": _TEAM})
        ),
    },
    "BUD-003": {
        "pass.small-machine-late-in-the-month": _machine("m6i.large", team="vision"),
        "fail.large-machine": _machine("g5.4xlarge", team="vision"),
        "unknown.type-known-after-apply": plan(r("aws_instance.a", tags=_TEAM, unknown={"instance_type": True})),
    },
    "BUD-004": {
        "pass.up-to-three": _group(3),
        "fail.up-to-ninety": _group(90),
        "fail.ninety-times-what-is-expected": _group(90, "m6i.2xlarge", PROD),
        "unknown.type-known-after-apply": plan(r("aws_instance.a", tags=DEV, unknown={"instance_type": True})),
    },
    "BUD-006": {
        "pass.a-day-on-one-gpu": _job(24),
        "fail.three-days-on-eight-gpus": _job(72, node="A100", gpus=8),
        "fail.many-tries": _job(72, tries=9),
        "unknown.machine-known-after-apply": plan(
            r("aws_sagemaker_training_job.a", training_job_name="a", tags=DEV, unknown={"resource_config": True},
              stopping_condition=[{"max_runtime_in_seconds": 3600}])
        ),
        "skip.machine": _machine("m6i.large"),
        "fail.work-above-the-budget-of-dev": _work("7", "1000"),
        "pass.little-work": _work("1", "1"),
        "unknown.work-of-a-model-of-unstated-size": _work(None, "1000"),
    },
    "BUD-007": {
        "pass.actual-and-forecast": _budget(_alert("ACTUAL", 80, _MAIL), _alert("FORECASTED", 100, _MAIL)),
        "fail.gpus-without-a-budget": plan(_GPU),
        "fail.only-actual": _budget(_alert("ACTUAL", 80, _MAIL)),
        "fail.too-late": _budget(_alert("ACTUAL", 150, _MAIL), _alert("FORECASTED", 100, _MAIL)),
        "fail.nobody-is-told": _budget(_alert("ACTUAL", 80, []), _alert("FORECASTED", 100, [])),
        "unknown.thresholds-known-after-apply": plan(
            _GPU, r("aws_budgets_budget.ml", budget_type="COST", unknown={"notification": True})
        ),
        "pass.google-tells-billing-administrators": plan(
            r("google_compute_instance.gpu", name="gpu", machine_type="g2-standard-4", zone="us-central1-a", labels=DEV),
            r("google_billing_budget.ml", billing_account="000000-000000-000000",
              threshold_rules=[{"threshold_percent": 0.9, "spend_basis": "CURRENT_SPEND"},
                               {"threshold_percent": 1.0, "spend_basis": "FORECASTED_SPEND"}]),
        ),
        "fail.google-budget-of-another-project": _google_budget({"projects": ["projects/web"]}),
        "pass.google-budget-of-this-project": _google_budget({"projects": ["projects/ml"]}),
        "unknown.google-budget-by-a-projects-number": _google_budget({"projects": ["projects/123456789"]}),
        "unknown.google-budget-of-some-services": _google_budget({"services": ["services/6F81-5844-456A"]}),
        "fail.aws-budget-of-another-team": _budget(
            _alert("ACTUAL", 80, _MAIL), _alert("FORECASTED", 100, _MAIL),
            cost_filter=[{"name": "TagKeyValue", "values": ["user:team$web"]}]
        ),
        "unknown.aws-budget-narrowed-by-service": _budget(
            _alert("ACTUAL", 80, _MAIL), _alert("FORECASTED", 100, _MAIL),
            cost_filter=[{"name": "Service", "values": ["Amazon Simple Storage Service"]}]
        ),
        "skip.no-accelerators": _machine("m6i.large"),
    },
}  # fmt: skip
