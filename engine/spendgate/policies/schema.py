"""The shape of a policy file, as pydantic checks it for files that people write.

Conditions, enforcement, scope and parameters have checks of their own (they know more than a type does); here they are any
value. NOTE: pydantic takes 0.1 s to load, so the built-in policies are checked by the tests and not again in every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from spendgate.documents import Document
from spendgate.policies.mistakes import Mistake, Mistakes, near

ID_PATTERN = r"^[A-Z0-9]{2,8}-[0-9]{3}$"


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Text = Annotated[str, StringConstraints(min_length=1, strict=True)]
Texts = Annotated[list[Text], BeforeValidator(_one_or_many), Field(min_length=1)]
Flag = Annotated[bool, Field(strict=True)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Level = Literal["advise", "warn", "require-approval", "block"]
Verdict = Literal["pass", "fail", "unknown", "skip", "excepted"]


class Shape(BaseModel):
    """Base of all: frozen, and no key that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Match(Shape):
    """Which resources: every key must fit, a list means one of."""

    kind: Texts | None = None
    type: Texts | None = None
    provider: Texts | None = None
    action: Texts | None = None
    env: Texts | None = None
    address: Texts | None = None
    taggable: Flag | None = None
    new_only: Flag | None = None
    where: Any = None


MATCH_KEYS = tuple(Match.model_fields)


class CaseShape(Shape):
    """One strength of several."""

    enforcement: Any = None
    when: Any = None
    assert_: Any = Field(alias="assert")


class Remediation(Shape):
    """What to do about a failure."""

    summary: Text
    snippet: Text | None = None
    docs: Text | None = None


class AllowedShape(Shape):
    """Which other machines or models would do: each part a literal, a parameter or a calculation, checked where it is compiled."""

    accelerators: Any = None
    families: Any = None
    machine: Any = None
    providers: Any = None
    regions: Any = None
    like: dict[str, Any] | None = None
    at_least: dict[str, Any] | None = None
    max_grid_g_per_kwh: Any = None
    max_price_ratio: Any = None
    egress_gb: Any = None
    work: Any = None
    shown: Any = None
    models: Any = None


class RepriceShape(Shape):
    """A fix by which a resource is priced again."""

    hours_per_week: Any = None
    spot_share: Any = None
    rework: Any = None
    min: Any = None
    desired: Any = None
    max: Any = None
    disks: Any = None
    machine: Any = None


class SavingsShape(Shape):
    """What curing a failure saves in a month; an exposure is what it may cost at worst."""

    formula: Any = None
    reprice: RepriceShape | None = None
    when: Any = None
    note: Text | None = None
    kind: Literal["saving", "exposure"] = "saving"


class ExceptionShape(Shape):
    """What the policy does not hold for, until when."""

    id: Text
    match: Match
    reason: Text
    approved_by: Text
    expires: Text


class Fix(Shape):
    """A change that the fixer can make."""

    set: dict[str, Any] | None = None
    add_tags: dict[str, Any] | None = None
    add_resource: Any = None


class TestShape(Shape):
    """A case with the verdict that it must have."""

    name: Text
    given: dict[str, Any]
    expect: Verdict
    params: dict[str, Any] | None = None
    enforcement: Level | None = None
    savings: Any = None
    unknown: list[Text] | None = None


class PolicyShape(Shape):
    """A whole policy file."""

    id: Annotated[str, StringConstraints(pattern=ID_PATTERN, strict=True)]
    title: Text
    pack: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", strict=True)]
    severity: Literal["info", "low", "medium", "high", "critical"]
    message: Text
    enforcement: Any = None
    inputs: (
        Annotated[list[Literal["plan", "k8s", "inventory", "gateway", "usage", "billing"]], Field(min_length=1)] | None
    ) = None
    scope: Any = None
    description: Text | None = None
    owner: Text | None = None
    references: Texts | None = None
    match: Match | None = None
    exclude: list[Match] | None = None
    parameters: dict[Name, Any] | None = None
    assert_: Any = Field(default=None, alias="assert")
    cases: Annotated[list[CaseShape], Field(min_length=1)] | None = None
    on_unknown: Literal["advise", "warn", "require-approval", "block"] = "warn"
    remediation: Remediation | None = None
    savings: SavingsShape | None = None
    cheapest_allowed: AllowedShape | None = None
    exceptions: list[ExceptionShape] | None = None
    approvers: Texts | None = None
    fix: Fix | None = None
    tests: list[TestShape] | None = None


