"""Which files of a folder hold manifests, and the raw objects in a text, each with its place."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from spendgate.documents.encoding import decode_text, read_bytes
from spendgate.documents.handwritten import Route
from spendgate.documents.machine import decode_any
from spendgate.documents.manifests import Part, parse_part, split_documents
from spendgate.errors import InputError
from spendgate.model.frozen import Frozen
from spendgate.model.resource import Level, Problem

YAML_SUFFIXES = (".yaml", ".yml")
SUFFIXES = (*YAML_SUFFIXES, ".json")
_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "venv"})
_ACTION = re.compile(
    r"\{\{-?\s*(?:\.(?:Values|Release|Chart|Capabilities|Files|Template)\b|(?:define|include|template|toYaml|tpl)\s)"
)
_FIELD = re.compile(rb'^\s*-?\s*"?(?:apiVersion|kind)"?\s*:', re.MULTILINE)
RENDER = "render it first: helm template CHART | spendgate check -"


class RawObject(Frozen):
    """An object as it was read, and where it stands: a file, a part of it and the route inside that part."""

    values: Mapping[str, Any]
    file: str
    part: Part | None
    route: Route


def looks_like_manifest(head: bytes) -> bool:
    """Whether a text names an API version and a kind at the start of a line, as every manifest does."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", errors="ignore").encode()
    elif b"\x00" in head[:4]:
        return False
    compact = head.lstrip()[:1] in (b"{", b"[") and b'"apiVersion"' in head and b'"kind"' in head
    return compact or _FIELD.search(head) is not None


def looks_like_template(head: bytes) -> bool:
    """Whether a text holds actions of a Helm template; partials of a chart name neither an API version nor a kind."""
    return b"{{" in head and _ACTION.search(head.decode("utf-8", errors="replace")) is not None


def manifest_files(folder: Path) -> Iterator[tuple[Path, Problem | None]]:
    """The files of a folder that may hold manifests, in order; in place of a chart a problem that names it."""
    for place, folders, names in os.walk(folder):
        here = Path(place)
        if "Chart.yaml" in names and here.joinpath("templates").is_dir():
            folders.clear()
            yield here, Problem(Level.ERROR, f"is a Helm chart that is not rendered ({RENDER})", file=str(here))
            continue
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED_FOLDERS)
        for name in sorted(names):
            path = here / name
            if path.suffix in YAML_SUFFIXES or (path.suffix == ".json" and looks_like_manifest(head_of(path))):
                yield path, None


def needs_building(data: bytes, origin: str) -> bool:
    """Whether a kustomization does more than list files, so that the files alone are not what will be applied."""
    plain = {"apiVersion", "kind", "metadata", "resources"}
    try:
        text = decode_text(data, origin)
        held = [parse_part(part, origin) for part in split_documents(text)]
    except InputError:
        return True
    return any(not isinstance(value, Mapping) or set(value) - plain or _remote(value) for value in held)


def _remote(value: Mapping[str, Any]) -> bool:
    listed = value.get("resources")
    return isinstance(listed, list) and any("://" in str(item) or str(item).startswith("..") for item in listed)


def head_of(path: Path) -> bytes:
    """The first 64 KiB of a file; empty when it cannot be read (reading it says why)."""
    try:
        with path.open("rb") as file:
            return file.read(65_536)
    except OSError:
        return b""


