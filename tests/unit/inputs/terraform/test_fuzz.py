"""Whatever is done to a plan, reading it ends in a workload or in an error for the user, never in anything else."""

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from spendgate.errors import InputError, SpendgateError
from spendgate.graph import Graph
from spendgate.inputs.terraform.plan import read_plan
from spendgate.model.resource import Workload

CORPUS = Path(__file__).parents[3] / "corpus" / "terraform"
PLANS = [path.read_bytes() for path in sorted((CORPUS / "plans").glob("*.json"))]
OTHERS = [path.read_bytes() for path in sorted((CORPUS / "not-plans").glob("*.json"))]

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
)
json_values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=6), children, max_size=3),
    max_leaves=8,
)
plans = st.sampled_from(PLANS).map(json.loads)
fuzz = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def ends_well(data: bytes) -> Workload | None:
    """The workload if there is one, with everything that is computed late computed; None after a proper error."""
    try:
        workload = read_plan(data, "plan.json", {})
    except SpendgateError as error:
        if not isinstance(error, InputError) or not error.message or error.file != "plan.json":
            raise
        return None
    graph = Graph(workload.changes, workload.references)
    for change in (*workload.changes, *workload.drift, *workload.deferred):
        for side, resource in ((graph.before, change.before), (graph.after, change.after)):
            if resource is None:
                continue
            list(resource.attributes.unknown_paths())
            list(resource.attributes.sensitive_paths())
            for key in resource.attributes.values:
                resource.attributes.get(key)
            side.targets(resource, "", "terraform_data")
            side.users(resource, "terraform_data")
            side.points(resource, "input")
    return workload


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in a tree."""
    found: list[tuple[Any, Any]] = []
    stack = [node]
    while stack:
        here = stack.pop()
        children = here.items() if isinstance(here, dict) else enumerate(here) if isinstance(here, list) else ()
        for key, child in children:
            found.append((here, key))
            stack.append(child)
    return found


@fuzz
@given(document=plans, data=st.data())
def test_a_plan_with_parts_deleted_or_replaced(document: Any, data: st.DataObject) -> None:
    document = copy.deepcopy(document)
    for _ in range(data.draw(st.integers(1, 4))):
        found = places(document)
        if not found:
            break
        container, key = data.draw(st.sampled_from(found))
        if data.draw(st.booleans()):
            del container[key]
        else:
            container[key] = data.draw(json_values)
    ends_well(json.dumps(document).encode())


@fuzz
@given(document=plans, data=st.data())
def test_a_plan_with_parts_moved_to_other_places(document: Any, data: st.DataObject) -> None:
    document = copy.deepcopy(document)
    found = places(document)
    source, from_key = data.draw(st.sampled_from(found))
    target, to_key = data.draw(st.sampled_from(found))
    target[to_key] = copy.deepcopy(source[from_key])
    ends_well(json.dumps(document).encode())


@fuzz
@given(plan=st.sampled_from(PLANS), share=st.floats(0, 1))
def test_a_truncated_plan_is_never_a_plan(plan: bytes, share: float) -> None:
    end = plan.rstrip().rfind(b"}")
    assert ends_well(plan[: int(share * end)]) is None


@fuzz
@given(
    plan=st.sampled_from(PLANS + OTHERS), flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=5)
)
def test_a_plan_with_bytes_overwritten(plan: bytes, flips: list[tuple[float, int]]) -> None:
    data = bytearray(plan)
    for share, byte in flips:
        data[min(int(share * len(data)), len(data) - 1)] = byte
    ends_well(bytes(data))


@fuzz
@given(before=st.binary(max_size=40), behind=st.binary(max_size=40), plan=st.sampled_from(PLANS))
def test_a_plan_with_anything_around_it(before: bytes, behind: bytes, plan: bytes) -> None:
    ends_well(before + plan + behind)


@fuzz
@given(json_values)
@example({"format_version": "1.2"})
@example([])
def test_any_json(document: Any) -> None:
    assert ends_well(json.dumps(document).encode()) is None


@fuzz
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-16")))
def test_any_bytes(data: bytes) -> None:
    assert ends_well(data) is None


@fuzz
@given(document=plans, encoding=st.sampled_from(["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]))
def test_an_encoding_changes_nothing(document: Any, encoding: str) -> None:
    text = json.dumps(document, ensure_ascii=False)
    plain, encoded = ends_well(text.encode()), ends_well(text.encode(encoding))
    assert plain is not None
    assert encoded is not None
    assert plain.changes == encoded.changes
