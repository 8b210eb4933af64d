"""Azure through Resource Graph and, for what it does not hold, through Resource Manager: read-only calls of both."""

from spendgate.collectors.azure.collection import Progress, collect
from spendgate.collectors.azure.parts import role

__all__ = ["Progress", "collect", "role"]
