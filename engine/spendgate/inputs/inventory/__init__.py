"""Live inventory: exports of what runs, read into changes of action `exists`."""

from spendgate.inputs.inventory.estate import Remarks
from spendgate.inputs.inventory.reader import INVENTORY, chunks, is_stream

__all__ = ["INVENTORY", "Remarks", "chunks", "is_stream"]
