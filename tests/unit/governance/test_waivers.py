"""Waivers: what they cover, when they end, how far their money reaches, and what is said of those that are of no use."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.governance.matters import ROOT, TODAY, matter, scene

from spendgate.documents import read_yaml_text
from spendgate.errors import InputError, SettingsError
from spendgate.governance.matter import Matter
from spendgate.governance.waivers import apply_waivers, read_waivers
from spendgate.model.finding import Verdict

TERMS = "owner: ml, reason: r, expires: 2026-12-31"


def applied(text: str, *matters: Matter, **more: Any) -> tuple[list[Matter], list[str]]:
    waivers = read_waivers(read_yaml_text(f"waivers:\n{text}\n", "w.yaml"))
    done = apply_waivers(matters, waivers, scene(*matters, **more), more.pop("today", TODAY))
    return list(done.matters), [problem.message for problem in done.problems]


def covers(entry: str, each: Matter) -> bool:
    return applied(f"  - {{{entry}, {TERMS}}}", each)[0][0].finding.verdict is Verdict.EXCEPTED


MODULE = 'module.ml["eu"].module.pool[2].aws_instance.gpu["a.b"]'
PATTERNS = {
    "the address itself": ("policy: GPU-001, address: 'aws_instance.a[0]'", matter(), True),
    "any count": ("policy: GPU-001, address: 'aws_instance.a[*]'", matter(), True),
    "an address without its count is another": ("policy: GPU-001, address: aws_instance.a", matter(), False),
    "another count": ("policy: GPU-001, address: 'aws_instance.a[1]'", matter(), False),
    "any module": ("policy: GPU-001, address: 'module.*.aws_instance.gpu[*]'", matter(MODULE), True),
    "one key of a module": ("policy: GPU-001, address: 'module.ml[\"eu\"].*'", matter(MODULE), True),
    "another key of a module": ("policy: GPU-001, address: 'module.ml[\"us\"].*'", matter(MODULE), False),
    "brackets are no set of signs": ("policy: GPU-001, address: 'aws_instance.[a][0]'", matter(), False),
    "another policy": ("policy: GPU-002, address: 'aws_instance.a[0]'", matter(), False),
    "a pack by its prefix": ("policy: GPU-*, address: 'aws_instance.a[0]'", matter(), True),
    "its root": ("policy: GPU-001, address: '*a[0]', root: envs/*", matter(), True),
    "another root": ("policy: GPU-001, address: '*a[0]', root: envs/prod/*", matter(), False),
    "what is unknown": ("policy: GPU-001, address: '*a[0]'", matter(verdict=Verdict.UNKNOWN), True),
    "an error is never waived": ("policy: GPU-001, address: '*a[0]'", matter(verdict=Verdict.ERROR), False),
    "the whole change by its word": ("policy: BUD-001, address: change", matter("", "BUD-001"), True),
    "the whole change by no star": ("policy: BUD-001, address: '*'", matter("", "BUD-001"), False),
    "money within the ceiling": ("policy: GPU-001, address: '*a[0]', up_to: 100 USD", matter(), True),
    "money beyond the ceiling": ("policy: GPU-001, address: '*a[0]', up_to: 99.99 USD", matter(), False),
    "money that is not known": ("policy: GPU-001, address: '*a[0]', up_to: 500 USD", matter(added=None), False),
    "a saving": ("policy: GPU-001, address: '*a[0]', up_to: 0 USD", matter(added="-50"), True),
    "another currency": ("policy: GPU-001, address: '*a[0]', up_to: 500 EUR", matter(), False),
}


@pytest.mark.parametrize("name", PATTERNS)
def test_covers(name: str) -> None:
    entry, each, wanted = PATTERNS[name]
    assert covers(entry, each) is wanted


def test_a_ceiling_is_for_everything_that_the_waiver_covers() -> None:
    each = f"  - {{policy: GPU-001, address: 'aws_instance.a[*]', up_to: 150 USD, {TERMS}}}"
    both, _ = applied(each, matter("aws_instance.a[0]"), matter("aws_instance.a[1]"))
    assert [m.finding.verdict for m in both] == [Verdict.FAIL, Verdict.FAIL]
    assert "reaches up to 150.00 USD a month, and 200.00 USD would be added" in both[0].finding.message
    one, _ = applied(each, matter("aws_instance.a[0]"), matter("aws_instance.a[0]", path="accel.models"))
    assert [m.finding.verdict for m in one] == [Verdict.EXCEPTED, Verdict.EXCEPTED]


def test_what_is_waived_keeps_its_fingerprint_and_says_who_and_until_when() -> None:
    was = matter()
    (now,), _ = applied(f"  - {{policy: GPU-001, address: 'aws_instance.a[0]', id: W-1, ticket: ML-7, {TERMS}}}", was)
    assert now.finding.fingerprint == was.finding.fingerprint
    assert now.finding.waiver == "W-1: ml until 2026-12-31: r (ML-7)"
    assert now.finding.details["waiver"]["owner"] == "ml"


@given(st.integers(-400, 400))
def test_the_last_day_belongs_to_the_waiver(days: int) -> None:
    entry = "  - {policy: GPU-001, address: 'aws_instance.a[0]', owner: ml, reason: r, expires: 2026-12-31}"
    waivers = read_waivers(read_yaml_text(f"waivers:\n{entry}\n", "w.yaml"))
    last = waivers[0].term.last_day
    done = apply_waivers([matter()], waivers, scene(matter()), last + timedelta(days=days))
    finding = done.matters[0].finding
    assert (finding.verdict is Verdict.EXCEPTED) is (days <= 0)
    if days > 0:
        assert f"ended on 2026-12-31, {days} day{'' if days == 1 else 's'} ago" in finding.message
        assert any("it is not honoured" in problem.message for problem in done.problems)


ONE = f"  - {{policy: GPU-001, address: 'aws_instance.a[0]', {TERMS}}}"
SAID = {
    "nothing of a good one": (ONE, [matter()], []),
    "unused, though the resource is there": (
        ONE.replace("GPU-001", "BUD-001"),
        [matter()],
        ["The waiver of ml for BUD-001 on aws_instance.a[0] is not used: remove it"],
    ),
    "nothing, when the resource is in another run": (ONE.replace("a[0]", "z[0]"), [matter()], []),
    "unused, when its root is here": (
        ONE.replace("owner", f"root: {ROOT}, owner").replace("a[0]", "z[0]"),
        [matter()],
        ["The waiver of ml for GPU-001 on aws_instance.z[0] is not used: remove it"],
    ),
    "nothing, when its policy is not loaded": (ONE.replace("GPU-001", "TAG-001"), [matter()], []),
    "double": (
        f"{ONE}\n{ONE}",
        [matter()],
        ["The waiver of ml covers nothing that the one on line 2 does not: remove one"],
    ),
    "broad": (
        ONE.replace("aws_instance.a[0]", "*"),
        [matter()],
        ["The waiver of ml covers nearly anything: name the policy and the address"],
    ),
    "too long": (
        ONE.replace("2026-12-31", "2028-01-01"),
        [matter()],
        ["The waiver of ml runs for 403 more days; 180 are the most to grant"],
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_says(name: str) -> None:
    text, matters, said = SAID[name]
    assert applied(text, *matters)[1] == said


MISTAKES = {
    "no list": ("waivers: {a: 1}", "w.yaml:1: waivers must be a list"),
    "another file": ("packs: [gpu]", "holds no waivers"),
    "an unknown key": (ONE.replace("owner", "ownr"), r"w.yaml:2: unknown key 'ownr' \(did you mean owner\?\)"),
    "no owner": (ONE.replace("owner: ml, ", ""), "w.yaml:2: an entry of waivers lacks owner"),
    "no last day": (ONE.replace(", expires: 2026-12-31", ""), "lacks expires"),
    "a day that is none": (ONE.replace("2026-12-31", "never"), "w.yaml:2: expires: 'never' is no date"),
    "money without a currency": (ONE.replace("owner", "up_to: 500, owner"), "500 is no money"),
    "money below zero": (ONE.replace("owner", "up_to: -5 USD, owner"), "is below zero"),
    "an entry that is no map": ("  - GPU-001", "w.yaml:2: an entry of waivers is a map of keys"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_have_their_line(name: str) -> None:
    text, said = MISTAKES[name]
    whole = text if not text.startswith("  -") else f"waivers:\n{text}\n"
    with pytest.raises(SettingsError, match=said):
        read_waivers(read_yaml_text(whole, "w.yaml"))


@given(st.text(alphabet="waivers:-{}[], policy'\"*\n 0123456789", max_size=120))
def test_odd_files_end_in_an_error_for_the_user(text: str) -> None:
    try:
        read_waivers(read_yaml_text(text, "w.yaml"))
    except (SettingsError, InputError) as error:
        assert error.file == "w.yaml"  # noqa: PT017 - most texts are refused, the rest are read
