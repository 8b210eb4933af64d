"""Where the built-in policies are: inside the wheel, else in the checkout, so that an edit shows at once."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def bundled(name: str) -> Path:
    """The folder `policies` or `rego` that ships with the program; it may be empty, and it may not be there."""
    shipped = _PACKAGE / "_bundle" / name
    return shipped if shipped.is_dir() else _PACKAGE.parents[1] / name
