"""Cloud Run in its older form: bounds of scaling stand in annotations, whose names hold dots."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.google_run import Run, google

from spendgate.model.facets import Capacity
from spendgate.model.values import Unknown

_MIN, _MAX = "autoscaling.knative.dev/minScale", "autoscaling.knative.dev/maxScale"


def service(notes: dict[str, Any], unknown: Any = False) -> Run:
    template = {"metadata": [{"annotations": notes}], "spec": [{"containers": [{"image": "x"}]}]}
    marks = {"template": [{"metadata": [{"annotations": unknown}]}]} if unknown else {}
    return Run(google("google_cloud_run_service", {"location": "europe-west1", "template": [template]}, unknown=marks))


@pytest.mark.parametrize(
    ("notes", "capacity"),
    [
        ({}, Capacity(0, 0, None)),
        ({_MIN: "2", _MAX: "5"}, Capacity(2, 2, 5)),
        ({_MAX: 5}, Capacity(0, 0, 5)),
        ({_MIN: "many"}, Capacity(0, 0, None)),
    ],
    ids=["none", "both", "a-number", "no-number"],
)
def test_annotations_bound_the_instances(notes: dict[str, Any], capacity: Capacity) -> None:
    assert service(notes).facets().capacity == capacity


def test_an_annotation_known_only_after_apply_is_an_unknown_bound() -> None:
    found = service({_MIN: "1"}, {_MAX: True}).facets().capacity
    assert found.min == 1
    assert isinstance(found.max, Unknown)
