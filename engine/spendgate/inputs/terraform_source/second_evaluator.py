"""tfparse as second evaluator: what a function gives that is not evaluated here.

tfparse evaluates, but does not say what it did not know: an unset variable inside a map is `null`, a resource's id is a random
UUID, a text keeps its `${...}`, a resource whose `for_each` is unknown is gone. So it is asked only for values whose arguments
are all known here, and an answer that bears such a mark is not taken. It runs in a process of its own: a huge or broken
source can neither end the run nor fill its memory for good.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from spendgate.inputs.terraform_source.encoding_functions import from_plain
from spendgate.inputs.terraform_source.functions import NOT_EVALUATED
from spendgate.inputs.terraform_source.values import EvaluationError, first_unknown
from spendgate.model.resource import Level, Problem
from spendgate.model.values import Unknown

_SECONDS = 60
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PROGRAM = """
import json, sys
import tfparse
folder, workspace, *files = sys.argv[1:]
found = tfparse.load_from_path(folder, workspace_name=workspace, vars_paths=files)
json.dump({k: v for k, v in found.items() if k not in ("variable", "locals", "output")}, sys.stdout)
"""
Tree = dict[str, Any]


def complete(
    trees: Mapping[str, Tree], folder: str, workspace: str | None, variables: Mapping[str, Any]
) -> list[Problem]:
    """Put in what functions give that are not evaluated here; `trees` are resources by address, changed in place.

    Returns problems for functions that stay unknown. `variables` are the known values of the root.
    """
    gaps = {address: found for address, tree in trees.items() if (found := list(_gaps(tree, (), set())))}
    if not gaps:
        return []
    names = sorted({name for found in gaps.values() for _, name in found})
    if importlib.util.find_spec("tfparse") is None:
        hint = "pip install 'spendgate[terraform-source]' lets tfparse evaluate them"
        return [Problem(Level.INFO, f"not evaluated: {', '.join(names)} ({hint})", file=folder)]
    answers = _answers(folder, workspace, variables)
    if isinstance(answers, str):
        return [Problem(Level.INFO, f"not evaluated: {', '.join(names)} ({answers})", file=folder)]
    left: set[str] = set()
    for address, found in gaps.items():
        for path, name in found:
            value = _at(answers.get(address), path)
            if value is _NOTHING:
                left.add(name)
            else:
                _put(trees[address], path, value)
    if left:
        return [Problem(Level.INFO, f"not evaluated, by tfparse neither: {', '.join(sorted(left))}", file=folder)]
    return []


def _gaps(value: Any, path: tuple[str | int, ...], seen: set[int]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Paths that a function left unknown for no other reason than not being evaluated here, with its name."""
    if isinstance(value, Unknown):
        if value.reason.endswith(NOT_EVALUATED):
            yield path, f"{value.reason.removesuffix(NOT_EVALUATED)}()"
    elif isinstance(value, (dict, list)) and id(value) not in seen:
        seen.add(id(value))  # NOTE: locals share their parts: a value of forty lines may have more paths than atoms.
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _gaps(child, (*path, key), seen)


def _answers(folder: str, workspace: str | None, variables: Mapping[str, Any]) -> Mapping[str, Any] | str:
    """tfparse's blocks by address, or why there are none."""
    with tempfile.TemporaryDirectory(prefix="spendgate-variables-") as spare:
        known = {name: value for name, value in variables.items() if first_unknown(value) is None}
        file = Path(spare) / "known.tfvars.json"
        file.write_text(json.dumps(known, default=_number), encoding="utf-8")
        # NOTE: tfparse looks for it from the folder on, even when the path is absolute.
        beside = os.path.relpath(file, os.path.realpath(folder))
        command = [sys.executable, "-c", _PROGRAM, os.path.realpath(folder), workspace or "default", beside]
        try:
            done = subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            return f"tfparse took more than {_SECONDS} seconds"
    if done.returncode != 0:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no answer"]
        return f"tfparse failed: {last[0][:200]}"
    return dict(_by_address(json.loads(done.stdout)))


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)


def _by_address(found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for blocks in found.values():
        for block in blocks if isinstance(blocks, list) else ():
            meta = block.get("__tfmeta") if isinstance(block, dict) else None
            if isinstance(meta, dict) and meta.get("type") == "resource":
                yield str(meta.get("path")), block


_NOTHING = object()


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    """The answer at a path, or `_NOTHING` when there is none or it shows that something was not known."""
    for key in path:
        if isinstance(value, dict) and isinstance(key, int) and key == 0:
            continue  # NOTE: a block that stands once is a map there, a list of one here.
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return _NOTHING
    if _doubtful(value):
        return _NOTHING
    try:
        return from_plain(value)
    except EvaluationError:
        return _NOTHING


def _doubtful(value: Any) -> bool:
    if isinstance(value, str):
        return "${" in value or _UUID.search(value) is not None
    if isinstance(value, dict):
        return any(key.startswith("__") for key in value) or any(map(_doubtful, value.values()))
    return any(map(_doubtful, value)) if isinstance(value, list) else value is None


def _put(tree: Any, path: tuple[str | int, ...], value: Any) -> None:
    for key in path[:-1]:
        tree = tree[key]
    tree[path[-1]] = value
