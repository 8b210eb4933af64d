"""Configuration of LLM gateways: which models they sell on, within which budgets and limits. The format is LiteLLM's `config.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spendgate.model.resource import Workload

SUFFIXES = (".yaml", ".yml", ".json")
_SURE = re.compile(rb"^(?:model_list|litellm_settings)[ \t]*:", re.MULTILINE)
_MODELS = re.compile(rb"^model_list[ \t]*:", re.MULTILINE)
_BOTH = (re.compile(rb"^router_settings[ \t]*:", re.MULTILINE), re.compile(rb"^general_settings[ \t]*:", re.MULTILINE))
_IN_BRACES = re.compile(rb'^\s*\{\s*"(?:model_list|litellm_settings|router_settings|general_settings)"\s*:')
_OTHER = re.compile(rb"^(?:apiVersion|kind|inventory)[ \t]*:", re.MULTILINE)


def looks_like_gateway(head: bytes) -> bool:
    """Whether a text is the configuration of a gateway: sections of it at the start of lines, and nothing of a manifest."""
    if _IN_BRACES.match(head):
        return True
    said = _SURE.search(head) is not None or all(pattern.search(head) for pattern in _BOTH)
    return said and _OTHER.search(head) is None


def has_models(head: bytes) -> bool:
    """Whether a list of models stands in it."""
    return _MODELS.search(head) is not None


class LlmGateway:
    """A LiteLLM proxy's `config.yaml`; implements `ports.Input`."""

    name = "llm-gateway"

    def claims(self, path: Path, head: bytes) -> bool:
        """A file (or standard input) whose head looks like it."""
        return not path.is_dir() and (path.suffix in SUFFIXES or str(path) == "-") and looks_like_gateway(head)

    def read(self, path: Path, options: Mapping[str, Any]) -> Workload:
        """Read it, and the files that it includes. Raises InputError with the line of what is wrong."""
        from spendgate.inputs.llm_gateway.reader import read_gateway

        return read_gateway(path)


LLM_GATEWAY = LlmGateway()
