"""What CloudWatch answers, on a loopback address, and how the tests sign in to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from spendgate.model.attributes import Attributes
from spendgate.model.facets import Accelerators, Facets, Pool
from spendgate.model.resource import Observed, Resource

REGION = "eu-west-1"
SECRET = "PLANTED-SECRET"
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
"""NOTE: moto keeps values by the clock of the machine, so the day before this hour is the one that is asked for."""


def sign_in(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """The environment of somebody who is signed in, and to nothing outside."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_CONFIG_FILE": "/nowhere",
        "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)


def resource(type_: str, *names: str) -> Resource:
    return Resource(f"{type_}.{names[0]}", type_, names[0], "aws", Attributes(), observed=Observed(names[-1], names))


FOUR_CARDS = Facets(
    region=REGION, accel=Accelerators(4), pools=(Pool(("ml.g5.12xlarge",), service="sagemaker"),)
)  # fmt: skip


def values(number: int, count: int, status: str = "Complete", value: float = 50.0) -> dict[str, Any]:
    return {"Id": f"m{number}", "Values": [value] * count, "Timestamps": [0] * count, "StatusCode": status}
