"""Lists the assets of projects, folders and organizations page by page, and says of each list that failed what is missing."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from spendgate.collectors.bearer import Bearer
from spendgate.collectors.rest import UNAUTHORIZED, Api, RefusedError, details, endpoint, pages
from spendgate.collectors.scrubbing import scrubbed
from spendgate.errors import InputError, SettingsError
from spendgate.inputs.inventory.google import SHAPES

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told before each list: what is asked, its number, and how many there are."""

ENDPOINT = "https://cloudasset.googleapis.com"
TOKENS = ("GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN")
_QUOTA = "GOOGLE_CLOUD_QUOTA_PROJECT"
_PAGE = "1000"
"""The most assets that a page may hold (Cloud Asset API, assets.list)."""
_INVALID = 400
_SCOPES = {
    "projects": re.compile(r"[a-z0-9][a-z0-9.:-]{2,62}"),
    "folders": re.compile(r"\d{1,20}"),
    "organizations": re.compile(r"\d{1,20}"),
}
_CONSUMER = re.compile(r"projects/[a-z0-9.:-]{1,63}")
_SERVICE_OFF = "SERVICE_DISABLED"


def scope_of(kind: str, name: str) -> str:
    """`projects/vision-lab`, `folders/123` or `organizations/123`. Raises SettingsError for a name that is none."""
    if not _SCOPES[kind].fullmatch(name):
        one = kind.removesuffix("s")
        hint = "it is the id or the number of a project" if one == "project" else f"it is the number of the {one}"
        raise SettingsError(f"option --{one}: {name!r} names none", hint=hint)
    return f"{kind}/{name}"


def role() -> Mapping[str, Any]:
    """The custom role to grant, as `gcloud iam roles create --file` takes it."""
    return {
        "title": "spendgate inventory",
        "description": "Lists what runs; changes nothing.",
        "stage": "GA",
        "includedPermissions": ["cloudasset.assets.listResource"],
    }


@dataclass(slots=True)
class _Failure:
    """A list that failed: of which kinds, why, and after how many assets."""

    kinds: Sequence[str]
    why: str
    found: int


def collect(
    now: datetime,
    scopes: Sequence[str],
    *,
    quota_project: str | None = None,
    api: str | None = None,
    progress: Progress | None = None,
    attempts: int = 6,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Mapping[str, Any]]:
    """The inventory record by record: assets as Cloud Asset Inventory gives them, without secrets, and a record for every list
    that failed.

    Raises SettingsError when nobody is signed in or the session ends, InputError when no list at all was answered.
    """
    if not scopes:
        raise SettingsError("no project is named", hint="--project ID, --folder NUMBER or --organization NUMBER")
    bearer = Bearer("Google", TOKENS, ("gcloud", "auth", "print-access-token"), "gcloud auth login")
    billed = quota_project or os.environ.get(_QUOTA)
    if billed and not _SCOPES["projects"].fullmatch(billed):
        raise SettingsError("the quota project is no project", hint=f"--quota-project ID, or {_QUOTA}")
    headers = {"x-goog-user-project": billed} if billed else {}
    asked = Api(endpoint(api, ENDPOINT), bearer, headers, attempts, sleep=sleep)
    bearer.token()
    yield {"spendgate": "inventory", "provider": "google", "scopes": list(scopes), "time": now.isoformat()}
    services = _services()
    answered, number, why = 0, 0, ""
    for scope in scopes:
        failures: list[_Failure] = []
        for service, kinds in services.items():
            number += 1
            if progress is not None:
                progress(f"{scope}: {service}", number, len(scopes) * len(services))
            failed = len(failures)
            yield from _of_service(asked, scope, kinds, failures)
            lost = sum(len(failure.kinds) for failure in failures[failed:] if not failure.found)
            answered += lost < len(kinds)
        why = why or (failures[0].why if failures else "")
        yield from _problems(scope, failures, len(services))
    if not answered:
        raise InputError(
            f"Google answered none of the lists ({why}), so nothing is known of what runs", hint="see --show-role"
        )


