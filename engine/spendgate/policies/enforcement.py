"""How strongly a failure counts: a word, a map by environment, or stages in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spendgate.model.finding import Enforcement
from spendgate.model.policy import EnforcementRule
from spendgate.policies.literals import as_date
from spendgate.policies.mistakes import Mistake, near

LEVELS = tuple(level.label for level in Enforcement)
_ENVIRONMENTS = ("prod", "staging", "dev", "sandbox", "unknown")
_STAGES = ("warn_until", "then")
_KNOWN = (*_ENVIRONMENTS, "default", *_STAGES)


def parse_level(value: Any) -> Enforcement:
    """One of the four words. Raises Mistake."""
    if value not in LEVELS:
        raise Mistake(f"enforcement {value!r} is none", near(str(value), LEVELS, whole="it is one of"))
    return Enforcement.parse(value)


def parse_enforcement(data: Any) -> EnforcementRule:
    """A word, `{default: warn, prod: block}`, or `{default: warn, warn_until: 2026-12-31, then: block}`. Raises Mistake."""
    if not isinstance(data, Mapping):
        return EnforcementRule(parse_level(data))
    by_env: dict[str, Enforcement] = {}
    for key, value in data.items():
        if key in _STAGES:
            continue
        # NOTE: environments may have words of their own, so only what looks like a slip is refused.
        if key != "default" and key not in _ENVIRONMENTS and (hint := near(key, _KNOWN)).startswith("did you mean"):
            raise Mistake(f"unknown key {key!r}", hint, (key,))
        try:
            by_env[key] = parse_level(value)
        except Mistake as mistake:
            raise mistake.within(key) from None
    if "default" not in by_env:
        raise Mistake("an enforcement map needs a default", "write {default: warn, prod: block}")
    default = by_env.pop("default")
    if ("warn_until" in data) != ("then" in data):
        raise Mistake(
            "warn_until and then belong together", "write {default: warn, warn_until: 2026-12-31, then: block}"
        )
    if "then" not in data:
        return EnforcementRule(default, by_env)
    until = as_date(data["warn_until"])
    if until is None:
        raise Mistake(f"warn_until {data['warn_until']!r} is no date", "write it like 2026-12-31", ("warn_until",))
    try:
        return EnforcementRule(default, by_env, until, parse_level(data["then"]))
    except Mistake as mistake:
        raise mistake.within("then") from None
