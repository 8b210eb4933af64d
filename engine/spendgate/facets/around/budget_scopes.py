"""What a native budget watches: the accounts, projects and subscriptions that it is for, and what its filters leave out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Flag, Unknown
from spendgate.ports import Neighbours

_ACCOUNT_FILTERS = ("LinkedAccount", "LINKED_ACCOUNT")
_TAG_FILTERS = ("TagKeyValue", "TAG_KEY_VALUE")
_GROUP_OF = re.compile(r"/resourceGroups/([^/]+)", re.IGNORECASE)
_SUBSCRIPTION_OF = re.compile(r"(?:/subscriptions/)?([^/]+)", re.IGNORECASE)
_LATER = Unknown("what a budget is for is known only after apply")
MAKES_A_PLACE = frozenset({"google_project", "azurerm_subscription", "aws_organizations_account"})
"""Types that make a place which pays for itself."""


def place_of(resource: Resource, facets: Facets, around: Neighbours | None) -> str | Unknown:
    """The account, project or subscription that pays for a resource; the provider's name where nothing states it.

    What makes such a place is one itself.
    """
    attributes = resource.attributes
    if resource.type in MAKES_A_PLACE:
        own = attributes.text("project_id" if resource.type == "google_project" else "name")
        return own if isinstance(own, str) else resource.address
    project = attributes.text("project")
    if isinstance(project, str):
        return project
    if isinstance(project, Unknown) and around is not None:
        for target in around.targets(resource, "project", "google_project"):
            return place_of(target, facets, around)
    stated = resource.settings.project
    return stated if isinstance(stated, (str, Unknown)) else resource.provider


def covers(budget: Resource, thing: Resource, facets: Facets, around: Neighbours | None) -> Flag:
    """Whether a budget watches what a resource costs. A budget without a filter watches all of its account.

    NOTE: where the place of the resource is not stated it is that of the credentials, which are the budget's too.
    """
    reader = _READERS.get(budget.type)
    if reader is None or budget.provider != thing.provider:
        return False
    return reader(budget, thing, facets, around)


def _aws(budget: Resource, thing: Resource, facets: Facets, around: Neighbours | None) -> Flag:
    filters = budget.attributes.blocks("cost_filter")
    if isinstance(filters, Unknown):
        return _LATER
    answer: Flag = True
    for block in filters:
        name, values = block.text("name"), block.texts("values")
        if isinstance(name, Unknown) or isinstance(values, Unknown):
            answer = _LATER
        elif name in _ACCOUNT_FILTERS:
            answer = _both(answer, _is_in(place_of(thing, facets, around), values, thing.provider))
        elif name in _TAG_FILTERS:
            answer = _both(answer, _has_tag(facets, values, "$"))
        else:
            answer = _both(answer, Unknown(f"a budget is narrowed by {name}"))
    return answer


def _google(budget: Resource, thing: Resource, facets: Facets, around: Neighbours | None) -> Flag:
    filters = budget.attributes.block("budget_filter")
    if filters is None or isinstance(filters, Unknown):
        return True if filters is None else _LATER
    answer: Flag = True
    projects, labels = filters.texts("projects"), filters.get("labels")
    place = place_of(thing, facets, around)
    if isinstance(projects, Unknown):
        known = [] if around is None else around.targets(budget, "budget_filter", "google_project")
        names = {place_of(project, facets, around) for project in known}
        answer = True if place in names else _LATER if not names else False
    elif projects:
        answer = _is_in(place, [name.removeprefix("projects/") for name in projects], thing.provider)
        # NOTE: budgets may name projects by number, which no resource does.
        if answer is False and all(name.removeprefix("projects/").isdecimal() for name in projects):
            answer = Unknown("a budget names projects by their numbers")
    if isinstance(labels, Unknown):
        answer = _both(answer, _LATER)
    elif isinstance(labels, Mapping) and labels:
        answer = _both(answer, _has_tag(facets, [f"{key}={value}" for key, value in labels.items()], "="))
    if filters.texts("services") not in ((), None):
        answer = _both(answer, Unknown("a budget is narrowed by services"))
    return answer


def _azure_subscription(budget: Resource, thing: Resource, facets: Facets, around: Neighbours | None) -> Flag:
    named = budget.attributes.text("subscription_id")
    if isinstance(named, Unknown):
        return _LATER
    match = _SUBSCRIPTION_OF.fullmatch(named or "")
    return _is_in(place_of(thing, facets, around), [match[1]] if match else [], thing.provider) if match else True


def _azure_group(budget: Resource, thing: Resource, facets: Facets, around: Neighbours | None) -> Flag:
    named, own = budget.attributes.text("resource_group_id"), thing.attributes.text("resource_group_name")
    match = _GROUP_OF.search(named) if isinstance(named, str) else None
    if isinstance(own, str) and match is not None:
        return own.lower() == match[1].lower()
    if around is None:
        return _LATER
    theirs = {group.address for group in around.targets(budget, "resource_group_id", "azurerm_resource_group")}
    mine = {group.address for group in around.targets(thing, "resource_group_name", "azurerm_resource_group")}
    return bool(theirs & mine) if theirs and mine else _LATER


def _always(budget: Resource, thing: Resource, facets: Facets, around: Neighbours | None) -> Flag:
    return True


def _is_in(place: str | Unknown, named: Any, provider: str) -> Flag:
    if isinstance(place, Unknown):
        return place
    return place in named or place == provider


def _has_tag(facets: Facets, wanted: Any, separator: str) -> Flag:
    """Whether one of `key$value` is a tag of it; keys may start with `user:`."""
    if isinstance(facets.tags, Unknown):
        return facets.tags
    for each in wanted:
        key, _, value = str(each).removeprefix("user:").partition(separator)
        own = facets.tags.get(key.lower().replace("_", "-"))
        if isinstance(own, Unknown):
            return own
        if own is not None and own == value:
            return True
    return False


def _both(one: Flag, other: Flag) -> Flag:
    if one is False or other is False:
        return False
    return one if isinstance(one, Unknown) else other


_READERS: Mapping[str, Callable[[Resource, Resource, Facets, Neighbours | None], Flag]] = {
    "aws_budgets_budget": _aws,
    "google_billing_budget": _google,
    "azurerm_consumption_budget_subscription": _azure_subscription,
    "azurerm_consumption_budget_resource_group": _azure_group,
    "azurerm_consumption_budget_management_group": _always,
}
BUDGETS = frozenset(_READERS)
"""Types of native budgets."""
