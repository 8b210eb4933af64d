"""Manifests through the command line: pipes, broken files, no cloud, live estates, a base, plans beside them, ten thousand."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.stories import NOW, ROOT, Outcome, run

MACHINE = "{node.kubernetes.io/instance-type: g5.xlarge}"
OWNED = "{owner: team-ml, environment: prod, application: chat, cost-center: CC-7}"
TAINTED = "{operator: Exists}"


def deployment(
    name: str = "chat", *, replicas: int = 1, labels: str = OWNED, machine: str = MACHINE, gpus: int = 1
) -> str:
    limits = f", limits: {{nvidia.com/gpu: {gpus}}}" if gpus else ""
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: ml, labels: {labels}}}
spec:
  replicas: {replicas}
  template:
    spec:
      nodeSelector: {machine}
      tolerations: [{TAINTED}]
      containers: [{{name: c, image: server, resources: {{requests: {{cpu: 3, memory: 12Gi}}{limits}}}}}]
"""


def save(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def check(*arguments: str, folder: Path, data: bytes | None = None, command: str = "check") -> tuple[Outcome, Any]:
    done = run(command, *arguments, "--now", NOW, "-o", "json", cwd=folder, data=data)
    return done, json.loads(done.output) if done.output else None


def verdicts(report: Any) -> dict[str, str]:
    return {found["policy"]: found["verdict"] for found in report["findings"]}


def test_a_rendered_chart_comes_through_a_pipe(tmp_path: Path) -> None:
    chart = f"---\n# Source: chat/templates/service.yaml\napiVersion: v1\nkind: Service\nmetadata: {{name: chat}}\n---\n{deployment()}"
    done, report = check("-", "--cluster", "aws/us-east-1", folder=tmp_path, data=chart.encode())
    assert [change["address"] for change in report["changes"]] == ["Deployment/ml/chat", "Service/default/chat"]
    assert report["run"]["inputs"] == ["standard input"]
    assert done.exit_code == 0, done.errors


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("kind: Pod\n\tmetadata: {}\n", "tab"),
        ("apiVersion: v1\nkind: Pod\n metadata: {}\n", "broken.yaml"),
        ("apiVersion: v1\nkind: Pod\nmetadata: &a {labels: *a}\n", "broken.yaml"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Values.name }}}\n", "helm template"),
        ("apiVersion: v1\nmetadata: {name: a}\n", "kind missing"),
    ],
    ids=["a tab", "a wrong indent", "a circle", "a template", "no kind"],
)
def test_a_broken_file_ends_in_an_error_and_hides_no_other(tmp_path: Path, broken: str, said: str) -> None:
    save(tmp_path / "k8s", good=deployment(replicas=40), broken=broken)
    done, report = check("k8s", "--cluster", "aws/us-east-1", folder=tmp_path)
    assert done.exit_code == 2
    assert "Traceback" not in done.errors
    assert [each["address"] for each in report["changes"]] == ["Deployment/ml/chat"]
    assert verdicts(report)["SIZE-001"] == "fail", "the good file is judged"
    problem = next(each for each in report["problems"] if each["level"] == "error")
    assert said in f"{problem['file']} {problem['message']}"
    cost = report["cost"]
    assert (cost["delta_complete"], cost["delta_at_least"], cost["delta_at_most"]) == (False, None, None), (
        "no part is the whole"
    )


def test_of_what_cannot_be_read_the_cost_is_not_known_and_never_nothing(tmp_path: Path) -> None:
    done = run("check", "-", "--now", NOW, cwd=tmp_path, data=b"apiVersion: v1\nkind: Pod\nkind: Pod\n")
    assert done.exit_code == 2
    assert "cost delta not known" in done.output
    assert "$0.00" not in done.output


