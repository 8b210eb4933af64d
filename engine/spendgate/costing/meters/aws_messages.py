"""Messages and workflows: SNS, SQS, EventBridge, Step Functions. All of it is paid by use."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import ByType, Service, Use, by_use, flag_of, text_of, use_of, used
from spendgate.costing.usage import stated
from spendgate.model.cost import Component, Rate
from spendgate.model.frozen import replace
from spendgate.ports import Subject

_MILLION, _HUNDRED_THOUSAND = Decimal(1_000_000), Decimal(100_000)
_CHUNK_KB = Decimal(64)
"""Each 64 KB of a message counts as a request of its own (Amazon SNS and SQS pricing)."""

_SIZE_KEYS = {
    "monthly_requests": "requests a month",
    "request_size_kb": "kilobytes of a request; each 64 count as one",
    "request_size": "the same, as older usage files spell it",
}


def _chunks(subject: Subject) -> Decimal | None:
    """Requests a month, each counted once for every 64 KB of it."""
    requests = stated(subject.usage, "monthly_requests")
    size = stated(subject.usage, "request_size_kb")
    size = stated(subject.usage, "request_size") if size is None else size
    if requests is None:
        return None
    per_request = (size / _CHUNK_KB).to_integral_value(ROUND_CEILING) if size else Decimal(1)
    return requests * per_request


def _queue(subject: Subject) -> Iterator[Component]:
    kind = "fifo" if flag_of(subject, "fifo_queue") is True else "standard"
    requests = _chunks(subject)
    millions = requests / _MILLION if requests is not None else None
    yield use_of(subject, "Requests", "1M requests", ("sqs", f"{kind} requests"), millions, "monthly_requests")


_DELIVERIES: tuple[tuple[str, str, str, str, Decimal, Decimal], ...] = (
    ("http", "HTTP notifications", "100k notifications", "http notifications", _HUNDRED_THOUSAND, _HUNDRED_THOUSAND),
    ("email", "E-mail notifications", "100k notifications", "email notifications", _HUNDRED_THOUSAND, Decimal(1000)),
    ("kinesis", "Firehose notifications", "1M notifications", "firehose notifications", _MILLION, Decimal(0)),
    ("mobile_push", "Mobile push notifications", "1M notifications", "mobile push notifications", _MILLION, _MILLION),
    ("macos", "macOS notifications", "1M notifications", "macos notifications", _MILLION, _MILLION),
)
"""Kind of subscription, name, unit, item of the rate, notifications per unit, notifications free each month."""

_TOPIC_KEYS = {
    **_SIZE_KEYS,
    **{f"{kind}_subscriptions": f"subscriptions by {kind.replace('_', ' ')}" for kind, *_ in _DELIVERIES},
    "sms_subscriptions": "subscriptions by text message",
    "sms_notification_price": "what a text message costs on average: it depends on the country",
    "fifo_subscriptions": "subscriptions of a FIFO topic",
}


def _topic(subject: Subject) -> Iterator[Component]:
    if flag_of(subject, "fifo_topic") is True:
        yield from _fifo_topic(subject)
        return
    requests = _chunks(subject)
    paid = max(requests - _MILLION, Decimal(0)) / _MILLION if requests is not None else None
    yield use_of(
        subject, "Requests above the free million", "1M requests", ("sns", "requests"), paid, "monthly_requests"
    )
    for kind, name, unit, item, per_unit, free in _DELIVERIES:
        count = stated(subject.usage, f"{kind}_subscriptions")
        if count and requests is not None:
            paid = max(requests * count - free, Decimal(0)) / per_unit
            yield use_of(subject, name, unit, ("sns", item), paid, f"{kind}_subscriptions")
    count = stated(subject.usage, "sms_subscriptions")
    if count and requests is not None:
        yield _text_messages(subject, requests * count)


def _text_messages(subject: Subject, messages: Decimal) -> Component:
    """Text messages at the price that people state for them, since no list has one for all countries."""
    price = stated(subject.usage, "sms_notification_price")
    if price is None:
        return unpriced("Text messages", "messages", "their price depends on the country: state sms_notification_price")
    part = use_of(subject, "Text messages", "messages", ("sns", "text messages"), messages, "sms_subscriptions")
    return replace(part, stated=Rate(price, "messages", "", "usage file", note="stated in the usage file"))


def _fifo_topic(subject: Subject) -> Iterator[Component]:
    requests, size = stated(subject.usage, "monthly_requests"), stated(subject.usage, "request_size_kb")
    millions = requests / _MILLION if requests is not None else None
    gigabytes = requests * size / 1024 / 1024 if requests is not None and size is not None else None
    yield use_of(
        subject, "Publish requests", "1M requests", ("sns", "fifo publish requests"), millions, "monthly_requests"
    )
    yield use_of(subject, "Publish payload", "GB", ("sns", "fifo publish payload"), gigabytes, "request_size_kb")
    count = stated(subject.usage, "fifo_subscriptions")
    if count is None:
        count = Decimal(len(subject.neighbours.users(subject.resource, "aws_sns_topic_subscription")))
    if count:
        rate = ("sns", "fifo notifications")
        sent = millions * count if millions is not None else None
        yield use_of(subject, "Notifications", "1M notifications", rate, sent, "monthly_requests")
        rate = ("sns", "fifo notification payload")
        carried = gigabytes * count if gigabytes is not None else None
        yield use_of(subject, "Notification payload", "GB", rate, carried, "request_size_kb")


def _subscription(subject: Subject) -> Iterator[Component]:
    """Deliveries over HTTP, for usage files that state them at the subscription; otherwise the topic counts them."""
    requests = _chunks(subject)
    protocol = text_of(subject, "protocol")
    if requests is None or protocol not in ("http", "https"):
        return
    rate = ("sns", "http notifications")
    yield use_of(
        subject, "HTTP notifications", "100k notifications", rate, requests / _HUNDRED_THOUSAND, "monthly_requests"
    )


_EVENTS = (
    Use("Custom events", "1M events", ("eventbridge", "custom events"), "monthly_custom_events", 1_000_000),
    Use(
        "Third-party events",
        "1M events",
        ("eventbridge", "third-party events"),
        "monthly_third_party_events",
        1_000_000,
    ),
    Use("Archive processing", "GB", ("eventbridge", "archive processing"), "monthly_archive_processing_gb"),
    Use("Archive storage", "GB-month", ("eventbridge", "archive storage"), "archive_storage_gb"),
    Use(
        "Schema discovery",
        "1M events",
        ("eventbridge", "schema discovery"),
        "monthly_schema_discovery_events",
        1_000_000,
    ),
)

_MACHINE_KEYS = {
    "monthly_transitions": "state transitions a month (standard workflows)",
    "monthly_requests": "executions a month (express workflows)",
    "workflow_duration_ms": "milliseconds that an express workflow takes; each 100 begun count",
    "memory_mb": "megabytes that an express workflow uses; each 64 begun count",
}
_STEP_MS, _STEP_MB = Decimal(100), Decimal(64)


def _state_machine(subject: Subject) -> Iterator[Component]:
    if text_of(subject, "type", "STANDARD") != "EXPRESS":
        rate = ("step functions", "transitions")
        yield used(subject, "Transitions", "1k transitions", rate, "monthly_transitions", per_unit=1000)
        return
    rate = ("step functions", "express requests")
    yield used(subject, "Requests", "1M requests", rate, "monthly_requests", per_unit=1_000_000)
    requests = stated(subject.usage, "monthly_requests")
    duration, memory = stated(subject.usage, "workflow_duration_ms"), stated(subject.usage, "memory_mb")
    gb_hours = None
    if requests is not None and duration is not None and memory is not None:
        seconds = (duration / _STEP_MS).to_integral_value(ROUND_CEILING) * _STEP_MS / 1000
        gigabytes = max((memory / _STEP_MB).to_integral_value(ROUND_CEILING), Decimal(1)) * _STEP_MB / 1024
        gb_hours = requests * seconds * gigabytes / 3600
    rate = ("step functions", "express duration")
    yield use_of(subject, "Duration", "GB-hours", rate, gb_hours, "workflow_duration_ms", tiered=True)


MESSAGES = ByType(
    {
        "aws_sqs_queue": Service(_queue, _SIZE_KEYS),
        "aws_sns_topic": Service(_topic, _TOPIC_KEYS),
        "aws_sns_topic_subscription": Service(_subscription, _SIZE_KEYS),
        "aws_cloudwatch_event_bus": by_use(*_EVENTS),
        "aws_sfn_state_machine": Service(_state_machine, _MACHINE_KEYS),
    }
)
