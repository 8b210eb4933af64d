"""A plan as plain data, for policies that read Terraform's own document and not ours."""

from __future__ import annotations

from typing import Any

from spendgate.documents.encoding import read_bytes, to_utf8
from spendgate.documents.machine import decode_first
from spendgate.errors import InputError
from spendgate.inputs.terraform.recognise import find_start, refuse_bytes


def raw_plan(path: str) -> Any:
    """The plan in a JSON file. Raises InputError, also for standard input, which cannot be read a second time."""
    if path in ("-", "standard input"):
        raise InputError(
            "a policy reads the plan as it is, and standard input cannot be read twice",
            file="standard input",
            hint="write the plan to a file and name that",
        )
    data = to_utf8(read_bytes(path), path)
    refuse_bytes(data, path)
    plan, _ = decode_first(data, Any, path, find_start(data, path))
    return plan
