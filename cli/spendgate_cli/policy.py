"""`spendgate policy`: list, show and test policies; the rest of the bench is beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from spendgate_cli import governing as gov
from spendgate_cli import options as opt
from spendgate_cli import policy_results as results
from spendgate_cli.policy_authoring import docs, lint, new, schema
from spendgate_cli.policy_bundles import pull, push
from spendgate_cli.policy_replay import diff, try_

if TYPE_CHECKING:
    from spendgate.model.policy import Policy

_TEST_TIME = "2026-11-01"
"""Tests run at a time of their own, so that they give the same result on any day."""

_which = opt.together(
    click.option("-p", "--policy", "policy_paths", multiple=True, metavar="PATH", help="Own policies, file or folder."),
    click.option("--pack", "packs", multiple=True, metavar="NAME", help="Built-in pack; `all` for every one."),
    click.option("--config", metavar="FILE", help="Settings; default: spendgate.yaml, searched upward."),
)


@click.group(short_help="Write, list, show, test, lint and compare policies.")
def policy() -> None:
    """The policies that a run would judge, and the author's bench."""


for _command in (new, lint, schema, docs, diff, try_, pull, push):
    policy.add_command(_command)


@policy.command("list")
@_which
def list_(**said: Any) -> None:
    """List the policies of a run: id, severity, enforcement, scope, title."""
    policies = _loaded(said)
    rows = [("id", "severity", "enforcement", "on unknown", "scope", "title")]
    rows += [
        (each.id, each.severity.label, enforcement(each), each.on_unknown.label, each.scope, each.title)
        for each in policies
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    click.echo(f"{len(policies)} polic{'y' if len(policies) == 1 else 'ies'}")


@policy.command()
@click.argument("policy_id", metavar="ID")
@_which
def show(policy_id: str, **said: Any) -> None:
    """Show one policy: what it demands, its parameters as configured, and its text."""
    from spendgate.errors import SettingsError

    if not said["packs"] and not said["policy_paths"]:
        said["packs"] = ("all",)
    policies = _loaded(said)
    found = next((each for each in policies if each.id == policy_id.upper()), None)
    if found is None:
        import difflib

        ids = [each.id for each in policies]
        near = difflib.get_close_matches(policy_id.upper(), ids, n=1)
        raise SettingsError(
            f"no policy {policy_id}", hint=f"did you mean {near[0]}?" if near else f"known: {', '.join(ids)}"
        )
    click.echo(f"{found.id}  {found.title}")
    click.echo(f"pack {found.pack}, severity {found.severity.label}, enforcement {enforcement(found)}, ", nl=False)
    click.echo(f"unknown counts as {found.on_unknown.label}, scope {found.scope}")
    if found.description:
        click.echo(f"\n{found.description.strip()}")
    if found.parameters:
        click.echo("\nparameters")
        for name, value in found.parameters.items():
            click.echo(f"  {name} = {_shown(value)}")
    if found.remediation:
        indented = found.remediation.strip().replace("\n", "\n  ")
        click.echo(f"\nwhat to do\n  {indented}")
    click.echo(f"\nfrom {found.origin}")


@policy.command("test")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--pack", "packs", multiple=True, metavar="NAME", help="Built-in pack; default: all, or none beside PATHs."
)
@click.option("-v", "--verbose", is_flag=True, help="List what passes too.")
@click.option(
    "--now", default=_TEST_TIME, show_default=True, metavar="TIME", help="The time that the tests run at (ISO)."
)
@click.option("--coverage", is_flag=True, help="List conditions that no test has seen both true and false.")
@click.option("--junit", metavar="FILE", help="Write the results as JUnit XML too.")
@click.option("--watch", is_flag=True, help="Run again whenever a file below PATH changes, until Ctrl-C.")
@click.option("--rego-engine", metavar="NAME", help="auto, server, binary or embedded.")
@click.option("--opa-url", metavar="URL", help="An OPA server that is running already.")
def test_(paths: Sequence[str], watch: bool, **said: Any) -> int:
    """Run the tests inside policy files, and those of Rego policies (`*_test.rego`, `*.tests.yaml`).

    Exit codes: 0 all pass, 1 some fail or nothing was tested, 2 a policy cannot be loaded.
    """
    if not watch:
        return _tested(paths, **said)
    from spendgate_cli.policy_watch import watching

    return watching(paths, lambda: _tested(paths, **said))


def _tested(
    paths: Sequence[str],
    packs: Sequence[str],
    verbose: bool,
    now: str,
    coverage: bool,
    junit: str | None,
    rego_engine: str | None,
    opa_url: str | None,
) -> int:
    from spendgate.pipeline.bench.policy_tests import test_policies
    from spendgate.settings import resolve

    chosen = tuple(packs) or (() if paths else ("all",))
    run = test_policies(paths, chosen, opt.time_of(now), resolve({"rego_engine": rego_engine, "opa_url": opa_url}))
    for result in run.results:
        if verbose or not result.passed:
            click.echo(f"{'ok  ' if result.passed else 'FAIL'}  {result.policy}  {result.name}")
        if not result.passed:
            place = f"{result.file}:{result.line}" if result.line else result.file
            click.echo(f"      expected {result.expected}, got {result.actual}  ({place})")
            if result.message:
                click.echo(f"      {result.message}")
    if run.not_run:
        click.echo(f"--    {run.not_run}")
    for policy_id in run.untested:
        click.echo(f"FAIL  {policy_id}  has no test")
    if not run.results:
        click.echo("no test was found: nothing is proven")
    else:
        failed = sum(not result.passed for result in run.results)
        click.echo(f"{len(run.results)} tests of {run.policies} policies: {failed} failed")
    if coverage:
        from spendgate.policies import coverage as covering
        from spendgate.policies.catalog import load

        policies = load(paths, chosen, readers={".rego": lambda *_: ()})
        results.show_coverage(covering.coverage(policies, opt.time_of(now).date()))
    if junit:
        gov.write_file(results.junit(run.results, run.untested), junit)
    return 0 if run.succeeded else 1


def enforcement(policy: Policy) -> str:
    """The enforcement in one cell: `warn, prod block`, `warn until 2026-12-31, then block`."""
    rule = policy.enforcement
    words = [rule.default.label]
    words += [f"{env} {level.label}" for env, level in rule.by_env.items()]
    if rule.until and rule.then:
        words[0] += f" until {rule.until}, then {rule.then.label}"
    return ", ".join(words)


def _loaded(said: dict[str, Any]) -> Sequence[Policy]:
    from spendgate.pipeline import load_policies
    from spendgate.settings import resolve

    return load_policies(resolve(said))


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_shown(child)}" for key, child in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return "[" + ", ".join(_shown(child) for child in value) + "]"
    return str(value)
