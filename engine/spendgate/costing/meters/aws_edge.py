"""What stands at the edge of the network: CloudFront, Global Accelerator, Route 53, API Gateway, WAF, data transfer."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from spendgate.costing.meters.machines import needs_usage, unpriced
from spendgate.costing.meters.parts import (
    ByType,
    Service,
    Use,
    always,
    each,
    flag_of,
    keys_of,
    monthly,
    query,
    text_of,
    use_of,
    used,
)
from spendgate.costing.usage import stated, word
from spendgate.model.cost import Basis, Component, Quantity, RateQuery
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_MILLION = Decimal(1_000_000)

_REGIONS = {
    "us": "US, Mexico, Canada",
    "europe": "Europe, Israel",
    "south_africa": "South Africa, Kenya, Middle East",
    "south_america": "South America",
    "japan": "Japan",
    "australia": "Australia, New Zealand",
    "asia_pacific": "Hong Kong, Philippines, Asia Pacific",
    "india": "India",
}
_BY_REGION = (
    ("monthly_data_transfer_to_internet_gb", "internet", "GB", Decimal(1), True),
    ("monthly_data_transfer_to_origin_gb", "origin", "GB", Decimal(1), False),
    ("monthly_http_requests", "http requests", "10k requests", Decimal(10_000), False),
    ("monthly_https_requests", "https requests", "10k requests", Decimal(10_000), False),
)
_SHIELDS = {
    "us": "us-east-1",
    "europe": "eu-west-1",
    "south_america": "sa-east-1",
    "japan": "ap-northeast-1",
    "australia": "ap-southeast-2",
    "singapore": "ap-southeast-1",
    "south_korea": "ap-northeast-2",
    "india": "ap-south-1",
}
_CDN = (
    Use(
        "Invalidated paths", "paths", ("cloudfront", "invalidation paths"), "monthly_invalidation_requests", tiered=True
    ),
    Use(
        "Field level encryption",
        "10k requests",
        ("cloudfront", "encryption requests"),
        "monthly_encryption_requests",
        10_000,
    ),
    Use("Real-time log lines", "1M lines", ("cloudfront", "real-time log lines"), "monthly_log_lines", 1_000_000),
)
_CDN_KEYS = {
    **{f"{key}.{region}": f"{item}, {title}" for key, item, *_ in _BY_REGION for region, title in _REGIONS.items()},
    **{f"monthly_shield_requests.{key}": f"origin shield requests in {place}" for key, place in _SHIELDS.items()},
    **keys_of(*_CDN),
    "custom_ssl_certificates": "certificates with a dedicated address",
}


def _distribution(subject: Subject) -> Iterator[Component]:
    """Traffic and requests by edge region, each with steps of its own; a dedicated address for TLS by the month."""
    for key, item, unit, per_unit, tiered in _BY_REGION:
        shown = [region for region in _REGIONS if stated(subject.usage, f"{key}.{region}") is not None]
        for region in shown or ["us"]:
            title = _REGIONS[region]
            rate = ("cloudfront", f"{title}: {item}")
            yield used(subject, f"{title}: {item}", unit, rate, f"{key}.{region}", per_unit=per_unit, tiered=tiered)
    for region, place in _SHIELDS.items():
        key = f"monthly_shield_requests.{region}"
        if stated(subject.usage, key) is not None:
            rate = ("cloudfront", f"{place}: shield requests")
            yield used(subject, f"Origin shield ({place})", "10k requests", rate, key, per_unit=10_000)
    yield from each(subject, _CDN)
    dedicated = text_of(subject, "viewer_certificate.0.ssl_support_method") == "vip"
    count = stated(subject.usage, "custom_ssl_certificates")
    if count is not None or dedicated:
        rate = ("cloudfront", "dedicated ip certificate")
        yield monthly(subject, "Dedicated addresses for TLS", "certificates", rate, count if count is not None else 1)


_ACCELERATED = {
    "us": "US, Mexico, Canada",
    "europe": "Europe",
    "south_africa": "South Africa, Kenya",
    "south_america": "South America",
    "south_korea": "South Korea",
    "australia": "Australia, New Zealand",
    "asia_pacific": "Asia Pacific",
    "india": "India, Indonesia, Philippines, Thailand",
    "middle_east": "Middle East",
}
_ACCELERATED_KEYS = {
    f"monthly_{way}_data_transfer_gb.{region}": f"gigabytes a month {way}, {title}"
    for way in ("inbound", "outbound")
    for region, title in _ACCELERATED.items()
}


def _accelerator(subject: Subject) -> Iterator[Component]:
    if subject.resource.attributes.flag("enabled") is not False:
        yield always(subject, "Accelerator", ("global accelerator", "accelerator"))


def _endpoint_group(subject: Subject) -> Iterator[Component]:
    found = False
    for key in _ACCELERATED_KEYS:
        if stated(subject.usage, key) is not None:
            found = True
            way, region = ("inbound" if "inbound" in key else "outbound"), key.rpartition(".")[2]
            title = _ACCELERATED[region]
            yield used(subject, f"Data {way} ({title})", "GB", ("global accelerator", f"{title}: {way}"), key)
    if not found:
        rate = ("global accelerator", f"{_ACCELERATED['us']}: inbound")
        yield needs_usage("Data", "GB", query(subject, rate), "monthly_inbound_data_transfer_gb.us")


_RECORD = (
    Use("Standard queries", "1M queries", ("route53", "standard queries"), "monthly_standard_queries", 1_000_000, True),
    Use(
        "Latency queries",
        "1M queries",
        ("route53", "latency queries"),
        "monthly_latency_based_queries",
        1_000_000,
        True,
    ),
    Use("Geo queries", "1M queries", ("route53", "geo queries"), "monthly_geo_queries", 1_000_000, True),
)


def _record(subject: Subject) -> Iterator[Component]:
    """Queries by their kind; those to an alias of an AWS resource are free."""
    alias = subject.resource.attributes.blocks("alias")
    shown = [use for use in _RECORD if stated(subject.usage, use.key) is not None]
    yield from each(subject, shown or (_RECORD[:1] if alias == () else ()))


def _zone(subject: Subject) -> Iterator[Component]:
    yield monthly(subject, "Hosted zone", "months", ("route53", "hosted zone"))


_ENDPOINTS = {"aws": "aws", "non_aws": "other"}


def _health_check(subject: Subject) -> Iterator[Component]:
    """A check by the month, and each optional feature: HTTPS, string matching, a fast interval, latency."""
    kind = str(text_of(subject, "type", "HTTP"))
    place = _ENDPOINTS[word(subject.usage, "endpoint_type", tuple(_ENDPOINTS)) or "aws"]
    yield monthly(subject, "Health check", "months", ("route53", f"health check {place}"))
    features = [
        kind.startswith("HTTPS"),
        kind.endswith("_STR_MATCH"),
        str(text_of(subject, "request_interval", "30")) == "10",
        flag_of(subject, "measure_latency") is True,
    ]
    if any(features):
        rate = ("route53", f"health check {place} feature")
        yield monthly(subject, "Optional features", "features", rate, sum(features))


_QUERIES = Use("Queries", "1M queries", ("route53", "resolver queries"), "monthly_queries", 1_000_000, True)


def _resolver(subject: Subject) -> Iterator[Component]:
    addresses = subject.resource.attributes.blocks("ip_address")
    if isinstance(addresses, Unknown):
        yield unpriced("Resolver addresses", "hours", f"its addresses: {addresses.reason}")
    else:
        yield always(subject, "Resolver addresses", ("route53", "resolver address"), len(addresses))
    yield from each(subject, (_QUERIES,))


_REST = Use("Requests", "1M requests", ("api gateway", "rest requests"), "monthly_requests", 1_000_000, True)
_API_KEYS = {
    "monthly_requests": "requests a month (HTTP)",
    "request_size_kb": "kilobytes of a request; each 512 begun count as one",
    "monthly_messages": "messages a month (WebSocket)",
    "message_size_kb": "kilobytes of a message; each 32 begun count as one",
    "monthly_connection_mins": "minutes that connections last together (WebSocket)",
}


def _metered(subject: Subject, key: str, size_key: str, step_kb: int) -> Decimal | None:
    """Millions of metered requests: each counts once for every step of its size."""
    count, size = stated(subject.usage, key), stated(subject.usage, size_key)
    if count is None:
        return None
    steps = (size / step_kb).to_integral_value(ROUND_CEILING) if size else Decimal(1)
    return count * steps / _MILLION


def _api(subject: Subject) -> Iterator[Component]:
    if text_of(subject, "protocol_type", "HTTP") == "WEBSOCKET":
        rate = ("api gateway", "websocket messages")
        count = _metered(subject, "monthly_messages", "message_size_kb", 32)
        yield use_of(subject, "Messages", "1M messages", rate, count, "monthly_messages", tiered=True)
        rate = ("api gateway", "websocket connection minutes")
        key = "monthly_connection_mins"
        yield used(subject, "Connection minutes", "1M minutes", rate, key, per_unit=1_000_000)
        return
    count = _metered(subject, "monthly_requests", "request_size_kb", 512)
    rate = ("api gateway", "http requests")
    yield use_of(subject, "Requests", "1M requests", rate, count, "monthly_requests", tiered=True)


def _stage(subject: Subject) -> Iterator[Component]:
    """The cache of a stage, where it has one."""
    if flag_of(subject, "cache_cluster_enabled") is True:
        size = text_of(subject, "cache_cluster_size", "0.5")
        if isinstance(size, Unknown):
            yield unpriced("Cache", "hours", f"its size is {size.reason}")
        else:
            yield always(subject, f"Cache ({size} GB)", ("api gateway", f"cache {size} gb"))


_ACL_KEYS = {
    "rule_group_rules": "rules of the rule groups that the ACL uses",
    "managed_rule_group_rules": "rules of the managed rule groups that the ACL uses: not counted, only the group costs",
    "monthly_requests": "web requests a month",
}


def _acl(subject: Subject) -> Iterator[Component]:
    """The ACL, each rule, each group that it uses and each rule of those, by the month; requests by use."""
    blocks = subject.resource.attributes.blocks("rule")
    if blocks == ():
        blocks = subject.resource.attributes.blocks("rules")
    yield monthly(subject, "Web ACL", "months", ("waf", "web acl"))
    if isinstance(blocks, Unknown):
        yield unpriced("Rules", "rules", f"its rules: {blocks.reason}")
    else:
        groups = sum(_is_group(block.values, "rule_group_reference_statement") for block in blocks)
        managed = sum(_is_group(block.values, "managed_rule_group_statement") for block in blocks)
        inside = stated(subject.usage, "rule_group_rules") or Decimal(0)
        rules = len(blocks) - groups - managed + inside
        for name, unit, item, count in (
            ("Rules", "rules", "rule", rules),
            ("Rule groups", "groups", "rule group", Decimal(groups)),
            ("Managed rule groups", "groups", "managed rule group", Decimal(managed)),
        ):
            if count:
                yield monthly(subject, name, unit, ("waf", item), count)
    yield used(subject, "Requests", "1M requests", ("waf", "requests"), "monthly_requests", per_unit=1_000_000)


def _is_group(rule: object, statement: str) -> bool:
    if not isinstance(rule, dict):
        return False
    if statement == "rule_group_reference_statement" and rule.get("type") == "GROUP":
        return True
    inner = rule.get("statement")
    first = inner[0] if isinstance(inner, list) and inner else inner
    return bool(first.get(statement)) if isinstance(first, dict) else False


_TRAFFIC_KEYS = {
    "region": "the region that the data leaves",
    "monthly_intra_region_gb": "gigabytes between zones, which are paid on both ends",
    "monthly_outbound_us_east_to_us_east_gb": "gigabytes between the two regions of the US East",
    "monthly_outbound_other_regions_gb": "gigabytes to other regions",
    "monthly_outbound_internet_gb": "gigabytes to the internet",
}


def _traffic(subject: Subject) -> Iterator[Component]:
    """Stated traffic, which no resource of a configuration stands for."""
    region = subject.usage.get("region") or subject.facets.region
    if not isinstance(region, str):
        yield unpriced("Data transfer", "GB", "the usage file states no region for it")
        return
    for key, name, item, factor, tiered in (
        ("monthly_intra_region_gb", "Between zones", "between zones", 2, False),
        ("monthly_outbound_internet_gb", "To the internet", "to internet", 1, True),
        ("monthly_outbound_us_east_to_us_east_gb", "Between US East regions", "between us east regions", 1, False),
        ("monthly_outbound_other_regions_gb", "To other regions", "to other regions", 1, False),
    ):
        amount = stated(subject.usage, key)
        if amount is not None:
            rate = RateQuery("aws", region, "data transfer", item)
            quantity = Quantity.exactly(amount * factor)
            yield Component(name, "GB", rate, quantity, basis=Basis.USAGE, tiered=tiered)


EDGE = ByType(
    {
        "aws_cloudfront_distribution": Service(_distribution, _CDN_KEYS),
        "aws_globalaccelerator_accelerator": Service(_accelerator, {}),
        "aws_globalaccelerator_endpoint_group": Service(_endpoint_group, _ACCELERATED_KEYS),
        "aws_route53_record": Service(_record, keys_of(*_RECORD)),
        "aws_route53_zone": Service(_zone, {}),
        "aws_route53_health_check": Service(_health_check, {"endpoint_type": "aws or non_aws"}),
        "aws_route53_resolver_endpoint": Service(_resolver, keys_of(_QUERIES)),
        "aws_api_gateway_rest_api": Service(lambda subject: each(subject, (_REST,)), keys_of(_REST)),
        "aws_apigatewayv2_api": Service(_api, _API_KEYS),
        "aws_api_gateway_stage": Service(_stage, {}),
        "aws_waf_web_acl": Service(_acl, _ACL_KEYS),
        "aws_wafregional_web_acl": Service(_acl, _ACL_KEYS),
        "aws_wafv2_web_acl": Service(_acl, _ACL_KEYS),
        "aws_data_transfer": Service(_traffic, _TRAFFIC_KEYS),
    }
)
