"""`spendgate comment`: one comment on a pull request, written once and then kept up to date."""

from __future__ import annotations

from typing import Any

import click

from spendgate_cli import options as opt


@click.command(short_help="Write, or bring up to date, one comment on a pull request.")
@click.argument("host", metavar="HOST")
@click.option(
    "--from", "source", required=True, metavar="REPORT", help="A report saved with -o json=REPORT; - is standard input."
)
@click.option("--repository", metavar="NAME", help="owner/name; default: that of the job.")
@click.option("--pull-request", metavar="NUMBER", help="Default: that of the job.")
@click.option("--url", metavar="URL", help="The host's API, for a server of your own.")
@click.option("--tag", default="", metavar="NAME", help="Keeps the comments of several deployments apart.")
@click.option("--dry-run", is_flag=True, help="Print the comment and write nothing.")
@opt.grouping
def comment(host: str, source: str, tag: str, dry_run: bool, **said: Any) -> int:
    """Write a saved report to a pull request of github, gitlab, bitbucket or azure-devops.

    The comment is found again by a hidden marker, so there is one however often it runs. The token comes from the environment:
    GITHUB_TOKEN, GITLAB_TOKEN, BITBUCKET_TOKEN, SYSTEM_ACCESSTOKEN or AZURE_DEVOPS_TOKEN.

    Exit codes: 0 written, 2 the host refused or cannot be reached. The decision of the report changes nothing here.
    """
    import os

    from spendgate.hosts import HOSTS, fitting, upsert
    from spendgate.pipeline.afterwards.grouping import grouped
    from spendgate.pipeline.afterwards.sides import saved_report
    from spendgate.ports import ReportOptions
    from spendgate.reporters import REPORTERS

    target = HOSTS.get(host)
    text = REPORTERS.get("markdown").render(grouped(saved_report(source), said["group_by"]), ReportOptions())
    if dry_run:
        opt.write_out(fitting(target.dialect(text), target.limit))
        return 0
    done = upsert(target, target.thread(said, os.environ), text, tag)
    click.echo(f"comment on {host} {done}")
    return 0
