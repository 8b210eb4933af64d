"""Which resources a native budget watches, by its account, project, subscription, group and tags."""

from __future__ import annotations

from typing import Any

import pytest

from spendgate.facets.around.budget_scopes import covers, place_of
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Facets
from spendgate.model.resource import ProviderSettings, Resource
from spendgate.model.values import Unknown

TAGGED = Facets(tags={"team": "vision"})


def thing(type_: str, provider: str, project: str | None = None, **values: Any) -> Resource:
    settings = ProviderSettings(project=project)
    return Resource(f"{type_}.a", type_, "a", provider, Attributes(values), settings=settings)


def filters(*pairs: tuple[str, list[str]]) -> list[dict[str, Any]]:
    return [{"name": name, "values": values} for name, values in pairs]


@pytest.mark.parametrize(
    ("cost_filter", "account", "expected"),
    [
        ([], "111", True),
        (filters(("LinkedAccount", ["111"])), "111", True),
        (filters(("LinkedAccount", ["222"])), "111", False),
        (filters(("LinkedAccount", ["222"])), None, True),
        (filters(("TagKeyValue", ["user:team$vision"])), "111", True),
        (filters(("TagKeyValue", ["user:team$web"])), "111", False),
        (filters(("LinkedAccount", ["222"]), ("Service", ["Amazon Simple Storage Service"])), "111", False),
        (filters(("Service", ["Amazon Simple Storage Service"])), "111", None),
    ],
    ids=["no filter", "this account", "another account", "an account that nobody states", "this tag", "another tag",
         "another account and a service", "a service"],
)  # fmt: skip
def test_budgets_of_aws(cost_filter: Any, account: str | None, expected: bool | None) -> None:
    budget = thing("aws_budgets_budget", "aws", cost_filter=cost_filter)
    found = covers(budget, thing("aws_instance", "aws", account), TAGGED, None)
    assert isinstance(found, Unknown) if expected is None else found is expected


@pytest.mark.parametrize(
    ("budget", "machine", "expected"),
    [
        ({"subscription_id": "/subscriptions/abc"}, "abc", True),
        ({"subscription_id": "/subscriptions/abc"}, "def", False),
        ({"subscription_id": "/subscriptions/abc"}, None, True),
    ],
)
def test_budgets_of_a_subscription(budget: Any, machine: str | None, expected: bool) -> None:
    found = covers(
        thing("azurerm_consumption_budget_subscription", "azure", **budget),
        thing("azurerm_linux_virtual_machine", "azure", machine),
        Facets(),
        None,
    )
    assert found is expected


@pytest.mark.parametrize(("group", "expected"), [("ML", True), ("web", False)])
def test_budgets_of_a_resource_group(group: str, expected: bool) -> None:
    budget = thing(
        "azurerm_consumption_budget_resource_group", "azure", resource_group_id="/subscriptions/x/resourceGroups/ml"
    )
    machine = thing("azurerm_linux_virtual_machine", "azure", resource_group_name=group)
    assert covers(budget, machine, Facets(), None) is expected


def test_a_budget_of_another_provider_watches_nothing() -> None:
    budget = thing("azurerm_consumption_budget_management_group", "azure")
    assert covers(budget, thing("aws_instance", "aws"), Facets(), None) is False
    assert covers(budget, thing("azurerm_linux_virtual_machine", "azure"), Facets(), None) is True


def _in_project(project: str) -> Resource:
    """A machine that names its project itself."""
    settings = ProviderSettings(project="ml")
    attributes = Attributes({"project": project})
    return Resource(
        "google_compute_instance.a", "google_compute_instance", "a", "google", attributes, settings=settings
    )


def test_places_are_stated_or_that_of_the_credentials() -> None:
    assert place_of(thing("google_compute_instance", "google", "ml"), Facets(), None) == "ml"
    assert place_of(_in_project("own"), Facets(), None) == "own"
    assert place_of(thing("google_project", "google", project_id="new"), Facets(), None) == "new"
    assert place_of(thing("aws_instance", "aws"), Facets(), None) == "aws"
