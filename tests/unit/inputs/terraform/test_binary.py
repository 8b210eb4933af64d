"""A binary plan is turned into JSON by whichever program is there; what the program says reaches the user."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from spendgate.errors import InputError
from spendgate.inputs import open_input
from spendgate.model.resource import Action

CORPUS = Path(__file__).parents[3] / "corpus" / "terraform"
ZIP = b"PK\x03\x04\x14\x00\x08\x00\x08\x00" + b"\x00" * 20 + b"tfplan"


def program(folder: Path, name: str, body: str) -> None:
    """A stand-in for terraform that runs a line of Python."""
    folder.mkdir(exist_ok=True)
    script = folder / name
    script.write_text(f"#!{sys.executable}\nimport os, sys\n{body}\n")
    script.chmod(0o755)


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A saved plan in an initialised root module, with an empty folder on the PATH."""
    root = tmp_path / "root"
    (root / ".terraform").mkdir(parents=True)
    (root / "out").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    path = root / "out" / "p.tfplan"
    path.write_bytes(ZIP)
    return path


@pytest.mark.parametrize("name", ["terraform", "tofu"])
def test_either_program_is_asked_in_the_root_module(name: str, saved: Path, tmp_path: Path) -> None:
    plan = CORPUS / "plans" / "every-action.json"
    check = f"assert sys.argv[1:4] == ['show', '-json', '-no-color'], sys.argv; assert os.getcwd() == {str(saved.parents[1])!r}"
    program(tmp_path / "bin", name, f"{check}\nprint(open({str(plan)!r}).read())")
    workload = open_input(str(saved), {})
    assert len(workload.changes) == 15
    assert workload.origin == str(saved)


def test_without_a_program_the_error_says_what_to_do(saved: Path) -> None:
    with pytest.raises(InputError, match=r"p\.tfplan: is a binary plan, and neither.*terraform show -json p\.tfplan"):
        open_input(str(saved), {})


def test_what_the_program_complains_about_is_told(saved: Path, tmp_path: Path) -> None:
    complaint = r"'\n│ Error: Failed to read\n│ it was written by 9.9\n'"
    program(tmp_path / "bin", "terraform", f"sys.stderr.write({complaint}); sys.exit(1)")
    with pytest.raises(
        InputError, match=r"show -json failed: Error: Failed to read it was written by 9\.9 \(run `init`"
    ):
        open_input(str(saved), {})


def test_a_program_that_answers_nonsense_is_an_error_too(saved: Path, tmp_path: Path) -> None:
    program(tmp_path / "bin", "terraform", "print('hello')")
    with pytest.raises(InputError, match="plain text, no plan"):
        open_input(str(saved), {})


def test_a_binary_plan_that_is_called_json_is_not_run(saved: Path) -> None:
    wrong = saved.rename(saved.with_suffix(".json"))
    with pytest.raises(InputError, match=r"p\.json: is a binary plan \(name it \.tfplan"):
        open_input(str(wrong), {})


def test_another_archive_is_no_plan(saved: Path) -> None:
    other = saved.with_name("notes.docx")
    other.write_bytes(b"PK\x03\x04" + b"\x00" * 26 + b"[Content_Types].xml")
    with pytest.raises(InputError, match="is a zip archive, which is not read"):
        open_input(str(other), {})


@pytest.mark.service
def test_a_real_program_reads_its_own_plan(tmp_path: Path) -> None:
    found = next((path for name in ("terraform", "tofu") if (path := shutil.which(name))), None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("neither terraform nor tofu is on the PATH")
        pytest.skip("neither terraform nor tofu is on the PATH")
    (tmp_path / "main.tf").write_text('resource "terraform_data" "a" {\n  input = "x"\n}\n')
    for arguments in (["init"], ["plan", "-out", "p.tfplan"]):
        subprocess.run([found, *arguments], cwd=tmp_path, check=True, capture_output=True)
    (change,) = open_input(str(tmp_path / "p.tfplan"), {}).changes
    assert (change.address, change.action) == ("terraform_data.a", Action.CREATE)
