"""Asks a Prometheus for the use of machines over a window, by PromQL. Read-only: instant queries and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit
from urllib.request import Request, urlopen

from spendgate.documents.machine import decode_any
from spendgate.errors import InputError, SettingsError
from spendgate.inputs.utilisation.measured import Sample, Use
from spendgate.model.frozen import Frozen
from spendgate.model.resource import Level, Problem
from spendgate.model.values import Unknown

TIMEOUT_SECONDS = 10.0
_LARGEST_ANSWER_BYTES = 256 * 1024 * 1024
_WINDOW = re.compile(r"(\d+)([hd])")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
LABELS = ("resource", "instance_id", "node", "kubernetes_node", "Hostname", "instance")
"""Labels that may name the machine, the most telling first; `instance` loses its port."""

QUERIES: tuple[tuple[str, str], ...] = (
    ("gpu", "DCGM_FI_PROF_GR_ENGINE_ACTIVE"),
    ("gpu", "DCGM_FI_DEV_GPU_UTIL / 100"),
    ("tensor", "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE"),
    ("gpu_memory", "DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE)"),
    ("cpu", '1 - avg without (cpu, mode) (rate(node_cpu_seconds_total{mode="idle"}[5m]))'),
    ("memory", "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes"),
)
"""What is measured by which expression, in the names of the DCGM exporter and the node exporter; of several for one metric the
first that a machine has counts. NOTE: `GPU_UTIL` only says that some kernel ran, so that it is the last resort."""
_STEP = "5m"


class Question(Frozen):
    """Where to ask, over how long, and which label names the machine (None: the first of `LABELS` that is there)."""

    url: str
    window_days: Decimal
    label: str | None
    shown: str


def question(address: str) -> Question:
    """`https://host:9090/path?window=7d&label=node` taken apart. Raises SettingsError for what is none."""
    parts = urlsplit(address)
    given = parse_qs(parts.query)
    if strange := sorted(set(given) - {"window", "label"}):
        raise SettingsError(f"--metrics: {strange[0]} is no option of a Prometheus", hint="window=7d and label=NAME")
    match = _WINDOW.fullmatch(given.get("window", ["7d"])[0])
    label = given.get("label", [None])[0]
    if match is None or not int(match[1]) or (label is not None and not _LABEL.fullmatch(label)):
        raise SettingsError("--metrics: its window or label is none", hint="window=7d or window=48h, label=node")
    if not parts.hostname:
        raise SettingsError("--metrics: names no host", hint="prometheus+https://prometheus.example:9090")
    if parts.username or parts.password:
        raise SettingsError(
            "--metrics: an address holds no password", hint="SPENDGATE_PROMETHEUS_TOKEN holds a bearer token"
        )
    days = Decimal(match[1]) if match[2] == "d" else Decimal(match[1]) / 24
    url = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
    return Question(url, days, label, f"Prometheus at {parts.netloc}")


def ask(address: str, now: datetime, token: str | None = None, timeout_seconds: float = TIMEOUT_SECONDS) -> Use:
    """The use of every machine that the server knows. A server that does not answer leaves all use unknown, and says so."""
    asked = question(address)
    try:
        samples = list(_samples(asked, now, token, timeout_seconds))
    except (OSError, HTTPException, InputError) as error:
        why = f"{asked.shown} {_reason(error, timeout_seconds)}"
        problem = Problem(Level.WARNING, f"{why}: how much is used is not known", undetermined=True)
        return Use((), asked.shown, (problem,), Unknown(why))
    if not samples:
        why = f"{asked.shown} knows none of the metrics of the DCGM and node exporters"
        return Use((), asked.shown, (Problem(Level.WARNING, why, undetermined=True),), Unknown(why))
    return Use(samples, asked.shown)


def _samples(asked: Question, now: datetime, token: str | None, timeout_seconds: float) -> Iterator[Sample]:
    seen: set[tuple[str, str]] = set()
    start = now - timedelta(seconds=int(asked.window_days * 86_400))
    span = f"{int(asked.window_days * 24)}h:{_STEP}"
    for metric, expression in QUERIES:
        series = f"({expression})[{span}]"
        labels = (asked.label,) if asked.label else LABELS
        by = ", ".join(labels)

        def answer(query: str) -> dict[str, Decimal]:
            return _answer(asked, query, now, token, timeout_seconds)

        means = answer(f"avg by ({by}) (avg_over_time({series}))")
        if not means:
            continue
        peaks = answer(f"max by ({by}) (quantile_over_time(0.95, {series}))")
        counts = answer(f"min by ({by}) (count_over_time({series}))")
        for name, mean in means.items():
            if (metric, name) not in seen:
                seen.add((metric, name))
                yield Sample(name, metric, mean, peaks.get(name), int(counts.get(name, 0)), start, now)


def _answer(
    asked: Question, query: str, now: datetime, token: str | None, timeout_seconds: float
) -> dict[str, Decimal]:
    body = urlencode({"query": query, "time": now.astimezone(UTC).timestamp(), "timeout": f"{int(timeout_seconds)}s"})
    request = Request(f"{asked.url}/api/v1/query", data=body.encode(), method="POST")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urlopen(request, timeout=timeout_seconds) as response:
        data = response.read(_LARGEST_ANSWER_BYTES)
    found = decode_any(data, asked.shown)
    result = (
        found.get("data", {}).get("result") if isinstance(found, Mapping) and found.get("status") == "success" else None
    )
    if not isinstance(result, list):
        raise InputError("answered with something else than a result")
    values: dict[str, Decimal] = {}
    for entry in result:
        name = _machine(entry.get("metric") or {}, asked.label)
        value = _decimal((entry.get("value") or [None, None])[1])
        if name and value is not None:
            values[name] = value
    return values


def _machine(labels: Mapping[str, Any], wanted: str | None) -> str | None:
    for label in (wanted,) if wanted else LABELS:
        value = labels.get(label)
        if isinstance(value, str) and value:
            return re.sub(r":\d+$", "", value) if label == "instance" else value
    return None


def _decimal(text: Any) -> Decimal | None:
    try:
        value = Decimal(str(text))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _reason(error: Exception, timeout_seconds: float) -> str:
    if isinstance(error, HTTPError):
        words = {401: "refuses the token", 403: "forbids the query", 422: "cannot run the query", 503: "is overloaded"}
        return f"{words.get(error.code, 'answered')} (HTTP {error.code})"
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(cause, TimeoutError) or "timed out" in str(cause):
        return f"did not answer in {timeout_seconds:g} s"
    if isinstance(error, InputError):
        return error.message
    return f"cannot be reached ({cause})"
