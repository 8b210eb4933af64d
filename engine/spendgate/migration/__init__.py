"""What other tools' files say, in this one's words, as far as it can be said; the rest is listed and never guessed.

One more format is a file here and a line in the registry.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from spendgate.documents import Document
from spendgate.facets.tags import canonical_key
from spendgate.model.frozen import Frozen
from spendgate.registry import Registry


class WaiverDraft(Frozen):
    """A waiver without owner and last day, which are for whoever imports it to say; `expires` where the file says one."""

    policy: str
    address: str
    root: str | None = None
    reason: str = ""
    expires: str | None = None


class PolicyDraft(Frozen):
    """A policy but for its id: the keys of the file in order. `origin` is the name that the other tool gave it."""

    origin: str
    data: Mapping[str, Any]


@dataclass(slots=True)
class Imported:
    """What could be said, and what could not: one line each, with the place in the file."""

    waivers: list[WaiverDraft] = field(default_factory=list)
    policies: list[PolicyDraft] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


class Migration(Protocol):
    """Reads one format of another tool."""

    name: str
    what: str
    """One line for the help."""

    def read(self, documents: Sequence[Document], names: Mapping[str, str]) -> Imported:
        """Say it in this tool's words. `names` maps the other tool's rules to policies here, as the user says."""
        ...


MIGRATIONS: Registry[Migration] = Registry(
    "format to import",
    "spendgate.migrations",
    {
        "checkov-baseline": "spendgate.migration.checkov_baseline:CHECKOV_BASELINE",
        "checkov-policy": "spendgate.migration.checkov_policy:CHECKOV_POLICY",
        "trivy-ignore": "spendgate.migration.trivy_ignore:TRIVY_IGNORE",
        "infracost-tags": "spendgate.migration.infracost_tags:INFRACOST_TAGS",
        "c7n-left": "spendgate.migration.c7n_left:C7N_LEFT",
    },
)

SAME_RULES: Mapping[str, str] = {"CKV2_AWS_61": "STO-001", "CKV_AWS_300": "STO-001"}
"""Rules of other tools that ask what a built-in policy asks: a bucket's lifecycle, and its failed uploads."""


QUOTES = "'\""


class CannotSay(ValueError):  # noqa: N818 - it is no error: it is what an importer has to tell
    """Something that has no counterpart here, in words that end a sentence."""


def maps(value: Any) -> list[Mapping[str, Any]]:
    """The maps in a list; nothing for what is no list. Other tools' files are not checked by their own schema here."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def several(value: Any) -> list[Any]:
    """A list as it is, one thing as a list of one, nothing as none."""
    return value if isinstance(value, list) else [] if value is None else [value]


def as_field(attribute: str) -> str:
    """An attribute of Terraform as a path here: `tags.CostCenter` becomes `tags.cost-center`, all else is `after.*`.

    Raises CannotSay for a path with wildcards or functions.
    """

    if attribute.startswith(("tags.", "labels.")):
        return f"tags.{canonical_key(attribute.split('.', 1)[1].strip(QUOTES), {})}"
    if attribute in ("tags", "labels"):
        return "tags"
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*(?:\.(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+))*", attribute):
        raise CannotSay(f"the path {attribute!r} is no plain one")
    return f"after.{attribute}"
