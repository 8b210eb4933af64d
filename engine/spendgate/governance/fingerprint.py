"""A name for a finding that survives line moves and reordering, but not another value or another root."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from spendgate.model.finding import Finding

_LENGTH = 32


def fingerprint(finding: Finding, root: str) -> str:
    """The fingerprint of a finding: policy, address, path and offending value, in a root (32 hexadecimal digits)."""
    parts = (
        root,
        finding.policy,
        finding.address,
        finding.path or "",
        finding.verdict.value,
        plain_text(finding.actual),
    )
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:_LENGTH]


def plain_text(value: Any) -> str:
    """A value as text that does not depend on the order of a map or a set."""
    if isinstance(value, Mapping):
        return "{" + ",".join(sorted(f"{key}:{plain_text(child)}" for key, child in value.items())) + "}"
    if isinstance(value, (set, frozenset)):
        return "[" + ",".join(sorted(plain_text(child) for child in value)) + "]"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(plain_text(child) for child in value) + "]"
    return str(value)
