"""Plans and manifests for the packs network, managed-ai and multi-cloud."""

from tests.policies.manifests import job, manifest, pod, thing
from tests.policies.plans import Planned, plan
from tests.policies.plans import resource as r

DEV = {"environment": "dev"}
PROD = {"environment": "prod"}


def _job(bucket_region: str, **tags: str) -> str:
    channel = {"channel_name": "train", "data_source": [{"s3_data_source": [{"s3_uri": "s3://ml-data/a"}]}]}
    return plan(
        r("aws_s3_bucket.data", bucket="ml-data", region=bucket_region, tags=DEV),
        r("aws_sagemaker_training_job.a", training_job_name="a", region="us-east-1", tags={**DEV, **tags},
          input_data_config=[channel], resource_config=[{"instance_type": "ml.g5.xlarge", "instance_count": 1}]),
    )  # fmt: skip


def _nat(*more: Planned) -> str:
    return plan(r("aws_nat_gateway.a", refs={"subnet_id": "aws_subnet.a.id"}), r("aws_subnet.a", refs={"vpc_id": "aws_vpc.a.id"}),
                r("aws_vpc.a", cidr_block="10.0.0.0/16"), *more)  # fmt: skip


_PRIVATE = (
    r("aws_route_table.a", refs={"vpc_id": "aws_vpc.a.id"}),
    r("aws_route.a", destination_cidr_block="0.0.0.0/0", refs={"route_table_id": "aws_route_table.a.id", "nat_gateway_id": "aws_nat_gateway.a.id"}),
)  # fmt: skip


def _s3_endpoint(**refs: str) -> Planned:
    stated = {"service_name": "com.amazonaws.us-east-1.s3", "vpc_endpoint_type": "Gateway"}
    return r(
        "aws_vpc_endpoint.s3", unknown={"route_table_ids": True}, refs={"vpc_id": "aws_vpc.a.id", **refs}, **stated
    )


def _azure_nat(subresources: list[str]) -> str:
    connection = [{"name": "a", "is_manual_connection": False, "subresource_names": subresources}]
    return plan(
        r("azurerm_nat_gateway.a", name="a", location="westeurope", tags=DEV),
        r("azurerm_subnet.a", name="a", service_endpoints=[]),
        r("azurerm_private_endpoint.a", name="a", location="westeurope", private_service_connection=connection),
    )


def _group_in_subnets(*zones: str) -> str:
    """Two subnets that this run makes, so that the group knows neither of their ids."""
    subnets = [r(f"aws_subnet.private[{number}]", availability_zone=zone) for number, zone in enumerate(zones)]
    return plan(
        r("aws_autoscaling_group.a", name="train", min_size=0, max_size=4, placement_group="train",
          tag=[{"key": "workload", "value": "train", "propagate_at_launch": True}],
          refs={"launch_template.id": "aws_launch_template.a.id", "vpc_zone_identifier": "aws_subnet.private"}),
        r("aws_launch_template.a", instance_type="p4d.24xlarge", network_interfaces=[{"interface_type": "efa"}]),
        *subnets,
    )  # fmt: skip


def _gke_pool(location: str) -> str:
    return plan(
        r("google_container_node_pool.a", name="a", cluster="c", location=location, node_count=2, placement_policy=[{"type": "COMPACT"}],
          node_config=[{"machine_type": "a2-highgpu-8g", "resource_labels": {**DEV, "workload": "train"}}])
    )  # fmt: skip


def _training_group(**more: object) -> str:
    stated = {"vpc_zone_identifier": ["subnet-a"], "placement_group": "train", **more}
    return plan(
        r("aws_autoscaling_group.a", name="train", min_size=0, max_size=4,
          tag=[{"key": "workload", "value": "train", "propagate_at_launch": True}],
          refs={"launch_template.id": "aws_launch_template.a.id"}, **stated),
        r("aws_launch_template.a", instance_type="p4d.24xlarge", network_interfaces=[{"interface_type": "efa"}]),
    )  # fmt: skip


