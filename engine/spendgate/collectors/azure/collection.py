"""Asks Resource Graph subscription by subscription, and says of each question that failed what is missing because of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from spendgate.collectors.azure.parts import PARTS, READ_HERE, Row, listed
from spendgate.collectors.bearer import Bearer
from spendgate.collectors.rest import UNAUTHORIZED, Api, RefusedError, endpoint, pages
from spendgate.collectors.scrubbing import scrubbed
from spendgate.errors import InputError, SettingsError
from spendgate.inputs.inventory.azure import PLAIN, SHAPES

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told after each page: whose resources, how many were read, and how many there are."""

ENDPOINT = "https://management.azure.com"
TOKENS = ("AZURE_ACCESS_TOKEN",)
_SUBSCRIPTIONS_VERSION = "2022-12-01"
_GRAPH = "/providers/Microsoft.ResourceGraph/resources"
_GRAPH_VERSION = "2022-10-01"
_PAGE = 1000
"""The most rows that a page may hold (Resource Graph, `$top`)."""
_TOO_LARGE = "ResponsePayloadTooLarge"
_COLUMNS = "id, name, type, kind, location, resourceGroup, subscriptionId, tags, sku, zones, managedBy, properties"
# NOTE: without an order the pages of one question are not those of one list.
_QUERY = f"resources | where type !in~ ({', '.join(repr(kind) for kind in READ_HERE)}) | project {_COLUMNS} | order by id asc"


def collect(
    now: datetime,
    subscriptions: Sequence[str] = (),
    *,
    api: str | None = None,
    progress: Progress | None = None,
    attempts: int = 6,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Mapping[str, Any]]:
    """The inventory record by record: rows as Resource Graph gives them, without secrets, and a record for all that failed.

    `subscriptions` are ids or names; without any, all that are seen and in use. Raises SettingsError when nobody is signed in or the
    session ends, InputError when no subscription at all was answered.
    """
    base = endpoint(api, ENDPOINT)
    command = (
        "az",
        "account",
        "get-access-token",
        "--resource",
        f"{base}/",
        "--query",
        "accessToken",
        "--output",
        "tsv",
    )
    asked = Api(base, Bearer("Azure", TOKENS, command, "az login"), attempts=attempts, sleep=sleep)
    asked.bearer.token()
    wanted, problems = _subscriptions(asked, subscriptions)
    yield {"spendgate": "inventory", "provider": "azure", "subscriptions": wanted, "time": now.isoformat()}
    yield from problems
    answered, why = 0, "it sees none of the subscriptions"
    for subscription in wanted:
        failure = _Failures(subscription)
        for row in _rows(asked, subscription, failure, progress):
            yield from _with_parts(asked, row, failure)
        answered += failure.answered
        why = failure.why or why
        yield from failure.problems()
    if not answered:
        raise InputError(
            f"Azure answered for none of the subscriptions ({why}), so nothing is known of what runs",
            hint="see --show-role",
        )


class _Failures:
    """What was refused of one subscription, counted by what is missing because of it."""

    def __init__(self, subscription: str) -> None:
        self.answered = False
        self.why = ""
        self._subscription = subscription
        self._rows: list[str] = []
        self._parts: Counter[tuple[str, str, str]] = Counter()
        self._asked: Counter[tuple[str, str]] = Counter()

    def rows(self, why: str, found: int, expected: int | None = None) -> None:
        """The list of resources failed after so many of them."""
        self.why = why
        of = f" of {expected}" if expected is not None else ""
        rest = f"broke off after {found}{of}" if found else "gave nothing"
        missing = "resources may be missing" if found else "all of its resources are missing"
        self._rows.append(f"subscription {self._subscription} {rest} ({why}): {missing} in this inventory")

    def part(self, kind: str, what: str, why: str | None) -> None:
        """A question about one resource was answered, or refused for a reason."""
        self._asked[(kind, what)] += 1
        if why is not None:
            self._parts[(kind, what, why)] += 1

    def problems(self) -> Iterator[Mapping[str, Any]]:
        """All of it, for the inventory, so that every later run knows of it."""
        yield from (problem(message) for message in self._rows)
        for (kind, what, why), count in sorted(self._parts.items()):
            of = f"{count} of {self._asked[(kind, what)]} {kind} in subscription {self._subscription}"
            yield problem(f"{what} of {of} gave nothing ({why}): they are missing in this inventory")


