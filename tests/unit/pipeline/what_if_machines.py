"""Machines to ask of what they would cost as something else."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from tests.policies.plans import plan
from tests.policies.plans import resource as r

from spendgate.model.alternative import WhatIf
from spendgate.pipeline import estimate
from spendgate.prices.book import PriceBook
from spendgate.settings import resolve

TODAY = date(2026, 11, 24)
BOOK = PriceBook.open()
GPUS = ("T4", "L4", "A10G", "L40S", "A100-40GB", "A100-80GB", "H100")
MACHINES = {
    "v100": r("aws_instance.a", instance_type="p3.2xlarge"),
    "two disks": r(
        "aws_instance.a", instance_type="m5.4xlarge", root_block_device=[{"volume_type": "gp2", "volume_size": 200}],
        ebs_block_device=[{"device_name": "b", "volume_type": "io1", "volume_size": 100, "iops": 4000}],
    ),
    "a type that nobody prices": r("aws_instance.a", instance_type="p9.48xlarge"),
    "type after apply": r("aws_instance.a", unknown={"instance_type": True}),
    "group": r(
        "aws_autoscaling_group.a", min_size=2, desired_capacity=8, max_size=20,
        launch_template=[{"id": "lt-1"}], mixed_instances_policy=[],
    ),
    "pool": r(
        "aws_eks_node_group.a", cluster_name="c", instance_types=["g5.12xlarge"],
        scaling_config=[{"min_size": 1, "desired_size": 4, "max_size": 10}],
    ),
    "google with an attached gpu": r(
        "google_compute_instance.a", name="a", zone="us-central1-a", machine_type="n1-standard-8",
        guest_accelerator=[{"type": "nvidia-tesla-v100", "count": 1}],
    ),
    "google": r("google_compute_instance.a", name="a", zone="us-central1-a", machine_type="a2-highgpu-1g"),
    "azure": r(
        "azurerm_linux_virtual_machine.a", name="a", size="Standard_NC24ads_A100_v4", location="eastus",
        os_disk=[{"storage_account_type": "Premium_LRS", "disk_size_gb": 128}],
    ),
    "notebook": r("aws_sagemaker_notebook_instance.a", name="a", instance_type="ml.g5.2xlarge"),
    "bucket": r("aws_s3_bucket.a", bucket="a"),
    "disk": r("aws_ebs_volume.a", availability_zone="us-east-1a", type="gp2", size=100),
}  # fmt: skip


def asked(folder: Path, text: str, address: str | None = None, **options: Any) -> WhatIf:
    """The answers about the only resource of an input, or about the one at an address."""
    path = folder / ("plan.json" if text.startswith("{") else "work.yaml")
    path.write_text(text, encoding="utf-8")
    run = estimate([str(path)], resolve(options, folder=folder), BOOK, TODAY)
    (item,) = (each for each in run.assessed if address in (None, each.change.address))
    assert run.ask is not None
    return run.ask(item)


def machine(folder: Path, name: str, **options: Any) -> WhatIf:
    return asked(folder, plan(MACHINES[name]), **options)
