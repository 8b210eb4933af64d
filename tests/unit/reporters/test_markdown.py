"""A comment as a host renders it: nothing in it comes from a name, and it never outgrows its limit."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt
from tests.unit.reporters import situations
from tests.unit.reporters.reports import change, finding, report, span
from tests.unit.reporters.situations import HOSTILE, SITUATIONS

from spendgate.ports import ReportOptions
from spendgate.reporters import REPORTERS
from spendgate.reporters.markdown import MARKER, SIZE_LIMIT
from spendgate.reporters.markdown_safe import code, fenced, inline
from spendgate.wire.v1 import Problem, Report, UnpricedPart

OURS = {
    "h3",
    "p",
    "strong",
    "em",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "code",
    "br",
    "details",
    "summary",
    "sub",
}
OURS |= {"ul", "li", "pre"}


def markdown(of: Report, verbosity: int = 0) -> str:
    return REPORTERS.get("markdown").render(of, ReportOptions(verbosity=verbosity))


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.attributes: set[str] = set()
        self.comments: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in ("br", "wbr", "meta", "link", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def tags(text: str) -> Tags:
    return Tags(MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough").render(text))


@pytest.mark.parametrize("name", SITUATIONS)
@pytest.mark.parametrize("verbosity", [0, 1])
def test_a_page_holds_only_what_we_put_there(name: str, verbosity: int) -> None:
    shown = markdown(SITUATIONS[name](), verbosity)
    found = tags(shown)
    assert set(found.seen) <= OURS
    assert found.attributes <= {"style"}
    assert found.comments == [" spendgate "]
    assert found.seen.count("h3") == 1
    assert not found.open


def test_decision_and_delta_stand_in_the_first_lines() -> None:
    first = markdown(situations.failing()).splitlines()[:2]
    assert first == [MARKER, "### ❌ spendgate: FAIL | +$178,768.29/mo (low 169,768.29, high 205,768.29)"]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("how", [inline, code])
def test_a_name_stays_one_text_in_a_table_cell(name: str, how: Callable[[str], str]) -> None:
    shown = how(name)
    found = tags(f"| a | b |\n| --- | --- |\n| {shown} | end |\n")
    assert set(found.seen) <= {"table", "thead", "tbody", "tr", "th", "td", "code"}
    assert found.seen.count("td") == 2
    outside = re.sub(r"`[^`]*`|<code>.*?</code>", "", shown)
    assert not re.search(r"@\w|(?<!&)#\d|://|www\.", outside)


REFERENCES = {
    "mention": "@team",
    "issue": "#12",
    "merge request": "!12",
    "issue by word": "GH-12",
    "mail": "a@b.example",
}


@pytest.mark.parametrize("text", REFERENCES.values(), ids=REFERENCES)
def test_a_reference_is_broken_up(text: str) -> None:
    assert text not in inline(f"see {text} now")


def test_ordinary_names_stay_legible_in_the_source() -> None:
    assert code('module.a["b"].aws_instance.c[0]') == '`module.a["b"].aws_instance.c[0]`'
    assert inline("aws_instance.web_server costs 12.50") == "aws_instance.web_server costs 12.50"


def test_a_fence_is_longer_than_any_in_the_text() -> None:
    assert fenced("a\n````\nb")[0] == "`````"


def test_ten_thousand_findings_stay_under_the_limit_and_are_counted() -> None:
    names = [f"module.m{n}.aws_instance.i{n}_{'x' * 80}" for n in range(10_000)]
    changes = [change(name, "create", None, span("5")) for name in names]
    found = [
        finding("GPU-001", name, f"{name} |{'`' * 400}", remediation=f"do {n}\n" + "`" * 300)
        for n, name in enumerate(names)
    ]
    problems = [Problem("warning", f"{n} " + "|" * 900) for n in range(900)]
    shown = markdown(report("fail", 1, changes, found, problems=problems), verbosity=1)
    assert len(shown) <= SIZE_LIMIT
    rows = len(re.findall(r"^\| \*\*blocked\*\*", shown, re.MULTILINE))
    assert rows > 5
    assert f"… {10_000 - rows:,} more findings left out to keep this short." in shown
    assert "changes left out" in shown
    assert not tags(shown).open


def test_what_has_no_price_is_folded_away_but_there() -> None:
    part = UnpricedPart("p9", "no such type")
    one = change("aws_instance.x", "create", None, None, states=("none", "unpriced"), unpriced=[part])
    shown = markdown(report("undetermined", 3, [one]))
    assert "<summary>Not priced: 1 resource with parts that are in no total</summary>" in shown
    assert "- p9: no such type: `aws_instance.x`" in shown
    assert "not known after" in shown
