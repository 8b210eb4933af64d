"""Live inventory: exports of what runs, read into changes of action `exists`."""

from spendgate.inputs.inventory.reader import INVENTORY, chunks, is_stream

__all__ = ["INVENTORY", "chunks", "is_stream"]
