"""Takes out of what a cloud's API answers whatever may be a secret, before it is written anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from spendgate.inputs.inventory.secrets import is_secret, looks_secret

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LABELS = frozenset({"tags", "labels", "resourceLabels", "userLabels", "nodeSelector"})
"""Maps whose keys people choose: `env` and `token-budget` are fine names for a label."""
_FREE = frozenset(
    {
        "args", "command", "commandLine", "commands", "commandToExecute", "description", "environmentSettings", "errors", "extensionProfile",
        "masterAuth", "osProfile", "outputs", "parameters", "protectedSettings", "script", "scripts", "siteConfig",
        "sshKeys", "startTask", "startupScript", "statusMessage", "userAccounts",
    }
)  # fmt: skip
"""Fields that hold scripts, texts and settings of anybody's; nothing of them is read for a size or a price."""
_KEY = re.compile(r"(?<=[a-z0-9])Keys?$")
_METADATA = frozenset(
    {"annotations", "created-by", "creationTimestamp", "enable-guest-attributes", "idle-timeout-seconds", "labels", "name", "namespace"}
)  # fmt: skip
"""What is kept of metadata, into which people write scripts and keys."""
_ANNOTATIONS = ("autoscaling.knative.dev/", "run.googleapis.com/")
_REMOVED = "REMOVED"


def scrubbed(value: Any, key: str = "") -> Any:
    """The value without fields that are named like secrets, without environments, scripts and metadata, and without texts that
    look like keys; labels and tags are kept under whatever name."""
    if isinstance(value, Mapping):
        if key == "metadata":
            value = _of_metadata(value)
        return {
            name: scrubbed(child, name)
            for name, child in value.items()
            if key in _LABELS or key == "metadata" or not _is_dropped(str(name))
        }
    if isinstance(value, list):
        return [scrubbed(child, key) for child in value]
    return _REMOVED if isinstance(value, str) and looks_secret(value) else value


def _is_dropped(name: str) -> bool:
    return name in _FREE or _KEY.search(name) is not None or is_secret(_HUMP.sub("_", name).replace("-", "_").lower())


def _of_metadata(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """NOTE: Compute Engine has a list of pairs here, Workbench a map, Cloud Run an object with annotations."""
    entries = value.get("items")
    if isinstance(entries, list):
        kept = [each for each in entries if isinstance(each, Mapping) and str(each.get("key")) in _METADATA]
        return {"items": kept}
    found = {name: child for name, child in value.items() if name in _METADATA}
    notes = found.get("annotations")
    if isinstance(notes, Mapping):
        found["annotations"] = {
            name: child for name, child in notes.items() if name.startswith(_ANNOTATIONS) and not is_secret(name)
        }
    return found
