"""Numbers that people state in tags: how much work there is, how many vectors."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from spendgate.model.facets import Facets
from spendgate.model.values import Number, Unknown


def above_zero(facets: Facets, key: str) -> Number:
    """The number that a tag states, a percent sign behind it left out; None without the tag, unknown for what is no number above zero."""
    text = facets.tags.get(key) if not isinstance(facets.tags, Unknown) else facets.tags
    if text is None or isinstance(text, Unknown):
        return text
    try:
        number = Decimal(text.removesuffix("%"))
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or number <= 0:
        return Unknown(f"the tag {key} is {text!r}, which is no number above zero")
    return number
