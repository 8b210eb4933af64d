"""Write the golden files of the reporters anew: `python tests/golden/reporters/regenerate.py`, then read the diff."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(ROOT / "engine"), str(ROOT)]

from tests.unit.reporters.golden import GOLDEN, rendered  # noqa: E402


def main() -> None:
    """Every golden file, and nothing else, is left in the folder."""
    for old in HERE.glob("*.*"):
        if old.suffix != ".py":
            old.unlink()
    for name in GOLDEN:
        (HERE / name).write_text(rendered(name), encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
