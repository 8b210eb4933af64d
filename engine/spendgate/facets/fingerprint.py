"""What makes two pieces of work the same: image, command, arguments, settings, data and accelerators; not seed, name or place of output.

A part that is not known yet stays `Unknown` in its place, so that two works are the same for certain, perhaps, or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, TypeAlias

from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import ABSENT, Unknown

Work: TypeAlias = tuple[Any, ...]
"""The parts of a work: hashable values, or `Unknown`."""

_OWN_WORDS = re.compile(
    r"name"
    r"|(?:.*[._-])?(?:seed|random[_-]?state|uid|(?:run|job|trial)[._-]?id)"
    r"|(?:.*[._-])?(?:run|job|exp|trial|wandb|display)[._-]?name"
    r"|(?:.*[._-])?experiment(?:[._-]?(?:name|id))?"
    r"|(?:.*[._-])?(?:output|out|log|save|logging)(?:[_-]?(?:dir|path|uri))?",
    re.IGNORECASE,
)
"""Flags, settings and variables that differ between two runs of the same work."""
_TEXTS = frozenset({"command", "args", "arguments", "entrypoint"})
_NAMED_VALUES = frozenset({"env", "parameters"})
_ASIDE = frozenset(
    {
        "metadata", "selector", "suspend", "ttlSecondsAfterFinished", "activeDeadlineSeconds", "backoffLimit", "podFailurePolicy",
        "successPolicy", "completionMode", "completions", "parallelism", "restartPolicy", "nodeSelector", "affinity", "tolerations",
        "priorityClassName", "schedulerName", "serviceAccountName", "imagePullPolicy", "imagePullSecrets", "resources", "volumeMounts",
        "securityContext", "terminationGracePeriodSeconds", "dnsPolicy", "topologySpreadConstraints", "runPolicy", "queueName",
        "livenessProbe", "readinessProbe", "startupProbe", "terminationMessagePath", "terminationMessagePolicy", "hostname", "subdomain",
    }
)  # fmt: skip
"""What says where, how long and for whom a work runs, not what it does; its size is compared apart."""
_SCRIPT = re.compile(r"[\s\\]+")

_PARTS: Mapping[str, tuple[str, ...]] = {
    "aws_sagemaker_training_job": (
        "algorithm_specification", "hyper_parameters", "environment", "input_data_config", "resource_config",
    ),
    "aws_sagemaker_hyper_parameter_tuning_job": ("training_job_definition", "training_job_definitions", "config"),
    "google_cloud_run_v2_job": ("template",),
    "aws_glue_job": ("command", "default_arguments", "worker_type", "number_of_workers", "max_capacity"),
}  # fmt: skip
"""Jobs of clouds, each with the attributes that say what it does."""
JOBS = frozenset(_PARTS)


def work_of(resource: Resource, facets: Facets) -> Work | None:
    """The parts of a work that ends; None for what is no work of that kind, or of which nothing says what it does."""
    if facets.kind == "k8s.workload":
        said = _told(resource.attributes.values.get("spec"))
        return (resource.type, said, _size(facets)) if said else None
    names = _PARTS.get(resource.type)
    if names is None:
        return None
    parts = tuple(_part(resource, name) for name in names)
    return (resource.type, *parts) if any(part is not None for part in parts) else None


def fingerprint(work: Work) -> str | Unknown:
    """Twelve digits of a work, equal for equal works; unknown when one of its parts is."""
    gap = next((part for part in work if isinstance(part, Unknown)), None)
    return gap if gap is not None else sha256(repr(work).encode("utf-8", "backslashreplace")).hexdigest()[:12]


def _part(resource: Resource, name: str) -> Any:
    value = resource.attributes.get(name)
    if isinstance(value, Unknown):
        return value
    if value is ABSENT:
        return None
    gap = _gap(value)
    if gap is None and any(path.startswith(f"{name}.") for path in resource.attributes.unknown_paths()):
        gap = resource.attributes.gap
    return gap if gap is not None else _frozen(value)


def _gap(value: Any) -> Unknown | None:
    """A secret somewhere in a tree: it is compared with nothing."""
    if isinstance(value, Unknown):
        return value
    inner: Iterable[Any] = (
        value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    )
    return next((gap for each in inner if (gap := _gap(each)) is not None), None)


def _frozen(value: Any) -> Any:
    """A tree without names and seeds, as hashable tuples; keys in their order."""
    if isinstance(value, Mapping):
        kept = ((str(key), _frozen(each)) for key, each in value.items() if not _OWN_WORDS.fullmatch(str(key)))
        return tuple(sorted((pair for pair in kept if pair[1] not in (None, (), "")), key=lambda pair: pair[0]))
    if isinstance(value, (list, tuple)):
        return tuple(_frozen(each) for each in value)
    return value if value is None or isinstance(value, (str, bool)) else str(value)


def _size(facets: Facets) -> Any:
    """Accelerators and number of the pods of each set."""
    parts: list[Any] = []
    for pool in facets.pools:
        asked, count = pool.details.get("asked"), pool.capacity.desired
        for value in (asked, count):
            if isinstance(value, Unknown):
                return value
        parts.append((pool.name, str(asked), count))
    return tuple(parts)


def _told(node: Any, *, named: bool = True) -> Any:
    """What an object is told to do, as hashable tuples; the name of a container or a volume tells nothing (`named`)."""
    if isinstance(node, Mapping):
        pairs = ((str(key), _of_key(str(key), value)) for key, value in node.items() if key not in _ASIDE)
        skipped = () if named and "image" not in node else ("name",)
        return tuple(
            sorted(((key, told) for key, told in pairs if told and key not in skipped), key=lambda pair: pair[0])
        )
    if isinstance(node, list):
        return tuple(told for each in node if (told := _told(each, named=named)))
    return "" if node is None else str(node)


def _of_key(key: str, value: Any) -> Any:
    if key == "image" and isinstance(value, str):
        return value.partition("@")[2] or value
    if key in _TEXTS and not isinstance(value, Mapping):
        return _words(value)
    if key in _NAMED_VALUES and isinstance(value, list):
        return _variables(value)
    return _told(value, named=key != "volumes")


def _variables(entries: Sequence[Any]) -> tuple[Any, ...]:
    named = {str(each.get("name")): each for each in entries if isinstance(each, Mapping)}
    return tuple(
        (name, _frozen({key: value for key, value in named[name].items() if key != "name"}))
        for name in sorted(named)
        if not _OWN_WORDS.fullmatch(name)
    )


def _words(value: Any) -> tuple[Any, ...]:
    """The words of a command: those without a flag in their order, then the flags sorted, without those that name a run."""
    texts = [value] if isinstance(value, str) else [str(each) for each in value] if isinstance(value, list) else []
    words = [word for text in texts for word in (_SCRIPT.split(text) if " " in text or "\n" in text else [text])]
    plain: list[str] = []
    flags: list[tuple[str, str]] = []
    place = 0
    while place < len(words):
        word, place = words[place], place + 1
        name, has_value, held = word.partition("=")
        bare = name.lstrip("-+")
        if word.startswith("-") and not has_value and place < len(words) and not words[place].startswith("-"):
            held, place = words[place], place + 1
        if not word.startswith("-") and not has_value:
            plain.append(word)
        elif not _OWN_WORDS.fullmatch(bare):
            flags.append((name, held))
    return (*plain, *sorted(flags))
