"""Version 1 of the public JSON of a report: keys are added, never renamed or removed.

Money and quantities are decimal strings, `"Infinity"` for what nothing bounds; `null` means not known, never 0. Reporters
render this structure, so a saved JSON report can be rendered again in any format.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from spendgate.errors import InputError
from spendgate.wire.evidence import Evidence as Evidence
from spendgate.wire.sums import NOT_KNOWN as NOT_KNOWN
from spendgate.wire.sums import Carbon as Carbon
from spendgate.wire.sums import CarbonTotal as CarbonTotal
from spendgate.wire.sums import Group as Group
from spendgate.wire.sums import LeftOut as LeftOut
from spendgate.wire.sums import NodeCount as NodeCount
from spendgate.wire.sums import Nodes as Nodes
from spendgate.wire.sums import Range as Range
from spendgate.wire.sums import SavingsTotal as SavingsTotal
from spendgate.wire.sums import UnitCost as UnitCost

VERSION = 1


class Location(msgspec.Struct, frozen=True):
    """A place that a person can click on."""

    file: str
    line: int | None = None


class Prices(msgspec.Struct, frozen=True):
    """Which price book was used. `as_of` is the newest date in it, `oldest` the oldest."""

    as_of: str
    digest: str
    oldest: str = ""


class Counts(msgspec.Struct, frozen=True, rename={"passed": "pass"}):
    """How many changes were read and judged, and the verdicts over all policies (one per policy and change)."""

    changes: int = 0
    judged: int = 0
    policies: int = 0
    passed: int = 0
    fail: int = 0
    unknown: int = 0
    excepted: int = 0
    error: int = 0
    skip: int = 0
    by_action: dict[str, int] = {}
    """Changes by action, as the input says them."""
    by_state: dict[str, int] = {}
    """Resources by state of their estimate: priced, partial, unpriced, needs-usage, free, unsupported."""


class Item(msgspec.Struct, frozen=True):
    """A priced part: monthly quantity times unit price. `basis` says on what ground, `source` who published the price."""

    name: str
    monthly_quantity: Decimal
    unit: str
    unit_price: Decimal
    monthly: Decimal
    basis: str
    source: str
    as_of: str = ""
    note: str = ""
    monthly_low: Decimal | None = None
    monthly_high: Decimal | None = None
    list_unit_price: Decimal | None = None
    """The public price, where a rates file laid another over it."""
    contracted_unit_price: Decimal | None = None
    """The negotiated price, where the price of a commitment is blended into `unit_price`."""
    commitment: str = ""
    """The commitment whose amortised price is blended in."""


class UnpricedPart(msgspec.Struct, frozen=True):
    """A part without an amount, and why. `kind`: `unpriced` or `needs-usage`."""

    component: str
    reason: str
    kind: str = "unpriced"
    address: str = ""


class ChangeCost(msgspec.Struct, frozen=True):
    """What one resource costs before and after. `delta_monthly` is not known when a part that differs has no price.

    `state_before` and `state_after`: priced, partial, unpriced, needs-usage, free, unsupported, none.
    """

    before_monthly: Range
    after_monthly: Range
    delta_monthly: Range
    items: list[Item] = []
    unpriced: list[UnpricedPart] = []
    before_items: list[Item] = []
    before_unpriced: list[UnpricedPart] = []
    state_before: str = "none"
    state_after: str = "none"
    hours_per_month: Decimal | None = None


class Change(msgspec.Struct, frozen=True):
    """One resource of the run. `facets` are the policy language's nouns; `unknown` lists the facet paths not known."""

    address: str
    type: str
    kind: str
    provider: str
    region: str | None
    action: str
    tags: dict[str, str | None]
    facets: dict[str, Any]
    cost: ChangeCost
    location: Location | None = None
    flags: list[str] = []
    previous_address: str | None = None
    unknown: list[str] = []
    judged: bool = True
    carbon: Carbon | None = None
    """`null` for what draws no power of its own that anybody could tell."""


class Finding(msgspec.Struct, frozen=True):
    """One policy's word on one change, one group or the whole run (`address` empty). Passes are counted, not listed."""

    policy: str
    title: str
    severity: str
    enforcement: str
    verdict: str
    address: str
    path: str | None
    message: str
    expected: Any = None
    actual: Any = None
    residual: str | None = None
    on_unknown: str | None = None
    cost_monthly: Decimal | None = None
    savings_monthly: Decimal | None = None
    savings_formula: str | None = None
    remediation: str | None = None
    location: Location | None = None
    fingerprint: str = ""
    waiver: str | None = None
    env: str | None = None
    env_source: str | None = None
    details: dict[str, Any] = {}
    root: str = ""
    """The deployment that it is in, as waivers and baselines name it."""
    savings_by: str | None = None
    """`re-priced`: the difference to a new price by the estimator; `formula`: what the policy's formula says."""


