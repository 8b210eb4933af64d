"""AWS services that are sold by units at a price an hour or a month: attachments, endpoints, caches, protection, domains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import ByType, Service, Use, always, amount, monthly, number_of, text_of, unknown_of
from spendgate.costing.meters.sold import Sold, between, sold
from spendgate.model.cost import Component
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_DATA = "monthly_data_processed_gb"
_LEAST_CAPACITY = Decimal(16)
"""The least that a shard group without a statement keeps (Aurora user guide, Limitless Database)."""


def _processed(service: str) -> Use:
    return Use("Data processed", "GB", (service, "data processed"), _DATA)


def _fast_restore(subject: Subject) -> Iterator[Component]:
    """A snapshot that restores fast, in one zone by the hour."""
    yield amount(subject, "Fast restore", "hours", ("ebs", "fast snapshot restore"), HOURS_PER_MONTH)


def _routed(subject: Subject) -> Iterator[Component]:
    yield always(subject, "Accelerator", ("global accelerator", "accelerator"))


def _public_namespace(subject: Subject) -> Iterator[Component]:
    """A namespace that the internet can ask is a hosted zone."""
    yield monthly(subject, "Hosted zone", "months", ("route53", "hosted zone"))


def _cores(subject: Subject) -> Iterator[Component]:
    """A core network: an edge in each location of its policy."""
    locations = subject.resource.attributes.blocks("edge_locations")
    regions = subject.resource.attributes.texts("base_policy_regions")
    count = len(locations) if not isinstance(locations, Unknown) and locations else 0
    count = count or (len(regions) if not isinstance(regions, Unknown) else 0)
    if not count:
        yield unpriced("Core network edges", "hours", "where its edges are stands in its policy")
        return
    yield amount(subject, "Core network edges", "hours", ("cloud wan", "core network edge"), count * HOURS_PER_MONTH)


def _fleet(service: str, kind: str, least: str, most: str = "") -> Service:
    """Machines of a service between two numbers."""

    def parts(subject: Subject) -> Iterator[Component]:
        machine = text_of(subject, kind)
        if (missing := unknown_of(machine, "its machine type", "Machines", "hours")) is not None:
            yield missing
            return
        fewest = number_of(subject, least, Decimal(1))
        top = number_of(subject, most) if most else None
        rate = (service, str(machine).lower())
        yield between(subject, f"Machines ({machine})", "hours", rate, fewest, top, factor=HOURS_PER_MONTH)

    return Service(parts, {})


def _listed_domains(subject: Subject) -> Iterator[Component]:
    """The domains of a list of the DNS firewall, each a month."""
    domains = subject.resource.attributes.texts("domains")
    rate = ("route53 dns firewall", "domain")
    count = Decimal(len(domains)) if not isinstance(domains, Unknown) else domains
    yield amount(subject, "Listed domains", "domains", rate, count)


def _shards(subject: Subject) -> Iterator[Component]:
    """A shard group of Aurora Limitless: its capacity moves between two sizes."""
    least, most = number_of(subject, "min_acu"), number_of(subject, "max_acu")
    if least is None and isinstance(most, Decimal):
        least = min(_LEAST_CAPACITY, most)
    rate = ("aurora limitless", "acu")
    yield between(subject, "Capacity units", "ACU-hours", rate, least, most, factor=HOURS_PER_MONTH)


def _tracking(subject: Subject) -> Iterator[Component]:
    """An MLflow server of SageMaker by its size, and what it stores."""
    size = text_of(subject, "tracking_server_size", "Small")
    if (missing := unknown_of(size, "its size", "Server", "hours")) is not None:
        yield missing
        return
    rate = ("sagemaker mlflow", f"{str(size).lower()} server")
    yield amount(subject, f"Server ({size})", "hours", rate, HOURS_PER_MONTH)


_SOLD: Mapping[str, Sold] = {
    "aws_appsync_api_cache": Sold("Cache", "appsync cache", "type"),
    "aws_cloudwatch_composite_alarm": Sold("Composite alarm", "cloudwatch composite alarm", hourly=False, unit="alarms"),
    "aws_codepipeline": Sold("Pipeline", "codepipeline", "pipeline_type", default="V1", hourly=False, unit="months", free=("v2",)),
    "aws_dx_hosted_connection": Sold("Hosted connection", "direct connect hosted", "bandwidth"),
    "aws_ec2_transit_gateway_connect": Sold("Connect attachment", "transit gateway connect", uses=(_processed("transit gateway connect"),)),
    "aws_eks_capability": Sold("Capability", "eks capability", "type"),
    "aws_fms_policy": Sold("Policy", "firewall manager", hourly=False, unit="months"),
    "aws_networkmanager_vpc_attachment": Sold("Attachment", "cloud wan attachment", uses=(_processed("cloud wan attachment"),)),
    "aws_networkmanager_connect_attachment": Sold("Attachment", "cloud wan attachment", uses=(_processed("cloud wan attachment"),)),
    "aws_networkmanager_site_to_site_vpn_attachment": Sold("Attachment", "cloud wan attachment", uses=(_processed("cloud wan attachment"),)),
    "aws_networkmanager_dx_gateway_attachment": Sold("Attachment", "cloud wan attachment", uses=(_processed("cloud wan attachment"),)),
    "aws_connect_phone_number": Sold("Phone number", "connect phone number", "type", hourly=False, unit="numbers"),
    "aws_pinpointsmsvoicev2_phone_number": Sold("Phone number", "sms phone number", "number_type", hourly=False, unit="numbers"),
    "aws_networkmonitor_probe": Sold("Probe", "network synthetic monitor"),
    "aws_paymentcryptography_key": Sold("Key", "payment cryptography", hourly=False, unit="months"),
    "aws_route53_traffic_policy_instance": Sold("Policy record", "route53 traffic policy", hourly=False, unit="records"),
    "aws_route53recoverycontrolconfig_cluster": Sold("Cluster", "route53 recovery control"),
    "aws_route53profiles_association": Sold("Association", "route53 profile"),
    "aws_sesv2_dedicated_ip_assignment": Sold("Dedicated address", "ses dedicated ip", hourly=False, unit="addresses"),
    "aws_shield_subscription": Sold("Shield Advanced", "shield advanced", hourly=False, unit="months"),
    "aws_transfer_web_app": Sold("Web app units", "transfer web app", number="web_app_units.0.provisioned"),
    "aws_verifiedaccess_endpoint": Sold("Application", "verified access", uses=(_processed("verified access"),)),
    "aws_vpclattice_resource_configuration": Sold("Shared resource", "vpc lattice resource", uses=(_processed("vpc lattice resource"),)),
    "aws_vpc_route_server_endpoint": Sold("Endpoint", "vpc route server"),
    "aws_workspacesweb_portal": Sold("Portal", "workspaces secure browser", uses=(Use("Active users", "users", ("workspaces secure browser", "user"), "monthly_active_users"),), free=("unit",)),
    "aws_outposts_outpost": Sold("Outpost", "outposts"),
    "aws_medialive_channel": Sold("Channel", "medialive", "channel_class", default="STANDARD"),
    "aws_evs_environment": Sold("Hosts", "elastic vmware service"),
    "aws_qbusiness_application": Sold("Index units", "q business", uses=(Use("Users", "users", ("q business", "user"), "users"),), free=("unit",)),
    "aws_vpc_ipam": Sold("Managed addresses", "vpc ipam", "tier", default="advanced", free=("free", "advanced"), uses=(
        Use("Active addresses (advanced tier)", "address-hours", ("vpc ipam", "active address"), "monthly_address_hrs"),)),
}  # fmt: skip

UNITS = ByType(
    {
        **{name: sold(entry) for name, entry in _SOLD.items()},
        "aws_ebs_fast_snapshot_restore": Service(_fast_restore, {}),
        "aws_globalaccelerator_custom_routing_accelerator": Service(_routed, {}),
        "aws_service_discovery_public_dns_namespace": Service(_public_namespace, {}),
        "aws_networkmanager_core_network": Service(_cores, {}),
        "aws_gamelift_fleet": _fleet("gamelift", "ec2_instance_type", "desired_ec2_instances"),
        "aws_glue_dev_endpoint": sold(Sold("Processing units", "glue dev endpoint", number="number_of_nodes", least=5)),
        "aws_m2_environment": _fleet(
            "mainframe modernization", "instance_type", "high_availability_config.0.desired_capacity"
        ),
        "aws_codebuild_fleet": _fleet("codebuild fleet", "compute_type", "base_capacity"),
        "aws_cloudsearch_domain": _fleet(
            "cloudsearch",
            "scaling_parameters.0.desired_instance_type",
            "scaling_parameters.0.desired_replication_count",
        ),
        "aws_route53_resolver_firewall_domain_list": Service(_listed_domains, {}),
        "aws_rds_shard_group": Service(_shards, {}),
        "aws_sagemaker_mlflow_tracking_server": Service(_tracking, {}),
    }
)
