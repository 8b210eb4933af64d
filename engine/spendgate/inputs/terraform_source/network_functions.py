"""Functions over address ranges."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any

from spendgate.inputs.terraform_source.values import EvaluationError, as_text, as_whole

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(text: Any) -> Network:
    return ipaddress.ip_network(as_text(text), strict=False)


def _subnet(prefix: Network, bits: int, number: int) -> Network:
    length = prefix.prefixlen + bits
    if bits < 0 or length > prefix.max_prefixlen or not 0 <= number < 2**bits:
        raise EvaluationError("the prefix has no such subnet")
    first = int(prefix.network_address) + number * 2 ** (prefix.max_prefixlen - length)
    return ipaddress.ip_network((first, length)) if prefix.version == 4 else ipaddress.IPv6Network((first, length))


def _cidrhost(prefix: Any, number: Any) -> str:
    network, host = _network(prefix), as_whole(number)
    host = host + network.num_addresses if host < 0 else host
    if not 0 <= host < network.num_addresses:
        raise EvaluationError("the prefix has no such host")
    return str(network[host])


def _cidrsubnets(prefix: Any, *bits: Any) -> list[str]:
    network = _network(prefix)
    found: list[str] = []
    at, end = int(network.network_address), int(network.broadcast_address) + 1
    for more in bits:
        length = network.prefixlen + as_whole(more)
        size = 2 ** (network.max_prefixlen - length)
        at = -(-at // size) * size
        if at + size > end:
            raise EvaluationError("the prefix has no room for them all")
        subnet = ipaddress.IPv4Network((at, length)) if network.version == 4 else ipaddress.IPv6Network((at, length))
        found.append(str(subnet))
        at += size
    return found


NETWORK: Mapping[str, Callable[..., Any]] = {
    "cidrsubnet": lambda prefix, bits, number: str(_subnet(_network(prefix), as_whole(bits), as_whole(number))),
    "cidrsubnets": _cidrsubnets,
    "cidrhost": _cidrhost,
    "cidrnetmask": lambda prefix: str(_network(prefix).netmask),
}
"""By name; each needs to know all of its arguments."""