def test_without_a_cloud_policies_that_need_no_money_judge_and_the_rest_says_what_to_do(tmp_path: Path) -> None:
    bare = deployment(replicas=40, labels="{environment: prod}", machine="{gpu-type: a10g}")
    save(tmp_path / "k8s", d=bare)
    done, report = check("k8s", folder=tmp_path)
    said = verdicts(report)
    assert (said["SIZE-001"], said["TAG-001"]) == ("fail", "fail")
    assert said["BUD-001"] == "unknown"
    budget = next(found for found in report["findings"] if found["policy"] == "BUD-001")
    assert "--cluster aws/eu-central-1" in budget["message"]
    assert {part["reason"] for part in report["cost"]["unpriced"]} == {
        "no cloud is stated, say it with --cluster aws/eu-central-1"
    }
    assert report["changes"][0]["cost"]["after_monthly"]["expected"] is None, "what has no price is not zero"
    priced, _ = check("k8s", "--cluster", "aws/eu-central-1", folder=tmp_path)
    assert "no cloud" not in priced.output
    assert done.exit_code == 1


CRONJOB = """
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly, namespace: ml, labels: {owner: a, environment: dev, application: b, cost-center: CC-7}}
spec:
  schedule: "0 2 * * *"
  jobTemplate:
    spec:
      template: {spec: {restartPolicy: Never, containers: [{name: c, image: x, resources: {requests: {cpu: 1, memory: 1Gi}}}]}}
"""
DEV = "{owner: team-ml, environment: dev, application: chat, cost-center: CC-7}"


@pytest.mark.parametrize(
    ("policy", "manifest", "verdict"),
    [
        ("TAG-001", deployment(), None),
        ("TAG-001", deployment(labels="{environment: prod}"), "fail"),
        ("GPU-001", deployment(labels=DEV, machine="{node.kubernetes.io/instance-type: p5.48xlarge}"), "fail"),
        ("GPU-001", deployment(labels=DEV, machine="{node.kubernetes.io/instance-type: g4dn.xlarge}"), None),
        ("GPU-001", deployment(labels=DEV, machine="{}"), "unknown"),
        ("SIZE-001", deployment(labels=DEV, replicas=9, gpus=0), "fail"),
        ("SIZE-001", deployment(labels=DEV, replicas=2, gpus=0), None),
        ("SCHED-001", deployment(labels=DEV, gpus=0), "fail"),
        ("SCHED-001", deployment(gpus=0), None),
        ("SCHED-004", CRONJOB, "fail"),
        ("SCHED-004", CRONJOB.replace("    spec:\n      template", "    spec:\n      activeDeadlineSeconds: 3600\n      template"), None),
        ("BUD-001", deployment(replicas=30), "fail"),
        ("BUD-001", deployment(gpus=0), None),
        ("BUD-005", deployment(machine="{}"), "fail"),
        ("BUD-005", deployment(), None),
    ],
    ids=[
        "owned", "not owned", "an H100 in dev", "a T4 in dev", "a GPU that nobody names", "nine pods in dev", "two pods in dev",
        "day and night in dev", "day and night in prod", "no deadline", "an hour", "thirty GPUs", "three processors",
        "a GPU without a price", "a GPU with one",
    ],
)  # fmt: skip
def test_the_starter_pack_judges_manifests(tmp_path: Path, policy: str, manifest: str, verdict: str | None) -> None:
    save(tmp_path / "k8s", d=manifest)
    _, report = check("k8s", "--cluster", "aws/us-east-1", folder=tmp_path)
    assert verdicts(report).get(policy) == verdict
    assert next(each for each in report["policies"] if each["id"] == policy)["matched"] > 0 or verdict is None


def nodes(count: int) -> str:
    labels = {"node.kubernetes.io/instance-type": "p4d.24xlarge", "topology.kubernetes.io/region": "us-east-1"}
    items = [
        {
            "apiVersion": "v1", "kind": "Node",
            "metadata": {"name": f"n{number}", "uid": str(number), "labels": labels},
            "status": {"capacity": {"nvidia.com/gpu": "8", "cpu": "96"}, "allocatable": {"nvidia.com/gpu": str(8 - number % 2), "cpu": "95"}},
        }
        for number in range(count)
    ]  # fmt: skip
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})


def test_live_nodes_are_counted_and_priced(tmp_path: Path) -> None:
    (tmp_path / "nodes.json").write_text(nodes(4))
    _, report = check("nodes.json", "--scope", "all", folder=tmp_path)
    facets = [change["facets"] for change in report["changes"]]
    assert sum(each["accel"]["count"] for each in facets) == 32
    assert sum(int(each["k8s"]["accelerators_allocatable"]) for each in facets) == 30
    assert report["cost"]["coverage"] == "1.0000"


