"""The page: self-contained, complete without scripts, and deaf to what names would like it to do."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.reporters import situations
from tests.unit.reporters.reports import change, report, span
from tests.unit.reporters.situations import SITUATIONS
from tests.unit.reporters.test_markdown import Tags

from spendgate.ports import ReportOptions
from spendgate.reporters import REPORTERS
from spendgate.reporters.html.treemap import Box, squarify
from spendgate.wire.v1 import Report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def page(of: Report, verbosity: int = 0) -> str:
    return REPORTERS.get("html").render(of, ReportOptions(verbosity=verbosity))


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_page_is_whole_and_asks_for_nothing(name: str) -> None:
    shown = page(SITUATIONS[name]())
    found = Tags(re.sub(r"<(style|script)>.*?</\1>", "", shown, flags=re.DOTALL))
    assert not found.open
    assert not {"script", "img", "iframe", "form", "a", "object"} & set(found.seen)
    assert not {"src", "onerror", "onclick"} & found.attributes
    assert not re.search(r"url\(|@import|https?:", re.sub(r"<main>.*</main>", "", shown, flags=re.DOTALL))


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_only_script_is_the_one_that_the_page_allows(name: str) -> None:
    shown = page(SITUATIONS[name]())
    scripts = re.findall(r"<script>(.*?)</script>", shown, flags=re.DOTALL)
    assert len(scripts) == shown.count("<script") == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}';" in shown


def test_names_are_text() -> None:
    shown = page(situations.hostile())
    assert "<img" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_everything_is_in_the_page_before_any_script_runs() -> None:
    made = situations.failing()
    shown = page(made)
    for said in (
        "FAIL",
        "$178,768.29",
        "GPU-001",
        "may start A100-40GB",
        "tags is known only after apply",
        "needs usage",
    ):
        assert said in shown
    for team in ("research", "platform", "serving", "team not known yet", "no team or owner tag"):
        assert f">{team}</td>" in shown


def test_the_waterfall_ends_where_the_total_is_and_marks_what_cannot_be_compared() -> None:
    shown = page(situations.mixed_prices())
    assert "priced on one side only: not comparable" in shown
    steps = re.findall(r'<span class="amount">([^<]*)</span>', shown)
    assert steps[0] == "≥10.00"
    assert steps[-1] == "≥20.00"


def test_a_long_list_is_cut_and_says_so() -> None:
    changes = [change(f"aws_instance.n{n}", "create", None, span(str(n + 1))) for n in range(1_200)]
    assert "200 smaller changes left out" in page(report("pass", 0, changes))
    assert "left out" not in page(report("pass", 0, changes), verbosity=1)


@given(st.lists(st.floats(0.01, 1e7), min_size=1, max_size=40))
def test_the_boxes_of_a_treemap_fill_their_area_in_proportion(amounts: list[float]) -> None:
    ordered = sorted(amounts, reverse=True)
    boxes = squarify(ordered, Box(0, 0, 200, 100))
    assert len(boxes) == len(ordered)
    for amount, box in zip(ordered, boxes, strict=True):
        assert box.width * box.height == pytest.approx(20_000 * amount / sum(ordered), rel=1e-6, abs=1e-6)
        assert box.left + box.width <= 200 + 1e-6
        assert box.top + box.height <= 100 + 1e-6


@pytest.mark.service
@pytest.mark.parametrize("width", [1200, 390], ids=["desktop", "phone"])
def test_a_browser_shows_it_without_a_complaint(width: int, tmp_path: Path) -> None:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: run .ci/chromium.sh")
        pytest.skip("no Chromium: run .ci/chromium.sh")
    for name in ("failing", "hostile"):
        file = tmp_path / f"{name}.html"
        file.write_text(page(SITUATIONS[name]()), encoding="utf-8")
        flags = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync"
        done = subprocess.run(
            [CHROMIUM, *flags.split(), "--disable-component-update", "--disable-quic", "--enable-logging=stderr",
             f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width},900", "--dump-dom", file.as_uri()],
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        assert "CONSOLE" not in done.stderr
        assert done.stdout.count('type="search"') == 2
        assert '<th scope="col"><button type="button">Effect</button></th>' in done.stdout
