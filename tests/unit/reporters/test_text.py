"""What a terminal report says, and what it must never say."""

from __future__ import annotations

import re

import msgspec
import pytest
from tests.unit.reporters import situations
from tests.unit.reporters.reports import D, change, finding, report, span, totals
from tests.unit.reporters.situations import SITUATIONS, USAGE

from spendgate.ports import ReportOptions
from spendgate.reporters import REPORTERS
from spendgate.wire.v1 import Cost, Range, Report, UnpricedPart

LAST_LINE = re.compile(
    r"(no policies|[\d,]+ polic(y|ies)) on [\d,]+ resources?: [^|]+ \| [^|]+ \| "
    r"(no billable resources|\d+% of resources priced)(, [\d,]+ needs? usage)?, (prices of \S+|no price book)"
)


def text(of: Report, width: int = 100, verbosity: int = 0) -> str:
    return REPORTERS.get("text").render(of, ReportOptions(width=width, verbosity=verbosity))


def last_line(of: Report) -> str:
    return text(of).splitlines()[-1]


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_last_line_has_one_form(name: str) -> None:
    assert LAST_LINE.fullmatch(last_line(SITUATIONS[name]()))


def test_the_last_line_is_the_agreed_one() -> None:
    fails = [finding("GPU-001", f"a.b{n}", "no") for n in range(3)]
    rest = [
        finding("TAG-001", "a.c", "no"),
        finding("STO-001", "a.d", "no", "excepted", waiver="W"),
        finding("STO-001", "a.e", "no", "excepted", waiver="W"),
        *(finding("SIZE-001", f"a.f{n}", "?", "unknown", on_unknown="warn") for n in range(4)),
    ]
    cost = Cost(span("0"), span("1240.10"), span("310", "1240.10", "2900"), D("0.969"))
    made = report("fail", 1, [change("a.b", "create", None, span("1240.10"))], [*fails, *rest], cost=cost)
    counts = msgspec.structs.replace(made.counts, policies=12, judged=340)
    assert last_line(msgspec.structs.replace(made, counts=counts)) == (
        "12 policies on 340 resources: 3 failed, 1 warned, 2 waived, 4 unknown | "
        "+$1,240.10/mo (low 310.00, high 2,900.00) | 96% of resources priced, prices of 2026-07-30"
    )


DELTAS = {
    "a delete leads with its sign": (Cost(span("20"), span("0"), span("-20"), D(1)), "-$20.00/mo"),
    "nothing is plus nothing": (Cost(span("5"), span("5"), span("0"), D(1)), "+$0.00/mo"),
    "nothing beside parts that need usage says so": (
        Cost(span("0"), span("0"), span("0"), D(0), needs_usage=1),
        "+$0.00/mo before usage",
    ),
    "less than half a cent is not nothing": (Cost(span("0"), span("0.001"), span("0.001"), D(1)), "+$<0.01/mo"),
    "a range shows both ends": (
        Cost(span("0"), span("0", "7", "Infinity"), span("0", "7", "Infinity"), D(1)),
        "+$7.00/mo (low 0.00, high unbounded)",
    ),
    "an addition without a price leaves a lower bound": (
        Cost(span("0"), span("9"), span("9"), D("0.5"), delta_complete=False, delta_at_least=D(9)),
        "at least +$9.00/mo",
    ),
    "a removal without a price leaves an upper bound": (
        Cost(span("9"), span("0"), span("-9"), D("0.5"), delta_complete=False, delta_at_most=D(-9)),
        "at most -$9.00/mo",
    ),
    "two bounds": (
        Cost(span("9"), span("0"), span("1"), D("0.5"), delta_complete=False, delta_at_most=D(9), delta_at_least=D(-3)),
        "between -$3.00 and +$9.00/mo",
    ),
    "a bound of nothing says nothing": (
        Cost(span("0"), span("0"), span("0"), D(0), delta_complete=False, delta_at_least=D(0)),
        "cost delta not known",
    ),
    "no bound names what is known": (
        Cost(span("0"), span("3"), span("3"), D("0.5"), delta_complete=False),
        "cost delta not known (priced parts +$3.00/mo)",
    ),
    "no amount at all": (Cost(Range(), Range(), Range(), None), "cost delta not known"),
}


@pytest.mark.parametrize(("cost", "said"), DELTAS.values(), ids=DELTAS)
def test_the_delta_says_as_much_as_is_known(cost: Cost, said: str) -> None:
    assert last_line(report("pass", 0, [], cost=cost)).split(" | ")[1] == said


COVERAGE = {
    "all": (D(1), "100% of resources priced"),
    "almost all is not all": (D("0.9999"), "99% of resources priced"),
    "hardly any is not none": (D("0.0001"), "1% of resources priced"),
    "none": (D(0), "0% of resources priced"),
    "nothing to price": (None, "no billable resources"),
}


