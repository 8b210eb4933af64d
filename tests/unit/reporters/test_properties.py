"""What holds for any report: formats cope with any text and any amount, lines fit, sizes are bounded, nothing gets out."""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import Decimal
from unicodedata import category
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.reporters.reports import change, finding, item, report, span
from tests.unit.reporters.situations import HOSTILE, SITUATIONS

from spendgate.ports import ReportOptions
from spendgate.reporters import REPORTERS
from spendgate.reporters.markdown import MARKER, SIZE_LIMIT
from spendgate.reporters.safe_text import columns
from spendgate.reporters.text import NARROWEST
from spendgate.wire import v1

WORDS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="|`*_<>@#[]()\\\n\r\x1b\x07&\"'~$:/ 東🚀\u202e\u0301ab", max_size=60),
    st.sampled_from(HOSTILE),
)
ADDRESSES = st.one_of(WORDS, st.builds(lambda name, key: f'aws_instance.{name}["{key}"]', WORDS, WORDS))
AMOUNTS = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6),
    st.sampled_from([Decimal(0), Decimal("0.001"), Decimal("Infinity")]),
)
MAYBE = st.none() | AMOUNTS
STATES = st.sampled_from(["priced", "partial", "unpriced", "needs-usage", "free", "unsupported", "none", "new-state"])
FINITE = st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**9, places=9)


@st.composite
def ranges(draw: st.DrawFn) -> v1.Range:
    expected = draw(st.none() | FINITE)
    return v1.Range(draw(MAYBE), expected, draw(MAYBE))


@st.composite
def changes(draw: st.DrawFn) -> v1.Change:
    part = v1.UnpricedPart(draw(WORDS), draw(WORDS), draw(st.sampled_from(["unpriced", "needs-usage"])))
    line = item(draw(WORDS), "1", draw(WORDS), str(draw(FINITE)), source=draw(WORDS), note=draw(WORDS))
    cost = v1.ChangeCost(
        draw(ranges()),
        draw(ranges()),
        draw(ranges()),
        items=[line],
        unpriced=[part],
        state_before=draw(STATES),
        state_after=draw(STATES),
    )
    made = change(
        draw(ADDRESSES), draw(st.sampled_from(["create", "delete", "update", "no-op"])), span("1"), span("2"), type="t"
    )
    return v1.Change(
        address=made.address,
        type=made.type,
        kind=draw(WORDS),
        provider="aws",
        region=None,
        action=made.action,
        tags={"team": draw(st.none() | WORDS)},
        facets={},
        cost=cost,
        previous_address=draw(st.none() | ADDRESSES),
    )


@st.composite
def findings(draw: st.DrawFn) -> v1.Finding:
    address = draw(ADDRESSES)
    place = st.builds(v1.Location, WORDS, st.none() | st.integers(-1, 9))
    return finding(
        draw(st.sampled_from(["TAG-001", "GPU-001"])),
        address,
        draw(st.sampled_from([address, ""])) + draw(WORDS),
        draw(st.sampled_from(["fail", "unknown", "error", "excepted"])),
        title=draw(WORDS),
        on_unknown=draw(st.none() | st.sampled_from(["block", "warn"])),
        residual=draw(st.none() | WORDS),
        remediation=draw(st.none() | WORDS),
        waiver=draw(st.none() | WORDS),
        location=draw(st.none() | place),
        cost_monthly=draw(MAYBE),
        savings_monthly=draw(MAYBE),
        fingerprint=draw(WORDS),
    )


@st.composite
def reports(draw: st.DrawFn) -> v1.Report:
    cost = v1.Cost(
        draw(ranges()),
        draw(ranges()),
        draw(ranges()),
        draw(st.none() | st.decimals(0, 1, places=4)),
        unpriced=[v1.UnpricedPart(draw(WORDS), draw(WORDS), "unpriced", draw(ADDRESSES))],
        delta_complete=draw(st.booleans()),
        delta_at_least=draw(MAYBE),
        delta_at_most=draw(MAYBE),
    )
    problem = v1.Problem(
        draw(st.sampled_from(["error", "warning", "info", "odd"])), draw(WORDS), draw(st.none() | WORDS), 3
    )
    return report(
        draw(st.sampled_from(["pass", "fail", "undetermined", "error"])),
        0,
        draw(st.lists(changes(), max_size=4)),
        draw(st.lists(findings(), max_size=4)),
        reason=draw(WORDS),
        cost=cost,
        problems=[problem],
        currency=draw(st.sampled_from(["USD", "CHF", ""])),
        inputs=[draw(WORDS)],
        workspace=draw(st.none() | WORDS),
    )


FUZZED = settings(max_examples=30, deadline=None)


@FUZZED
@given(reports(), st.integers(NARROWEST, 140), st.integers(-1, 1))
def test_no_line_is_wider_than_the_terminal_but_the_last(made: v1.Report, width: int, verbosity: int) -> None:
    shown = REPORTERS.get("text").render(made, ReportOptions(width=width, verbosity=verbosity))
    *lines, _last = shown.split("\n")[:-1]
    assert max((columns(line) for line in lines), default=0) <= width
    assert not {category(character) for line in lines for character in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@FUZZED
@given(reports())
def test_structured_formats_stay_readable_by_their_readers(made: v1.Report) -> None:
    shown = {name: reporter.render(made, ReportOptions()) for name, reporter in REPORTERS}
    assert all(text.endswith("\n") for text in shown.values())
    assert v1.decode(shown["json"].encode()) == made
    sarif = json.loads(shown["sarif"])
    assert len(sarif["runs"][0]["results"]) == len(made.findings)
    issues = json.loads(shown["gitlab"])
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == len(made.findings)
    suites = ElementTree.fromstring(shown["junit"])
    assert len(suites.findall("testsuite/testcase")) == int(suites.attrib["tests"])
    rows = list(csv.DictReader(io.StringIO(shown["csv"], newline="")))
    assert len(rows) == len(made.changes) + len(made.findings)
    commands = shown["github"].removesuffix("\n").split("\n")
    assert all(re.match(r"::(error|warning|notice) [^:]*::", command) for command in commands)
    tap = shown["tap"].split("\n")
    assert sum(line.startswith(("ok ", "not ok ")) for line in tap) == int(tap[1].removeprefix("1.."))


@FUZZED
@given(reports())
def test_a_comment_begins_with_its_marker_and_stays_under_its_limit(made: v1.Report) -> None:
    shown = REPORTERS.get("markdown").render(made, ReportOptions())
    assert shown.startswith(f"{MARKER}\n")
    assert len(shown) <= SIZE_LIMIT


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_saved_report_renders_as_the_first_one_did(name: str) -> None:
    made = SITUATIONS[name]()
    again = v1.decode(REPORTERS.get("json").render(made, ReportOptions()).encode())
    assert again == made
    for form, reporter in REPORTERS:
        assert reporter.render(again, ReportOptions()) == reporter.render(made, ReportOptions()), form
