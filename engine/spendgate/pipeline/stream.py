"""Inventories larger than memory: judged part by part, with findings and totals kept and nothing else.

Policies over the whole change and over groups are judged at the end, on sums that are added up resource by resource. What a policy over
one resource asks of the whole change is not known while parts are judged.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from spendgate.costing.totals import TotalsBuilder
from spendgate.costing.usage import UsageFile
from spendgate.governance.budgets import Budget
from spendgate.governance.verdict import Ruling, rule
from spendgate.graph import Graph
from spendgate.inputs.inventory import Remarks, chunks, is_stream
from spendgate.model.finding import Finding, PolicyTally
from spendgate.model.frozen import replace
from spendgate.model.policy import Policy
from spendgate.model.resource import Level, Problem, Workload
from spendgate.model.values import Unknown
from spendgate.pipeline.assess import Assessor, Surroundings
from spendgate.pipeline.cases import Run, change_case, in_currency, resource_cases, use_in
from spendgate.pipeline.governing import Settled, input_roots, settle
from spendgate.pipeline.joins import reads_joins
from spendgate.pipeline.judging import judge
from spendgate.pipeline.pricing import Pricing, pricing
from spendgate.pipeline.report import build_report
from spendgate.pipeline.sums.groups import Groups
from spendgate.pipeline.sums.kept import Keeper
from spendgate.pipeline.use import with_use
from spendgate.pipeline.what_if import asker
from spendgate.ports import Docket
from spendgate.prices.book import PriceBook
from spendgate.settings import Settings
from spendgate.wire import v1

STREAM_FROM_BYTES = 64 * 1024 * 1024
"""Files of JSON lines of at least this size are streamed; smaller ones get a full report."""
_KEPT_PARTS = 1_000
_MOST_GROUPS = 20_000
"""Groups of one path: more of them would be as many as there are resources."""
_NOT_YET = Unknown("a stream is judged part by part: what the whole change is shows at its end")
_NOTE = "read as a stream: findings and totals are reported, resources are not listed one by one, twins are told within {lines} lines"


def is_streamed(inputs: Sequence[str], least_bytes: int = STREAM_FROM_BYTES) -> bool:
    """Whether a run is one large file of JSON lines."""
    if len(inputs) != 1 or not is_stream(inputs[0]):
        return False
    path = Path(inputs[0])
    return path.is_file() and path.stat().st_size >= least_bytes


@dataclass(slots=True)
class _Kept:
    """What is kept of all parts."""

    groups: Groups
    keeper: Keeper = field(default_factory=Keeper)
    touched: int = 0
    findings: list[Finding] = field(default_factory=list)
    tallies: dict[str, PolicyTally] = field(default_factory=dict)
    totals: TotalsBuilder = field(default_factory=TotalsBuilder)
    unpriced: int = 0
    resources: int = 0
    judged: int = 0
    actions: Counter[str] = field(default_factory=Counter)
    rego_engine: str | None = None


def check_stream(
    path: str,
    settings: Settings,
    now: datetime,
    policies: Sequence[Policy],
    book: PriceBook,
    budgets: Sequence[Budget] = (),
) -> v1.Report:
    """The report of a file of JSON lines in memory that does not grow with it but by its findings. Raises as `check` does."""
    remarks, kept = Remarks(), _Kept(Groups(policies, budgets, most=_MOST_GROUPS, parts=_KEPT_PARTS))
    prices = pricing(settings, book, now.date())
    assessor = _assessor(settings, prices, now)
    blank = with_use(
        Run((), (), kept.totals.totals(), prices.currency, ask=asker(assessor, prices)),
        settings,
        now,
        book,
        streamed=True,
    )
    each = [policy for policy in policies if policy.scope == "resource"]
    with _collected_by_hand():
        for workload, mine in chunks(Path(path), path, remarks):
            _judge_part(blank, workload, mine, each, kept, settings, now, assessor, book)
            # NOTE: neighbours and graphs hold each other, so they go only when looked for; what is kept is no longer looked at.
            gc.collect()
            gc.freeze()
    origin = Workload(path, "inventory", ())
    run = Run((origin,), (), kept.totals.totals(), prices.currency, (*prices.problems(), *blank.problems))
    whole = [one for one in policies if one.scope != "resource" and one.group_by not in kept.groups.too_many]
    change = change_case(run, kept.keeper.words(), kept.touched)
    last = Docket((), now, change, kept.groups.cases(now.date(), beside=in_currency(run)))
    judged = judge(whole, last, run, settings, book)
    settled = settle(
        [*kept.findings, *judged.findings], {**kept.tallies, **judged.tallies}, policies, run, last, [path], settings
    )
    problems = (*remarks.problems(path), *run.problems, *_said(path, policies, kept), *settled.problems)
    ruling = rule(
        settled.findings, problems, fail_on=settings.fail_on, soft_fail=settings.soft_fail, judged=kept.judged
    )
    return _report(run, ruling, settled, policies, problems, kept, book, now, settings)


def _assessor(settings: Settings, prices: Pricing, now: datetime) -> Assessor:
    usage = UsageFile.load(settings.usage_file) if settings.usage_file else UsageFile()
    surroundings = Surroundings(settings.aliases, settings.schedules, settings.accounts, settings.regions, settings.env)
    # NOTE: energy and emissions are shown resource by resource, which a stream is not.
    return Assessor(prices.source, prices.catalog, usage, surroundings, now.date(), blends=prices.blends)


def _judge_part(
    blank: Run,
    workload: Workload,
    mine: frozenset[str],
    policies: Sequence[Policy],
    kept: _Kept,
    settings: Settings,
    now: datetime,
    assessor: Assessor,
    book: PriceBook,
) -> None:
    graph = Graph(workload.changes, workload.references)
    assessed = tuple(assessor.assess(workload, graph, mine))
    use = use_in(blank, now)
    for item in assessed:
        kept.totals.add(item.change.address, item.cost, item.facets, changed=item.touched)
        kept.keeper.add(item)
        kept.touched += item.touched
        kept.groups.add(item, use)
        kept.actions[item.change.action.value] += 1
    kept.resources += len(assessed)
    if len(kept.totals.unpriced) > _KEPT_PARTS:
        kept.unpriced += len(kept.totals.unpriced) - _KEPT_PARTS
        del kept.totals.unpriced[_KEPT_PARTS:]
    part = replace(blank, workloads=(workload,), assessed=assessed)
    case_list = Docket(resource_cases(part, {"change": _NOT_YET}, now, everything=True), now)
    kept.judged += len(case_list.resources)
    judged = judge(policies, case_list, part, settings, book)
    kept.findings += judged.findings
    kept.rego_engine = judged.rego_engine or kept.rego_engine
    for policy, tally in judged.tallies.items():
        kept.tallies[policy] = _plus(kept.tallies.get(policy), tally)


def _plus(first: PolicyTally | None, second: PolicyTally) -> PolicyTally:
    if first is None:
        return second
    return PolicyTally(
        second.policy,
        first.matched + second.matched,
        first.passed + second.passed,
        first.failed + second.failed,
        first.unknown + second.unknown,
        first.skipped + second.skipped,
        first.excepted + second.excepted,
        first.errors + second.errors,
    )


def _said(path: str, policies: Sequence[Policy], kept: _Kept) -> Iterator[Problem]:
    from spendgate.inputs.inventory.reader import CHUNK_LINES

    yield Problem(Level.INFO, _NOTE.format(lines=CHUNK_LINES), file=path)
    groups = sorted(policy.id for policy in policies if policy.group_by in kept.groups.too_many)
    if groups:
        message = f"{', '.join(groups)}: not judged, for there are more than {_MOST_GROUPS:,} groups"
        yield Problem(Level.WARNING, message, file=path, undetermined=True)
    joining = sorted(policy.id for policy in policies if policy.scope == "resource" and reads_joins(policy))
    if joining:
        message = f"{', '.join(joining)}: policies that compare resources of the whole run are not judged on a stream"
        yield Problem(Level.WARNING, message, file=path, undetermined=True)
    if kept.unpriced:
        yield Problem(Level.INFO, f"{kept.unpriced} more parts without a price are counted but not listed", file=path)


def _report(
    run: Run,
    ruling: Ruling,
    settled: Settled,
    policies: Sequence[Policy],
    problems: Sequence[Problem],
    kept: _Kept,
    book: PriceBook,
    now: datetime,
    settings: Settings,
) -> v1.Report:
    report = build_report(
        run,
        ruling,
        settled.findings,
        policies,
        settled.tallies,
        problems,
        prices=v1.Prices(book.as_of, book.digest, book.oldest),
        judged=frozenset(),
        now=now,
        scope=settings.scope,
        currency=run.currency,
        rego_engine=kept.rego_engine,
        facets=False,
        roots=tuple(input_roots([workload.origin for workload in run.workloads], settings).values()),
        finding_roots=settled.roots,
    )
    counts = v1.recounted(
        report.counts, changes=kept.resources, judged=kept.judged, by_action=dict(sorted(kept.actions.items()))
    )
    return v1.revised(report, counts=counts)


@contextmanager
def _collected_by_hand() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
