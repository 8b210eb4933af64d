"""What governance works on: findings with their root and the money that is at stake, and the run around them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from spendgate.model.finding import Enforcement, Finding, Verdict
from spendgate.model.frozen import Frozen, replace
from spendgate.model.policy import Policy
from spendgate.model.resource import Problem

WHOLE_CHANGE = "change"
"""How waivers name the whole change, whose findings have no address."""

_COUNTS = frozenset({Verdict.FAIL, Verdict.UNKNOWN})


class Matter(Frozen):
    """A finding with its fingerprint, the root it is in, and what the change adds there a month.

    `added_monthly` is the expected cost that the change adds to this resource, group or run; `None` when it is not known.
    """

    finding: Finding
    root: str
    added_monthly: Decimal | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is a failure or an unknown that nothing has cleared yet."""
        return self.finding.verdict in _COUNTS

    @property
    def place(self) -> str:
        """The address, as waivers write it."""
        return self.finding.address or WHOLE_CHANGE

    def cleared(self, by: str, **details: Any) -> Matter:
        """The same matter as `excepted`, with who or what cleared it."""
        finding = self.finding
        return replace(
            self,
            finding=replace(finding, verdict=Verdict.EXCEPTED, waiver=by, details={**finding.details, **details}),
        )

    def noted(self, note: str) -> Matter:
        """The same matter with a sentence added to its message."""
        return replace(self, finding=replace(self.finding, message=f"{self.finding.message.rstrip()} {note}"))


class Scene(Frozen):
    """The run around the findings: its policies by id, its roots, and the addresses that it holds."""

    policies: Mapping[str, Policy] = {}
    roots: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    currency: str = "USD"


class Governed(Frozen):
    """The matters after one instrument was applied, in their order, and what it has to say."""

    matters: tuple[Matter, ...]
    problems: tuple[Problem, ...] = ()


def needs_approval(finding: Finding) -> bool:
    """Whether an approval would be enough to clear a finding: nothing in it may turn out to block."""
    if finding.verdict is Verdict.FAIL and finding.enforcement is Enforcement.REQUIRE_APPROVAL:
        return finding.residual is None or finding.on_unknown <= Enforcement.REQUIRE_APPROVAL
    return finding.verdict is Verdict.UNKNOWN and finding.on_unknown is Enforcement.REQUIRE_APPROVAL
