"""How many chips a TPU slice has and of which version.

A topology multiplies out to chips. Without one the accelerator type's number counts chips for v5e and v6e, and cores, two to a
chip, for v2 to v4 and v5p (Cloud TPU documentation, TPU configurations).
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

from spendgate.model.accelerator_names import canonical_model
from spendgate.model.attributes import Attributes
from spendgate.model.values import Unknown

_TYPE = re.compile(r"(v\d+[a-z]*(?:-?lite)?(?:pod)?)-(\d+)")
_COUNTS_CHIPS = ("TPU-v5e", "TPU-v6e", "TPU-v7")


def version(node: Attributes) -> str | Unknown:
    """The family name, `TPU-v6e`; unknown when it is not stated."""
    kind = node.text("accelerator_type") or node.text("accelerator_config.0.type")
    if isinstance(kind, Unknown):
        return kind
    if not kind:
        return Unknown("no accelerator type is stated")
    match = _TYPE.fullmatch(kind.lower())
    return canonical_model(match[1] if match else kind.lower())


def chips(node: Attributes) -> Decimal | Unknown:
    """The number of chips; unknown when neither topology nor type tells."""
    topology = node.text("accelerator_config.0.topology")
    if isinstance(topology, str) and re.fullmatch(r"\d+(x\d+)+", topology):
        return Decimal(math.prod(int(part) for part in topology.split("x")))
    if isinstance(topology, Unknown):
        return topology
    kind = node.text("accelerator_type")
    match = _TYPE.fullmatch(kind.lower()) if isinstance(kind, str) else None
    if match is None:
        return kind if isinstance(kind, Unknown) else Unknown("no accelerator type is stated")
    number = Decimal(match[2])
    return number if canonical_model(match[1]) in _COUNTS_CHIPS else max(number / 2, Decimal(1))
