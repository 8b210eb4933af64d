"""Reads manifests into a workload: files, folders, lists of live objects, standard input."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from spendgate.documents.encoding import read_bytes
from spendgate.documents.machine import bulk_loading
from spendgate.documents.manifests import Positions, line_of
from spendgate.errors import InputError
from spendgate.inputs.kubernetes.files import (
    SUFFIXES,
    YAML_SUFFIXES,
    RawObject,
    TextReader,
    file_bytes,
    head_of,
    looks_like_manifest,
    looks_like_template,
    manifest_files,
    needs_building,
)
from spendgate.inputs.kubernetes.objects import DEFAULT_NAMESPACE, address_of, controllers_of, to_resource
from spendgate.inputs.kubernetes.references import ObjectReferences
from spendgate.inputs.llm_gateway import looks_like_gateway
from spendgate.model.resource import Action, Change, Level, Locate, Location, Problem, Workload

_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_TEMPLATES = (*YAML_SUFFIXES, ".tpl")
_GATEWAY = re.compile(r"model_list|litellm_settings|router_settings")
_HEAD = 65_536
_LONGEST_TEXT = 16 * 1024 * 1024
"""Texts longer than this keep the line of their document only: finding a field in one means parsing it again."""
_LONGEST_LIST = 2 * 1024 * 1024
"""The same for lists, whose positions are kept for as long as their objects are asked for."""


class KubernetesManifests:
    """Manifests and lists of objects; implements `ports.Input`. `options["namespace"]` is where nameless ones go."""

    name = "kubernetes"

    def claims(self, path: Path, head: bytes) -> bool:
        """A text with apiVersion or kind at the start of a line, or a folder that holds such a file and no Terraform."""
        if path.is_dir():
            return not any(path.glob("*.tf")) and _holds_manifests(path)
        if b'"format_version"' in head[:4096] or b'"resource_changes"' in head:
            return False
        if str(path) == "-" and head.lstrip().startswith((b"---", b"#", b"{{")):
            return True
        return looks_like_manifest(head) or (path.suffix in _TEMPLATES and looks_like_template(head))

    def read(self, path: Path, options: Mapping[str, Any]) -> Workload:
        """Read a file, a folder, or standard input for `-`. Raises InputError when there is nothing to read at all."""
        return read_manifests([path], options)


def read_manifests(paths: Iterable[Path], options: Mapping[str, Any]) -> Workload:
    """One workload of all manifests in files and folders; what cannot be read is a problem of level error.

    Every object is declared, nothing is known of what was before (see `comparison.compare`). Raises InputError when a path
    does not exist or none holds an object.
    """
    problems: list[Problem] = []
    places = [Path(path) for path in paths]
    origin = ", ".join("standard input" if str(path) == "-" else str(path) for path in places)
    reading = _Reading(problems)
    with bulk_loading():
        objects = [raw for path in places for raw in reading.objects(path)]
    if not objects and not reading.saw_list and not any(problem.level is Level.ERROR for problem in problems):
        raise InputError("holds no Kubernetes object", file=origin, hint="a manifest has apiVersion and kind")
    return _workload(objects, origin, problems, str(options.get("namespace") or DEFAULT_NAMESPACE))


class _Reading:
    """Collects objects of several paths."""

    def __init__(self, problems: list[Problem]) -> None:
        self._problems = problems
        self.saw_list = False

    def objects(self, path: Path) -> Iterator[RawObject]:
        if str(path) == "-":
            yield from self._text(read_bytes("-"), "standard input", strict=True)
        elif path.is_dir():
            yield from self._folder(path)
        else:
            yield from self._text(read_bytes(path), str(path), strict=True)

    def _folder(self, folder: Path) -> Iterator[RawObject]:
        for path, problem in manifest_files(folder):
            if problem is not None:
                self._problems.append(problem)
            elif path.name in _KUSTOMIZATIONS:
                self._kustomization(path)
            elif (data := file_bytes(path, self._problems)) is not None:
                if path.suffix in YAML_SUFFIXES and looks_like_gateway(data[:_HEAD]):
                    said = "is the configuration of an LLM gateway: name it as an input of its own to have it judged"
                    self._problems.append(Problem(Level.WARNING, said, file=str(path)))
                    continue
                yield from self._text(data, str(path), strict=False)

    def _kustomization(self, path: Path) -> None:
        data = file_bytes(path, self._problems)
        if data is not None and needs_building(data, str(path)):
            said = (
                "is a kustomization that is not built: the files are read as they stand"
                f" (kustomize build {path.parent} | spendgate check -)"
            )
            self._problems.append(Problem(Level.WARNING, said, file=str(path), undetermined=True))

    def _text(self, data: bytes, origin: str, *, strict: bool) -> Iterator[RawObject]:
        reader = TextReader(origin, strict=strict)
        yield from reader.read(data)
        self._problems.extend(reader.problems)
        self.saw_list = self.saw_list or reader.saw_list


def _holds_manifests(folder: Path) -> bool:
    return any(
        problem is not None or path.name in _KUSTOMIZATIONS or looks_like_manifest(head_of(path))
        for path, problem in manifest_files(folder)
        if path.is_dir() or path.suffix in SUFFIXES
    )


def _workload(objects: list[RawObject], origin: str, problems: list[Problem], namespace: str) -> Workload:
    made = _made_by_others(objects, namespace)
    if made:
        count = f"{len(made)} object{'s' if len(made) > 1 else ''}"
        problems.append(Problem(Level.INFO, f"{count} left out: their controllers are in this run and judged instead"))
    changes: list[Change] = []
    places: dict[str, RawObject] = {}
    for number, raw in enumerate(objects):
        if number in made:
            continue
        address = address_of(raw.values, namespace)
        if address in places:
            address = _spare_address(address, places, raw, problems)
        places[address] = raw
        changes.append(Change(address, Action.DECLARE, None, to_resource(raw.values, address)))
    locate: Locate = ObjectLocator(places)
    if any(_carries_gateway(raw.values) for raw in objects):
        from spendgate.inputs.llm_gateway.config_map import gateways_of

        for gateway in gateways_of(objects, namespace, problems):
            changes.extend(gateway.changes())
            locate = _first_of(gateway.locate, locate)
    ordered = tuple(sorted(changes, key=lambda change: change.address))
    return Workload(
        origin=origin,
        source="k8s",
        changes=ordered,
        problems=tuple(problems),
        references=ObjectReferences(ordered),
        locate=locate,
        facts={"objects": len(ordered)},
    )


def _carries_gateway(values: Mapping[str, Any]) -> bool:
    """Whether a ConfigMap may hold the configuration of an LLM gateway, which is then judged too."""
    data = values.get("data") if values.get("kind") == "ConfigMap" else None
    return isinstance(data, Mapping) and any(isinstance(text, str) and _GATEWAY.search(text) for text in data.values())


def _first_of(one: Locate, other: Locate) -> Locate:
    return lambda address, path=None: one(address, path) or other(address, path)


def _spare_address(address: str, places: Mapping[str, RawObject], raw: RawObject, problems: list[Problem]) -> str:
    """An address for an object whose own is taken: both are kept and counted, and the run says so."""
    number = 2
    while f"{address}#{number}" in places:
        number += 1
    if not address.endswith("*"):
        first = places[address]
        problems.append(
            Problem(
                Level.WARNING,
                f"{address} is declared again (first in {first.file}): both are counted",
                file=raw.file,
                line=_line(raw, ()),
            )
        )
    return f"{address}#{number}"


def _made_by_others(objects: list[RawObject], namespace: str) -> set[int]:
    """Positions of objects that a controller of this run made (pods of a ReplicaSet of a Deployment): counted there."""
    owned = [(number, controllers_of(raw.values)) for number, raw in enumerate(objects)]
    if not any(owners for _, owners in owned):
        return set()
    known = {_owner_key(raw.values, namespace) for raw in objects}
    return {
        number
        for number, owners in owned
        if any((kind, name, _owner_key(objects[number].values, namespace)[2]) in known for kind, name in owners)
    }


def _owner_key(values: Mapping[str, Any], namespace: str) -> tuple[str, str, str]:
    metadata = values.get("metadata") or {}
    return str(values.get("kind")), str(metadata.get("name")), str(metadata.get("namespace") or namespace)


def _line(raw: RawObject, route: tuple[str | int, ...]) -> int | None:
    if raw.part is None:
        return None
    if len(raw.part.text) > _LONGEST_TEXT:
        return raw.part.first_line
    return line_of(raw.part, raw.file, (*raw.route, *route))


class ObjectLocator:
    """Finds the line of an object or of a field in it by parsing its document once more; implements `resource.Locate`."""

    def __init__(self, places: Mapping[str, RawObject]) -> None:
        self._places = places
        self._list: Positions | None = None

    def __call__(self, address: str, path: str | None = None) -> Location | None:
        """The place of a dotted path (`spec.replicas`), of its nearest parent, or of the object itself."""
        raw = self._places.get(address)
        if raw is None:
            return None
        route = tuple(int(key) if key.isdecimal() else key for key in path.split(".")) if path else ()
        known = self._known(raw.values, route) or ("kind",)
        return Location(raw.file, self._line_in_list(raw, known) if raw.route else _line(raw, known))

    def _line_in_list(self, raw: RawObject, route: tuple[str | int, ...]) -> int | None:
        """NOTE: a list is one document for all its objects: parsed for each, its cost would grow with their square."""
        if raw.part is None:
            return None
        if len(raw.part.text) > _LONGEST_LIST:
            return raw.part.first_line
        if self._list is None or self._list.part is not raw.part:
            self._list = Positions(raw.part, raw.file)
        return self._list.line_of((*raw.route, *route))

    def _known(self, values: Any, route: tuple[str | int, ...]) -> tuple[str | int, ...]:
        """The longest start of a route that the object has. NOTE: labels hold dots, so keys are joined greedily."""
        known: list[str | int] = []
        rest = list(route)
        while rest:
            first = rest[0]
            if isinstance(values, list) and isinstance(first, int) and 0 <= first < len(values):
                known.append(first)
                values = values[first]
                del rest[0]
                continue
            if not isinstance(values, Mapping):
                break
            for length in range(len(rest), 0, -1):
                key = ".".join(map(str, rest[:length]))
                if key in values:
                    known.append(key)
                    values = values[key]
                    del rest[:length]
                    break
            else:
                break
        return tuple(known)


KUBERNETES = KubernetesManifests()
