"""Functions over texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from spendgate.inputs.terraform_source.values import EvaluationError, as_number, as_text, as_whole, kind_of, tidy
from spendgate.model.values import Unknown

_VERB = re.compile(r"%(?:\[(\d+)\])?([-+ 0#]*)(\d+)?(?:\.(\d+))?([%a-zA-Z])")
_WIDEST = 10_000
_HARD_PATTERN = re.compile(r"[+*}][^)|]*\)\s*[+*{]")


def _format(pattern: Any, *arguments: Any) -> Any:
    """`format` with the verbs that texts of infrastructure use; any other makes the answer unknown."""
    template = as_text(pattern)
    used = 0
    found: list[str] = []
    end = 0
    for match in _VERB.finditer(template):
        found.append(template[end : match.start()])
        end = match.end()
        position, flags, width, precision, verb = match.groups()
        if int(width or 0) > _WIDEST or int(precision or 0) > _WIDEST:
            raise EvaluationError("a width is absurd")
        if verb == "%":
            found.append("%")
            continue
        number = int(position) - 1 if position else used
        used = number + 1
        if not 0 <= number < len(arguments):
            raise EvaluationError(f"there is no argument {number + 1}")
        shown = _verb(verb, flags, width, precision, arguments[number])
        if isinstance(shown, Unknown):
            return shown
        found.append(shown)
    return "".join([*found, template[end:]])


def _verb(verb: str, flags: str, width: str | None, precision: str | None, value: Any) -> str | Unknown:
    spec = f"%{flags}{width or ''}"
    cut = f".{precision}" if precision else ""
    if verb == "s":
        return str(f"{spec}{cut}s" % as_text(value))
    if verb in ("d", "x", "X", "o"):
        return str(f"{spec}{verb}" % as_whole(value))
    if verb == "f":
        return str(f"{spec}{cut}f" % as_number(value))
    if verb == "t" and isinstance(value, bool):
        return str(f"{spec}s" % as_text(value))
    if verb == "v" and isinstance(value, (str, bool, int, Decimal)):
        return str(f"{spec}s" % as_text(value))
    if verb == "q":
        from spendgate.inputs.terraform_source.encoding_functions import json_text

        return json_text(as_text(value))
    return Unknown(f"format() with %{verb} is not evaluated here")


def _formatlist(pattern: Any, *arguments: Any) -> list[Any]:
    lengths = {len(argument) for argument in arguments if isinstance(argument, list)}
    if len(lengths) > 1:
        raise EvaluationError("the lists are not of one length")
    size = lengths.pop() if lengths else 1
    return [
        _format(pattern, *(argument[row] if isinstance(argument, list) else argument for argument in arguments))
        for row in range(size)
    ]


def _join(separator: Any, *lists: Any) -> str:
    items = [item for one in lists for item in (one if isinstance(one, list) else _no_list(one))]
    return as_text(separator).join(as_text(item) for item in items)


def _no_list(value: Any) -> list[Any]:
    raise EvaluationError(f"{kind_of(value)} is no list")


def _pattern(text: Any) -> re.Pattern[str] | Unknown:
    """A pattern of RE2's kind for Python. NOTE: what may take exponential time here is left unknown."""
    source = as_text(text)
    if len(source) > 1000 or _HARD_PATTERN.search(source):
        return Unknown("its pattern is not evaluated here")
    try:
        return re.compile(source.replace("\\z", "\\Z").replace("(?U)", "").replace("[[:alnum:]]", "[0-9A-Za-z]"))
    except re.error:
        return Unknown("its pattern is not evaluated here")


def _captured(match: re.Match[str]) -> Any:
    if match.re.groupindex:
        return {name: match[name] for name in match.re.groupindex}
    return list(match.groups()) if match.re.groups else match[0]


def _regex(pattern: Any, text: Any) -> Any:
    compiled = _pattern(pattern)
    if isinstance(compiled, Unknown):
        return compiled
    match = compiled.search(as_text(text))
    if match is None:
        raise EvaluationError("the pattern does not match")
    return _captured(match)


def _regexall(pattern: Any, text: Any) -> Any:
    compiled = _pattern(pattern)
    if isinstance(compiled, Unknown):
        return compiled
    return [_captured(match) for match in compiled.finditer(as_text(text))]


def _replace(text: Any, old: Any, new: Any) -> Any:
    old_text = as_text(old)
    if len(old_text) > 1 and old_text.startswith("/") and old_text.endswith("/"):
        compiled = _pattern(old_text[1:-1])
        if isinstance(compiled, Unknown):
            return compiled
        spelled = re.sub(r"\$\{?(\w+)\}?", r"\\g<\1>", as_text(new).replace("\\", "\\\\"))
        return compiled.sub(spelled, as_text(text))
    if len(as_text(text)) * (len(as_text(new)) + 1) > 64 * 1024 * 1024:
        raise EvaluationError("the text would become too long")
    return as_text(text).replace(old_text, as_text(new))


def _substr(text: Any, offset: Any, length: Any) -> str:
    characters, start, size = as_text(text), as_whole(offset), as_whole(length)
    start = max(0, start + len(characters)) if start < 0 else start
    return characters[start:] if size < 0 else characters[start : start + size]


def _indent(count: Any, text: Any) -> str:
    width = as_whole(count)
    if not 0 <= width <= _WIDEST:
        raise EvaluationError("the width is absurd")
    return as_text(text).replace("\n", "\n" + " " * width)


def _parseint(text: Any, base: Any) -> int | Decimal:
    return tidy(Decimal(int(as_text(text), as_whole(base))))


TEXTS: Mapping[str, Callable[..., Any]] = {
    "format": _format,
    "formatlist": _formatlist,
    "join": _join,
    "regex": _regex,
    "regexall": _regexall,
    "replace": _replace,
    "substr": _substr,
    "indent": _indent,
    "parseint": _parseint,
    "upper": lambda text: as_text(text).upper(),
    "lower": lambda text: as_text(text).lower(),
    "title": lambda text: re.sub(r"(?<!\w)\w", lambda match: match[0].upper(), as_text(text)),
    "trimspace": lambda text: as_text(text).strip(),
    "chomp": lambda text: as_text(text).rstrip("\r\n"),
    "trim": lambda text, signs: as_text(text).strip(as_text(signs)) if signs else as_text(text),
    "trimprefix": lambda text, prefix: as_text(text).removeprefix(as_text(prefix)),
    "trimsuffix": lambda text, suffix: as_text(text).removesuffix(as_text(suffix)),
    "startswith": lambda text, prefix: as_text(text).startswith(as_text(prefix)),
    "endswith": lambda text, suffix: as_text(text).endswith(as_text(suffix)),
    "strcontains": lambda text, part: as_text(part) in as_text(text),
    "strrev": lambda text: as_text(text)[::-1],
    "split": lambda separator, text: (
        as_text(text).split(as_text(separator)) if separator != "" else list(as_text(text))
    ),
}
"""By name; each needs to know all of its arguments."""
