"""A policy ready to be judged: its metadata after the run's configuration was merged in, and a body in its language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from spendgate.model.finding import Enforcement, Severity
from spendgate.model.frozen import Frozen


class EnforcementRule(Frozen):
    """How strongly failures count: by environment, and from a date on.

    `by_env` wins over `default`; after the last day `until` the enforcement is `then` (for every environment without an entry
    of its own).
    """

    default: Enforcement = Enforcement.WARN
    by_env: Mapping[str, Enforcement] = {}
    until: date | None = None
    then: Enforcement | None = None

    def at(self, env: str, today: date) -> Enforcement:
        """The enforcement for an environment on a day."""
        if env in self.by_env:
            return self.by_env[env]
        if self.until is not None and self.then is not None and today > self.until:
            return self.then
        return self.default

    @property
    def strictest(self) -> Enforcement:
        """The strictest enforcement that this rule can give."""
        levels = [self.default, *self.by_env.values()]
        return max(levels + ([self.then] if self.then is not None else []))


class Parameter(Frozen):
    """A typed setting that a policy declares and a project may change.

    `type`: number, text, bool, list, map, money, duration, percent, date. `minimum` and `maximum` bound the amount (of each
    entry, for a map).
    """

    name: str
    type: str
    default: Any
    minimum: Any = None
    maximum: Any = None
    description: str = ""


class Policy(Frozen):
    """One policy of a run. `body` belongs to the language: the checked YAML model, or the text of a Rego module.

    `scope` is `resource`, `change` or `group`; with `group`, `group_by` is the path whose value makes the group. `parameters`
    are merged: the file's defaults, then the configuration's. `origin` is the file as the user knows it.
    """

    id: str
    title: str
    pack: str
    severity: Severity
    enforcement: EnforcementRule
    on_unknown: Enforcement
    language: str
    body: Any
    scope: str = "resource"
    group_by: str | None = None
    inputs: frozenset[str] = frozenset()
    parameters: Mapping[str, Any] = {}
    description: str = ""
    owner: str | None = None
    references: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    remediation: str | None = None
    origin: str = ""
    digest: str = ""
    built_in: bool = False
    declared: Mapping[str, Parameter] = {}
