"""The author's bench: fields, conditions and formulas asked of the resources of one input, line by line."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from spendgate.documents import Document, read_yaml_text
from spendgate.errors import SpendgateError
from spendgate.model.case import Case, look_up, look_up_each
from spendgate.model.values import Truth
from spendgate.pipeline import estimate
from spendgate.pipeline.cases import docket
from spendgate.pipeline.joins import with_joins
from spendgate.pipeline.use import with_use
from spendgate.policies.compiler import Compiler
from spendgate.policies.conditions import Condition
from spendgate.policies.mistakes import Mistake, Mistakes
from spendgate.policies.operands import References
from spendgate.policies.paths import check_path, has_elements, unit_of
from spendgate.policies.wording import listed, shown
from spendgate.prices.book import PriceBook
from spendgate.settings import Settings

HELP = """a field            accel.count                        its value on every resource, or on the one in use
a condition        {field: accel.count, lte: 4}       who passes, who fails, who cannot tell
a calculation      accel.count * 2 <= capacity.max
use ADDRESS        ask one resource alone; `use` asks all again; `use change` asks the whole change
list               the resources
quit               (or end of input)"""
_MOST = 20


@dataclass(slots=True)
class Bench:
    """The cases of one input; `used` is the one that is asked alone."""

    cases: dict[str, Case]
    used: str | None = None

    def ask(self, line: str) -> list[str]:
        """The answer to one line, as lines for people. Never raises for what was typed."""
        line = line.strip()
        word, _, rest = line.partition(" ")
        if not line or word == "help":
            return HELP.splitlines()
        if word == "list":
            return _cut(list(self.cases))
        if word == "use":
            return self._use(rest.strip())
        try:
            return self._condition(line) if not _is_path(line) else self._field(line)
        except Mistake as mistake:
            return [str(mistake)]
        except SpendgateError as error:
            return [str(error).removeprefix("(your line):1:").removeprefix("(your line): ")]

    def _use(self, address: str) -> list[str]:
        if address and address not in self.cases:
            near = difflib.get_close_matches(address, self.cases, n=3, cutoff=0.4)
            return [f"no resource {address}" + (f"; did you mean {' or '.join(near)}?" if near else "")]
        self.used = address or None
        return [f"asking {self.used or f'{len(self.cases)} cases'}"]

    def _asked(self) -> dict[str, Case]:
        return {self.used: self.cases[self.used]} if self.used else self.cases

    def _field(self, path: str) -> list[str]:
        keys, unit = check_path(path), unit_of(path)
        lines = []
        for address, case in self._asked().items():
            value = look_up_each(case, keys) if has_elements(keys) else look_up(case, keys)
            lines.append(f"{address}: {shown(value, unit=unit)}")
        return _cut(lines)

    def _condition(self, line: str) -> list[str]:
        condition = _compiled(line)
        answers: dict[Truth, list[str]] = {truth: [] for truth in Truth}
        for address, case in self._asked().items():
            answers[condition.truth(case)].append(address)
        words = {Truth.TRUE: "holds for", Truth.FALSE: "does not hold for", Truth.UNKNOWN: "cannot be told for"}
        return [f"{words[truth]} {len(found)}: {listed(found)}" for truth, found in answers.items() if found]


def _is_path(line: str) -> bool:
    return all(sign.isalnum() or sign in "._-[]/" for sign in line)


def _compiled(line: str) -> Condition:
    document = (
        read_yaml_text(line, "(your line)") if line.startswith(("{", "[")) else Document({"expr": line}, "(your line)")
    )
    mistakes = Mistakes(document)
    condition = Compiler(References({}), mistakes).conditions(document.data)
    mistakes.raise_any()
    return condition


def _cut(lines: Sequence[str]) -> list[str]:
    more = len(lines) - _MOST
    return [*lines[:_MOST], *([f"... and {more} more"] if more > 0 else [])]


def bench(inputs: Sequence[str], settings: Settings, now: datetime) -> Bench:
    """The bench over inputs: everything that is there, and the whole change. Raises InputError, SettingsError."""
    book = PriceBook.open()
    run = with_joins(with_use(estimate(inputs, settings, book, now.date()), settings, now, book), settings, now)
    cases = docket(run, (), now, everything=True)
    found: dict[str, Case] = {case.address: case for case in cases.resources}
    if cases.change is not None:
        found["change"] = cases.change
    return Bench(found)
