"""Which environment a resource belongs to: prod, staging, dev, sandbox or unknown, and who said so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from spendgate.facets.tags import Tags
from spendgate.model.values import Text

_WORDS: tuple[tuple[str, str], ...] = (
    ("prod", r"prod|production|prd|live"),
    ("staging", r"stag|staging|stage|stg|uat|test|testing|tst|qa|preprod|pre-prod|preproduction"),
    ("dev", r"dev|development|develop"),
    ("sandbox", r"sandbox|sbx|exp|experiment|experiments|experimental|poc|playground"),
)
_EXACT = tuple((env, re.compile(words)) for env, words in _WORDS)
_WITHIN = re.compile(
    "|".join(rf"(?P<{env}>(?<![a-z0-9])(?:{words})(?![a-z]))" for env, words in (_WORDS[1], _WORDS[0], *_WORDS[2:]))
)
# NOTE: staging stands first in the search within names, since "pre-prod" holds "prod".

_VARIABLES = ("environment", "env", "stage")


@lru_cache(maxsize=4096)
def canonical_env(text: str) -> str | None:
    """The canonical environment that a word states (`Production` is prod), or None for any other word."""
    word = text.strip().lower().replace("_", "-")
    return next((env for env, pattern in _EXACT if pattern.fullmatch(word)), None)


@lru_cache(maxsize=16384)
def env_in_name(name: str) -> str | None:
    """The environment that a name hints at by a word of its own (`ml-dev-gpu`); the first such word decides."""
    match = _WITHIN.search(name.lower())
    return match.lastgroup if match else None


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
    value = tags.values.get("environment") if isinstance(tags.values, Mapping) else tags.values
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
