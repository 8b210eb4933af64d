"""Writes into a usage file what it lacks: keys that a run needs, each as a comment to be filled in.

Nothing that people wrote is touched, and no value is made up: a key stands behind a `#` until somebody gives it a value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from spendgate.model.frozen import Frozen

_SECTION: Final = "resource_usage"
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)+")
_UNPRINTABLE = re.compile(r"[^\t\x20-\x7E\xA0-\u2027\u202A-\uD7FF\uE000-\uFEFE\uFF00-\uFFFD\U00010000-\U0010FFFF]")
"""What a YAML file cannot hold as it is (YAML 1.2, 5.1), what would end a line, and the mark of byte order."""
_HEAD = (
    "# What this run needs to know about use. Take the # away and state a value: a number, a range\n"
    "# {low: 10, expected: 20, high: 50}, or for hours also 12x5. See docs/costs.md.\n"
    "version: 0.1\n"
)


class Wanted(Frozen):
    """A resource (or all instances of one, `[*]`) with the keys it lacks and what each means."""

    address: str
    keys: Mapping[str, str]


def synced(text: str, wanted: Sequence[Wanted]) -> str:
    """The text of a usage file with the lacking keys in it; the same text when nothing is lacking."""
    lines = text.splitlines() if text.strip() else _HEAD.splitlines()
    start = next((number for number, line in enumerate(lines) if re.match(rf"{_SECTION}\s*:", line)), None)
    if start is None:
        if not wanted:
            return text
        lines.append(f"{_SECTION}:")
        start = len(lines) - 1
    else:
        lines[start] = re.sub(r":\s*(\{\s*\}|null|~)\s*$", ":", lines[start])
    for one in wanted:
        _add(lines, start, one)
    return "\n".join(lines) + "\n"


def _add(lines: list[str], start: int, wanted: Wanted) -> None:
    end = _end(lines, start)
    indent = _indent(lines, start, end)
    spelled = {
        f"{name}:" for name in (wanted.address, f"'{wanted.address}'", f'"{wanted.address}"', _quoted(wanted.address))
    }
    place = next((number for number in range(start + 1, end) if _key(lines[number], indent) in spelled), None)
    if place is None:
        lines[end:end] = [f"{indent}{_quoted(wanted.address)}:", *_comments(wanted.keys, indent * 2)]
        return
    last = place + 1
    while last < end and (not lines[last].strip() or _depth(lines[last]) > len(indent)):
        last += 1
    while last > place + 1 and not lines[last - 1].strip():
        last -= 1
    block = "\n".join(lines[place:last])
    lacking = {key: text for key, text in wanted.keys.items() if not _stands(key, block)}
    lines[last:last] = _comments(lacking, indent * 2)


def _stands(key: str, block: str) -> bool:
    """Whether a key is in the block, with a value or behind a `#`."""
    return re.search(rf"(^|[\s#{{,]){re.escape(key.rsplit('.', 1)[-1])}\s*:", block, re.MULTILINE) is not None


def _comments(keys: Mapping[str, str], indent: str) -> list[str]:
    """A line for each key; keys of a block stand under the block's name."""
    found: list[str] = []
    blocks: dict[str, None] = {}
    for key, meaning in sorted(keys.items()):
        *above, name = key.split(".")
        path = ".".join(above)
        if path and path not in blocks:
            blocks[path] = None
            found += [f"{indent}# {'  ' * depth}{part}:" for depth, part in enumerate(above)]
        found.append(f"{indent}# {'  ' * len(above)}{name}:  # {meaning}")
    return found


def _end(lines: list[str], start: int) -> int:
    """The line behind the section, with blank lines at its end left out."""
    end = next((n for n in range(start + 1, len(lines)) if re.match(r"[^\s#]", lines[n])), len(lines))
    while end > start + 1 and not lines[end - 1].strip():
        end -= 1
    return end


def _indent(lines: list[str], start: int, end: int) -> str:
    """How far the addresses of the section are indented."""
    for line in lines[start + 1 : end]:
        if line.strip() and not line.lstrip().startswith("#"):
            return line[: len(line) - len(line.lstrip())]
    return "  "


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _key(line: str, indent: str) -> str:
    """What stands at the depth of an address: `address:`, without what follows it."""
    if _depth(line) != len(indent) or line.lstrip().startswith("#"):
        return ""
    match = re.match(r"""\s*('(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|.*?)\s*:(\s|$)""", line)
    return f"{match[1]}:" if match else ""


def _quoted(address: str) -> str:
    """An address as a key; in double quotes only when it holds what YAML takes only escaped (U+FFFE, controls)."""
    if _PLAIN.fullmatch(address):
        return address
    if _UNPRINTABLE.search(address):
        escaped = address.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + _UNPRINTABLE.sub(lambda found: f"\\U{ord(found[0]):08X}", escaped) + '"'
    return "'" + address.replace("'", "''") + "'"
