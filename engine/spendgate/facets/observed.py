"""What seeing a resource run adds to its facets: a stopped machine costs its disks and addresses only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from spendgate.model.facets import Disk, Facets, Pool, Schedule
from spendgate.model.frozen import replace
from spendgate.model.resource import Observed
from spendgate.model.values import Unknown

STOPPED = Schedule(Decimal(0), "stopped", proven=True)
"""It does not run now: no hours, whatever its configuration says. Meters that do not stop with the machine go on."""
_UNSEEN = Unknown("its volumes are in no input of this run")


def as_observed(facets: Facets, observed: Observed) -> Facets:
    """The facets of a live resource: no running hours when it is stopped, no disks that are counted elsewhere."""
    if observed.stopped:
        facets = replace(facets, schedule=STOPPED)
    if observed.disks != "own" and facets.pools:
        disks: tuple[Disk, ...] | Unknown = () if observed.disks == "apart" else _UNSEEN
        facets = replace(facets, pools=tuple(_with(pool, disks) for pool in facets.pools))
    return facets


def _with(pool: Pool, disks: tuple[Disk, ...] | Unknown) -> Pool:
    # NOTE: a volume that an image brings is among the volumes that were seen.
    details = {key: value for key, value in pool.details.items() if key != "image_root_volume"}
    return replace(pool, disks=disks, details=details)


def seen(observed: Observed, now: datetime) -> Mapping[str, Any]:
    """What policies may ask of a live resource beside its use, under the root `util`.

    `state` (the provider's word), `stopped`, `unattached` (nothing can use it), `age_days`, `unused_days` since its last known
    use; absent where the inventory does not say.
    """
    found: dict[str, Any] = {"state": observed.state, "stopped": observed.stopped, "unattached": observed.idle}
    for key, moment in (("age_days", observed.created), ("unused_days", observed.last_used)):
        if moment is not None:
            found[key] = Decimal((now - moment).days)
    return {key: value for key, value in found.items() if value is not None}
