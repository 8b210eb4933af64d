"""What a public endpoint sends out and what that costs: gigabytes from the usage file, at the provider's price for traffic to the internet.

`traffic.egress_gb` states them, or `traffic.requests` and `traffic.response_kb` do together; what its own meter counts as sent out is taken where
neither is stated. The amounts are judged; they are in no total, where `aws_data_transfer` of the usage file belongs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from spendgate.costing.egress import egress, in_steps
from spendgate.costing.estimator import Estimator
from spendgate.costing.usage import stated
from spendgate.costing.usage_values import at_size
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Estimate, LineItem, RateQuery
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Bounded, Flag, Number, Unknown

_KIB_PER_GIB = Decimal(1024 * 1024)
_SENT = re.compile(r"internet|egress|outbound|data out", re.IGNORECASE)
_ASKED = re.compile(r"requests", re.IGNORECASE)
_UNSTATED = Unknown(
    "not stated: give traffic.egress_gb, or traffic.requests and traffic.response_kb, in the usage file"
)
_DISTRIBUTION: tuple[tuple[str, str], ...] = (
    ("us-", "US, Mexico, Canada: internet"),
    ("ca-", "US, Mexico, Canada: internet"),
    ("eu-", "Europe, Israel: internet"),
)
"""By the start of a region of AWS: what CloudFront takes for the same gigabytes; what it fetches from a load balancer is free."""


def _balancer(attributes: Attributes) -> Flag:
    internal = attributes.flag("internal")
    return internal if isinstance(internal, Unknown) else not internal


def _rule(attributes: Attributes) -> Flag:
    scheme = attributes.text("load_balancing_scheme")
    return scheme if isinstance(scheme, Unknown) else scheme is None or scheme.startswith("EXTERNAL")


def _run(attributes: Attributes) -> Flag:
    ingress = attributes.text("ingress")
    return ingress if isinstance(ingress, Unknown) else ingress in (None, "INGRESS_TRAFFIC_ALL")


def _gateway(attributes: Attributes) -> Flag:
    fronts = attributes.blocks("frontend_ip_configuration")
    if isinstance(fronts, Unknown):
        return fronts
    return any(front.text("public_ip_address_id") is not None for front in fronts)


def _service(attributes: Attributes) -> Flag:
    notes = attributes.get("metadata.annotations")
    said = " ".join(f"{key}={value}" for key, value in notes.items()) if isinstance(notes, Mapping) else ""
    return attributes.text("spec.type") == "LoadBalancer" and "internal" not in said.lower()


def _always(attributes: Attributes) -> Flag:
    return True


_PUBLIC: Mapping[str, Callable[[Attributes], Flag]] = {
    "aws_lb": _balancer,
    "aws_alb": _balancer,
    "aws_elb": _balancer,
    "aws_api_gateway_rest_api": _always,
    "aws_apigatewayv2_api": _always,
    "aws_cloudfront_distribution": _always,
    "aws_lambda_function_url": _always,
    "google_compute_forwarding_rule": _rule,
    "google_compute_global_forwarding_rule": _rule,
    "google_cloud_run_v2_service": _run,
    "google_cloud_run_service": _always,
    "azurerm_application_gateway": _gateway,
    "azurerm_cdn_frontdoor_profile": _always,
    "azurerm_api_management": _always,
    "Service": _service,
    "Ingress": _always,
}
"""Types that may answer the internet, and whether one does."""


def traffic_of(
    resource: Resource, facets: Facets, use: Mapping[str, Any], cost: Estimate, estimator: Estimator
) -> Mapping[str, Any]:
    """The root `traffic` (`docs/facets.md`); empty for what has no public side and no stated traffic. Raises UsageValueError."""
    public = _PUBLIC.get(resource.type)
    if public is None and "traffic" not in use:
        return {}
    expected = at_size(use, "expected")
    gigabytes, sent = _sent(expected, cost)
    tier = resource.attributes.text("network_tier")
    if isinstance(gigabytes, Unknown):
        sent = gigabytes
    elif sent is None:
        sent = _price(resource, facets, gigabytes, tier, estimator)
    api = sum((item.monthly.expected for item in cost.items if _ASKED.search(item.name)), Decimal(0))
    facts: dict[str, Any] = {
        "public": public(resource.attributes) if public is not None else None,
        "stated": not isinstance(gigabytes, Unknown),
        "requests": stated(expected, "traffic.requests"),
        "response_kb": stated(expected, "traffic.response_kb"),
        "network_tier": tier,
        "egress_gb": gigabytes,
        "egress_monthly": sent,
        "api_monthly": api,
        "monthly": Bounded(api, None, sent.reason) if isinstance(sent, Unknown) else sent + api,
        "distributed_monthly": _distributed(resource, facets, gigabytes, estimator),
    }
    return {name: value for name, value in facts.items() if value is not None}


def _sent(use: Mapping[str, Any], cost: Estimate) -> tuple[Decimal | Unknown, Decimal | Unknown | None]:
    """Gigabytes a month that go out, and what they cost where its own meter tells."""
    stated_gb = stated(use, "traffic.egress_gb")
    if stated_gb is not None:
        return stated_gb, None
    requests, size = stated(use, "traffic.requests"), stated(use, "traffic.response_kb")
    requests = requests if requests is not None else stated(use, "monthly_requests")
    if requests is not None and size is not None:
        return requests * size / _KIB_PER_GIB, None
    own: list[LineItem] = [item for item in cost.items if item.unit == "GB" and _SENT.search(item.name)]
    if own:
        return (
            sum((item.quantity.expected for item in own), Decimal(0)),
            sum((item.monthly.expected for item in own), Decimal(0)),
        )
    return _UNSTATED, None


def _price(
    resource: Resource, facets: Facets, gigabytes: Decimal, tier: Any, estimator: Estimator
) -> Decimal | Unknown:
    if isinstance(tier, Unknown) or tier == "STANDARD":
        return tier if isinstance(tier, Unknown) else Unknown("the price of the standard network tier is not known")
    if not isinstance(facets.region, str) and gigabytes:
        return facets.region if isinstance(facets.region, Unknown) else Unknown("its region is not stated")
    return egress(estimator, resource.provider, str(facets.region), gigabytes, to_others=True)


def _distributed(resource: Resource, facets: Facets, gigabytes: Number, estimator: Estimator) -> Decimal | None:
    """What a content network would take for the same gigabytes; None where that is not known."""
    region = facets.region
    if resource.provider != "aws" or not isinstance(region, str) or not isinstance(gigabytes, Decimal):
        return None
    item = next((item for start, item in _DISTRIBUTION if region.startswith(start)), None)
    if item is None or resource.type == "aws_cloudfront_distribution":
        return None
    cost = in_steps(estimator, RateQuery("aws", region, "cloudfront", item), gigabytes)
    return None if isinstance(cost, str) else cost
