"""The gate as a library: two functions with the same settings as the command line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from spendgate import pipeline
from spendgate.settings import resolve
from spendgate.wire.v1 import Report


def check(inputs: Sequence[str | Path], *, now: datetime | None = None, **options: Any) -> Report:
    """Judge and price what the inputs hold.

    `options` are those of `spendgate check` with underscores: `packs`, `policy_paths`, `parameters`, `usage_file`, `scope`,
    `fail_on`, `on_unknown`, `env`, `config` ... Raises SpendgateError when nothing can be said.
    """
    return pipeline.check([str(path) for path in inputs], resolve(options), now or datetime.now(UTC))


def estimate(inputs: Sequence[str | Path], *, now: datetime | None = None, **options: Any) -> Report:
    """Price what the inputs hold, without judging it: the report's decision is `none`."""
    return pipeline.cost([str(path) for path in inputs], resolve(options), now or datetime.now(UTC))
