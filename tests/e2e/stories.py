"""Runs the stories under `examples/` as a user would, at a time of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NOW = "2026-11-24T09:00:00Z"
FORMATS = {"text": "txt", "markdown": "md"}
"""Formats that people read, each with the suffix of its expected output."""
STORIES = sorted(
    path.parent
    for pattern in ("*/plan.json", "*/manifests", "*/litellm-prod.yaml")
    for path in (ROOT / "examples").glob(pattern)
)
"""Folders that hold a plan, a folder of manifests or a gateway's configuration; a `spendgate.yaml` in one is its configuration."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command printed, and how it ended."""

    output: str
    errors: str
    exit_code: int


def run(*arguments: str, cwd: Path = ROOT, data: bytes | None = None, **environment: str) -> Outcome:
    """Run the command line in a process of its own, as a user's shell does."""
    clean: dict[str, Any] = {key: value for key, value in os.environ.items() if not key.startswith("SPENDGATE_")}
    done = subprocess.run(
        [sys.executable, "-m", "spendgate_cli", *arguments],
        cwd=cwd,
        input=data if data is not None else b"",
        capture_output=True,
        check=False,
        timeout=120,
        env={**clean, "PYTHONPATH": f"{ROOT / 'engine'}{os.pathsep}{ROOT / 'cli'}", "NO_COLOR": "1", **environment},
    )
    return Outcome(done.stdout.decode("utf-8"), done.stderr.decode("utf-8"), done.returncode)


def shown(path: Path) -> str:
    """A path as a user in the checkout writes it."""
    return path.relative_to(ROOT).as_posix()


def outcome(story: Path, format_: str) -> Outcome:
    """The gate's word on a story."""
    settings = story / "spendgate.yaml"
    document = next(
        found for name in ("plan.json", "manifests", "litellm-prod.yaml") if (found := story / name).exists()
    )
    config = ("--config", shown(settings)) if settings.exists() else ()
    return run("check", shown(document), *config, "--now", NOW, "-o", format_)
