"""AWS storage: volumes, snapshots, buckets with their lifecycle, file systems."""

from __future__ import annotations

from decimal import Decimal

from spendgate.facets.aws.disks import DEFAULT_KIND
from spendgate.facets.aws.place import generic, region, tags
from spendgate.facets.compose import compose
from spendgate.facets.lifecycle_rules import Reach, checkpoint_days
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Disk, Facets, Lifecycle
from spendgate.model.frozen import replace
from spendgate.model.resource import Resource
from spendgate.model.values import ABSENT, Number, Unknown
from spendgate.ports import FacetContext

_FILE_SYSTEMS = (
    "aws_fsx_lustre_file_system",
    "aws_fsx_openzfs_file_system",
    "aws_fsx_windows_file_system",
    "aws_fsx_ontap_file_system",
    "aws_efs_file_system",
)


def volume(resource: Resource, context: FacetContext) -> Facets:
    """`aws_ebs_volume`."""
    attributes = resource.attributes
    kind = attributes.text("type")
    # NOTE: the provider computes unstated types, so a plan marks them unknown; EBS makes gp2.
    if kind is None or (isinstance(kind, Unknown) and not context.neighbours.points(resource, "type")):
        kind = DEFAULT_KIND
    disk = Disk("volume", kind, attributes.number("size"), attributes.number("iops"), attributes.number("throughput"))
    return compose(
        resource,
        context,
        kind="storage.block",
        region=region(resource, context),
        tags=tags(resource, context),
        disks=(disk,),
    )


def plain(resource: Resource, context: FacetContext) -> Facets:
    """Snapshots and file systems: their attributes are read where they are metered."""
    return compose(
        resource,
        context,
        kind="storage.file" if resource.type in _FILE_SYSTEMS else "storage.block",
        name=resource.attributes.text("creation_token"),
        region=region(resource, context),
        tags=tags(resource, context),
    )


def bucket(resource: Resource, context: FacetContext) -> Facets:
    """`aws_s3_bucket` with the lifecycle, tiering and versioning resources that point at it."""
    attributes = resource.attributes
    # NOTE: an unstated bucket name is generated; its prefix, if any, is the best name there is.
    name = attributes.text("bucket")
    prefix = attributes.values.get("bucket_prefix")
    if isinstance(name, Unknown) and isinstance(prefix, str) and prefix:
        name = prefix
    return compose(
        resource,
        context,
        kind="storage.object",
        name=name,
        region=region(resource, context),
        tags=tags(resource, context),
        lifecycle=lifecycle_of(resource, context),
    )


def replication(resource: Resource, context: FacetContext) -> Facets:
    """`aws_s3_bucket_replication_configuration`: it takes no tags, so environment and tags are those of its bucket."""
    own = generic(resource, context)
    copied = context.neighbours.targets(resource, "bucket", "aws_s3_bucket")
    if not copied:
        return own
    source = bucket(copied[0], context)
    return replace(
        own,
        env=source.env,
        env_source=f"its bucket ({source.env_source})",
        tags=source.tags,
        tags_source=source.tags_source,
    )


def lifecycle_of(resource: Resource, context: FacetContext) -> Lifecycle:
    """The lifecycle of a bucket, from wherever the provider keeps it."""
    rules: list[Attributes] = []
    enabled: bool | Unknown = False
    configurations = context.neighbours.users(resource, "aws_s3_bucket_lifecycle_configuration")
    for configuration in configurations:
        blocks = configuration.attributes.blocks("rule")
        if isinstance(blocks, Unknown):
            return Lifecycle(blocks, blocks, blocks, blocks, blocks, blocks, blocks, blocks)
        for block in blocks:
            status = block.text("status")
            if status == "Enabled":
                rules.append(block)
            elif isinstance(status, Unknown):
                enabled = status
    inline = resource.attributes.blocks("lifecycle_rule")
    if isinstance(inline, Unknown) and not configurations and context.neighbours.points(resource, "lifecycle_rule"):
        return Lifecycle(inline, inline, inline, inline, inline, inline, inline, inline)
    if not configurations and isinstance(inline, tuple):
        # NOTE: the provider also computes this old inline form; unknown then only means that nothing is stated here.
        rules += [block for block in inline if block.flag("enabled") is True]
    tiering = context.neighbours.users(resource, "aws_s3_bucket_intelligent_tiering_configuration")
    moves = [move for rule in rules for move in _blocks(rule, "transition")]
    return Lifecycle(
        enabled=True if rules else enabled,
        expire_days=_least(_days(rules, "expiration.0.days")),
        tier_days=_least([move.number("days") for move in moves]),
        auto_tier=bool(tiering) or any(move.text("storage_class") == "INTELLIGENT_TIERING" for move in moves),
        noncurrent_days=_least(
            _days(rules, "noncurrent_version_expiration.0.noncurrent_days")
            + _days(rules, "noncurrent_version_expiration.0.days")
        ),
        abort_multipart_days=_least(
            _days(rules, "abort_incomplete_multipart_upload.0.days_after_initiation")
            + _days(rules, "abort_incomplete_multipart_upload_days")
        ),
        versioning=_versioned(resource, context),
        checkpoint_days=checkpoint_days((_expiry(rule), _reach(rule)) for rule in rules),
    )


def _expiry(rule: Attributes) -> Number:
    days = rule.number("expiration.0.days")
    return None if days == 0 else days  # NOTE: zero is how the provider writes a block that states something else.


def _reach(rule: Attributes) -> Reach:
    """What a rule is for. One by tags or sizes reaches what nobody can tell from the bucket."""
    for path in ("filter.0.and.0.prefix", "filter.0.prefix", "prefix"):
        prefix = rule.text(path)
        if isinstance(prefix, Unknown):
            return prefix
        if prefix is not None:
            return (prefix,)
    narrower = (
        "filter.0.tag",
        "filter.0.and.0.tags",
        "filter.0.object_size_greater_than",
        "filter.0.object_size_less_than",
        "tags",
    )
    by = next((path for path in narrower if rule.get(path) not in (ABSENT, [], {}, 0)), None)
    return (
        () if by is None else Unknown("a rule deletes by tags or sizes, and whether checkpoints have them is not said")
    )


def _blocks(rule: Attributes, name: str) -> tuple[Attributes, ...]:
    blocks = rule.blocks(name)
    return () if isinstance(blocks, Unknown) else blocks


def _days(rules: list[Attributes], path: str) -> list[Number]:
    """What each rule states there; zero days is how the provider writes a block that states something else."""
    return [days for rule in rules if (days := rule.number(path)) is None or isinstance(days, Unknown) or days > 0]


def _least(found: list[Number]) -> Number:
    """The smallest number of days; unknown when one is unknown."""
    known: list[Decimal] = []
    for days in found:
        if isinstance(days, Unknown):
            return days
        if days is not None:
            known.append(days)
    return min(known, default=None)


def _versioned(resource: Resource, context: FacetContext) -> bool | Unknown:
    for configuration in context.neighbours.users(resource, "aws_s3_bucket_versioning"):
        status = configuration.attributes.text("versioning_configuration.0.status")
        return status if isinstance(status, Unknown) else status == "Enabled"
    return resource.attributes.flag("versioning.0.enabled") is True


DESCRIBERS = {
    "aws_ebs_volume": volume,
    "aws_ebs_snapshot": plain,
    "aws_ebs_snapshot_copy": plain,
    "aws_s3_bucket": bucket,
    "aws_s3_bucket_replication_configuration": replication,
    **dict.fromkeys(_FILE_SYSTEMS, plain),
}
