"""Text from outside made safe inside Markdown: it stays text, whatever host renders it.

A resource name can hold pipes that break a table, HTML, links, mentions that notify people, references that leave traces in
other issues, and lines that a host takes for an order. None of that may come out of a name.
"""

from __future__ import annotations

import re

from spendgate.reporters.safe_text import cut, lines_of, one_line

_SIGNS = {sign: f"&#{ord(sign)};" for sign in "|`*~[]\\$"} | {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SPECIAL = re.compile(
    r"(?P<sign>[|`*~\[\]\\$&<>])"
    r"|(?P<edge>(?<![^\W_])_|_(?![^\W_]))"
    r"|(?P<reference>@|[#!](?=\d)|\bGH-(?=\d))"
    r"|(?P<link>://|\bwww\.)",
    re.IGNORECASE,
)
_TICKS = re.compile("`+")


def inline(text: str, limit: int = 600) -> str:
    """The text for a paragraph or a table cell, on one line, cut after `limit` columns."""
    return _SPECIAL.sub(_escaped, cut(one_line(text), limit))


def _escaped(match: re.Match[str]) -> str:
    found = match[0]
    if match["sign"]:
        return _SIGNS[found]
    if match["edge"]:
        return "&#95;"
    if match["reference"]:
        # NOTE: hosts look for mentions in the rendered text, so an entity for the sign alone would not stop them.
        return f"{found}&#8203;"
    return "&#58;//" if found == "://" else f"{found[:-1]}&#46;"


def code(text: str, limit: int = 200) -> str:
    """The text as code, also inside a table cell."""
    safe = cut(one_line(text).strip(), limit)
    if not safe:
        return ""
    if any(sign in safe for sign in "`|\\"):
        return f"<code>{inline(safe, limit)}</code>"
    return f"`{safe}`"


def fenced(text: str, limit: int = 40) -> list[str]:
    """The lines of a text as a block of code, at most `limit` of them; the fence is longer than any in the text."""
    lines = [cut(line, 300) for line in lines_of(text)[:limit]]
    longest = max((len(run) for line in lines for run in _TICKS.findall(line)), default=0)
    fence = "`" * max(longest + 1, 3)
    return [fence, *lines, fence]
