"""`spendgate inventory`: collect what runs to a file that every other command reads."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from spendgate_cli import options as opt


@click.group(short_help="Collect what runs, to be judged like a plan.")
def inventory() -> None:
    """Collect what runs, through read-only calls, as JSON lines that `spendgate check` reads.

    What a call refuses is written into the inventory, so that what is missing never looks like nothing.
    """


@inventory.command(short_help="Machines, disks, groups, notebooks, databases, networks and buckets of AWS.")
@click.option(
    "--region", "regions", multiple=True, metavar="NAME", help="A region; several allowed. Default: the session's."
)
@click.option("--all-regions", is_flag=True, help="Every region that is switched on.")
@click.option("--profile", metavar="NAME", help="A profile of the AWS configuration.")
@click.option("-o", "--output", metavar="FILE", default="-", help="Where to write; default: standard output.")
@click.option("--show-policy", is_flag=True, help="Print the IAM policy that this needs, and stop.")
@opt.clock
def aws(
    regions: tuple[str, ...], all_regions: bool, profile: str | None, output: str, show_policy: bool, now: str | None
) -> None:
    """Collect from AWS. Credentials are those of boto3: environment, profile, role."""
    from spendgate.collectors.aws import actions, collect

    if show_policy:
        statement = {"Sid": "SpendgateInventory", "Effect": "Allow", "Action": list(actions()), "Resource": "*"}
        click.echo(json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2))
        return
    records = collect(
        _clock(now),
        regions,
        profile=profile,
        all_regions=all_regions,
        progress=_progress if sys.stderr.isatty() else None,
    )
    counts = _write(records, output)
    _say(counts, output)


@inventory.command(short_help="Machines, disks, clusters, models, databases and buckets of Google Cloud.")
@click.option(
    "--project", "projects", multiple=True, metavar="ID", help="Several allowed. Default: GOOGLE_CLOUD_PROJECT."
)
@click.option("--folder", "folders", multiple=True, metavar="NUMBER", help="All projects below a folder.")
@click.option(
    "--organization", "organizations", multiple=True, metavar="NUMBER", help="All projects of an organization."
)
@click.option("--quota-project", metavar="ID", help="Whose quota is used. Default: GOOGLE_CLOUD_QUOTA_PROJECT.")
@click.option("--endpoint", metavar="URL", help="Another address of the Cloud Asset API.")
@click.option("-o", "--output", metavar="FILE", default="-", help="Where to write; default: standard output.")
@click.option("--show-role", is_flag=True, help="Print the custom role that this needs, and stop.")
@opt.clock
def google(
    projects: tuple[str, ...],
    folders: tuple[str, ...],
    organizations: tuple[str, ...],
    quota_project: str | None,
    endpoint: str | None,
    output: str,
    show_role: bool,
    now: str | None,
) -> None:
    """Collect from Google Cloud. The token is GOOGLE_OAUTH_ACCESS_TOKEN, else that of `gcloud`."""
    from spendgate.collectors.google import collect, role, scope_of

    if show_role:
        click.echo(json.dumps(role(), indent=2))
        return
    if not (projects or folders or organizations) and (own := os.environ.get("GOOGLE_CLOUD_PROJECT")):
        projects = (own,)
    named = {"organizations": organizations, "folders": folders, "projects": projects}
    scopes = [scope_of(kind, name) for kind, names in named.items() for name in dict.fromkeys(names)]
    records = collect(
        _clock(now),
        scopes,
        quota_project=quota_project,
        api=endpoint,
        progress=_progress if sys.stderr.isatty() else None,
    )
    _say(_write(records, output), output)


@inventory.command(short_help="Machines, disks, clusters, models, databases and storage of Azure.")
@click.option(
    "--subscription",
    "subscriptions",
    multiple=True,
    metavar="ID|NAME",
    help="Several allowed. Default: all that are seen.",
)
@click.option("--endpoint", metavar="URL", help="The Resource Manager of another cloud.")
@click.option("-o", "--output", metavar="FILE", default="-", help="Where to write; default: standard output.")
@click.option("--show-role", is_flag=True, help="Print the custom role that this needs, and stop.")
@opt.clock
def azure(subscriptions: tuple[str, ...], endpoint: str | None, output: str, show_role: bool, now: str | None) -> None:
    """Collect from Azure. The token is AZURE_ACCESS_TOKEN, else that of `az`."""
    from spendgate.collectors.azure import collect, role

    if show_role:
        click.echo(json.dumps(role(), indent=2))
        return
    records = collect(_clock(now), subscriptions, api=endpoint, progress=_progress if sys.stderr.isatty() else None)
    _say(_write(records, output), output)


@inventory.command(short_help="Nodes, workloads, claims, quotas and queues of a Kubernetes cluster.")
@click.option("--context", metavar="NAME", help="A context of the kubeconfig. Default: the current one.")
@click.option("--kubeconfig", metavar="FILE", help="Default: KUBECONFIG, ~/.kube/config, or the pod's own account.")
@click.option(
    "-n",
    "--namespace",
    "namespaces",
    multiple=True,
    metavar="NAME",
    help="Only this one; several allowed. Default: all.",
)
@click.option("-o", "--output", metavar="FILE", default="-", help="Where to write; default: standard output.")
@click.option(
    "--watch",
    "watch_seconds",
    type=click.FloatRange(min=0),
    default=0,
    metavar="SECONDS",
    help="Watch for so long after the lists, for work that comes up and ends. Default: 0.",
)
@click.option("--show-role", is_flag=True, help="Print the ClusterRole that this needs, and stop.")
def kubernetes(
    context: str | None,
    kubeconfig: str | None,
    namespaces: tuple[str, ...],
    output: str,
    watch_seconds: float,
    show_role: bool,
) -> None:
    """Collect from a cluster, signed in as kubectl is, as one JSON list like that of `kubectl get -o json`."""
    from spendgate.collectors.kubernetes import collect, role
    from spendgate.errors import SettingsError

    if show_role:
        click.echo(json.dumps(role(namespaces, watch=watch_seconds > 0), indent=2))
        return
    if output.endswith((".jsonl", ".ndjson")):
        raise SettingsError("a cluster is written as one JSON list, not as lines", hint="-o cluster.json")
    records = collect(
        context=context,
        kubeconfig=kubeconfig,
        namespaces=tuple(dict.fromkeys(namespaces)),
        watch_seconds=watch_seconds,
        progress=_progress if sys.stderr.isatty() else None,
    )
    _say(_write(records, output, ('{"apiVersion":"v1","kind":"List","items":[\n', ",\n", "\n]}\n")), output)


def _clock(now: str | None) -> datetime:
    return opt.time_of(now)


def _progress(what: str, number: int, total: int) -> None:
    click.echo(f"\r\033[K[{number}/{total}] {what}", nl=number == total, err=True)


_LINES = ("", "\n", "\n")
"""What stands before, between and behind records: one a line."""


def _write(
    records: Iterator[Mapping[str, Any]], output: str, around: tuple[str, str, str] = _LINES
) -> list[Mapping[str, Any]]:
    """Write record after record; returns the problems. NOTE: a file that is not finished must not look like one that is."""
    problems: list[Mapping[str, Any]] = []
    if output == "-":
        for text in _texts(records, problems, around):
            click.echo(text, nl=False)
        return problems
    part = Path(f"{output}.part")
    from spendgate.errors import SettingsError

    try:
        with part.open("w", encoding="utf-8") as file:
            file.writelines(_texts(records, problems, around))
        part.replace(output)
    except OSError as error:
        raise SettingsError(f"cannot be written: {error.strerror}", file=output) from None
    finally:
        part.unlink(missing_ok=True)
    return problems


def _texts(
    records: Iterator[Mapping[str, Any]], problems: list[Mapping[str, Any]], around: tuple[str, str, str]
) -> Iterator[str]:
    before, between, behind = around
    yield before
    for number, record in enumerate(records):
        yield (between if number else "") + json.dumps(record, separators=(",", ":"))
        problems += [record] if "problem" in record else []
    yield behind


def _say(problems: list[Mapping[str, Any]], output: str) -> None:
    for problem in problems:
        click.echo(f"warning: {problem['problem']}", err=True)
    if output != "-":
        click.echo(f"written to {output}; next: spendgate check {output}", err=True)
