"""How long work may run and when it stops."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.corpus.kubernetes.run import run_file, run_text

from spendgate.facets.kubernetes.timetable import downscaled, window_hours
from spendgate.facets.schedules import fires_per_week
from spendgate.model.facets import Facets
from spendgate.model.values import Unknown

BODY = "template: {spec: {containers: [{name: c, image: x, resources: {requests: {cpu: 1, memory: 1Gi}}}]}}"


def facets(tmp_path: Path, kind: str, spec: str, meta: str = "", version: str = "batch/v1") -> Facets:
    text = f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: w, namespace: n, {meta}}}\nspec: {{{spec}}}\n"
    return run_text(text, tmp_path).only


@pytest.mark.parametrize(
    ("kind", "version", "spec", "hours", "ttl", "retries"),
    [
        ("Job", "batch/v1", f"activeDeadlineSeconds: 7200, ttlSecondsAfterFinished: 60, {BODY}", 2, 60, 6),
        ("Job", "batch/v1", f"backoffLimit: 0, {BODY}", None, None, 0),
        ("CronJob", "batch/v1", f"schedule: '0 2 * * *', jobTemplate: {{spec: {{activeDeadlineSeconds: 3600, {BODY}}}}}", 1, None, 6),
        ("JobSet", "jobset.x-k8s.io/v1alpha2", f"failurePolicy: {{maxRestarts: 3}}, replicatedJobs: [{{name: a, template: {{spec: {{activeDeadlineSeconds: 3600, {BODY}}}}}}}, {{name: b, template: {{spec: {{activeDeadlineSeconds: 7200, {BODY}}}}}}}]", 2, None, 3),
        ("JobSet", "jobset.x-k8s.io/v1alpha2", f"replicatedJobs: [{{name: a, template: {{spec: {{activeDeadlineSeconds: 3600, {BODY}}}}}}}, {{name: b, template: {{spec: {{{BODY}}}}}}}]", None, None, 0),
        ("PyTorchJob", "kubeflow.org/v1", f"runPolicy: {{activeDeadlineSeconds: 36000, backoffLimit: 2, ttlSecondsAfterFinished: 5}}, pytorchReplicaSpecs: {{Master: {{{BODY}}}}}", 10, 5, 2),
        ("RayJob", "ray.io/v1", f"activeDeadlineSeconds: 3600, ttlSecondsAfterFinished: 600, rayClusterSpec: {{headGroupSpec: {{{BODY}}}}}", 1, None, 0),
        ("RayJob", "ray.io/v1", f"shutdownAfterJobFinishes: true, ttlSecondsAfterFinished: 600, rayClusterSpec: {{headGroupSpec: {{{BODY}}}}}", None, 600, 0),
        ("Job", "batch/v1", f"activeDeadlineSeconds: '${{CAP}}', {BODY}", "?", None, 6),
    ],
    ids=["a job", "no deadline", "a cron job", "the longest part caps a set", "one part without a cap", "a run policy", "a ray ttl without shutdown", "a ray ttl", "a placeholder"],
)  # fmt: skip
def test_limits(tmp_path: Path, kind: str, version: str, spec: str, hours: Any, ttl: Any, retries: Any) -> None:
    limits = facets(tmp_path, kind, spec, version=version).limits
    assert ("?" if isinstance(limits.max_runtime_hours, Unknown) else limits.max_runtime_hours) == hours
    assert (limits.ttl_seconds, limits.retries, limits.cap_supported) == (ttl, retries, True)


def test_a_queues_label_caps_a_job(tmp_path: Path) -> None:
    found = facets(tmp_path, "Job", BODY, 'labels: {kueue.x-k8s.io/max-exec-time-seconds: "1800"}')
    assert found.limits.max_runtime_hours == Decimal("0.5")


def test_ray_takes_idle_workers_away_only_with_its_autoscaler() -> None:
    by_address = run_file("ray.yaml").facets
    assert by_address["RayCluster/research-dev/explore"].limits.idle_minutes == 15
    assert by_address["RayService/serving/chat"].limits.idle_minutes is None


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Mon-Fri 08:00-20:00 Europe/Berlin", 60),
        ("Mon-Fri 07:30-20:30 Europe/Berlin, Sat-Sat 10:00-12:00 UTC", 67),
        ("Sat-Sun 00:00-24:00 UTC", 48),
        ("Fri-Mon 08:00-10:00 UTC", 8),
        ("Mon-Fri 20:00-06:00 UTC", None),
        ("2026-01-01T00:00:00Z-2026-02-01T00:00:00Z", None),
        ("working hours", None),
    ],
)
def test_downscaler_windows(text: str, hours: int | None) -> None:
    assert window_hours(text) == hours


@pytest.mark.parametrize(
    ("annotations", "hours", "proven"),
    [
        ({"downscaler/uptime": "Mon-Fri 08:00-18:00 UTC"}, 50, True),
        ({"downscaler/downtime": "Sat-Sun 00:00-24:00 UTC"}, 120, True),
        ({"downscaler/downtime": "always"}, 0, True),
        ({"downscaler/uptime": "always"}, 168, False),
        ({"downscaler/exclude": "true", "downscaler/uptime": "Mon-Fri 08:00-18:00 UTC"}, 168, False),
        ({"downscaler/uptime": "Mon-Fri 22:00-06:00 UTC"}, "?", False),
        ({"downscaler/uptime": "Mon-Fri 08:00-18:00 UTC", "downscaler/downtime-replicas": "1"}, None, False),
        ({"other": "x"}, None, False),
    ],
    ids=[
        "uptime",
        "downtime",
        "always down",
        "always up",
        "excluded",
        "over midnight",
        "does not go to zero",
        "nothing",
    ],
)
def test_downscaler_annotations(annotations: dict[str, str], hours: Any, proven: bool) -> None:
    found = downscaled(annotations)
    if hours is None:
        assert found is None
    else:
        assert found is not None
        assert ("?" if isinstance(found.hours_per_week, Unknown) else found.hours_per_week) == hours
        assert found.proven is proven


def test_a_namespace_gives_its_schedule_to_what_is_in_it() -> None:
    by_address = run_file("plain.yaml").facets
    assert by_address["Deployment/shop/api"].schedule.hours_per_week == 60
    assert by_address["StatefulSet/shop/vectors"].schedule.proven is True


def test_keda_cron_is_a_schedule() -> None:
    schedule = run_file("plain.yaml").facets["Deployment/shop/worker"].schedule
    assert (schedule.hours_per_week, schedule.kind, schedule.proven) == (50, "keda cron", True)


def test_keda_puts_back_what_the_downscaler_takes_away(tmp_path: Path) -> None:
    text = (
        "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: s, namespace: n}\n"
        "spec: {scaleTargetRef: {name: w}, minReplicaCount: 1, triggers: [{type: cpu}]}\n---\n"
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w, namespace: n, annotations: {downscaler/downtime: always}}\n"
        f"spec: {{{BODY}}}\n"
    )
    assert run_text(text, tmp_path).only.schedule.proven is False


def test_a_keda_window_to_zero_is_said_to_be_wrong(tmp_path: Path) -> None:
    text = (
        "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: s, namespace: n}\n"
        "spec: {scaleTargetRef: {name: w}, triggers: [{type: cron, metadata: {start: 0 20 * * *, end: 0 6 * * *, desiredReplicas: '0'}}]}\n---\n"
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: w, namespace: n}}\nspec: {{{BODY}}}\n"
    )  # fmt: skip
    found = run_text(text, tmp_path).only
    assert found.schedule.proven is False
    assert any("asks for 0 replicas" in note for note in found.notes)


@pytest.mark.parametrize(
    ("line", "times"),
    [
        ("0 2 * * *", 7), ("*/15 * * * *", 4 * 24 * 7), ("0 9-17 * * 1-5", 9 * 5), ("@daily", 7), ("TZ=UTC 0 2 * * 0", 1), ("0 0 1,15 * *", None),
        ("not a cron", "none"), ("0 2 * *", "none"),
    ],
)  # fmt: skip
def test_how_often_a_cron_line_fires(line: str, times: Any) -> None:
    found = fires_per_week(line)
    if times == "none":
        assert found is None
    elif times is None:
        assert found == pytest.approx(Decimal(24) / Decimal("365.25") * 7), "twice a month"
    else:
        assert found == times
