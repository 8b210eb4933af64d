"""Paths of the policy language: which words may follow which, and how a path is asked of a case."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from spendgate.model.case import ROOTS, Case, Keys, look_up, look_up_each, split_path
from spendgate.model.facets import (
    Accelerators,
    Capacity,
    Disk,
    Lifecycle,
    Limits,
    Pool,
    Purchase,
    Scaling,
    Schedule,
    TagKeys,
    WorkloadKind,
)
from spendgate.model.frozen import Frozen, field_names
from spendgate.model.values import Value
from spendgate.policies.mistakes import Mistake, near

Fetch: TypeAlias = Callable[[Case], Value]
Words: TypeAlias = Mapping[str, Any]
"""What may follow a word: a map of the next words, or `None` for anything."""

_PATH = re.compile(r"[^\s.\[\]{}|]+(\[\])?(\.[^\s.\[\]{}|]+(\[\])?)*")
_SIZES: Words = {"low": None, "expected": None, "high": None}
_MONEY_SIZES = frozenset(_SIZES)


def _words(kind: type[Frozen], **inner: Any) -> Words:
    return {name.rstrip("_"): inner.get(name) for name in field_names(kind)}


_TOTALS: Words = {
    "before_monthly": _SIZES,
    "after_monthly": _SIZES,
    "delta_monthly": _SIZES,
    **dict.fromkeys(("delta_percent", "unpriced_share", "unpriced", "unpriced_accelerators", "top")),
    **dict.fromkeys(
        (
            "complete",
            "errored",
            "deferred",
            "count",
            "types",
            "accelerators_added",
            "experiments",
            "carbon_added_kg",
            "carbon_goals_missed",
        )
    ),
    "alerts": dict.fromkeys(("actual", "forecast", "told", "uncovered")),
}
_BUSY: Words = dict.fromkeys(("gpu", "accelerators", "window_days"))
_POOL_PARTS: Words = {
    "capacity": _words(Capacity),
    "purchase": _words(Purchase),
    "accelerators": _words(Accelerators),
    "disks": _words(Disk),
}
VOCABULARY: Words = {
    "accel": _words(Accelerators),
    "capacity": _words(Capacity),
    "purchase": _words(Purchase),
    "schedule": _words(Schedule),
    "limits": _words(Limits),
    "scaling": _words(Scaling),
    "lifecycle": _words(Lifecycle),
    "workload": _words(WorkloadKind),
    "tag_keys": _words(TagKeys),
    "budget": {
        **dict.fromkeys(("name", "monthly", "owner", "spent", "projected")),
        "month_end": {"p50": None, "p90": None},
    },
    "life": dict.fromkeys(("stated", "expires_on", "days_left")),
    "around": {
        **dict.fromkeys(
            ("lost_tags", "storage_endpoint", "schedule_problems", "consumers", "data_regions", "far_data")
        ),
        **dict.fromkeys(("fingerprint", "same_work", "fits_together", "fits_with", "busiest")),
        **dict.fromkeys(("redundant", "redundant_share", "pilot_runs")),
        **dict.fromkeys(("target_expires", "placed", "fast_network", "zones", "model_grants", "used_share")),
        "offer": dict.fromkeys(("accelerators", "requested", "requested_share", "per_machine", "stranded", "smaller")),
        **dict.fromkeys(("processes", "idle_share", "demand")),
        "own": dict.fromkeys(
            ("covers", "free", "asked", "model", "places", "power_monthly", "full_monthly", "data_gb")
        ),
        "commitment": dict.fromkeys(("covered", "name", "family", "machine_type", "free_per_hour", "free_share")),
    },
    "vectors": dict.fromkeys(("raw_gib", "memory_gib")),
    "work": dict.fromkeys(("accelerator_hours", "hours", "cost", "peak_tflops", "peak_share")),
    "load": dict.fromkeys(
        (
            "tokens_millions",
            "stated",
            "requests_per_second",
            "repeated_share",
            "prefix_tokens",
            "cached_share",
            "batch_share",
            "own_monthly",
            "alternative",
            "api_per_million",
            "api_monthly",
            "break_even_millions",
            "own_per_million",
        )
    ),
    "traffic": {
        **dict.fromkeys(("public", "stated", "requests", "response_kb", "network_tier", "egress_gb", "egress_monthly")),
        **dict.fromkeys(("api_monthly", "monthly", "distributed_monthly")),
    },
    "pools": _words(Pool, **_POOL_PARTS),
    "disks": _words(Disk),
    "cost": {
        "monthly": _SIZES,
        "before_monthly": _SIZES,
        "delta_monthly": _SIZES,
        **dict.fromkeys(("hourly", "priced", "state", "unpriced", "lines")),
    },
    "carbon": dict.fromkeys(("kwh_month", "kg_month", "embodied_kg_month")),
    "change": _TOTALS,
    "cheapest_allowed": {
        **dict.fromkeys(
            ("monthly", "saving_monthly", "egress_monthly", "hourly", "price_ratio", "provider", "region", "machine")
        ),
        **dict.fromkeys(
            ("as_of", "accelerator", "accelerators", "grid_g_per_kwh", "kg_month", "work_gain", "listed", "lines")
        ),
        **dict.fromkeys(("model", "price_per_million", "present_price_per_million")),
    },
    "repriced": {"monthly": _SIZES, "saving_monthly": _SIZES, "lines": None},
    "rates": dict.fromkeys(("oldest", "age_days")),
    "grid": dict.fromkeys(("g_per_kwh", "region", "note")),
    "group": {"by": None, "value": None, "size": None, "accelerators": None, "util": _BUSY, **_TOTALS},
}
"""The words after each root whose words are known; roots that are not here take any (`tags.owner`, `after.engine`)."""


def check_path(path: Any) -> Keys:
    """The keys of a path. Raises Mistake for a root or a facet's field that does not exist, with the nearest name."""
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        raise Mistake(
            f"{path!r} is no path", "a path is words and dots, such as accel.count or pools[].disks[].size_gib"
        )
    keys = split_path(path)
    root = keys[0].removesuffix("[]")
    if root not in ROOTS:
        raise Mistake(f"no field starts with {root!r}", near(root, ROOTS, whole="fields start with"))
    words: Any = VOCABULARY.get(root)
    for position, key in enumerate(keys[1:], 1):
        word = key.removesuffix("[]")
        if not isinstance(words, Mapping) or word.isdecimal():
            continue
        if word not in words:
            before = ".".join(keys[:position])
            raise Mistake(f"{before} has no {word!r}", near(word, words, whole=f"{before} has"))
        words = words[word]
    return keys


