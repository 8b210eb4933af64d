"""Resource types that are known to cost nothing by themselves: told apart from those that nobody can price."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

_KNOWN = ("aws", "google", "azure", "kubernetes")


def is_free(provider: str, resource_type: str) -> bool:
    """Whether a type is listed as free, by name or by a `prefix*` of its family."""
    exact, prefixes = _listed(provider if provider in _KNOWN else "other")
    if resource_type in exact or resource_type.startswith(prefixes):
        return True
    return provider in _KNOWN and is_free("other", resource_type)


def free_patterns(provider: str) -> tuple[str, ...]:
    """All types that are listed as free for a provider, in order; `prefix*` stands for a family."""
    if provider not in _KNOWN:
        return ()
    exact, prefixes = _listed(provider)
    return tuple(sorted([*exact, *(f"{prefix}*" for prefix in prefixes)]))


@cache
def _listed(provider: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """The list of a provider: `free_types_<provider>.txt`, one type a line, `#` starts a comment."""
    text = files("spendgate.costing").joinpath(f"free_types_{provider}.txt").read_text(encoding="utf-8")
    names = [name for line in text.splitlines() for name in line.split("#")[0].split()]
    return (
        frozenset(name for name in names if not name.endswith("*")),
        tuple(name[:-1] for name in names if name.endswith("*")),
    )
