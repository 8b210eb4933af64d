"""Options that several commands share, and where a report goes."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from spendgate.errors import SettingsError

F = TypeVar("F", bound=Callable[..., Any])
_WIDTH_OF_A_FILE = 100


def together(*options: Callable[[Any], Any]) -> Callable[[F], F]:
    """Several options as one decorator, in the order given."""

    def apply(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return apply


def _in_order(context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> None:
    """Keep `--var` and `--var-file` in the order in which they were said: the later one wins, as it does in Terraform."""
    kind = option.opts[0].removeprefix("--")
    order = [word.partition("=")[0] for word in sys.argv if word.partition("=")[0] in ("--var", "--var-file")]
    mine = [number for number, word in enumerate(order) if word == option.opts[0]]
    ranks = mine if len(mine) == len(values) else range(len(values))
    said = context.meta.setdefault("spendgate.variables", [])
    said.extend((rank, (kind, value)) for rank, value in zip(ranks, values, strict=True))
    context.params["variables"] = tuple(pair for _, pair in sorted(said))


inputs = together(
    click.argument("inputs", nargs=-1, metavar="[INPUT]..."),
    click.option("-f", "--file", "files", multiple=True, metavar="PATH", help="An input; the same as naming it."),
    click.option("-d", "--directory", "folders", multiple=True, metavar="PATH", help="A folder as input."),
)
"""What to read: `-` is standard input."""

reading = together(
    click.option("--config", metavar="FILE", help="Settings; default: spendgate.yaml, searched upward."),
    click.option("--usage-file", metavar="FILE", help="Stated use: gigabytes stored, requests, hours."),
    click.option("--rates", metavar="FILE", help="Own prices, discounts, commitments, currency (rates.yaml)."),
    click.option("--currency", metavar="CODE", help="Currency of all amounts (EUR), at the rate of the rates file."),
    click.option("--cluster", metavar="CLOUD/REGION", help="Where manifests run that name no place: aws/eu-central-1."),
    click.option("--nodes", metavar="FILE", help="Nodes that may be started: a NodeList, or shapes (nodes.yaml)."),
    click.option(
        "--metrics",
        multiple=True,
        metavar="SOURCE",
        help="Measured use: a file, prometheus+https://HOST?window=7d, or cloudwatch://REGION?window=7d; several allowed.",
    ),
    click.option("--env", metavar="NAME", help="Environment of resources that name none: prod, staging, dev, sandbox."),
    click.option("--workspace", metavar="NAME", help="Terraform workspace, which no plan tells."),
    click.option(
        "--var", multiple=True, metavar="NAME=VALUE", callback=_in_order, expose_value=False, help="Variable."
    ),
    click.option(
        "--var-file", multiple=True, metavar="FILE", callback=_in_order, expose_value=False, help="File of variables."
    ),
    click.option("--root", "roots", multiple=True, metavar="DIR", help="Root in a folder of Terraform source."),
    click.option("--source", metavar="DIR", help="Source of a plan, for lines; default: the plan's folder."),
)

comparing = click.option(
    "--base",
    metavar="PATH|REVISION",
    help="What there was before: a folder of source or manifests, a cluster's list, or a revision of the repository.",
)

choosing = together(
    click.option("--pack", "packs", multiple=True, metavar="NAME", help="Built-in pack; default: starter."),
    click.option("--param", "parameters", multiple=True, metavar="ID.NAME=VALUE", help="Set a policy's parameter."),
    click.option("--rego-engine", metavar="NAME", help="auto, server, binary or embedded."),
    click.option("--opa-url", metavar="URL", help="An OPA server that is running already."),
    click.option("--data", "data", multiple=True, metavar="PATH", help="JSON or YAML that Conftest policies read."),
    click.option("--combine", is_flag=True, help="Hand all documents to Conftest policies at once."),
)
"""Which policies judge, but for own ones: for commands whose `--policy` is an id."""

judging = together(
    click.option("-p", "--policy", "policy_paths", multiple=True, metavar="PATH", help="Own policies, file or folder."),
    choosing,
)

grouping = click.option(
    "--group-by",
    "group_by",
    multiple=True,
    metavar="PATH",
    help="Totals by tags.NAME, module, kind, provider, type, region, env or a facet; several allowed.",
)

_FOCUS = "spendgate.focus"


def _focus_version(context: click.Context, option: click.Parameter, said: str | None) -> None:
    """Keep the version of FOCUS for the rendering: no command has to hand it on."""
    context.meta[_FOCUS] = said


rendering = together(
    click.option(
        "-o",
        "--output",
        "outputs",
        multiple=True,
        metavar="FORMAT[=PATH]",
        help="text, json, markdown, ...; several allowed, one of them to standard output.",
    ),
    click.option(
        "--focus-version",
        type=click.Choice(["1.0", "1.1", "1.2", "1.3", "1.4"]),
        callback=_focus_version,
        expose_value=False,
        help="Columns of -o focus; default: those of 1.2 with the names of 1.4.",
    ),
    click.option("--no-color", is_flag=True, help="No colour, even on a terminal."),
    click.option("-q", "--quiet", is_flag=True, help="Decision and findings only."),
    click.option("-v", "--verbose", is_flag=True, help="Everything that is known."),
)

clock = click.option("--now", metavar="TIME", help="The time to take for now (ISO), to repeat a run.")


def all_inputs(named: Sequence[str], files: Sequence[str], folders: Sequence[str]) -> tuple[str, ...]:
    """Everything that was named as an input, each once. Raises SettingsError when nothing was."""
    found = tuple(dict.fromkeys((*named, *files, *folders)))
    if not found:
        raise SettingsError(
            "nothing to read was named",
            hint="terraform show -json plan.tfplan > plan.json && spendgate check plan.json, or a folder of manifests",
        )
    return found


def time_of(text: str | None) -> datetime:
    """The time to take for now. Raises SettingsError for what is no ISO time."""
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"--now {text!r} is no ISO date or time", hint="for example 2026-11-24T09:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def targets(outputs: Sequence[str]) -> list[tuple[str, str | None]]:
    """`(format, path)` of each output; the path is None for standard output. Raises SettingsError."""
    found: list[tuple[str, str | None]] = []
    for output in outputs or ("text",):
        name, has_path, path = output.partition("=")
        if has_path and not path:
            raise SettingsError(f"-o {output} names no file behind the `=`")
        found.append((name, path or None))
    on_screen = [name for name, path in found if path is None]
    if len(on_screen) > 1:
        raise SettingsError(
            f"{' and '.join(on_screen)} both go to standard output",
            hint=f"give one a file: -o {on_screen[1]}=report.{on_screen[1]}",
        )
    return found


def deliver(
    report: Any, outputs: Sequence[tuple[str, str | None]], *, no_color: bool, quiet: bool, verbose: bool
) -> None:
    """Render a report (`wire.v1.Report`) in each format and write it where it goes."""
    from spendgate.ports import ReportOptions
    from spendgate.reporters import REPORTERS

    verbosity = -1 if quiet else (1 if verbose else 0)
    for name, path in outputs:
        reporter = REPORTERS.get(name)
        to_screen = path is None
        options = ReportOptions(
            width=_width() if to_screen else _WIDTH_OF_A_FILE,
            colour=to_screen and _colour(no_color),
            verbosity=verbosity,
            focus_version=_said_version(),
        )
        text = reporter.render(report, options)
        if path is None:
            write_out(text)
        else:
            _save(text, path)


def _said_version() -> str:
    """The version of FOCUS that was asked for, or nothing."""
    context = click.get_current_context(silent=True)
    return str(context.meta.get(_FOCUS) or "") if context is not None else ""


def write_out(text: str) -> None:
    """Text to standard output as UTF-8, whatever the terminal's encoding is."""
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
    else:
        buffer.write(text.encode("utf-8", "backslashreplace"))
        buffer.flush()


def check_formats(outputs: Sequence[tuple[str, str | None]]) -> bool:
    """Refuse an unknown format, and a version of FOCUS without its format, before anything is read; whether any shows facets."""
    from spendgate.reporters import REPORTERS

    if _said_version() and "focus" not in [name for name, _ in outputs]:
        raise SettingsError("--focus-version has no effect without -o focus", hint="-o focus=estimate.csv")
    chosen = [REPORTERS.get(name) for name, _ in outputs]
    return any(reporter.shows_facets for reporter in chosen)


def _save(text: str, path: str) -> None:
    place = Path(path)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", errors="backslashreplace", newline="")
    except OSError as error:
        raise SettingsError(f"cannot be written: {error.strerror}", file=path) from None


def _width() -> int:
    if not sys.stdout.isatty():
        return _WIDTH_OF_A_FILE
    return max(60, min(shutil.get_terminal_size((_WIDTH_OF_A_FILE, 24)).columns, 160))


def _colour(no_color: bool) -> bool:
    return not no_color and not os.environ.get("NO_COLOR") and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
