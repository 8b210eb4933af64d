"""Measures whole processes on the same plans and prints a table: the floor, spendgate, and checkov and OPA where they are.

`python benchmarks/run.py [--sizes 100,1000,10000] [--times 3] [--keep FOLDER]`. It prints and asserts nothing: figures of one
machine are no test. Seconds are medians; those of processors suffer less from other
work on the machine. Memory is the largest resident set.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
MIB = 1024 * 1024
PATIENCE_SECONDS = 900
REGO = """package main

deny contains message if {
	some change in input.resource_changes
	change.type == "aws_instance"
	startswith(change.change.after.instance_type, "p5.")
	message := sprintf("%s may not be a p5", [change.address])
}
"""


@dataclass(frozen=True)
class Figure:
    """What one program needed for one plan; seconds, on the wall and of processors, are medians of all runs."""

    seconds: float
    processor_seconds: float
    peak_mib: float
    code: int


def _environment() -> dict[str, str]:
    """As a tool that was installed and has run before: with its byte code written, whatever this shell says about that."""
    folder = str(Path(tempfile.gettempdir()) / f"spendgate-benchmarks-{os.getuid()}")
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": folder}


def measured(command: Sequence[str], times: int) -> Figure | None:
    """Run a command so many times, each as a process of its own. None when it does not end in time."""
    seconds, processor, peaks, code = [], [], [], 0
    for _ in range(times):
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_environment())
        # NOTE: wait4 gives the use of this child alone, with its own children once it waited for them.
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.perf_counter() - started > PATIENCE_SECONDS:
                process.kill()
                os.wait4(process.pid, 0)
                return None
            time.sleep(0.002)
        seconds.append(time.perf_counter() - started)
        processor.append(usage.ru_utime + usage.ru_stime)
        peaks.append(usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / MIB)
        code = os.waitstatus_to_exitcode(status)
    return Figure(statistics.median(seconds), statistics.median(processor), max(peaks), code)


def programs(plan: Path, folder: Path) -> dict[str, list[str]]:
    """What is measured, by name; others' programs only where they are on the PATH."""
    rego = folder / "policy.rego"
    rego.write_text(REGO, encoding="utf-8")
    beside = Path(sys.executable).with_name("spendgate")
    gate = str(beside) if beside.exists() else shutil.which("spendgate")
    found = {"floor": [sys.executable, str(HERE / "floor.py"), str(plan)]}
    if gate:
        found["spendgate check"] = [gate, "check", str(plan)]
        found["spendgate check -o json"] = [gate, "check", "-o", "json", str(plan)]
    if checkov := shutil.which("checkov"):
        found["checkov, all"] = [checkov, "-f", str(plan), "--framework", "terraform_plan", "--quiet", "--compact"]
    if opa := shutil.which("opa"):
        found["opa eval, one rule"] = [opa, "eval", "-i", str(plan), "-d", str(rego), "data.main.deny"]
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the plans, measure, print a Markdown table."""
    parser = argparse.ArgumentParser(description="Measure spendgate beside the floor, checkov and OPA.")
    parser.add_argument("--sizes", default="100,1000,10000", help="numbers of resources")
    parser.add_argument("--times", type=int, default=3, help="runs of each program")
    parser.add_argument("--keep", type=Path, help="folder for the plans; default: a temporary one")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        print(
            "| resources | file MiB | program | seconds | x floor | CPU seconds | x floor | peak MiB | x file | exit |"
        )
        print("| ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        for size in map(int, options.sizes.split(",")):
            plan = folder / f"plan-{size}.json"
            subprocess.run(
                [sys.executable, str(HERE / "make_plan.py"), str(size), str(plan)],
                check=True,
                stdout=subprocess.DEVNULL,
            )
            file_mib = plan.stat().st_size / MIB
            floor: Figure | None = None
            for name, command in programs(plan, folder).items():
                figure = measured(command, options.times)
                floor = floor or figure
                print(row(size, file_mib, name, figure, floor), flush=True)


def row(size: int, file_mib: float, name: str, figure: Figure | None, floor: Figure | None) -> str:
    """One line of the table."""
    start = f"| {size:,} | {file_mib:.1f} | {name} |"
    if figure is None or floor is None:
        return f"{start} over {PATIENCE_SECONDS} | | | | | | |"
    return (
        f"{start} {figure.seconds:.2f} | {figure.seconds / floor.seconds:.1f} | {figure.processor_seconds:.2f} | "
        f"{figure.processor_seconds / floor.processor_seconds:.1f} | {figure.peak_mib:.0f} | "
        f"{figure.peak_mib / file_mib:.1f} | {figure.code} |"
    )


if __name__ == "__main__":
    main()
