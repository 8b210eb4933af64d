"""Writes a folder of manifests: `python benchmarks/make_manifests.py OBJECTS FOLDER`, a hundred objects a file.

Multiplies the manifests of `examples/ray-and-kserve` and a few plain ones, in namespaces of their own, with replicas and requests
that differ from copy to copy, so that no two workloads need quite the same.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

STORY = Path(__file__).resolve().parents[1] / "examples" / "ray-and-kserve" / "manifests"
OBJECTS_A_FILE = 100
PLAIN = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: front, namespace: recsys}
spec:
  replicas: REPLICAS
  template:
    metadata: {labels: {app: front}}
    spec:
      containers: [{name: web, image: "nginx:1.27", resources: {requests: {cpu: CPUm, memory: 512Mi}, limits: {memory: 1Gi}}}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: front, namespace: recsys}
spec: {minReplicas: 1, maxReplicas: 6, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: front}}
---
apiVersion: v1
kind: Service
metadata: {name: front, namespace: recsys}
spec: {selector: {app: front}, ports: [{port: 80}]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: features, namespace: recsys, labels: {phase: prepare}}
spec:
  schedule: "0 2 * * *"
  jobTemplate:
    spec:
      activeDeadlineSeconds: 7200
      template:
        spec:
          restartPolicy: Never
          containers: [{name: job, image: "python:3.12", resources: {requests: {cpu: CPUm, memory: 4Gi}}}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: cache, namespace: recsys}
spec: {accessModes: [ReadWriteOnce], storageClassName: gp3, resources: {requests: {storage: 100Gi}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: recsys}
data: {level: info, batch: "32"}
"""


def documents() -> Iterator[str]:
    """Manifests without end: every round in a namespace of its own."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(STORY.glob("*.yaml"))]
    parts = [part for text in (*texts, PLAIN) for part in re.split(r"^---$", text, flags=re.MULTILINE) if part.strip()]
    number = 0
    while True:
        for part in parts:
            text = part.replace("recsys", f"recsys-{number}").replace("REPLICAS", str(1 + number % 7))
            yield text.replace("CPUm", f"{100 + number % 1900}m").strip() + "\n"
        number += 1


def main(objects: int, folder: Path) -> None:
    """Write so many objects."""
    folder.mkdir(parents=True, exist_ok=True)
    source = islice(documents(), objects)
    number = 0
    while batch := list(islice(source, OBJECTS_A_FILE)):
        (folder / f"{number:05}.yaml").write_text("---\n".join(batch), encoding="utf-8")
        number += 1
    print(f"{folder}: {objects:,} objects in {number:,} files")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
