"""Manifests for the pack kubernetes."""


def _serving(
    *,
    kind: str = "Deployment",
    replicas: int = 1,
    cpu: str = '"3"',
    memory: str = "12Gi",
    machine: str = "g5.xlarge",
    annotations: str = "{}",
    rest: str = "",
) -> str:
    return f"""apiVersion: apps/v1
kind: {kind}
metadata: {{name: chat, namespace: ml, labels: {{environment: prod}}}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: chat}}}}
  template:
    metadata: {{labels: {{app: chat}}, annotations: {annotations}}}
    spec:
      nodeSelector: {{node.kubernetes.io/instance-type: {machine}, topology.kubernetes.io/region: us-east-1}}
      containers:
        - name: server
          image: vllm/vllm-openai:v0.8.4
          args: [--model, meta-llama/Llama-3.1-8B-Instruct]
          resources:
            requests: {{cpu: {cpu}, memory: {memory}}}
            limits: {{nvidia.com/gpu: 1}}
{rest}"""


def _scaler(metric: str, least: int = 1) -> str:
    return f"""---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: chat, namespace: ml}}
spec:
  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: chat}}
  minReplicas: {least}
  maxReplicas: 4
  metrics: [{metric}]
"""


_BY_QUEUE = (
    "{type: Pods, pods: {metric: {name: vllm_num_requests_waiting}, target: {type: AverageValue, averageValue: '10'}}}"
)
_BY_CPU = "{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}"


def _pool(
    *,
    limits: str = "{nvidia.com/gpu: 8}",
    after: str = "5m",
    taints: str = "[{key: nvidia.com/gpu, effect: NoSchedule}]",
) -> str:
    return f"""apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {{name: gpu}}
spec:
  limits: {limits}
  disruption: {{consolidationPolicy: WhenEmptyOrUnderutilized, consolidateAfter: {after}}}
  template:
    spec:
      expireAfter: 720h
      taints: {taints}
      nodeClassRef: {{group: karpenter.k8s.aws, kind: EC2NodeClass, name: default}}
      requirements:
        - {{key: node.kubernetes.io/instance-type, operator: In, values: [g5.xlarge, g5.2xlarge]}}
"""


def _predictor(scaling: str) -> str:
    return f"""apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {{name: chat, namespace: ml, labels: {{environment: dev}}}}
spec:
  predictor:
    {scaling}
    nodeSelector: {{node.kubernetes.io/instance-type: g5.xlarge}}
    model:
      modelFormat: {{name: huggingface}}
      resources: {{requests: {{cpu: 3, memory: 12Gi}}, limits: {{nvidia.com/gpu: 1}}}}
"""


def _ray(
    *,
    kind: str = "RayCluster",
    bound: str = "maxReplicas: 2",
    labels: str = "environment: dev, expires-on: 2026-12-10",
    more: str = "",
) -> str:
    cluster = f"""enableInTreeAutoscaling: true
headGroupSpec:
  template: {{spec: {{containers: [{{name: head, image: rayproject/ray:2.44.0, resources: {{requests: {{cpu: 2, memory: 8Gi}}}}}}]}}}}
workerGroupSpecs:
  - groupName: gpu
    replicas: 1
    minReplicas: 0
    {bound}
    template:
      spec:
        nodeSelector: {{node.kubernetes.io/instance-type: g5.xlarge}}
        containers: [{{name: worker, image: rayproject/ray:2.44.0-gpu, resources: {{requests: {{cpu: 3, memory: 12Gi}}, limits: {{nvidia.com/gpu: 1}}}}}}]
"""
    head = (
        f"apiVersion: ray.io/v1\nkind: {kind}\nmetadata: {{name: search, namespace: ml, labels: {{{labels}}}}}\nspec:\n"
    )
    if kind == "RayCluster":
        return head + _indented(cluster, 2)
    return head + f"  entrypoint: python tune.py\n{more}  rayClusterSpec:\n" + _indented(cluster, 4)


def _indented(text: str, by: int) -> str:
    return "".join(" " * by + line for line in text.splitlines(keepends=True))


CASES = {
    "K8S-001": {
        "pass.a-share-of-the-machine": _serving(),
        "fail.forty-processors-for-one-of-four": _serving(cpu='"40"', memory="96Gi", machine="g5.12xlarge"),
        "fail.no-memory-request": _serving().replace(", memory: 12Gi", ""),
        "unknown.nobody-names-the-machine": _serving().replace(
            "      nodeSelector: {node.kubernetes.io/instance-type: g5.xlarge, topology.kubernetes.io/region: us-east-1}\n",
            "",
        ),
        "skip.no-accelerators": _serving().replace("            limits: {nvidia.com/gpu: 1}\n", ""),
    },
    "K8S-002": {
        "pass.limited-and-tainted": _pool(),
        "fail.no-limit": _pool(limits="{}"),
        "fail.never-consolidates": _pool(after="Never"),
        "fail.no-taint": _pool(taints="[]"),
    },
    "K8S-003": {
        "pass.by-the-queue": _serving() + _scaler(_BY_QUEUE),
        "fail.by-the-processors-of-the-host": _serving() + _scaler(_BY_CPU),
        "fail.three-day-and-night": _serving(replicas=3),
        "pass.falls-to-nothing": _predictor("minReplicas: 0"),
        "fail.one-day-and-night-outside-production": _predictor("maxReplicas: 2"),
    },
    "K8S-004": {
        "pass.nothing-blocks": _serving(),
        "fail.may-not-be-moved": _serving(annotations='{karpenter.sh/do-not-disrupt: "true"}'),
        "fail.a-budget-lets-none-go": _serving()
        + "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: chat, namespace: ml}\n"
        "spec: {minAvailable: 1, selector: {matchLabels: {app: chat}}}\n",
        "pass.a-budget-that-lets-one-go": _serving(replicas=2)
        + "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: chat, namespace: ml}\n"
        "spec: {minAvailable: 1, selector: {matchLabels: {app: chat}}}\n",
    },
    "K8S-005": {
        "pass.bounded-with-an-end": _ray(),
        "fail.no-upper-bound": _ray(bound=""),
        "fail.no-end-date": _ray(labels="environment: dev"),
        "fail.a-job-that-leaves-its-cluster": _ray(kind="RayJob"),
        "pass.a-job-that-takes-its-cluster-with-it": _ray(kind="RayJob", more="  shutdownAfterJobFinishes: true\n"),
    },
}
