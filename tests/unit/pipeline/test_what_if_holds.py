"""Whatever is asked or changed, no saving is more than what is paid."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from tests.unit.pipeline.what_if_machines import GPUS, MACHINES, machine

from spendgate.model.alternative import Terms, Wanted, WhatIf
from spendgate.model.values import Unknown

maybe = some.none() | some.decimals(0, 200, places=1)
ANY_TERMS = some.builds(
    Terms,
    hours_per_week=maybe,
    spot_share=some.none() | some.decimals(0, 1, places=2),
    rework=some.decimals(0, 1, places=2),
    desired=maybe,
    maximum=maybe,
    disks=some.sampled_from([(), (("gp2", "gp3"),), (("gp3", "gp2"), ("io1", "gp3"))]),
)


@pytest.fixture(scope="module")
def all_of_them(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, WhatIf]:
    return {name: machine(tmp_path_factory.mktemp("plan"), name) for name in MACHINES}


@given(name=some.sampled_from(sorted(MACHINES)), terms=ANY_TERMS)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_fix_never_saves_more_than_its_lines_cost(all_of_them: Mapping[str, WhatIf], name: str, terms: Terms) -> None:
    answer = all_of_them[name].repriced(terms)
    if isinstance(answer, Unknown):
        assert answer.reason
        return
    saving, lines = answer["saving_monthly"]["expected"], answer["lines"]
    assert all(0 < line["saving"] <= line["monthly"] for line in lines)
    assert answer["monthly"]["expected"] >= 0
    if saving > 0:
        assert sum(line["saving"] for line in lines) == pytest.approx(saving)
    else:
        assert lines == ()


ANY_WANTED = some.builds(
    Wanted,
    accelerators=some.sampled_from([None, (), ("same",), GPUS, ("L4",)]),
    families=some.sampled_from([None, ("same",), ("m6i", "n2")]),
    regions=some.sampled_from([None, ".*", "^eu-"]),
    providers=some.sampled_from([None, ("aws", "google", "azure")]),
    like=some.lists(
        some.tuples(
            some.sampled_from(["vcpu", "accelerators", "accelerator_memory_gib"]), some.decimals(0, 2, places=1)
        ),
        max_size=2,
    ).map(tuple),
    max_price_ratio=some.none() | some.decimals(0, 2, places=1),
)


@given(name=some.sampled_from(sorted(MACHINES)), wanted=ANY_WANTED)
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_is_asked_a_saving_is_never_more_than_the_cost(
    all_of_them: Mapping[str, WhatIf], name: str, wanted: Wanted
) -> None:
    answer = all_of_them[name].cheapest(wanted)
    if answer is None or isinstance(answer, Unknown):
        return
    monthly = answer["monthly"]
    assert isinstance(monthly, Unknown) or monthly > 0
    if isinstance(monthly, Decimal):
        assert all(0 <= line["saving"] <= line["monthly"] for line in answer["lines"])
        if answer["saving_monthly"] > 0:
            assert sum(line["saving"] for line in answer["lines"]) == pytest.approx(answer["saving_monthly"])