def problem(message: str) -> Mapping[str, Any]:
    """What is missing, as a record of the inventory."""
    return {"spendgate": "inventory", "problem": message, "level": "warning"}


def _subscriptions(api: Api, named: Sequence[str]) -> tuple[list[str], list[Mapping[str, Any]]]:
    """Ids of the subscriptions to ask, and a problem for each that was named and is not seen.

    NOTE: Resource Graph answers for a subscription that nobody may see as for an empty one, so it is asked for none such.
    """
    try:
        seen = list(listed(api, "/subscriptions", _SUBSCRIPTIONS_VERSION))
    except RefusedError as refusal:
        _signed_in(refusal, "the list of subscriptions")
        raise InputError(f"Azure does not list its subscriptions ({refusal.why})", hint="see --show-role") from None
    by_name = {str(one.get(key)).lower(): one for one in seen for key in ("displayName", "subscriptionId")}
    if not named:
        return sorted(
            str(one["subscriptionId"])
            for one in seen
            if one.get("subscriptionId") and one.get("state") in ("Enabled", "Warned", "PastDue")
        ), []
    found = [str(by_name[name.lower()]["subscriptionId"]) for name in named if name.lower() in by_name]
    missing = [name for name in named if name.lower() not in by_name]
    return list(dict.fromkeys(found)), [
        problem(f"subscription {name} is not seen by this account: all of its resources are missing in this inventory")
        for name in missing
    ]


def _signed_in(refusal: RefusedError, where: str) -> None:
    if refusal.status == UNAUTHORIZED:
        raise SettingsError(f"Azure: {refusal.why}, at {where}", hint="sign in again and start anew")


def _rows(api: Api, subscription: str, failure: _Failures, progress: Progress | None) -> Iterator[Row]:
    found, expected = 0, None
    try:
        for page in pages(_page(api, subscription, None), lambda token: _page(api, subscription, token), "$skipToken"):
            total = page.get("totalRecords")
            expected = total if isinstance(total, int) else expected
            if not isinstance(page.get("data"), list):
                raise RefusedError("the answer has no rows")
            for row in page["data"]:
                if not isinstance(row, Mapping) or not isinstance(row.get("id"), str):
                    raise RefusedError("the answer has no rows")
                found += 1
                yield dict(row)
            failure.answered = True
            if progress is not None:
                progress(f"resources of subscription {subscription}", found, max(expected or 0, found))
            if str(page.get("resultTruncated")).lower() == "true" and not page.get("$skipToken"):
                raise RefusedError("the answer was cut short")
    except RefusedError as refusal:
        _signed_in(refusal, f"subscription {subscription}")
        failure.rows(refusal.why, found, expected)
        return
    if expected is not None and found < expected:
        failure.rows("its pages end too early", found, expected)


def _page(api: Api, subscription: str, token: str | None) -> Mapping[str, Any]:
    """One page; half as many rows when an answer would be larger than Resource Graph gives."""
    size = _PAGE
    while True:
        options = {"$top": size, "resultFormat": "objectArray", **({"$skipToken": token} if token else {})}
        body = {"subscriptions": [subscription], "query": _QUERY, "options": options}
        try:
            return api.post(_GRAPH, [("api-version", _GRAPH_VERSION)], body)
        except RefusedError as refusal:
            if refusal.reason != _TOO_LARGE or size == 1:
                raise
            size //= 2


def _with_parts(api: Api, row: Row, failure: _Failures) -> Iterator[Mapping[str, Any]]:
    """A row and what belongs to it; the row last, since answers are written into it."""
    kind = str(row.get("type")).lower()
    for part in PARTS:
        if part.kind != kind or not part.wanted(row):
            continue
        try:
            for child in part.tell(api, row):
                yield _written(child)
            failure.part(kind, part.what, None)
        except RefusedError as refusal:
            _signed_in(refusal, f"{part.what} in {row['id']}")
            failure.part(kind, part.what, refusal.why)
    yield _written(row)


_KEPT = (
    "id",
    "name",
    "type",
    "kind",
    "location",
    "resourceGroup",
    "subscriptionId",
    "tags",
    "sku",
    "zones",
    "managedBy",
)


def _written(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row without what may be a secret; of a kind that nothing is read of, without its properties."""
    kept = {key: scrubbed(row[key], key) for key in _KEPT if row.get(key) is not None}
    kind = str(row.get("type")).lower()
    if kind in SHAPES and kind not in PLAIN and row.get("properties") is not None:
        kept["properties"] = scrubbed(row["properties"])
    return kept
