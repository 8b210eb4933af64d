"""The baseline: what is known stays known until it gets worse; what is new is never known."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.governance.matters import TODAY, matter, scene

from spendgate.errors import InputError, SettingsError
from spendgate.governance.baseline import Baseline, Known, apply_baseline, baseline_of, dump, load_baseline
from spendgate.governance.fingerprint import plain_text
from spendgate.governance.matter import Matter
from spendgate.model.finding import Verdict


def known(each: Matter, count: int = 1) -> Known:
    found = each.finding
    cost = str(found.cost_monthly) if found.cost_monthly is not None else None
    return Known(
        found.fingerprint,
        each.root,
        found.policy,
        found.address,
        found.path or "",
        plain_text(found.actual),
        cost,
        count,
    )


def baseline(*matters: Matter) -> Baseline:
    return baseline_of(TODAY, [known(each) for each in matters])


THERE = matter(cost_monthly=Decimal(1000))
NOW = {
    "the same": (THERE, Verdict.EXCEPTED, None),
    "another address": (matter("aws_instance.b"), Verdict.FAIL, None),
    "another root": (matter(root="envs/prod/plan.json", cost_monthly=Decimal(1000)), Verdict.FAIL, None),
    "another policy": (matter(policy_id="BUD-001"), Verdict.FAIL, None),
    "closer to what is demanded": (matter(actual=6, cost_monthly=Decimal(1000)), Verdict.EXCEPTED, None),
    "further away": (matter(actual=9, cost_monthly=Decimal(1000)), Verdict.FAIL, "accel.count was 8 and is 9"),
    "another text": (matter(actual="H100", expected="T4"), Verdict.FAIL, None),
    "a little dearer, as prices move": (matter(cost_monthly=Decimal(1100)), Verdict.EXCEPTED, None),
    "much dearer": (
        matter(cost_monthly=Decimal("1100.01")),
        Verdict.FAIL,
        "it cost 1,000.00 USD a month and costs 1,100.01",
    ),
    "cheaper": (matter(cost_monthly=Decimal(1)), Verdict.EXCEPTED, None),
    "of a cost that is no longer known": (matter(), Verdict.EXCEPTED, None),
    "unknown now": (matter(verdict=Verdict.UNKNOWN), Verdict.UNKNOWN, None),
    "waived already": (matter(verdict=Verdict.EXCEPTED), Verdict.EXCEPTED, None),
}


@pytest.mark.parametrize("name", NOW)
def test_of_what_was_recorded(name: str) -> None:
    now, verdict, said = NOW[name]
    done = apply_baseline([now], baseline(THERE), scene(now)).matters[0].finding
    assert done.verdict is verdict
    assert said is None or f"It is worse than the baseline of 2026-11-24: {said}." in done.message


def test_what_the_whole_change_adds_is_never_known() -> None:
    whole = matter("", "BUD-001", actual=Decimal(9000), expected="2000 USD")
    done = apply_baseline([whole], baseline(whole), scene(whole))
    assert done.matters[0].finding.verdict is Verdict.FAIL


def test_a_budget_that_was_over_its_line_fails_again_with_each_change_that_adds_to_it() -> None:
    recorded = matter("tags.team=ml", "BUD-001", actual=Decimal(1200), expected="1000 USD", path="group.after_monthly")
    same, more, less = (
        matter("tags.team=ml", "BUD-001", actual=Decimal(amount), expected="1000 USD", path="group.after_monthly")
        for amount in (1200, 1300, 1100)
    )
    verdicts = [
        apply_baseline([each], baseline(recorded), scene(each)).matters[0].finding.verdict
        for each in (same, more, less)
    ]
    assert verdicts == [Verdict.EXCEPTED, Verdict.FAIL, Verdict.EXCEPTED]


def test_more_of_the_same_than_were_recorded_is_worse() -> None:
    done = apply_baseline([THERE, THERE], baseline(THERE), scene(THERE))
    assert [each.finding.verdict for each in done.matters] == [Verdict.EXCEPTED, Verdict.FAIL]
    assert "there are more of it than the 1 that were recorded" in done.matters[1].finding.message


def test_what_is_gone_is_said_for_this_root_alone() -> None:
    elsewhere = matter(root="envs/prod/plan.json")
    done = apply_baseline([], baseline(THERE, elsewhere), scene())
    assert [problem.message for problem in done.problems] == [
        "the baseline holds 1 finding that are no longer there: spendgate baseline prune removes them"
    ]


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20), st.integers(1, 9)), max_size=8))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, int]]
) -> None:
    found = [
        Known(f"{number:032x}", root, "GPU-001", address, count=count)
        for number, (root, address, count) in enumerate(rows)
    ]
    path = tmp_path_factory.getbasetemp() / "baseline.json"
    written = dump(baseline_of(TODAY, found))
    path.write_text(written, encoding="utf-8", errors="surrogatepass")
    again = load_baseline(str(path))
    assert set(again.findings) == set(found)
    assert dump(again) == written


def test_order_of_findings_does_not_matter() -> None:
    found = [known(matter(f"aws_instance.{name}")) for name in "abc"]
    assert dump(baseline_of(TODAY, found)) == dump(baseline_of(TODAY, reversed(found)))


WRONG = {
    "another version": '{"version": 2, "recorded": "2026-11-24", "findings": []}',
    "no findings": '{"version": 1, "recorded": "2026-11-24"}',
    "a list": "[]",
    "no date": '{"version": 1, "recorded": "soon", "findings": []}',
    "a finding without a fingerprint": '{"version": 1, "recorded": "2026-11-24", "findings": [{"root": "a"}]}',
    "a finding with another key": '{"version": 1, "recorded": "2026-11-24", "findings": [{"fingerprint": "a", "x": 1}]}',
    "a cost that is none": (
        '{"version": 1, "recorded": "2026-11-24", "findings": [{"fingerprint": "a", "root": "", "policy": "", '
        '"address": "", "cost_monthly": "much"}]}'
    ),
    "cut off": '{"version": 1, "rec',
    "empty": "",
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_baseline_is_named(name: str, tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    path.write_text(WRONG[name], encoding="utf-8")
    with pytest.raises((SettingsError, InputError)) as caught:
        load_baseline(str(path))
    assert caught.value.file == str(path)
