"""Provider-neutral facets: what a resource *is*, derived once from its attributes and read by meters and policies alike.

Every field is a plain value, `None` (absent) or an `Unknown`. Field names are the paths that policies use
(`accel.count`, `capacity.max`), so a rename here is a change of the policy language. See `docs/facets.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeAlias

from spendgate.model.frozen import Frozen
from spendgate.model.values import Flag, Number, Text, Unknown, Whole

_EMPTY: Mapping[str, Any] = MappingProxyType({})


class Accelerators(Frozen):
    """GPUs, TPUs and the like of *one machine* (`count`), and of everything at its maximum (`max_total`).

    `models` are family names as policies use them (`A100-80GB`, `H100`, `L4`, `TPU-v5p`); `variants` the catalogue's full
    names. All models that may be started are listed. No accelerator is `count=0`, never `None`.
    """

    count: Whole | Decimal = 0
    models: tuple[str, ...] | Unknown = ()
    variants: tuple[str, ...] | Unknown = ()
    memory_gib: Number = None
    fraction: Number = Decimal(1)
    sharing: str = "none"
    max_total: Whole | Decimal = 0
    min_total: Whole | Decimal = 0
    """Accelerators of all pools at their minimum: a cluster whose other pools keep machines may still fall to zero here."""


class Capacity(Frozen):
    """How many machines (pods, units) run: at least, as desired, at most. `max=None` means that nothing bounds it."""

    min: Whole = 1
    desired: Whole = 1
    max: Whole = 1


class Purchase(Frozen):
    """How capacity is bought. `spot_share` is the share of machines (0..1) on interruptible capacity.

    `model`: on-demand, spot, flex, reserved, capacity-block, provisioned, committed.
    """

    model: Text = "on-demand"
    spot_share: Number = Decimal(0)
    commitment: Text = None


class Schedule(Frozen):
    """Evidence that something stops. `hours_per_week` is 168 when nothing stops it; `kind` names the evidence.

    `proven` is false when only a name or a habit says so; `stop_only` when something stops it but nothing starts it.
    """

    hours_per_week: Number = Decimal(168)
    kind: str | None = None
    proven: bool = False
    stop_only: bool = False


class Limits(Frozen):
    """Bounds on how long something may idle or run. `cap_supported`: the type has an attribute for a runtime cap.

    `retries_bounded` is false when what fails is started again for ever.
    """

    idle_minutes: Number = None
    max_runtime_hours: Number = None
    ttl_seconds: Number = None
    retries: Whole = None
    cap_supported: bool = False
    retries_bounded: bool = True


class Scaling(Frozen):
    """Whether and how it scales. `kind`: autoscaling, fixed, serverless, none."""

    kind: str | None = None
    scale_to_zero: Flag = False


class Lifecycle(Frozen):
    """Object storage lifecycle, joined from wherever the provider keeps it. Days; `None` = no rule."""

    enabled: Flag = False
    expire_days: Number = None
    tier_days: Number = None
    auto_tier: Flag = False
    noncurrent_days: Number = None
    abort_multipart_days: Number = None
    versioning: Flag = False
    checkpoint_days: Number = None
    """Days after which a rule that reaches checkpoints deletes: one for everything, or for a prefix that names them."""


class WorkloadKind(Frozen):
    """What work runs here. `phase`: train, tune, search, infer, embed, prepare, notebook; `phase_source` says why."""

    phase: Text = None
    phase_source: str | None = None
    class_: Text = None


class Disk(Frozen):
    """A block disk (or a set of like disks) of each machine of a pool, or a volume of its own.

    `kind` is the provider's name (`gp3`, `pd-ssd`, `Premium_LRS`); `tier` the billed size class where there is one.
    """

    name: str
    kind: Text
    size_gib: Number
    iops: Number = None
    throughput_mibps: Number = None
    count: int = 1
    size_is_default: bool = False


class Pool(Frozen):
    """A set of like machines that a resource runs: one VM, a group, a node pool, an endpoint variant.

    `name` is empty for the only pool, else as the provider names it (`default_node_pool`, `node_pool[0]`).
    `machine_types` lists all types it may start, the expected one first; unknown when it cannot be told.
    `accelerators` are those of one machine. `operating_system`: linux, windows, rhel, suse. `service` names the price
    list of the machine (`machine` for plain VMs, `sagemaker` for ml.* types, ...).
    """

    machine_types: tuple[str, ...] | Unknown
    capacity: Capacity = Capacity()
    purchase: Purchase = Purchase()
    accelerators: Accelerators = Accelerators()
    disks: tuple[Disk, ...] | Unknown = ()
    name: str = ""
    operating_system: str = "linux"
    tenancy: str = "shared"
    service: str = "machine"
    region: Text = None
    details: Mapping[str, Any] = _EMPTY


TagValue: TypeAlias = str | Unknown


class TagKeys(Frozen):
    """How tag keys are written. `respelled`: canonical keys that stand there in another spelling, `written` those spellings.

    `conflicting`: canonical keys that are there twice with different values.
    """

    respelled: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    conflicting: tuple[str, ...] = ()


NO_TAG_KEYS = TagKeys()


class Facets(Frozen):
    """Everything that is known about a resource in provider-neutral words.

    `kind` is canonical (`compute.vm`, `compute.group`, `compute.nodepool`, `compute.cluster`, `compute.template`,
    `compute.job`, `ai.endpoint`, `ai.notebook`, `ai.cluster`, `ai.job`, `ai.model`, `storage.block`, `storage.object`,
    `storage.file`, `database.sql`, `database.cache`, `network.nat`, `network.lb`, `network.ip`, `network.endpoint`,
    `edge.device`, `other`). `tags` are effective, keys canonical (lower case, hyphens, aliases resolved); an `Unknown`
    map means that no key can be told. `tags_source` says per key where it came from (resource, provider_default, ...).
    `name` is the provider's name of the thing (a bucket's name), not the local one.
    """

    kind: str = "other"
    taggable: bool = False
    name: Text = None
    region: Text = None
    tags: Mapping[str, TagValue] | Unknown = _EMPTY
    tags_source: Mapping[str, str] = _EMPTY
    env: str = "unknown"
    env_source: str = "none"
    accel: Accelerators = Accelerators()
    capacity: Capacity = Capacity()
    purchase: Purchase = Purchase()
    schedule: Schedule = Schedule()
    limits: Limits = Limits()
    scaling: Scaling = Scaling()
    lifecycle: Lifecycle | None = None
    workload: WorkloadKind = WorkloadKind()
    pools: tuple[Pool, ...] = ()
    disks: tuple[Disk, ...] | Unknown = ()
    llm: Mapping[str, Any] = _EMPTY
    notes: tuple[str, ...] = ()
    k8s: Mapping[str, Any] = _EMPTY
    """What only Kubernetes objects have (`docs/kubernetes.md`): requests, autoscaler, selectors, limits of node pools."""
    around: Mapping[str, Any] = _EMPTY
    """What the rest of the run says about it (`docs/facets.md`): tags that get lost, schedules that do not work, consumers."""
    tag_keys: TagKeys = NO_TAG_KEYS
