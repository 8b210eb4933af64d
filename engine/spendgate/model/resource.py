"""Resources, changes and the workload of a run, as the inputs hand them over: facts only, nothing derived."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol

from spendgate.model.attributes import Attributes
from spendgate.model.frozen import Frozen, field
from spendgate.model.values import Text, Unknown

_EMPTY: Mapping[str, Any] = MappingProxyType({})


class Action(StrEnum):
    """What happens to a resource. `declare`: source without a prior state; `exists`: live."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    NO_OP = "no-op"
    READ = "read"
    FORGET = "forget"
    IMPORT = "import"
    MOVE = "move"
    DECLARE = "declare"
    EXISTS = "exists"


class ProviderSettings(Frozen):
    """What a provider block gives to its resources.

    `region` as configured (AWS `region`, Google `region` or the region of `zone`, Azure has none); `default_tags` holds
    AWS `default_tags` or Google `default_labels`, values may be `Unknown`, and so may be the whole map; `project` is the
    Google project, the AWS account or the Azure subscription where one is configured.
    """

    region: Text = None
    zone: Text = None
    default_tags: Mapping[str, Any] | Unknown = _EMPTY
    project: Text = None


NO_SETTINGS = ProviderSettings()


class Observed(Frozen):
    """What is known of a resource only because it runs: it was seen, not planned.

    `identity` is the provider's own id (an ARN, a self link, an instance id) and `aliases` its other names; `state` the
    provider's word in lower case; `stopped` that no machine of it runs now, `idle` that nothing can use it (an unattached disk,
    a load balancer without targets). `disks`: `own` when they are part of it, `apart` when its volumes are resources of their own and
    counted there, `unseen` when those are in no input of the run.
    """

    identity: str = ""
    aliases: tuple[str, ...] = ()
    state: str | None = None
    stopped: bool = False
    idle: bool | None = None
    created: datetime | None = None
    last_used: datetime | None = None
    expires: datetime | None = None
    disks: str = "own"
    seen: datetime | None = None
    """When it was seen, where the export says so: what was free then may be taken since."""


class Resource(Frozen):
    """One thing at one moment, as an input recorded it.

    `provider` is canonical (`aws`, `google`, `azure`, `kubernetes`, else the provider's own short name); `name` is the
    local name in the source; `module` is the module address or empty; `settings` come from its provider block.
    """

    address: str
    type: str
    name: str
    provider: str
    attributes: Attributes
    module: str = ""
    index: str | int | None = None
    settings: ProviderSettings = NO_SETTINGS
    observed: Observed | None = None


class Change(Frozen):
    """One resource before and after. `before`/`after` are `None` where there is nothing on that side.

    `flags` holds what the action alone does not say: `import`, `move`, `deposed`, `create-before-destroy`,
    `index-unknown`, `deferred`, `drift`. `reason` is the input's own word for why (`replace_because_tainted`).
    """

    address: str
    action: Action
    before: Resource | None
    after: Resource | None
    previous_address: str | None = None
    replace_paths: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()
    reason: str | None = None

    @property
    def resource(self) -> Resource:
        """The side that is judged: after, or before when nothing is left."""
        side = self.after or self.before
        assert side is not None, f"{self.address} has neither side"
        return side


class Level(StrEnum):
    """How much a problem matters: an error ends the run (exit 2), a warning is shown, info is shown with -v."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Problem(Frozen):
    """Something that went wrong or is worth knowing while a run was read, priced or judged.

    `undetermined` problems forbid a plain pass: the run is undetermined at best (an errored or incomplete plan).
    """

    level: Level
    message: str
    file: str | None = None
    line: int | None = None
    undetermined: bool = False


class Location(Frozen):
    """A place in a file that a person can click on."""

    file: str
    line: int | None = None


class References(Protocol):
    """Which resources point at which: the raw edges that an input knows."""

    def edges(self) -> list[tuple[str, str, str]]:
        """`(from address, attribute path, to address)`, instances expanded, in a deterministic order."""
        ...

    def states(self, address: str, attribute: str) -> bool:
        """Whether the source may give this top-level attribute by an expression; if not, an unknown one is computed."""
        ...


class NoReferences:
    """An input without references."""

    def edges(self) -> list[tuple[str, str, str]]:
        """No edges."""
        return []

    def states(self, address: str, attribute: str) -> bool:
        """No expressions."""
        return False


class Locate(Protocol):
    """Finds where an address (and a path in it) stands in a file."""

    def __call__(self, address: str, path: str | None = None) -> Location | None: ...


def no_location(address: str, path: str | None = None) -> Location | None:
    """The locator of inputs that carry no source positions (a plan names none)."""
    return None


class Workload(Frozen):
    """The changes of one input, and what was met while reading it.

    `source` is `plan`, `source`, `k8s`, `inventory`; `origin` the file as the user named it; `variables` the input
    variables (sensitive ones left out); `workspace` the Terraform workspace where known; `drift` what changed outside;
    `deferred` the changes that a later plan will decide; `facts` small facts for reports (`terraform_version`,
    `format_version`, `timestamp`, `checks`).
    """

    origin: str
    source: str
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...] = ()
    references: References = field(default_factory=NoReferences)
    locate: Locate = no_location
    variables: Mapping[str, Any] = _EMPTY
    workspace: str | None = None
    complete: bool = True
    errored: bool = False
    drift: tuple[Change, ...] = ()
    deferred: tuple[Change, ...] = ()
    facts: Mapping[str, Any] = _EMPTY
