"""What a resource would cost as something else, asked of real plans with the shipped prices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.policies.manifests import deployment, manifest, pod
from tests.policies.plans import plan
from tests.policies.plans import resource as r
from tests.unit.pipeline.what_if_machines import GPUS, TODAY, asked, machine

from spendgate.costing.what_if import _day
from spendgate.model.alternative import Terms, Wanted
from spendgate.model.values import Unknown

D = Decimal


def found(answer: Mapping[str, Any] | Unknown | None) -> Mapping[str, Any]:
    assert isinstance(answer, Mapping), answer
    return answer


CHEAPEST: dict[str, tuple[str, Wanted, Mapping[str, Any]]] = {
    "an allowed accelerator with as much memory": (
        "v100",
        Wanted(accelerators=("T4", "L4"), like=(("accelerator_memory_gib", D(1)),)),
        {"machine": "g4dn.xlarge", "accelerator": "T4", "region": "us-east-1", "accelerators": 1},
    ),
    "several small ones for a large one": (
        "google",
        Wanted(accelerators=("L4",), like=(("accelerator_memory_gib", D(1)),)),
        {"machine": "g2-standard-24", "accelerators": 2},
    ),
    "in place of a GPU that is attached": (
        "google with an attached gpu",
        Wanted(accelerators=("L4",), like=(("accelerators", D(1)),)),
        {"machine": "g2-standard-4", "accelerator": "L4"},
    ),
    "on the price list of the service": (
        "notebook",
        Wanted(accelerators=("T4",), like=(("accelerators", D(1)),)),
        {"machine": "ml.g4dn.xlarge"},
    ),
    "a machine without any": (
        "pool",
        Wanted(accelerators=(), families=("m6i",), like=(("vcpu", D(1)), ("memory_gib", D(1)))),
        {"machine": "m6i.12xlarge", "accelerator": "none"},
    ),
    "a smaller size of the family": (
        "two disks",
        Wanted(accelerators=(), families=("same",), like=(("vcpu", D("0.25")), ("memory_gib", D("0.2")))),
        {"machine": "m5.xlarge", "hourly": D("0.192")},
    ),
    "of another provider": (
        "azure",
        Wanted(accelerators=("same",), providers=("google",), regions="^us-", egress_gb=D(0)),
        {"provider": "google", "accelerator": "A100-80GB"},
    ),
    "where the grid is clean": (
        "v100",
        Wanted(machine="same", regions=".*", max_grid_g_per_kwh=D(200)),
        {"machine": "p3.2xlarge", "region": "us-west-2"},
    ),
}


@pytest.mark.parametrize("name", CHEAPEST)
def test_the_cheapest_that_would_do(name: str, tmp_path: Path) -> None:
    which, wanted, expected = CHEAPEST[name]
    answer = found(machine(tmp_path, which).cheapest(wanted))
    assert {key: answer[key] for key in expected} == expected
    assert answer["monthly"] > 0


def test_the_new_price_is_what_the_machine_itself_would_cost(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    wanted = Wanted(accelerators=("T4",), like=(("accelerators", D(1)),))
    answer = found(machine(tmp_path, "v100").cheapest(wanted))
    other = asked(tmp_path / "other", plan(r("aws_instance.a", instance_type=answer["machine"])))
    itself = found(other.cheapest(Wanted(machine="same", regions="^us-east-1$")))
    assert answer["monthly"] == itself["monthly"]
    assert itself["saving_monthly"] == 0


NOTHING: dict[str, tuple[str, Wanted]] = {
    "nothing holds as much": ("v100", Wanted(accelerators=("T4",), at_least=(("accelerator_memory_gib", D(9000)),))),
    "no accelerator of that name": ("v100", Wanted(accelerators=("X1",))),
    "nothing has accelerators": ("two disks", Wanted(accelerators=("L4",))),
    "a bucket is no machine": ("bucket", Wanted(machine="same", regions=".*")),
    "no region of that name": ("v100", Wanted(machine="same", regions="^moon-")),
    "nothing is that cheap": ("v100", Wanted(accelerators=("T4",), max_price_ratio=D("0.01"))),
}


@pytest.mark.parametrize("name", NOTHING)
def test_that_nothing_would_do_is_an_answer(name: str, tmp_path: Path) -> None:
    which, wanted = NOTHING[name]
    assert machine(tmp_path, which).cheapest(wanted) is None


NOT_KNOWN: dict[str, tuple[str, Wanted, str]] = {
    "the type comes after apply": ("type after apply", Wanted(accelerators=GPUS), "known only after apply"),
    "the shape is not in the catalogue": (
        "a type that nobody prices",
        Wanted(machine="same", regions=".*"),
        "not known",
    ),
}


@pytest.mark.parametrize("name", NOT_KNOWN)
def test_what_is_not_known_has_a_reason(name: str, tmp_path: Path) -> None:
    which, wanted, said = NOT_KNOWN[name]
    answer = machine(tmp_path, which).cheapest(wanted)
    assert isinstance(answer, Unknown)
    assert said in answer.reason


def test_a_machine_that_would_do_and_has_no_price_here_is_not_nothing(tmp_path: Path) -> None:
    here = plan(r("aws_instance.a", instance_type="g5.xlarge"), regions={"aws": {"region": "sa-east-1"}})
    answer = asked(tmp_path, here).cheapest(Wanted(accelerators=("H200",)))
    assert isinstance(answer, Unknown)
    assert answer.reason == "no price of p5en.48xlarge is known for sa-east-1"


def test_moving_data_counts_and_its_absence_is_said(tmp_path: Path) -> None:
    wanted = Wanted(machine="same", regions="^us-west-2$", egress_gb=D(100))
    answer = found(machine(tmp_path, "v100").cheapest(wanted))
    assert answer["egress_monthly"] == D(2), "two cents a gigabyte between regions"
    assert answer["monthly"] > answer["hourly"] * 730
    unsaid = Wanted(machine="same", regions="^us-west-2$", egress_gb=Unknown("tags.data-gb is not stated"))
    gap = found(machine(tmp_path, "v100").cheapest(unsaid))
    assert isinstance(gap["monthly"], Unknown)
    assert gap["price_ratio"] == 1


def test_a_commitment_is_paid_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "rates.yaml").write_text(
        "commitments:\n  - {name: plan, kind: savings-plan, provider: aws, service: machine, covers_percent: 50, "
        "new_percent: 50, discount_percent: 30}\n",
        encoding="utf-8",
    )
    here = machine(tmp_path, "v100", rates=str(tmp_path / "rates.yaml"))
    for answer in (here.cheapest(Wanted(accelerators=("T4",))), here.repriced(Terms(hours_per_week=D(40)))):
        assert isinstance(answer, Unknown)
        assert "commitment" in answer.reason


def test_a_negotiated_rate_counts(tmp_path: Path) -> None:
    (tmp_path / "rates.yaml").write_text(
        "discounts:\n  - {provider: aws, item: 'g6.*', percent: 60}\n", encoding="utf-8"
    )
    wanted = Wanted(accelerators=("T4", "L4"), like=(("accelerators", D(1)),))
    assert found(machine(tmp_path, "v100").cheapest(wanted))["machine"] == "g4dn.xlarge"
    ours = found(machine(tmp_path, "v100", rates=str(tmp_path / "rates.yaml")).cheapest(wanted))
    assert ours["machine"] == "g6.xlarge"


def test_a_pod_pays_the_share_of_a_node_that_it_takes(tmp_path: Path) -> None:
    work = manifest(deployment(pod("--model=meta/llama-8b", gpus=1, node="A100", image="vllm/vllm-openai:v0.8.0")))
    answer = found(asked(tmp_path, work).cheapest(Wanted(accelerators=("L4",), like=(("accelerators", D(1)),))))
    assert answer["machine"] == "g6.xlarge", "not a large node whose processors nobody would use"
    assert answer["saving_monthly"] > 0


REPRICED: dict[str, tuple[str, Terms, str]] = {
    "office hours": ("v100", Terms(hours_per_week=D(60)), "Machine"),
    "spot": ("v100", Terms(spot_share=D(1)), "Machine"),
    "fewer machines": ("pool", Terms(desired=D("1.2")), "Machine"),
    "another disk": ("disk", Terms(disks=(("gp2", "gp3"),)), "storage"),
    "disks of a machine": ("two disks", Terms(disks=(("gp2", "gp3"), ("io1", "gp3"))), ""),
}


@pytest.mark.parametrize("name", REPRICED)
def test_a_fix_is_priced_again(name: str, tmp_path: Path) -> None:
    which, terms, line = REPRICED[name]
    answer = found(machine(tmp_path, which).repriced(terms))
    saving = answer["saving_monthly"]["expected"]
    assert saving > 0
    assert sum(each["saving"] for each in answer["lines"]) == pytest.approx(saving)
    assert all(0 < each["saving"] <= each["monthly"] for each in answer["lines"])
    if line:
        others = {each["line"].lower().partition(" (")[0] for each in answer["lines"]} - {line.lower()}
        assert all(each.endswith("storage") for each in others), "disks go with machines that are given back"


def test_disks_stay_when_a_machine_stops(tmp_path: Path) -> None:
    answer = found(machine(tmp_path, "two disks").repriced(Terms(hours_per_week=D(0))))
    assert answer["monthly"]["expected"] > 0
    assert all(each["line"].startswith("Machine") for each in answer["lines"])


def test_whole_machines_are_given_back(tmp_path: Path) -> None:
    pool = machine(tmp_path, "pool")
    two, three = (found(pool.repriced(Terms(desired=D(count))))["monthly"]["expected"] for count in ("2", "2.1"))
    assert three == two / 2 * 3


NOT_REPRICED: dict[str, tuple[str, Terms, str]] = {
    "no price": ("a type that nobody prices", Terms(hours_per_week=D(60)), "no price"),
    "type after apply": ("type after apply", Terms(spot_share=D(1)), "known only after apply"),
    "no spot price": ("notebook", Terms(spot_share=D(1)), "spot"),
    "nothing to price": ("bucket", Terms(hours_per_week=D(60)), "depends on use"),
}


@pytest.mark.parametrize("name", NOT_REPRICED)
def test_a_missing_price_is_no_saving_of_nothing(name: str, tmp_path: Path) -> None:
    which, terms, said = NOT_REPRICED[name]
    answer = machine(tmp_path, which).repriced(terms)
    assert isinstance(answer, Unknown), answer
    assert said in answer.reason


def test_hours_that_use_states_are_not_those_of_a_schedule(tmp_path: Path) -> None:
    (tmp_path / "usage.yaml").write_text("resource_usage:\n  aws_instance.a:\n    monthly_hrs: 200\n", encoding="utf-8")
    answer = machine(tmp_path, "v100", usage_file=str(tmp_path / "usage.yaml")).repriced(Terms(hours_per_week=D(60)))
    assert isinstance(answer, Unknown)
    assert "usage file" in answer.reason


def test_prices_have_an_age(tmp_path: Path) -> None:
    rates = machine(tmp_path, "v100").rates()
    assert isinstance(rates, Mapping)
    assert rates["age_days"] == (TODAY - rates["oldest"]).days
    assert machine(tmp_path, "bucket").rates() is None


DAYS = {
    "2026-07-20": date(2026, 7, 20),
    "2019-04": date(2019, 4, 1),
    "2025-11+": date(2025, 11, 1),
    "undated(2025+)": None,
    "": None,
}


@pytest.mark.parametrize("text", DAYS)
def test_the_day_of_a_price_as_lists_write_it(text: str) -> None:
    assert _day(text) == DAYS[text]


def test_the_grid_of_a_region(tmp_path: Path) -> None:
    grid = machine(tmp_path, "v100").grid()
    assert isinstance(grid, Mapping)
    assert (grid["region"], grid["g_per_kwh"] > 0) == ("us-east-1", True)
