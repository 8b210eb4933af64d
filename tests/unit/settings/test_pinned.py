"""Settings of a ref: everything comes from there, and nothing of the working tree gets in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.test_governance import git

from spendgate.errors import SettingsError
from spendgate.settings import Settings, resolve
from spendgate.settings.pinned import pinned


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    for name, text in {
        "spendgate.yaml": "packs: [gpu]\nwaivers: gate/w.yaml\npolicy_paths: [own]\n",
        "gate/w.yaml": "waivers: []\n",
        "gate/a.yaml": "approvals: []\n",
        "own/OWN-001.yaml": "first\n",
        "sub/spendgate.yaml": "packs: [budget]\nbaseline: b.json\n",
        "sub/b.json": "{}",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "link.yaml").symlink_to("gate/w.yaml")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    for name in ("spendgate.yaml", "gate/w.yaml", "own/OWN-001.yaml"):
        (tmp_path / name).write_text("loosened: true\n", encoding="utf-8")
    return tmp_path


def settings(
    folder: Path, options: Mapping[str, Any], environment: Mapping[str, str] | None = None
) -> tuple[Settings, dict[str, str]]:
    """The settings, and the texts of the files that they name while those are there."""
    with pinned("main", options, environment=environment or {}, folder=folder) as place:
        found = resolve(place.options, environment=place.environment, folder=place.folder)
        paths = [found.waivers, found.baseline, *found.policy_paths, *found.approvals]
        texts = {place.shown(p): Path(p).read_text("utf-8") if Path(p).is_file() else "" for p in paths if p}
    return found, texts


def test_files_are_those_of_the_ref(repository: Path) -> None:
    found, texts = settings(repository, {})
    assert found.packs == ("gpu",)
    assert texts == {"main:gate/w.yaml": "waivers: []\n", "main:own": ""}


def test_the_nearest_settings_win_as_they_do_without_a_ref(repository: Path) -> None:
    found, texts = settings(repository / "sub", {})
    assert found.packs == ("budget",)
    assert texts == {"main:sub/b.json": "{}"}


def test_options_and_variables_name_files_of_the_ref(repository: Path) -> None:
    found, texts = settings(
        repository / "sub", {"waivers": "../gate/w.yaml"}, {"SPENDGATE_APPROVALS": "../gate/a.yaml, ../gate/a.yaml"}
    )
    assert texts["main:gate/w.yaml"] == "waivers: []\n"
    assert texts["main:gate/a.yaml"] == "approvals: []\n"
    assert len(found.approvals) == 2


def test_an_approval_that_stands_in_the_option_is_the_job_s_own_word(repository: Path) -> None:
    found, _ = settings(repository, {"approvals": ("{plan: x}",)})
    assert found.approvals == ("{plan: x}",)


def test_nothing_is_left_behind(repository: Path) -> None:
    with pinned("main", {}, environment={}, folder=repository) as place:
        top = place.top
        assert top.is_dir()
    assert not top.exists()


def test_a_link_is_not_followed(repository: Path) -> None:
    with pinned("main", {"waivers": "link.yaml"}, environment={}, folder=repository) as place:
        assert not Path(place.options["waivers"]).exists()


REFUSED = {
    "a path above the repository": ({"waivers": "../w.yaml"}, "lies outside of the repository"),
    "an absolute path elsewhere": ({"usage_file": "/etc/usage.yaml"}, "lies outside of the repository"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses(name: str, repository: Path) -> None:
    options, said = REFUSED[name]
    with pytest.raises(SettingsError, match=said), pinned("main", options, environment={}, folder=repository):
        pass


def test_settings_that_name_a_file_outside_are_refused(repository: Path) -> None:
    (repository / "spendgate.yaml").write_text("waivers: /tmp/w.yaml\n", encoding="utf-8")
    git(repository, "commit", "-qam", "outside")
    with (
        pytest.raises(SettingsError, match=r"names /tmp/w\.yaml, which lies outside"),
        pinned("main", {}, environment={}, folder=repository),
    ):
        pass


@pytest.mark.parametrize("ref", ["gone", "--output=x", "main:spendgate.yaml"])
def test_what_is_no_commit_is_refused(ref: str, repository: Path) -> None:
    with pytest.raises(SettingsError), pinned(ref, {}, environment={}, folder=repository):
        pass


def test_outside_of_a_repository(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="git cannot read"), pinned("main", {}, environment={}, folder=tmp_path):
        pass
