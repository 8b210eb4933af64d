"""Tags, environments, phases and accelerator names: one notion each, whatever the spelling."""

from decimal import Decimal

import pytest

from spendgate.facets import accelerators
from spendgate.facets.env import environment
from spendgate.facets.tags import Tags, canonical_key, marked, merge
from spendgate.facets.workload import workload
from spendgate.model.accelerator_names import canonical_model, expand
from spendgate.model.facets import Accelerators, Capacity, Pool
from spendgate.model.values import AFTER_APPLY, Unknown
from spendgate.ports import MachineSpec


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("CostCenter", "cost-center"),
        ("cost_center", "cost-center"),
        ("Cost Centre", "cost-center"),
        ("costcentre", "cost-center"),
        ("env", "environment"),
        ("Owner", "owner"),
        ("AlwaysOn", "always-on"),
        ("KST", "cost-center"),
    ],
)
def test_a_tag_key_has_one_spelling(raw: str, canonical: str) -> None:
    assert canonical_key(raw, {"kst": "cost-center"}) == canonical


def test_later_layers_win_and_say_where_a_tag_came_from() -> None:
    tags = merge([("provider_default", {"owner": "platform", "team": "ml"}), ("resource", {"Owner": "vision"})], {})
    assert tags.values == {"owner": "vision", "team": "ml"}
    assert tags.source == {"owner": "resource", "team": "provider_default"}


def test_an_unknown_layer_makes_every_key_unknown() -> None:
    assert isinstance(merge([("resource", {"a": "b"}), ("other", AFTER_APPLY)], {}).values, Unknown)


@pytest.mark.parametrize(
    ("raw", "unknown", "expected"),
    [
        pytest.param({"a": "1"}, False, {"a": "1"}, id="nothing marked"),
        pytest.param({"a": "1"}, {"b": True}, {"a": "1", "b": AFTER_APPLY}, id="a key known only after apply is there"),
        pytest.param(None, True, AFTER_APPLY, id="the whole map"),
        pytest.param(None, {"b": True}, {"b": AFTER_APPLY}, id="a map that exists only in the marks"),
    ],
)
def test_marks_are_put_into_the_map(raw: object, unknown: object, expected: object) -> None:
    assert marked(raw, unknown) == expected


@pytest.mark.parametrize(
    ("tags", "variables", "workspace", "account", "name", "expected"),
    [
        pytest.param(
            {"environment": "Production"}, {"env": "dev"}, "dev", None, "x", ("prod", "tag"), id="the tag first"
        ),
        pytest.param(
            {"environment": "research"}, {}, None, None, "x", ("research", "tag"), id="a word of one's own is kept"
        ),
        pytest.param({}, {"env": "stage"}, "dev", None, "x", ("staging", "variable env"), id="then a variable"),
        pytest.param({}, {}, "dev", "1", "x", ("dev", "workspace"), id="then the workspace"),
        pytest.param({}, {}, "default", "1", "prod-x", ("sandbox", "account"), id="then the account"),
        pytest.param({}, {}, None, None, "ml-preprod-gpu", ("staging", "name"), id="preprod is not prod"),
        pytest.param(
            {}, {}, None, None, "product-device-developer", ("unknown", "none"), id="parts of words do not count"
        ),
        pytest.param(
            {"environment": AFTER_APPLY},
            {"env": "dev"},
            None,
            None,
            "x",
            ("unknown", "tag known only after apply"),
            id="an unknown tag is not guessed around",
        ),
    ],
)
def test_the_environment_comes_from_the_first_that_answers(
    tags: dict[str, str],
    variables: dict[str, str],
    workspace: str | None,
    account: str | None,
    name: str,
    expected: tuple[str, str],
) -> None:
    found = environment(
        Tags(tags), variables=variables, workspace=workspace, account=account, accounts={"1": "sandbox"}, names=(name,)
    )
    assert found == expected


@pytest.mark.parametrize(
    ("tags", "type_phase", "name", "phase", "source"),
    [
        pytest.param({"workload": "training"}, "infer", "x", "train", "tag", id="the tag first"),
        pytest.param({"workload": "llm"}, "infer", "train", "infer", "type", id="then the type"),
        pytest.param({}, None, "gpu-train-1", "train", "name", id="then a name"),
        pytest.param({}, None, "constraint", None, None, id="parts of words do not count"),
    ],
)
def test_the_phase_comes_from_tag_then_type_then_name(
    tags: dict[str, str], type_phase: str | None, name: str, phase: str | None, source: str | None
) -> None:
    found = workload(Tags(tags), type_phase=type_phase, names=(name,))
    assert (found.phase, found.phase_source) == (phase, source)


