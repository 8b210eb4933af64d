"""The share view: what pods take of their nodes, at which rates, over how many hours."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from tests.corpus.kubernetes.run import book, run, run_file, run_text

from spendgate.costing.delta import cost_change
from spendgate.costing.meters import meters_for
from spendgate.costing.pod_rates import pod_rate
from spendgate.costing.usage import UsageFile
from spendgate.facets.kubernetes.kinds import KINDS
from spendgate.inputs.kubernetes import compare, read_manifests
from spendgate.model.cost import Basis, Estimate, EstimateState, Rate, RateQuery

EAST = {"aws": "us-east-1"}


def machine(machine_type: str, provider: str = "aws", region: str = "us-east-1") -> Decimal:
    found = book().rate(RateQuery(provider, region, "machine", machine_type))
    assert isinstance(found, Rate)
    return found.price


def part(item: str, provider: str = "aws", region: str = "us-east-1", purchase: str = "on-demand") -> Rate:
    found = pod_rate(RateQuery(provider, region, "pod", item, purchase), book().rate, book())
    assert isinstance(found, Rate), found
    return found


@pytest.mark.parametrize(
    ("provider", "region", "machine_type"),
    [("aws", "us-east-1", "p5.48xlarge"), ("aws", "us-east-1", "g5.xlarge"), ("aws", "us-east-1", "m5.xlarge"), ("google", "us-central1", "g2-standard-24"), ("azure", "eastus", "Standard_NC24ads_A100_v4"), ("google", "us-central1", "e2-standard-4")],
)  # fmt: skip
def test_the_parts_of_a_node_add_up_to_its_price(provider: str, region: str, machine_type: str) -> None:
    spec = book().machine(provider, machine_type)
    assert spec is not None
    assert spec.vcpu is not None
    assert spec.memory_gib is not None
    total = spec.vcpu * part(f"cpu of {machine_type}", provider, region).price
    total += spec.memory_gib * part(f"memory of {machine_type}", provider, region).price
    if spec.accelerator_count:
        total += spec.accelerator_count * part(f"accelerator of {machine_type}", provider, region).price
    assert total == pytest.approx(machine(machine_type, provider, region))


def test_each_model_has_its_own_rate() -> None:
    h100, t4 = part("accelerator of p5.48xlarge").price, part("accelerator of g4dn.xlarge").price
    assert h100 > 10 * t4
    assert h100 * 8 > Decimal("0.7") * machine("p5.48xlarge"), "most of the node's price is its accelerators"


def test_a_spot_part_is_its_share_of_the_spot_price() -> None:
    spot, full = part("accelerator of g5.xlarge", purchase="spot"), part("accelerator of g5.xlarge")
    assert spot.low is not None
    assert spot.high is not None
    assert spot.price < full.price
    assert spot.high == pytest.approx(full.price)


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("accelerator of m5.xlarge", "has no accelerators"),
        ("cpu of nowhere.large", "size of machine type nowhere.large is not known"),
        ("accelerator H100", "no price of one alone"),
    ],
)
def test_what_has_no_rate_says_why(item: str, said: str) -> None:
    found = pod_rate(RateQuery("aws", "us-east-1", "pod", item), book().rate, book())
    assert isinstance(found, str)
    assert said in found


def one(text: str, tmp_path: Path, **more: object) -> Estimate:
    return run_text(text, tmp_path, regions=EAST, **more).only_cost  # type: ignore[arg-type]


SERVER = """
apiVersion: apps/v1
kind: Deployment
metadata: {{name: s, namespace: {namespace}, annotations: {{{annotations}}}}}
spec:
  replicas: {replicas}
  template:
    spec:
      nodeSelector: {{node.kubernetes.io/instance-type: {type}{more}}}
      containers: [{{name: c, image: x, resources: {{requests: {{cpu: 4, memory: 16Gi}}, limits: {{{limits}}}}}}}]
