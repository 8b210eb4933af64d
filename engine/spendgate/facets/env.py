"""Which environment a resource belongs to: prod, staging, dev, sandbox or unknown, and who said so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spendgate.facets.tags import Tags
from spendgate.model.environments import canonical_env, env_in_name
from spendgate.model.values import Text, Unknown

_VARIABLES = ("environment", "env", "stage")


def environment(
    tags: Tags,
    *,
    variables: Mapping[str, Any],
    workspace: str | None,
    account: Text,
    accounts: Mapping[str, str],
    names: tuple[str | None, ...],
) -> tuple[str, str]:
    """The environment and its source: tag, variable, workspace, account or name, in this order; else `unknown`, `none`.

    A tag with a word of its own (`environment = research`) answers too: the word is kept as it is, in lower case, so that
    policies may have an entry for it. An unknown tag value is not guessed around: the answer is `unknown`.
    """
    value = tags.values if isinstance(tags.values, Unknown) else tags.values.get("environment")
    if isinstance(value, str) and value:
        return canonical_env(value) or value.strip().lower(), "tag"
    if value is not None and not isinstance(value, str):
        return "unknown", "tag known only after apply"
    for key in _VARIABLES:
        stated = variables.get(key)
        if isinstance(stated, str) and (env := canonical_env(stated)):
            return env, f"variable {key}"
    if workspace and (env := canonical_env(workspace)):
        return env, "workspace"
    if isinstance(account, str) and account in accounts:
        return canonical_env(accounts[account]) or accounts[account], "account"
    for name in names:
        if name and (env := env_in_name(name)):
            return env, "name"
    return "unknown", "none"
