"""The parts of a plan's JSON that are read, as typed structures; everything else is skipped while decoding.

Field names are Terraform's (`terraform show -json`, format_version 0.1 to 1.2). `prior_state` and `planned_values` are not
read: `resource_changes` is the truth of a plan.
"""

from __future__ import annotations

from typing import Any

import msgspec

READ_MAJORS = ("0", "1")
NEWEST_MINOR = 2


class ChangeBody(msgspec.Struct, gc=False):
    """`change` of a resource change: both sides and their marker trees."""

    actions: list[str] = []
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    after_unknown: Any = False
    before_sensitive: Any = False
    after_sensitive: Any = False
    replace_paths: list[list[Any]] | None = None
    importing: Any = None


class ResourceChange(msgspec.Struct, gc=False):
    """One entry of `resource_changes`, `resource_drift` or (inside `resource_change`) `deferred_changes`."""

    address: str
    change: ChangeBody
    type: str = ""
    name: str = ""
    mode: str = "managed"
    module_address: str = ""
    index: Any = None
    index_unknown: bool = False
    provider_name: str = ""
    deposed: str | None = None
    previous_address: str | None = None
    action_reason: str | None = None


class DeferredChange(msgspec.Struct, gc=False):
    """One entry of `deferred_changes`."""

    resource_change: ResourceChange
    reason: str = ""


class ProviderConfig(msgspec.Struct, gc=False):
    """One entry of `configuration.provider_config`, keyed by name, `name.alias` or `module.path:name.alias`."""

    name: str = ""
    full_name: str = ""
    alias: str = ""
    module_address: str = ""
    expressions: dict[str, Any] = {}


class ConfigResource(msgspec.Struct, gc=False):
    """A resource block of the configuration."""

    type: str = ""
    name: str = ""
    mode: str = "managed"
    provider_config_key: str = ""
    expressions: dict[str, Any] | None = None


class ConfigVariable(msgspec.Struct, gc=False):
    """A variable block; `default` is unset when there is none."""

    default: Any = msgspec.UNSET
    sensitive: bool = False


class ConfigOutput(msgspec.Struct, gc=False):
    """An output block."""

    expression: Any = None


class ModuleCall(msgspec.Struct, gc=False):
    """A module block with the configuration of the module called."""

    expressions: dict[str, Any] = {}
    module: ConfigModule | None = None


class ConfigModule(msgspec.Struct, gc=False):
    """The configuration of one module."""

    resources: list[ConfigResource] = []
    module_calls: dict[str, ModuleCall] = {}
    variables: dict[str, ConfigVariable] = {}
    outputs: dict[str, ConfigOutput] = {}


class Configuration(msgspec.Struct, gc=False):
    """`configuration` of a plan."""

    provider_config: dict[str, ProviderConfig] = {}
    root_module: ConfigModule = msgspec.field(default_factory=ConfigModule)


class PlanVariable(msgspec.Struct, gc=False):
    """The value of an input variable of the root module."""

    value: Any = None


class CheckProblem(msgspec.Struct, gc=False):
    """What the author of a check wrote to be said when it fails."""

    message: str = ""


class CheckInstance(msgspec.Struct, gc=False):
    """The outcome of a check for one instance."""

    problems: list[CheckProblem] | None = None


class Check(msgspec.Struct, gc=False):
    """The outcome of a `check` block or a condition."""

    address: dict[str, Any] = {}
    status: str = ""
    instances: list[CheckInstance] | None = None


class Plan(msgspec.Struct, gc=False):
    """A plan as `terraform show -json` prints it."""

    format_version: str | None = None
    terraform_version: str = ""
    resource_changes: list[ResourceChange] | None = None
    resource_drift: list[ResourceChange] | None = None
    deferred_changes: list[DeferredChange] | None = None
    configuration: Configuration | None = None
    variables: dict[str, PlanVariable] | None = None
    checks: list[Check] | None = None
    timestamp: str = ""
    complete: bool | None = None
    errored: bool | None = None
    planned_values: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    """Only its presence is looked at: it tells a plan without changes from another document."""
