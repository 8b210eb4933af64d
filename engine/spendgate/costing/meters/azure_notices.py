"""Notifications of an action group, where use is stated as how often the group is told: each receiver gets every one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import use_of
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Component
from spendgate.model.values import Unknown
from spendgate.ports import Subject

SERVICE = "monitor action group"
KEY = "monthly_notifications"
_PLAIN = (
    ("email_receiver", "Email notifications", "emails", "email notifications (2)"),
    ("itsm_receiver", "ITSM connector events", "events", "itsm connectors (1)"),
    ("azure_app_push_receiver", "Push notifications", "notifications", "push notifications (1)"),
)
_BY_COUNTRY = (
    ("sms_receiver", "SMS messages", "messages", "sms messages"),
    ("voice_receiver", "Voice calls", "calls", "voice calls"),
)
_HOOKS = (("Web hooks", "web hooks (2)"), ("Secure web hooks", "secure web hooks (1)"))
"""Receivers that cost: their block, and name, unit and item of what they get."""


def by_receiver(subject: Subject, times: Decimal) -> Iterator[Component]:
    """What each kind of receiver gets when the group is told so many times a month."""
    attributes = subject.resource.attributes
    for block, name, unit, item in _PLAIN:
        found = attributes.blocks(block)
        yield from _sent(subject, name, unit, item, times, found)
    for block, name, unit, item in _BY_COUNTRY:
        found = attributes.blocks(block)
        if isinstance(found, Unknown):
            yield unpriced(name, unit, f"its receivers are {found.reason}")
            continue
        codes = Counter(_code(receiver) for receiver in found)
        for code in sorted(codes):
            rate = f"{item} / country code {code} (1)"
            here = tuple(receiver for receiver in found if _code(receiver) == code)
            yield from _sent(subject, f"{name} (country code {code})", unit, rate, times, here)
    hooks = attributes.blocks("webhook_receiver")
    for (name, item), secure in zip(_HOOKS, (False, True), strict=True):
        chosen = hooks if isinstance(hooks, Unknown) else tuple(hook for hook in hooks if _is_secure(hook) is secure)
        yield from _sent(subject, name, "notifications", item, times, chosen)


def _sent(
    subject: Subject, name: str, unit: str, item: str, times: Decimal, receivers: tuple[Attributes, ...] | Unknown
) -> Iterator[Component]:
    if isinstance(receivers, Unknown):
        yield unpriced(name, unit, f"its receivers are {receivers.reason}")
    elif receivers:
        yield use_of(subject, name, unit, (SERVICE, item), times * len(receivers), KEY)


def _code(receiver: Attributes) -> str:
    code = receiver.text("country_code")
    return code if isinstance(code, str) else "unknown"


def _is_secure(hook: Attributes) -> bool:
    return hook.has_block("aad_auth")
