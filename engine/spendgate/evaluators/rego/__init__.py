"""Policies in Rego: ours, and those written for Conftest, Gatekeeper and Infracost, on three engines with one contract."""

from spendgate.evaluators.rego.engines import ENGINES, EngineSettings, choose
from spendgate.evaluators.rego.language import LANGUAGE, RegoLanguage
from spendgate.evaluators.rego.loading import load_rego, read_rego
from spendgate.evaluators.rego.raw_documents import RawDocument, plans_in

__all__ = [
    "ENGINES",
    "LANGUAGE",
    "EngineSettings",
    "RawDocument",
    "RegoLanguage",
    "choose",
    "load_rego",
    "plans_in",
    "read_rego",
]
