"""JSON that stands as a text within an attribute: policies of IAM, containers of ECS and Batch."""

from __future__ import annotations

import json
from typing import Any


def embedded(text: Any) -> Any:
    """What a text holds as JSON; None for anything else, for JSON that is cut off, and for one that is nested beyond reason."""
    if not isinstance(text, str):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
