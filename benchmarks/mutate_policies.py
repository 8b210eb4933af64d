"""Changes each condition of each built-in policy in turn, and looks whether the policy's own tests notice.

    python benchmarks/mutate_policies.py [GPU-001 ...] [--list]

A condition is negated, or left out; so is a case, an excluded object, a key of `match`. A change that no test notices survives:
either a test is missing or the condition is of no use. A changed policy that no longer loads counts as noticed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, NamedTuple

import yaml

from spendgate.errors import PolicyError
from spendgate.policies import catalog
from spendgate.policies.reading import compiled, read_policy_text
from spendgate.policies.testing import run_tests

NOW = datetime(2026, 11, 1, tzinfo=UTC)
_GROUPS = ("all", "any")


class Mutant(NamedTuple):
    """A changed policy, and what was changed in it."""

    said: str
    data: Mapping[str, Any]


def conditions(node: Any, route: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """The places of all conditions below a node: single ones, and groups that stand in a list."""
    if isinstance(node, list):
        for number, each in enumerate(node):
            yield from conditions(each, (*route, number))
    elif isinstance(node, Mapping):
        group = next((name for name in _GROUPS if name in node), None)
        if group is not None:
            if route and isinstance(route[-1], int):
                yield route
            yield from conditions(node[group], (*route, group))
        elif "field" in node or "expr" in node or "not" in node:
            yield route


def roots(data: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Where conditions stand in a policy."""
    yield ("assert",)
    yield ("match", "where")
    for number, case in enumerate(data.get("cases", ())):
        yield ("cases", number, "assert")
        if "when" in case:
            yield ("cases", number, "when")
    for number, each in enumerate(data.get("exclude", ())):
        if "where" in each:
            yield ("exclude", number, "where")


def at(data: Any, route: tuple[Any, ...]) -> Any:
    """What stands at a route, None when nothing does."""
    for key in route:
        if isinstance(data, Mapping):
            data = data.get(key)
        elif isinstance(data, list) and isinstance(key, int):
            data = data[key]
        else:
            return None
    return data


def mutants(data: Mapping[str, Any]) -> Iterator[Mutant]:
    """Every changed policy."""
    for root in roots(data):
        for route in conditions(at(data, root), root):
            place = ".".join(map(str, route))
            changed = deepcopy(data)
            parent = at(changed, route[:-1])
            parent[route[-1]] = {"not": parent[route[-1]]}
            yield Mutant(f"negated {place}: {at(data, route)}", changed)
            if isinstance(route[-1], int) and len(at(data, route[:-1])) > 1:
                changed = deepcopy(data)
                del at(changed, route[:-1])[route[-1]]
                yield Mutant(f"dropped {place}: {at(data, route)}", changed)
    for name in ("cases", "exclude"):
        for number in range(len(data.get(name, ()))):
            if name == "exclude" or len(data[name]) > 1:
                changed = deepcopy(data)
                del changed[name][number]
                yield Mutant(f"dropped {name}.{number}", changed)
    for key in data.get("match", {}):
        if key != "action":
            changed = deepcopy(data)
            del changed["match"][key]
            yield Mutant(f"dropped match.{key}", changed)


def survives(mutant: Mutant, origin: str) -> bool:
    """Whether no test of the policy notices the change."""
    try:
        text = yaml.safe_dump(dict(mutant.data), sort_keys=False, allow_unicode=True)
        policy = compiled(read_policy_text(text, origin, built_in=True))
    except PolicyError:
        return False
    return run_tests([policy], NOW).succeeded


def main() -> int:
    """Print a line for each policy with survivors, then the sum."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("policies", nargs="*", help="ids; all when none is named")
    parser.add_argument("--list", action="store_true", help="print every survivor")
    arguments = parser.parse_args()
    started, made, survivors = time.perf_counter(), 0, 0
    for each in catalog.built_ins():
        if each.path.suffix == ".rego" or (arguments.policies and each.id not in arguments.policies):
            continue
        found = []
        for mutant in mutants(yaml.safe_load(each.path.read_text(encoding="utf-8"))):
            made += 1
            if survives(mutant, each.origin):
                found.append(mutant.said)
        survivors += len(found)
        if found:
            print(f"{each.id}: {len(found)}")
            for said in found if arguments.list else ():
                print(f"  {said}")
    print(f"{made} changes, {survivors} survive, {time.perf_counter() - started:.0f} s")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
