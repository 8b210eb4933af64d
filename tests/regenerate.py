"""Writes the expected output of the examples anew: `python tests/regenerate.py`, then read the difference before you commit it."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.e2e.stories import FORMATS, STORIES, outcome  # noqa: E402


def main() -> None:
    """Run every story in every format."""
    for story in STORIES:
        for format_, suffix in FORMATS.items():
            done = outcome(story, format_)
            (story / f"expected.{suffix}").write_text(done.output, encoding="utf-8")
        print(f"{story.relative_to(ROOT)}: exit {done.exit_code}")  # noqa: T201


if __name__ == "__main__":
    main()