def test_pods_on_live_nodes_are_not_paid_twice(tmp_path: Path) -> None:
    (tmp_path / "nodes.json").write_text(nodes(1))
    save(tmp_path / "k8s", d=deployment(machine="{node.kubernetes.io/instance-type: p4d.24xlarge}"))
    alone, _ = check("nodes.json", folder=tmp_path, command="cost")
    _, both = check("nodes.json", "k8s", folder=tmp_path, command="cost")
    assert json.loads(alone.output)["cost"]["after_monthly"] == both["cost"]["after_monthly"]


def test_one_address_in_two_inputs_is_two_resources_each_with_its_place(tmp_path: Path) -> None:
    save(tmp_path / "dev", d=deployment(replicas=40))
    save(tmp_path / "prod", d="# larger\n" + deployment(replicas=50))
    _, report = check("dev", "prod", "--cluster", "aws/us-east-1", folder=tmp_path)
    found = [each for each in report["findings"] if each["policy"] == "SIZE-001"]
    places = {(each["location"]["file"], each["location"]["line"], each["actual"]) for each in found}
    assert places == {("dev/d.yaml", 3, 40), ("prod/d.yaml", 4, 50)}
    assert len({each["fingerprint"] for each in found}) == 2
    assert report["counts"]["judged"] == 2


@pytest.mark.parametrize(
    ("before", "after", "sign"),
    [
        (deployment(replicas=2), deployment(replicas=4), 1),
        (deployment(machine="{node.kubernetes.io/instance-type: p4d.24xlarge}"), deployment(), -1),
    ],
    ids=["replicas", "GPU type"],
)
def test_a_base_gives_the_delta(tmp_path: Path, before: str, after: str, sign: int) -> None:
    save(tmp_path / "old", d=before)
    save(tmp_path / "new", d=after)
    _, report = check("new", "--base", "old", "--cluster", "aws/us-east-1", folder=tmp_path)
    cost = report["cost"]
    delta = float(cost["delta_monthly"]["expected"])
    assert delta * sign > 100
    difference = float(cost["after_monthly"]["expected"]) - float(cost["before_monthly"]["expected"])
    assert abs(delta - difference) < 0.01
    assert [change["action"] for change in report["changes"]] == ["update"]


def test_options_without_effect_are_refused(tmp_path: Path) -> None:
    plan = ROOT / "examples" / "unknown-gpu" / "plan.json"
    save(tmp_path, base=deployment())
    for option, value in (("--cluster", "aws/eu-central-1"), ("--base", str(tmp_path)), ("--nodes", "n.yaml")):
        done = run("check", str(plan), option, value, cwd=tmp_path)
        assert done.exit_code == 2, option
        assert option in done.errors
    done = run("check", str(plan), "--cluster", "mars/north", cwd=tmp_path)
    assert "CLOUD/REGION" in done.errors


def test_a_folder_without_anything_names_manifests_too(tmp_path: Path) -> None:
    done = run("check", str(tmp_path))
    assert done.exit_code == 2
    assert "terraform show -json" in done.errors
    assert "manifests" in done.errors


@pytest.mark.slow
def test_memory_grows_no_faster_than_the_number_of_manifests(tmp_path: Path) -> None:
    peak_kib = {}
    for count in (500, 4000):
        folder = tmp_path / str(count)
        subprocess.run(
            [sys.executable, str(ROOT / "benchmarks" / "make_manifests.py"), str(count), str(folder)],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        script = (
            "import resource, sys; from spendgate_cli.main import main\n"
            "try: main()\nexcept SystemExit: pass\n"
            "use = resource.getrusage(resource.RUSAGE_SELF); print(f'used {use.ru_maxrss}', file=sys.stderr)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, "check", str(folder), "--cluster", "aws/eu-central-1", "-q"],
            capture_output=True, check=False, text=True, cwd=ROOT, env={"PYTHONPATH": f"{ROOT / 'engine'}:{ROOT / 'cli'}"},
        )  # fmt: skip
        found = re.search(r"used (\d+)", done.stderr)
        assert found, done.stderr
        peak_kib[count] = int(found[1])
    assert peak_kib[4000] < 8 * peak_kib[500]
