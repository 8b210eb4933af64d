"""Makes a large plan: `python benchmarks/make_plan.py 10000 plan.json`. The same number gives the same bytes.

The stacks of `examples/` are laid side by side under new names until there are enough resources. In three of four copies
everything exists already and nothing changes, as in most plans; the fourth is as the example has it. Ids and names are unique in
each copy, so that joins find what they would find in life. About 6 KB a resource, prior state and configuration included.
"""

from __future__ import annotations

import json
import re
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
STORIES = ("gpu-training-aws", "llm-serving-gke", "research-sandbox-azure")
_IDENTITIES = ("id", "arn", "name", "self_link", "bucket", "cluster_name", "node_group_name", "training_job_name")
_NUMBERS = re.compile(r"(count|iops|throughput|size|version|capacity|index|port)s?$")
_CHANGED_EVERY = 4
_DEPENDS_ON = [
    "aws_iam_role.sagemaker",
    "aws_security_group.nodes",
    "aws_subnet.private",
    "aws_subnet.public",
    "aws_vpc.main",
]
_SCRIPT = b64encode(
    b"#!/bin/bash\nset -euo pipefail\n" + b"systemctl enable --now training-agent.service\n" * 30
).decode()
_POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*"}] * 6}
)
_LONG = {
    "user_data": _SCRIPT,
    "user_data_base64": _SCRIPT,
    "policy": _POLICY,
    "custom_data": _SCRIPT,
    "metadata": {"script": _SCRIPT},
}
"""What makes real plans heavy beside the attributes: scripts and policies in the state."""


class Story:
    """One example as text, cut where names and ids stand, ready to be written under other ones."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        entries = document["resource_changes"]
        blocks = {(entry["type"], entry["name"]) for entry in entries}
        names = {f"{type_}.{name}": f"{type_}.{name}_@" for type_, name in blocks}
        modules = {
            f"module.{name}": f"module.{name}_@"
            for name in document["configuration"]["root_module"].get("module_calls", {})
        }
        texts = {
            json.dumps(side[key]): json.dumps(f"{side[key]}-@")
            for entry in entries
            for side in (entry["change"]["before"], entry["change"]["after"])
            for key in _IDENTITIES
            if side and isinstance(side.get(key), str) and len(side[key]) > 2 and side[key] != entry.get("index")
        }
        self._replace = {**names, **modules}
        self._texts = texts
        longest = sorted((*self._replace, *self._texts), key=len, reverse=True)
        self._pattern = re.compile("|".join(f"{re.escape(text)}(?![A-Za-z0-9_-])" for text in longest))
        self.size = len(entries)
        self._parts = {False: self._cut(document, settle=True), True: self._cut(document, settle=False)}

    def parts(self, number: int) -> Mapping[str, list[str]]:
        """The parts of the plan for one copy, each a list of JSON texts."""
        label = f"{number:05d}"
        return {
            name: [text.replace("@@", label) for text in texts]
            for name, texts in self._parts[number % _CHANGED_EVERY == 0].items()
        }

    def _cut(self, document: Mapping[str, Any], *, settle: bool) -> dict[str, list[str]]:
        root = document["configuration"]["root_module"]
        entries = [_settled(entry) if settle else entry for entry in document["resource_changes"]]
        return {
            "changes": [self._renamed(_named(entry)) for entry in entries],
            "planned": [self._renamed(_named(_value(entry, "after"))) for entry in entries if entry["change"]["after"]],
            "prior": [self._renamed(_named(_value(entry, "before"))) for entry in entries if entry["change"]["before"]],
            "resources": [self._renamed(_named(resource)) for resource in root.get("resources", [])],
            "calls": [self._call(name, call) for name, call in root.get("module_calls", {}).items()],
        }

    def _call(self, name: str, call: Mapping[str, Any]) -> str:
        module = dict(call["module"], resources=[_named(resource) for resource in call["module"]["resources"]])
        return f"{json.dumps(name + '_@@')}:{self._renamed({**call, 'module': module})}"

    def _renamed(self, value: Any) -> str:
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)

        def other(match: re.Match[str]) -> str:
            found = match[0]
            return (self._replace.get(found) or self._texts[found]).replace("@", "@@")

        return self._pattern.sub(other, text)


def _named(block: Mapping[str, Any]) -> dict[str, Any]:
    """A block whose own name is marked as well: in the text it stands apart from its type."""
    return {**block, "name": f"{block['name']}_@@"}


def _value(entry: Mapping[str, Any], side: str) -> dict[str, Any]:
    """An entry of planned values or of the prior state."""
    own = {key: entry[key] for key in ("address", "mode", "type", "name", "index", "provider_name") if key in entry}
    found = {**own, "schema_version": 1, "values": entry["change"][side]}
    return {**found, "sensitive_values": entry["change"][f"{side}_sensitive"], "depends_on": _DEPENDS_ON}


def _settled(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A creation as it looks in the next plan: everything known, nothing to do."""
    change = entry["change"]
    if change["actions"] != ["create"]:
        return dict(entry)
    known = {**change["after"], **_filled(change["after_unknown"], entry["name"], change["after"])}
    known.update({key: value for key, value in _LONG.items() if key in known})
    marks = change["after_sensitive"]
    settled = {"actions": ["no-op"], "before": known, "after": known, "after_unknown": {}}
    return {**entry, "change": {**settled, "before_sensitive": marks, "after_sensitive": marks}}


