"""Azure disks of their own, snapshots, storage accounts, shares, queues, tables and file systems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from spendgate.costing.meters.azure_disks import disk_components
from spendgate.costing.meters.azure_parts import TEN_THOUSAND, Metered, metered, parent, sku, without_sku
from spendgate.costing.meters.azure_usage_keys import KeysByType
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import always, amount, monthly, used
from spendgate.costing.usage import stated
from spendgate.model.cost import Basis, Component
from spendgate.model.facets import Capacity
from spendgate.model.frozen import replace
from spendgate.model.resource import Resource
from spendgate.model.values import Number, Unknown
from spendgate.ports import Subject


class Disks(KeysByType):
    """`azurerm_managed_disk`, snapshots and images."""

    types = ("azurerm_managed_disk", "azurerm_snapshot", "azurerm_image")
    usage_keys = {
        "monthly_disk_operations": "reads, writes and deletes a month of a standard disk",
        "storage_gb": "gigabytes that the snapshot or image holds",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """The parts of the type at hand."""
        type_ = subject.resource.type
        if type_ == "azurerm_managed_disk":
            tier = subject.resource.attributes.text("tier")
            for disk in subject.facets.disks if isinstance(subject.facets.disks, tuple) else ():
                yield from disk_components(subject, disk, Capacity(), "Disk", tier=tier)
            yield from _beside_disk(subject)
        else:
            yield _copy(subject)


def _beside_disk(subject: Subject) -> Iterator[Component]:
    """What a premium disk pays for bursting on demand and for each machine beyond the first that mounts it."""
    attributes = subject.resource.attributes
    if str(attributes.text("storage_account_type")).partition("_")[0] != "Premium":
        return
    if attributes.flag("on_demand_bursting_enabled") is True:
        yield monthly(subject, "Bursting on demand", "months", ("managed disk", "bursting on demand"))
    shares = attributes.whole("max_shares")
    if isinstance(shares, int) and shares > 1:
        yield monthly(subject, "Further mounts", "mounts-month", ("managed disk", "further mount"), shares - 1)


def _copy(subject: Subject) -> Component:
    """A snapshot or image: what is stated to be stored, else at most the size of its source."""
    rate = ("managed disk", "snapshot storage")
    size = _source_gib(subject)
    if stated(subject.usage, "storage_gb") is not None or size is None:
        return used(subject, "Storage", "GB-month", rate, "storage_gb")
    return amount(subject, "Storage", "GB-month", rate, size)


def _source_gib(subject: Subject) -> Number:
    own = subject.resource.attributes.number("disk_size_gb")
    if isinstance(own, Decimal):
        return own
    for attribute in ("source_resource_id", "source_uri"):
        source = parent(subject, attribute, "azurerm_managed_disk")
        if source is not None:
            return source.attributes.number("disk_size_gb")
    return None


_BLOB = (
    Metered("Write operations", "10k operations", "write operations", "monthly_write_operations", TEN_THOUSAND),
    Metered(
        "List and create container operations",
        "10k operations",
        "list and create container operations",
        "monthly_list_and_create_container_operations",
        TEN_THOUSAND,
    ),
    Metered("Read operations", "10k operations", "read operations", "monthly_read_operations", TEN_THOUSAND),
    Metered("All other operations", "10k operations", "all other operations", "monthly_other_operations", TEN_THOUSAND),
)
_RETRIEVAL = Metered("Data retrieval", "GB", "data retrieval", "monthly_data_retrieval_gb")
_EARLY = Metered("Early deletion", "GB", "early deletion", "early_deletion_gb")
_INDEX = Metered("Blob index", "10k tags", "blob index", "blob_index_tags", TEN_THOUSAND)
_ITERATIVE = (
    Metered(
        "Iterative read operations",
        "10k operations",
        "iterative read operations",
        "monthly_iterative_read_operations",
        TEN_THOUSAND,
    ),
    Metered(
        "Iterative write operations",
        "100 operations",
        "iterative write operations",
        "monthly_iterative_write_operations",
        Decimal(100),
    ),
)


class Accounts:
    """`azurerm_storage_account`: what is stored and asked for, by kind, tier, redundancy and access tier."""

    types = ("azurerm_storage_account",)
    usage_keys = {
        "storage_gb": "gigabytes stored",
        "data_at_rest_storage_gb": "gigabytes of files stored",
        "snapshots_storage_gb": "gigabytes of snapshots of shares",
        "metadata_at_rest_storage_gb": "gigabytes of metadata of shares",
        "monthly_write_operations": "writes a month",
        "monthly_list_and_create_container_operations": "operations that list or create containers, a month",
        "monthly_list_operations": "operations that list, a month",
        "monthly_read_operations": "reads a month",
        "monthly_other_operations": "all other operations a month",
        "monthly_iterative_read_operations": "iterative reads a month of a hierarchical namespace",
        "monthly_iterative_write_operations": "iterative writes a month of a hierarchical namespace",
        "monthly_data_retrieval_gb": "gigabytes read from a cool tier, a month",
        "monthly_data_write_gb": "gigabytes written to a cool tier, a month",
        "early_deletion_gb": "gigabytes deleted too early from a cool tier, a month",
        "blob_index_tags": "index tags on blobs",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """Blob parts, or file parts of a `FileStorage` account."""
        attributes = subject.resource.attributes
        for path in ("account_kind", "account_tier", "account_replication_type", "access_tier"):
            value = attributes.text(path)
            # NOTE: an unstated access tier is the provider's to fill in: Hot.
            if isinstance(value, Unknown) and path != "access_tier":
                yield unpriced("Storage", "GB-month", f"{path} is {value.reason}")
                return
        if attributes.flag("sftp_enabled") is True:
            yield always(subject, "SFTP endpoint", ("blob", "sftp endpoint"))
        kind = str(sku(attributes, "account_kind", default="StorageV2"))
        premium = attributes.text("account_tier") == "Premium"
        copies = str(sku(attributes, "account_replication_type", default="LRS")).lower()
        tier = {"Cool": "cool", "Cold": "cold"}.get(str(attributes.text("access_tier")), "hot")
        if kind == "FileStorage":
            # NOTE: an account of files alone is premium, whatever access tier stands beside it.
            yield from _files(subject, premium=premium, tier=tier, copies=copies, at_rest=_AT_REST)
        else:
            yield from _blobs(subject, kind, premium=premium, tier=tier, copies=copies)


def _blobs(subject: Subject, kind: str, *, premium: bool, tier: str, copies: str) -> Iterator[Component]:
    hierarchical = subject.resource.attributes.flag("is_hns_enabled") is True and not premium
    if kind == "Storage":
        service, prefix = "storage v1", copies
    elif premium:
        service, prefix = "blob", f"premium {copies}"
    else:
        service, prefix = ("data lake" if hierarchical else "blob"), f"{tier} {copies}"
    by_steps = service == "blob" and not premium and tier == "hot"
    parts = [Metered("Capacity", "GB-month", "capacity", "storage_gb", tiered=by_steps), *_BLOB]
    if hierarchical:
        parts += _ITERATIVE
    if not premium and kind != "Storage":
        if tier != "hot":
            parts += [_RETRIEVAL, _EARLY]
            if kind == "BlobStorage" and stated(subject.usage, _WRITTEN.key) is not None:
                parts.append(_WRITTEN)
        if not hierarchical:
            parts.append(_INDEX)
    yield from metered(subject, service, (part._replace(item=f"{prefix}: {part.item}") for part in parts))


_WRITTEN = Metered("Data written", "GB", "data write", "monthly_data_write_gb")
"""What accounts of blobs alone pay for writing to a cool tier; accounts of the second version do not."""
_AT_REST = Metered("Data at rest", "GB-month", "data at rest", "data_at_rest_storage_gb")
_SHARED = Metered("Data at rest", "GB-month", "data at rest", "storage_gb")
_SNAPSHOTS = Metered("Snapshots", "GB-month", "snapshots", "snapshots_storage_gb")
_METADATA = Metered("Metadata at rest", "GB-month", "metadata at rest", "metadata_at_rest_storage_gb")


def _files(subject: Subject, *, premium: bool, tier: str, copies: str, at_rest: Metered) -> Iterator[Component]:
    """Parts of Azure Files. Premium shares pay for their size and snapshots alone."""
    if premium:
        prefix, parts = f"premium {copies}", [at_rest, _SNAPSHOTS]
    else:
        prefix = f"standard {tier} {copies}"
        listing = "monthly_list_operations"
        if listing not in subject.usage and "monthly_list_and_create_container_operations" in subject.usage:
            listing = "monthly_list_and_create_container_operations"
        parts = [at_rest, _SNAPSHOTS, *([_METADATA] if tier != "transaction optimized" else [])]
        parts += [
            _BLOB[0],
            Metered("List operations", "10k operations", "list operations", listing, TEN_THOUSAND),
            _BLOB[2],
            _BLOB[3],
        ]
        if tier == "cool":
            parts += [_RETRIEVAL, *([_EARLY] if at_rest is _AT_REST else [])]
    yield from metered(subject, "files", (part._replace(item=f"{prefix}: {part.item}") for part in parts))


class Shares(KeysByType):
    """`azurerm_storage_share`, queues and tables: metered by themselves, at the tier and redundancy of their account."""

    types = ("azurerm_storage_share", "azurerm_storage_queue", "azurerm_storage_table")
    usage_keys = {
        **{key: text for key, text in Accounts.usage_keys.items() if not key.startswith(("data_at_rest", "blob"))},
        "monthly_storage_gb": "gigabytes stored",
        "monthly_class_1_operations": "class 1 operations a month of a queue",
        "monthly_class_2_operations": "class 2 operations a month of a queue",
        "monthly_geo_replication_data_transfer_gb": "gigabytes replicated to another region, a month",
        "monthly_batch_write_operations": "batch writes a month of a table",
        "monthly_scan_operations": "scans a month of a table",
        "monthly_delete_operations": "deletes a month of a table",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """The parts of the type at hand."""
        account = parent(subject, "storage_account_name", "azurerm_storage_account") or parent(
            subject, "storage_account_id", "azurerm_storage_account"
        )
        if account is None:
            yield unpriced("Storage", "GB-month", "its storage account is not in this run")
            return
        copies = sku(account.attributes, "account_replication_type", default="LRS")
        if isinstance(copies, Unknown):
            yield without_sku("Storage", "GB-month", copies)
        elif subject.resource.type == "azurerm_storage_share":
            yield from _share(subject, account.attributes.text("account_tier") == "Premium", copies.lower())
        elif subject.resource.type == "azurerm_storage_queue":
            yield from _queue(subject, copies.lower())
        else:
            for part in _table(subject, copies.lower()):
                yield _with_key(subject, account, part)


_TIERS = {"Hot": "hot", "Cool": "cool", "TransactionOptimized": "transaction optimized"}


def _share(subject: Subject, premium: bool, copies: str) -> Iterator[Component]:
    tier = subject.resource.attributes.text("access_tier")
    premium = premium or tier == "Premium"
    named = _TIERS.get(tier, "transaction optimized") if isinstance(tier, str) else "transaction optimized"
    parts = _files(subject, premium=premium, tier=named, copies=copies, at_rest=_SHARED)
    if premium and stated(subject.usage, "storage_gb") is None:
        next(parts)
        quota = subject.resource.attributes.number("quota")
        yield amount(subject, "Data at rest", "GB-month", ("files", f"premium {copies}: data at rest"), quota)
    yield from parts


def _queue(subject: Subject, copies: str) -> Iterator[Component]:
    def operations(number: int) -> Metered:
        # NOTE: writing costs more with each copy, reading does not.
        item = f"{copies}: class 1 operations" if number == 1 else "class 2 operations"
        key = f"monthly_class_{number}_operations"
        return Metered(f"Class {number} operations", "10k operations", item, key, TEN_THOUSAND)

    yield from metered(
        subject,
        "storage queue",
        (
            Metered("Capacity", "GB-month", f"{copies}: capacity", "monthly_storage_gb"),
            operations(1),
            operations(2),
        ),
    )
    if copies not in ("lrs", "zrs"):
        rate = ("storage queue", "geo-replication data transfer")
        yield used(subject, "Geo-replication data transfer", "GB", rate, "monthly_geo_replication_data_transfer_gb")


def _with_key(subject: Subject, account: Resource, part: Component) -> Component:
    """A part of a table at the rates of accounts whose own key encrypts tables, where it does or may."""
    scope = account.attributes.text("table_encryption_key_type")
    own_key = account.attributes.has_block("customer_managed_key") or bool(
        subject.neighbours.users(account, "azurerm_storage_account_customer_managed_key")
    )
    if scope != "Account" and not (own_key and scope is None):
        return part
    dearer = replace(part, query=replace(part.query, service="storage table with account key"))
    if scope == "Account" or part.quantity is None:
        return dearer
    note = "the account has a key of its own: tables are taken to be encrypted with it, which costs more"
    return replace(dearer, basis=Basis.ASSUMED, alternatives=(part.query,), note=note)


def _table(subject: Subject, copies: str) -> Iterator[Component]:
    kinds = ("Batch write", "Write", "Read", "Scan", "List", "Delete")
    yield used(subject, "Capacity", "GB-month", ("storage table", f"{copies}: capacity"), "monthly_storage_gb")
    for kind in kinds:
        key = f"monthly_{kind.lower().replace(' ', '_')}_operations"
        rate = ("storage table", f"{copies}: {kind.lower()} operations")
        yield used(subject, f"{kind} operations", "10k operations", rate, key, per_unit=TEN_THOUSAND)


class FileSystems:
    """Managed Lustre and NetApp capacity pools: paid for the size that is provisioned."""

    types = ("azurerm_managed_lustre_file_system", "azurerm_netapp_pool")
    usage_keys: dict[str, str] = {}

    def components(self, subject: Subject) -> Iterable[Component]:
        """One part: the provisioned size at the SKU's or service level's rate."""
        attributes = subject.resource.attributes
        lustre = subject.resource.type == "azurerm_managed_lustre_file_system"
        kind = sku(attributes, "sku_name" if lustre else "service_level")
        if isinstance(kind, Unknown):
            yield without_sku("Capacity", "GB-month", kind)
            return
        terabytes = attributes.number("storage_capacity_in_tb" if lustre else "size_in_tb")
        size = terabytes * 1024 if isinstance(terabytes, Decimal) else terabytes
        service = "managed lustre" if lustre else "netapp"
        yield amount(subject, f"Capacity ({kind})", "GB-month", (service, kind.lower()), size)


DISKS = Disks()
ACCOUNTS = Accounts()
SHARES = Shares()
FILE_SYSTEMS = FileSystems()
