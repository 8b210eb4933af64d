"""Which findings can be mended, and whether the edits hold: only what makes its finding go away is offered."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from spendgate import pipeline
from spendgate.errors import InputError, SettingsError
from spendgate.fixing.edits import add_tags, set_attribute
from spendgate.inputs.terraform_source.files import parse_source
from spendgate.inputs.terraform_source.locations import SourceLocator
from spendgate.inputs.terraform_source.modules import Library
from spendgate.inputs.terraform_source.second_reader import second_reading
from spendgate.model.frozen import Frozen, replace
from spendgate.model.policy import Policy
from spendgate.policies.body import Body
from spendgate.settings import Settings
from spendgate.wire import v1

_DOWNLOADED = f"{os.sep}.terraform{os.sep}"
Key = tuple[str, str]
"""Policy and address of a finding."""


class Mended(Frozen):
    """A finding that an edit makes go away."""

    policy: str
    address: str


class Proposal(Frozen):
    """What to change, file by file, what it mends, and what it does to the monthly cost. `left` says why others stay."""

    texts: Mapping[str, str]
    diff: str
    mended: tuple[Mended, ...]
    left: tuple[str, ...]
    cost_before: Decimal
    cost_after: Decimal
    currency: str
    promised: Decimal
    """What the findings themselves put the saving at: a tag saves nothing before a scheduler reads it."""


def propose(folder: str, settings: Settings, now: datetime) -> Proposal:
    """Edits for all findings of a root that can be mended. Raises InputError, SettingsError, PolicyError."""
    if not Path(folder).is_dir():
        raise SettingsError(
            f"{folder}: is no folder of Terraform source", hint="a plan cannot be mended: name its source"
        )
    before = pipeline.check([folder], settings, now)
    policies = {policy.id: fix for policy in pipeline.load_policies(settings) if (fix := fix_of(policy))}
    candidates = [
        (found.policy, found.address)
        for found in before.findings
        if found.verdict == "fail" and found.policy in policies
    ]
    left: dict[str, None] = {}
    kept = list(dict.fromkeys(candidates))
    texts: dict[str, str] = {}
    after = before
    while kept:
        texts, made, refused = _edited(folder, kept, policies)
        left.update(dict.fromkeys(refused))
        if not made:
            return _proposal(folder, {}, (), left, before, before)
        after = pipeline.check([folder], replace(settings, edited=texts), now)
        standing = _failing(after)
        gone = [key for key in made if key not in standing]
        worse = standing - _failing(before)
        if len(gone) == len(made) and not worse:
            return _proposal(folder, texts, tuple(Mended(*key) for key in made), left, before, after)
        left.update(
            {
                f"{policy} {address}: the edit does not make it go away": None
                for policy, address in made
                if (policy, address) in standing
            }
        )
        left.update({f"{policy} {address}: would come up": None for policy, address in sorted(worse)})
        kept = gone if len(gone) < len(made) else []
    return _proposal(folder, {}, (), left, before, before)


def fix_of(policy: Policy) -> Mapping[str, Any] | None:
    """What a policy says about mending what it finds, or None."""
    if not isinstance(policy.body, Body):
        return None
    fix = policy.body.source.data.get("fix")
    return fix if isinstance(fix, Mapping) else None


def _failing(report: v1.Report) -> set[Key]:
    return {(found.policy, found.address) for found in report.findings if found.verdict == "fail" and found.address}


def _edited(
    folder: str, keys: Sequence[Key], fixes: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, str], list[Key], list[str]]:
    """Texts by real path with the edits for these findings, which of them there is one for, and why not for the others."""
    texts: dict[str, str] = {}
    made: list[Key] = []
    refused: list[str] = []
    done: set[tuple[str, str]] = set()
    for policy, address in keys:
        library = Library(folder, [], edited=texts)
        found = SourceLocator(library, library.module(folder)).declared(address)
        if found is None or found.block.type != "resource" or _DOWNLOADED in found.file.path:
            refused.append(f"{policy} {address}: its block is not in this source")
            continue
        mark = (policy, f"{os.path.realpath(found.file.path)}:{'.'.join(found.block.labels)}")
        if mark in done:
            made.append((policy, address))
            continue
        text = _apply(fixes[policy], found.file, found.block)
        if text is None or not _sound(text, found.file.path):
            refused.append(f"{policy} {address}: its block is written in a way that is not edited")
            continue
        done.add(mark)
        texts[os.path.realpath(found.file.path)] = text
        made.append((policy, address))
    return texts, made, refused


def _apply(fix: Mapping[str, Any], file: Any, block: Any) -> str | None:
    """NOTE: `add_resource` is not made: a resource of its own is more than an edit, and people should write it."""
    if fix.get("add_resource") is not None or file.path.endswith(".json"):
        return None
    text: str | None = None
    for path, value in (fix.get("set") or {}).items():
        text = set_attribute(file, block, str(path), value)
        if text is None:
            return None
        file = parse_source(text, file.path, [])
        block = next(one for one in file.body.blocks if (one.type, one.labels) == (block.type, block.labels))
    if fix.get("add_tags"):
        text = add_tags(file, block, fix["add_tags"])
    return text


def _sound(text: str, path: str) -> bool:
    """Whether both readers understand an edited text; python-hcl2 has no say when it is not installed."""
    try:
        parse_source(text, path, [])
    except InputError:
        return False
    import importlib.util

    return importlib.util.find_spec("hcl2") is None or second_reading(text) is not None


def _proposal(
    folder: str,
    texts: Mapping[str, str],
    mended: tuple[Mended, ...],
    left: Mapping[str, None],
    before: v1.Report,
    after: v1.Report,
) -> Proposal:
    return Proposal(
        texts,
        "".join(_diff(path, texts[path]) for path in sorted(texts)),
        mended,
        tuple(left),
        _expected(before),
        _expected(after),
        before.currency,
        _promised(before, mended),
    )


def _promised(report: v1.Report, mended: tuple[Mended, ...]) -> Decimal:
    gone = {(one.policy, one.address) for one in mended}
    amounts = (found.savings_monthly for found in report.findings if (found.policy, found.address) in gone)
    return sum((amount for amount in amounts if amount is not None), Decimal(0))


def _expected(report: v1.Report) -> Decimal:
    return Decimal(report.cost.after_monthly.expected or 0)


def _diff(path: str, text: str) -> str:
    shown = os.path.relpath(path)
    old = Path(path).read_text(encoding="utf-8").splitlines(keepends=True)
    rows = difflib.unified_diff(old, text.splitlines(keepends=True), f"a/{shown}", f"b/{shown}")
    return "".join(row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows)


def write(proposal: Proposal) -> None:
    """Write the edited files. Raises InputError for one that cannot be written."""
    for path, text in proposal.texts.items():
        try:
            with Path(path).open("w", encoding="utf-8", newline="") as file:
                file.write(text)
        except OSError as error:
            raise InputError(f"cannot be written: {error.strerror}", file=path) from None
