"""The situations that golden files and properties are made from: name -> report."""

from __future__ import annotations

from tests.unit.reporters.reports import D, change, finding, gpu, item, report, span, totals

from spendgate.wire.v1 import (
    CarbonTotal,
    Group,
    Location,
    Problem,
    Range,
    Report,
    SavingsTotal,
    UnitCost,
    UnpricedPart,
    revised,
)

USAGE = UnpricedPart("requests", "depends on use: state requests_per_month in the usage file", "needs-usage")
NO_PRICE = UnpricedPart("p9.48xlarge on demand, Linux", "p9.48xlarge is not in the price book for us-east-1")
ALLOWED = "Use an allowed type, or ask for an exception with an end date."
SCHEDULE = (
    "Add the tag or object your scheduler reads.\n"
    'tags = { Schedule = "office-hours" }           # Instance Scheduler on AWS\n'
    "# GCP: resource_policies = [google_compute_resource_policy.office.self_link]"
)
INFINITE = "Infinity"


def failing() -> Report:
    """A GPU training stack that is too much: blocked, warned, waived and unknown side by side."""
    group = "module.platform.module.workers.module.gpu_pool.aws_autoscaling_group.spot_and_on_demand_workers"
    swap = change(
        "aws_instance.trainer",
        "update",
        span("23923.998"),
        span("734.38"),
        before_items=[item("p4d.24xlarge on demand, Linux", "730", "hours", "32.7726")],
        items=[item("g5.xlarge on demand, Linux", "730", "hours", "1.006")],
        tags={"team": "serving"},
    )
    changes = [
        *(gpu(index) for index in range(8)),
        swap,
        change(
            group,
            "create",
            None,
            span("0", "9000", "36000"),
            items=[item("g5.12xlarge on demand, Linux", "1586.6", "hours", "5.672", basis="provider_default")],
            tags={"owner": "platform"},
            kind="compute.group",
        ),
        change(
            "aws_db_instance.metadata",
            "replace",
            span("312.44"),
            span("624.88"),
            kind="database.sql",
            tags={"team": "platform"},
        ),
        change("aws_nat_gateway.old", "delete", span("32.85"), None, kind="network.nat", tags={}),
        change("aws_s3_bucket.datasets", "create", None, None, states=("none", "needs-usage"), unpriced=[USAGE]),
        change("aws_iam_role.train", "create", None, None, states=("none", "free")),
        change("aws_vpc.main", "no-op", None, None, states=("free", "free")),
        change(
            "aws_ebs_volume.scratch", "no-op", span("1280"), span("1280"), kind="storage.block", tags={"team": None}
        ),
    ]
    findings = [
        *(
            finding(
                "GPU-001",
                f"module.train.aws_instance.gpu[{index}]",
                f"module.train.aws_instance.gpu[{index}] may start A100-40GB in dev; allowed: T4, L4. "
                "Now 24,084.79 USD a month.",
                path="accel.models",
                cost_monthly=D("24084.79"),
                savings_monthly=D("23573.79"),
                savings_by="re-priced",
                remediation=ALLOWED,
                location=Location("infra/train.tf", 14),
            )
            for index in range(8)
        ),
        finding(
            "SIZE-001",
            group,
            f"{group} can grow to 12 nodes and 48 accelerators; the dev limit is 4. At the maximum it costs "
            "36,000.00 USD a month.",
            cost_monthly=D("36000"),
            savings_monthly=D("24000"),
            savings_by="formula",
            remediation="Lower the maximum, or set one where the default is unlimited.",
        ),
        finding("BUD-001", "", "The change adds 178,760.64 USD a month; more than 10,000 needs a smaller change."),
        *(
            finding(
                "SCHED-001",
                f"module.train.aws_instance.gpu[{index}]",
                f"module.train.aws_instance.gpu[{index}] (dev) runs 168 hours a week and nothing stops it.",
                cost_monthly=D("24084.79"),
                savings_monthly=D("15379.73"),
                savings_by="re-priced",
                remediation=SCHEDULE,
            )
            for index in range(8)
        ),
        finding(
            "TAG-001",
            "aws_s3_bucket.datasets",
            "aws_s3_bucket.datasets: whether it has the tags owner, cost-center cannot be told.",
            verdict="unknown",
            residual="tags is known only after apply; it must have owner and cost-center",
        ),
        finding(
            "STO-001",
            "aws_s3_bucket.datasets",
            "aws_s3_bucket.datasets keeps everything for ever: no lifecycle rule expires or tiers it.",
            verdict="excepted",
            waiver="until 2026-12-31, owner team-ml: raw data is moved by the archive job",
        ),
    ]
    saved = SavingsTotal(D("215200.80"), D("335628.16"), 9, 0, re_priced=16, by_formula=1)
    failed = report("fail", 1, changes, findings, reason="3 policies failed: BUD-001, GPU-001, SIZE-001")
    return revised(failed, savings=saved)


