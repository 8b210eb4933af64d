"""The order of a run, and the only place that knows it: read, understand, price, judge, decide, report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from spendgate.costing.usage import UsageFile
from spendgate.documents.machine import bulk_loading
from spendgate.errors import SettingsError
from spendgate.governance.budgets import Budget, load_budgets
from spendgate.governance.verdict import ERROR, PASS, Ruling, rule
from spendgate.model.finding import Decision
from spendgate.model.policy import Policy
from spendgate.model.resource import Level, Problem
from spendgate.pipeline.amounts import amounts_in_run
from spendgate.pipeline.assess import Assessed, Assessor, Surroundings, traffic
from spendgate.pipeline.cases import Run, docket, total
from spendgate.pipeline.governing import input_roots, settle
from spendgate.pipeline.graphs import graphs
from spendgate.pipeline.joins import with_joins
from spendgate.pipeline.judging import judge, rego_reader, run_facts
from spendgate.pipeline.opening import opened
from spendgate.pipeline.pricing import Pricing, pricing
from spendgate.pipeline.report import build_report
from spendgate.pipeline.units import unit_costs
from spendgate.pipeline.use import with_use
from spendgate.pipeline.what_if import asker
from spendgate.policies.catalog import load
from spendgate.prices.book import PriceBook
from spendgate.settings import Settings
from spendgate.wire import v1
from spendgate.wire.v1 import pretty

_NOT_JUDGED = Ruling(Decision.NONE, PASS, "costs only: nothing was judged")
_NO_POLICY = Problem(Level.WARNING, "no policy was loaded, nothing was judged (--allow-empty)")


def check(
    inputs: Sequence[str], settings: Settings, now: datetime, *, facets: bool = True, evidence: bool = False
) -> v1.Report:
    """The gate: judge and price everything that the inputs hold. Raises SpendgateError when nothing can be said.

    `facets=False` leaves the facets out of the report, for formats that do not show them; `evidence=True` puts the digests of
    all that was read into it.
    """
    # NOTE: a run makes many objects and no circles worth collecting: looking for some costs half as much time again.
    with bulk_loading():
        return _checked(inputs, settings, now, facets, evidence)


def _checked(inputs: Sequence[str], settings: Settings, now: datetime, facets: bool, evidence: bool) -> v1.Report:
    policies = load_policies(settings)
    book = PriceBook.open()
    if inputs[0].endswith((".jsonl", ".ndjson")):
        from spendgate.pipeline.stream import check_stream, is_streamed

        if is_streamed(inputs):
            return check_stream(inputs[0], settings, now, policies, book, _budgets(settings))
    run = with_joins(with_use(estimate(inputs, settings, book, now.date()), settings, now, book), settings, now)
    case_list = docket(run, policies, now, everything=settings.scope == "all", budgets=_budgets(settings))
    judged = judge(policies, case_list, run, settings, book)
    settled = settle(judged.findings, judged.tallies, policies, run, case_list, inputs, settings)
    problems = (*_problems(run), *settled.problems)
    if not policies:
        problems = (*problems, _NO_POLICY)
    changed = sum(item.touched for item in run.assessed)
    ruling = rule(
        settled.findings,
        problems,
        fail_on=settings.fail_on,
        soft_fail=settings.soft_fail,
        judged=len(case_list.resources) if not changed else None,
        matched=sum(tally.matched for tally in judged.tallies.values()) if policies else None,
    )
    return build_report(
        run,
        ruling,
        settled.findings,
        policies,
        settled.tallies,
        problems,
        prices=v1.Prices(book.as_of, book.digest, book.oldest),
        judged=frozenset(case.address for case in case_list.resources),
        now=now,
        scope=settings.scope,
        currency=run.currency,
        rego_engine=judged.rego_engine,
        facets=facets,
        roots=tuple(input_roots(inputs, settings).values()),
        finding_roots=settled.roots,
        evidence=_evidence(inputs, settings, policies, book) if evidence else None,
    )


def cost(inputs: Sequence[str], settings: Settings, now: datetime) -> v1.Report:
    """The estimate alone: no policy is loaded and nothing is decided (`none`)."""
    book = PriceBook.open()
    run = estimate(inputs, settings, book, now.date())
    problems = _problems(run)
    unread = any(problem.level is Level.ERROR for problem in problems)
    ruling = Ruling(Decision.ERROR, ERROR, "not everything could be read") if unread else _NOT_JUDGED
    return build_report(
        run, ruling, (), (), {}, problems,
        prices=v1.Prices(book.as_of, book.digest, book.oldest), judged=frozenset(), now=now, scope=settings.scope, currency=run.currency,
    )  # fmt: skip


def estimate(inputs: Sequence[str], settings: Settings, book: PriceBook, today: date | None = None) -> Run:
    """Read, understand and price, without judging. Raises InputError, SettingsError."""
    workloads = opened(inputs, settings)
    usage = UsageFile.load(settings.usage_file) if settings.usage_file else UsageFile()
    flows = traffic(usage, workloads)
    workloads = (*workloads, flows) if flows is not None else workloads
    surroundings = Surroundings(settings.aliases, settings.schedules, settings.accounts, settings.regions, settings.env)
    prices = pricing(settings, book, today)
    assessor = Assessor(
        prices.source, prices.catalog, usage, surroundings, today, blends=prices.blends, carbon=prices.carbon()
    )
    assessor.check_usage(workloads)
    around = zip(workloads, graphs(workloads), strict=True)
    assessed = tuple(item for workload, graph in around for item in assessor.assess(workload, graph))
    nodes = _nodes(assessed, settings, prices)
    return Run(
        workloads,
        assessed,
        total(assessed),
        prices.currency,
        prices.problems(),
        unit_costs(assessed, usage),
        nodes=nodes,
        ask=asker(assessor, prices),
        prices=prices,
    )


def _nodes(assessed: Sequence[Assessed], settings: Settings, prices: Pricing) -> v1.Nodes | None:
    if settings.nodes is None and not any(item.facets.kind == "k8s.workload" for item in assessed):
        return None
    from spendgate.pipeline.nodes import node_view

    return node_view(assessed, settings, prices.catalog, prices.source)


def policy_document(inputs: Sequence[str], settings: Settings, now: datetime) -> str:
    """The document that policies in Rego see as `input`, as JSON for people to read. Raises InputError, SettingsError."""
    from spendgate.wire.policy_input import encode, policy_input

    book = PriceBook.open()
    run = with_joins(estimate(inputs, settings, book), settings, now)
    case_list = docket(run, load_policies(settings), now, everything=settings.scope == "all")
    return pretty(encode(policy_input(case_list, run=run_facts(run, case_list, book.as_of))))


def load_policies(settings: Settings) -> tuple[Policy, ...]:
    """The policies of a run with the configuration merged in. Raises PolicyError, and SettingsError when there are none."""
    policies = tuple(
        load(
            settings.policy_paths,
            settings.packs,
            overrides=settings.overrides,
            params=settings.parameters,
            on_unknown=settings.on_unknown,
            readers={".rego": rego_reader(settings.data)},
            money=amounts_in_run(settings),
        )
    )
    if not policies and not settings.allow_empty:
        raise SettingsError(
            "no policy is loaded, so nothing would be judged", hint="name a pack or a policy, or --allow-empty"
        )
    return policies


def _budgets(settings: Settings) -> tuple[Budget, ...]:
    return load_budgets(settings.budgets, amounts_in_run(settings)) if settings.budgets is not None else ()


def _evidence(
    inputs: Sequence[str], settings: Settings, policies: Sequence[Policy], book: PriceBook
) -> v1.Evidence | None:
    from spendgate.pipeline.evidence import evidence

    return evidence(inputs, settings, policies, book.digest)


def _problems(run: Run) -> tuple[Problem, ...]:
    return (*(problem for workload in run.workloads for problem in workload.problems), *run.problems)
