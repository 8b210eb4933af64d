"""The body of a YAML policy, compiled: whom it judges, what must be true, what it says and what it would save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from spendgate.documents import Document
from spendgate.model.frozen import Frozen
from spendgate.model.policy import EnforcementRule
from spendgate.policies.arithmetic import parse_number
from spendgate.policies.compiler import Compiler
from spendgate.policies.conditions import Condition
from spendgate.policies.currency import Money, as_stated
from spendgate.policies.enforcement import parse_enforcement
from spendgate.policies.instead import CHEAPEST, Allowance, allowance_of, reprice_of
from spendgate.policies.literals import as_date
from spendgate.policies.messages import Template, compile_template
from spendgate.policies.mistakes import Mistake, Mistakes
from spendgate.policies.operands import References
from spendgate.policies.paths import check_path
from spendgate.policies.saving import Savings
from spendgate.policies.selection import DEFAULT_ACTIONS, Selection, Selector, compile_selector

RESOURCE, CHANGE, GROUP = "resource", "change", "group"
_KNOWN_BY_GROUPS = ("where",)


class Rung(Frozen):
    """One strength of a policy: `check` must be true wherever `when` is. `enforcement` of None means the policy's own."""

    enforcement: EnforcementRule | None
    when: Condition | None
    check: Condition


class ExceptionRule(Frozen):
    """An exception that the policy's file states: for what, why, who approved it, and the last day on which it holds."""

    id: str
    match: Selector
    reason: str
    approved_by: str
    expires: date


class Source(Frozen):
    """The checked file behind a body, from which it can be compiled again with other parameters.

    `money` gives an amount that it states in the currency of the run.
    """

    document: Document
    data: Mapping[str, Any]
    scope: str
    money: Money = as_stated


class Body(Frozen):
    """A policy ready to judge."""

    source: Source
    selection: Selection
    rungs: tuple[Rung, ...]
    message: Template
    savings: Savings | None
    exceptions: tuple[ExceptionRule, ...]
    snippet: str | None
    docs: str | None
    used: frozenset[str]
    allowance: Allowance | None = None
    """What `cheapest_allowed` means in this policy."""


def compile_body(source: Source, parameters: Mapping[str, Any]) -> Body:
    """Compile with these parameters. Raises PolicyError that names every mistake with its line."""
    mistakes = Mistakes(source.document)
    references = References(parameters, source.money)
    compiler = Compiler(references, mistakes)
    data = source.data
    selection = _selection(source, compiler)
    allowance = allowance_of(data.get(CHEAPEST), compiler)
    body = Body(
        source,
        selection,
        _rungs(data, compiler),
        _message(data, compiler),
        _savings(data, compiler),
        tuple(_exceptions(data.get("exceptions", ()), compiler)),
        _remedy(data, "snippet"),
        _remedy(data, "docs"),
        frozenset(references.used),
        allowance,
    )
    mistakes.raise_any()
    return body


def scope_of(data: Mapping[str, Any]) -> tuple[str, str | None]:
    """`resource`, `change`, or `group` with the path that makes the groups. Raises Mistake."""
    scope = data.get("scope", RESOURCE)
    if isinstance(scope, Mapping):
        path = scope.get("group_by")
        check_path(path)
        return GROUP, str(path)
    if scope not in (RESOURCE, CHANGE):
        raise Mistake(f"scope {scope!r} is none", "it is resource, change or {group_by: tags.team}")
    return str(scope), None


def _selection(source: Source, compiler: Compiler) -> Selection:
    data = source.data
    match, exclude = data.get("match", {}), data.get("exclude", [])
    if source.scope != RESOURCE:
        for place, each in (
            ("match", match),
            *((f"exclude {number + 1}", item) for number, item in enumerate(exclude)),
        ):
            wrong = [key for key in each if key not in _KNOWN_BY_GROUPS]
            if wrong:
                mistake = Mistake(f"{place} names {wrong[0]}, but scope {source.scope} judges no single resource")
                compiler.mistakes.add(mistake, *(("match", wrong[0]) if each is match else ("exclude",)))
        return Selection(
            compile_selector(match, compiler, "match", actions=None, inputs=()),
            tuple(
                compile_selector(each, compiler, "exclude", number, actions=None, inputs=())
                for number, each in enumerate(exclude)
            ),
        )
    return Selection(
        compile_selector(match, compiler, "match", actions=DEFAULT_ACTIONS, inputs=data.get("inputs", ())),
        tuple(
            compile_selector(each, compiler, "exclude", number, actions=None, inputs=())
            for number, each in enumerate(exclude)
        ),
    )


def _rungs(data: Mapping[str, Any], compiler: Compiler) -> tuple[Rung, ...]:
    if "cases" not in data:
        return (Rung(None, None, compiler.conditions(data["assert"], "assert")),)
    rungs = []
    for number, case in enumerate(data["cases"]):
        route = ("cases", number)
        enforcement = None
        if "enforcement" in case:
            try:
                enforcement = parse_enforcement(case["enforcement"])
            except Mistake as mistake:
                compiler.mistakes.add(mistake, *route, "enforcement")
        elif "enforcement" not in data:
            compiler.mistakes.add(Mistake("a case needs an enforcement, since the policy has none"), *route)
        when = compiler.conditions(case["when"], *route, "when") if "when" in case else None
        rungs.append(Rung(enforcement, when, compiler.conditions(case["assert"], *route, "assert")))
    return tuple(rungs)


def _message(data: Mapping[str, Any], compiler: Compiler) -> Template:
    try:
        return compile_template(data["message"], compiler.references)
    except Mistake as mistake:
        compiler.mistakes.add(mistake, "message")
        return Template(data["message"], ())


def _savings(data: Mapping[str, Any], compiler: Compiler) -> Savings | None:
    stated = data.get("savings")
    if stated is None:
        return None
    reprice = reprice_of(stated.get("reprice"), compiler)
    when = compiler.conditions(stated["when"], "savings", "when") if "when" in stated else None
    formula = None
    if "formula" in stated:
        try:
            formula = parse_number(" ".join(str(stated["formula"]).split()), compiler.references)
        except Mistake as mistake:
            compiler.mistakes.add(mistake, "savings", "formula")
    elif reprice is None:
        compiler.mistakes.add(
            Mistake("savings says neither formula nor reprice", "state one of them, or both"), "savings"
        )
    if reprice is not None and reprice.machine and CHEAPEST not in data:
        lacking = Mistake(f"no key {CHEAPEST} says which machine takes its place", f"add {CHEAPEST}: {{...}}")
        compiler.mistakes.add(lacking, "savings", "reprice", "machine")
    return Savings(formula, reprice, " ".join(stated.get("note", "").split()), stated.get("kind") == "exposure", when)


def _exceptions(stated: Sequence[Mapping[str, Any]], compiler: Compiler) -> list[ExceptionRule]:
    found = []
    for number, each in enumerate(stated):
        route = ("exceptions", number)
        expires = as_date(each["expires"])
        if expires is None:
            mistake = Mistake(f"expires {each['expires']!r} is no date", "write it like 2026-12-31")
            compiler.mistakes.add(mistake, *route, "expires")
            continue
        match = compile_selector(each["match"], compiler, *route, "match", actions=None, inputs=())
        found.append(ExceptionRule(each["id"], match, " ".join(each["reason"].split()), each["approved_by"], expires))
    return found


def _remedy(data: Mapping[str, Any], key: str) -> str | None:
    value = data.get("remediation", {}).get(key)
    return str(value) if value is not None else None
