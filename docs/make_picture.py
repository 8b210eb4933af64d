"""Draws `docs/check.svg`: what `spendgate check` prints about the first example, as a terminal shows it.

Run it after the output has changed: `python docs/make_picture.py` (needs the `dev` extra).
"""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
PLAN = "examples/gpu-training-aws/plan.json"
COLUMNS = 100
LINES_AT_THE_TOP = 40
LINES_AT_THE_END = 24
THEME = TerminalTheme(
    (250, 250, 250),
    (40, 42, 54),
    [
        (40, 42, 54),
        (190, 40, 40),
        (30, 120, 50),
        (150, 100, 0),
        (40, 80, 170),
        (130, 50, 130),
        (0, 115, 130),
        (90, 90, 90),
    ],
)


def main() -> None:
    """Render the example with colour, cut the middle, and save the picture."""
    from spendgate import check
    from spendgate.ports import ReportOptions
    from spendgate.reporters import REPORTERS

    report = check([PLAN])
    lines = REPORTERS.get("text").render(report, ReportOptions(width=COLUMNS, colour=True)).splitlines()
    cut = len(lines) - LINES_AT_THE_TOP - LINES_AT_THE_END
    shown = [*lines[:LINES_AT_THE_TOP], f"    … {cut} lines …", *lines[-LINES_AT_THE_END:]]
    console = Console(record=True, width=COLUMNS + 4, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ spendgate check {PLAN}", style="bold"))
    console.print(Text.from_ansi("\n".join(shown)))
    picture = console.export_svg(title="spendgate", theme=THEME)
    # NOTE: no font is fetched from anywhere: the viewer's own monospace font serves.
    picture = re.sub(r"@font-face \{.*?\}", "", picture, flags=re.DOTALL).replace("Fira Code", "ui-monospace")
    (ROOT / "docs" / "check.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
