"""What kinds, providers and units are called in FOCUS."""

from __future__ import annotations

_SERVICES = (
    ("ai.endpoint", ("AI and Machine Learning", "AI Platforms")),
    ("ai.model", ("AI and Machine Learning", "Generative AI")),
    ("ai.", ("AI and Machine Learning", "Machine Learning")),
    ("compute.function", ("Compute", "Serverless Compute")),
    ("compute.cluster", ("Compute", "Containers")),
    ("compute.nodepool", ("Compute", "Containers")),
    ("compute.", ("Compute", "Virtual Machines")),
    ("k8s.", ("Compute", "Containers")),
    ("storage.object", ("Storage", "Object Storage")),
    ("storage.block", ("Storage", "Block Storage")),
    ("storage.file", ("Storage", "File Storage")),
    ("storage.", ("Storage", "Other (Storage)")),
    ("database.sql", ("Databases", "Relational Databases")),
    ("database.cache", ("Databases", "Caching")),
    ("database.", ("Databases", "Other (Databases)")),
    ("network.nat", ("Networking", "Network Infrastructure")),
    ("network.lb", ("Networking", "Application Networking")),
    ("network.", ("Networking", "Other (Networking)")),
)
"""By the start of a kind, the first that fits."""
_PROVIDERS = {
    "aws": "AWS",
    "google": "Google Cloud",
    "azure": "Microsoft",
    "kubernetes": "Kubernetes",
    "onprem": "On-premises",
    "edge": "Edge",
}
_UNITS = {"hours": "Hours", "gb": "GB", "gb-month": "GB-Months", "requests": "Requests", "1m tokens": "1M Tokens"}


def service_of(kind: str) -> tuple[str, str]:
    """`ServiceCategory` and `ServiceSubcategory` of a kind."""
    return next((names for start, names in _SERVICES if kind.startswith(start)), ("Other", "Other (Other)"))


def provider_name(provider: str) -> str:
    """The name of a provider; those that FOCUS data do not know keep their own."""
    return _PROVIDERS.get(provider, provider)


def pricing_unit(unit: str) -> str:
    """A unit in the spelling of FOCUS (`Hours`, `GB-Months`); others as they are."""
    return _UNITS.get(unit.lower(), unit)
