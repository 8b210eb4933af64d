"""Cognitive accounts of Azure: speech, language and language understanding, by use or by commitment.

A commitment is a fixed use for a month, sold in steps; what goes over it costs by the piece, at the rate of its step. Both come
for the service itself and for its containers that run elsewhere ("connected"), each at rates of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from spendgate.costing.meters.azure_parts import MILLION, THOUSAND, Metered, metered, sku, why, without_sku
from spendgate.costing.meters.parts import used
from spendgate.costing.usage import stated
from spendgate.model.cost import Component
from spendgate.model.values import Unknown
from spendgate.ports import Subject


class _Committed(NamedTuple):
    """What may be committed to: its name, unit and item, and the tail of its keys, `{}` being `_overage` or nothing.

    `over` replaces unit and divisor of what goes over the commitment, where they are not those of the commitment.
    """

    name: str
    unit: str
    item: str
    key: str
    per_unit: Decimal = Decimal(1)
    over: tuple[str, Decimal] | None = None


def _hours(name: str, item: str) -> Metered:
    return Metered(name, "hours", item, f"monthly_{item.replace(' ', '_')}_hrs")


def _characters(name: str, item: str) -> Metered:
    return Metered(name, "1M characters", item, f"monthly_{item.replace(' ', '_')}_chars", MILLION)


_SPEECH = (
    _hours("Speech to text", "speech to text standard"),
    _hours("Speech to text batch", "speech to text standard batch"),
    _hours("Speech to text custom model", "speech to text custom"),
    _hours("Speech to text custom model batch", "speech to text custom batch"),
    _hours("Speech to text custom model endpoint hosting", "speech to text custom endpoint"),
    _hours("Speech to text custom model training", "speech to text custom training"),
    _hours("Speech to text enhanced add-ons", "speech to text enhanced add ons"),
    _hours(
        "Speech to text conversation transcription multi-channel audio",
        "speech to text conversation transcription multi channel audio",
    ),
    _characters("Text to speech neural", "text to speech neural"),
    _hours("Text to speech custom neural training", "text to speech custom neural training"),
    _characters("Text to speech custom neural", "text to speech custom neural"),
    _hours("Text to speech custom neural endpoint hosting", "text to speech custom neural endpoint"),
    _characters("Text to speech long audio", "text to speech long audio"),
    Metered(
        "Text to speech personal voice profiles",
        "1K profiles",
        "text to speech personal voice profiles",
        "monthly_text_to_speech_personal_voice_profiles",
        THOUSAND,
    ),
    _characters("Text to speech personal voice", "text to speech personal voice"),
    _hours("Speech translation", "speech translation"),
    *(
        Metered(
            f"Speaker {kind}",
            "1K transactions",
            f"speaker {kind}",
            f"monthly_speaker_{kind}_transactions",
            THOUSAND,
        )
        for kind in ("verification", "identification")
    ),
    Metered("Voice profiles", "1K profiles", "voice profiles", "monthly_voice_profiles", THOUSAND),
)
_SPEECH_COMMITTED = (
    *(
        _Committed(name, "hours", item, f"{item.replace(' ', '_')}{{}}_hrs")
        for name, item in (
            ("Speech to text", "speech to text standard"),
            ("Speech to text custom model", "speech to text custom"),
            ("Speech to text enhanced add-ons", "speech to text enhanced add ons"),
        )
    ),
    _Committed(
        "Text to speech neural", "1M characters", "text to speech neural", "text_to_speech_neural{}_chars", MILLION
    ),
)


def _records(name: str, *, tiered: bool = False) -> Metered:
    item = name.lower()
    key = f"monthly_language_{item.replace(' ', '_')}_records"
    return Metered(name, "1K records", item, key, THOUSAND, tiered=tiered)


_LANGUAGE = (
    _records("Text analytics", tiered=True),
    _records("Summarization"),
    _records("Conversational language understanding"),
    Metered(
        "Conversational language understanding advanced training",
        "hours",
        "conversational language understanding advanced training",
        "monthly_language_conversational_language_understanding_advanced_training_hours",
    ),
    _records("Customized text classification"),
    _records("Customized summarization"),
    _records("Customized question answering"),
    Metered("Customized training", "hours", "customized training", "monthly_language_customized_training_hours"),
    _records("Text analytics for health", tiered=True),
)
_LANGUAGE_COMMITTED = tuple(
    _Committed(name, "1K records", name.lower(), f"language_{name.lower().replace(' ', '_')}{{}}_records", THOUSAND)
    for name in ("Text analytics", "Summarization")
)
_LUIS = (
    Metered("Text requests", "1K transactions", "text requests", "monthly_luis_text_requests", THOUSAND),
    Metered("Speech requests", "1K transactions", "speech requests", "monthly_luis_speech_requests", THOUSAND),
)
_LUIS_COMMITTED = (
    _Committed(
        "Text requests",
        "transactions",
        "text requests",
        "luis_text{}_requests",
        over=("1K transactions", THOUSAND),
    ),
)


class _Kind(NamedTuple):
    """A kind of account: the service of its rates, its parts, and those of them that may be committed to."""

    service: str
    parts: tuple[Metered, ...]
    committed: tuple[_Committed, ...]


_KINDS: Mapping[str, _Kind] = {
    "SpeechServices": _Kind("cognitive services speech", _SPEECH, _SPEECH_COMMITTED),
    "TextAnalytics": _Kind("cognitive services language", _LANGUAGE, _LANGUAGE_COMMITTED),
    "LUIS": _Kind("cognitive services luis", _LUIS, _LUIS_COMMITTED),
}
_PLACES = (("", "commitment"), ("connected_container_", "connected container commitment"))
_NEURAL_SIZE = "text_to_speech_neural_commitment_chars"
"""How usage files spell the size of one commitment, unlike that of all others."""


class Accounts:
    """Cognitive accounts: those of OpenAI and AI services pay through their deployments, others by use."""

    types = ("azurerm_cognitive_account", "azurerm_ai_services")
    usage_keys: Mapping[str, str] = {
        **{part.key: f"{part.name.lower()}, a month" for kind in _KINDS.values() for part in kind.parts},
        **{
            key: f"{part.name.lower()} {what}, a month"
            for kind in _KINDS.values()
            for part in kind.committed
            for place, _ in _PLACES
            for key, what in (
                (f"monthly_{place}commitment_{part.key.format('')}", "committed to"),
                (f"monthly_{place}commitment_{part.key.format('_overage')}", "over the commitment"),
            )
        },
        **{
            f"monthly_{place}commitment_{_NEURAL_SIZE}": "characters spoken that are committed to"
            for place, _ in _PLACES
        },
        "monthly_requests": "transactions a month",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """What the kind is metered by; a free SKU and the kinds that only hold deployments yield nothing."""
        attributes = subject.resource.attributes
        kind = sku(attributes, "kind", default="AIServices")
        tier = sku(attributes, "sku_name", default="S0")
        if isinstance(kind, Unknown) or isinstance(tier, Unknown):
            yield without_sku("Requests", "1K transactions", why(kind, tier))
        elif kind in ("OpenAI", "AIServices") or tier == "F0":
            return
        elif (known := _KINDS.get(kind)) is not None:
            yield from _parts(subject, known)
        else:
            name = f"Transactions ({kind})"
            requests = Metered(name, "1K transactions", "transactions", "monthly_requests", THOUSAND)
            yield from metered(subject, f"cognitive services {kind.lower()}", (requests,))


def _parts(subject: Subject, kind: _Kind) -> Iterator[Component]:
    """The commitments that are stated, and what is paid by use unless it is committed to."""
    instead: set[str] = set()
    for committed in kind.committed:
        for place, words in _PLACES:
            found = tuple(_commitment(subject, kind.service, committed, place, words))
            if found:
                instead.add(committed.item)
            yield from found
    for part in kind.parts:
        if part.item not in instead or stated(subject.usage, part.key) is not None:
            yield from metered(subject, kind.service, (part,))


def _commitment(subject: Subject, service: str, part: _Committed, place: str, words: str) -> Iterator[Component]:
    key = f"monthly_{place}commitment_{part.key.format('')}"
    if part.key.startswith("text_to_speech_neural") and stated(subject.usage, key) is None:
        key = f"monthly_{place}commitment_{_NEURAL_SIZE}"
    size = stated(subject.usage, key)
    if size is None:
        return
    step = f"{part.item} {words} {size.normalize():f}"
    yield used(subject, f"{part.name} ({words})", part.unit, (service, step), key, per_unit=part.per_unit)
    over = f"monthly_{place}commitment_{part.key.format('_overage')}"
    if stated(subject.usage, over) is not None:
        unit, per_unit = part.over or (part.unit, part.per_unit)
        name, rate = f"{part.name} ({words} overage)", (service, f"{step} overage")
        yield used(subject, name, unit, rate, over, per_unit=per_unit)


ACCOUNTS = Accounts()
