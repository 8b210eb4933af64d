"""Judge a docket with every language that its policies are written in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spendgate.errors import SettingsError
from spendgate.evaluators import LANGUAGES
from spendgate.model.finding import Finding, PolicyTally
from spendgate.model.frozen import Frozen
from spendgate.model.policy import Policy
from spendgate.pipeline.cases import Run
from spendgate.policies.catalog import Reader
from spendgate.ports import Docket, PolicyLanguage
from spendgate.prices.book import PriceBook
from spendgate.settings import Origin, Settings

if TYPE_CHECKING:
    from spendgate.evaluators.rego import EngineSettings, RawDocument

REGO = "rego"
_OPTION = Origin(None, "option")


class Judged(Frozen):
    """What judging gave: findings, tallies, and the Rego engine that answered, if one was needed."""

    findings: tuple[Finding, ...]
    tallies: dict[str, PolicyTally]
    rego_engine: str | None = None


def judge(policies: Sequence[Policy], docket: Docket, run: Run, settings: Settings, book: PriceBook) -> Judged:
    """The findings of all policies, language by language. Raises PolicyError for a policy that cannot run."""
    _refuse_idle_options(policies, settings)
    findings: list[Finding] = []
    tallies: dict[str, PolicyTally] = {}
    engine = None
    for name in sorted({policy.language for policy in policies}):
        language = LANGUAGES.get(name)
        if name == REGO:
            language, engine = _rego(run, docket, settings, book)
        outcome = language.judge([policy for policy in policies if policy.language == name], docket)
        findings += outcome.findings
        tallies.update(outcome.tallies)
    return Judged(tuple(findings), tallies, engine)


def rego_reader(data: Sequence[str] = ()) -> Reader:
    """What reads Rego for the catalog, with the data of Conftest policies; the language is imported only when there is some."""

    def read(files: Sequence[tuple[Path, str]], built_in: bool) -> Iterable[Policy]:
        from spendgate.evaluators.rego.loading import read_rego

        return read_rego(files, built_in, data=data)

    return read


def _refuse_idle_options(policies: Sequence[Policy], settings: Settings) -> None:
    """An option that can take no effect is a mistake of whoever gave it."""
    if any(policy.language == REGO for policy in policies):
        return
    for option, given in (("--data", settings.data), ("--combine", settings.combine), ("--opa-url", settings.opa_url)):
        if given and settings.origins.get(option[2:].replace("-", "_"), _OPTION).said_by.startswith("option"):
            raise SettingsError(
                f"{option} has no effect: no policy in Rego is loaded", hint="leave it out, or -p a policy"
            )


def engine_settings(settings: Settings) -> EngineSettings:
    """Which Rego engine answers, as the settings say."""
    from spendgate.evaluators.rego.engines import DEFAULT_TIMEOUT_SECONDS, EngineSettings

    return EngineSettings(
        engine=settings.rego_engine,
        url=settings.opa_url,
        token=settings.opa_token,
        ca_file=settings.opa_ca_file,
        cert_file=settings.opa_cert_file,
        key_file=settings.opa_key_file,
        timeout_seconds=settings.opa_timeout_seconds or DEFAULT_TIMEOUT_SECONDS,
    )


def run_facts(run: Run, docket: Docket, as_of: str) -> dict[str, Any]:
    """`input.run` of a policy's document."""
    return {
        "time": docket.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "sources": sorted({workload.source for workload in run.workloads}),
        "price_date": as_of,
    }


def _rego(run: Run, docket: Docket, settings: Settings, book: PriceBook) -> tuple[PolicyLanguage, str]:
    from spendgate.evaluators.rego import RawDocument, RegoLanguage, choose
    from spendgate.inputs.terraform.raw import raw_plan

    def documents() -> Iterable[RawDocument]:
        plans = [workload.origin for workload in run.workloads if workload.source == "plan"]
        return [RawDocument(origin, raw_plan(origin)) for origin in plans]

    engine = engine_settings(settings)
    language = RegoLanguage(
        engine=engine,
        documents=documents,
        run=run_facts(run, docket, book.as_of),
        catalog=book.shapes,
        combine=settings.combine,
    )
    return language, choose(engine).name
