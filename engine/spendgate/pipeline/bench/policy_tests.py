"""Run the tests of policies in every language: what `spendgate policy test` does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from spendgate.bundle import bundled
from spendgate.errors import PolicyError
from spendgate.model.frozen import Frozen
from spendgate.pipeline.judging import REGO, engine_settings, rego_reader
from spendgate.policies.catalog import load
from spendgate.policies.testing import TestResult, TestRun, run_tests
from spendgate.settings import Settings

_REGO_SUFFIX = ".rego"


class Tested(Frozen):
    """The results of all languages. `not_run` says why a part was left out, empty when nothing was."""

    results: tuple[TestResult, ...]
    untested: tuple[str, ...]
    policies: int
    not_run: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether something was run, every policy has a test, and every test came out as expected."""
        return TestRun(self.results, self.untested).succeeded


def test_policies(paths: Sequence[str], packs: Sequence[str], now: datetime, settings: Settings) -> Tested:
    """Run the tests of the policies at the paths, or of built-in packs; the built-in Rego goes with the pack `all`.

    Raises PolicyError for policies that cannot be loaded, and for Rego of the paths that no engine can evaluate.
    """
    policies = load(paths, packs, readers={_REGO_SUFFIX: rego_reader()})
    run = run_tests(policies, now)
    results, untested, reason = list(run.results), list(run.untested), ""
    own = [Path(path) for path in paths if _holds_rego(Path(path))]
    places = own or ([bundled(REGO)] if "all" in packs else [])
    if places:
        from spendgate.evaluators.rego.testing import run_rego_tests

        try:
            more = run_rego_tests(places, now, engine_settings(settings))
            results += more.results
            untested += [policy_id for policy_id in more.untested if policy_id not in untested]
        except PolicyError as error:
            if own:
                raise
            reason = f"the built-in Rego is not tested: {error}"
    count = len({result.policy for result in results} | set(untested) | {policy.id for policy in policies})
    return Tested(tuple(results), tuple(untested), count, reason)


def _holds_rego(path: Path) -> bool:
    return path.suffix == _REGO_SUFFIX or (path.is_dir() and any(path.rglob(f"*{_REGO_SUFFIX}")))