def fetcher(keys: Keys) -> Fetch:
    """How the value at a path without `[]` is asked of a case."""

    def fetch(case: Case) -> Value:
        return look_up(case, keys)

    if len(keys) == 1:
        root = keys[0]
        return lambda case: case.root(root)
    return fetch


def each_fetcher(keys: Keys) -> Callable[[Case], list[Value]]:
    """How the values at a path with `[]` are asked of a case."""
    return lambda case: look_up_each(case, keys)


def has_elements(keys: Keys) -> bool:
    """Whether a path stands for each element of a list."""
    return any(key.endswith("[]") for key in keys)


def unit_of(path: str) -> str:
    """How a number at a path is shown, by the path's words: `money`, `share` (0.25 is a quarter), or plainly."""
    keys = path.split(".")
    if len(keys) > 1 and keys[-1] in _MONEY_SIZES:
        keys = keys[:-1]
    if keys[-1] == "hourly" or keys[-1].endswith("monthly") or keys[0] == "budget":
        return "money"
    return "share" if keys[-1].endswith("_share") else ""


def is_accelerator_model(keys: Keys) -> bool:
    """Whether a path names accelerator models, whose names have many spellings."""
    return len(keys) > 1 and keys[-1].removesuffix("[]") == "models" and keys[-2].startswith("accel")
