"""What cognitive accounts are metered for: speech, language and language understanding, by use or by commitment."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.azure_run import Run, azure, quantities

from spendgate.costing.meters.azure_cognitive import ACCOUNTS
from spendgate.model.cost import Estimate, EstimateState, Missing


def account(kind: str, tier: str = "S0", **usage: Any) -> Estimate:
    found = azure("azurerm_cognitive_account", {"kind": kind, "sku_name": tier}, region="westeurope")
    return Run(found).estimate(**usage)


@pytest.mark.parametrize(
    ("kind", "usage", "parts"),
    [
        pytest.param(
            "SpeechServices",
            {"monthly_commitment_speech_to_text_custom_hrs": 10000},
            {"Speech to text custom model (commitment)": (10000, "hours")},
            id="hours committed to",
        ),
        pytest.param(
            "SpeechServices",
            {
                "monthly_connected_container_commitment_speech_to_text_standard_hrs": 10000,
                "monthly_connected_container_commitment_speech_to_text_standard_overage_hrs": 100,
            },
            {
                "Speech to text (connected container commitment)": (10000, "hours"),
                "Speech to text (connected container commitment overage)": (100, "hours"),
            },
            id="hours of a container, and those over the commitment",
        ),
        pytest.param(
            "TextAnalytics",
            {
                "monthly_language_customized_summarization_records": 10000,
                "monthly_connected_container_commitment_language_text_analytics_records": 3000000,
            },
            {
                "Customized summarization": (10, "1K records"),
                "Text analytics (connected container commitment)": (3000, "1K records"),
            },
            id="records by the thousand",
        ),
        pytest.param(
            "LUIS",
            {
                "monthly_commitment_luis_text_requests": 5000000,
                "monthly_commitment_luis_text_overage_requests": 1000,
                "monthly_luis_speech_requests": 2000,
            },
            {
                "Text requests (commitment)": (5000000, "transactions"),
                "Text requests (commitment overage)": (1, "1K transactions"),
                "Speech requests": (2, "1K transactions"),
            },
            id="requests committed to, others by use",
        ),
    ],
)
def test_parts(kind: str, usage: dict[str, Any], parts: dict[str, tuple[float, str]]) -> None:
    assert quantities(account(kind, **usage)) == {
        name: (Decimal(str(amount)), unit) for name, (amount, unit) in parts.items()
    }


def test_a_size_that_no_commitment_has_is_unpriced_and_never_nothing() -> None:
    found = account("SpeechServices", monthly_commitment_speech_to_text_custom_hrs=123)
    reasons = {part.component: part.missing for part in found.unpriced}
    assert reasons["Speech to text custom model (commitment)"] is Missing.UNPRICED


def test_what_is_committed_to_is_not_asked_for_again() -> None:
    found = account("LUIS", monthly_commitment_luis_text_requests=5000000)
    assert {part.component for part in found.unpriced} == {"Speech requests"}


@pytest.mark.parametrize(("kind", "tier"), [("OpenAI", "S0"), ("AIServices", "S0"), ("SpeechServices", "F0")])
def test_accounts_that_cost_nothing_by_themselves(kind: str, tier: str) -> None:
    assert account(kind, tier).state is EstimateState.FREE


@pytest.mark.parametrize(
    "key",
    [
        "monthly_speech_to_text_conversation_transcription_multi_channel_audio_hrs",
        "monthly_text_to_speech_personal_voice_profiles",
        "monthly_commitment_text_to_speech_neural_commitment_chars",
        "monthly_connected_container_commitment_speech_to_text_enhanced_add_ons_overage_hrs",
        "monthly_language_conversational_language_understanding_advanced_training_hours",
        "monthly_commitment_language_summarization_overage_records",
        "monthly_connected_container_commitment_luis_text_overage_requests",
    ],
)
def test_keys_of_shared_usage_files_are_read(key: str) -> None:
    assert key in ACCOUNTS.usage_keys
