"""Judge a docket with every language that its policies are written in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spendgate.evaluators import LANGUAGES
from spendgate.model.finding import Finding, PolicyTally
from spendgate.model.policy import Policy
from spendgate.pipeline.cases import Run
from spendgate.ports import Docket, PolicyLanguage
from spendgate.settings import Settings

if TYPE_CHECKING:
    from spendgate.evaluators.rego import EngineSettings, RawDocument

REGO = "rego"


@dataclass(frozen=True, slots=True)
class Judged:
    """What judging gave: findings, tallies, and the Rego engine that answered, if one was needed."""

    findings: tuple[Finding, ...]
    tallies: dict[str, PolicyTally]
    rego_engine: str | None = None


def judge(policies: Sequence[Policy], docket: Docket, run: Run, settings: Settings, *, as_of: str) -> Judged:
    """The findings of all policies, language by language. Raises PolicyError for a policy that cannot run."""
    findings: list[Finding] = []
    tallies: dict[str, PolicyTally] = {}
    engine = None
    for name in sorted({policy.language for policy in policies}):
        language = LANGUAGES.get(name)
        if name == REGO:
            language, engine = _rego(run, docket, settings, as_of)
        outcome = language.judge([policy for policy in policies if policy.language == name], docket)
        findings += outcome.findings
        tallies.update(outcome.tallies)
    return Judged(tuple(findings), tallies, engine)


def rego_reader(files: Sequence[tuple[Path, str]], built_in: bool) -> Iterable[Policy]:
    """Reads Rego for the catalog; the language is imported only when there is some."""
    from spendgate.evaluators.rego.loading import read_rego

    return read_rego(files, built_in)


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


def _rego(run: Run, docket: Docket, settings: Settings, as_of: str) -> tuple[PolicyLanguage, str]:
    from spendgate.evaluators.rego import RawDocument, RegoLanguage, choose
    from spendgate.inputs.terraform.raw import raw_plan

    def documents() -> Iterable[RawDocument]:
        plans = [workload.origin for workload in run.workloads if workload.source == "plan"]
        return [RawDocument(origin, raw_plan(origin)) for origin in plans]

    engine = engine_settings(settings)
    language = RegoLanguage(engine=engine, documents=documents, run=run_facts(run, docket, as_of))
    return language, choose(engine).name
