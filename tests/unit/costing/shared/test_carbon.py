"""Energy and emissions: the worked example, the real figures, and a reason wherever a figure is missing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.aws_run import Run, aws, book

from spendgate.costing.carbon import CarbonMeter, Watts, energy_kwh
from spendgate.model.carbon import Footprint
from spendgate.model.values import Unknown
from spendgate.prices.energy import EnergyBook, machine_family

D = Decimal
METER = CarbonMeter(EnergyBook(book().path), book())


def footprint(type_: str, attributes: dict[str, Any], unknown: Any = False) -> Footprint | None:
    run = Run(aws(type_, attributes, unknown=unknown))
    return METER.footprint("aws", run.facets(), run.estimate())


def test_eight_boards_for_a_hundred_hours_as_worked_out_by_hand() -> None:
    kwh = energy_kwh(Watts(D(70), D(700)), D(8), D(100), D("0.6"), D("1.14"))
    assert round(kwh) == 409
    assert round(kwh * D("412.7") / 1000) == 169
    assert round(kwh * D("2.73") / 1000, 1) == D("1.1")


def test_a_machine_draws_the_power_of_its_parts() -> None:
    made = footprint("aws_instance", {"instance_type": "m5.large", "root_block_device": [{"volume_size": 100}]})
    assert made is not None
    grid = EnergyBook(book().path).grid("aws", "us-east-1")
    assert grid is not None
    assert grid.pue is not None
    cpu = EnergyBook(book().path).cpu("aws", "m5.large")
    assert cpu is not None
    watts = 2 * cpu.at(D("0.5")) + 8 * D("0.392")
    disk = D(100) * D(2) ** 30 / D(10) ** 12 * D("1.2")
    assert made.kwh_month == pytest.approx((watts + disk) * 730 / 1000 * grid.pue, abs=D("0.0001"))
    assert made.kg_month == pytest.approx(D(made.kwh_month) * grid.grams_per_kwh / 1000, abs=D("0.0001"))  # type: ignore[arg-type]
    assert made.embodied_kg_month == pytest.approx(D(1611) * 2 / 96 * 730 / (4 * 8766), abs=D("0.0001"))
    assert any("Skylake or Cascade Lake" in note for note in made.notes)


def test_boards_are_the_most_of_a_training_machine() -> None:
    with_boards = footprint("aws_instance", {"instance_type": "p5.48xlarge"})
    without = footprint("aws_instance", {"instance_type": "m5.24xlarge"})
    assert with_boards is not None
    assert without is not None
    assert D(with_boards.kwh_month) > 5 * D(without.kwh_month)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("machine_type", "host_kg", "vcpus", "host_vcpus"),
    [
        ("p5.48xlarge", 5700, 192, 192),
        ("g5.xlarge", 2200, 4, 192),
        ("r6i.4xlarge", 2400, 16, 128),
    ],
)
def test_a_machine_bears_its_share_of_making_its_host(
    machine_type: str, host_kg: int, vcpus: int, host_vcpus: int
) -> None:
    made = footprint("aws_instance", {"instance_type": machine_type})
    assert made is not None
    share = D(host_kg) * vcpus / host_vcpus * 730 / (4 * 8766)
    assert made.embodied_kg_month == pytest.approx(share, abs=D("0.0001"))


def test_a_host_nobody_has_published_figures_of_is_unknown() -> None:
    made = footprint("aws_instance", {"instance_type": "p5e.48xlarge"})
    assert made is not None
    assert not isinstance(made.kwh_month, Unknown)
    assert isinstance(made.embodied_kg_month, Unknown)
    assert "p5e" in made.embodied_kg_month.reason


@pytest.mark.parametrize(
    ("type_", "attributes", "unknown", "reason"),
    [
        ("aws_instance", {}, {"instance_type": True}, "known only after apply"),
        ("aws_instance", {"instance_type": "zz9.large"}, False, "the shape of zz9.large is not known"),
        ("aws_instance", {"instance_type": "g5g.xlarge", "availability_zone": "zz-west-9a"}, False, "no grid figures"),
    ],
    ids=["a type that is known later", "a type in no catalogue", "a region without a grid"],
)
def test_a_gap_is_unknown_with_its_reason(type_: str, attributes: dict[str, Any], unknown: Any, reason: str) -> None:
    made = footprint(type_, attributes, unknown)
    assert made is not None
    assert isinstance(made.kwh_month, Unknown)
    assert isinstance(made.kg_month, Unknown)
    assert reason in made.kwh_month.reason


@pytest.mark.parametrize("type_", ["aws_eip", "aws_launch_template", "aws_iam_role"])
def test_what_draws_no_power_of_its_own_has_none(type_: str) -> None:
    assert footprint(type_, {"instance_type": "m5.large"} if type_ == "aws_launch_template" else {}) is None


@pytest.mark.parametrize(
    ("provider", "machine_type", "family"),
    [
        ("aws", "ml.p4d.24xlarge", "p4d"),
        ("google", "a2-highgpu-8g", "a2"),
        ("azure", "Standard_NC24ads_A100_v4", "NCads_A100_v4"),
        ("azure", "Standard_D4s_v5", "Ds_v5"),
    ],
)
def test_family(provider: str, machine_type: str, family: str) -> None:
    assert machine_family(provider, machine_type) == family


def test_every_family_names_a_cpu_that_has_figures() -> None:
    energy = EnergyBook(book().path)
    lacking = [
        f"{provider} {family}: {name}"
        for (provider, family), names in energy._families.items()
        for name in names
        if (provider, name) not in energy._cpus
    ]
    assert lacking == []


def test_every_accelerator_with_a_tdp_has_watts() -> None:
    energy = EnergyBook(book().path)
    for name in energy._tdp:
        watts = energy.accelerator(name)
        assert watts is not None
        assert 0 < watts.idle < watts.full
