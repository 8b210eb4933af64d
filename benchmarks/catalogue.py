"""Measures the whole catalogue on runs of mixed kinds: time by policy and by resource, memory, and whether both stay flat.

`python benchmarks/catalogue.py [--sizes 4000,10000,20000] [--packs all] [--slowest 12]`. Seven resources of ten come from a plan (the
stacks of `examples/`: machines, groups, node pools, buckets, notebooks, model deployments, networks), three from Kubernetes
manifests (workloads, serving, jobs, volumes). Everything is judged (`--scope all`), not only what changes. Seconds are of processors.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from run import HERE, measured

SHARE_OF_PLAN = 0.7
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def inputs(size: int, folder: Path) -> list[str]:
    """A plan and a folder of manifests that hold so many resources together."""
    plan, manifests = folder / f"plan-{size}.json", folder / f"manifests-{size}"
    of_plan = int(size * SHARE_OF_PLAN)
    for program, arguments in (("make_plan.py", (of_plan, plan)), ("make_manifests.py", (size - of_plan, manifests))):
        subprocess.run(
            [sys.executable, str(HERE / program), *map(str, arguments)], check=True, stdout=subprocess.DEVNULL
        )
    return [str(plan), str(manifests)]


def by_policy(given: Sequence[str], pack: str) -> tuple[int, list[tuple[float, str, int]]]:
    """How many resources were judged, and for each policy by itself its seconds and how many of them it matched.

    Rego policies are judged together: what they share, the document, is most of what they cost.
    """
    from spendgate.documents.machine import bulk_loading
    from spendgate.pipeline import docket, estimate, judge, load_policies
    from spendgate.prices.book import PriceBook
    from spendgate.settings import resolve

    settings = resolve({"packs": [pack], "scope": "all"})
    with bulk_loading():
        book, policies = PriceBook.open(), load_policies(settings)
        run = estimate(given, settings, book, NOW.date())
        cases = docket(run, policies, NOW, everything=True)
        alone = [[policy] for policy in policies if policy.language != "rego"]
        rego = [policy for policy in policies if policy.language == "rego"]
        found = []
        for each in (*alone, *([rego] if rego else [])):
            started = time.process_time()
            tallies = judge(each, cases, run, settings, book).tallies
            name = each[0].id if len(each) == 1 else f"{len(each)} policies in Rego"
            seconds = time.process_time() - started
            found.append((seconds, name, sum(tallies[policy.id].matched for policy in each)))
    return len(cases.resources), sorted(found, reverse=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the inputs, measure, print Markdown tables."""
    parser = argparse.ArgumentParser(description="Measure the catalogue on runs of mixed kinds.")
    parser.add_argument("--sizes", default="4000,10000,20000", help="numbers of resources")
    parser.add_argument("--packs", default="starter,all", help="packs, each measured by itself")
    parser.add_argument("--slowest", type=int, default=12, help="policies to list")
    parser.add_argument("--times", type=int, default=3, help="runs of each process")
    options = parser.parse_args(arguments)
    sizes, packs = list(map(int, options.sizes.split(","))), options.packs.split(",")
    gate = str(Path(sys.executable).with_name("spendgate"))
    with tempfile.TemporaryDirectory() as folder:
        made = {size: inputs(size, Path(folder)) for size in sizes}
        print("| resources | pack | CPU seconds | ms a resource | peak MiB | KiB a resource |")
        print("| ---: | --- | ---: | ---: | ---: | ---: |")
        for pack in packs:
            for size in sizes:
                command = [gate, "check", *made[size], "--pack", pack, "--scope", "all"]
                figure = measured(command, options.times)
                if figure is not None:
                    print(
                        f"| {size:,} | {pack} | {figure.processor_seconds:.2f} | {figure.processor_seconds / size * 1000:.3f} | "
                        f"{figure.peak_mib:.0f} | {figure.peak_mib * 1024 / size:.0f} |",
                        flush=True,
                    )
        print(f"\nJudging alone, {packs[-1]}; microseconds are for each resource of the run\n")
        print("| policy | " + " | ".join(f"ms at {size:,} | matched | us" for size in sizes) + " |")
        print("| --- |" + " ---: |" * 3 * len(sizes))
        tables = {size: by_policy(made[size], packs[-1]) for size in sizes}
        rows = {size: {name: (seconds, count) for seconds, name, count in table} for size, (_, table) in tables.items()}
        for _, name, _ in tables[sizes[-1]][1][: options.slowest]:
            cells = [
                f"{rows[s][name][0] * 1000:.1f} | {rows[s][name][1]:,} | {rows[s][name][0] / tables[s][0] * 1e6:.2f}"
                for s in sizes
            ]
            print(f"| {name} | " + " | ".join(cells) + " |")
        sums = [
            f"{sum(seconds for seconds, _, _ in tables[s][1]) * 1000:.0f} | | {sum(seconds for seconds, _, _ in tables[s][1]) / tables[s][0] * 1e6:.2f}"
            for s in sizes
        ]
        print(f"| all {len(tables[sizes[-1]][1])} rows | " + " | ".join(sums) + " |")


if __name__ == "__main__":
    main()
