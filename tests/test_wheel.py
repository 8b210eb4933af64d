"""The wheel: exactly two packages, with the policies and the price book inside, and it works once installed."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    program = f"from hatchling.build import build_wheel; print(build_wheel({str(target)!r}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target / done.stdout.split()[-1]


def test_what_the_build_imports_is_installed_for_it() -> None:
    """A build has an environment of its own: only what `[build-system]` asks for is there, and not what the package needs."""
    program = "import sys, spendgate.prices.build, spendgate.prices.location; print(*{name.split('.')[0] for name in sys.modules})"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "engine")}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = {text.partition(">")[0].partition("[")[0].lower() for text in document["project"]["dependencies"]}
    for extra in document["project"]["optional-dependencies"].values():
        names |= {text.partition(">")[0].partition("[")[0].lower() for text in extra}
    asked = {text.partition(">")[0] for text in document["build-system"]["requires"]}
    assert (names - {"spendgate"}) & set(done.stdout.lower().split()) <= asked
    assert "msgspec" in asked


@pytest.mark.slow
def test_the_wheel_holds_exactly_two_packages(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"spendgate", "spendgate_cli"}


@pytest.mark.slow
def test_policies_and_prices_travel_inside(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    shipped = {path.relative_to(ROOT / "policies").as_posix() for path in (ROOT / "policies").rglob("*.yaml")}
    assert shipped
    assert shipped == {
        name.removeprefix("spendgate/_bundle/policies/")
        for name in names
        if name.startswith("spendgate/_bundle/policies/") and name.endswith(".yaml")
    }
    assert "spendgate/prices/book.sqlite" in names
    assert "spendgate/py.typed" in names


@pytest.mark.slow
def test_the_wheel_judges_a_plan_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    unpacked = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(unpacked)
    plan = next((ROOT / "examples").glob("*/plan.json"))
    done = subprocess.run(
        [sys.executable, "-m", "spendgate_cli", "check", str(plan), "-o", "json"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(unpacked), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1, 3), done.stderr
    assert '"decision"' in done.stdout
