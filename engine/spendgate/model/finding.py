"""What judging says: verdicts on single changes, findings, and the decision of the run."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any

from spendgate.model.frozen import Frozen
from spendgate.model.resource import Location


class Verdict(StrEnum):
    """Of one policy on one change. `skip`: not matched, counted only; `excepted`: failed but waived."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    ERROR = "error"
    SKIP = "skip"
    EXCEPTED = "excepted"


class Enforcement(IntEnum):
    """How strongly a failure counts. Ordered: a larger one is stricter."""

    ADVISE = 0
    WARN = 1
    REQUIRE_APPROVAL = 2
    BLOCK = 3

    @property
    def label(self) -> str:
        """The word used in policies and reports."""
        return self.name.lower().replace("_", "-")

    @classmethod
    def parse(cls, text: str) -> Enforcement:
        """The enforcement of that name; raises ValueError for any other word."""
        return _ENFORCEMENTS[text]


_ENFORCEMENTS = {level.label: level for level in Enforcement}


class Severity(IntEnum):
    """How bad the thing is by itself, whoever enforces it."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The word used in policies and reports."""
        return self.name.lower()


class Decision(StrEnum):
    """Of the run; `none` when only costs were asked for."""

    PASS = "pass"
    FAIL = "fail"
    UNDETERMINED = "undetermined"
    ERROR = "error"
    NONE = "none"


class Finding(Frozen):
    """One policy's word on one change (address), one group or the whole run (address empty).

    `path` is the field that decided; `expected`/`actual` are plain values for display; `residual` names, for an unknown,
    which path is unknown and what it must turn out to be. Money is monthly in the run's currency.
    """

    policy: str
    title: str
    severity: Severity
    enforcement: Enforcement
    verdict: Verdict
    address: str
    message: str
    path: str | None = None
    expected: Any = None
    actual: Any = None
    residual: str | None = None
    on_unknown: Enforcement = Enforcement.WARN
    cost_monthly: Decimal | None = None
    savings_monthly: Decimal | None = None
    savings_formula: str | None = None
    remediation: str | None = None
    location: Location | None = None
    fingerprint: str = ""
    waiver: str | None = None
    details: Mapping[str, Any] = {}
    origin: str = ""
    """The input that holds the resource, empty when what judged does not say."""
    savings_by: str | None = None
    """How the saving was worked out: `re-priced` or `formula`."""


class PolicyTally(Frozen):
    """How often a policy matched, and with which verdicts: a policy that matched nothing shows here."""

    policy: str
    matched: int = 0
    passed: int = 0
    failed: int = 0
    unknown: int = 0
    skipped: int = 0
    excepted: int = 0
    errors: int = 0
