"""Short ways to write policies and cases in tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from spendgate.documents import read_yaml_text
from spendgate.model.case import PlainCase
from spendgate.model.policy import Policy
from spendgate.model.values import Truth
from spendgate.policies.compiler import Compiler
from spendgate.policies.conditions import Condition
from spendgate.policies.judging import Judgement, judge
from spendgate.policies.mistakes import Mistakes
from spendgate.policies.operands import References
from spendgate.policies.reading import compiled, read_policy_text
from spendgate.policies.testing import given_case

TODAY = date(2026, 11, 24)
HEAD = """
id: OWN-001
title: A policy of our own
pack: own
severity: high
enforcement: block
message: "{{ address }} fails."
"""


def policy(text: str, *, head: str = HEAD) -> Policy:
    """A policy from the part of its text that matters to a test."""
    return compiled(read_policy_text(head + text, "own.yaml"))


def case(**values: Any) -> PlainCase:
    """A case of plain values."""
    return PlainCase("a.b", values)


def given(text: str) -> PlainCase:
    """A case as a policy's test would give it, in YAML's flow style."""
    return given_case(read_yaml_text(text, "given").data)


def condition(text: str, parameters: Mapping[str, Any] | None = None) -> Condition:
    """A condition from its YAML. Raises PolicyError."""
    document = read_yaml_text(text, "own.yaml")
    mistakes = Mistakes(document)
    found = Compiler(References(parameters or {}), mistakes).conditions(document.data)
    mistakes.raise_any()
    return found


def truth(text: str, subject: PlainCase, parameters: Mapping[str, Any] | None = None) -> Truth:
    """The truth of a condition for a case."""
    return condition(text, parameters).truth(subject)


def judged(rules: Policy | str, subject: PlainCase | str, today: date = TODAY) -> Judgement:
    """The judgement of a policy on a case."""
    each = policy(rules) if isinstance(rules, str) else rules
    return judge(each, given(subject) if isinstance(subject, str) else subject, today)
