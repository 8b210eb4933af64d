"""Inputs: whatever describes infrastructure, recognised by what it looks like and read into a workload."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from spendgate.documents.encoding import head_as_utf8
from spendgate.documents.foreign import foreign
from spendgate.errors import InputError
from spendgate.model.resource import Workload
from spendgate.ports import Input
from spendgate.registry import Registry

_HEAD_BYTES = 65_536
_READS_THE_REST = "terraform-plan"
_MAKE_A_PLAN = "terraform plan -out plan.tfplan && terraform show -json plan.tfplan > plan.json"
_WHAT_IS_READ = (
    f"{_MAKE_A_PLAN}; Kubernetes manifests: a folder, a file, or helm template CHART | spendgate check -;"
    " an LLM gateway: LiteLLM's config.yaml"
)

INPUTS: Registry[Input] = Registry(
    "input",
    "spendgate.inputs",
    {
        "inventory": "spendgate.inputs.inventory:INVENTORY",
        "llm-gateway": "spendgate.inputs.llm_gateway:LLM_GATEWAY",
        "terraform-source": "spendgate.inputs.terraform_source.source:TERRAFORM_SOURCE",
        "kubernetes": "spendgate.inputs.kubernetes:KUBERNETES",
        "llm-gateway-folder": "spendgate.inputs.llm_gateway.folder:GATEWAY_FOLDER",
        "terraform-binary-plan": "spendgate.inputs.terraform.binary:BINARY_PLAN",
        "terraform-plan": "spendgate.inputs.terraform.plan:TERRAFORM_PLAN",
    },
)
"""In the order of asking: the first that claims a document reads it."""

Compare = Callable[[Workload, Workload], Workload]
COMPARISONS: Registry[Compare] = Registry(
    "comparison",
    "spendgate.comparisons",
    {
        "k8s": "spendgate.inputs.kubernetes.comparison:compare",
        "source": "spendgate.inputs.terraform_source.comparison:compare",
        "gateway": "spendgate.inputs.llm_gateway.comparison:compare",
    },
)
"""What tells the changes between two states of the same source (`Workload.source`), for `--base`."""


def open_input(path: str, options: Mapping[str, Any]) -> Workload:
    """Recognise a document and read it; `-` is standard input. Raises InputError when nothing can read it."""
    place = Path(path)
    head = _head(place)
    if _is_plan(head):
        # NOTE: the common case first: the readers of everything else are not even loaded.
        return INPUTS.get(_READS_THE_REST).read(place, options)
    for _, reader in INPUTS:
        if reader.claims(place, head):
            return reader.read(place, options)
    if place.is_dir():
        raise InputError("is a folder in which nothing can be read", file=path, hint=_WHAT_IS_READ)
    if not head.strip() or path == "-" or place.suffix == ".json":
        # NOTE: its reader says best what is wrong with JSON of another kind, and a pipe shows no head to judge by.
        return INPUTS.get(_READS_THE_REST).read(place, options)
    if found := foreign(head):
        raise InputError(f"is {found.what}, which is not read", file=path, hint=found.hint or _MAKE_A_PLAN)
    raise InputError("is of no kind that can be read", file=path, hint=_WHAT_IS_READ)


def _is_plan(head: bytes) -> bool:
    """Whether a document is a plan beyond doubt: it begins like one and names what only a plan has."""
    begins = head[:200].lstrip()
    known = begins.startswith(b"{") and b'"format_version"' in begins
    return known and (b'"planned_values"' in head or b'"resource_changes"' in head)


def _head(path: Path) -> bytes:
    """The first bytes as UTF-8; none of a folder, or of a pipe, from which they could not be read again."""
    if str(path) == "-":
        peek = getattr(sys.stdin.buffer, "peek", None)
        return head_as_utf8(peek(_HEAD_BYTES)[:_HEAD_BYTES]) if peek else b""
    try:
        if not path.is_file():
            path.stat()
            return b""
        with path.open("rb") as file:
            return head_as_utf8(file.read(_HEAD_BYTES))
    except FileNotFoundError:
        raise InputError("no such file", file=str(path), hint="check the path") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"cannot be read: {reason}", file=str(path)) from None
