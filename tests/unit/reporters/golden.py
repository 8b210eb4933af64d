"""Which golden files there are, and how each is made: file name -> (format, situation, options)."""

from __future__ import annotations

from tests.unit.reporters.situations import SITUATIONS

from spendgate.ports import ReportOptions
from spendgate.reporters import REPORTERS

GOLDEN: dict[str, tuple[str, str, ReportOptions]] = {
    "failing.80.txt": ("text", "failing", ReportOptions(width=80)),
    "failing.120.txt": ("text", "failing", ReportOptions(width=120)),
    "failing.quiet.txt": ("text", "failing", ReportOptions(verbosity=-1)),
    "failing.verbose.txt": ("text", "failing", ReportOptions(verbosity=1)),
    "failing.colour.txt": ("text", "failing", ReportOptions(colour=True)),
    **{f"{name}.100.txt": ("text", name, ReportOptions()) for name in SITUATIONS},
    **{f"{name}.md": ("markdown", name, ReportOptions()) for name in SITUATIONS if name != "many-findings"},
    "failing.sarif": ("sarif", "failing", ReportOptions()),
    "failing.junit.xml": ("junit", "failing", ReportOptions()),
    "failing.github.txt": ("github", "failing", ReportOptions()),
    "failing.gitlab.json": ("gitlab", "failing", ReportOptions()),
    "failing.csv": ("csv", "failing", ReportOptions()),
    "failing.tap": ("tap", "failing", ReportOptions()),
    "failing.html": ("html", "failing", ReportOptions()),
    "mixed-prices.html": ("html", "mixed-prices", ReportOptions()),
    "summed.html": ("html", "summed", ReportOptions()),
}


def rendered(name: str) -> str:
    """What the file of that name must hold."""
    form, situation, options = GOLDEN[name]
    return REPORTERS.get(form).render(SITUATIONS[situation](), options)
