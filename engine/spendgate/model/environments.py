"""The words for an environment: which of prod, staging, dev and sandbox a word states, and which of them a name hints at."""

from __future__ import annotations

import re
from functools import lru_cache

ENVIRONMENTS = ("prod", "staging", "dev", "sandbox")
"""The canonical environments; a project's own word stands beside them only as a tag."""

_WORDS: tuple[tuple[str, str], ...] = (
    ("prod", r"prod|production|prd|live"),
    ("staging", r"stag|staging|stage|stg|uat|test|testing|tst|qa|preprod|pre-prod|preproduction"),
    ("dev", r"dev|development|develop"),
    ("sandbox", r"sandbox|sbx|exp|experiment|experiments|experimental|poc|playground"),
)
_EXACT = tuple((env, re.compile(words)) for env, words in _WORDS)
_BY_LENGTH = (_WORDS[1], _WORDS[0], *_WORDS[2:])
"""NOTE: staging stands first in the search within names, since "pre-prod" holds "prod"."""
_WITHIN = re.compile(rf"(?<![a-z0-9])(?:{'|'.join(f'(?P<{env}>{words})' for env, words in _BY_LENGTH)})(?![a-z])")


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
