"""A binary plan file: `terraform` or `tofu`, whichever is there, turns it into JSON."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spendgate.errors import InputError
from spendgate.inputs.terraform.plan import read_plan
from spendgate.model.resource import Workload

_PROGRAMS = ("terraform", "tofu")
_PATIENCE_SECONDS = 300
_ZIP = b"PK\x03\x04"
_MEMBER = b"tfplan"
_HEADER_BYTES = 64


class BinaryPlan:
    """A plan as `terraform plan -out` writes it (a zip archive); implements `ports.Input`."""

    name = "terraform-binary-plan"

    def claims(self, path: Path, head: bytes) -> bool:
        """A zip archive that begins with a plan or is named like one, but not `.json`."""
        is_plan = _MEMBER in head[:_HEADER_BYTES] or path.suffix in (".tfplan", ".plan", ".out", "")
        return head.startswith(_ZIP) and is_plan and path.suffix != ".json"

    def read(self, path: Path, options: Mapping[str, Any]) -> Workload:
        """Run `show -json` in the root module of the plan. Raises InputError with what the program said."""
        program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
        if program is None:
            raise InputError(
                "is a binary plan, and neither terraform nor tofu is on the PATH to read it",
                file=str(path),
                hint=f"install one of them, or: terraform show -json {path.name} > plan.json",
            )
        command = [program, "show", "-json", "-no-color", str(path.resolve())]
        try:
            done = subprocess.run(
                command,
                cwd=_root_module(path.resolve().parent),
                capture_output=True,
                timeout=_PATIENCE_SECONDS,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            raise InputError(f"{program} did not answer within {_PATIENCE_SECONDS} s", file=str(path)) from None
        except OSError as error:
            raise InputError(f"{program} cannot be run: {error.strerror}", file=str(path)) from None
        if done.returncode != 0:
            raise InputError(
                f"{Path(program).name} show -json failed: {_first_words(done.stderr)}",
                file=str(path),
                hint="run `init` in the plan's folder, with the version that wrote the plan",
            )
        return read_plan(done.stdout, str(path), options)


def _root_module(folder: Path) -> Path:
    """The nearest folder upward that was initialised (holds `.terraform`), else the plan's own."""
    return next((place for place in (folder, *folder.parents) if (place / ".terraform").is_dir()), folder)


def _first_words(output: bytes) -> str:
    lines = [line.strip(" │╷╵") for line in output.decode("utf-8", "replace").splitlines()]
    return " ".join(line for line in lines if line)[:300] or "it said nothing"


BINARY_PLAN = BinaryPlan()