def _services() -> Mapping[str, tuple[str, ...]]:
    """The asset types to ask for, by service: those that an inventory is read of."""
    found: dict[str, list[str]] = {}
    for kind in sorted(SHAPES):
        found.setdefault(kind.split(".", 1)[0], []).append(kind)
    return {service: tuple(kinds) for service, kinds in found.items()}


def _of_service(api: Api, scope: str, kinds: Sequence[str], failures: list[_Failure]) -> Iterator[Mapping[str, Any]]:
    """The assets of some types; a failure is added to the list of them."""
    found = 0
    try:
        for asset in _assets(api, scope, kinds):
            found += 1
            yield asset
    except RefusedError as refusal:
        if refusal.status == UNAUTHORIZED:
            raise SettingsError(
                f"Google: {refusal.why}, at {kinds[0].split('/', 1)[0]} of {scope}", hint="sign in again and start anew"
            ) from None
        if refusal.status == _INVALID and len(kinds) > 1 and not found:
            # NOTE: one type that the API does not know makes it refuse all of them.
            for kind in kinds:
                yield from _of_service(api, scope, (kind,), failures)
        else:
            failures.append(_Failure(kinds, _why(refusal), found))


def _assets(api: Api, scope: str, kinds: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    query = [("contentType", "RESOURCE"), ("pageSize", _PAGE), *(("assetTypes", kind) for kind in kinds)]
    path = f"/v1/{scope}/assets"

    def following(token: str) -> Mapping[str, Any]:
        return api.get(path, [*query, ("pageToken", token)])

    for page in pages(api.get(path, query), following, "nextPageToken"):
        assets = page.get("assets", [])
        if not isinstance(assets, list) or not {"assets", "readTime", "nextPageToken"} & page.keys():
            raise RefusedError("the answer is no list of assets")
        for asset in assets:
            if not isinstance(asset, Mapping) or not isinstance(asset.get("assetType"), str):
                raise RefusedError("the answer is no list of assets")
            yield _written(asset)


_KEPT = ("name", "assetType", "ancestors", "updateTime")


def _written(asset: Mapping[str, Any]) -> Mapping[str, Any]:
    resource = asset.get("resource")
    inner = resource if isinstance(resource, Mapping) else {}
    kept = {key: asset[key] for key in _KEPT if key in asset}
    said = {key: scrubbed(inner[key]) for key in ("version", "location", "data") if key in inner}
    return {**kept, "resource": said} if said else kept


def _why(refusal: RefusedError) -> str:
    """NOTE: it is the project that pays for the question whose API is off, not the one that is asked about."""
    if refusal.reason != _SERVICE_OFF:
        return refusal.why
    told = (each.get("metadata") for each in details(refusal.body))
    named = (str(each.get("consumer")) for each in told if isinstance(each, Mapping))
    where = next((name for name in named if _CONSUMER.fullmatch(name)), "the project that asks")
    return f"the Cloud Asset API is off in {where}: gcloud services enable cloudasset.googleapis.com"


def _problems(scope: str, failures: Sequence[_Failure], services: int) -> Iterator[Mapping[str, Any]]:
    """What is missing because of lists that failed: it goes into the inventory, so that every later run knows of it."""
    reasons = {failure.why for failure in failures}
    if len(failures) == services > 1 and len(reasons) == 1 and not any(failure.found for failure in failures):
        yield _problem(f"{scope} gave nothing ({reasons.pop()}): all of it is missing in this inventory")
        return
    for failure in failures:
        service = failure.kinds[0].split("/", 1)[0]
        names = ", ".join(kind.split("/", 1)[1] for kind in failure.kinds)
        rest = f"broke off after {failure.found}" if failure.found else "gave nothing"
        missing = "some may be missing" if failure.found else "they are missing"
        yield _problem(f"{service} of {scope} {rest} ({failure.why}): {names}: {missing} in this inventory")


def _problem(message: str) -> Mapping[str, Any]:
    return {"spendgate": "inventory", "problem": message, "level": "warning"}