_PARTS: dict[str, type[Shape]] = {
    "match": Match,
    "exclude": Match,
    "cases": CaseShape,
    "remediation": Remediation,
    "savings": SavingsShape,
    "reprice": RepriceShape,
    "cheapest_allowed": AllowedShape,
    "exceptions": ExceptionShape,
    "fix": Fix,
    "tests": TestShape,
}


def check_shape(document: Document, mistakes: Mistakes) -> None:
    """Note everything that is wrong with the shape of a policy file."""
    for route in _empty_keys(document.data, ()):
        mistakes.add(Mistake(f"{_place(route)} has no value", "give it one, or leave the key out"), *route)
    try:
        PolicyShape.model_validate(document.data)
    except ValidationError as error:
        seen: set[tuple[object, ...]] = set()
        for details in error.errors(include_url=False, include_context=True):
            if details["loc"] not in seen:
                seen.add(details["loc"])
                mistakes.add(_mistake(details), *details["loc"])


_FREE = frozenset({"parameters", "assert", "when", "where", "given", "params", "fix", "scope", "enforcement"})
"""Keys whose values have checks of their own, or none."""


def _empty_keys(data: Any, route: tuple[int | str, ...]) -> Iterator[tuple[int | str, ...]]:
    """The keys that stand there without a value, which YAML reads as null."""
    if isinstance(data, list):
        for number, item in enumerate(data):
            yield from _empty_keys(item, (*route, number))
    elif isinstance(data, dict):
        for key, value in data.items():
            if value is None and not (key == "savings" and route):
                yield (*route, key)
            elif key not in _FREE:
                yield from _empty_keys(value, (*route, key))


def json_schema() -> dict[str, Any]:
    """The JSON Schema of policy files, for editors."""
    return PolicyShape.model_json_schema(by_alias=True)


def _mistake(details: ErrorDetails) -> Mistake:
    kind, loc, context = details["type"], details["loc"], details.get("ctx", {})
    key = str(loc[-1]) if loc else ""
    place = f" of {_place(loc[:-1])}" if len(loc) > 1 else ""
    if kind == "extra_forbidden":
        return Mistake(f"unknown key {key!r}{place}", near(key, _keys(loc[:-1]), whole="keys"))
    if kind == "missing":
        return Mistake(f"the key {key!r}{place} is missing")
    if kind == "literal_error":
        choices = [word.strip(" '") for word in str(context.get("expected", "")).replace(" or ", ",").split(",")]
        hint: str | None = near(str(details["input"]), choices, whole="it is one of")
        if key == "on_unknown" and details["input"] == "pass":
            hint = "what is not known never passes: advise, warn, require-approval or block"
        return Mistake(f"{_place(loc)} is {details['input']!r}", hint)
    if kind == "string_pattern_mismatch":
        hint = "two to eight capitals or digits, a hyphen and three digits: GPU-001" if loc == ("id",) else None
        return Mistake(f"{_place(loc)} is {details['input']!r}, which is no name for it", hint)
    wanted = {
        "string_type": "a text (put it in quotes)",
        "list_type": "a list",
        "dict_type": "a map",
        "model_type": "a map",
        "model_attributes_type": "a map",
        "bool_type": "true or false",
        "string_too_short": "a text that is not empty",
        "too_short": "a list that is not empty",
    }.get(kind)
    if not loc:
        return Mistake("this is no policy: a map of keys is needed", "start with id, title, pack, severity")
    return Mistake(f"{_place(loc)} must be {wanted}" if wanted else f"{_place(loc)}: {details['msg'].lower()}")


def _place(loc: tuple[int | str, ...]) -> str:
    """`tests[2].given`, counted from one as people do."""
    return "".join(_steps(loc)).lstrip(".")


def _steps(loc: tuple[int | str, ...]) -> Iterator[str]:
    for step in loc:
        yield f"[{step + 1}]" if isinstance(step, int) else f".{step}"


def _keys(loc: tuple[int | str, ...]) -> list[str]:
    """The keys that are known at a place."""
    names = [step for step in loc if isinstance(step, str)]
    shape = _PARTS.get(names[-1], PolicyShape) if names else PolicyShape
    return [field.alias or name for name, field in shape.model_fields.items()]
