"""The terms of the Rego evaluator: modules, the contract that a package keeps, and the body of a Rego policy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from spendgate.evaluators.rego.scan import Scan
from spendgate.model.frozen import Frozen

_FAILS = re.compile(r"(deny|violation)(_[A-Za-z0-9_]+)?")
_WARNS = re.compile(r"warn(_[A-Za-z0-9_]+)?")
_KNOWN = {"unknown": "unknown", "exception": "exception", "savings": "savings", "applies": "applies"}


class Contract(StrEnum):
    """Whose habits a package follows: what its input is, and what its results mean."""

    OWN = "spendgate"
    CONFTEST = "conftest"
    GATEKEEPER = "gatekeeper"
    INFRACOST = "infracost"


class Module(Frozen):
    """One Rego module, its text as it was written. `origin` is the file as the user knows it."""

    origin: str
    text: str
    scan: Scan
    line_offset: int = 0
    """Lines above the text in its file, for modules that are embedded in YAML."""


class RegoBody(Frozen):
    """What a policy written in Rego consists of.

    `rules` maps the names of rules that give results to their role: deny, warn, unknown, exception, savings, applies.
    `modules` holds the package itself and the libraries it reads. `constraint` is Gatekeeper's, `data` what Conftest calls data.
    `kinds` and `actions` say what the metadata lets the policy judge (globs; empty: anything).
    """

    contract: Contract
    package: tuple[str, ...]
    rules: Mapping[str, str]
    modules: tuple[Module, ...]
    kinds: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    data: Mapping[str, Any] = {}
    constraint: Mapping[str, Any] = {}

    @property
    def module(self) -> Module:
        """The module that holds the package, for messages."""
        return self.modules[0]


def roles(rules: Mapping[str, int], contract: Contract) -> dict[str, str]:
    """The rules of a package that give results, with their roles, in order of their names."""
    found = {}
    for name in sorted(rules):
        if _FAILS.fullmatch(name):
            found[name] = "deny"
        elif _WARNS.fullmatch(name):
            found[name] = "warn"
        elif name in _KNOWN and (contract is Contract.OWN or (contract is Contract.CONFTEST and name == "exception")):
            found[name] = _KNOWN[name]
    return found


def gives_results(rules: Mapping[str, int]) -> bool:
    """Whether a package has a rule that can say anything against what it judges."""
    return any(role in ("deny", "warn", "unknown") for role in roles(rules, Contract.OWN).values())


def reference(package: tuple[str, ...], rule: str = "") -> str:
    """The path of a package or of a rule in it, as a query spells it: `data.a["b-c"].deny`."""
    text = "data"
    for part in (*package, *([rule] if rule else [])):
        text += f".{part}" if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", part) else f'["{part}"]'
    return text