@pytest.mark.parametrize(("share", "said"), COVERAGE.values(), ids=COVERAGE)
def test_coverage_is_rounded_down(share: D | None, said: str) -> None:
    made = report("pass", 0, [], cost=Cost(span("0"), span("0"), span("0"), share))
    assert last_line(made).split(" | ")[2].startswith(said)


@pytest.mark.parametrize(
    "made",
    [
        situations.unchanged(),
        report("pass", 0, []),
        report("pass", 0, [change("a.b", "create", None, span("1"))], policies=()),
    ],
    ids=["plan without changes", "empty input", "no policy"],
)
def test_what_was_not_judged_never_shows_as_a_pass(made: Report) -> None:
    for verbosity in (-1, 0, 1):
        shown = text(made, verbosity=verbosity)
        assert "NOTHING JUDGED: " in shown
        assert "PASS" not in shown
        assert "nothing was judged" in shown.splitlines()[-1]
    assert "✅" not in REPORTERS.get("markdown").render(made, ReportOptions())
    assert "PASS" not in REPORTERS.get("html").render(made, ReportOptions())


@pytest.mark.parametrize("state", ["unpriced", "unsupported", "needs-usage"])
@pytest.mark.parametrize("action", ["create", "delete", "update"])
@pytest.mark.parametrize("form", ["text", "markdown", "github"])
def test_no_amount_never_shows_as_zero(state: str, action: str, form: str) -> None:
    states = {"create": ("none", state), "delete": (state, "none"), "update": (state, state)}[action]
    kind = "needs-usage" if state == "needs-usage" else "unpriced"
    part = UnpricedPart("machine", "no price", kind)
    one = change("aws_thing.x", action, None, None, states=states, unpriced=[part])
    at_least = D(0) if action == "create" else None
    cost = totals([one], delta_complete=kind == "needs-usage", delta_at_least=at_least)
    shown = REPORTERS.get(form).render(report("undetermined", 3, [one], cost=cost), ReportOptions(verbosity=1))
    assert "$0.00" not in shown.replace("+$0.00/mo before usage", "")
    if form == "text":
        row = next(line for line in shown.splitlines() if "aws_thing.x" in line)
        assert "0.00" not in row
        assert kind.replace("-", " ") in row


def test_quiet_keeps_the_decision_the_findings_and_the_last_line() -> None:
    shown = text(situations.failing(), verbosity=-1)
    assert shown.startswith("FAIL: ")
    assert "GPU-001" in shown
    assert LAST_LINE.fullmatch(shown.splitlines()[-1])
    assert "Cost per month" not in shown
    assert "Matched nothing" not in shown


def test_verbose_leaves_nothing_out() -> None:
    made = situations.many_findings()
    assert "more findings" in text(made)
    shown = text(made, width=120, verbosity=1)
    assert "more findings" not in shown
    assert all(one.address in shown for one in made.findings)


def test_each_line_item_names_its_rate_and_its_source() -> None:
    shown = text(situations.failing())
    assert "730 hours x $32.7726" in shown
    assert "730 hours x $1.006" in shown
    assert "AWS price list of 2026-07-30" in shown


def test_an_unknown_names_what_it_waits_for() -> None:
    assert "Not known: accel.models is known only after apply; it must be within T4, L4" in text(
        situations.undetermined()
    )


@pytest.mark.parametrize("name", SITUATIONS)
def test_colour_adds_nothing_but_colour(name: str) -> None:
    made = SITUATIONS[name]()
    coloured = REPORTERS.get("text").render(made, ReportOptions(colour=True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == text(made)
    assert "\x1b" not in text(made)


def test_a_name_cannot_give_orders_to_a_runner() -> None:
    made = report("fail", 1, [], [finding("GPU-001", "a.b", "x " * 46 + "::error title=forged::1 ##[error]no")])
    assert not re.search(r"^\s*(::|##\[)", text(made, width=100), re.MULTILINE)


def test_what_needs_usage_is_counted_and_says_how_to_give_it() -> None:
    queue = change("aws_sqs_queue.q", "create", None, None, states=("none", "needs-usage"), unpriced=[USAGE])
    shown = text(report("pass", 0, [queue]))
    assert "Needs usage: 1 resource" in shown
    assert "--usage-file" in shown
    assert "requests_per_month" in text(report("pass", 0, [queue]), verbosity=1)


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_the_cost_of_a_finding_is_a_lower_bound_when_a_part_has_no_price(form: str) -> None:
    part = UnpricedPart("machine", "no price")
    one = change("aws_x.a", "create", None, span("8"), states=("none", "partial"), unpriced=[part])
    found = finding("GPU-001", "aws_x.a", "no", cost_monthly=D(8))
    shown = REPORTERS.get(form).render(report("fail", 1, [one], [found]), ReportOptions())
    assert "≥$8.00" in shown
