"""Whether lifecycle rules reach the checkpoints of a store: a rule for `tmp/` deletes none of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from spendgate.model.values import Number, Unknown

_CHECKPOINTS = re.compile(r"ckpt|checkpoint", re.IGNORECASE)

Reach = tuple[str, ...] | Unknown
"""The prefixes that a rule is for; empty when it is for everything, unknown when that is known only after apply."""


def checkpoint_days(rules: Iterable[tuple[Number, Reach]]) -> Number:
    """The fewest days after which a rule for everything, or for a prefix that names checkpoints, deletes.

    Unknown when only rules for other prefixes delete: whether checkpoints lie below those, nobody says. None without any rule.
    """
    reaching: list[Decimal] = []
    gap: Unknown | None = None
    for days, reach in rules:
        if days is None:
            continue
        if isinstance(days, Unknown) or isinstance(reach, Unknown):
            gap = days if isinstance(days, Unknown) else reach if isinstance(reach, Unknown) else gap
        elif not reach or any(_CHECKPOINTS.search(prefix) for prefix in reach):
            reaching.append(days)
        elif gap is None:
            gap = Unknown(
                f"a rule deletes below {', '.join(reach[:3])} alone, and whether checkpoints lie there is not said"
            )
    return min(reaching) if reaching else gap
