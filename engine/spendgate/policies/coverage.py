"""Which conditions of a policy its own tests have seen true and false: a condition that was never false proves nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from spendgate.errors import PolicyError
from spendgate.model.frozen import Frozen
from spendgate.model.policy import Policy
from spendgate.model.values import Truth
from spendgate.policies.body import RESOURCE
from spendgate.policies.explaining import explain
from spendgate.policies.mistakes import Mistake
from spendgate.policies.reading import LANGUAGE
from spendgate.policies.testing import given_case, with_parameters

_STATED = " is one of "
"""In rows of a match object's keys, which are no conditions."""


class Covered(Frozen):
    """One condition and the answers that tests have got from it."""

    policy: str
    condition: str
    truths: frozenset[Truth]

    @property
    def missing(self) -> str | None:
        """Which answer no test has got, in words; None when both were seen."""
        lacking = [word for word, truth in (("true", Truth.TRUE), ("false", Truth.FALSE)) if truth not in self.truths]
        return f"never {' or '.join(lacking)}" if lacking else None


def coverage(policies: Iterable[Policy], today: date) -> list[Covered]:
    """The conditions of all YAML policies, in the order of the files."""
    return [found for policy in policies if policy.language == LANGUAGE for found in _of(policy, today)]


def _of(policy: Policy, today: date) -> list[Covered]:
    seen: dict[tuple[int, int], tuple[str, set[Truth]]] = {}
    for test in policy.body.source.data.get("tests") or ():
        try:
            address = "the given resource" if policy.scope == RESOURCE else ""
            case = given_case(test["given"], test.get("unknown", ()), address=address)
            found = explain(with_parameters(policy, test.get("params") or {}), case, today)
        except (Mistake, PolicyError):
            continue  # the test itself fails, which `policy test` says
        for number, (_, rows) in enumerate(found.parts):
            for place, row in enumerate(rows):
                if row.path is not None and _STATED not in row.said:
                    seen.setdefault((number, place), (row.said, set()))[1].add(row.truth)
    return [Covered(policy.id, said, frozenset(truths)) for _, (said, truths) in sorted(seen.items())]
