"""Small source tables for tests of the price book."""

from __future__ import annotations

from pathlib import Path

TABLES = {
    "machines.csv": (
        "provider,machine_type,vcpu,memory_gib,accelerator,accelerator_count,accelerator_memory_gib\n"
        "aws,m5.large,2,8,,,\n"
        "aws,g5.xlarge,4,16,A10G,1,22.352\n"
        "aws,odd.large,,,,,\n"
    ),
    "machine_prices_aws.csv": (
        "region,machine_type,on_demand,spot,as_of,spot_as_of,source\n"
        "us-east-1,m5.large,0.096,0.03,2026-01-02,2025-08-09,a list\n"
        "us-east-1,g5.xlarge,1.006,,2026-01-02,,a list\n"
        "eu-west-1,m5.large,0.107,,2025-01-02,,a list\n"
        "eu-west-1,spot.only,,0.5,2025-01-02,2025-01-02,a list\n"
    ),
    "rates_aws.csv": (
        "region,service,item,unit,price,tier_start,as_of,how,source\n"
        "us-east-1,nat,hours,hours,0.045,0,2024-07-01,listed,a list\n"
        "eu-west-1,nat,hours,hours,0.048,0,2024-07-01,listed,a list\n"
        "us-east-1,data,out,GB,0.09,0,2024-07-01,listed,a list\n"
        "us-east-1,data,out,GB,0.085,10240,2024-07-01,listed,a list\n"
        "eu-central-1,kms,key,months,1,0,2024-07-01,listed,a list\n"
        "global,route53,zone,months,0.5,0,2024-07-01,listed,a list\n"
        "us-east-1,guess,thing,hours,2,0,2024-07-01,assumed: said so,a list\n"
        "us-east-1,sagemaker,ml.g5.xlarge,hours,1.4,0,2024-07-01,listed,a list\n"
        "us-east-1,sagemaker,ml.p5 spot,hours,9,0,2024-07-01,listed,a list\n"
        "us-east-1,sagemaker,ml.p5,hours,20,0,2024-07-01,listed,a list\n"
    ),
    "accelerators.csv": "name,vendor,memory_gib,tdp_watts,generation,source,note\nA10G,NVIDIA,24,150,Ampere,a list,\n",
}


def write(folder: Path, **changes: str) -> Path:
    """The tables in a folder, some of them replaced: `rates_aws="..."` for `rates_aws.csv`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**TABLES, **{f"{stem}.csv": text for stem, text in changes.items()}}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
