"""Reads an inventory: whatever people can export of what runs, recognised by what it looks like."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from spendgate.documents.encoding import head_as_utf8
from spendgate.documents.machine import bulk_loading
from spendgate.errors import InputError
from spendgate.inputs.inventory.estate import JOINED, Estate, Groups, Remarks
from spendgate.inputs.inventory.handwritten import looks_handwritten, read_handwritten
from spendgate.inputs.inventory.recognise import looks_like_inventory, things_in
from spendgate.inputs.inventory.rows import table_of
from spendgate.inputs.inventory.shape import InventoryReferences, Item
from spendgate.inputs.inventory.values import LINE_SUFFIXES, lines_of, values_of
from spendgate.inputs.llm_gateway.folder import beside
from spendgate.model.resource import Change, Level, Problem, Workload, no_location

_HEAD_BYTES = 65_536
_SUFFIXES = (".json", *LINE_SUFFIXES, ".csv", ".tfstate", ".yaml", ".yml")
_EXPORTED = (".json", *LINE_SUFFIXES, ".csv", ".tfstate")
CHUNK_LINES = 2_000
_MOST_JOINED = 100_000


class Inventory:
    """Exports of what runs; implements `ports.Input`. Everything in it has the action `exists`."""

    name = "inventory"

    def claims(self, path: Path, head: bytes) -> bool:
        """A file or a folder of them: an export of a cloud's API, a state, rows of Steampipe or CloudQuery, Slurm's JSON, or `inventory: 1` in YAML."""
        if path.is_dir():
            return any(_exports(path)) and not any(path.glob("*.tf"))
        return looks_handwritten(head) or looks_like_inventory(path, head)

    def read(self, path: Path, options: Mapping[str, Any]) -> Workload:
        """Read it whole. Raises InputError with the place of what is broken."""
        origin = "standard input" if str(path) == "-" else str(path)
        if not path.is_dir() and looks_handwritten(_head(path)):
            found, locate = read_handwritten(path, origin)
            estate = Estate(origin)
            for change in found:
                estate.add(change)
            return _workload(origin, estate, locate)
        estate = Estate(origin)
        with bulk_loading():
            for file in _exports(path) if path.is_dir() else (path,):
                _fill(estate, file, origin if file is path else str(file))
        if path.is_dir():
            for problem in (*_unread(path), *beside(path)):
                estate.add(problem)
        return _workload(origin, estate, no_location)


def _exports(folder: Path) -> Iterator[Path]:
    """The exports that lie in a folder, in the order of their names; its own folders are left alone."""
    for path in sorted(folder.iterdir()):
        if path.suffix in _SUFFIXES and path.is_file() and INVENTORY.claims(path, _head(path)):
            yield path


_BESIDE = re.compile(rb'"metric"\s*:|"decision"\s*:|\A[^\n]*\bmetric\b')
"""Measured use and saved reports, which lie beside exports and are none."""


def _unread(folder: Path) -> Iterator[Problem]:
    """A word on each export in a folder that is of no known form: what is in it is missing in this inventory."""
    for path in sorted(folder.iterdir()):
        if path.suffix not in _EXPORTED or not path.is_file():
            continue
        head = _head(path)
        if not INVENTORY.claims(path, head) and not _BESIDE.search(head[:4096]):
            message = "is no export that is known, and not read; what another input reads is named beside the folder"
            yield Problem(Level.WARNING, message, file=str(path), undetermined=bool(head.strip()))


def _fill(estate: Estate, path: Path, origin: str) -> None:
    head = _head(path)
    if looks_handwritten(head):
        for change in read_handwritten(path, origin)[0]:
            estate.add(change)
        return
    table = table_of(path.name)
    for value, _ in values_of(path, origin, head):
        estate.remarks.turn(value)
        for thing in things_in(value, table):
            estate.add(thing)


def is_stream(path: str) -> bool:
    """Whether an input is one JSON object a line by its name, so that it may be larger than memory."""
    return path.endswith(LINE_SUFFIXES)


def chunks(
    path: Path, origin: str, remarks: Remarks, lines: int = CHUNK_LINES
) -> Iterator[tuple[Workload, frozenset[str]]]:
    """The inventory of a file of JSON lines, part by part: `(workload, addresses to judge)`.

    A first pass keeps groups, templates and the like; each part has them beside its own resources, to be joined but not judged
    again. Twins are told within a part only; `remarks` collects what is to be said of the whole. Raises InputError for a line that is broken.
    """
    table = table_of(path.name)
    joined, groups = _joined(path, origin, table)
    source = lines_of(path, origin)
    while part := list(islice(source, lines)):
        estate = Estate(origin, groups, remarks)
        for value, _ in part:
            remarks.turn(value)
            for thing in things_in(value, table):
                estate.add(thing)
        own = estate.changes()
        mine = frozenset(change.address for change in own)
        beside = tuple(change for change in joined if change.address not in mine)
        yield (
            Workload(origin, "inventory", own + beside, (), InventoryReferences()),
            mine,
        )


def _joined(path: Path, origin: str, table: str) -> tuple[tuple[Change, ...], Groups]:
    estate = Estate(origin)
    kept = 0
    for value, _ in lines_of(path, origin):
        for thing in things_in(value, table):
            if not isinstance(thing, Item):
                continue
            if thing.kind in _VOLUME_KINDS:
                estate.groups.types.add(_VOLUME_KINDS[thing.kind])
            elif thing.kind in JOINED:
                kept += 1
                if kept > _MOST_JOINED:
                    raise InputError(
                        f"holds more than {_MOST_JOINED} groups and templates", file=origin, hint="split the file"
                    )
                estate.add(thing)
    return estate.changes(), estate.groups


_VOLUME_KINDS = {
    "AWS::EC2::Volume": "aws_ebs_volume",
    "compute.googleapis.com/Disk": "google_compute_disk",
    "microsoft.compute/disks": "azurerm_managed_disk",
}


def _workload(origin: str, estate: Estate, locate: Any) -> Workload:
    changes = estate.changes()
    problems: tuple[Problem, ...] = tuple(estate.problems())
    return Workload(
        origin=origin,
        source="inventory",
        changes=changes,
        problems=problems,
        references=InventoryReferences(),
        locate=locate,
        facts={"resources": len(changes)},
    )


def _head(path: Path) -> bytes:
    if str(path) == "-":
        peek = getattr(sys.stdin.buffer, "peek", None)
        return head_as_utf8(peek(_HEAD_BYTES)[:_HEAD_BYTES]) if peek else b""
    try:
        with path.open("rb") as file:
            return head_as_utf8(file.read(_HEAD_BYTES))
    except OSError:
        return b""


INVENTORY = Inventory()
