"""Models as a service on Azure: provisioned units by the hour, tokens, images and speech by use; search units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.azure_parts import (
    MILLION,
    THOUSAND,
    Metered,
    hours_of,
    metered,
    sku,
    times,
    without_sku,
)
from spendgate.costing.meters.llm_tokens import is_stated
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import amount, used
from spendgate.model.cost import Component
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_SERVICE = "openai"
_HUNDRED = Decimal(100)
_IN = Metered("Text input", "1K tokens", "text input", "monthly_language_input_tokens", THOUSAND)
_OUT = Metered("Text output", "1K tokens", "text output", "monthly_language_output_tokens", THOUSAND)
_CACHED = Metered(
    "Cached text input", "1K tokens", "cached text input", "monthly_language_cached_input_tokens", THOUSAND
)
_LANGUAGE = (_IN, _OUT, _CACHED)
_EMBEDDINGS = (Metered("Text embeddings", "1K tokens", "text embeddings", "monthly_text_embedding_tokens", THOUSAND),)
_BASE = (Metered("Base model tokens", "1K tokens", "base model tokens", "monthly_base_model_tokens", THOUSAND),)
_TUNING = (
    Metered("Fine tuning training", "hours", "fine tuning training", "monthly_fine_tuning_training_hours"),
    Metered("Fine tuning hosting", "hours", "fine tuning hosting", "monthly_fine_tuning_hosting_hours"),
    Metered("Fine tuning input", "1K tokens", "fine tuning input", "monthly_fine_tuning_input_tokens", THOUSAND),
    Metered("Fine tuning output", "1K tokens", "fine tuning output", "monthly_fine_tuning_output_tokens", THOUSAND),
)


def _images(quality: str, size: str) -> Metered:
    name = f"{quality} {size.replace('_', 'x')} images"
    return Metered(name, "100 images", name.lower(), f"monthly_{quality.lower()}_{size}_images", _HUNDRED)


_DALLE_2 = (_images("Standard", "1024_1024"),)
_DALLE_3 = tuple(_images(quality, size) for quality in ("Standard", "HD") for size in ("1024_1024", "1024_1792"))
_SPEECH = (Metered("Text to speech", "1M characters", "text to speech", "monthly_text_to_speech_characters", MILLION),)
_WHISPER = (Metered("Text to speech", "hours", "text to speech", "monthly_text_to_speech_hours"),)
_SESSIONS = Metered(
    "Code interpreter sessions", "sessions", "code interpreter sessions", "monthly_code_interpreter_sessions"
)

_MODELS: tuple[tuple[str, tuple[Metered, ...]], ...] = (
    (r"text-embedding-.*", _EMBEDDINGS),
    (r"(babbage|davinci)-.*", (*_BASE, *_TUNING)),
    (r"dall-e-2", _DALLE_2),
    (r"dall-e-3", _DALLE_3),
    (r"tts.*", _SPEECH),
    (r"whisper.*", _WHISPER),
    (r"gpt-35-turbo", (*_LANGUAGE, *_TUNING)),
)
"""What each family of models is metered by; every other one by tokens in, out and cached."""
_NO_SESSIONS = re.compile(r"text-embedding-.*|(babbage|davinci)-.*|dall-e-.*|tts.*|whisper.*")
_SCOPES: Mapping[str, str] = {"global": "global", "datazone": "data zone"}


class Models:
    """`azurerm_cognitive_deployment` and its `azapi` form."""

    types = ("azurerm_cognitive_deployment", "azapi_resource")
    usage_keys = {
        "monthly_language_input_tokens": "tokens in, a month",
        "monthly_language_cached_input_tokens": "tokens in that come from the cache, a month",
        "monthly_language_output_tokens": "tokens out, a month",
        "monthly_code_interpreter_sessions": "code interpreter sessions a month",
        "monthly_base_model_tokens": "tokens of a base model, a month",
        "monthly_fine_tuning_training_hours": "hours of training a month",
        "monthly_fine_tuning_hosting_hours": "hours that a tuned model is hosted, a month",
        "monthly_fine_tuning_input_tokens": "tokens into a tuned model, a month",
        "monthly_fine_tuning_output_tokens": "tokens out of a tuned model, a month",
        "monthly_standard_1024_1024_images": "standard images of 1024x1024 a month",
        "monthly_standard_1024_1792_images": "standard images of 1024x1792 a month",
        "monthly_hd_1024_1024_images": "HD images of 1024x1024 a month",
        "monthly_hd_1024_1792_images": "HD images of 1024x1792 a month",
        "monthly_text_embedding_tokens": "tokens embedded a month",
        "monthly_text_to_speech_characters": "characters spoken a month",
        "monthly_text_to_speech_hours": "hours of speech a month",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """Provisioned units by the hour, or the model's meters by use."""
        llm = subject.facets.llm
        if not llm:
            return
        model, kind = llm.get("model"), llm.get("sku")
        if not isinstance(model, str) or not isinstance(kind, str):
            what, value = ("model", model) if not isinstance(model, str) else ("deployment type", kind)
            reason = value.reason if isinstance(value, Unknown) else "not stated"
            yield unpriced("Model use", "1K tokens", f"its {what} is {reason}")
            return
        if "provisioned_units" in llm:
            yield _provisioned(subject, model, kind)
        elif not is_stated(subject.usage):
            yield from _by_use(subject, model, kind)
        if not _NO_SESSIONS.fullmatch(model):
            yield from metered(subject, _SERVICE, (_SESSIONS,))


