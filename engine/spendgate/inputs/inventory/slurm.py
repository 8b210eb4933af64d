"""Slurm: nodes, partitions and jobs of a cluster of one's own, as `scontrol`, `sinfo` and `squeue --json` print them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from spendgate.inputs.inventory.fields import MISSING, items, moment, pick, text
from spendgate.inputs.inventory.shape import NOT_SAID, exists
from spendgate.model.attributes import Attributes
from spendgate.model.resource import Change, Observed, Resource

Record = Mapping[str, Any]
_GPU = re.compile(r"(?:gres/)?gpu(?::([A-Za-z0-9_.\-]+))?[:=](\d+)")
_RUNNING = ("RUNNING", "COMPLETING", "CONFIGURING", "SUSPENDED", "STOPPED")
_DOWN = frozenset({"DOWN", "POWERED_DOWN", "POWERING_DOWN", "POWER_DOWN"})


def looks_like_slurm(head: bytes) -> bool:
    """Whether a document names Slurm and a list that its commands print."""
    return b'"slurm"' in head.lower() and re.search(rb'"(?:nodes|sinfo|jobs|partitions)"\s*:\s*\[', head) is not None


def changes_of(document: Any) -> Iterator[Change] | None:
    """The nodes, pools and running jobs of an answer, or None for a document of another kind."""
    if not isinstance(document, Mapping) or not ("meta" in document or "last_update" in document):
        return None
    if isinstance(document.get("sinfo"), list):
        return _pools(document["sinfo"], moment(pick(document, "last_update")))
    if isinstance(document.get("nodes"), list):
        seen = moment(pick(document, "last_update"))
        return (_node(record, seen) for record in items(document, "nodes"))
    if isinstance(document.get("jobs"), list):
        return (_job(record) for record in items(document, "jobs") if set(_states(record, "job_state")) & set(_RUNNING))
    return None


def gpus(said: str | None) -> tuple[str | None, int]:
    """Model and number of GPUs in a text of Slurm's: `gpu:a100:8(S:0-1)`, `gres/gpu:h100=4`, `gres/gpu=2`.

    NOTE: allocations name the total and then each model again; the model's own number counts.
    """
    best: tuple[str | None, int] = (None, 0)
    for match in _GPU.finditer(said or ""):
        model, count = match[1], int(match[2])
        if model is not None:
            total = best[1] if best[0] is not None else 0
            best = (best[0] or model, total + count)
        elif best[0] is None:
            best = (None, max(best[1], count))
    return best


def _states(record: Record, *paths: str) -> list[str]:
    for path in paths:
        value = pick(record, path)
        if isinstance(value, list):
            return [str(each).upper() for each in value]
        if isinstance(value, str):
            return value.upper().split("+")
    return []


def _number(record: Record, path: str) -> int | None:
    value = pick(record, path)
    if isinstance(value, Mapping):
        value = value.get("number") if value.get("set", True) and not value.get("infinite") else None
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _node(record: Record, seen: datetime | None) -> Change:
    states = _states(record, "state")
    model, count = gpus(text(record, "gres"))
    used = text(record, "gres_used")
    memory = _number(record, "real_memory")
    name = text(record, "name", "hostname") or "?"
    values = {
        "vcpu": _number(record, "cpus"),
        "memory_gib": memory / 1024 if memory is not None else None,
        "accelerator": model,
        "accelerators": count,
        "accelerators_used": gpus(used)[1] if used is not None else None,
        "tags": {"partition": ",".join(map(str, found))}
        if isinstance(found := pick(record, "partitions"), list) and found
        else {},
    }
    observed = Observed(
        identity=name,
        state="+".join(states).lower() or None,
        stopped=bool(_DOWN & set(states)),
        idle="IDLE" in states and not _DOWN & set(states),
        created=moment(pick(record, "boot_time")),
        last_used=moment(pick(record, "last_busy")),
        seen=seen,
    )
    return _exists("onprem_node", name, values, observed)


def _pools(entries: list[Any], seen: datetime | None) -> Iterator[Change]:
    """Sets of like nodes; a node that is in several partitions is counted in the first."""
    counted: set[str] = set()
    for number, entry in enumerate(each for each in entries if isinstance(each, Mapping)):
        names = pick(entry, "nodes.nodes")
        mine = [name for name in map(str, names) if name not in counted] if isinstance(names, list) else []
        counted.update(mine)
        count = len(mine) if isinstance(names, list) and names else _number(entry, "nodes.total")
        if not count:
            continue
        model, cards = gpus(text(entry, "gres.total"))
        states = _states(entry, "node.state", "state")
        partition = text(entry, "partition.name", "partition") or "?"
        memory = _number(entry, "memory.maximum")
        values = {
            "vcpu": _number(entry, "cpus.maximum"),
            "memory_gib": memory / 1024 if memory is not None else None,
            "accelerator": model,
            "accelerators": cards,
            "accelerators_used": gpus(used)[1] if (used := text(entry, "gres.used")) is not None else None,
            "count": count,
            "tags": {"partition": partition},
        }
        observed = Observed(identity=f"{partition}#{number}", state="+".join(states).lower() or None,
                            stopped=bool(_DOWN & set(states)), idle="IDLE" in states, seen=seen)  # fmt: skip
        yield _exists("onprem_pool", f"{partition}/{'+'.join(states).lower() or number}", values, observed)


def _job(record: Record) -> Change:
    model, count = gpus(text(record, "tres_alloc_str", "tres_req_str"))
    if not count:
        # NOTE: what a job asks of each of its nodes, of which it has one at least.
        model, each = gpus(text(record, "tres_per_node"))
        count = each * (_number(record, "node_count") or 1)
    minutes = _number(record, "time_limit")
    user, account = text(record, "user_name"), text(record, "account")
    tags = {"owner": user, "account": account, "partition": text(record, "partition")}
    values = {
        "accelerator": model,
        "accelerators": count,
        "time_limit_hours": minutes / 60 if minutes is not None else None,
        "tags": {key: value for key, value in tags.items() if value},
    }
    name = text(record, "job_id") or "?"
    observed = Observed(
        identity=name, state="+".join(_states(record, "job_state")).lower(), created=moment(pick(record, "start_time"))
    )
    return _exists("onprem_job", name, values, observed)


def _exists(type_: str, name: str, values: Mapping[str, Any], observed: Observed) -> Change:
    held = {key: value for key, value in values.items() if value is not None and value is not MISSING}
    return exists(
        Resource(f"{type_}.{name}", type_, name, "onprem", Attributes(held, False, False, NOT_SAID), observed=observed)
    )
