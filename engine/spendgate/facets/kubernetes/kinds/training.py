"""Training operators: Kubeflow's job kinds, MPI, TrainJob with its runtime, Katib's sweeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.facets.kubernetes.kinds.around import Around, is_suspended
from spendgate.facets.kubernetes.kinds.core import parallel_pods
from spendgate.facets.kubernetes.podset import PodSet, fixed, from_template, multiplied, unknown_count
from spendgate.facets.kubernetes.reading import dig, mapping, maps, times, whole
from spendgate.model.facets import Capacity
from spendgate.model.values import Whole

_TRAINER_CONTAINERS = ("node", "trainer")
_KATIB_PARALLEL = 3
"""Katib: parallelTrialCount when none is stated."""


def roles(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """`PyTorchJob`, `TFJob`, `MPIJob` and their siblings: replicas of each role; elastic ones between their bounds."""
    spec = mapping(values.get("spec"))
    stopped = is_suspended(values)
    for key, replica_specs in spec.items():
        if not str(key).endswith("ReplicaSpecs") or not isinstance(replica_specs, Mapping):
            continue
        for role, replica in replica_specs.items():
            if isinstance(replica, Mapping):
                capacity = Capacity(0, 0, 0) if stopped else _role_capacity(str(role), replica, spec)
                yield from_template(str(role).lower(), replica.get("template"), capacity)


def _role_capacity(role: str, replica: Mapping[str, Any], spec: Mapping[str, Any]) -> Capacity:
    count = whole(replica.get("replicas"), 1)
    elastic = spec.get("elasticPolicy")
    if role.lower() != "worker" or not isinstance(elastic, Mapping):
        return fixed(count)
    least, most = whole(elastic.get("minReplicas")), whole(elastic.get("maxReplicas"))
    return Capacity(count if least is None else least, count, count if most is None else most)


def train_job(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """`TrainJob`: the jobs of its runtime, with the nodes and resources that the trainer section puts over them."""
    spec = mapping(values.get("spec"))
    trainer = mapping(spec.get("trainer"))
    reference = mapping(spec.get("runtimeRef"))
    name, kind = str(reference.get("name") or ""), str(reference.get("kind") or "ClusterTrainingRuntime")
    runtime = around.object_named(kind, name, values)
    nodes = whole(trainer.get("numNodes"))
    if is_suspended(values):
        nodes = 0
    if runtime is None:
        container = {"name": "node", "resources": mapping(trainer.get("resourcesPerNode")), **_image(trainer)}
        capacity = fixed(nodes) if nodes is not None else unknown_count(f"the runtime {name} is not in this run")
        yield PodSet("node", {"containers": [container]}, capacity)
        return
    yield from runtime_pods(runtime, trainer, nodes)


def runtime_pods(runtime: Mapping[str, Any], trainer: Mapping[str, Any], nodes: Whole) -> Iterator[PodSet]:
    """Pods of a training runtime: the job of the trainer runs on every node, others as they are."""
    policy = mapping(dig(runtime, "spec", "mlPolicy"))
    if nodes is None:
        nodes = whole(policy.get("numNodes"), 1)
    jobs = list(maps(dig(runtime, "spec", "template", "spec", "replicatedJobs")))
    for job in jobs:
        job_spec = mapping(dig(job, "template", "spec"))
        is_trainer = len(jobs) == 1 or job.get("name") in _TRAINER_CONTAINERS or _marked(job)
        count = nodes if is_trainer else times(whole(job.get("replicas"), 1), parallel_pods(job_spec))
        pods = from_template(str(job.get("name") or ""), job_spec.get("template"), fixed(count))
        yield PodSet(pods.name, _overridden(pods.spec, trainer), pods.capacity, pods.labels) if is_trainer else pods


def _marked(job: Mapping[str, Any]) -> bool:
    labels = mapping(dig(job, "template", "metadata", "labels"))
    return labels.get("trainer.kubeflow.org/trainjob-ancestor-step") == "trainer"


def _image(trainer: Mapping[str, Any]) -> dict[str, Any]:
    return {key: trainer[key] for key in ("image", "command", "args", "env") if key in trainer}


def _overridden(spec: Mapping[str, Any], trainer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The pod spec with the trainer's image, arguments and resources in its main container."""
    resources = trainer.get("resourcesPerNode")
    containers = list(maps(spec.get("containers")))
    if not containers or not (isinstance(resources, Mapping) or _image(trainer)):
        return spec
    position = next((n for n, c in enumerate(containers) if c.get("name") in _TRAINER_CONTAINERS), 0)
    changed = {**containers[position], **_image(trainer)}
    if isinstance(resources, Mapping):
        changed["resources"] = resources
    containers[position] = changed
    return {**spec, "containers": containers}


def training_runtime(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """`TrainingRuntime`: a template that runs nothing by itself."""
    return iter(())


def katib_experiment(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """Katib `Experiment`: as many trials at a time as it says, each the pods of its trial's object."""
    spec = mapping(values.get("spec"))
    trials = whole(spec.get("parallelTrialCount"), _KATIB_PARALLEL)
    most = whole(spec.get("maxTrialCount"))
    if isinstance(trials, int) and isinstance(most, int):
        trials = min(trials, most)
    trial = dig(spec, "trialTemplate", "trialSpec")
    if isinstance(trial, Mapping):
        for pods in around.pods_of(trial):
            yield PodSet(
                pods.name, pods.spec, multiplied(pods.capacity, trials), pods.labels, pods.annotations, pods.extra
            )
