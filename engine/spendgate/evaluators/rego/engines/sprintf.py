"""`sprintf` as OPA has it, for the embedded engine: Go's verbs over Rego values. What is not sure to be the same raises.

Checked against OPA by `tests/rego/test_engines_agree.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

_DIRECTIVE = re.compile(r"%([-+# 0]*)([0-9]*)(?:\.([0-9]*))?(.?)", re.S)
_ESCAPES = {
    "\a": r"\a",
    "\b": r"\b",
    "\f": r"\f",
    "\n": r"\n",
    "\r": r"\r",
    "\t": r"\t",
    "\v": r"\v",
    "\\": r"\\",
    '"': r"\"",
}
_KINDS = {"int": "int64", "float": "float64", "str": "string"}


def sprintf(template: str, arguments: list[Any]) -> str:
    """The text. Raises ValueError for what only OPA can format (`%*d`, `%[1]d`), TypeError for arguments of another type."""
    if not isinstance(template, str) or not isinstance(arguments, list):
        raise TypeError("sprintf takes a text and an array")
    values = [_argument(value) for value in arguments]
    used = 0

    def one(match: re.Match[str]) -> str:
        nonlocal used
        flags, width, precision, verb = match.groups()
        if verb == "%":
            return "%"
        if verb == "":
            return "%!(NOVERB)"
        if verb in "*[":
            raise ValueError(f"sprintf with %{verb} is not supported by the embedded engine")
        if used >= len(values):
            return f"%!{verb}(MISSING)"
        used += 1
        return _formatted(values[used - 1], flags, width, precision, verb)

    text = _DIRECTIVE.sub(one, template)
    if used < len(values):
        extra = ", ".join(f"{_kind(value)}={_plain(value)}" for value in values[used:])
        text += f"%!(EXTRA {extra})"
    return text


def rego_text(value: Any) -> str:
    """A value as OPA writes it: strings quoted, sets in braces, keys in order."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(rego_text, value))}]"
    if isinstance(value, (set, frozenset)):
        return f"{{{', '.join(map(rego_text, _ordered(value)))}}}" if value else "set()"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{rego_text(key)}: {rego_text(value[key])}' for key in _ordered(value))}}}"
    raise TypeError(f"sprintf cannot write a {type(value).__name__}")


def quoted(text: str) -> str:
    """A text in quotes with Go's escapes."""
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _ordered(values: Iterable[Any]) -> list[Any]:
    """Values in Rego's order of types, then by size."""

    def key(value: Any) -> tuple[int, Any]:
        if value is None:
            return (0, 0)
        if isinstance(value, bool):
            return (1, value)
        if isinstance(value, (int, float)):
            return (2, value)
        if isinstance(value, str):
            return (3, value.encode())
        return (4, rego_text(value))

    return sorted(values, key=key)


def _argument(value: Any) -> int | float | str:
    """What OPA hands to Go: numbers and texts as they are, all else as its text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return rego_text(value)
    return value


def _kind(value: int | float | str) -> str:
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return "*big.Int"
    return _KINDS[type(value).__name__]


def _formatted(value: int | float | str, flags: str, width: str, precision: str | None, verb: str) -> str:
    if isinstance(value, str):
        body = _text_body(value, precision, verb)
    elif isinstance(value, int):
        body = _whole_body(value, precision, verb)
    else:
        body = _float_body(value, precision, verb)
    signed = "+" in flags and verb != "v"
    if body is None:
        # NOTE: Go then writes the value as %v would, flags and all: `%.2f` of 7 is `%!f(int64=07)`.
        body, signed = _formatted(value, "", "", precision, "v"), "+" in flags
        return f"%!{verb}({_kind(value)}={_padded(value, body, flags, width, precision, signed=signed)})"
    return _padded(value, body, flags, width, precision, signed=signed)


def _padded(value: int | float | str, body: str, flags: str, width: str, precision: str | None, *, signed: bool) -> str:
    if "#" in flags or ("0" in flags and (isinstance(value, str) or precision is not None or "-" in flags)):
        raise ValueError(f"sprintf with the flags {flags!r} is not supported by the embedded engine")
    numeric = not isinstance(value, str)
    if numeric and not body.startswith("-"):
        body = ("+" if signed else " " if " " in flags else "") + body
    if not width:
        return body
    if "-" in flags:
        return body.ljust(int(width))
    if "0" in flags and numeric:
        sign = body[:1] if body[:1] in "+- " else ""
        return sign + body[len(sign) :].rjust(int(width) - len(sign), "0")
    return body.rjust(int(width))


def _text_body(value: str, precision: str | None, verb: str) -> str | None:
    if precision is not None:
        value = value[: int(precision or 0)]
    if verb in "sv":
        return value
    if verb == "q":
        return quoted(value)
    if verb in "xX":
        shown = value.encode().hex()
        return shown.upper() if verb == "X" else shown
    return None


def _whole_body(value: int, precision: str | None, verb: str) -> str | None:
    if verb in "dv":
        digits = str(abs(value)).rjust(int(precision or 0), "0") if precision is not None else str(abs(value))
        digits = "" if precision is not None and not int(precision or 0) and not value else digits
        return f"-{digits}" if value < 0 else digits
    if precision is not None and verb in "xXob":
        raise ValueError(f"sprintf with a precision for %{verb} is not supported by the embedded engine")
    if verb in "xXob":
        return format(value, verb)
    if verb in "cqU":
        raise ValueError(f"sprintf with %{verb} for a number is not supported by the embedded engine")
    return None


def _float_body(value: float, precision: str | None, verb: str) -> str | None:
    digits = int(precision or 0) if precision is not None else None
    if verb in "fF":
        return f"{value:.{6 if digits is None else digits}f}"
    if verb in "eE":
        return format(value, f".{6 if digits is None else digits}{verb}")
    if verb in "xXb":
        raise ValueError(f"sprintf with %{verb} for a fraction is not supported by the embedded engine")
    if verb in "vgG":
        if digits is not None:
            raise ValueError("sprintf with a precision for %g is not supported by the embedded engine")
        shown = _shortest(value)
        return shown.upper() if verb == "G" else shown
    return None


def _plain(value: int | float | str) -> str:
    return _shortest(value) if isinstance(value, float) else str(value)


def _shortest(value: float) -> str:
    """Go's %g without precision: the fewest digits that mean this number, in powers of ten below 1e-4 and from 1e6 on.

    NOTE: a fraction of a million and more therefore reads `1.25e+06`; `%.2f` is what a message about money wants.
    """
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(exponent, int)
    power = len(digits) + exponent - 1
    if value and not -4 <= power < 6:
        head, tail = str(digits[0]), "".join(map(str, digits[1:]))
        number = f"{head}.{tail}" if tail else head
        return f"{'-' if sign else ''}{number}e{'+' if power >= 0 else '-'}{abs(power):02d}"
    return f"{Decimal(repr(value)).normalize():f}"


def _number_text(value: float) -> str:
    """A number inside an array or object: OPA repeats it as it was written, which for common sizes is known."""
    if value and not 1e-4 <= abs(value) < 1e16:
        raise ValueError(f"sprintf with {value} inside another value is not supported by the embedded engine")
    return f"{Decimal(repr(value)).normalize():f}"
