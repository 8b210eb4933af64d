"""Bedrock provisioned throughput, and SageMaker endpoints without machines."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import sizes, unpriced
from spendgate.costing.meters.parts import amount, use_of
from spendgate.costing.usage import stated
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Component, RateQuery
from spendgate.model.values import Unknown
from spendgate.ports import Subject


class ModelUnits:
    """Model units by the hour, at the price of their commitment; they are paid whether used or not."""

    types = ("aws_bedrock_provisioned_model_throughput",)
    usage_keys: dict[str, str] = {}

    def components(self, subject: Subject) -> Iterable[Component]:
        """One part: units times 730 hours."""
        model, commitment = subject.facets.llm.get("model"), subject.facets.purchase.commitment
        for value, what in ((model, "model"), (commitment, "commitment"), (subject.facets.region, "region")):
            if isinstance(value, Unknown):
                yield unpriced("Model units", "model-unit-hours", f"{what}: {value.reason}")
                return
        quantity = sizes(subject.facets.capacity, HOURS_PER_MONTH)
        name = f"Model units ({model}, {commitment or 'no commitment'})"
        if isinstance(quantity, str):
            yield unpriced(name, "model-unit-hours", quantity)
            return
        base = str(model).split(":")[0] if str(model).count(":") > 1 else str(model)
        query = RateQuery("aws", str(subject.facets.region), "bedrock", f"{base} {commitment or 'none'}")
        yield Component(name, "model-unit-hours", query, quantity)


class ServerlessInference:
    """Serverless variants of SageMaker endpoints: memory for as long as requests take, and what is kept provisioned."""

    types = ("aws_sagemaker_endpoint",)
    usage_keys = {
        "monthly_requests": "requests a month to a serverless endpoint",
        "request_duration_ms": "milliseconds that such a request takes",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """Gigabyte-seconds of each serverless variant of the configuration."""
        found = subject.neighbours.targets(
            subject.resource, "endpoint_config_name", "aws_sagemaker_endpoint_configuration"
        )
        blocks = found[0].attributes.blocks("production_variants") if found else ()
        for number, variant in enumerate(blocks if isinstance(blocks, tuple) else ()):
            if variant.has_block("serverless_config"):
                yield from self._variant(subject, variant, number)

    def _variant(self, subject: Subject, variant: Attributes, number: int) -> Iterable[Component]:
        title = variant.text("variant_name")
        name = f"{title if isinstance(title, str) else f'variant {number}'}: serverless inference"
        memory = variant.number("serverless_config.0.memory_size_in_mb")
        if not isinstance(memory, Decimal):
            yield unpriced(name, "GB-seconds", "its memory is not known")
            return
        gigabytes = memory / 1024
        requests, duration = stated(subject.usage, "monthly_requests"), stated(subject.usage, "request_duration_ms")
        seconds = requests * duration / 1000 if requests is not None and duration is not None else None
        rate = ("sagemaker serverless", f"inference {gigabytes:f} gb")
        total = seconds * gigabytes if seconds is not None else None
        yield use_of(subject, name, "GB-seconds", rate, total, "request_duration_ms")
        kept = variant.number("serverless_config.0.provisioned_concurrency")
        if isinstance(kept, Decimal) and kept > 0:
            held = kept * gigabytes * HOURS_PER_MONTH * 3600
            rate = ("sagemaker serverless", "provisioned concurrency")
            yield amount(subject, f"{name}, provisioned", "GB-seconds", rate, held)


MODEL_UNITS = ModelUnits()
SERVERLESS = ServerlessInference()
