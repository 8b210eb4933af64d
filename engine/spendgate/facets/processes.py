"""How many accelerators of a machine the processes on it use, by what they are started with: torchrun, CUDA_VISIBLE_DEVICES."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown

_PROCESSES = re.compile(r"nproc[-_]per[-_]node(?:[=\s\"',:]+)([^\s\"',]+)", re.IGNORECASE)
_VISIBLE = re.compile(r"CUDA_VISIBLE_DEVICES(?:[=\s\"',:]+)(\d+(?:,\d+)*)(?![\d,])")
_ALL = frozenset({"gpu", "auto"})
"""What torchrun takes for as many processes as there are accelerators."""
_SCRIPTS = ("user_data", "user_data_base64", "metadata_startup_script", "metadata.startup-script", "custom_data")
"""What a machine runs at its start, by cloud."""
_JOBS = ("hyper_parameters", "environment", "algorithm_specification.0.container_arguments")


def processes_of(resource: Resource, facets: Facets) -> Decimal | Unknown | None:
    """Accelerators that the processes of one machine use, where something says so; unknown when that is filled in later.

    Secrets and what is known only after apply say nothing: they are read as if they were not there.
    """
    for text in _texts(resource, facets):
        for match in _PROCESSES.finditer(text):
            value = match[1]
            if value.isdecimal():
                return Decimal(value)
            if value.lower() not in _ALL:
                return Unknown(f"the number of processes, {value[:40]!r}, is filled in later")
        if (visible := _VISIBLE.search(text)) is not None:
            return Decimal(len(visible[1].split(",")))
    return None


def _texts(resource: Resource, facets: Facets) -> Iterator[str]:
    if facets.kind == "k8s.workload":
        yield from _of_containers(resource.attributes.values.get("spec"))
        return
    for path in _SCRIPTS:
        text = resource.attributes.text(path)
        if isinstance(text, str):
            yield _plain(text)
    for path in _JOBS:
        value = resource.attributes.get(path)
        if isinstance(value, Mapping):
            yield " ".join(f"{key}={each}" for key, each in value.items() if not isinstance(each, Unknown))
        elif isinstance(value, list):
            yield " ".join(str(each) for each in value)


def _of_containers(node: Any) -> Iterator[str]:
    """Commands and environments below a node, wherever a kind keeps its containers."""
    if isinstance(node, Mapping):
        words = [each for key in ("command", "args") if isinstance(node.get(key), list) for each in node[key]]
        if words:
            yield " ".join(str(word) for word in words)
        env = node.get("env")
        if isinstance(env, list):
            yield " ".join(f"{each.get('name')}={each.get('value')}" for each in env if isinstance(each, Mapping))
        if isinstance(node.get("entrypoint"), str):
            yield node["entrypoint"]
        for child in node.values():
            if isinstance(child, (Mapping, list)):
                yield from _of_containers(child)
    elif isinstance(node, list):
        for each in node:
            yield from _of_containers(each)


def _plain(text: str) -> str:
    """A script as it is run: user data is often in base64."""
    if any(mark in text for mark in " \n"):
        return text
    try:
        return b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return text
