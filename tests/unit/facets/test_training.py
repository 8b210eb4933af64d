"""Precision and method of training, out of hyperparameters and of files that trainers read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from spendgate.facets.training import of_hyperparameters, of_text, parameters_billions
from spendgate.model.values import Unknown


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"bf16": "true"}, {"mixed_precision": True}),
        ({"bf16": "True", "fp16": "false"}, {"mixed_precision": True}),
        ({"mixed_precision": '"bf16"'}, {"dtype": "bf16"}),
        ({"precision": "32"}, {"dtype": "32"}),
        ({"bf16": "1", "lora-r": "16"}, {"mixed_precision": True, "adapter_tuning": True}),
        ({"fp16": "1", "use_peft": "False"}, {"mixed_precision": True}),
        (
            {"model_id": "meta-llama/Llama-3.1-8B", "bf16": "true"},
            {"model": "meta-llama/Llama-3.1-8B", "parameters_billions": Decimal(8), "mixed_precision": True},
        ),
    ],
)
def test_hyperparameters(values: Any, expected: Any) -> None:
    assert of_hyperparameters(values) == expected


@pytest.mark.parametrize("values", [{}, None, {"epochs": "3"}, {"bf16": "false"}, Unknown("sensitive")])
def test_what_hyperparameters_do_not_say_is_unknown(values: Any) -> None:
    assert isinstance(of_hyperparameters(values)["dtype"], Unknown)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"bf16": {"enabled": true}, "zero_optimization": {"stage": 3}}', {"mixed_precision": True}),
        ('{"fp16": {"loss_scale": 0, "enabled": true}}', {"mixed_precision": True}),
        ('{"fp16": {"enabled": false}}', {}),
        ("compute_environment: LOCAL_MACHINE\nmixed_precision: bf16\n", {"dtype": "bf16"}),
        ("trainer:\n  precision: bf16-mixed\n", {"dtype": "bf16-mixed"}),
        ("trainer:\n  precision: 32\n", {"dtype": "32"}),
        ("bf16: true\nlora_r: 16\n", {"mixed_precision": True, "adapter_tuning": True}),
        ("mixed_precision: 'no'\n", {"dtype": "no"}),
        ("use_peft: false\n", {}),
        ("a dashboard about precision and recall", {}),
    ],
)
def test_files_of_trainers(text: str, expected: Any) -> None:
    assert of_text(text) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Llama-3.1-8B", 8), ("Mixtral-8x7B", 56), ("qwen2.5_0.5b", Decimal("0.5")), ("gpt-4o", None)],
)
def test_names_tell_the_size(name: str, expected: Any) -> None:
    assert parameters_billions(name) == expected