def _filled(unknown: Any, name: str, after: Any) -> Any:
    """Values in the places that were unknown."""
    if isinstance(unknown, dict):
        own = after if isinstance(after, dict) else {}
        found = {
            key: (0 if _NUMBERS.search(key) else f"{name}-{key}-@@")
            if mark is True
            else _filled(mark, name, own.get(key))
            for key, mark in unknown.items()
        }
        return {**own, **found}
    if isinstance(unknown, list):
        own_list = after if isinstance(after, list) else []
        return [_filled(mark, name, value) for mark, value in zip(unknown, own_list, strict=False)]
    return after


def stories() -> list[Story]:
    """The examples that are multiplied."""
    return [Story(json.loads((EXAMPLES / name / "plan.json").read_text(encoding="utf-8"))) for name in STORIES]


def copies(count: int) -> Iterator[Mapping[str, list[str]]]:
    """Copies of the stories, in turn, until they hold `count` resources; the last one is cut."""
    found = stories()
    left, number = count, 0
    while left > 0:
        parts = dict(found[number % len(found)].parts(number))
        parts["changes"] = parts["changes"][:left]
        left -= len(parts["changes"])
        number += 1
        yield parts


def _settled_blocks(blocks: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Provider blocks with the values of their own story's variables: `var.region` is another region in each."""

    def settled(expression: Any) -> Any:
        names = expression.get("references", ()) if isinstance(expression, dict) else ()
        name = names[0].removeprefix("var.") if len(names) == 1 else ""
        return {"constant_value": values[name]["value"]} if name in values else expression

    return {
        key: {**block, "expressions": {name: settled(each) for name, each in block.get("expressions", {}).items()}}
        for key, block in blocks.items()
    }


def write_plan(count: int, file: BinaryIO) -> None:
    """Write a plan of `count` resources as Terraform writes it: one line."""
    every = list(copies(count))
    providers: dict[str, Any] = {}
    variables: dict[str, Any] = {}
    for name in STORIES:
        document = json.loads((EXAMPLES / name / "plan.json").read_text(encoding="utf-8"))
        values = document.get("variables", {})
        providers.update(_settled_blocks(document["configuration"]["provider_config"], values))
        variables.update(document["configuration"]["root_module"].get("variables", {}))
        variables.update({key: {**variables.get(key, {}), "default": value["value"]} for key, value in values.items()})

    def joined(part: str) -> str:
        return ",".join(text for parts in every for text in parts[part])

    given = {name: {"value": declared["default"]} for name, declared in variables.items() if "default" in declared}
    for text in (
        '{"format_version":"1.2","terraform_version":"1.11.4",',
        f'"variables":{json.dumps(given)},',
        f'"planned_values":{{"root_module":{{"resources":[{joined("planned")}]}}}},',
        f'"resource_changes":[{joined("changes")}],',
        '"prior_state":{"format_version":"1.0","terraform_version":"1.11.4",',
        f'"values":{{"root_module":{{"resources":[{joined("prior")}]}}}}}},',
        f'"configuration":{{"provider_config":{json.dumps(providers)},',
        f'"root_module":{{"resources":[{joined("resources")}],"module_calls":{{{joined("calls")}}},',
        f'"variables":{json.dumps(variables)}}}}},',
        '"timestamp":"2026-11-20T09:30:00Z","applyable":true,"complete":true,"errored":false}\n',
    ):
        file.write(text.encode("utf-8"))


def main(arguments: list[str]) -> None:
    """Command line: number of resources, file to write."""
    if len(arguments) != 2 or not arguments[0].isdecimal():
        sys.exit("usage: python benchmarks/make_plan.py NUMBER-OF-RESOURCES OUT.json")
    out = Path(arguments[1])
    with out.open("wb") as file:
        write_plan(int(arguments[0]), file)
    print(f"{out}: {arguments[0]} resources, {out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
