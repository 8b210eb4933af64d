"""What the rest of the run says about a resource: tags that get lost on the way, ways around a gateway, schedules that do not work.

Adapters describe a resource by itself; this adds `Facets.around` where a policy asks for a join. A type that no function is
listed for costs one look-up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from spendgate.facets.around import (
    captures,
    data,
    gateways,
    grants,
    launches,
    placements,
    reservations,
    timetables,
    zones,
)
from spendgate.model.facets import Facets
from spendgate.model.frozen import replace
from spendgate.model.resource import Resource
from spendgate.ports import FacetContext

_PARTS = (launches, gateways, timetables, reservations, data, captures, placements, zones, grants)
_ASKED: Mapping[str, tuple[Callable[[Resource, Facets, FacetContext], Mapping[str, Any]], ...]] = {
    type_: tuple(part.facts for part in _PARTS if type_ in part.TYPES) for part in _PARTS for type_ in part.TYPES
}


def with_surroundings(facets: Facets, resource: Resource, context: FacetContext) -> Facets:
    """The facets with `around` filled in, where there is something to say about this type."""
    asked = _ASKED.get(resource.type)
    if asked is None:
        return facets
    found: dict[str, Any] = {}
    for facts in asked:
        found.update(facts(resource, facets, context))
    return replace(facets, around=found) if found else facets
