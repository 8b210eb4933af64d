"""One list of a cluster, page by page, all of one moment: a list that expires on the way is begun anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from spendgate.collectors.kubernetes.connection import EXPIRED, Answers, RefusedError
from spendgate.collectors.kubernetes.kinds import Kind
from spendgate.collectors.kubernetes.scrubbing import scrubbed

_PAGE = 500
_LISTS = 3
"""How often a list is begun before what it gave is taken as a part of it."""


@dataclass(slots=True)
class Listed:
    """What a watch goes on from: the version of the cluster that the list is of, and which objects were in it."""

    version: str = ""
    keys: set[str] = field(default_factory=set)


def items(answers: Answers, kind: Kind, path: str, listed: Listed) -> Iterator[Mapping[str, Any]]:
    """The objects of a list without their secrets. Raises RefusedError after those that came before it broke off.

    They are held back until the list is complete, for its pages are of one version of the cluster, and what is begun anew is of another.
    """
    for attempt in range(1, _LISTS + 1):
        held: list[Mapping[str, Any]] = []
        refusal = _pages(answers, kind, path, listed, held)
        if refusal is not None and refusal.status == EXPIRED and held and attempt < _LISTS:
            continue
        listed.keys = {key_of(item) for item in held}
        yield from held
        if refusal is not None:
            raise refusal
        return


def _pages(
    answers: Answers, kind: Kind, path: str, listed: Listed, held: list[Mapping[str, Any]]
) -> RefusedError | None:
    """Put every page into `held`; returns why there are no more, if there should be."""
    token = ""
    try:
        while True:
            page = answers.get(path, [("limit", str(_PAGE)), *([("continue", token)] if token else [])])
            if not isinstance(page.get("items"), list):
                return RefusedError("the answer is no list")
            # NOTE: the items of a list carry neither kind nor version of their own.
            held += (scrubbed({**kind.head, **item}) for item in page["items"])
            metadata = page.get("metadata") or {}
            listed.version = str(metadata.get("resourceVersion") or "")
            following = metadata.get("continue") or ""
            if following and following == token:
                return RefusedError("the next page is the same page")
            token = following
            if not token:
                return None
    except RefusedError as refusal:
        return refusal


def key_of(item: Mapping[str, Any]) -> str:
    """What tells an object from one of the same name that came before or after it."""
    metadata = item.get("metadata") or {}
    return str(metadata.get("uid") or f"{metadata.get('namespace')}/{metadata.get('name')}")
