"""Functions that encode, decode and hash."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote_plus

from spendgate.documents.manifests import Part, parse_part
from spendgate.errors import InputError
from spendgate.inputs.terraform_source.values import EvaluationError, as_text, tidy


def json_text(value: Any) -> str:
    """JSON as Terraform writes it: compact, keys in order, the signs that HTML dislikes escaped."""
    text = json.dumps(_plain(value), separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: _plain(child) for key, child in value.items()}
    return [_plain(child) for child in value] if isinstance(value, list) else value


def from_plain(value: Any) -> Any:
    """Decoded JSON or YAML as values of the language. Raises EvaluationError."""
    if isinstance(value, float):
        return tidy(Decimal(str(value)))
    if isinstance(value, Mapping):
        return {as_text(key): from_plain(child) for key, child in value.items()}
    if isinstance(value, (list, tuple)):
        return [from_plain(child) for child in value]
    if value is None or isinstance(value, (str, bool, int, Decimal)):
        return value
    return str(value)


def _jsondecode(text: Any) -> Any:
    try:
        return from_plain(json.loads(as_text(text)))
    except (ValueError, RecursionError):
        raise EvaluationError("the text is no JSON") from None


def _yamldecode(text: Any) -> Any:
    try:
        return from_plain(parse_part(Part(as_text(text), 1), "yamldecode()"))
    except InputError:
        raise EvaluationError("the text is no YAML") from None


def _base64decode(text: Any) -> str:
    try:
        return base64.b64decode(as_text(text), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise EvaluationError("the text is no base64 of a text") from None


def _hashed(name: str) -> Callable[[Any], str]:
    def digest(text: Any) -> str:
        return hashlib.new(name, as_text(text).encode(), usedforsecurity=False).hexdigest()

    return digest


ENCODING: Mapping[str, Callable[..., Any]] = {
    "jsonencode": json_text,
    "jsondecode": _jsondecode,
    "yamldecode": _yamldecode,
    "base64encode": lambda text: base64.b64encode(as_text(text).encode()).decode(),
    "base64decode": _base64decode,
    "urlencode": lambda text: quote_plus(as_text(text), safe="-_.~"),
    "md5": _hashed("md5"),
    "sha1": _hashed("sha1"),
    "sha256": _hashed("sha256"),
    "sha512": _hashed("sha512"),
}
"""By name; each needs to know all of its arguments."""
