"""Google Cloud and Azure collected and judged as a user does it: right counts, GPUs and costs, nothing missing passes, no secret comes out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.stories import NOW, Outcome, run
from tests.unit.collectors import azure_cloud as microsoft
from tests.unit.collectors import google_cloud as alphabet
from tests.unit.collectors.cloud import TOKEN, served

FORMATS = ("json", "markdown", "html", "sarif", "csv", "junit")
PACKS = [word for pack in ("starter", "utilisation", "gpu", "storage", "tagging") for word in ("--pack", pack)]
OWNED = {"owner": "ann", "environment": "prod", "application": "chat", "cost-center": "7"}


@contextmanager
def google(api: alphabet.Assets, path: Path) -> Iterator[Outcome]:
    """The outcome of `inventory google` on an API that runs meanwhile."""
    with served(api.answer) as api.cloud:
        words = ("--project", "vision-lab", "--endpoint", api.cloud.url, "--now", NOW, "-o", str(path))
        yield run("inventory", "google", *words, GOOGLE_OAUTH_ACCESS_TOKEN=TOKEN)


@contextmanager
def azure(api: microsoft.Azure, path: Path) -> Iterator[Outcome]:
    """The outcome of `inventory azure`."""
    with served(api.answer) as api.cloud:
        words = ("--endpoint", api.cloud.url, "--now", NOW, "-o", str(path))
        yield run("inventory", "azure", *words, AZURE_ACCESS_TOKEN=TOKEN)


def judged(path: Path) -> dict[str, Any]:
    """The report on an inventory as JSON."""
    found = run("check", str(path), "--pack", "starter", "--now", NOW, "-o", "json")
    assert found.output, found.errors
    document: dict[str, Any] = json.loads(found.output)
    return document


def costs(document: dict[str, Any]) -> dict[str, str | None]:
    """Money a month by the last part of an address; None for what has no price at all."""
    return {one["address"].rsplit("/", 1)[-1]: one["cost"]["after_monthly"]["expected"] for one in document["changes"]}


def accelerators(document: dict[str, Any]) -> dict[str, tuple[int, str]]:
    """How many of which a resource has at most, by the last part of its address."""
    return {
        one["address"].rsplit("/", 1)[-1]: (accel["max_total"], accel["models"][0])
        for one in document["changes"]
        if (accel := one["facets"]["accel"])["models"]
    }


def test_what_is_collected_from_google_costs_what_its_export_costs(tmp_path: Path) -> None:
    with google(alphabet.Assets(), tmp_path / "estate.jsonl") as done:
        assert (done.exit_code, done.output) == (0, "")
    (tmp_path / "export.json").write_text(json.dumps(alphabet.ESTATE))
    live, export = judged(tmp_path / "estate.jsonl"), judged(tmp_path / "export.json")
    assert live["counts"]["changes"] == 9
    assert costs(live) == costs(export)
    assert live["cost"]["after_monthly"] == export["cost"]["after_monthly"]
    money = costs(live)
    assert (money["train-2"], money["old"], money["small"]) == ("0.00", "17.00", None)
    assert Decimal(money["train-1"] or 0) > 500
    assert Decimal(money["large"] or 0) > 5_000
    assert accelerators(live)["large"] == (8, "A100-40GB")
    assert accelerators(live)["api"] == (3, "L4")


def test_what_is_collected_from_azure_is_priced_with_what_belongs_to_it(tmp_path: Path) -> None:
    with azure(microsoft.Azure(), tmp_path / "estate.jsonl") as done:
        assert (done.exit_code, done.output) == (0, "")
    live = judged(tmp_path / "estate.jsonl")
    assert live["counts"]["changes"] == 15
    money = {name: Decimal(cost) for name, cost in costs(live).items() if cost is not None}
    hourly = money["vm-on"]
    assert hourly > 2000
    assert (money["vm-off"], money["box"], money["vm-dark"]) == (0, 0, hourly)
    assert (money["blue"], money["gpu"], money["train"]) == (2 * hourly, 2 * hourly, hourly)
    assert money["chat"] > 10_000, "provisioned units are paid by the hour"
    assert "cheap" not in money, "a deployment by token has no price without its use"
    found = accelerators(live)
    assert {name: found[name] for name in ("blue", "gpu", "train", "box")} == {
        "blue": (2, "A100-80GB"), "gpu": (2, "A100-80GB"), "train": (4, "A100-80GB"), "box": (1, "V100")
    }  # fmt: skip


def owned_disk() -> dict[str, Any]:
    """A disk of which every policy of the starter pack approves."""
    disk = alphabet.disk("kept")
    disk["resource"]["data"]["labels"] = OWNED
    return disk


def test_a_complete_inventory_passes_and_one_with_a_hole_does_not(tmp_path: Path) -> None:
    api, path = alphabet.Assets(), tmp_path / "estate.jsonl"
    api.estate[alphabet.LAB] = [owned_disk()]
    with google(api, path) as done:
        assert (done.exit_code, "warning" in done.errors) == (0, False)
    assert judged(path)["decision"] == "pass"
    api.refusals[(alphabet.LAB, "aiplatform", "")] = [alphabet.FORBIDDEN]
    with google(api, path) as done:
        assert (done.exit_code, "warning: aiplatform.googleapis.com of projects/vision-lab" in done.errors) == (0, True)
    document = judged(path)
    assert (document["decision"], document["exit_code"]) == ("undetermined", 3)
    assert any("aiplatform.googleapis.com" in problem["message"] for problem in document["problems"])


def test_an_inventory_of_azure_with_a_hole_does_not_pass(tmp_path: Path) -> None:
    api, path = microsoft.Azure(), tmp_path / "estate.jsonl"
    properties = {"diskSizeGB": 512, "diskState": "Attached", "timeCreated": "2026-01-01T00:00:00Z"}
    disk = microsoft.row("Microsoft.Compute/disks", "kept", properties, sku={"name": "Premium_LRS"}, tags=OWNED)
    api.rows = {microsoft.PROD: [disk], microsoft.LAB: []}
    with azure(api, path) as done:
        assert done.exit_code == 0, done.errors
    assert judged(path)["decision"] == "pass"
    api.refusals[(microsoft.LAB, "")] = [microsoft.FORBIDDEN]
    with azure(api, path) as done:
        assert f"warning: subscription {microsoft.LAB} gave nothing" in done.errors
    assert (judged(path)["decision"], judged(path)["exit_code"]) == ("undetermined", 3)


def test_a_session_that_ends_is_an_error_and_leaves_no_file(tmp_path: Path) -> None:
    api, path = alphabet.Assets(), tmp_path / "estate.jsonl"
    api.refusals[(alphabet.LAB, "compute", "2")] = [alphabet.EXPIRED]
    with google(api, path) as done:
        assert done.exit_code == 2
        assert done.errors.startswith("error: Google: the token is not taken, or has expired")
        assert "PLANTED" not in done.errors
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("cloud", ["google", "azure"])
def test_no_planted_secret_and_no_token_comes_out(cloud: str, tmp_path: Path) -> None:
    path = tmp_path / "estate.jsonl"
    with google(alphabet.Assets(), path) if cloud == "google" else azure(microsoft.Azure(), path) as done:
        everything = done.output + done.errors + path.read_text()
    outputs = [word for name in FORMATS for word in ("-o", f"{name}={tmp_path / name}")]
    found = run("check", str(path), *PACKS, "--now", NOW, "-v", "-o", "text", *outputs)
    seen = run("explain", "--as-input", str(path))
    assert found.output
    assert seen.exit_code == 0, seen.errors
    everything += found.output + found.errors + seen.output + seen.errors
    everything += "".join((tmp_path / name).read_text() for name in FORMATS)
    assert "PLANTED" not in everything