def _endpoint(
    tags: dict[str, str],
    machine: str = "ml.g5.xlarge",
    scaled: tuple[int, int] | None = None,
    status: str = "ENABLED",
    **more: object,
) -> str:
    variant = {"variant_name": "main", "instance_type": machine, "initial_instance_count": 1}
    if scaled:
        variant["managed_instance_scaling"] = [
            {"status": status, "min_instance_count": scaled[0], "max_instance_count": scaled[1]}
        ]
    return plan(
        r("aws_sagemaker_endpoint.a", name="a", tags=tags, refs={"endpoint_config_name": "aws_sagemaker_endpoint_configuration.a.name"}),
        r("aws_sagemaker_endpoint_configuration.a", name="a", tags=tags, production_variants=[variant], **more),
    )  # fmt: skip


def _scaled_endpoint(least: int, most: int) -> str:
    """Its scaling target names it in a text and refers to nothing."""
    return plan(
        r("aws_sagemaker_endpoint.a", name="ranker", tags=PROD, refs={"endpoint_config_name": "aws_sagemaker_endpoint_configuration.a.name"}),
        r("aws_sagemaker_endpoint_configuration.a", name="a", tags=PROD,
          production_variants=[{"variant_name": "main", "instance_type": "ml.g5.xlarge", "initial_instance_count": 1}]),
        r("aws_appautoscaling_target.a", service_namespace="sagemaker", resource_id="endpoint/ranker/variant/main",
          scalable_dimension="sagemaker:variant:DesiredInstanceCount", min_capacity=least, max_capacity=most),
    )  # fmt: skip


def _trials(number: str) -> str:
    return manifest(
        job(pod("python", "hpo.py", "--n-trials", number, gpus=1, node="L4"), labels={**DEV, "workload": "search"})
    )


def _search(jobs: int | None, parallel: int, stopping: str = "Auto", strategy: str = "Bayesian") -> str:
    limits = {"max_parallel_training_jobs": parallel} | ({"max_number_of_training_jobs": jobs} if jobs else {})
    return plan(
        r("aws_sagemaker_hyper_parameter_tuning_job.a", name="a", tags=DEV,
          config=[{"strategy": strategy, "training_job_early_stopping_type": stopping, "resource_limits": [limits]}])
    )  # fmt: skip


def _hyperpod(**tags: str) -> str:
    return plan(
        r("aws_sagemaker_cluster.a", cluster_name="a", tags={**DEV, **tags},
          instance_group=[{"instance_group_name": "gpu", "instance_type": "ml.p4d.24xlarge", "instance_count": 2}])
    )  # fmt: skip


def _capture(percent: int, **more: object) -> str:
    return plan(
        r("aws_sagemaker_endpoint_configuration.a", name="a", tags=PROD,
          production_variants=[{"instance_type": "ml.m5.large", "initial_instance_count": 1}],
          data_capture_config=[{"enable_capture": True, "initial_sampling_percentage": percent, "destination_s3_uri": "s3://capture/a"}], **more),
        r("aws_s3_bucket.capture", bucket="capture", tags=PROD),
        r("aws_s3_bucket_lifecycle_configuration.capture", bucket="capture", refs={"bucket": "aws_s3_bucket.capture.id"},
          rule=[{"id": "all", "status": "Enabled", "expiration": [{"days": 30}]}]),
    )  # fmt: skip