"""


def server(
    *,
    type_: str = "g5.xlarge",
    more: str = "",
    limits: str = "nvidia.com/gpu: 1",
    replicas: int = 2,
    annotations: str = "",
) -> str:
    return SERVER.format(
        namespace="n", type=type_, more=more, limits=limits, replicas=replicas, annotations=annotations
    )


def test_a_pod_that_fills_its_node_costs_the_node(tmp_path: Path) -> None:
    estimate = one(server(replicas=3), tmp_path)
    assert estimate.state is EstimateState.PRICED
    assert estimate.monthly is not None
    assert estimate.monthly.expected == pytest.approx(machine("g5.xlarge") * 730 * 3)
    assert {item.basis for item in estimate.items} == {Basis.EXACT}
    assert all(item.stops for item in estimate.items)


def test_limits_make_the_high_end(tmp_path: Path) -> None:
    estimate = one(server(limits="cpu: 8, memory: 32Gi, nvidia.com/gpu: 1"), tmp_path)
    cpu = next(item for item in estimate.items if item.name == "vCPUs")
    assert (cpu.quantity.low, cpu.quantity.expected, cpu.quantity.high) == (4 * 2 * 730, 4 * 2 * 730, 8 * 2 * 730)


def test_a_schedule_saves_pod_hours(tmp_path: Path) -> None:
    estimate = one(server(annotations="downscaler/uptime: 'Mon-Fri 08:00-20:00 UTC'"), tmp_path)
    assert estimate.monthly is not None
    assert estimate.monthly.expected == pytest.approx(machine("g5.xlarge") * 730 * 2 * 60 / 168)
    assert {item.basis for item in estimate.items} == {Basis.SCHEDULE}


def test_spot_widens_to_on_demand(tmp_path: Path) -> None:
    monthly = one(server(more=", karpenter.sh/capacity-type: spot"), tmp_path).monthly
    assert monthly is not None
    assert monthly.expected < monthly.high
    assert monthly.high == pytest.approx(machine("g5.xlarge") * 730 * 2)


def test_without_a_cloud_nothing_is_guessed(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, resources: {requests: {cpu: 1, memory: 1Gi}}}]}\n"
    estimate = run_text(text, tmp_path).only_cost
    assert (estimate.state, estimate.monthly) == (EstimateState.UNPRICED, None)
    assert "--cluster" in estimate.unpriced[0].reason


def test_a_gpu_of_an_unknown_model_has_no_price(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, resources: {requests: {cpu: 1, memory: 1Gi}, limits: {nvidia.com/gpu: 1}}}]}\n"
    estimate = one(text, tmp_path)
    assert estimate.state is EstimateState.PARTIAL
    assert [part.component for part in estimate.unpriced] == ["Accelerators"]
    assert {item.basis for item in estimate.items} == {Basis.ASSUMED}, "OpenCost's default rates"


def test_a_request_that_is_missing_is_a_gap(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, resources: {requests: {cpu: 1}}}]}\n"
    estimate = one(text, tmp_path)
    assert [(part.component, part.reason) for part in estimate.unpriced] == [
        ("Memory of c", "no memory request is stated")
    ]


def test_no_bound_is_unbounded_not_a_large_number() -> None:
    monthly = run_file("ray.yaml", regions={"google": "us-central1"}).costs["RayCluster/research-dev/explore"].monthly
    assert monthly is not None
    assert monthly.high.is_infinite()
    assert monthly.expected < 1000


def test_scale_to_zero_is_low_zero() -> None:
    monthly = run_file("serving.yaml", regions=EAST).costs["InferenceService/serving-dev/to-zero"].monthly
    assert monthly is not None
    assert monthly.low == 0
    assert 0 < monthly.expected * 3 == monthly.high


@pytest.mark.parametrize(
    ("spec", "low", "expected", "high"),
    [
        ("activeDeadlineSeconds: 36000, backoffLimit: 2", 0, 10, 30),
        ("backoffLimit: 2", 0, 730, 730),
        ("activeDeadlineSeconds: 3600000, backoffLimit: 0", 0, 730, 730),
    ],
    ids=["deadline times tries", "no deadline: a whole month", "never more than a month"],
)
def test_hours_of_a_job(tmp_path: Path, spec: str, low: int, expected: int, high: int) -> None:
    text = f"apiVersion: batch/v1\nkind: Job\nmetadata: {{name: j}}\nspec: {{{spec}, parallelism: 2, completions: 2, template: {{spec: {{containers: [{{name: c, resources: {{requests: {{cpu: 1, memory: 1Gi}}}}}}]}}}}}}\n"
    cpu = next(item for item in one(text, tmp_path).items if item.name == "vCPUs")
    assert (cpu.quantity.low, cpu.quantity.expected, cpu.quantity.high) == (low * 2, expected * 2, high * 2)
    assert cpu.basis is Basis.ASSUMED


def test_hours_of_a_cron_job_are_its_runs() -> None:
    cost = run_file("plain.yaml", regions=EAST).costs["CronJob/shop/nightly"]
    cpu = next(item for item in cost.items if item.name == "vCPUs")
    assert cpu.quantity.expected == pytest.approx(2 * 2 * Decimal(730) / 24), "two pods, two hours, once a day"
    assert "runs a month" in cpu.note


def test_usage_says_what_really_runs(tmp_path: Path) -> None:
    usage = UsageFile(by_type={"Deployment": {"average_pods": Decimal("1.5"), "monthly_hrs": 100}})
    cpu = next(item for item in one(server(), tmp_path, usage=usage).items if item.name == "vCPUs")
    assert (cpu.quantity.expected, cpu.basis) == (Decimal("1.5") * 100 * 4, Basis.USAGE)


def test_tpu_chips_hold_their_machine() -> None:
    cost = run_file("tpu-leader-worker-set.yaml", regions={"google": "us-central1"}).costs[
        "LeaderWorkerSet/serving/jet-serving"
    ]
    assert {item.unit for item in cost.items} == {"accelerator-hours"}
    assert sum(item.quantity.expected for item in cost.items) == 48 * 730


def test_a_shared_claim_is_paid_once(tmp_path: Path) -> None:
    text = (
        "apiVersion: resource.k8s.io/v1\nkind: ResourceClaim\nmetadata: {name: g}\nspec: {devices: {requests: [{name: r, exactly: {deviceClassName: gpu.nvidia.com, count: 1}}]}}\n---\n"
        + server(type_="g5.4xlarge", limits="", replicas=4).replace("containers:", "resourceClaims: [{name: g, resourceClaimName: g}]\n      containers:").replace("namespace: n", "namespace: default")
    )  # fmt: skip
    gpu = next(item for item in one(text, tmp_path).items if item.name.startswith("Accelerators"))
    assert gpu.quantity.expected == 730


@pytest.mark.parametrize(
    ("address", "part", "amount"),
    [
        ("StatefulSet/shop/vectors", "volume data (gp3)", 200),
        ("PersistentVolumeClaim/shop/models", "volume (gp3)", 500),
        ("Service/shop/api", "Load balancer (network)", 730),
    ],
)
def test_volumes_and_load_balancers(address: str, part: str, amount: int) -> None:
    items = run_file("plain.yaml", regions=EAST).costs[address].items
    found = next(item for item in items if item.name == part)
    assert found.quantity.expected == amount
    assert found.stops is False


def test_live_nodes_cost_their_machine_and_the_pods_on_them_nothing_more(tmp_path: Path) -> None:
    node = "apiVersion: v1\nkind: Node\nmetadata: {name: n, labels: {node.kubernetes.io/instance-type: g5.xlarge, topology.kubernetes.io/region: us-east-1}}\n---\n"
    done = run_text(node + server(), tmp_path)
    monthly = done.costs["Node/n"].monthly
    assert monthly is not None
    assert monthly.expected == machine("g5.xlarge") * 730
    assert done.costs["Deployment/n/s"].state is EstimateState.FREE
    assert done.facets["Deployment/n/s"].notes == ("its nodes are priced in this run: Node/n",)


def test_a_pool_that_follows_its_pods_is_paid_through_them() -> None:
    costs = run_file("karpenter.yaml", regions=EAST).costs
    assert costs["NodePool/bounded"].state is EstimateState.FREE
    assert costs["Deployment/serving/on-the-bounded-pool"].state is EstimateState.PRICED
    fixed = costs["NodePool/fixed"].monthly
    assert fixed is not None
    assert fixed.expected == machine("m5.xlarge") * 730 * 3


@pytest.mark.parametrize(
    ("before", "after", "factor"),
    [
        ({"replicas": 2}, {"replicas": 5}, 3),
        ({"replicas": 4}, {"replicas": 1}, -3),
        ({"replicas": 2}, {"replicas": 2}, 0),
    ],
    ids=["more replicas", "fewer", "no change"],
)
def test_a_delta_of_replicas(tmp_path: Path, before: dict[str, int], after: dict[str, int], factor: int) -> None:
    sides = []
    for name, values in (("base", before), ("head", after)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "s.yaml").write_text(server(replicas=values["replicas"]))
        sides.append(read_manifests([tmp_path / name], {}))
    change = compare(*sides).changes[0]
    costs = [run(side, EAST).costs[change.address] for side in sides]
    delta = cost_change(*costs).delta
    assert delta is not None
    assert delta.expected == pytest.approx(machine("g5.xlarge") * 730 * factor)


def test_a_delta_of_the_gpu_type(tmp_path: Path) -> None:
    costs = [one(server(type_=type_, replicas=1), tmp_path) for type_ in ("g4dn.xlarge", "g5.xlarge")]
    delta = cost_change(*costs).delta
    assert delta is not None
    assert delta.expected == pytest.approx((machine("g5.xlarge") - machine("g4dn.xlarge")) * 730)


def test_every_kind_has_a_meter() -> None:
    known = meters_for("kubernetes")
    assert set(KINDS) <= set(known)
    assert "*" in known
