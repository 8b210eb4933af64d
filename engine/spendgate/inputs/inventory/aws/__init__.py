"""AWS: what its APIs, AWS Config and Cloud Control answer, as resources."""

from __future__ import annotations

import re
from collections.abc import Mapping

from spendgate.inputs.inventory.aws import ai, compute, stores
from spendgate.inputs.inventory.shape import Shape

SHAPES: Mapping[str, Shape] = {**ai.SHAPES, **compute.SHAPES, **stores.SHAPES}
"""By type of AWS Config and CloudFormation, the one list of names that covers all services."""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def guessed_type(kind: str) -> str:
    """The resource type of a kind without a shape, as the Terraform provider tends to name it: `aws_iam_role`."""
    service, _, thing = kind.removeprefix("AWS::").partition("::")
    words = _HUMP.sub("_", thing.replace("::", "_")).lower()
    return f"aws_{words}" if service == "EC2" or not words else f"aws_{service.lower()}_{words}"


def unshaped(kind: str) -> Shape:
    """The shape of a kind that is in no table: its type, name and tags, and that nothing else is known of it."""
    return Shape(guessed_type(kind))
