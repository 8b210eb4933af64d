"""How long a training run takes by the work in it: floating point operations over what the accelerators do in an hour.

Training takes about six operations for each parameter and token. What accelerators do at most is in `peak_tflops.csv`; large runs reach 30 to
50 % of that (MFU), so 40 % is taken where nobody states it. Tags give the work: `training-tokens-billions`, `model-parameters-billions` (else the
size in the model's name), `peak-share` in percent, `peak-tflops` for accelerators that are not in the table.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from spendgate.costing.tags import above_zero
from spendgate.model.facets import Facets
from spendgate.model.values import Number, Unknown

TOKENS = "training-tokens-billions"
_SIZE, _SHARE, _PEAK = "model-parameters-billions", "peak-share", "peak-tflops"
_OPERATIONS = Decimal(6)
_USUAL_SHARE = Decimal(40)
_HUNDRED = Decimal(100)
_SECONDS = Decimal(3600)
_MILLION = Decimal(1_000_000)
"""A billion parameters times a billion tokens, in units of a million million operations."""


def work_of(facets: Facets, hourly: Any) -> Mapping[str, Any]:
    """The root `work` (`docs/facets.md`): `accelerator_hours`, `hours`, `cost`; empty for what states no tokens.

    `hourly` is what it costs in an hour in which it runs. What is missing makes the rest unknown, with the reason.
    """
    if isinstance(facets.tags, Unknown) or TOKENS not in facets.tags:
        return {}
    tokens = above_zero(facets, TOKENS)
    size = above_zero(facets, _SIZE)
    if size is None:
        size = facets.llm.get("parameters_billions")
        size = Unknown(f"the size of the model is not known: give the tag {_SIZE}") if size is None else size
    share = above_zero(facets, _SHARE)
    share = _USUAL_SHARE if share is None else share
    peak, count = _peak(facets), _count(facets)
    for each in (tokens, size, share, peak):
        if isinstance(each, Unknown):
            return {"accelerator_hours": each, "hours": each, "cost": each}
    if not (isinstance(tokens, Decimal) and isinstance(size, Decimal) and isinstance(peak, Decimal)) or not share:
        gap = Unknown("its work cannot be told")
        return {"accelerator_hours": gap, "hours": gap, "cost": gap}
    amount = _OPERATIONS * size * tokens * _MILLION / (peak * share / _HUNDRED * _SECONDS)
    hours = amount / count if isinstance(count, Decimal) else count
    found: dict[str, Any] = {
        "accelerator_hours": amount,
        "hours": hours,
        "peak_tflops": peak,
        "peak_share": share / _HUNDRED,
    }
    if isinstance(hours, Unknown) or not isinstance(hourly, Decimal):
        found["cost"] = hours if isinstance(hours, Unknown) else Unknown("what an hour of it costs is not known")
    else:
        found["cost"] = hours * hourly
    return found


def _peak(facets: Facets) -> Number:
    """What one accelerator does at most, in million million operations a second: the slowest of those that may be started."""
    stated = above_zero(facets, _PEAK)
    if stated is not None:
        return stated
    models, variants = facets.accel.models, facets.accel.variants
    if isinstance(models, Unknown):
        return models
    if not models:
        return Unknown("it has no accelerators")
    known = _table()
    exact = [known[name] for name in variants if name in known] if not isinstance(variants, Unknown) else []
    found = exact or [known[name] for name in models if name in known]
    if not found:
        return Unknown(f"what {models[0]} does at most is not in the table: give the tag {_PEAK}")
    return min(found)


def _count(facets: Facets) -> Decimal | Unknown:
    """Accelerators that work at it, at the expected size."""
    total = Decimal(0)
    for pool in facets.pools:
        each, machines = pool.accelerators.count, pool.capacity.desired
        for value in (each, machines):
            if isinstance(value, Unknown):
                return value
        if each and machines is not None and not isinstance(machines, Unknown) and not isinstance(each, Unknown):
            total += Decimal(each) * machines
    return total if total else Unknown("how many accelerators work at it is not known")


@cache
def _table() -> Mapping[str, Decimal]:
    text = files("spendgate.costing").joinpath("peak_tflops.csv").read_text(encoding="utf-8")
    return {row["model"]: Decimal(row["tflops"]) for row in csv.DictReader(text.splitlines())}