class PolicyTally(msgspec.Struct, frozen=True, rename={"passed": "pass"}):
    """How often a policy matched, and with which verdicts."""

    id: str
    matched: int = 0
    passed: int = 0
    fail: int = 0
    unknown: int = 0
    skip: int = 0
    excepted: int = 0
    error: int = 0
    title: str = ""
    severity: str = ""
    enforcement: str = ""


class Problem(msgspec.Struct, frozen=True):
    """Something worth knowing that went wrong. `undetermined`: it forbids a plain pass."""

    level: str
    message: str
    file: str | None = None
    line: int | None = None
    undetermined: bool = False


class Cost(msgspec.Struct, frozen=True):
    """Totals of the run. `delta_monthly` sums what is known; when `delta_complete` is false, a part of the change has no
    price or could not be read, and `delta_at_least`/`delta_at_most` bound the whole where they can."""

    before_monthly: Range
    after_monthly: Range
    delta_monthly: Range
    coverage: Decimal | None
    unpriced: list[UnpricedPart] = []
    delta_complete: bool = True
    delta_at_least: Decimal | None = None
    delta_at_most: Decimal | None = None
    needs_usage: int = 0
    billable: int = 0
    priced: int = 0


class Run(msgspec.Struct, frozen=True):
    """What was run: inputs as named, time (ISO, UTC), version of spendgate and of the tool that wrote the input."""

    inputs: list[str]
    time: str
    spendgate: str
    sources: list[str] = []
    terraform_version: str = ""
    workspace: str | None = None
    scope: str = "changes"
    roots: list[str] = []
    """The names of the deployments that the inputs describe."""


class Report(msgspec.Struct, frozen=True):
    """The whole report."""

    version: int
    decision: str
    exit_code: int
    currency: str
    prices: Prices
    rego_engine: str | None
    counts: Counts
    cost: Cost
    changes: list[Change]
    findings: list[Finding]
    policies: list[PolicyTally]
    problems: list[Problem]
    run: Run
    reason: str = ""
    """Why the decision is what it is, in one sentence."""
    groups: list[Group] = []
    carbon: CarbonTotal | None = None
    units: list[UnitCost] = []
    evidence: Evidence | None = None
    nodes: Nodes | None = None
    """`null` without workloads of Kubernetes, or when nothing tells on which nodes they may run."""
    savings: SavingsTotal | None = None
    """`null` when no failure states what it would save."""


def encode(report: Report, *, indent: int = -1) -> bytes:
    """The report as JSON, keys in the order of the fields; on one line, or with `indent` blanks a level."""
    data = msgspec.json.encode(report)
    return data if indent < 0 else msgspec.json.format(data, indent=indent)


def revised(report: Report, **fields: Any) -> Report:
    """The report with other values in some of its fields."""
    return msgspec.structs.replace(report, **fields)


def recounted(counts: Counts, **fields: Any) -> Counts:
    """The counts with other values in some of their fields."""
    return msgspec.structs.replace(counts, **fields)


def looks_like_report(data: bytes) -> bool:
    """Whether a document seems to be a saved report, without reading the whole of it."""
    return data.lstrip()[:1] == b"{" and b'"exit_code"' in data and b'"rego_engine"' in data


def read(data: bytes, origin: str) -> Report:
    """A saved report. Raises InputError that names the file and what it seems to be."""
    hint = "a report is saved with: spendgate check plan.json -o json=report.json"
    try:
        report = decode(data)
    except msgspec.ValidationError as error:
        raise InputError(f"is no report that spendgate saved: {error}", file=origin, hint=hint) from None
    except msgspec.DecodeError as error:
        raise InputError(f"is not JSON: {error}", file=origin, hint=hint) from None
    if report.version != VERSION:
        message = f"is a report of version {report.version}; this spendgate reads version {VERSION}"
        raise InputError(message, file=origin, hint="render it with the spendgate that wrote it")
    return report


def decode(data: bytes) -> Report:
    """A saved report. Raises msgspec.DecodeError (ValidationError for another shape)."""
    return msgspec.json.decode(data, type=Report)


def pretty(data: bytes) -> str:
    """JSON as text for people: two blanks of indentation, a newline at the end."""
    return msgspec.json.format(data, indent=2).decode() + "\n"
