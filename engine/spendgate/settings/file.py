"""`spendgate.yaml`: where it is, what may stand in it, and what it says about single policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from spendgate.documents import Document
from spendgate.errors import SettingsError
from spendgate.model.finding import Enforcement
from spendgate.policies.catalog import Override
from spendgate.policies.enforcement import parse_enforcement
from spendgate.policies.mistakes import Mistake, near

Level = Literal["advise", "warn", "require-approval", "block"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PolicySettings(_Strict):
    """What the configuration says of one policy."""

    enabled: bool = True
    enforcement: Any = None
    on_unknown: Level | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    approvers: list[str] | None = None


class Environments(_Strict):
    """Which accounts and projects belong to which environment."""

    accounts: dict[str, str] = Field(default_factory=dict)


class SettingsFile(_Strict):
    """`spendgate.yaml`."""

    packs: list[str] | None = None
    policy_paths: list[str] = Field(default_factory=list)
    policies: dict[str, PolicySettings] = Field(default_factory=dict)
    aliases: dict[str, list[str]] = Field(default_factory=dict)
    environments: Environments = Environments()
    regions: dict[Literal["aws", "google", "azure", "kubernetes"], str] = Field(default_factory=dict)
    schedules: dict[str, Any] = Field(default_factory=dict)
    usage_file: str | None = None
    rates: str | None = None
    currency: str | None = None
    nodes: str | None = None
    metrics: str | list[str] | None = None
    budgets: str | None = None
    scope: Literal["changes", "all"] | None = None
    fail_on: Literal["warn", "require-approval", "block"] | None = None
    on_unknown: Level | None = None
    env: str | None = None
    workspace: str | None = None
    rego_engine: Literal["auto", "server", "binary", "embedded"] | None = None
    opa_url: str | None = None
    opa_ca_file: str | None = None
    opa_cert_file: str | None = None
    opa_key_file: str | None = None
    opa_timeout_seconds: Annotated[float, Field(gt=0)] | None = None
    waivers: str | None = None
    approvals: list[str] = Field(default_factory=list)
    baseline: str | None = None
    root_name: str | None = None
    teams: dict[str, list[str]] = Field(default_factory=dict)
    approvers: list[str] = Field(default_factory=list)


def checked(document: Document) -> SettingsFile:
    """The file's content. Raises SettingsError with line and the nearest known key."""
    if document.data is None:
        return SettingsFile()
    if not isinstance(document.data, Mapping):
        raise SettingsError("is no map of settings", file=document.origin, line=1)
    try:
        return SettingsFile.model_validate(document.data)
    except ValidationError as error:
        first = error.errors()[0]
        raise _refusal(document, first) from None


def _refusal(document: Document, found: Any) -> SettingsError:
    route = tuple(found["loc"])
    line = document.line_of(route)
    shown = ".".join(str(part) for part in route)
    if found["type"] == "extra_forbidden":
        model: type[BaseModel] = SettingsFile
        if len(route) > 1:
            model = PolicySettings if route[0] == "policies" else Environments
        hint = near(str(route[-1]), model.model_fields)
        return SettingsError(f"unknown key {shown!r}", file=document.origin, line=line, hint=hint)
    if found["type"] in ("model_type", "dict_type"):
        switch = len(route) == 2 and route[0] == "policies"
        cure = "to switch a policy off: {enabled: false}; to change it: {enforcement: warn}" if switch else None
        return SettingsError(f"{shown} is no map of keys", file=document.origin, line=line, hint=cure)
    return SettingsError(f"{shown}: {found['msg'].lower()}", file=document.origin, line=line)


def overrides(policies: Mapping[str, PolicySettings], document: Document | None) -> Mapping[str, Override]:
    """What the file says about single policies, each with its place."""
    found = {}
    for policy_id, said in policies.items():
        assert document is not None, policy_id
        line = document.line_of(("policies", policy_id))
        try:
            enforcement = parse_enforcement(said.enforcement) if said.enforcement is not None else None
        except Mistake as mistake:
            route = ("policies", policy_id, "enforcement", *mistake.inner)
            hint = "a policy is switched off by `enabled: false`" if said.enforcement == "off" else mistake.hint
            raise SettingsError(
                f"{policy_id}: {mistake.message}", hint=hint, file=document.origin, line=document.line_of(route)
            ) from None
        on_unknown = Enforcement.parse(said.on_unknown) if said.on_unknown else None
        found[policy_id] = Override(
            enforcement, on_unknown, said.parameters, said.enabled, document.origin, line, said.approvers
        )
    return found
