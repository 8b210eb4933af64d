"""Waivers in annotations of Kubernetes objects: on the object itself, or on the Namespace for all that is in it.

    metadata:
      annotations:
        spendgate.io/waive: 'GPU-001 until=2027-01-31 owner=ml reason="the L4 image is not ready"'

One line for each waiver. As with comments, under a pinned configuration only those count that the pinned ref has on the same object.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spendgate.documents.manifests import parse_part, split_documents
from spendgate.errors import InputError
from spendgate.governance.inline import EXAMPLE, Stated, stated_waiver
from spendgate.governance.matter import Matter
from spendgate.model.resource import Location

ANNOTATION = "spendgate.io/waive"
_EXAMPLE = f"{ANNOTATION}: '{EXAMPLE}'"


def annotation_of(values: Any) -> str:
    """The annotation of an object as it was read; empty when it has none, or one that is no text."""
    for key in ("metadata", "annotations", ANNOTATION):
        values = values.get(key) if isinstance(values, Mapping) else None
    return values if isinstance(values, str) else ""


def read_annotation(text: str, matter: Matter, place: Location) -> list[Stated]:
    """The waivers for a matter's policy in an annotation, one on each line.

    Raises SettingsError with the place of the annotation for one that lacks something.
    """
    found = []
    for line in text.splitlines():
        policy, _, words = line.strip().partition(" ")
        if policy.upper() == matter.finding.policy:
            waiver = stated_waiver(words, matter, place.file, place.line, example=_EXAMPLE)
            found.append(Stated(waiver, line.strip()))
    return found


@dataclass(slots=True)
class PinnedAnnotations:
    """What the files of a run held at the pinned commit, each read once; without a `ref` every annotation counts."""

    ref: str | None = None
    _stated: dict[str, frozenset[tuple[str, str, str, str]]] = field(default_factory=dict)

    def counts(self, stated: Stated, values: Any) -> bool:
        """Whether a waiver counts: always, or when the pinned file has its line on the object with this kind and name."""
        file = stated.waiver.file
        if self.ref is None:
            return True
        if file is None:
            return False
        if file not in self._stated:
            self._stated[file] = frozenset(_lines(self._at_ref(file), file))
        return (*_identity(values), stated.comment) in self._stated[file]

    def _at_ref(self, file: str) -> str:
        inside = Path(os.path.relpath(file)).as_posix()
        done = subprocess.run(["git", "show", f"{self.ref}:./{inside}"], capture_output=True, check=False)
        return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def _lines(text: str, file: str) -> Iterator[tuple[str, str, str, str]]:
    if ANNOTATION not in text:
        return
    for part in split_documents(text):
        try:
            data = parse_part(part, file)
        except InputError:
            continue
        yield from _lines_of(data)


def _lines_of(data: Any) -> Iterator[tuple[str, str, str, str]]:
    items = data.get("items") if isinstance(data, Mapping) else data
    for item in items if isinstance(items, list) else [data]:
        for line in annotation_of(item).splitlines():
            yield (*_identity(item), line.strip())


def _identity(values: Any) -> tuple[str, str, str]:
    """Kind, namespace and name as they are written. NOTE: an object that moves to another namespace is another object."""
    metadata = values.get("metadata") if isinstance(values, Mapping) else None
    named = metadata if isinstance(metadata, Mapping) else {}
    return str(values.get("kind", "")), str(named.get("namespace", "")), str(named.get("name", ""))
