"""Lists a cluster page by page, and says of each list that failed what is missing because of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from spendgate.collectors.kubernetes.connection import EXPIRED, Answers, RefusedError
from spendgate.collectors.kubernetes.kinds import LISTED, Kind
from spendgate.collectors.kubernetes.listing import Listed, items
from spendgate.collectors.kubernetes.scrubbing import scrubbed
from spendgate.collectors.kubernetes.watching import Watch, follow, ordered
from spendgate.errors import InputError, SettingsError

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told before each list: what is asked, its number, and how many there are."""

_UNAUTHORIZED, _NOT_FOUND = 401, 404
_NAMESPACE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def collect(
    *,
    context: str | None = None,
    kubeconfig: str | None = None,
    namespaces: Sequence[str] = (),
    watch_seconds: float = 0,
    progress: Progress | None = None,
    attempts: int = 5,
    wait_seconds: float = 1.0,
) -> Iterator[Mapping[str, Any]]:
    """The objects of a cluster one by one, without secrets, and an `InventoryProblem` for every list that failed.

    With `namespaces` only what is in them; what belongs to the cluster as a whole is said to be missing and not asked for: beside
    the pods of some namespaces, nodes would look idle.
    With `watch_seconds`, work that comes up for so long after the lists is there as well, as it was last seen, also when it is gone.
    Overload and server errors are tried `attempts` times, `wait_seconds` apart and then longer. Raises SettingsError when nobody
    is signed in or the configuration is wrong, InputError when no list at all was answered.
    """
    answers = Answers(context, kubeconfig, attempts, wait_seconds)
    kinds: list[Kind] = []
    wide: list[str] = []
    yield from _own(answers, namespaces)
    for found in _served(answers, namespaces, wide):
        if isinstance(found, Kind):
            kinds.append(found)
        else:
            yield found
    if namespaces:
        missing = f"nothing but {_named(namespaces)} was asked for: {', '.join(wide)} and all other namespaces are missing in this inventory"
        yield _problem("cluster-wide", missing)
    answered = 0
    watches: list[Watch] = []
    for number, kind in enumerate(kinds, 1):
        if progress is not None:
            progress(f"{kind.plural} of {kind.api_version}", number, len(kinds))
        for path in kind.paths:
            count, listed = 0, Listed()
            try:
                for item in items(answers, kind, path, listed):
                    count += 1
                    yield item
                answered += 1
                if watch_seconds and kind.is_watched:
                    watches.append(Watch(answers, kind, path, listed))
            except RefusedError as refusal:
                _signed_in(refusal)
                rest = f"broke off after {count}" if count else "gave nothing"
                missing = "may be missing" if count else "is missing"
                where = f" in namespace {path.split('/')[-2]}" if namespaces else ""
                what = (
                    f"the list of {kind.plural}{where} {rest} ({refusal.why}): {kind.kind} {missing} in this inventory"
                )
                yield _problem(kind.plural, what)
    if not answered:
        raise InputError("the cluster answered none of the lists, so nothing is known of what runs", hint="--show-role")
    if watches and progress is not None:
        progress(f"watching {len(watches)} lists for {watch_seconds:g} s", len(kinds), len(kinds))
    for watch in follow(watches, watch_seconds, attempts, wait_seconds) if watches else ():
        yield from ordered(watch.found.values())
        yield from _unseen(watch)


def _unseen(watch: Watch) -> Iterator[Mapping[str, Any]]:
    """What may have come and gone without being seen."""
    refusal = watch.refusal
    why = "it fell behind the changes that the cluster keeps"
    if refusal is not None and refusal.status != EXPIRED:
        _signed_in(refusal)
        why = refusal.why
    if refusal is not None or watch.lost:
        plural = watch.kind.plural
        missing = f"the watch of {plural} broke off ({why}): {watch.kind.kind} that came and went may be missing in this inventory"
        yield _problem(f"watch-{plural}", missing)


def _named(namespaces: Sequence[str]) -> str:
    return f"namespace {namespaces[0]}" if len(namespaces) == 1 else f"namespaces {', '.join(namespaces)}"


def _own(answers: Answers, namespaces: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """The namespaces themselves. NOTE: lists of one that is not there are empty and no error, hence the question."""
    for name in namespaces:
        if not _NAMESPACE.fullmatch(name):
            raise SettingsError(f"option --namespace: {name!r} is no name of a namespace")
        try:
            yield scrubbed({**answers.get(f"/api/v1/namespaces/{name}"), "apiVersion": "v1", "kind": "Namespace"})
        except RefusedError as refusal:
            _signed_in(refusal)
            if refusal.status == _NOT_FOUND:
                raise SettingsError(f"option --namespace: {name!r} is not in this cluster") from None
            missing = f"namespace {name} gave nothing ({refusal.why}): its labels are missing in this inventory"
            yield _problem(f"namespace-{name}", missing)


def _served(answers: Answers, namespaces: Sequence[str], wide: list[str]) -> Iterator[Kind | Mapping[str, Any]]:
    """The wanted kinds that the cluster serves, each in the version that it prefers; a problem for what cannot be told.

    With namespaces, kinds that are in none go to `wide`.
    """
    versions = {"": ["v1"]}
    try:
        for group in answers.get("/apis").get("groups") or ():
            preferred = (group.get("preferredVersion") or {}).get("version")
            others = [version.get("version") for version in group.get("versions") or ()]
            versions[group.get("name")] = [name for name in dict.fromkeys([preferred, *others]) if name]
    except RefusedError as refusal:
        _signed_in(refusal)
        missing = (
            f"the list of API groups gave nothing ({refusal.why}): all but core kinds is missing in this inventory"
        )
        yield _problem("api-groups", missing)
    for group, wanted in LISTED.items():
        seen: set[str] = set()
        for version in versions.get(group, ()):
            api_version = f"{group}/{version}" if group else version
            path = f"/apis/{api_version}" if group else f"/api/{api_version}"
            try:
                resources = answers.get(path).get("resources") or ()
            except RefusedError as refusal:
                _signed_in(refusal)
                what = f"the list of kinds of {api_version} gave nothing ({refusal.why})"
                yield _problem(api_version.replace("/", "-"), f"{what}: they may be missing in this inventory")
                continue
            for resource in sorted(resources, key=lambda one: str(one.get("name"))):
                plural = resource.get("name")
                if plural in wanted and plural not in seen:
                    seen.add(plural)
                    if namespaces and resource.get("namespaced") is not True:
                        wide.append(plural)
                        continue
                    paths = [f"{path}/namespaces/{name}/{plural}" for name in namespaces] or [f"{path}/{plural}"]
                    yield Kind(tuple(paths), plural, api_version, str(resource.get("kind")))


def _signed_in(refusal: RefusedError) -> None:
    if refusal.status == _UNAUTHORIZED:
        raise SettingsError("Kubernetes: the cluster does not know who asks", hint="sign in again and start anew")


def _problem(name: str, message: str) -> Mapping[str, Any]:
    """What is missing: it goes into the inventory, so that every later run knows of it."""
    return {
        "apiVersion": "spendgate/v1",
        "kind": "InventoryProblem",
        "metadata": {"name": name},
        "problem": message,
    }
