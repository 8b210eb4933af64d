"""Builds the price book from its source tables whenever a wheel is built, editable installs included."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PriceBookHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before each build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put `engine/spendgate/prices/book.sqlite` in place; the wheel takes it as an artifact."""
        engine = str(Path(self.root) / "engine")
        sys.path.insert(0, engine)
        try:
            from spendgate.prices.build import build
            from spendgate.prices.location import SHIPPED, SOURCES

            build(SOURCES, SHIPPED)
        finally:
            sys.path.remove(engine)
