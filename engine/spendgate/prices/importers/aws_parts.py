"""Which product of an AWS price list is which rate of the price book: disks, gateways, databases, caches, search, storage, ...

A product is told by the offer that it stands in (`servicecode`), its product family and its attributes, as the bulk price lists
have them. What no meter asks for is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from spendgate.prices.importers.rows import Part

Attributes = Mapping[str, str]


_MILLION, _THOUSAND = Decimal(1_000_000), Decimal(1000)
_HOURS = "hours"
_GB = "GB-month"


def part_of(offer: str, family: str, attributes: Attributes, unit: str) -> Part | None:
    """The rate that a price of this product in this unit is, or None for what no meter asks for."""
    reader = _OFFERS.get(offer)
    return next(iter(reader(family, attributes, unit)), None) if reader else None


def _usage(attributes: Attributes) -> str:
    """The usage type without its region: `EBS:VolumeUsage.gp3` of `EUC1-EBS:VolumeUsage.gp3`."""
    return re.sub(r"^[A-Z]{2,4}\d?-", "", attributes.get("usagetype", ""))


def _ec2(family: str, attributes: Attributes, unit: str) -> Iterator[Part]:
    usage, volume = _usage(attributes), attributes.get("volumeApiName", "")
    if family == "Storage" and volume and usage.startswith("EBS:VolumeUsage"):
        yield Part("ebs", f"{volume} storage", _GB)
    elif family == "System Operation" and usage.startswith("EBS:VolumeP-IOPS") and unit == "IOPS-Mo":
        yield Part("ebs", f"{volume} iops", "IOPS-month")
    elif family == "System Operation" and usage == "EBS:VolumeIOUsage":
        yield Part("ebs", "standard requests", "1M requests", _MILLION)
    elif family == "Provisioned Throughput" and volume == "gp3":
        gib = unit.lower().startswith("gibps")
        yield Part("ebs", "gp3 throughput", "MiB/s-month", Decimal(1) / 1024 if gib else Decimal(1))
    elif family == "Storage Snapshot" and usage == "EBS:SnapshotUsage":
        yield Part("ebs", "snapshot storage", _GB)
    elif family == "NAT Gateway" and usage in ("NatGateway-Hours", "NatGateway-Bytes"):
        yield Part("nat", *(("gateway hours", _HOURS) if usage == "NatGateway-Hours" else ("data processed", "GB")))


def _vpc(family: str, attributes: Attributes, unit: str) -> Iterator[Part]:
    usage, operation = _usage(attributes), attributes.get("operation", "")
    found = {
        "PublicIPv4:InUseAddress": ("ip", "public ipv4", _HOURS),
        "VpcEndpoint-Hours": ("vpc endpoint", "interface hours", _HOURS),
        "VpcEndpoint-Bytes": ("vpc endpoint", "interface data", "GB"),
        "VpcEndpoint-GWLBE-Hours": ("vpc endpoint", "gateway load balancer hours", _HOURS),
        "VpcEndpoint-GWLBE-Bytes": ("vpc endpoint", "gateway load balancer data", "GB"),
        "TransitGateway-Bytes": ("transit gateway", "data processed", "GB"),
        "VPN-Usage-Hours:ipsec.1": ("vpn", "site-to-site connection", _HOURS),
    }.get(usage)
    if found:
        yield Part(*found)
    elif usage == "TransitGateway-Hours" and operation in ("", "TransitGatewayVPC"):
        yield Part("transit gateway", "attachment", _HOURS)


_BALANCERS = {
    "Load Balancer": "classic",
    "Load Balancer-Application": "application",
    "Load Balancer-Network": "network",
}


def _elb(family: str, attributes: Attributes, unit: str) -> Iterator[Part]:
    kind, usage = _BALANCERS.get(family), _usage(attributes)
    if kind and usage == "LoadBalancerUsage":
        yield Part("elb", f"{kind} hours", _HOURS)
    elif kind and usage == "LCUUsage":
        yield Part("elb", f"{kind} lcu", "LCU-hours")
    elif kind == "classic" and usage == "DataProcessing-Bytes":
        yield Part("elb", "classic data", "GB")


_ENGINES = {"MySQL": "mysql", "MariaDB": "mysql", "PostgreSQL": "postgres"}
_EDITIONS = {
    ("Oracle", "Standard Two"): "oracle-se2",
    ("Oracle", "Enterprise"): "oracle-ee",
    ("SQL Server", "Express"): "sqlserver-ex",
    ("SQL Server", "Web"): "sqlserver-web",
    ("SQL Server", "Standard"): "sqlserver-se",
    ("SQL Server", "Enterprise"): "sqlserver-ee",
}
_LICENSED = ("No license required", "License included")
_VOLUMES = {
    "General Purpose": "gp2",
    "General Purpose (SSD)": "gp2",
    "General Purpose-GP3": "gp3",
    "Provisioned IOPS": "io1",
    "Provisioned IOPS (SSD)": "io1",
    "Provisioned IOPS-IO2": "io2",
    "Magnetic": "standard",
}
_ZONES = {"Single-AZ": "single-az", "Multi-AZ": "multi-az", "Multi-AZ (SQL Server Mirror)": "multi-az"}


def _rds(family: str, attributes: Attributes, unit: str) -> Iterator[Part]:
    engine, zone = attributes.get("databaseEngine", ""), _ZONES.get(attributes.get("deploymentOption", ""))
    if family == "Database Instance" and unit == "Hrs":
        yield from _rds_instance(attributes, engine, zone)
    elif family == "Database Storage" and zone:
        volume = _VOLUMES.get(attributes.get("volumeType", ""))
        if volume:
            yield Part("rds", f"{zone} {volume} storage", _GB)
        elif engine in ("Any", "Aurora MySQL") and attributes.get("volumeType") == "General Purpose-Aurora":
            yield Part("rds aurora", "storage", _GB)
    elif family == "Provisioned IOPS" and zone and unit == "IOPS-Mo":
        kind = "gp3" if "GP3" in attributes.get("usagetype", "").upper() else "io1"
        yield Part("rds", f"{zone} {kind} iops", "IOPS-month")
    elif family == "Storage Snapshot" and _usage(attributes) == "RDS:ChargedBackupUsage":
        yield Part("rds", "backup storage", _GB)


def _rds_instance(attributes: Attributes, engine: str, zone: str | None) -> Iterator[Part]:
    class_ = attributes.get("instanceType", "")
    if engine == "Aurora PostgreSQL":
        optimised = "IOOptimized" in attributes.get("usagetype", "")
        yield Part("rds aurora", f"{'io-optimized ' if optimised else ''}{class_}", _HOURS)
        return
    name = (
        _ENGINES.get(engine) if engine in _ENGINES else _EDITIONS.get((engine, attributes.get("databaseEdition", "")))
    )
    licence = attributes.get("licenseModel", "No license required")
    own_licence = name == "oracle-ee" and licence == "Bring your own license"
    if zone and name and engine != "MariaDB" and (licence in _LICENSED or own_licence):
        yield Part("rds", f"{zone} {name} {class_}", _HOURS)


def _cache(family: str, attributes: Attributes, unit: str) -> Iterator[Part]:
    engine, node = attributes.get("cacheEngine"), attributes.get("instanceType", "")
    if family == "Cache Instance" and unit == "Hrs" and engine in ("Redis", "Valkey"):
        yield Part("elasticache", f"valkey {node}" if engine == "Valkey" else node, _HOURS)
    elif _usage(attributes).endswith("BackupUsage"):
        yield Part("elasticache", "backup storage", _GB)


_SEARCH_VOLUMES = {"GP2": "gp2", "GP3": "gp3", "PIOPS": "io1", "Magnetic": "standard"}


def _search(family: str, attributes: Attributes, unit: str) -> Iterator[Part]:
    if family.endswith("Service Instance") and unit == "Hrs":
        yield Part("opensearch", attributes.get("instanceType", "").removesuffix(".search"), _HOURS)
    elif family.endswith("Service Volume"):
        usage, media = _usage(attributes), _SEARCH_VOLUMES.get(attributes.get("storageMedia", ""))
        if usage.endswith("Storage") and media:
            yield Part("opensearch", f"{media} storage", _GB)
        elif usage.endswith("PIOPS"):
            yield Part("opensearch", "io1 iops", "IOPS-month")


_S3_STORAGE = {
    "TimedStorage-ByteHrs": "standard: storage",
    "TimedStorage-SIA-ByteHrs": "standard infrequent access: storage",
    "TimedStorage-ZIA-ByteHrs": "one zone infrequent access: storage",
    "TimedStorage-GlacierByteHrs": "glacier flexible retrieval: storage",
    "TimedStorage-GDA-ByteHrs": "glacier deep archive: storage",
    "TimedStorage-INT-FA-ByteHrs": "intelligent tiering: storage (frequent access)",
    "TimedStorage-INT-IA-ByteHrs": "intelligent tiering: storage (infrequent access)",
    "TimedStorage-INT-AA-ByteHrs": "intelligent tiering: storage (archive access)",
    "TimedStorage-INT-DAA-ByteHrs": "intelligent tiering: storage (deep archive access)",
}
_S3_REQUESTS = {
    "Requests-Tier1": "standard: put, copy, post, list requests",
    "Requests-Tier2": "standard: get, select, and all other requests",
    "Requests-SIA-Tier1": "standard infrequent access: put, copy, post, list requests",
    "Requests-SIA-Tier2": "standard infrequent access: get, select, and all other requests",
}


def _s3(family: str, attributes: Attributes, unit: str) -> Iterator[Part]:
    usage = _usage(attributes)
    if usage in _S3_STORAGE:
        yield Part("s3", _S3_STORAGE[usage], _GB)
    elif usage in _S3_REQUESTS:
        yield Part("s3", _S3_REQUESTS[usage], "1k requests", _THOUSAND)


def _lambda(family: str, attributes: Attributes, unit: str) -> Iterator[Part]:
    found = {
        "AWS-Lambda-Duration": ("x86_64 duration", "GB-seconds", Decimal(1)),
        "AWS-Lambda-Duration-ARM": ("arm64 duration", "GB-seconds", Decimal(1)),
        "AWS-Lambda-Requests": ("requests", "1M requests", _MILLION),
        "AWS-Lambda-Provisioned-Concurrency": ("x86_64 provisioned concurrency", "GB-seconds", Decimal(1)),
        "AWS-Lambda-Provisioned-Concurrency-ARM": ("arm64 provisioned concurrency", "GB-seconds", Decimal(1)),
    }.get(attributes.get("group", ""))
    if found:
        yield Part("lambda", *found)


_ML = re.compile(r"(?:Host|Train|Notebk|Processing|Tsform|Studio\w*):(ml\.[\w.\-]+?)(?:-\w+)?$")


def _sagemaker(family: str, attributes: Attributes, unit: str) -> Iterator[Part]:
    """A machine costs the same whatever it does; hosting, training and notebooks are three products of one price."""
    match = _ML.match(_usage(attributes))
    if family == "ML Instance" and unit in ("Hrs", "hours") and match and _usage(attributes).startswith("Host:"):
        yield Part("sagemaker", match[1], _HOURS)


def _fsx(family: str, attributes: Attributes, unit: str) -> Iterator[Part]:
    kind, zone = attributes.get("fileSystemType", "").lower(), _ZONES.get(attributes.get("deploymentOption", ""))
    disk = attributes.get("storageType", "").lower()
    if kind in ("windows", "ontap"):
        prefix = f"{zone} " if zone else ""
    elif kind == "openzfs":
        prefix = "multi-az " if zone == "multi-az" else ""
    else:
        yield from _lustre(family, attributes, kind, disk)
        return
    if family == "Storage" and disk in ("ssd", "hdd"):
        yield Part(f"fsx {kind}", f"{prefix}{disk} storage", _GB)
    elif family == "Provisioned Throughput":
        yield Part(f"fsx {kind}", f"{prefix}throughput", "MB/s-month")


def _lustre(family: str, attributes: Attributes, kind: str, disk: str) -> Iterator[Part]:
    if kind != "lustre" or family != "Storage":
        return
    throughput = re.match(r"\d+", attributes.get("throughputCapacity", ""))
    if "Persistent" in attributes.get("deploymentOption", "") and throughput:
        yield Part("fsx lustre", f"persistent {disk or 'ssd'} {throughput[0]} storage", _GB)
    elif "Scratch" in attributes.get("deploymentOption", ""):
        yield Part("fsx lustre", "scratch ssd storage", _GB)


def _efs(family: str, attributes: Attributes, unit: str) -> Iterator[Part]:
    found = {
        "TimedStorage-ByteHrs": ("standard storage", _GB),
        "TimedStorage-Z-ByteHrs": ("one zone storage", _GB),
        "IATimedStorage-ByteHrs": ("standard infrequent access storage", _GB),
        "IATimedStorage-Z-ByteHrs": ("one zone infrequent access storage", _GB),
        "ProvisionedTP-MiBpsHrs": ("provisioned throughput", "MB/s-month"),
    }.get(_usage(attributes))
    if found:
        yield Part("efs", *found)


def _eks(family: str, attributes: Attributes, unit: str) -> Iterator[Part]:
    found = {
        "AmazonEKS-Hours:perCluster": "cluster",
        "AmazonEKS-Hours:extendedSupport": "cluster extended support",
    }.get(_usage(attributes))
    if found:
        yield Part("eks", found, _HOURS)


def _fargate(family: str, attributes: Attributes, unit: str) -> Iterator[Part]:
    found = {
        "Fargate-vCPU-Hours:perCPU": ("vcpu", "vCPU-hours"),
        "Fargate-GB-Hours": ("memory", "GB-hours"),
        "Fargate-ARM-vCPU-Hours:perCPU": ("arm vcpu", "vCPU-hours"),
        "Fargate-ARM-GB-Hours": ("arm memory", "GB-hours"),
        "Fargate-EphemeralStorage-GB-Hours": ("ephemeral storage", "GB-hours"),
    }.get(_usage(attributes))
    if found:
        yield Part("fargate", *found)


def _nodes(service: str, *families: str, prefix: str = "") -> Callable[[str, Attributes, str], Iterator[Part]]:
    """An offer of which only the hours of its nodes are taken, by their instance type."""

    def read(family: str, attributes: Attributes, unit: str) -> Iterator[Part]:
        type_ = attributes.get("instanceType", "")
        if (
            family in families
            and unit == "Hrs"
            and type_
            and attributes.get("deploymentOption", "Single-AZ") != "Multi-AZ"
        ):
            yield Part(service, f"{prefix}{type_}", _HOURS)

    return read


_OFFERS: Mapping[str, Callable[[str, Attributes, str], Iterator[Part]]] = {
    "AmazonEC2": _ec2,
    "AmazonVPC": _vpc,
    "AWSELB": _elb,
    "AmazonRDS": _rds,
    "AmazonElastiCache": _cache,
    "AmazonES": _search,
    "AmazonS3": _s3,
    "AWSLambda": _lambda,
    "AmazonSageMaker": _sagemaker,
    "AmazonFSx": _fsx,
    "AmazonEFS": _efs,
    "AmazonEKS": _eks,
    "AmazonECS": _fargate,
    "AmazonRedshift": _nodes("redshift", "Compute Instance"),
    "AmazonDocDB": _nodes("docdb", "Database Instance"),
    "AmazonNeptune": _nodes("neptune", "Database Instance"),
    "AmazonMemoryDB": _nodes("memorydb", "Amazon MemoryDB"),
    "AWSDatabaseMigrationSvc": _nodes("dms", "Replication Server", prefix="single-az "),
}
OFFERS = tuple(_OFFERS)
"""Offers of which something is taken."""
