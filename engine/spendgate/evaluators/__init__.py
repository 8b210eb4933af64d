"""Languages in which policies are judged, by name."""

from __future__ import annotations

from typing import Final

from spendgate.ports import PolicyLanguage
from spendgate.registry import Registry

LANGUAGES: Final[Registry[PolicyLanguage]] = Registry(
    "policy language",
    "spendgate.languages",
    {"rego": "spendgate.evaluators.rego:LANGUAGE", "yaml": "spendgate.evaluators.native:NATIVE"},
)