def _provisioned(subject: Subject, model: str, kind: str) -> Component:
    """Provisioned throughput is paid by unit and hour whether tokens flow or not."""
    hours = times(subject.facets.llm["provisioned_units"], HOURS_PER_MONTH)
    scope = _scope(kind)
    rate = (_SERVICE, "provisioned throughput unit" + (f" ({scope})" if scope else ""))
    return amount(subject, f"Provisioned throughput units ({model})", "PTU-hours", rate, hours)


def _by_use(subject: Subject, model: str, kind: str) -> Iterator[Component]:
    parts = next((parts for pattern, parts in _MODELS if re.fullmatch(pattern, model)), _LANGUAGE)
    scope = _scope(kind)
    suffix = f" ({scope})" if scope else ""
    for part in parts:
        yield from metered(
            subject,
            _SERVICE,
            (part._replace(name=f"{part.name} ({model})", item=f"{model}: {part.item}{suffix}"),),
        )


def _scope(kind: str) -> str:
    """Where a deployment type may compute: `global`, `data zone`, with `batch` where it is; empty for its own region."""
    words = [scope for word, scope in _SCOPES.items() if kind.lower().startswith(word)]
    return ", ".join([*words, *(["batch"] if "batch" in kind.lower() else [])])


_SEARCH: Mapping[str, str] = {
    "basic": "Basic",
    "standard": "Standard S1",
    "standard2": "Standard S2",
    "standard3": "Standard S3",
    "storage_optimized_l1": "Storage Optimized L1",
    "storage_optimized_l2": "Storage Optimized L2",
}


class Search:
    """`azurerm_search_service`: search units by the hour, images extracted by use."""

    types = ("azurerm_search_service",)
    usage_keys = {"monthly_images_extracted": "images extracted from documents, a month"}

    def components(self, subject: Subject) -> Iterable[Component]:
        """Replicas times partitions, every hour; the free tier costs nothing."""
        kind = sku(subject.resource.attributes, "sku")
        if isinstance(kind, Unknown):
            yield without_sku("Search usage", "hours", kind)
        elif kind != "free":
            units = subject.facets.capacity.desired
            title = _SEARCH.get(kind, kind)
            count = "" if isinstance(units, Unknown) else f", {units} unit{'s' if units != 1 else ''}"
            yield hours_of(subject, f"Search usage ({title}{count})", ("search", title), units)
            rate, key = ("search", "image extraction"), "monthly_images_extracted"
            yield used(subject, "Image extraction", "1000 images", rate, key, per_unit=THOUSAND, tiered=True)


MODELS = Models()
SEARCH = Search()
