"""Builtins of OPA that regorus lacks or does otherwise: those that Python gives exactly, and the names of the rest."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any

from spendgate.evaluators.rego.engines.sprintf import sprintf

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _digest(name: str) -> Callable[[str], str]:
    return lambda text: hashlib.new(name, _text(text).encode()).hexdigest()


def _hmac(name: str) -> Callable[[str, str], str]:
    return lambda text, key: hmac.new(_text(key).encode(), _text(text).encode(), name).hexdigest()


def _equal(first: str, second: str) -> bool:
    return hmac.compare_digest(_text(first).encode(), _text(second).encode())


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"operand must be string but got {type(value).__name__}")
    return value


def _network(value: Any) -> _Network:
    """An address range; bits below the prefix are dropped, as OPA does."""
    if "/" not in _text(value):
        raise ValueError(f"{value} is no address range")
    return ipaddress.ip_network(value, strict=False)


def _intersects(first: str, second: str) -> bool:
    one, other = _network(first), _network(second)
    return one.version == other.version and one.overlaps(other)


def _every(values: Any) -> bool:
    return all(value is True for value in values)


def _some(values: Any) -> bool:
    return any(value is True for value in values)


def _matches(pattern: str, text: str) -> bool:
    """The old name of `regex.match`. Only what Go and Python read alike is taken, the rest is refused."""
    if re.search(r"\(\?|\\[pPQECzZ]|\[\[:", _text(pattern)):
        raise ValueError("re_match with this pattern differs between engines; write regex.match")
    return re.search(pattern, _text(text), re.ASCII) is not None


EXTENSIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "sprintf": (2, sprintf),
    "crypto.md5": (1, _digest("md5")),
    "crypto.sha1": (1, _digest("sha1")),
    "crypto.sha256": (1, _digest("sha256")),
    "crypto.hmac.md5": (2, _hmac("md5")),
    "crypto.hmac.sha1": (2, _hmac("sha1")),
    "crypto.hmac.sha256": (2, _hmac("sha256")),
    "crypto.hmac.sha512": (2, _hmac("sha512")),
    "crypto.hmac.equal": (2, _equal),
    "net.cidr_intersects": (2, _intersects),
    "any": (1, _some),
    "all": (1, _every),
    "re_match": (2, _matches),
}
"""By name: how many arguments, and what it does. `sprintf` is there but leaves out flags and formats numbers otherwise."""

_LACKING = """
array.flatten cast_array cast_boolean cast_null cast_object cast_set cast_string crypto.parse_private_keys
crypto.x509.parse_and_verify_certificates crypto.x509.parse_and_verify_certificates_with_options
crypto.x509.parse_certificate_request crypto.x509.parse_certificates crypto.x509.parse_keypair
crypto.x509.parse_rsa_private_key graphql.is_valid graphql.parse graphql.parse_and_verify graphql.parse_query
graphql.parse_schema graphql.schema_is_valid http.send io.jwt.decode io.jwt.decode_verify io.jwt.encode_sign
io.jwt.encode_sign_raw io.jwt.verify_eddsa io.jwt.verify_es256 io.jwt.verify_es384 io.jwt.verify_es512
io.jwt.verify_hs256 io.jwt.verify_hs384 io.jwt.verify_hs512 io.jwt.verify_ps256 io.jwt.verify_ps384
io.jwt.verify_ps512 io.jwt.verify_rs256 io.jwt.verify_rs384 io.jwt.verify_rs512 net.cidr_contains_matches
net.cidr_merge net.lookup_ip_addr providers.aws.sign_req regex.globs_match rego.metadata.chain rego.metadata.rule
rego.parse_module set_diff strings.render_template
"""
LACKING = frozenset(_LACKING.split())
"""Builtins of OPA 1.22 that the pinned regorus does not have and that we do not supply."""