@pytest.mark.parametrize(
    ("spelling", "family"),
    [
        ("nvidia-tesla-a100", "A100-40GB"),
        ("NVIDIA_A100_80GB", "A100-80GB"),
        ("NVIDIA-A100-SXM4-80GB", "A100-80GB"),
        ("NVIDIA-H100-80GB-HBM3", "H100"),
        ("nvidia-h100-mega-80gb", "H100"),
        ("H100-NVL", "H100"),
        ("nvidia-h200-141gb", "H200"),
        ("V100-32GB", "V100"),
        ("Tesla-T4", "T4"),
        ("T4G", "T4G"),
        ("nvidia-l4", "L4"),
        ("NVIDIA-L40S", "L40S"),
        ("AMD-Instinct-MI300X", "MI300X"),
        ("Trn2", "Trainium2"),
        ("inf2", "Inferentia2"),
        ("v5p", "TPU-v5p"),
        ("v5litepod-8", "TPU-v5e"),
        ("tpu-v5-lite-podslice", "TPU-v5e"),
        ("tpu-v6e-slice", "TPU-v6e"),
        ("A card of tomorrow", "A card of tomorrow"),
    ],
)
def test_an_accelerator_has_one_family_name(spelling: str, family: str) -> None:
    assert canonical_model(spelling) == family
    assert canonical_model(family) == family


def test_a_bare_a100_in_a_policy_means_either_memory_size() -> None:
    assert expand("A100") == ("A100-40GB", "A100-80GB")


class Shelf:
    """A catalogue of two machines."""

    def machine(self, provider: str, machine_type: str) -> MachineSpec | None:
        shapes = {
            "gpu": MachineSpec("gpu", Decimal(8), Decimal(64), "A100-40GB", Decimal(4), Decimal(40)),
            "cpu": MachineSpec("cpu", Decimal(2), Decimal(8), None, Decimal(0), None),
        }
        return shapes.get(machine_type)

    def machine_types(self, provider: str) -> list[str]:
        return ["cpu", "gpu"]

    def accelerator_memory_gib(self, variant: str) -> Decimal | None:
        return Decimal(40)


def test_a_machine_that_nobody_knows_may_hold_anything() -> None:
    found = accelerators.of_machines(Shelf(), "aws", ("cpu", "never-heard-of"))
    assert isinstance(found.count, Unknown)
    assert isinstance(found.models, Unknown)
    assert "never-heard-of" in found.count.reason


def test_a_group_that_may_start_a_gpu_machine_has_accelerators() -> None:
    found = accelerators.of_machines(Shelf(), "aws", ("cpu", "gpu"))
    assert (found.count, found.models) == (4, ("A100-40GB",))


def _pool(count: int | Unknown, most: int | Unknown | None) -> Pool:
    models = () if count == 0 else ("T4",)
    return Pool(("m",), Capacity(0, 1, most), accelerators=Accelerators(count, models, max_total=count))


@pytest.mark.parametrize(
    ("pools", "total"),
    [
        pytest.param([_pool(4, 3)], 12, id="one pool at its maximum"),
        pytest.param([_pool(4, 3), _pool(1, 2), _pool(0, 100)], 14, id="pools add up, those without count nothing"),
        pytest.param([_pool(4, None), _pool(1, 2)], None, id="a pool without a bound makes the total unbounded"),
        pytest.param([_pool(0, None)], 0, id="a pool without accelerators bounds nothing"),
        pytest.param(
            [_pool(4, AFTER_APPLY), _pool(1, 2)], AFTER_APPLY, id="an unknown maximum makes the total unknown"
        ),
        pytest.param(
            [_pool(AFTER_APPLY, 2), _pool(1, 2)], AFTER_APPLY, id="an unknown machine makes the total unknown"
        ),
    ],
)
def test_accelerators_of_all_pools_at_their_maximum(pools: list[Pool], total: object) -> None:
    assert accelerators.combine(pools).max_total == total
