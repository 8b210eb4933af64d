"""`docs/kubernetes.md` names every kind and every facet that there is."""

from __future__ import annotations

import re
from pathlib import Path

from tests.corpus.kubernetes.run import FOLDER, run_file

from spendgate.facets.kubernetes.kinds import KINDS

PAGE = (Path(__file__).parents[4] / "docs" / "kubernetes.md").read_text(encoding="utf-8")
LIKE_OTHERS = {
    "ReplicationController", "DeploymentConfig", "CloneSet", "XGBoostJob", "PaddleJob", "JAXJob", "MXJob", "Experiment", "SeldonDeployment",
    "ScheduledSparkApplication", "CronWorkflow", "Service.serving.knative.dev", "Job.batch.volcano.sh", "Workflow",
}  # fmt: skip


def test_every_kind_of_workload_is_named() -> None:
    missing = [
        kind for kind, entry in KINDS.items() if not entry.template and kind not in LIKE_OTHERS and kind not in PAGE
    ]
    assert not missing


def test_every_facet_of_kubernetes_is_named() -> None:
    named = set(re.findall(r"[a-z_.]+", PAGE))
    missing = set()
    for path in [*FOLDER.glob("*.yaml"), *FOLDER.glob("*.json")]:
        for facets in run_file(path.name).facets.values():
            if facets.kind in ("k8s.workload", "k8s.nodepool", "k8s.node", "k8s.queue", "k8s.quota"):
                missing |= {
                    key
                    for key in facets.k8s
                    if key not in named and not any(name.startswith(f"{key}.") for name in named)
                }
            missing |= {f"llm.{key}" for key in facets.llm if key not in named}
    assert not missing
