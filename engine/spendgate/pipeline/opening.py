"""Opens the inputs of a run: options that only some of them understand, a base by its revision, places in source beside plans."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from spendgate.errors import SettingsError
from spendgate.inputs import COMPARISONS, open_input
from spendgate.model.frozen import replace
from spendgate.model.resource import Locate, Workload
from spendgate.settings import Settings

_WORDS = {"k8s": "Kubernetes objects", "source": "Terraform source", "gateway": "configuration of LLM gateways"}
_SOURCE_SUFFIXES = (".tf", ".tofu", ".tf.json", ".tofu.json")
_SOURCE_ONLY = {"variables": "--var and --var-file", "roots": "--root"}


def opened(inputs: Sequence[str], settings: Settings) -> tuple[Workload, ...]:
    """Every input as a workload. Raises InputError, and SettingsError for an option that no input can heed."""
    options = _options(settings)
    workloads = tuple(open_input(path, options) for path in inputs)
    kinds = {workload.source for workload in workloads}
    if "source" not in kinds:
        for key, option in _SOURCE_ONLY.items():
            if getattr(settings, key):
                raise SettingsError(f"{option}: no input is Terraform source", hint="a plan has its values already")
    if settings.cluster is not None and "k8s" not in kinds:
        raise SettingsError(
            "--cluster: no input holds objects of Kubernetes", hint="plans and source name their regions"
        )
    if settings.source is not None and "plan" not in kinds:
        raise SettingsError("--source: no input is a plan", hint="source knows its own lines")
    placed = tuple(_placed(path, workload, settings.source) for path, workload in zip(inputs, workloads, strict=True))
    if settings.base is None:
        return placed
    if not any(kind in COMPARISONS for kind in kinds):
        raise SettingsError(
            f"--base {settings.base}: no input is compared with anything",
            hint="a plan tells by itself what was before; --base goes with source or manifests",
        )
    return _against(_base(inputs, settings.base, options), placed, settings.base)


def _against(base: Workload, heads: Sequence[Workload], named: str) -> tuple[Workload, ...]:
    """The heads, the one of the base's kind as what changes between the two. Raises SettingsError when there is not one."""
    if base.source not in COMPARISONS:
        raise SettingsError(
            f"--base {named}: what it holds is not compared with anything",
            hint="a plan tells by itself what was before; --base takes source, manifests, or what a cluster holds",
        )
    like = [head for head in heads if head.source == base.source]
    if len(like) != 1:
        found = "no input is" if not like else f"{len(like)} inputs are"
        raise SettingsError(
            f"--base {named}: {found} of its kind ({_WORDS.get(base.source, base.source)})",
            hint="name one folder that holds what is to be",
        )
    compare = COMPARISONS.get(base.source)
    return tuple(compare(base, head) if head is like[0] else head for head in heads)


def _base(inputs: Sequence[str], base: str, options: Mapping[str, Any]) -> Workload:
    """What there was before: a file or folder, else the only input at a revision of its repository.

    Raises InputError, and SettingsError for what is neither.
    """
    if base == "-" or Path(base).exists():
        return open_input(base, options)
    if len(inputs) != 1:
        raise SettingsError(f"--base {base}: is no file or folder; a revision goes with one input")
    from spendgate.inputs.revisions import at_revision, renamed

    with at_revision(inputs[0], base) as folder:
        return renamed(open_input(folder, options), folder, f"{base}:{inputs[0]}")


def _options(settings: Settings) -> Mapping[str, Any]:
    return {
        "workspace": settings.workspace,
        "variables": settings.variables,
        "roots": settings.roots,
        "edited": settings.edited,
    }


def _placed(path: str, workload: Workload, stated: str | None) -> Workload:
    """A plan with places in the source beside it, if there is any."""
    if workload.source != "plan" or (path == "-" and stated is None):
        return workload
    folder = stated if stated is not None else os.path.dirname(path) or "."  # noqa: PTH120 - shown as the user wrote it
    if stated is not None and not Path(stated).is_dir():
        raise SettingsError(f"--source {stated}: no such folder")
    found = _locator(folder)
    if found is None and stated is not None:
        raise SettingsError(f"--source {stated}: holds no Terraform source")
    return workload if found is None else replace(workload, locate=found)


def _locator(folder: str) -> Locate | None:
    """Finds lines in the source of a folder; what reads source is loaded only where there is some."""
    try:
        if not any(name.endswith(_SOURCE_SUFFIXES) for name in os.listdir(folder)):  # noqa: PTH208
            return None
    except OSError:
        return None
    from spendgate.inputs.terraform_source.locations import locator

    return locator(folder)
