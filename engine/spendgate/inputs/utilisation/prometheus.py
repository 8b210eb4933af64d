"""Asks a Prometheus for the use of machines and workloads over a window, by PromQL. Read-only: queries and nothing else."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
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
from spendgate.inputs.utilisation.promql import CARDS, HOSTS, STEP_SECONDS, over
from spendgate.inputs.utilisation.ranges import Ask, labels_of, parts, points, sample, span
from spendgate.inputs.utilisation.workloads import workload_samples
from spendgate.model.frozen import Frozen, replace
from spendgate.model.resource import Level, Problem
from spendgate.model.values import Unknown

TIMEOUT_SECONDS = 10.0
_LARGEST_ANSWER_BYTES = 256 * 1024 * 1024
_WINDOW = re.compile(r"(\d+)([hd])")
_SECONDS = re.compile(r"(\d+)s")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
LABELS = ("resource", "instance_id", "node", "kubernetes_node", "Hostname", "instance")
"""Labels that may name the machine, the most telling first; `instance` loses its port."""


class Question(Frozen):
    """Where to ask, over how long, which label names the machine (None: the first of `LABELS` that is there), how long to wait."""

    url: str
    window_days: Decimal
    label: str | None
    shown: str
    timeout_seconds: float = TIMEOUT_SECONDS


def question(address: str) -> Question:
    """`https://host:9090/path?window=7d&label=node&timeout=60s` taken apart. Raises SettingsError for what is none."""
    parts = urlsplit(address)
    given = parse_qs(parts.query)
    if strange := sorted(set(given) - {"window", "label", "timeout"}):
        hint = "window=7d, label=NAME, timeout=60s"
        raise SettingsError(f"--metrics: {strange[0]} is no option of a Prometheus", hint=hint)
    match = _WINDOW.fullmatch(given.get("window", ["7d"])[0])
    label = given.get("label", [None])[0]
    if match is None or not int(match[1]) or (label is not None and not _LABEL.fullmatch(label)):
        raise SettingsError("--metrics: its window or label is none", hint="window=7d or window=48h, label=node")
    wait = _SECONDS.fullmatch(given.get("timeout", [f"{TIMEOUT_SECONDS:g}s"])[0])
    if wait is None or not int(wait[1]):
        raise SettingsError("--metrics: its timeout is none", hint="timeout=60s")
    if not parts.hostname:
        raise SettingsError("--metrics: names no host", hint="prometheus+https://prometheus.example:9090")
    if parts.username or parts.password:
        raise SettingsError(
            "--metrics: an address holds no password", hint="SPENDGATE_PROMETHEUS_TOKEN holds a bearer token"
        )
    days = Decimal(match[1]) if match[2] == "d" else Decimal(match[1]) / 24
    url = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
    return Question(url, days, label, f"Prometheus at {parts.netloc}", float(wait[1]))


def ask(
    address: str,
    now: datetime,
    token: str | None = None,
    timeout_seconds: float | None = None,
    *,
    workloads: bool = True,
) -> Use:
    """The use of every machine that the server knows, and with `workloads` of what runs on Kubernetes.

    A server that does not answer leaves all use unknown, and says so; what it answered of the one stays when the other fails.
    """
    asked = question(address)
    if timeout_seconds is not None:
        asked = replace(asked, timeout_seconds=timeout_seconds)
    samples: list[Sample] = []
    failed: list[str] = []
    for part in (_machines, _workloads) if workloads else (_machines,):
        try:
            samples += part(asked, now, token)
        except (OSError, HTTPException, InputError) as error:
            failed.append(f"{asked.shown} {_reason(error, asked.timeout_seconds)}")
    if failed:
        why = "; ".join(dict.fromkeys(failed))
        rest = "how much is used is not known" if not samples else "not all use is known"
        problem = Problem(Level.WARNING, f"{why}: {rest}", undetermined=True)
        return Use(samples, asked.shown, (problem,), Unknown(why))
    if not samples:
        why = f"{asked.shown} knows none of the metrics of the DCGM and node exporters, of kube-state-metrics and cAdvisor"
        return Use((), asked.shown, (Problem(Level.WARNING, why, undetermined=True),), Unknown(why))
    return Use(samples, asked.shown)


def _window(asked: Question, now: datetime) -> tuple[datetime, datetime]:
    """From when until when. NOTE: whole steps, so that a full window has the same number of them whatever the clock says."""
    end = datetime.fromtimestamp(now.timestamp() // STEP_SECONDS * STEP_SECONDS, UTC)
    return end - timedelta(seconds=int(asked.window_days * 86_400)), end


def _workloads(asked: Question, now: datetime, token: str | None) -> Iterator[Sample]:
    return workload_samples(_asking(asked, token), *_window(asked, now))


def _machines(asked: Question, now: datetime, token: str | None) -> Iterator[Sample]:
    yield from _cards(asked, now, token)
    yield from _hosts(asked, now, token)


def _cards(asked: Question, now: datetime, token: str | None) -> Iterator[Sample]:
    """Accelerators: the peak of a machine is that of its busiest one."""
    seen: set[tuple[str, str]] = set()
    start, end = _window(asked, now)
    for metric, expression in CARDS:
        queries = over(expression, int(asked.window_days * 24), _labels(asked))
        means = _answer(asked, queries.mean, end, token)
        if not means:
            continue
        peaks = _answer(asked, queries.peak, end, token)
        counts = _answer(asked, queries.count, end, token)
        for name, mean in means.items():
            if (metric, name) not in seen:
                seen.add((metric, name))
                yield Sample(name, metric, mean, peaks.get(name), int(counts.get(name, 0)), start, end)


def _hosts(asked: Question, now: datetime, token: str | None) -> Iterator[Sample]:
    """Processors and memory. NOTE: a hundred series a machine, of which a server makes a week no more at once than it answers in time."""
    ask = _asking(asked, token)
    start, end = _window(asked, now)
    for metric, expression in HOSTS:
        query = f"avg by ({', '.join(_labels(asked))}) ({expression})"
        found: dict[str, array[float]] = {}
        for since, until in parts(start, end):
            # NOTE: a machine that is scraped twice counts once.
            named = {
                _machine(labels_of(one), asked.label): one for one in ask("query_range", span(query, since, until))
            }
            for name, result in named.items():
                if name is not None:
                    found.setdefault(name, array("d")).extend(value for _, value in points(result))
        yield from (sample(name, metric, values, start, end) for name, values in found.items() if values)


def _labels(asked: Question) -> tuple[str, ...]:
    return (asked.label,) if asked.label else LABELS


def _asking(asked: Question, token: str | None) -> Ask:
    def results(path: str, parameters: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        return _results(asked, path, parameters, token)

    return results


def _answer(asked: Question, query: str, end: datetime, token: str | None) -> dict[str, Decimal]:
    """The values before a moment by machine. NOTE: a step on that moment would be one too many, both ends of a window count."""
    values: dict[str, Decimal] = {}
    for entry in _results(asked, "query", {"query": query, "time": end.timestamp() - 1}, token):
        name, pair = _machine(labels_of(entry), asked.label), entry.get("value")
        value = _decimal(pair[1]) if isinstance(pair, list) and len(pair) > 1 else None
        if name and value is not None:
            values[name] = value
    return values


def _results(
    asked: Question, path: str, parameters: Mapping[str, Any], token: str | None
) -> Sequence[Mapping[str, Any]]:
    seconds = asked.timeout_seconds
    body = urlencode({**parameters, "timeout": f"{int(seconds)}s"})
    request = Request(f"{asked.url}/api/v1/{path}", data=body.encode(), method="POST")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urlopen(request, timeout=seconds) as response:
        data = response.read(_LARGEST_ANSWER_BYTES)
    found = decode_any(data, asked.shown)
    answer = found.get("data") if isinstance(found, Mapping) and found.get("status") == "success" else None
    said = answer.get("result") if isinstance(answer, Mapping) else None
    if not isinstance(said, list):
        raise InputError("answered with something else than a result")
    return [result for result in said if isinstance(result, Mapping)]


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
        return f"did not answer in {timeout_seconds:g} s (timeout=60s waits longer)"
    if isinstance(error, InputError):
        return error.message
    return f"cannot be reached ({cause})"
