"""Running hours: only proven evidence that both stops and starts reduces them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendgate.costing.hours import hours_per_month
from spendgate.model.facets import Schedule
from spendgate.model.values import AFTER_APPLY


@pytest.mark.parametrize(
    ("schedule", "hours"),
    [
        pytest.param(Schedule(), 730, id="nothing stops it"),
        pytest.param(Schedule(Decimal(60), "tag", proven=True), "260.714", id="twelve hours on five days"),
        pytest.param(Schedule(Decimal(0), "tag", proven=True), 0, id="never runs"),
        pytest.param(Schedule(Decimal(60), "tag 'office'", proven=False), 730, id="only named"),
        pytest.param(Schedule(Decimal(60), "shutdown", proven=True, stop_only=True), 730, id="stops but never starts"),
        pytest.param(Schedule(AFTER_APPLY, "tag", proven=True), 730, id="unknown hours save nothing"),
        pytest.param(Schedule(Decimal(400), "tag", proven=True), 730, id="no week has more than 168 hours"),
    ],
)
def test_hours_of_a_month(schedule: Schedule, hours: object) -> None:
    assert round(hours_per_month(schedule), 3) == Decimal(str(hours))


@given(st.decimals(min_value=-500, max_value=500, allow_nan=False, allow_infinity=False), st.booleans(), st.booleans())
def test_hours_never_leave_the_month(weekly: Decimal, proven: bool, stop_only: bool) -> None:
    assert 0 <= hours_per_month(Schedule(weekly, "tag", proven=proven, stop_only=stop_only)) <= 730