def undetermined() -> Report:
    """A machine type that is known only after apply, beside an unknown one of the price book."""
    changes = [
        change(
            "aws_instance.job",
            "create",
            None,
            None,
            states=("none", "unpriced"),
            unpriced=[UnpricedPart("machine", "instance_type is known only after apply")],
        ),
        change("aws_instance.next", "create", None, None, states=("none", "unpriced"), unpriced=[NO_PRICE]),
        change(
            "aws_instance.web", "create", None, span("60.74"), items=[item("t3.large, Linux", "730", "hours", "0.0832")]
        ),
    ]
    residual = "accel.models is known only after apply; it must be within T4, L4"
    findings = [
        finding(
            "GPU-001",
            "aws_instance.job",
            "aws_instance.job: its accelerators are not known.",
            "unknown",
            residual=residual,
        ),
        finding("BUD-005", "aws_instance.next", "aws_instance.next has no price.", "unknown"),
    ]
    cost = totals(changes, delta_complete=False, delta_at_least=D("60.74"))
    return report(
        "undetermined", 3, changes, findings, reason="2 policies could not decide: BUD-005, GPU-001", cost=cost
    )


def unchanged() -> Report:
    """A readable plan without changes: a pass that judged nothing."""
    changes = [change("aws_instance.web", "no-op", span("60.74"), span("60.74"))]
    return report("pass", 0, changes, judged=0, reason="the plan changes nothing")


def passing() -> Report:
    """Something was judged and all of it is well."""
    changes = [change("aws_instance.web", "update", span("60.74"), span("30.37"))]
    return report("pass", 0, changes, reason="all policies that matched pass")


def deleting() -> Report:
    """Only deletes: less money, and the sign shows it."""
    changes = [
        change("aws_instance.old[0]", "delete", span("1460.00"), None),
        change("aws_instance.old[1]", "delete", span("1460.00"), None),
        change("aws_lb.old", "delete", span("16.43"), None),
    ]
    return report("pass", 0, changes, reason="nothing that is deleted is judged")


def unbounded() -> Report:
    """A pool that nothing bounds."""
    pool = change(
        "google_container_node_pool.gpu",
        "create",
        None,
        span("0", "1204.50", INFINITE),
        items=[item("g2-standard-8, Linux", "1460", "hours", "0.825", monthly_low=D(0), monthly_high=D(INFINITE))],
        provider="google",
    )
    said = "google_container_node_pool.gpu has no upper bound."
    found = finding("SIZE-001", pool.address, said, remediation="Set max_node_count.")
    return report("fail", 1, [pool], [found], reason="1 policy failed: SIZE-001", workspace="research")


def mixed_prices() -> Report:
    """Every word for an amount that is none, and a delta that only has a bound."""
    disk = item("root disk, gp3 storage", "100", "GB-months", "0.08")
    changes = [
        change(
            "aws_instance.part",
            "create",
            None,
            span("8"),
            states=("none", "partial"),
            items=[disk],
            unpriced=[NO_PRICE],
        ),
        change("aws_instance.gone", "delete", None, None, states=("unpriced", "none"), before_unpriced=[NO_PRICE]),
        change("aws_sqs_queue.jobs", "create", None, None, states=("none", "needs-usage"), unpriced=[USAGE]),
        change("aws_sqs_queue.dead", "create", None, None, states=("none", "needs-usage"), unpriced=[USAGE]),
        change(
            "example_thing.x",
            "create",
            None,
            None,
            states=("none", "unsupported"),
            unpriced=[UnpricedPart("", "no meter knows the type example_thing")],
        ),
        change("aws_iam_role.r", "create", None, None, states=("none", "free")),
        change(
            "aws_lambda_function.f", "create", None, span("0.003"), items=[item("requests", "0.003", "million", "1")]
        ),
        change(
            "aws_instance.moved",
            "update",
            span("10"),
            span("12"),
            Range(D(2), D(2), D(2)),
            previous_address="aws_instance.before_it_moved",
        ),
    ]
    cost = totals(changes, delta_complete=False)
    problems = [
        Problem("warning", "the plan has deferred changes", "infra/plan.json", undetermined=True),
        Problem("info", "the file began with a byte order mark", "infra/plan.json"),
    ]
    return report(
        "undetermined", 3, changes, reason="the plan has deferred changes", cost=cost, problems=problems, currency="EUR"
    )


