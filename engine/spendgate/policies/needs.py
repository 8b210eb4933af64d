"""What an undecided verdict waits for, as a sentence: which fields are not known and why, and what they must turn out to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from spendgate.model.frozen import Frozen


class Doubt(Frozen):
    """One field that is not known: `reason` and `demand` go on a sentence that starts with it.

    Without a path the reason is a sentence of its own. `ceiling` is the number that the field must not exceed, if that is the
    demand.
    """

    path: str
    reason: str
    demand: str
    ceiling: Decimal | None = None


class Needs(Frozen):
    """Several needs, of which all (`and`) or one (`or`) must be met."""

    joint: str
    parts: tuple[Need, ...]


Need: TypeAlias = Doubt | Needs


def ceiling_of(operator: str, value: Any, *, wanted: bool) -> Decimal | None:
    """The ceiling that a comparison demands, or None when it demands something else."""
    return value if operator == "lte" and wanted and isinstance(value, Decimal) else None


def sentence(need: Need) -> str:
    """`accel.models is known only after apply; it must be within T4, L4`."""
    need = _tidy(need)
    doubts = list(_doubts(need))
    paths = {doubt.path for doubt in doubts}
    reasons = _reasons(doubts)
    if len(paths) == 1:
        said = _logic(need, with_paths=False)
        return f"{reasons}; it {said}" if said else reasons
    said = _logic(need, with_paths=True)
    return f"{reasons}; needed: {said}" if said else reasons


def _tidy(need: Need) -> Need:
    """The same need without layers that add nothing, repetitions, and ceilings that a lower one covers."""
    if isinstance(need, Doubt):
        return need
    parts: list[Need] = []
    for part in map(_tidy, need.parts):
        inner = part.parts if isinstance(part, Needs) and part.joint == need.joint else (part,)
        parts.extend(each for each in inner if each not in parts)
    if need.joint == "and":
        lowest: dict[str, Decimal] = {}
        for part in parts:
            if isinstance(part, Doubt) and part.ceiling is not None:
                lowest[part.path] = min(part.ceiling, lowest.get(part.path, part.ceiling))
        parts = [p for p in parts if not isinstance(p, Doubt) or p.ceiling in (None, lowest.get(p.path))]
    return parts[0] if len(parts) == 1 else Needs(need.joint, tuple(parts))


def _doubts(need: Need) -> Iterator[Doubt]:
    if isinstance(need, Doubt):
        yield need
    else:
        for part in need.parts:
            yield from _doubts(part)


def _reasons(doubts: Sequence[Doubt]) -> str:
    """Why each field is not known; fields with the same reason are said together."""
    by_reason: dict[str, list[str]] = {}
    for doubt in doubts:
        paths = by_reason.setdefault(doubt.reason, [])
        if doubt.path not in paths:
            paths.append(doubt.path)
    return "; ".join(_said(reason, paths) for reason, paths in by_reason.items())


def _said(reason: str, paths: Sequence[str]) -> str:
    if paths == [""]:
        return reason
    if len(paths) == 1:
        return f"{paths[0]} {reason}"
    verb, _, rest = reason.partition(" ")
    return f"{', '.join(paths[:-1])} and {paths[-1]} {'are' if verb == 'is' else verb} {rest}"


def _logic(need: Need, *, with_paths: bool, inside: bool = False) -> str:
    if isinstance(need, Doubt):
        return f"{need.path} {need.demand}".strip() if with_paths else need.demand
    said = [_logic(part, with_paths=with_paths, inside=True) for part in need.parts]
    said = list(dict.fromkeys(text for text in said if text))
    if not with_paths:
        said = [said[0], *(text.removeprefix("must ") for text in said[1:])] if said else []
    text = f" {need.joint} ".join(said)
    return f"({text})" if inside and len(said) > 1 else text