CASES = {
    "NET-001": {
        "pass.one-region": _job("us-east-1"),
        "fail.data-in-europe": _job("eu-west-1"),
        "pass.little-data-in-europe": _job("eu-west-1", **{"data-gb": "100"}),
        "unknown.bucket-not-in-this-run": plan(
            r("aws_fsx_lustre_file_system.a", region="us-east-1", import_path="s3://elsewhere/a", storage_capacity=1200, tags=DEV)
        ),
        "skip.machine": plan(r("aws_instance.a", instance_type="m6i.large", tags=DEV)),
    },
    "NET-002": {
        "fail.nothing-beside-it": _nat(),
        "pass.gateway-endpoint": _nat(*_PRIVATE, _s3_endpoint(route_table_ids="aws_route_table.a.id")),
        "pass.endpoint-joined-by-an-association": _nat(
            *_PRIVATE, _s3_endpoint(),
            r("aws_vpc_endpoint_route_table_association.a", refs={"vpc_endpoint_id": "aws_vpc_endpoint.s3.id", "route_table_id": "aws_route_table.a.id"}),
        ),
        "fail.endpoint-on-no-route-table": _nat(*_PRIVATE, _s3_endpoint()),
        "fail.endpoint-on-another-route-table": _nat(
            *_PRIVATE, r("aws_route_table.b", refs={"vpc_id": "aws_vpc.a.id"}), _s3_endpoint(route_table_ids="aws_route_table.b.id")
        ),
        "fail.azure-private-endpoint-of-a-vault": _azure_nat(["vault"]),
        "pass.azure-private-endpoint-of-blobs": _azure_nat(["blob"]),
        "unknown.google-subnets-elsewhere": plan(r("google_compute_router_nat.a", name="a", router="a", region="us-central1")),
        "fail.endpoint-in-another-network": _nat(
            r("aws_vpc.b", cidr_block="10.1.0.0/16"),
            r("aws_vpc_endpoint.s3", service_name="com.amazonaws.us-east-1.s3", vpc_endpoint_type="Gateway", refs={"vpc_id": "aws_vpc.b.id"}),
        ),
        "skip.load-balancer": plan(r("aws_lb.a", name="a", tags=DEV)),
    },
    "NET-004": {
        "pass.one-zone-placed": _training_group(),
        "fail.two-zones": _training_group(vpc_zone_identifier=["subnet-a", "subnet-b"]),
        "fail.not-placed": _training_group(placement_group=None),
        "fail.subnets-of-this-run-in-two-zones": _group_in_subnets("us-east-1a", "us-east-1b"),
        "pass.subnets-of-this-run-in-one-zone": _group_in_subnets("us-east-1a", "us-east-1a"),
        "fail.pool-of-a-region-takes-three-zones": _gke_pool("us-central1"),
        "pass.pool-of-a-zone": _gke_pool("us-central1-a"),
        "fail.orchestrated-set-in-two-zones": plan(
            r("azurerm_orchestrated_virtual_machine_scale_set.a", name="a", location="eastus", sku_name="Standard_ND96asr_v4", instances=4,
              zones=["1", "2"], platform_fault_domain_count=1, proximity_placement_group_id="ppg", tags={**DEV, "workload": "train"})
        ),
        "unknown.subnets-known-after-apply": plan(
            r("aws_autoscaling_group.a", name="train", min_size=0, max_size=4, placement_group="train",
              tag=[{"key": "workload", "value": "train", "propagate_at_launch": True}],
              refs={"launch_template.id": "aws_launch_template.a.id", "vpc_zone_identifier": "aws_subnet.a.id"}),
            r("aws_launch_template.a", instance_type="p4d.24xlarge", network_interfaces=[{"interface_type": "efa"}]),
        ),
        "skip.cpu-group": plan(
            r("aws_autoscaling_group.a", name="web", min_size=0, max_size=4, tag=[], refs={"launch_template.id": "aws_launch_template.a.id"}),
            r("aws_launch_template.a", instance_type="m6i.large"),
        ),
    },
    "MAI-001": {
        "pass.scales": _endpoint(PROD, scaled=(1, 4)),
        "fail.fixed-gpu": _endpoint(PROD),
        "fail.keeps-one-in-dev": _endpoint(DEV, scaled=(1, 4)),
        "pass.falls-to-zero-in-dev": _endpoint(DEV, scaled=(0, 4)),
        "fail.target-of-one-size": _scaled_endpoint(4, 4),
        "pass.target-that-names-it": _scaled_endpoint(1, 4),
        "fail.scaling-is-disabled": _endpoint(PROD, scaled=(1, 4), status="DISABLED"),
        "fail.only-its-shadow-scales": _endpoint(PROD, shadow_production_variants=[
            {"variant_name": "new", "instance_type": "ml.g5.xlarge", "initial_instance_count": 1,
             "managed_instance_scaling": [{"status": "ENABLED", "min_instance_count": 1, "max_instance_count": 2}]}
        ]),
        "unknown.configuration-elsewhere": plan(r("aws_sagemaker_endpoint.a", name="a", endpoint_config_name="elsewhere", tags=PROD)),
        "skip.notebook": plan(r("aws_sagemaker_notebook_instance.a", name="a", instance_type="ml.t3.medium", tags=DEV)),
    },
    "MAI-002": {
        "pass.eight-jobs": _search(8, 2),
        "fail.no-number": _search(None, 2),
        "fail.two-hundred": _search(200, 2),
        "fail.thirty-that-never-stop-early": _search(30, 2, "Off"),
        "pass.hyperband-stops-by-itself": _search(30, 2, "Off", "Hyperband"),
        "skip.experiment-of-another-group": manifest({"apiVersion": "chaos.example.com/v1", "kind": "Experiment", "metadata": {"name": "a"}, "spec": {}}),
        "fail.three-hundred-trials-of-optuna": _trials("300"),
        "pass.twenty-trials-of-optuna": _trials("20"),
        "unknown.trials-filled-in-later": _trials("$(TRIALS)"),
        "fail.katib-without-an-end": manifest(
            {"apiVersion": "kubeflow.org/v1beta1", "kind": "Experiment", "metadata": {"name": "a", "namespace": "ml"},
             "spec": {"parallelTrialCount": 3, "trialTemplate": {"trialSpec": {"apiVersion": "batch/v1", "kind": "Job",
                      "spec": {"template": {"spec": pod(restartPolicy="Never")}}}}}}
        ),
        "unknown.limits-known-after-apply": plan(
            r("aws_sagemaker_hyper_parameter_tuning_job.a", name="a", tags=DEV, unknown={"config": True})
        ),
        "skip.training-job": plan(r("aws_sagemaker_training_job.a", training_job_name="a", tags=DEV)),
    },
    "MAI-003": {
        "fail.hyperpod-for-ever": _hyperpod(),
        "pass.hyperpod-until-december": _hyperpod(**{"expires-on": "2026-12-20"}),
        "unknown.end-known-after-apply": plan(
            r("aws_sagemaker_cluster.a", cluster_name="a", tags=DEV, unknown={"tags": {"expires-on": True}, "tags_all": {"expires-on": True}},
              instance_group=[{"instance_group_name": "gpu", "instance_type": "ml.p4d.24xlarge", "instance_count": 2}])
        ),
        "fail.azure-ml-keeps-its-minimum": plan(
            r("azurerm_machine_learning_compute_cluster.a", name="a", location="eastus", vm_size="Standard_NC24ads_A100_v4", vm_priority="Dedicated",
              scale_settings=[{"min_node_count": 2, "max_node_count": 4, "scale_down_nodes_after_idle_duration": "PT15M"}], tags=DEV)
        ),
        "fail.databricks-never-ends": plan(
            r("databricks_cluster.a", cluster_name="a", node_type_id="i3.xlarge", num_workers=2, autotermination_minutes=0)
        ),
        "skip.machine": plan(r("aws_instance.a", instance_type="g5.xlarge", tags=DEV)),
    },
    "MAI-004": {
        "pass.a-tenth": _capture(10),
        "fail.everything": _capture(100),
        "fail.kserve-logs-all-unless-told-otherwise": manifest(
            thing("InferenceService", {"predictor": {"logger": {"url": "http://sink"}, "model": {
                "modelFormat": {"name": "sklearn"}, "storageUri": "s3://models/a"}}}, labels=PROD)
        ),
        "fail.kserve-logs-all": manifest(
            thing("InferenceService", {"predictor": {"logger": {"mode": "all", "url": "http://sink"}, "model": {
                "modelFormat": {"name": "sklearn"}, "storageUri": "s3://models/a"}}}, labels=PROD)
        ),
        "unknown.percentage-known-after-apply": plan(
            r("aws_sagemaker_endpoint_configuration.a", name="a", tags=PROD, data_capture_config=[{"enable_capture": True}],
              production_variants=[{"instance_type": "ml.m5.large", "initial_instance_count": 1}],
              unknown={"data_capture_config": [{"initial_sampling_percentage": True}]})
        ),
        "skip.machine": plan(r("aws_instance.a", instance_type="g5.xlarge", tags=DEV)),
    },
    "MAI-005": {
        "pass.basic": plan(r("azurerm_search_service.a", name="a", location="westeurope", sku="basic", replica_count=1, tags=DEV)),
        "fail.three-replicas": plan(r("azurerm_search_service.a", name="a", location="westeurope", sku="standard", replica_count=3, tags=DEV)),
        "fail.vector-collection-with-stand-by": plan(
            r("aws_opensearchserverless_collection.a", name="vectors", type="VECTORSEARCH", tags=DEV)
        ),
        "unknown.replicas-known-after-apply": plan(
            r("azurerm_search_service.a", name="a", location="westeurope", sku="basic", tags=DEV, unknown={"replica_count": True})
        ),
        "skip.production": plan(r("azurerm_search_service.a", name="a", location="westeurope", sku="standard", replica_count=3, tags=PROD)),
    },
    "MC-003": {
        "pass.european-data-in-europe": plan(
            r("aws_s3_bucket.a", bucket="a", region="eu-west-1", tags={**DEV, "data-class": "eu-only"})
        ),
        "fail.european-data-in-america": plan(
            r("aws_s3_bucket.a", bucket="a", region="us-east-1", tags={**DEV, "data-class": "eu-only"})
        ),
        "pass.no-class": plan(r("aws_s3_bucket.a", bucket="a", region="ap-south-1", tags=DEV)),
        "fail.profile-of-bedrock-over-several-regions": plan(
            r("aws_bedrock_inference_profile.a", name="a", region="eu-west-1", tags={**DEV, "data-class": "eu-only"}, model_source=[
                {"copy_from": "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.anthropic.claude-3-haiku-20240307-v1:0"}])
        ),
        "unknown.region-not-known": plan(
            r("aws_s3_bucket.a", bucket="a", tags={**DEV, "data-class": "eu-only"}), regions={"aws": {}}
        ),
        "skip.role": plan(r("aws_iam_role.a", name="a", tags={**DEV, "data-class": "eu-only"})),
    },
    "MC-004": {
        "fail.arc-cluster": plan(r("azurerm_arc_kubernetes_cluster.a", name="edge", location="westeurope", tags=DEV)),
        "pass.own-rate": plan(r("google_edgecontainer_node_pool.a", name="a", cluster="a", location="us-central1", node_location="store",
                                node_count=3, labels=DEV)),
        "fail.more-devices-than-counted": plan(
            r("google_edgecontainer_node_pool.a", name="a", cluster="a", location="us-central1", node_location="store",
              node_count=900, labels=DEV)
        ),
        "unknown.number-known-after-apply": plan(
            r("google_edgecontainer_node_pool.a", name="a", cluster="a", location="us-central1", node_location="store", labels=DEV,
              unknown={"node_count": True})
        ),
        "skip.machine": plan(r("aws_instance.a", instance_type="m6i.large", tags=DEV)),
    },
}  # fmt: skip