def many_findings() -> Report:
    """Three hundred findings on names that have nothing in common."""
    names = [
        f"module.team_{number * 7 % 300}.aws_instance.{'node' if number % 2 else 'web'}_{number}"
        for number in range(300)
    ]
    changes = [change(name, "create", None, span(f"{30 + number}.5")) for number, name in enumerate(names)]
    findings = [
        finding(
            "TAG-001" if number % 3 else "GPU-001",
            name,
            f"{name} has no tag owner, cost-center.",
            cost_monthly=D(30 + number),
        )
        for number, name in enumerate(names)
    ]
    return report("fail", 1, changes, findings, reason="1 policy failed: GPU-001")


def costs_alone() -> Report:
    """What `spendgate cost` shows: an estimate that nobody judged."""
    made = [
        gpu(0),
        change("aws_lb.new", "create", None, span("16.43"), items=[item("hours", "730", "hours", "0.0225")]),
    ]
    return report("none", 0, made, policies=(), judged=0, reason="costs only: nothing was judged")


HOSTILE = (
    'aws_instance.a["\x1b[31m|`@team #12 <img src=x onerror=alert(1)>\n## PASS\r\x07"]',
    'aws_instance.a["</details><!-- spendgate --> ``` \\| [x](https://example.org) **b** _i_ $x$"]',
    'aws_instance.a["\u202egnp.exe\u200b 東京リージョンの長い名前のサーバー 🚀"]',
    'aws_instance.a["::error file=x::forged%0A ]]> & \' , ; =cmd()"]',
)


def hostile() -> Report:
    """Names that try to repaint the screen, break a table, mention a team, run a script."""
    changes = [
        change(name, "create", None, span(f"{place + 1}00.10"), type="aws_instance")
        for place, name in enumerate(HOSTILE)
    ]
    findings = [
        finding(
            "TAG-001",
            name,
            f"{name} has no tag owner.",
            enforcement="block" if place % 2 else "warn",
            remediation=f"Do {name}\n```\n{name}",
            location=Location(f"dir/{name}.tf", 3),
            residual=name,
            waiver=name if place == 2 else None,
        )
        for place, name in enumerate(HOSTILE)
    ]
    problems = [Problem("warning", name, name, 3) for name in HOSTILE]
    return report("fail", 1, changes, findings, reason=f"bad: {HOSTILE[0]}", problems=problems, inputs=[HOSTILE[1]])


def summed() -> Report:
    """Costs by group, unit costs and emissions beside the table."""
    made = mixed_prices()
    groups = [
        Group("tags.team", "ml", 2, span("0"), span("734.38"), span("734.38"), addresses=["aws_instance.part"]),
        Group(
            "tags.team", "untagged", 9, span("10"), span("20"), Range(), delta_complete=False, unpriced=3, needs_usage=1
        ),
        Group("module", "module.a.module.b", 1, span("0"), span("0"), span("0"), needs_usage=1),
    ]
    units = [
        UnitCost("aws_sagemaker_endpoint.chat", "1,000 requests", D("0.0114"), D(3_000_000)),
        UnitCost("aws_sagemaker_endpoint.other", "1,000 requests", None, D(5), "a part of it has no price"),
        UnitCost("aws_sagemaker_endpoint.third", "1,000 requests", reason="units are not stated"),
    ]
    carbon = CarbonTotal(D(0), D("409.123"), D(0), D("168.8"), counted=1, unknown=2)
    return revised(made, groups=groups, units=units, carbon=carbon)


SITUATIONS = {
    "summed": summed,
    "failing": failing,
    "undetermined": undetermined,
    "unchanged": unchanged,
    "passing": passing,
    "deleting": deleting,
    "unbounded": unbounded,
    "mixed-prices": mixed_prices,
    "costs-alone": costs_alone,
    "many-findings": many_findings,
    "hostile": hostile,
}
