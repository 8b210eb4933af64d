"""Gateways whose configuration stands in a ConfigMap of a cluster, and what the pods that mount it have in their environment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from spendgate.documents.manifests import Part, line_of
from spendgate.errors import InputError
from spendgate.inputs.kubernetes.files import RawObject, to_problem
from spendgate.inputs.llm_gateway import looks_like_gateway
from spendgate.inputs.llm_gateway.reader import Configuration, Text
from spendgate.inputs.llm_gateway.shape import SECRET
from spendgate.model.resource import Level, Problem

_HEAD = 65_536
_BLOCK = ("|", "|-", "|+")
ENVIRONMENT, WHOLE = "environment_variables", "environment_is_whole"


def gateways_of(objects: Iterable[RawObject], namespace: str, problems: list[Problem]) -> Iterator[Configuration]:
    """The gateways in the ConfigMaps of a run; what cannot be read is a problem of level error."""
    every = list(objects)
    for raw in every:
        data = raw.values.get("data")
        if raw.values.get("kind") != "ConfigMap" or not isinstance(data, Mapping):
            continue
        for key, text in data.items():
            if isinstance(text, str) and looks_like_gateway(text[:_HEAD].encode("utf-8", "replace")):
                try:
                    yield _gateway(raw, key, text, namespace, every, problems)
                except InputError as error:
                    problems.append(to_problem(error))


def _gateway(
    raw: RawObject, key: str, text: str, namespace: str, objects: list[RawObject], problems: list[Problem]
) -> Configuration:
    metadata = _map(raw.values.get("metadata"))
    name, place = str(metadata.get("name")), str(metadata.get("namespace") or namespace)
    found = Configuration(f"{place}/{name}", raw.file, prefix=f"{place}/{name}/")
    if found.add(_text(raw, key, text)):
        said = f"ConfigMap {place}/{name} includes other files, which are not read: their models are not judged"
        problems.append(Problem(Level.WARNING, said, file=raw.file, undetermined=True))
    _add_environment(found, name, place, namespace, objects)
    problems.extend(found.problems)
    return found


def _text(raw: RawObject, key: str, text: str) -> Text:
    """The text with its place. NOTE: only in a block (`|`) does each line of it have a line of the file."""
    if raw.part is None:
        return Text(raw.file, Part(text, 1), fixed_line=1)
    line = line_of(raw.part, raw.file, (*raw.route, "data", key))
    row = raw.part.text.splitlines()[line - raw.part.first_line].rstrip()
    if row.endswith(_BLOCK):
        return Text(raw.file, Part(text, line + 1))
    return Text(raw.file, Part(text, line), fixed_line=line)


def _add_environment(found: Configuration, name: str, place: str, namespace: str, objects: list[RawObject]) -> None:
    """Names of variables of the containers in pods that mount the ConfigMap, and whether these are all of them."""
    names: dict[str, str] = {}
    whole: bool | None = None
    for raw in objects:
        own = str(_map(raw.values.get("metadata")).get("namespace") or namespace)
        spec = _map(_map(_map(raw.values.get("spec")).get("template")).get("spec"))
        if own != place or not any(
            _map(volume.get("configMap")).get("name") == name for volume in _maps(spec.get("volumes"))
        ):
            continue
        for container in _maps(spec.get("containers")):
            names.update({str(each.get("name")): SECRET for each in _maps(container.get("env"))})
            whole = whole is not False and not container.get("envFrom")
    if whole is not None:
        found.sections[ENVIRONMENT] = {**names, **(found.sections.get(ENVIRONMENT) or {})}
        found.sections[WHOLE] = whole


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _maps(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
