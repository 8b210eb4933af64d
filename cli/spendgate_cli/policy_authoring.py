"""`spendgate policy new, lint, schema, docs`: write policies, and see what is wrong with them before anybody else does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spendgate.errors import SettingsError, SpendgateError
from spendgate_cli import options as opt

if TYPE_CHECKING:
    from spendgate.model.policy import Policy
    from spendgate.policies.drafting import Draft
    from spendgate.policies.lint import Lint

_LEVELS = ["advise", "warn", "require-approval", "block"]
_SEVERITIES = ["info", "low", "medium", "high", "critical"]


@click.command()
@click.argument("policy_id", metavar="ID")
@click.option("--title", metavar="TEXT", help="One line: what must be true.")
@click.option("--field", "field_", metavar="PATH", help="What it looks at: accel.count, tags.owner.")
@click.option("--operator", metavar="NAME", help="How it compares: lte, equals, in, has_keys, ...")
@click.option("--value", metavar="VALUE", help="With what: 8, '500 USD', T4,L4.")
@click.option(
    "--kind", "kinds", multiple=True, metavar="KIND", help="Whom it judges: compute.vm, 'ai.*'; several allowed."
)
@click.option("--pack", default="own", show_default=True, metavar="NAME", help="The pack that it belongs to.")
@click.option(
    "--severity", type=click.Choice(_SEVERITIES), default="medium", show_default=True, help="How bad a failure is."
)
@click.option(
    "--enforcement",
    type=click.Choice(_LEVELS),
    default="warn",
    show_default=True,
    help="What a failure does to the run.",
)
@click.option("--approver", "approvers", multiple=True, metavar="NAME", help="Who may approve; several allowed.")
@click.option("--to", "folder", default="policies", show_default=True, metavar="FOLDER", help="Where the file goes.")
def new(policy_id: str, folder: str, **said: Any) -> int:
    """Write a policy with one condition and its tests; asks for what no option says.

    The policy is loaded and its tests are run before the file is written.
    """
    from spendgate.policies.drafting import OPERATORS, Draft, written

    asked = {
        "title": ("What must be true, in one line", None),
        "field_": ("Which field (docs/facets.md lists them)", "accel.count"),
        "operator": (f"How to compare ({', '.join(OPERATORS)})", "lte"),
        "value": ("With what", None),
    }
    for key, (question, default) in asked.items():
        if said[key] is None:
            said[key] = _asked(key, question, default)
    draft = Draft(
        policy_id.upper(),
        said["title"],
        said["field_"],
        said["operator"],
        said["value"],
        said["pack"],
        said["severity"],
        said["enforcement"],
        said["kinds"],
        said["approvers"],
    )
    text = written(draft)
    _prove(text, draft)
    slug = "-".join("".join(sign if sign.isalnum() else " " for sign in draft.title.lower()).split())
    path = Path(folder) / f"{draft.id}-{slug[:60].rstrip('-') or 'policy'}.yaml"
    if path.exists():
        raise SettingsError("exists already", file=str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    click.echo(f"{path}: 3 tests pass")
    click.echo(f"next: spendgate policy lint {path} && spendgate check plan.json -p {folder} --pack starter")
    return 0


def _asked(key: str, question: str, default: str | None) -> str:
    import sys

    if not sys.stdin.isatty():
        raise SettingsError(f"--{key.rstrip('_')} is needed where nobody can be asked")
    return str(click.prompt(question, default=default))


def _prove(text: str, draft: Draft) -> None:
    """Load the draft and run its tests. Raises SettingsError or PolicyError when it does not do what was meant."""
    from spendgate.policies.reading import compiled, read_policy_text
    from spendgate.policies.testing import run_tests

    policy = compiled(read_policy_text(text, f"{draft.id} (not written)"))
    failed = run_tests([policy], opt.time_of(None)).failed
    if failed:
        said = "; ".join(f"{each.name}: expected {each.expected}, got {each.actual}" for each in failed)
        raise SettingsError(
            f"{draft.field} {draft.operator} {draft.value} does not do what its tests expect: {said}",
            hint="does the value fit the field? docs/facets.md says what each holds",
        )


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--pack", "packs", multiple=True, metavar="NAME", help="Built-in pack; default: all, or none beside PATHs."
)
@click.option("--strict", is_flag=True, help="Warnings make it exit 1 too.")
@opt.clock
def lint(paths: Sequence[str], packs: Sequence[str], strict: bool, now: str | None) -> int:
    """Find what is wrong with policies: what does not load, never matches, never fails, proves nothing or excepts too much.

    Exit codes: 0 nothing, 1 errors (with --strict: or warnings), 2 nothing to look at.
    """
    found, count = _linted(paths, packs, now)
    for each in found:
        place = f"{each.file}:{each.line}" if each.line else each.file
        hint = f" ({each.hint})" if each.hint else ""
        click.echo(f"{place}: {each.level.value}: {each.policy}: {each.message}{hint}")
    errors = sum(each.level.value == "error" for each in found)
    click.echo(
        f"{count} polic{'y' if count == 1 else 'ies'}: {_counted(errors, 'error')}, {_counted(len(found) - errors, 'warning')}"
    )
    return 1 if errors or (strict and found) else 0


def _linted(paths: Sequence[str], packs: Sequence[str], now: str | None) -> tuple[list[Lint], int]:
    from spendgate.model.resource import Level
    from spendgate.policies.catalog import load, policy_files
    from spendgate.policies.lint import Lint
    from spendgate.policies.lint import lint as lint_policy
    from spendgate.policies.reading import LANGUAGE

    today = opt.time_of(now).date()
    found: list[Lint] = []
    policies: list[Policy] = []
    files = [path for stated in paths for path in policy_files(Path(stated), {})]
    for path in files:
        try:
            policies += load((path,), ())
        except SpendgateError as error:
            found.append(Lint("not loaded", Level.ERROR, error.message, error.hint, error.file, error.line))
    if packs or not paths:
        policies += load((), tuple(packs) or ("all",), readers={".rego": lambda *_: ()})
    if paths and not files:
        raise SettingsError("holds no policy in YAML", file=str(paths[0]))
    for policy in policies:
        found += lint_policy(policy, today) if policy.language == LANGUAGE else []
    found += _twice(policies)
    return found, len(policies) + sum(each.policy == "not loaded" for each in found)


def _twice(policies: Sequence[Policy]) -> list[Lint]:
    from spendgate.model.resource import Level
    from spendgate.policies.lint import Lint

    first: dict[str, Policy] = {}
    return [
        Lint(each.id, Level.ERROR, f"exists twice, first in {first[each.id].origin}", None, each.origin, 1)
        for each in policies
        if first.setdefault(each.id, each) is not each
    ]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


@click.command()
def schema() -> None:
    """Print the JSON Schema of policy files, with which editors complete and check them (docs/policy-language.md says how)."""
    import json

    from spendgate.policies.schema import json_schema

    opt.write_out(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")


@click.command()
@click.option("-p", "--policy", "policy_paths", multiple=True, metavar="PATH", help="Own policies, file or folder.")
@click.option("--pack", "packs", multiple=True, metavar="NAME", help="Built-in pack; `all` for every one.")
@click.option("--config", metavar="FILE", help="Settings; default: spendgate.yaml, searched upward.")
@click.option("--title", default="Policies", show_default=True, metavar="TEXT", help="Heading of the page.")
@click.option("--to", "folder", metavar="FOLDER", help="Write a page for each pack and each policy into a folder.")
def docs(title: str, folder: str | None, **said: Any) -> None:
    """Print a page about the policies of a run, in Markdown: a table, then parameters and what to do for each.

    With --to, write a front page, a page for each pack, and one for each policy: why, condition, parameters, an example, what
    to do, what is saved. Nothing else in the folder is touched.
    """
    from spendgate.pipeline import load_policies
    from spendgate.policies.docs import readme
    from spendgate.settings import resolve

    policies = load_policies(resolve(said))
    if folder is None:
        opt.write_out(readme(policies, f"# {title}\n"))
        return
    from spendgate.policies.pages import pages
    from spendgate_cli.governing import write_file

    written = pages(policies, title)
    for path, text in written.items():
        write_file(text, str(Path(folder) / path))
    click.echo(
        f"{folder}: {_counted(len(written), 'page')} about {len(policies)} polic{'y' if len(policies) == 1 else 'ies'}"
    )
