"""Addresses as people read them: many instances under one name, and long ones shortened in the middle."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spendgate.reporters.safe_text import columns, head, one_line, tail

_KEY = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[^\]]*)\]')
_FEW = 3


def pattern(address: str) -> str:
    """The address with every instance key taken out: what `gpu[0]` and `gpu[1]` have in common."""
    return _KEY.sub("[]", address) if "[" in address else address


def together(addresses: Sequence[str]) -> str:
    """One name for instances of one pattern: `aws_instance.gpu[0..7]`, `bucket["a", "b"]`, `module.x[*].vm[*]`."""
    addresses = list(dict.fromkeys(addresses))
    if len(addresses) == 1:
        return one_line(addresses[0])
    keys = [_KEY.findall(address) for address in addresses]
    varying = [place for place in range(len(keys[0])) if len({key[place] for key in keys}) > 1]
    if len(varying) != 1:
        return one_line(_KEY.sub("[*]", addresses[0]))
    place = varying[0]
    shown = _span([key[place][1:-1] for key in keys])
    parts = iter(range(len(keys[0])))
    return one_line(
        _KEY.sub(lambda match: f"[{shown}]" if next(parts) == place else match.group(), addresses[0]),
    )


def _span(keys: Sequence[str]) -> str:
    if all(key.isdecimal() for key in keys):
        numbers = sorted({int(key) for key in keys})
        if len(numbers) > 1 and numbers[-1] - numbers[0] == len(numbers) - 1:
            return f"{numbers[0]}..{numbers[-1]}"
        names = [str(number) for number in numbers]
    else:
        names = list(dict.fromkeys(keys))
    if len(names) <= _FEW:
        return ", ".join(names)
    return f"{', '.join(names[: _FEW - 1])}, {len(names) - _FEW + 1} more"


def shorten(address: str, limit: int) -> str:
    """A safe address in at most `limit` columns: the middle goes first, because both ends tell the most."""
    if columns(address) <= limit:
        return address
    if limit < 2:
        return head(address, limit)
    right = (limit - 1) * 3 // 5
    return head(address, limit - 1 - right) + "…" + tail(address, right)
