"""How a model is trained: precision and method out of hyperparameters and out of the configuration files of trainers.

What is found is evidence by name and pattern. Trainers have defaults of their own, so what is not said is not known to be switched off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from spendgate.model.values import Unknown

_PARAMETERS = re.compile(r"(?<![a-z0-9.])(?:(\d{1,3})x)?(\d{1,4}(?:\.\d{1,2})?)\s?b(?![a-z0-9])", re.IGNORECASE)
_MODELS = ("model_id", "model_name_or_path", "model_name", "model", "base_model", "pretrained_model_name_or_path")
_PRECISIONS = ("mixed_precision", "precision", "dtype", "torch_dtype")
_HALVES = ("bf16", "fp16", "fp8")
_ADAPTERS = ("use_peft", "lora_r", "lora_rank", "lora_alpha", "peft_method", "load_in_4bit", "qlora", "use_lora")
_OFF = frozenset({"false", "0", "no", "none", "off", ""})
_SAID_BLOCK = re.compile(
    r"[\"']?(?:bf16|fp16)[\"']?\s*[:=]\s*\{[^{}]*[\"']?enabled[\"']?\s*[:=]\s*(?:true|\"auto\")", re.IGNORECASE
)
"""DeepSpeed: `"bf16": {"enabled": true}`."""
_SAID_SWITCH = re.compile(r"^\s*[\"']?(?:bf16|fp16)[\"']?\s*[:=]\s*[\"']?true", re.IGNORECASE | re.MULTILINE)
_SAID_NAME = re.compile(
    r"[\"']?(?:mixed_precision|precision|torch_dtype|dtype)[\"']?\s*[:=]\s*[\"']?((?:b?fp?|bf)?(?:loat)?(?:16|8|32)(?:-mixed|-true)?|no)\b", re.IGNORECASE
)  # fmt: skip
"""Accelerate and Lightning: `mixed_precision: bf16`, `precision: 16-mixed`."""
_SAID_ADAPTER = re.compile(
    r"[\"']?(?:lora_r|lora_rank|peft_config|use_peft|adapter)[\"']?\s*[:=]\s*(?!\s*(?:false|0|null|none)\b)\S",
    re.IGNORECASE,
)


def parameters_billions(model: str) -> Decimal | None:
    """Parameters of a model by its name (`Llama-3.1-8B`, `Mixtral-8x7B`), in billions; None when it says none."""
    match = _PARAMETERS.search(model.replace("_", "-"))
    if match is None:
        return None
    return Decimal(match[2]) * int(match[1] or 1)


def of_hyperparameters(values: Any) -> Mapping[str, Any]:
    """`model`, `parameters_billions`, `dtype`, `mixed_precision`, `adapter_tuning` as hyperparameters state them.

    Where none of them tells the precision, that is unknown: the script of the job may do so.
    """
    if isinstance(values, Unknown):
        return {"dtype": values}
    stated = values if isinstance(values, Mapping) else {}
    named = {str(key).lower().replace("-", "_"): _text(value) for key, value in stated.items()}
    found = dict(_facts(named))
    if "dtype" not in found and "mixed_precision" not in found:
        found["dtype"] = Unknown("not among its hyperparameters: its script may state it")
    return found


def of_text(text: str) -> Mapping[str, Any]:
    """`mixed_precision`, `dtype`, `adapter_tuning` as the configuration of DeepSpeed, Accelerate or Lightning states them."""
    found: dict[str, Any] = {}
    if _SAID_BLOCK.search(text) or _SAID_SWITCH.search(text):
        found["mixed_precision"] = True
    elif (match := _SAID_NAME.search(text)) is not None:
        found["dtype"] = match[1].lower()
    if _SAID_ADAPTER.search(text):
        found["adapter_tuning"] = True
    return found


def _facts(named: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    model = next((named[key] for key in _MODELS if named.get(key)), None)
    if isinstance(model, str):
        yield "model", model
        if (billions := parameters_billions(model)) is not None:
            yield "parameters_billions", billions
    precision = next((named[key] for key in _PRECISIONS if named.get(key) not in (None, "")), None)
    if precision is not None:
        yield "dtype", precision
    if any(_on(named.get(key)) for key in _HALVES):
        yield "mixed_precision", True
    if any(_on(named.get(key)) for key in _ADAPTERS):
        yield "adapter_tuning", True


def _text(value: Any) -> Any:
    """The text of a value. NOTE: SageMaker's SDK writes each as JSON, so that texts stand in quotes within quotes."""
    return value if isinstance(value, Unknown) else str(value).strip().strip("\"'")


def _on(value: Any) -> bool:
    return isinstance(value, str) and value.lower() not in _OFF
