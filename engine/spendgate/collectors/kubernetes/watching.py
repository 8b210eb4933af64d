"""Follows lists for a bounded time, so that work is seen that comes up after the list and is gone before the next one."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from spendgate.collectors.kubernetes.connection import AGAIN, EXPIRED, WHY, Answers, RefusedError
from spendgate.collectors.kubernetes.kinds import Kind
from spendgate.collectors.kubernetes.listing import Listed, items, key_of
from spendgate.collectors.kubernetes.scrubbing import scrubbed

_GRACE_SECONDS = 15.0
"""How much later than asked a server may end a watch before it counts as silent."""
_LASTING_SECONDS = 0.25
"""How long a watch without a word lasts at least, if the server does not end it at once."""
_CHANGES = frozenset({"ADDED", "MODIFIED", "DELETED"})


@dataclass(slots=True)
class Watch:
    """One list that is followed: what came up, as last seen, and why some of it may be missing."""

    answers: Answers
    kind: Kind
    path: str
    listed: Listed
    found: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    refusal: RefusedError | None = None
    lost: bool = False
    """Whether changes between two watches were lost: the cluster keeps them for some minutes only."""

    def follow(self, seconds: float, attempts: int, wait_seconds: float) -> None:
        """Watch for so long. A watch that ends early goes on from the last version that was told; one that is too old lists anew.

        `refusal` is set when that failed `attempts` times in a row, or for good, and while the last attempt has failed.
        """
        until = time.monotonic() + seconds
        failures, begun, too_old = 0, False, False
        while failures < attempts and (left := until - time.monotonic()) > 0:
            version, since = self.listed.version, time.monotonic()
            try:
                if too_old:
                    self._list_anew()
                self._once(left)
                self.refusal, begun, too_old = None, True, False
            except RefusedError as refusal:
                self.refusal, too_old = refusal, refusal.status == EXPIRED
                if refusal.status and refusal.status not in AGAIN and not too_old:
                    return
                self.lost = self.lost or (too_old and begun)
            # NOTE: quiet watches last; what ends at once without a word must not be asked without a pause.
            moved = self.listed.version != version or time.monotonic() - since >= _LASTING_SECONDS
            failures = 0 if moved else failures + 1
            pause = 0.0 if moved or too_old else wait_seconds * 2 ** (failures - 1)
            time.sleep(max(0.0, min(pause, until - time.monotonic())))
        if failures >= attempts and self.refusal is None:
            self.refusal = RefusedError("the server ends it at once")

    def _list_anew(self) -> None:
        """See what came up while nobody watched."""
        fresh = Listed()
        for item in items(self.answers, self.kind, self.path, fresh):
            self._note(item)
        self.listed.version = fresh.version

    def _once(self, seconds: float) -> None:
        """One watch until it ends. Raises RefusedError, also for an event that is an error."""
        query = [
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("resourceVersion", self.listed.version),
            ("timeoutSeconds", str(ceil(seconds))),
        ]
        for line in self.answers.lines(self.path, query, seconds + _GRACE_SECONDS):
            event = _event(line)
            thing = event.get("object")
            if not isinstance(thing, Mapping):
                raise RefusedError("the answer tells of no object")
            if event.get("type") == "ERROR":
                code = thing.get("code")
                status = code if isinstance(code, int) else 0
                raise RefusedError(WHY.get(status, f"the server ends it with an error of code {status}"), status)
            version = (thing.get("metadata") or {}).get("resourceVersion")
            self.listed.version = str(version or self.listed.version)
            if str(event.get("type")) in _CHANGES:
                self._note(scrubbed({**self.kind.head, **thing}))

    def _note(self, item: Mapping[str, Any]) -> None:
        """Keep what was not listed. What was, stays as it was listed: a list is of one moment."""
        key = key_of(item)
        if key not in self.listed.keys:
            self.found[key] = item


def _event(line: bytes) -> Mapping[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        # NOTE: a connection that drops leaves half a line; what was told before it counts, the rest is told again.
        raise RefusedError("no connection") from None
    return event if isinstance(event, Mapping) else {}


def follow(watches: Sequence[Watch], seconds: float, attempts: int, wait_seconds: float) -> Iterator[Watch]:
    """Follow all of them at the same time; yields them in their order when the time is over."""

    def one(watch: Watch) -> Callable[[], None]:
        return lambda: watch.follow(seconds, attempts, wait_seconds)

    threads = [threading.Thread(target=one(watch), daemon=True) for watch in watches]
    for thread in threads:
        thread.start()
    until = time.monotonic() + seconds + _GRACE_SECONDS
    for thread, watch in zip(threads, watches, strict=True):
        thread.join(max(0.0, until - time.monotonic()))
        if thread.is_alive():
            watch.refusal = RefusedError("no end of the watch")
        yield watch


def ordered(found: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Objects by namespace and name."""

    def place(item: Mapping[str, Any]) -> tuple[str, str, str]:
        metadata = item.get("metadata") or {}
        return str(metadata.get("namespace")), str(metadata.get("name")), key_of(item)

    return sorted(found, key=place)
