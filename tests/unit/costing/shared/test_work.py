"""How long a run takes by its work: the arithmetic of the published example, what decides it, and what leaves it open."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from spendgate.costing.work import work_of
from spendgate.model.facets import Accelerators, Capacity, Facets, Pool
from spendgate.model.values import Unknown

D = Decimal


def facets(
    *,
    models: Any = ("H100",),
    variants: Any = ("H100-80GB",),
    count: Any = 8,
    machines: Any = 2,
    llm: Any = None,
    **tags: Any,
) -> Facets:
    cards = Accelerators(count, models, variants)
    pool = Pool(("p5.48xlarge",), Capacity(machines, machines, machines), accelerators=cards)
    named = {key.replace("_", "-"): value for key, value in tags.items()}
    return Facets(kind="ai.job", accel=cards, pools=(pool,), tags=named, llm=llm or {})


SEVEN = {"training_tokens_billions": "1000", "model_parameters_billions": "7"}


def test_seven_billion_parameters_and_a_trillion_tokens_take_29_491_hours_of_an_h100() -> None:
    found = work_of(facets(**SEVEN), D(100))
    assert round(found["accelerator_hours"]) == 29_491
    assert found["hours"] == found["accelerator_hours"] / 16
    assert found["cost"] == found["hours"] * 100


@pytest.mark.parametrize(
    ("change", "factor"),
    [
        ({"peak_share": "20"}, 2),
        ({"peak_share": "20%"}, 2),
        ({"peak_tflops": "1978"}, D("0.5")),
        ({"training_tokens_billions": "2000"}, 2),
        ({"models": ("H100", "A100-80GB"), "variants": ("A100-80GB",)}, D(989) / 312),
    ],
    ids=["half the share", "a percent sign", "twice the peak", "twice the tokens", "the slowest that may be started"],
)  # fmt: skip
def test_what_decides_it(change: Any, factor: Any) -> None:
    usual = work_of(facets(**SEVEN), D(100))["accelerator_hours"]
    assert round(work_of(facets(**{**SEVEN, **change}), D(100))["accelerator_hours"] / usual, 6) == round(D(factor), 6)


def test_the_size_may_come_from_the_models_name() -> None:
    stated = facets(training_tokens_billions="1000", llm={"parameters_billions": D(7)})
    assert round(work_of(stated, D(1))["accelerator_hours"]) == 29_491


@pytest.mark.parametrize(
    "change",
    [
        {"model_parameters_billions": None},
        {"model_parameters_billions": "seven"},
        {"model_parameters_billions": "0"},
        {"training_tokens_billions": Unknown("later")},
        {"peak_share": "-1"},
        {"models": ("A10G",), "variants": ("A10G",)},
        {"models": Unknown("later"), "variants": Unknown("later")},
        {"models": (), "variants": ()},
    ],
)
def test_what_is_missing_leaves_it_open(change: Any) -> None:
    stated = {key: value for key, value in {**SEVEN, **change}.items() if value is not None}
    found = work_of(facets(**stated), D(1))
    assert all(isinstance(found[key], Unknown) for key in ("accelerator_hours", "hours", "cost"))


@pytest.mark.parametrize("change", [{"machines": Unknown("later")}, {"count": Unknown("later")}, {"machines": 0}])
def test_a_size_that_is_not_known_leaves_the_hours_open(change: Any) -> None:
    found = work_of(facets(**SEVEN, **change), D(1))
    assert round(found["accelerator_hours"]) == 29_491
    assert isinstance(found["hours"], Unknown)
    assert isinstance(found["cost"], Unknown)


def test_a_price_that_is_not_known_leaves_the_cost_open() -> None:
    assert isinstance(work_of(facets(**SEVEN), Unknown("no price"))["cost"], Unknown)


def test_nothing_is_said_of_what_states_no_tokens() -> None:
    assert work_of(facets(model_parameters_billions="7"), D(1)) == {}
    assert work_of(Facets(tags=Unknown("later")), D(1)) == {}
