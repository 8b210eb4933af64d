"""How busy the accelerators of a group and of a team are: weighed by accelerators, unknown when one is not measured."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.policies.plans import plan
from tests.policies.plans import resource as r

from spendgate import pipeline
from spendgate.model.values import Unknown
from spendgate.pipeline.cases import docket
from spendgate.pipeline.use import with_use
from spendgate.prices.book import PriceBook
from spendgate.settings import Settings

NOW = datetime(2026, 11, 24, tzinfo=UTC)
WEEK = "400,2026-11-16T00:00:00Z,2026-11-23T00:00:00Z"


def pool(name: str, team: str | None, nodes: int = 1, type_: str = "p4d.24xlarge", new: bool = False) -> Any:
    """A pool of machines with eight cards each, as it is or new."""
    values = {"cluster_name": "ml", "node_group_name": name, "instance_types": [type_],
              "scaling_config": [{"min_size": nodes, "desired_size": nodes, "max_size": 8}]}  # fmt: skip
    tags = {"team": team} if team else {}
    more = {} if new else {"actions": ["no-op"], "before": {**values, "tags": tags}}
    return r(f"aws_eks_node_group.{name}", tags=tags, **values, **more)


def cases(folder: Path, *pools: Any, busy: str = "") -> Any:
    """The docket of a plan, with a policy that groups by team."""
    policy = folder / "OWN-001.yaml"
    policy.write_text("id: OWN-001\ntitle: x\npack: own\nseverity: low\nscope: {group_by: tags.team}\nassert: [{field: group.util.gpu, gte: 0.5}]\nmessage: x\n")  # fmt: skip
    (folder / "plan.json").write_text(plan(*pools))
    metrics = folder / "m.csv"
    rows = "".join(f"aws_eks_node_group.{name},gpu,{share},{share},{WEEK}\n" for name, share in (each.split("=") for each in busy.split()))  # fmt: skip
    metrics.write_text("resource,metric,mean,p95,samples,window_start,window_end\nelsewhere,gpu,0,0," + WEEK + "\n" + rows)  # fmt: skip
    settings = Settings(packs=(), policy_paths=(str(policy),), metrics=(str(metrics),))
    run = with_use(pipeline.estimate([str(folder / "plan.json")], settings, PriceBook.open()), settings, NOW)
    return docket(run, pipeline.load_policies(settings), NOW, everything=True)


def group(found: Any, team: str) -> Any:
    return found.groups["tags.team"][team].values["group"]["util"]


def like(found: Any, name: str) -> Any:
    case = next(case for case in found.resources if case.address.endswith(name))
    return case.derived["util"].get("like")


def test_a_group_is_as_busy_as_its_accelerators_are(tmp_path: Path) -> None:
    found = cases(tmp_path, pool("small", "a", 1), pool("large", "a", 3), busy="small=0.9 large=0.1")
    assert group(found, "a") == {"gpu": Decimal("0.3"), "accelerators": 32, "window_days": 7}


@pytest.mark.parametrize("other", ["large=0.1", ""], ids=["one of two", "none"])
def test_one_that_is_not_measured_leaves_the_group_unknown(other: str, tmp_path: Path) -> None:
    gap = group(cases(tmp_path, pool("small", "a"), pool("large", "a"), busy=other), "a")["gpu"]
    assert isinstance(gap, Unknown)
    assert f"aws_eks_node_group.{'small' if other else 'large'}: nothing was measured of it" in gap.reason


def test_a_group_without_accelerators_has_no_such_use(tmp_path: Path) -> None:
    assert group(cases(tmp_path, pool("web", "a", type_="m5.large")), "a") == {}


@pytest.mark.parametrize(
    ("pools", "busy", "expected"),
    [
        pytest.param([("there", "a", 2)], "there=0.2", {"gpu": Decimal("0.2"), "accelerators": 16, "window_days": 7}, id="one of its team"),
        pytest.param([("there", "b", 2)], "there=0.2", None, id="another team"),
        pytest.param([("there", "a", 2, "g5.48xlarge")], "there=0.2", None, id="another model"),
        pytest.param([("there", "a", 2, "m5.large")], "there=0.2", None, id="no accelerators"),
        pytest.param([], "", None, id="none at all"),
    ],
)  # fmt: skip
def test_what_is_asked_for_is_compared_with_what_is_like_it(
    pools: list[Any], busy: str, expected: Any, tmp_path: Path
) -> None:
    found = cases(tmp_path, *(pool(*each) for each in pools), pool("new", "a", new=True), busy=busy)
    assert like(found, "new") == expected


def test_what_is_like_it_and_not_measured_is_unknown(tmp_path: Path) -> None:
    found = like(cases(tmp_path, pool("there", "a"), pool("new", "a", new=True)), "new")
    assert {type(value) for value in found.values()} == {Unknown}


def test_a_type_that_is_known_after_apply_has_nothing_that_is_surely_like_it(tmp_path: Path) -> None:
    new = r("aws_eks_node_group.new", refs={"instance_types": "random_shuffle.types"}, cluster_name="ml", tags={"team": "a"},
            scaling_config=[{"min_size": 1, "desired_size": 1, "max_size": 8}])  # fmt: skip
    found = like(cases(tmp_path, pool("there", "a"), new, busy="there=0.2"), "new")
    assert "which accelerators are like it is not known" in found["gpu"].reason


def unknown_there(name: str, team: str | None, type_: str | None = "no9.such", **more: Any) -> Any:
    """A pool as it is of which the type, or the team, is not known."""
    values = {"cluster_name": "ml", "node_group_name": name, "scaling_config": [{"min_size": 2, "desired_size": 2, "max_size": 8}]}  # fmt: skip
    if type_ is not None:
        values["instance_types"] = [type_]
    tags = {"team": team} if team else {}
    return r(f"aws_eks_node_group.{name}", actions=["no-op"], tags=tags, **{"before": {**values, "tags": tags}, **values, **more})  # fmt: skip


@pytest.mark.parametrize(
    ("beside", "held"),
    [
        pytest.param(unknown_there("there", "a"), True, id="of its team"),
        pytest.param(unknown_there("there", "b"), False, id="of another team"),
    ],
)
def test_a_pool_of_a_type_that_nobody_knows_may_be_like_it(beside: Any, held: bool, tmp_path: Path) -> None:
    found = like(cases(tmp_path, beside, pool("busy", "a"), pool("new", "a", new=True), busy="busy=0.9"), "new")
    assert isinstance(found["gpu"], Unknown) is held
    if held:
        assert "aws_eks_node_group.there may be like it, its model is not known" in found["gpu"].reason


def test_a_pool_that_is_new_too_is_nothing_that_waits(tmp_path: Path) -> None:
    other = pool("other", "a", type_="no9.such", new=True)
    assert like(cases(tmp_path, other, pool("new", "a", new=True)), "new") is None
