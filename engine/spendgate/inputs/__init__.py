"""Inputs: whatever describes infrastructure, recognised by what it looks like and read into a workload."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spendgate.errors import InputError
from spendgate.model.resource import Workload
from spendgate.ports import Input
from spendgate.registry import Registry

_HEAD_BYTES = 65_536

INPUTS: Registry[Input] = Registry(
    "input",
    "spendgate.inputs",
    {
        "terraform-binary-plan": "spendgate.inputs.terraform.binary:BINARY_PLAN",
        "terraform-plan": "spendgate.inputs.terraform.plan:TERRAFORM_PLAN",
    },
)
"""In the order of asking: the first that claims a document reads it."""


def open_input(path: str, options: Mapping[str, Any]) -> Workload:
    """Recognise a document and read it; `-` is standard input. Raises InputError when nothing can read it."""
    place = Path(path)
    head = b"" if path == "-" else _head(place)
    for _, reader in INPUTS:
        if reader.claims(place, head):
            return reader.read(place, options)
    raise InputError(
        "is of no kind that can be read",
        file=path,
        hint="a Terraform or OpenTofu plan in JSON, or a .tfplan file, is expected",
    )


def _head(path: Path) -> bytes:
    if path.is_dir():
        raise InputError(
            "is a folder; only plans can be read so far",
            file=str(path),
            hint="terraform plan -out p.tfplan && terraform show -json p.tfplan > plan.json",
        )
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except FileNotFoundError:
        raise InputError("no such file", file=str(path), hint="check the path") from None
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read: {error}", file=str(path)) from None
