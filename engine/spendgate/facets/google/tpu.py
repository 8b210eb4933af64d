"""How many chips a TPU slice has and of which version.

A topology multiplies out to chips. Without one the accelerator type's number counts chips for v5e, v6e and v7, and cores, two
to a chip, for v2 to v4 and v5p (Cloud TPU documentation, TPU configurations).
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

from spendgate.model.accelerator_names import canonical_model
from spendgate.model.attributes import Attributes
from spendgate.model.values import Text, Unknown

_TYPE = re.compile(r"(v\d+[a-z]*(?:-?lite)?(?:pod)?|tpu7x?)-(\d+)")
_TOPOLOGY = re.compile(r"\d+(?:x\d+)+")
_COUNTS_CHIPS = ("TPU-v5e", "TPU-v6e", "TPU-v7")
_DEFAULT_TYPE = "v2-8"
"""What the provider asks for when neither type nor configuration is stated (documentation of google_tpu_v2_vm)."""


def chips_of_topology(topology: str) -> Decimal | None:
    """The chips of a topology (`2x2x4` is 16), or None for another text."""
    if not _TOPOLOGY.fullmatch(topology):
        return None
    return Decimal(math.prod(int(part) for part in topology.split("x")))


def _known(*values: Text) -> Text:
    """The first text of these, else unknown where one is.

    NOTE: type and configuration exclude each other; the provider computes the one that is not stated, hence it is unknown in
    a plan and the other decides.
    """
    text = next((value for value in values if isinstance(value, str)), None)
    return text if text is not None else next((value for value in values if isinstance(value, Unknown)), None)


def version(node: Attributes) -> str | Unknown:
    """The family name, `TPU-v6e`; unknown when it is known only after apply."""
    kind = _known(node.text("accelerator_config.0.type"), node.text("accelerator_type"))
    if isinstance(kind, Unknown):
        return kind
    kind = (kind or _DEFAULT_TYPE).lower()
    match = _TYPE.fullmatch(kind)
    return canonical_model(match[1] if match else kind)


def chips(node: Attributes) -> Decimal | Unknown:
    """The number of chips of one slice; unknown when neither topology nor type tells."""
    topology = node.text("accelerator_config.0.topology")
    if isinstance(topology, str):
        return chips_of_topology(topology) or Unknown(f"{topology!r} is no topology")
    kind = _known(node.text("accelerator_type"), topology)
    if isinstance(kind, Unknown):
        return kind
    match = _TYPE.fullmatch((kind or _DEFAULT_TYPE).lower())
    if match is None:
        return Unknown(f"{kind!r} is no accelerator type with a size")
    number = Decimal(match[2])
    return number if canonical_model(match[1]) in _COUNTS_CHIPS else max(number / 2, Decimal(1))