class TextReader:
    """Reads the objects of one text; what cannot be read becomes a problem and hides nothing else.

    `strict`: the user named this very file, so that a document that is no Kubernetes object is an error, not a remark.
    """

    def __init__(self, origin: str, *, strict: bool) -> None:
        self.origin = origin
        self.problems: list[Problem] = []
        self.saw_list = False
        self._strict = strict

    def read(self, data: bytes) -> Iterator[RawObject]:
        """The objects of a text given as bytes."""
        try:
            text = decode_text(data, self.origin)
        except InputError as error:
            self.problems.append(to_problem(error))
            return
        for part in split_documents(text):
            if part.text.lstrip()[:1] in ("{", "[") and (found := self._json(part.text)) is not None:
                yield from self._objects(found, part, ())
                continue
            if self._is_template(part.text):
                self._template(part.first_line)
                return
            try:
                value = parse_part(part, self.origin)
            except InputError as error:
                if "{{" in part.text:
                    self._template(error.line or part.first_line)
                    return
                self.problems.append(to_problem(error))
                continue
            yield from self._objects(value, part, ())

    def _json(self, text: str) -> Any:
        """JSON is read by the fast reader; what it refuses may still be YAML in braces, and is said by that reader."""
        try:
            return decode_any(text.encode("utf-8", "replace"), self.origin)
        except InputError:
            return None

    def _is_template(self, text: str) -> bool:
        if "{{" not in text or _ACTION.search(text) is None:
            return False
        # NOTE: a ConfigMap may carry templates as plain text (dashboards, alerts): those are data.
        return re.search(r"^kind:\s*[\"']?(ConfigMap|Secret)\b", text, re.MULTILINE) is None

    def _template(self, line: int) -> None:
        self.problems.append(
            Problem(Level.ERROR, f"is an unrendered Helm template ({RENDER})", file=self.origin, line=line)
        )

    def _objects(self, value: Any, part: Part, route: Route) -> Iterator[RawObject]:
        if value is None:
            return
        if isinstance(value, list):
            for number, item in enumerate(value):
                yield from self._objects(item, part, (*route, number))
            return
        if not isinstance(value, Mapping):
            self._refuse("is no Kubernetes object (a map with apiVersion and kind was expected)", part, route)
            return
        kind = value.get("kind")
        if kind == "InventoryProblem" and value.get("apiVersion") == "spendgate/v1":
            # What a collector could not read stands in its inventory, so that nothing that is missing looks like nothing.
            said = str(value.get("problem") or "something is missing in this inventory")
            self.problems.append(Problem(Level.WARNING, said, file=self.origin, undetermined=True))
            return
        if isinstance(kind, str) and kind.endswith("List") and isinstance(value.get("items"), list):
            self.saw_list = True
            yield from self._items(value, kind, part, route)
            return
        if self._is_object(value, part, route):
            yield RawObject(value, self.origin, part, route)

    def _items(self, value: Mapping[str, Any], kind: str, part: Part, route: Route) -> Iterator[RawObject]:
        for number, item in enumerate(value["items"]):
            if kind != "List" and isinstance(item, Mapping) and "kind" not in item:
                # NOTE: the items of a typed list (`NodeList`) carry neither kind nor version of their own.
                item = {"apiVersion": value.get("apiVersion"), "kind": kind.removesuffix("List"), **item}
            yield from self._objects(item, part, (*route, "items", number))

    def _is_object(self, value: Mapping[str, Any], part: Part, route: Route) -> bool:
        missing = [key for key in ("apiVersion", "kind") if not isinstance(value.get(key), str) or not value[key]]
        metadata = value.get("metadata")
        if not missing and (metadata is None or isinstance(metadata, Mapping)):
            return True
        if not missing:
            self._refuse("is no Kubernetes object: metadata is no map", part, (*route, "metadata"), error=True)
        elif len(missing) == 1 or isinstance(metadata, Mapping) or "spec" in value:
            self._refuse(f"is no Kubernetes object: {' and '.join(missing)} missing", part, route, error=True)
        else:
            self._refuse("is no Kubernetes object: apiVersion and kind missing", part, route)
        return False

    def _refuse(self, message: str, part: Part, route: Route, *, error: bool = False) -> None:
        from spendgate.documents.manifests import line_of

        level = Level.ERROR if error or self._strict else Level.INFO
        self.problems.append(Problem(level, message, file=self.origin, line=line_of(part, self.origin, route)))


def to_problem(error: InputError) -> Problem:
    """An error of one file as a problem of the run: the other files are still read."""
    hint = f" ({error.hint})" if error.hint else ""
    return Problem(Level.ERROR, f"{error.message}{hint}", file=error.file, line=error.line)


def file_bytes(path: Path, problems: list[Problem]) -> bytes | None:
    """The bytes of a file of a folder, or None and a problem."""
    try:
        return read_bytes(path)
    except InputError as error:
        problems.append(to_problem(error))
        return None
