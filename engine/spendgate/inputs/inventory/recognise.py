"""Tells which form a value of an export has, and hands over what is in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from spendgate.inputs.inventory import aws, azure, google, rows, slurm, state
from spendgate.inputs.inventory.aws import answers
from spendgate.inputs.inventory.shape import Item, Shape
from spendgate.inputs.inventory.values import LINE_SUFFIXES, looks_like_csv
from spendgate.model.resource import Change, Level, Problem

_KUBERNETES = re.compile(rb'\{\s*"(?:apiVersion|kind)"\s*:')
_PLAN = (b'"resource_changes"', b'"planned_values"')
_TELLING = re.compile(
    rb'"(?:asset_?[tT]ype)"\s*:\s*"[a-z0-9.\-]+/|"[rR]esourceType"\s*:\s*"AWS::|"TypeName"\s*:\s*"AWS::|"ResourceARN"\s*:\s*"arn:'
    rb'|"type"\s*:\s*"[mM]icrosoft\.[A-Za-z]+/|"type"\s*:\s*"(?:amlcompute|computeinstance)"|"_cq_|"akas"\s*:|"_ctx"\s*:|"sp_ctx"\s*:|"configurationItems?"\s*:'
    rb'|"[A-Za-z]*(?:Arn|ARN)"\s*:\s*"arn:aws|"InstanceId"\s*:\s*"i-|"VolumeId"\s*:\s*"vol-|"kind"\s*:\s*"(?:compute|sql)#|"spendgate"\s*:\s*"inventory"'
)
_ROWS = re.compile(rb'\{\s*"(?:columns|rows)"\s*:\s*\[')
_ANSWER = re.compile(
    rb'[\[\s]*\{\s*"(?:Reservations|ResourceTagMappingList|PaginationToken|NextToken|nextToken|nodegroup|cluster|taskDefinition|Table|DomainStatus|'
    + "|".join(answers.LISTS).encode()
    + rb'|NotebookInstanceArn|NotebookInstanceName|EndpointConfigName|EndpointName|ClusterArn|provisionedModelArn|Results|TypeName)"\s*:'
)
_ARN_COLUMN = re.compile(rb'"arn"\s*:\s*"arn:aws')
_COLUMNS = re.compile(rb"(?:^|,)\"?(?:arn|akas|_cq_id|self_link|_ctx|sp_ctx)\"?(?:,|\r?\n)")


def looks_like_inventory(path: Path, head: bytes) -> bool:
    """Whether a document's first bytes speak of an export that is read here."""
    start = head.lstrip()
    if state.looks_like_state(start):
        return True
    if any(key in head for key in _PLAN) or b'"format_version"' in head[:4096] or _KUBERNETES.match(start):
        return False
    if start[:1] in (b"{", b"["):
        return bool(
            _TELLING.search(head)
            or _ROWS.match(start)
            or _ANSWER.match(start)
            or (start[:1] == b"[" and _ARN_COLUMN.search(head))
            or slurm.looks_like_slurm(head)
            or (path.suffix in LINE_SUFFIXES and rows.table_of(path.name))
        )
    return looks_like_csv(head) and bool(_COLUMNS.search(head.split(b"\n", 1)[0] + b"\n") or rows.table_of(path.name))


def shape_of(item: Item) -> tuple[Shape, bool]:
    """The shape of an item, and whether its kind is in a table."""
    tables: Mapping[str, tuple[Mapping[str, Shape], Callable[[str], Shape]]] = {
        "aws": (aws.SHAPES, aws.unshaped),
        "google": (google.SHAPES, google.unshaped),
        "azure": (azure.SHAPES, azure.unshaped),
    }
    known, unshaped = tables[item.provider]
    found = known.get(item.kind)
    return (found, True) if found is not None else (unshaped(item.kind), False)


_MORE = (
    "NextToken",
    "nextToken",
    "PaginationToken",
    "NextMarker",
    "Marker",
    "nextPageToken",
    "skip_token",
    "$skipToken",
    "nextLink",
    "@nextLink",
)
"""Keys by which an answer says that it is one page and where the next one is."""


def page_of(value: Any) -> tuple[str, bool] | None:
    """The list that an answer is a page of, and whether there are more pages behind it; None for what is no page."""
    if not isinstance(value, Mapping):
        return None
    lists = [str(key) for key, child in value.items() if isinstance(child, list)]
    if not lists:
        return None
    return lists[0], any(isinstance(value.get(key), str) and value[key] for key in _MORE)


def things_in(value: Any, table: str = "") -> Iterator[Item | Change | Problem | None]:
    """What a value of an export holds; `None` stands for a part of it that is of no known form."""
    found = _things(value, table)
    if found is not None:
        yield from found
    elif isinstance(value, list):
        for element in value:
            yield from things_in(element, table)
    elif value not in (None, {}, []):
        yield None


def _things(value: Any, table: str) -> Iterator[Item | Change | Problem | None] | None:
    if not isinstance(value, Mapping):
        return None
    if value.get("spendgate") == "inventory":
        return _said(value)
    return (
        rows.items_of(value, table)
        or google.items_of(value)
        or azure.items_of(value)
        or slurm.changes_of(value)
        or state.changes_of(value)
        or answers.items_of(value)
    )


def _said(value: Mapping[str, Any]) -> Iterator[Problem]:
    """What a collector could not read: it stands in the inventory, so that nothing that is missing looks like nothing."""
    message = value.get("problem")
    if isinstance(message, str):
        level = Level.ERROR if value.get("level") == "error" else Level.WARNING
        yield Problem(level, message, undetermined=True)
